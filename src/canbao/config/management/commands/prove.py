"""`canbao prove --county CODE`: was anybody lost from last year to this one? Last year's people = kept + gone, by village."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from canbao.access.record import record
from canbao.access.scope import Scope, within
from canbao.reports.base_table import newest_base_table
from canbao.reports.nobody_lost import nobody_lost


class Command(BaseCommand):
    help = "证明一个人都没有丢：上年已参保＝仍在册＋减少 / prove that nobody was lost: last year's people = kept + gone"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--county", required=True, metavar="CODE", help="六位行政区划代码 / six digits")

    def handle(self, *args: Any, **options: Any) -> None:
        county = options["county"]
        with within(Scope(division=county, actor="system:prove")):
            table = newest_base_table(county)
            if table is None:
                raise CommandError(f"{county} 还没有编制底表 (no base table)", returncode=2)
            proof = nobody_lost(table, division=county)
            residents = [one.resident for one in proof.lost if one.resident]
            if residents:
                record("base_table.proved.read", f"campaign:{table.campaign_id}", county=county, residents=residents)
        for one in proof.villages:
            self.stdout.write(f"{one.code} {one.name}  {_sum(one)}")
        self.stdout.write(f"{table.campaign.title}  {_sum(proof.whole)}")
        for person in proof.lost:
            number = f"第{person.nth}号" if person.nth else "不在底表上"
            self.stderr.write(f"{person.village_name} {number} {person.name or ''}：{person.where.value}")
        if proof.missing_rows:
            self.stderr.write(f"底表编制时有{table.people}人，现在少了{proof.missing_rows}行")
        if not proof.holds:
            raise SystemExit(1)
        self.stdout.write("一个人都没有丢 (nobody was lost)")


def _sum(one: Any) -> str:
    gone = f"死亡 {one.died}，迁出 {one.moved}，职工医保 {one.employed}，登记有误撤下 {one.withdrawn}，通知不予参保 {one.excluded}"
    return f"上年 {one.last} = 仍在册 {one.kept} + 减少 {one.gone}（{gone}）+ 对不上 {one.lost}"
