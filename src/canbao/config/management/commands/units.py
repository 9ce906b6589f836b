"""`canbao units …`: who collects: schools, universities with their faculties, bank branches; committees come with their villages.

Whoever may run it is the installation itself; the county's own staff do the same on the page 代收单位.
"""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from canbao.access.clock import now
from canbao.access.scope import Scope, within
from canbao.collection.domain.units import close_unit, open_unit, rename_unit
from canbao.config.management.commands.divisions import place
from canbao.divisions.domain.keeping import COMMAND
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.divisions.refusals import NoSuchPlace
from canbao.kernel.division_code import DivisionCode
from canbao.kernel.refusal import Refusal


class Command(BaseCommand):
    help = "代收单位：新建、改名、停止、查看 / collecting units: open, rename, close, show"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="open|rename|close|show")
        opened = what.add_parser("open", help="新建 / a new one")
        opened.add_argument("kind", choices=UnitKind.values)
        opened.add_argument("name", metavar="NAME")
        opened.add_argument("--place", type=place, metavar="CODE", help="所在村或乡镇 / village or town")
        opened.add_argument("--university", type=int, metavar="ID", help="院系所属的高校 / of which university")
        renamed = what.add_parser("rename", help="改名 / another name")
        renamed.add_argument("unit", type=int, metavar="ID")
        renamed.add_argument("name", metavar="NAME")
        closed = what.add_parser("close", help="停止代收 / it collects no more")
        closed.add_argument("unit", type=int, metavar="ID")
        closed.add_argument("--on", type=date.fromisoformat, required=True, help="最后一天 / its last day")
        show = what.add_parser("show", help="列出 / list them")
        show.add_argument("--county", type=place, required=True, metavar="CODE", help="六位行政区划代码 / six digits")

    def handle(self, *args: Any, **options: Any) -> None:
        with within(Scope(division="", actor=COMMAND)):
            try:
                getattr(self, f"_{options['what']}")(options)
            except Refusal as no:
                raise CommandError(f"{no.says}{no.remedy}", returncode=1) from no

    def _open(self, options: dict[str, Any]) -> None:
        university = self._unit(options["university"]) if options["university"] else None
        code = university.division_id if university else options["place"]
        division = Division.objects.filter(pk=code).first()
        if division is None:
            raise NoSuchPlace(place=code or "", what="乡镇或村（社区）")
        made = open_unit(UnitKind(options["kind"]), options["name"], division=division, university=university, by=None, at=now())  # fmt: skip
        self.stdout.write(said(made))

    def _rename(self, options: dict[str, Any]) -> None:
        self.stdout.write(said(rename_unit(self._unit(options["unit"]), options["name"], by=None)))

    def _close(self, options: dict[str, Any]) -> None:
        self.stdout.write(said(close_unit(self._unit(options["unit"]), on=options["on"], by=None, at=now())))

    def _show(self, options: dict[str, Any]) -> None:
        first, after = DivisionCode(options["county"]).range()
        found = CollectingUnit.objects.filter(division__gte=first, division__lt=after, parent=None)
        for unit in found.select_related("division").prefetch_related("faculties"):
            self.stdout.write(said(unit))
            for faculty in unit.faculties.all():
                self.stdout.write(f"  {said(faculty)}")

    @staticmethod
    def _unit(pk: int) -> CollectingUnit:
        unit = CollectingUnit.objects.filter(pk=pk).first()
        if unit is None:
            raise CommandError(f"没有编号为 {pk} 的代收单位 (no such unit)", returncode=2)
        return unit


def said(unit: CollectingUnit) -> str:
    """One unit on one line."""
    until = f" 代收到 {unit.until}" if unit.until else ""
    return f"{unit.pk} {unit.get_kind_display()} {unit.name} {unit.division_id}{until}"
