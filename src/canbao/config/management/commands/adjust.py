"""`canbao adjust --county CODE --by USER --as-of DAY`: make bills right by the offices' lists, monthly or at the year's end."""

from argparse import ArgumentTypeError
from collections import Counter
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from canbao.access.clock import now
from canbao.access.models import Staff
from canbao.access.scope import Scope, within
from canbao.collection.domain.adjustment import Adjusted, adjust_to_lists
from canbao.enrolment.models import Campaign
from canbao.enrolment.queries import current_campaign
from canbao.kernel.days import CHINA
from canbao.kernel.fen import yuan
from canbao.kernel.refusal import Refusal
from canbao.reports.coverage import coverage


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as no:
        raise ArgumentTypeError(f"{text} 不是日期，请写成 2021-12-31 (not a day)") from no


class Command(BaseCommand):
    help = "按各部门确认过的名单重新核定：该退的、该补的、由经办机构登记的 / make bills right by the lists of a day"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--county", required=True, metavar="CODE", help="六位行政区划代码 / six digits")
        parser.add_argument(
            "--by", required=True, metavar="USER", help="由谁核定：县医保局的账号 / an account of the county bureau"
        )
        parser.add_argument(
            "--as-of", required=True, type=_day, metavar="DAY", help="按哪天的名单，如 2021-12-31 / of which day"
        )
        parser.add_argument(
            "--older", action="store_true", help="虽然有更新的名单，仍按那一天的 / although newer lists count"
        )
        parser.add_argument("--look", action="store_true", help="只看会怎样，什么也不改 / only say what it would be")

    def handle(self, *args: Any, **options: Any) -> None:
        county, as_of = options["county"], options["as_of"]
        if as_of > now().astimezone(CHINA).date():
            raise CommandError(f"{as_of} 还没有到，那天的名单还不知道 (that day has not come)", returncode=2)
        with within(Scope(division=county, actor=f"staff:{options['by']}")):
            campaign = current_campaign(county)
            by = Staff.objects.filter(username=options["by"], is_active=True).first()
            if campaign is None or by is None:
                what = f"{county} 没有开启的参保年度" if campaign is None else f"没有账号 {options['by']}"
                raise CommandError(f"{what} (no such campaign or account)", returncode=2)
            try:
                done = adjust_to_lists(
                    campaign,
                    as_of=as_of,
                    at=now(),
                    by=by,
                    just_looking=options["look"],
                    although_newer=options["older"],
                )
            except Refusal as no:
                raise CommandError(f"{no.says}{no.remedy}", returncode=1) from no
            self.tell(campaign, done, as_of=as_of, looked=options["look"])

    def tell(self, campaign: Campaign, done: Adjusted, *, as_of: date, looked: bool) -> None:
        bills = done.readjusted
        title = "只是看看，什么也没有改" if looked else "已核定"
        self.stdout.write(f"{campaign.title}：按 {as_of} 的名单，{title}")
        self.stdout.write(
            f"  有变化 {bills.people} 人：已缴费而应退 {bills.to_give_back} 人 {yuan(bills.give_back_fen)} 元，"
            f"已参保而应补 {bills.still_owing} 人，没有参保而金额改了 {bills.billed_anew} 人"
        )
        self.stdout.write(f"  全额资助、由经办机构登记参保 {done.enrolled_by_office} 人")
        for (says, clause), people in sorted(Counter((one.says, one.clause) for one in bills.skipped).items()):
            self.stdout.write(f"  未动 {people} 人：{says}（依据：{clause}）")
        if looked:
            return
        waiting = [row for row in coverage(campaign, on=now().date(), division=campaign.county) if row.subsidised_open]
        self.stdout.write(f"  有资助而没有参保 {sum(row.subsidised_open for row in waiting)} 人，请乡镇逐户通知：")
        for row in waiting:
            self.stdout.write(f"    {row.code} {row.name}  {row.subsidised_open} 人")
