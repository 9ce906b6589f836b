"""`canbao base --county CODE --by USER`: draw up the base table of the newest campaign: last year's enrolled, by village."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from canbao.access.clock import now
from canbao.access.models import Staff
from canbao.access.scope import Scope, within
from canbao.enrolment.domain.base import draw_base_table
from canbao.enrolment.models import Campaign
from canbao.kernel.refusal import Refusal
from canbao.reports.base_table import base_by_place


class Command(BaseCommand):
    help = "编制底表：上年已参保的人，按村 / draw up the base table: last year's enrolled people, by village"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--county", required=True, metavar="CODE", help="六位行政区划代码 / six digits")
        parser.add_argument(
            "--by",
            required=True,
            metavar="USER",
            help="由谁编制：县医保局的账号 / who draws it up: of the county bureau",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        county = options["county"]
        with within(Scope(division=county, actor=f"staff:{options['by']}")):
            campaign = Campaign.objects.filter(county=county).order_by("benefit_from").last()
            by = Staff.objects.filter(username=options["by"]).first()
            if campaign is None or by is None:
                what = f"{county} 还没有发布政策" if campaign is None else f"没有账号 {options['by']}"
                raise CommandError(f"{what} (no such campaign or account)", returncode=2)
            try:
                table = draw_base_table(campaign, by=by, at=now())
            except Refusal as no:
                raise CommandError(f"{no.says}{no.remedy}", returncode=1) from no
            source = f"“{table.earlier.title}”的参保人员" if table.earlier else "登记册上注明上年已参保的人"
            self.stdout.write(f"{campaign.title}：底表 {table.people} 人，来自{source}")
            for place in base_by_place(table, division=county):
                self.stdout.write(f"  {place.code} {place.name}  {place.people} 人，其中已登记减少 {place.gone} 人")
