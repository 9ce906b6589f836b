"""`canbao divisions …`: the places of a county: published codes down to the towns, villages from a list, zones, other names.

Whoever may run it is the installation itself; the county's own staff do the same on the page 区划.
"""

from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from canbao.access.clock import now, today
from canbao.access.scope import Scope, within
from canbao.collection.domain.merging import merge
from canbao.collection.domain.splitting import split_village, take_back_split, who_would_go
from canbao.divisions.domain.keeping import COMMAND
from canbao.divisions.domain.names import add_zone, rename
from canbao.divisions.domain.published import as_of, import_published
from canbao.divisions.domain.villages import Judged, judge, read_villages, take_villages
from canbao.divisions.models import Division
from canbao.divisions.queries import below, where_now
from canbao.divisions.refusals import NoSuchPlace, VillagesNotGood
from canbao.kernel.division_code import DivisionCode
from canbao.kernel.refusal import Refusal


def place(text: str) -> DivisionCode:
    """`--county`: the code of a county, or of a prefecture."""
    try:
        return DivisionCode(text)
    except Refusal as no:
        raise ArgumentTypeError(f"{no.says}{no.remedy}") from no


class Command(BaseCommand):
    help = "区划：导入公布的代码和村名单，改名，新增园区，查看 / places: published codes, villages from a list, names, zones"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(
            dest="what", required=True, metavar="import|villages|zone|rename|merge|split|unsplit|show"
        )
        published = what.add_parser("import", help="公布的省、市、县、乡镇代码 / published codes down to the towns")
        villages = what.add_parser("villages", help="村（社区）名单 / villages from a spreadsheet or text table")
        villages.add_argument("file", type=Path, metavar="FILE")
        villages.add_argument("--look", action="store_true", help="只看，不导入 / only look")
        zone = what.add_parser("zone", help="新增园区 / a zone that no published table has")
        zone.add_argument("name", metavar="NAME")
        zone.add_argument("--code", help="公布的代码 / its published code")
        zone.add_argument("--on", type=date.fromisoformat, help="设立日期 / its first day")
        other = what.add_parser("rename", help="乡镇、村改名 / another name from a day on")
        other.add_argument("code", type=place, metavar="CODE")
        other.add_argument("name", metavar="NAME")
        other.add_argument("--on", type=date.fromisoformat, required=True, help="生效日期 / the first day")
        other.add_argument("--why", required=True, help="批复文件 / the paper that orders it")
        merger = what.add_parser("merge", help="村并入村，乡镇并入乡镇 / a village or a town becomes part of another")
        merger.add_argument("code", type=place, metavar="CODE")
        merger.add_argument("into", type=place, metavar="INTO")
        merger.add_argument("--on", type=date.fromisoformat, required=True, help="生效日期 / the first day")
        merger.add_argument("--why", required=True, help="批复文件 / the paper that orders it")
        part = what.add_parser("split", help="从一个村分设新村 / a part of a village becomes a village")
        part.add_argument("code", type=place, metavar="CODE")
        part.add_argument("name", metavar="NAME")
        part.add_argument("--code", dest="published", help="公布的代码 / its published code")
        part.add_argument("--households", type=Path, metavar="FILE", help="农户编码，每行一个 / household codes")
        part.add_argument("--address", default="", metavar="TEXT", help="地址里都有的字 / what their addresses have")
        part.add_argument("--on", type=date.fromisoformat, required=True, help="生效日期 / the first day")
        part.add_argument("--why", required=True, help="批复文件 / the paper that orders it")
        part.add_argument("--look", action="store_true", help="只看，不办理 / only look")
        back = what.add_parser("unsplit", help="撤销分设 / take back a village that was split off by mistake")
        back.add_argument("code", type=place, metavar="CODE")
        back.add_argument("--why", required=True, help="为什么撤销 / why")
        show = what.add_parser("show", help="列出 / list them")
        for one in (published, villages, zone, show):
            one.add_argument(
                "--county", type=place, required=True, metavar="CODE", help="六位行政区划代码 / six digits"
            )

    def handle(self, *args: Any, **options: Any) -> None:
        with within(Scope(division="", actor=COMMAND)):
            try:
                getattr(self, f"_{options['what']}")(options)
            except VillagesNotGood as no:
                raise CommandError(no.says, returncode=1) from no
            except Refusal as no:
                raise CommandError(f"{no.says}{no.remedy}", returncode=1) from no

    def _import(self, options: dict[str, Any]) -> None:
        done = import_published(options["county"])
        self.stdout.write(f"公布的代码（截至 {as_of()}）：新增 {len(done.added)}，已有 {len(done.same)}")
        for one in done.added:
            self.stdout.write(f"  + {one.code} {one.name}")
        for one in done.coded:
            self.stdout.write(f"  = {one.code} {one.name}，公布的代码是 {one.published_code}")
        for one, name in done.differing:
            self.stdout.write(f"  ? {one.code} 本地是“{one.name}”，公布的是“{name}”：改了名的，用 divisions rename")
        for one in done.only_here:
            self.stdout.write(f"  ? {one.code} {one.name} 不在公布的表里")

    def _villages(self, options: dict[str, Any]) -> None:
        rows = read_villages(_content(options["file"]))
        county = options["county"]
        judged = judge(rows, county)
        self._say(judged, county)
        if not options["look"]:
            take_villages(rows, county, by=None, at=now())
            self.stdout.write(f"已导入 {len(judged.new)} 个村（社区）和它们的村（居）委会")

    def _say(self, judged: Judged, county: str) -> None:
        names = dict(below(county, "town").values_list("code", "name"))
        for town, villages in judged.by_town().items():
            self.stdout.write(f"{town[:9]} {names[town]}：新增 {len(villages)}")
            for one in villages:
                theirs = f"（公布的代码 {one.published}）" if one.published else ""
                self.stdout.write(f"  + {one.code} {one.name}{theirs}")
        for one in judged.renumbered:
            self.stdout.write(f"  = {one.place.code} {one.place.name}，公布的代码改为 {one.published}")
        if judged.same:
            self.stdout.write(f"已有 {len(judged.same)}")
        for row, no in judged.bad:
            self.stderr.write(f"第{row.row}行 {row.code} {row.name}：{no.says}{no.remedy}")

    def _zone(self, options: dict[str, Any]) -> None:
        zone = add_zone(
            options["county"], options["name"], published=options["code"], on=options["on"], by=None, at=now()
        )
        self.stdout.write(f"+ {zone.code} {zone.name}" + (f"，公布的代码 {zone.published_code}" if zone.published_code else ""))  # fmt: skip

    def _rename(self, options: dict[str, Any]) -> None:
        division = self._place(options["code"])
        former = rename(division, options["name"], on=options["on"], why=options["why"], by=None, at=now())
        division.refresh_from_db()
        self.stdout.write(f"{former.name} 自 {options['on']} 起改为 {division.name}")

    def _merge(self, options: dict[str, Any]) -> None:
        old, into = self._place(options["code"]), self._place(options["into"])
        done = merge(old, into, on=options["on"], why=options["why"], by=None, at=now())
        self.stdout.write(
            f"{old.name} 自 {options['on']} 起并入 {into.name}：{done.villages} 个村，{done.households} 户 {done.people} 人，"
            f"{done.staff} 个账号"
            + (f"；原村委会还有 {done.receipts_left} 份纸质票据要缴销" if done.receipts_left else "")
        )

    def _split(self, options: dict[str, Any]) -> None:
        old, file = self._place(options["code"]), options["households"]
        codes = "" if file is None else _content(file).decode("utf-8-sig", "replace")  # a wrong code is named
        chosen = {"codes": codes, "address": options["address"]}
        if options["look"]:
            going = who_would_go(old, **chosen)
            self.stdout.write(
                f"{len(going.households)} 户 {going.people} 人会划到新村，留下 {going.staying} 户；待缴账单 {going.unpaid} 张"
            )
            return
        done = split_village(
            old, options["name"], published=options["published"], **chosen, on=options["on"], why=options["why"],
            by=None, at=now(),
        )  # fmt: skip
        self.stdout.write(
            f"{done.village.name} {done.village.code} 自 {options['on']} 起从 {old.name} 分设：{done.households} 户 {done.people} 人"
        )

    def _unsplit(self, options: dict[str, Any]) -> None:
        new = self._place(options["code"])
        done = take_back_split(new, why=options["why"], by=None, at=now())
        self.stdout.write(
            f"已撤销分设：{new.name} 的 {done.households} 户 {done.people} 人回到 {done.village.name}"
            + (f"；{new.name}的村委会还有 {done.receipts_left} 份纸质票据要缴销" if done.receipts_left else "")
        )

    @staticmethod
    def _place(code: str) -> Division:
        division = Division.objects.filter(pk=code).first()
        if division is None:
            raise NoSuchPlace(place=code, what="乡镇或村（社区）")
        return division

    def _show(self, options: dict[str, Any]) -> None:
        villages: dict[str, list[Division]] = {}
        for one in below(options["county"], "village").select_related("successor"):
            villages.setdefault(one.code[:9], []).append(one)
        for town in below(options["county"], "town").select_related("successor"):
            self.stdout.write(said(town))
            for one in villages.get(town.code[:9], []):
                self.stdout.write(f"  {said(one)}")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"读不了 {file} (cannot read it): {error.strerror}", returncode=2) from error


def said(division: Division) -> str:
    """One place on one line, with what became of it."""
    words = [division.code, division.name, division.get_kind_display()]
    words += [f"公布的代码 {division.published_code}"] if division.published_code else []
    words += [f"{division.since} 起"] if division.since else []
    if division.never_stood:
        words += ["分设已撤销"]
    elif division.until is not None:
        into = where_now(division)
        words += [f"至 {division.until}" + (f"，并入 {into.code} {into.name}" if into != division else "")]
    elif division.since is not None and division.since > today():
        words += ["还没有生效"]
    return " ".join(word for word in words if word)
