"""`canbao audit verify`: has anybody altered what is written once, also who owns the database?

For every county: whether the record's chain of hashes holds, its head, and the root of a day (the hash of the day's last row, which
stands for every row up to it); whether every row that has a fingerprint is as it was when the day was closed. `--noted 112:8f3a…`
compares with what was noted once, or is printed on a closing certificate. Exit code 1 when something is not as it was; the first
altered row is named first.
"""

from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from canbao.access.fingerprints import Altered, How, altered, fingerprints_taken
from canbao.access.record import Link, broken_link, head, link_at, real_today, root_of
from canbao.access.scope import Scope, within
from canbao.divisions.models import Division
from canbao.kernel.days import CHINA, days_after

FEWEST_DIGITS = 12  # of a hash that somebody copied by hand
SHOWN = 20  # altered rows of a county
SAID = {
    How.ALTERED: "{table} 的 {row} 被改动过 (altered)",
    How.GONE: "{table} 的 {row} 不见了 (gone)",
    How.FINGERPRINTS: "{table} 的行指纹被改动过 (its fingerprints were altered)",
    How.COLUMNS: "{table} 的列变了，核对不了 (its columns are not what they were)",
    How.GUARD: "{table} 的防改触发器被关掉了 (what refuses changes is switched off)",
}


class Command(BaseCommand):
    help = "核对操作记录链和已写入的行有没有被改动，给出链头与日根以便另存 / verify the record and all rows that are written once; the day's root, to be noted elsewhere"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify"], help="核对 / verify")
        parser.add_argument("--county", help="六位县代码，默认所有县 / six digits; all counties")
        parser.add_argument("--on", type=date.fromisoformat, help="哪一天的日根，默认昨天 / of which day; yesterday")
        parser.add_argument(
            "--noted",
            type=noted,
            metavar="POSITION:HASH",
            help="以前记下的序号与值 / what was noted once; needs --county",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["noted"] and not options["county"]:
            raise CommandError("--noted 要与 --county 一起用 (name the county whose record it was)", returncode=2)
        wrong: list[str] = []
        with within(Scope(division="", actor="system:record")):
            counties = Division.objects.filter(level=Division.Level.COUNTY)
            if options["county"]:
                counties = counties.filter(code=options["county"].ljust(12, "0"))
                if not counties:
                    raise CommandError(f"没有代码为 {options['county']} 的县 (no such county)", returncode=2)
            for place in counties:
                wrong += self.county(place, options["on"] or days_after(real_today(), -1), options["noted"])
        for line in wrong:
            self.stderr.write(line)
        if wrong:
            raise SystemExit(1)

    def county(self, place: Division, on: date, noted: tuple[int, str] | None) -> list[str]:
        county = place.code[:6]
        name = f"{county} {place.name}"
        broken = broken_link(county)
        if broken is not None:
            return [
                f"{name}：操作记录链在第{broken}条断开，这一条或它前后被改动过 (the chain is broken at row {broken})",
                *self.rows(county, name),
            ]
        last = head(county)
        if last is None:
            self.stdout.write(f"{name}：还没有操作记录 (no rows yet)")
        else:
            self.stdout.write(f"{name}：{last.position}条，完整 (the chain is whole)")
            self.stdout.write(f"  链头 head          {shown(last)}")
        root = root_of(county, on)
        self.stdout.write(f"  日根 root {on}  {shown(root) if root else '那天及以前没有记录 (no rows until then)'}")
        return self.rows(county, name) + self.noted(county, name, noted)

    def rows(self, county: str, name: str) -> list[str]:
        """Rows that are written once, against their fingerprints."""
        found = altered(county, at_most=SHOWN + 1)
        taken = fingerprints_taken(county)
        if not found:
            self.stdout.write(
                f"  行指纹 fingerprints  {taken.rows}行，取过{taken.times}次，都没有改动 (no row was altered)"
            )
        lines = [f"{name}：{said(one)}" for one in found[:SHOWN]]
        if len(found) > SHOWN:
            lines.append(f"{name}：还有更多，只列出最早的{SHOWN}处 (and more)")
        return lines

    def noted(self, county: str, name: str, noted: tuple[int, str] | None) -> list[str]:
        """The record, against what somebody noted of it outside of here."""
        if noted is None:
            return []
        position, digits = noted
        there = link_at(county, position)
        if there is None or not there.hash.startswith(digits):
            is_there = f"现在是 {there.hash}" if there else "现在没有这一条"
            return [
                f"{name}：第{position}条与记下的不符，记下的是 {digits}，{is_there} (row {position} is not what was noted)"
            ]
        self.stdout.write(f"  与记下的相符 as noted  {shown(there)}")
        return []


def said(one: Altered) -> str:
    return f"第{one.taken}次取指纹时在：" + SAID[one.how].format(table=one.table, row=one.row)


def shown(link: Link) -> str:
    return f"{link.position}:{link.hash}  {link.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def noted(text: str) -> tuple[int, str]:
    """`112:8f3a…` → (112, "8f3a…"); the hash may be cut short."""
    position, _, digits = text.strip().partition(":")
    digits = digits.lower()
    if not (position.isascii() and position.isdecimal()) or not (
        FEWEST_DIGITS <= len(digits) <= 64 and set(digits) <= set("0123456789abcdef")
    ):
        raise ArgumentTypeError(
            f"“{text}”应是 序号:值，值至少 {FEWEST_DIGITS} 位，如 112:8f3a52c01b77 (a position, a colon, a hash)"
        )
    return int(position), digits
