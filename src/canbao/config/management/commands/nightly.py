"""`canbao nightly`: what nobody should have to think of. For a timer at night; by hand it may be called at any time.

For every county with a campaign: ask the gateways about orders that are still open, go through their bills of the last
days, send approved refunds, make bills right where prices change by the day, count in four ways and close the day, and name what
waits too long: cash that should have been handed in, refunds, money in suspense. Exit code 1 when something does not fit; it is named.
"""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from canbao.access.clock import now
from canbao.access.scope import Scope, within
from canbao.collection.domain.in_hand import UnitToAsk, units_to_ask
from canbao.collection.domain.readjustment import readjust
from canbao.collection.domain.reconciliation import ask_about_open_orders, reconcile_day
from canbao.collection.domain.refunds import pay_back
from canbao.collection.gateway import GatewayBroke
from canbao.collection.models import BY_HAND, Channel, Refund, RefundState
from canbao.collection.queries import SUSPENSE_DAYS, refunds_overdue, suspense_in
from canbao.enrolment.models import Campaign
from canbao.enrolment.packs import pack_of
from canbao.kernel.fen import yuan
from canbao.reports.closings import close_day
from canbao.reports.four_ways import four_ways_agree

DAYS_BACK = 3  # a bill may grow for a day or two; going through it again moves only what changed


class Command(BaseCommand):
    help = "每晚对账：查单、对账单、退款、四个一致、日结 / reconcile with the gateways, send refunds, count in four ways, close the day"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=DAYS_BACK, help="往回核对几天的账单，默认 3")

    def handle(self, *args: Any, **options: Any) -> None:
        today = now().date()
        wrong: list[str] = []
        for county in sorted(set(Campaign.objects.exclude(opened_at=None).values_list("county", flat=True))):
            with within(Scope(division=county, actor="system:nightly")):
                wrong += self.county(county, [today - timedelta(days=back) for back in range(options["days"], -1, -1)])
        for line in wrong:
            self.stderr.write(line)
        if wrong:
            raise SystemExit(1)

    def county(self, county: str, days: list[date]) -> list[str]:
        wrong: list[str] = []
        for channel in settings.CANBAO_GATEWAYS:
            found, done = 0, []
            try:  # whatever a gateway does not answer, the rest goes on
                found = ask_about_open_orders(channel, made_before=now(), county=county, at=now())
            except GatewayBroke as broke:
                wrong.append(f"{county} {channel}：{broke.says}")
            for day in days:
                try:
                    done.append(reconcile_day(channel, day, county=county, at=now()))
                except GatewayBroke as broke:
                    wrong.append(f"{county} {channel} {day}：{broke.says}")
            if not done:
                continue
            recovered = found + sum(day.recovered for day in done)
            fees_fen = sum(day.fees_fen for day in done)
            self.stdout.write(
                f"{county} {Channel(channel).label}：补回{recovered}笔，账单{sum(day.lines for day in done)}行"
                + (f"，渠道扣手续费{yuan(fees_fen)}元" if fees_fen else "")
            )
            wrong += [f"{county} {difference}" for day in done for difference in day.differences]
        wrong += self.refunds(county, days[-1])
        wrong += [
            f"{county} 退款{one.pk}（{one.unit.name if one.unit else '县里'}）：{yuan(one.amount_fen)}元，已等{(days[-1] - one.due_on).days}天，现在是“{one.get_state_display()}”"
            for one in refunds_overdue(county, on=days[-1])
        ]
        wrong += [
            f"{county} 待查款流水{one.reference}：{yuan(one.amount_fen)}元，已等{(days[-1] - one.paid_on).days}天，请查清入账或退回"
            for one in suspense_in(county).filter(paid_on__lt=days[-1] - timedelta(days=SUSPENSE_DAYS))
        ]
        self.bills(county)
        for campaign in Campaign.objects.filter(county=county).exclude(opened_at=None):
            ways = four_ways_agree(campaign)
            self.stdout.write(f"{county} {campaign.key}：四个一致{'是' if ways.agree else '否'}")
            wrong += [f"{county} {difference.says}" for difference in ways.differences]
            made = close_day(campaign, day=days[-1], actor="system:nightly", at=now())
            self.stdout.write(f"{county} {campaign.key}：已结账，记录根 {made.root_position}:{made.root_hash}")
            wrong += [
                f"{county} {overdue(one)}" for one in units_to_ask(county, campaign, on=days[-1]) if one.cash.is_overdue
            ]
        return wrong

    def bills(self, county: str) -> None:
        """Where the notice has other prices for other days, everybody's bill is made right for the new day."""
        for campaign in Campaign.objects.filter(county=county).exclude(opened_at=None):
            if now().date() <= campaign.benefit_until and pack_of(campaign).has_prices_by_day:
                done = readjust(campaign, as_of=now().date(), at=now(), actor="system:nightly", as_paid=True)
                self.stdout.write(f"{county} {campaign.key}：按今天的规定重新核定，{done.people}人有变化")

    def refunds(self, county: str, on: date) -> list[str]:
        """Approved ones are sent, and those under way are asked about; who reviews, and who hands cash back, is a
        person and not this command."""
        wrong: list[str] = []
        arrived: list[int] = []
        waiting = 0
        under_way = Refund.objects.filter(county=county, state__in=(RefundState.APPROVED, RefundState.SENT))
        for refund in under_way.exclude(channel__in=BY_HAND).select_related("payment").order_by("due_on", "pk"):
            if refund.channel not in settings.CANBAO_GATEWAYS:
                wrong.append(f"{county} 退款{refund.pk}：{refund.get_channel_display()}已经没有接通，退不回去")
                continue
            try:
                if pay_back(refund, on=on):
                    arrived.append(refund.amount_fen)
                else:
                    waiting += 1
            except GatewayBroke as broke:
                wrong.append(f"{county} 退款{refund.pk}：{broke.says}")
        self.stdout.write(f"{county} {refunded(arrived, waiting)}")
        return wrong


def overdue(one: UnitToAsk) -> str:
    """A unit whose cash should have been handed in, its sum and age, and whom to ask there."""
    why = f"最早一笔已{one.cash.age_days}天" if one.cash.is_too_old else f"已满{yuan(one.cash.limit_fen or 0)}元"
    whom = f"，找{'、'.join(one.clerks)}" if one.clerks else ""
    return f"{one.unit}手上的现金{yuan(one.cash.drawer.fen)}元该汇缴了：{why}{whom}"


def refunded(arrived: list[int], waiting: int) -> str:
    """What was given back, as amounts in fen, and how many are sent and have not arrived yet."""
    count, sum_ = len(arrived), yuan(sum(arrived))
    plural = "" if count == 1 else "s"
    chinese, english = f"退款 {count} 笔，{sum_} 元", f"{count} refund{plural}, {sum_} yuan"
    if waiting:
        chinese += f"；另有 {waiting} 笔已发出，尚未到账"
        english += f"; {waiting} more {'is' if waiting == 1 else 'are'} on the way"
    return f"{chinese} ({english})"
