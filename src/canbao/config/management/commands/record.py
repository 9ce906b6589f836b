"""`canbao record`: is the record of reads and changes whole, and what must be noted elsewhere so that nobody, not even
who owns the database, can write it anew?

For every county: whether the chain of hashes holds, its head, and the root of a day (the hash of the day's last row,
which stands for every row up to it). `--noted 112:8f3a…` compares with what was noted once. Exit code 1 when a chain is
broken or does not hold what was noted; the row is named.
"""

from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from canbao.access.record import Link, broken_link, head, link_at, real_today, root_of
from canbao.access.scope import Scope, within
from canbao.divisions.models import Division
from canbao.kernel.days import CHINA, days_after

FEWEST_DIGITS = 12  # of a hash that somebody copied by hand


class Command(BaseCommand):
    help = "核对操作记录链，给出链头与日根以便另存 / verify the chained record; its head and the day's root, to be noted elsewhere"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
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
                f"{name}：操作记录链在第{broken}条断开，这一条或它前后被改动过 (the chain is broken at row {broken})"
            ]
        last = head(county)
        if last is None:
            self.stdout.write(f"{name}：还没有操作记录 (no rows yet)")
        else:
            self.stdout.write(f"{name}：{last.position}条，完整 (the chain is whole)")
            self.stdout.write(f"  链头 head          {shown(last)}")
        root = root_of(county, on)
        self.stdout.write(f"  日根 root {on}  {shown(root) if root else '那天及以前没有记录 (no rows until then)'}")
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
