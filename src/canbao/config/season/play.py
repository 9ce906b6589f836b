"""The chapters of a season, in the order of the calendar. Days and amounts come from the pack; what people do is drawn
from a seed, so that the same season can be played again.

| chapter | what happens |
|---|---|
| rosters | four departments hand over dirty lists; a second person confirms them |
| opening | everybody gets a bill; who is fully subsidised is enrolled by the office |
| collecting | day by day: cash at the village, phones at the gateway, callbacks lost, doubled and wrong; remittances |
| year's end | a late roster changes amounts: money back, money owed |
| afterwards | returning workers, newborns, somebody who is too late |
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Count, Min

from canbao.access.models import Staff
from canbao.access.scope import Scope, within
from canbao.collection.domain.cash import take_cash
from canbao.collection.domain.in_hand import drawer
from canbao.collection.domain.orders import ask_gateway, make_order
from canbao.collection.domain.readjustment import follow_register, readjust
from canbao.collection.domain.reconciliation import ask_about_open_orders, reconcile_day
from canbao.collection.domain.refunds import approve, pay_back, pay_out, review
from canbao.collection.domain.remittances import confirm_remittance, hand_in
from canbao.collection.models import Channel, Order, Payment, Refund, RefundState
from canbao.config.home import home
from canbao.config.sample.county import Sample, clerk_of
from canbao.config.sample.later import newborns, write_late_roster
from canbao.config.sample.rosters import write_dirty_rosters
from canbao.divisions.models import CollectingUnit
from canbao.enrolment.domain.base import draw_base_table
from canbao.enrolment.domain.campaigns import open_campaign
from canbao.enrolment.domain.free import enrol_fully_subsidised
from canbao.enrolment.models import Bill, BillState
from canbao.enrolment.refusals import NoticeSaysNo
from canbao.gateways.standin.spawn import Control
from canbao.kernel.days import CHINA, days_after, first_of_next_month
from canbao.kernel.refusal import Refusal
from canbao.policy import Pack
from canbao.register.domain.residents import register_newborn, register_resident
from canbao.register.models import Household, Resident
from canbao.rosters.domain.closing import close_roster
from canbao.rosters.domain.confirming import TAKEN, confirm_roster
from canbao.rosters.domain.importing import import_roster

NEVER_PAYS = 0.07
BY_PHONE = 0.45
BY_PHONE_ARE = (Channel.WECHAT, Channel.ALIPAY)  # the second takes every third
PAYS_TWICE = 0.004  # at the gateway and at the village, before either knew of the other
CALLBACK_LOST = 0.03
CALLBACK_DOUBLED = 0.05
HAND_IN_AFTER = timedelta(days=20)
DEPARTMENTS = {
    "民政局": "民政部门",
    "乡村振兴局": "乡村振兴部门",
    "卫生健康委": "卫生健康部门",
    "退役军人事务局": "退役军人事务部门",
}


def month_end(month: str) -> date:
    """`"2021-09"` → 30 September 2021: a list "as of a month" is the list of its last day."""
    return days_after(first_of_next_month(date.fromisoformat(f"{month}-01")), -1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one household will do: when, and by which road."""

    household: int
    village: str
    day: date
    by_phone: bool
    twice: bool


@dataclass
class Season:
    """A season under way. `tell` is called with what is going on and how many steps it was."""

    sample: Sample
    pack: Pack
    control: Control
    tell: Callable[[str, int], None]
    seed: int = 2022
    counts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)  # by code
    heard: dict[str, str] = field(default_factory=dict)  # code → what the first who was refused was told
    verdicts: Counter[str] = field(default_factory=Counter)

    @cached_property
    def draws(self) -> random.Random:
        return random.Random(self.seed)  # noqa: S311 - a story, not a secret

    @cached_property
    def whole(self) -> Scope:
        return Scope(division=self.sample.county, actor="system:season")

    def staff(self, username: str) -> Staff:
        return Staff.objects.get(username=username)

    @contextmanager
    def at_work(self, username: str) -> Iterator[Staff]:
        """One of the staff signed in, wherever in the county they work: nobody else signs with their name."""
        with within(Scope(division=self.sample.county, actor=f"staff:{username}")):
            yield self.staff_cache(username)

    @property
    def campaign(self) -> Any:
        return self.sample.campaign

    @cached_property
    def first_day(self) -> date:
        """The day on which collecting begins: when the rosters are in, else the first day of the window."""
        dues = [roster.due for roster in self.pack.rosters if roster.due]
        return max([self.pack.window.first, *dues])

    # -- opening ------------------------------------------------------------------------------------------------

    def open(self) -> None:
        with self.at_work("xian") as bureau:
            draw_base_table(self.campaign, by=bureau, at=self.at(self.first_day, 8))
            self.counts["bills"] = open_campaign(self.campaign, by=bureau, on=self.first_day)
            self.counts["by_office"] += enrol_fully_subsidised(self.campaign, on=self.first_day, actor="staff:xian")
        self.tell("开启征缴，生成账单", 1)

    def plans(self, at_most: int | None = None) -> list[Plan]:
        """Who pays when: many in the first days, many in the last. `at_most` bounds how many households act."""
        last = self.pack.window.last or self.first_day
        span = (last - self.first_day).days
        with within(self.whole):
            owing = Bill.objects.filter(campaign=self.campaign, state=BillState.OPEN, due_fen__gt=0)
            households = sorted(set(owing.values_list("household_id", "division")))
        self.draws.shuffle(households)
        made = []
        for household, village in households[:at_most]:
            if self.draws.random() < NEVER_PAYS:
                continue
            day = days_after(self.first_day, int(self.draws.betavariate(0.8, 0.9) * span))
            made.append(Plan(household, village, day, self.draws.random() < BY_PHONE, self.draws.random() < PAYS_TWICE))
        return sorted(made, key=lambda plan: (plan.day, plan.village, plan.household))

    # -- collecting ---------------------------------------------------------------------------------------------

    def collect(self, plans: list[Plan], *, until: date) -> None:
        days: dict[date, list[Plan]] = defaultdict(list)
        for plan in plans:
            if plan.day <= until:
                days[plan.day].append(plan)
        for day in sorted(days):
            self.one_day(day, days[day])
            self.hand_in_old_cash(day)
            self.tell(f"{day:%m月%d日}：收缴", len(days[day]))

    def one_day(self, day: date, plans: list[Plan]) -> None:
        phones = [plan for plan in plans if plan.by_phone or plan.twice]
        orders = self.phones(day, [(plan.household, plan.village) for plan in phones])
        for plan in plans:
            if not plan.by_phone or plan.twice:
                self.cash(day, plan.household, plan.village)
        self.pay(day, orders)
        with within(self.whole):
            for channel in BY_PHONE_ARE:
                self.counts["recovered_by_query"] += ask_about_open_orders(
                    channel, made_before=self.at(day, 22), county=self.sample.county, at=self.at(day, 22)
                )
                done = reconcile_day(channel, day, county=self.sample.county, at=self.at(day, 23))
                self.counts["recovered_by_bill"] += done.recovered
                self.counts["bill_differences"] += len(done.differences)

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), CHINA)

    def bills_of(self, household: int) -> list[int]:
        found = Bill.objects.filter(campaign=self.campaign, household_id=household, state=BillState.OPEN, due_fen__gt=0)
        return list(found.order_by("pk").values_list("pk", flat=True))

    def uuid(self) -> UUID:
        return UUID(int=self.draws.getrandbits(128), version=4)

    def cash(self, day: date, household_id: int, village: str) -> bool:
        clerk = self.staff_cache(clerk_of(village))
        with within(Scope(division=village, actor=f"staff:{clerk.username}")):
            household = Household.objects.select_related("unit").get(pk=household_id)
            bills = self.bills_of(household_id)
            due = sum(Bill.objects.filter(pk__in=bills).values_list("due_fen", flat=True))
            try:
                take_cash(
                    order_id=self.uuid(), campaign=self.campaign, household=household, bills=bills, given_fen=due, clerk=clerk,
                    at=self.at(day, 9 + self.draws.randrange(8), self.draws.randrange(60)),
                )  # fmt: skip
            except Refusal as no:
                self.refused(no)
                return False
        self.counts["cash"] += 1
        return True

    def refused(self, no: Refusal) -> None:
        self.refusals[no.code] += 1
        # a notice's no begins with whom it is about
        self.heard.setdefault(no.code, no.says.split("：", 1)[-1] if isinstance(no, NoticeSaysNo) else no.says)

    def staff_cache(self, username: str) -> Staff:
        if username not in self._staff:
            self._staff[username] = self.staff(username)
        return self._staff[username]

    @cached_property
    def _staff(self) -> dict[str, Staff]:
        return {}

    def phones(self, day: date, households: list[tuple[int, str]]) -> list[Order]:
        """Orders are made and the gateway is asked; nobody has paid yet."""
        orders = []
        for household_id, village in households:
            with within(Scope(division=village, household=household_id, actor=f"resident:{household_id}")):
                household = Household.objects.get(pk=household_id)
                try:
                    order_id = self.uuid()
                    order = make_order(
                        order_id=order_id, campaign=self.campaign, household=household, bills=self.bills_of(household_id),
                        channel=BY_PHONE_ARE[order_id.int % 3 == 0], made_by=f"household:{household_id}",
                        at=self.at(day, 8 + self.draws.randrange(12), self.draws.randrange(60)),
                    )  # fmt: skip
                except Refusal as no:
                    self.refused(no)
                    continue
                ask_gateway(order)
                orders.append(order)
        return orders

    def pay(self, day: date, orders: list[Order]) -> None:
        """People press the button: callbacks come over HTTP, some twice, some never, some not at all right."""
        instructions = []
        for order in orders:
            lost, doubled = self.draws.random() < CALLBACK_LOST, self.draws.random() < CALLBACK_DOUBLED
            self.counts["callbacks_lost"] += lost
            self.counts["callbacks_doubled"] += doubled and not lost
            instructions.append(
                {
                    "order": order.pk,
                    "paid_at": order.made_at + timedelta(minutes=2),
                    "lose": lost,
                    "double": doubled,
                    "wait": True,
                }
            )
        if instructions:
            done = self.control.pay_all(instructions)
            self.counts["phone"] += sum(1 for one in done if one["code"] == "SUCCESS")

    def hand_in_old_cash(self, day: date, *, everything: bool = False) -> None:
        """Units whose cash has lain long enough hand it in; somebody else confirms that it arrived."""
        with within(self.whole):
            held_since = (
                Payment.objects.filter(channel=Channel.CASH, remittance__isnull=True)
                .values("unit")
                .annotate(oldest=Min("paid_on"))
            )
            due = [one["unit"] for one in held_since if everything or day - one["oldest"] >= HAND_IN_AFTER]
            for unit in CollectingUnit.objects.filter(pk__in=due):
                held = drawer(unit, self.campaign)
                with self.at_work(clerk_of(unit.division_id)) as clerk:
                    remittance = hand_in(
                        remittance_id=self.uuid(), campaign=self.campaign, unit=unit,
                        certificate=f"样例{day:%m%d}{unit.pk:05d}", period_from=held.oldest, period_until=day,
                        people=held.people, amount_fen=held.fen, slip=f"回单{day:%m%d}{unit.pk:05d}", slip_on=day, by=clerk,
                        at=self.at(day, 17),
                    )  # fmt: skip
                with self.at_work(f"caizheng{unit.division_id[6:9]}") as finance:
                    confirm_remittance(remittance, by=finance, at=self.at(days_after(day, 1), 9))
                self.counts["remittances"] += 1

    # -- afterwards ---------------------------------------------------------------------------------------------

    def refunds(self, day: date) -> None:
        """Everybody who is owed money gets it: reviewed by two bodies, sent by the channel it came from."""
        with within(self.whole):
            for refund in Refund.objects.filter(campaign=self.campaign, state=RefundState.DUE).order_by("due_on", "pk"):
                with self.at_work("xian") as bureau:
                    review(refund, by=bureau)
                with self.at_work("shui") as tax:
                    approve(refund, by=tax)
                    if refund.channel == Channel.CASH:
                        pay_out(refund, by=tax, on=day)
                if refund.channel != Channel.CASH:
                    pay_back(Refund.objects.select_related("payment").get(pk=refund.pk), on=day)
                self.counts["refunds"] += 1
            for channel in BY_PHONE_ARE:
                reconcile_day(channel, day, county=self.sample.county, at=self.at(day, 23))
        self.tell("退款：两级审核，原路退回", 1)

    def returning_workers(self, day: date) -> None:
        """Who comes home for the new year may still pay; a neighbour who simply forgot may not."""
        with within(self.whole):
            owing = Bill.objects.filter(campaign=self.campaign, state=BillState.OPEN, due_fen__gt=0, version=1)
            workers = owing.filter(resident__circumstances__traits__contains=["返乡农民工"])
            late = sorted(set(workers.values_list("household_id", "division")))[:50]
            forgot = sorted(
                set(owing.exclude(household_id__in=[one for one, _ in late]).values_list("household_id", "division"))
            )[:5]
        before = self.counts["cash"]
        for household, village in [*late, *forgot]:
            self.cash(day, household, village)
        self.counts["returning_workers"] += self.counts["cash"] - before
        self.tell("返乡农民工补缴", 1)

    def newborns(self, *, born_from: date, born_until: date, count: int) -> None:
        """Children of the benefit period: registered under a parent, billed alone, covered as their day of payment says."""
        children = newborns(self.sample.people, self.seed, born_from=born_from, born_until=born_until, count=count)
        for row in children.sort("pays_on", "name").iter_rows(named=True):
            day, clerk = row["pays_on"], self.staff_cache(clerk_of(row["village_code"]))
            with within(self.whole):
                child = self._register(row)
                follow_register(self.sample.county, [child.pk], at=self.at(day, 9), actor=self.whole.actor)
                bill = Bill.objects.select_related("household__unit").get(campaign=self.campaign, resident=child)
            with within(Scope(division=child.division, actor=f"staff:{clerk.username}")):
                take_cash(
                    order_id=self.uuid(), campaign=self.campaign, household=bill.household, bills=[bill.pk], given_fen=bill.due_fen,
                    clerk=clerk, at=self.at(day, 10),
                )  # fmt: skip
            self.counts["newborns"] += 1
        self.tell("新生儿落地参保", 1)

    def _register(self, row: dict[str, Any]) -> Resident:
        household = Household.objects.get(county=self.sample.county, code=row["household_code"])
        if row["number"] is not None:
            return register_resident(
                household=household,
                name=row["name"],
                number=row["number"],
                relation="子女",
                on=row["pays_on"],
                allow_synthetic=True,
            )
        guardian = household.residents.filter(name=row["guardian_name"]).order_by("pk")[0]
        born_that_day = household.residents.filter(
            born_on=row["born_on"]
        ).count()  # twins are told apart by their order
        return register_newborn(
            guardian=guardian,
            name=row["name"],
            sex=row["sex"],
            born_on=row["born_on"],
            order_of_birth=born_that_day + 1,
        )

    def mistakes(self, day: date) -> None:
        """What the world gets wrong: a payment of another sum, money for an order that nobody knows, a stranger's hand."""
        with within(self.whole):
            owing = Bill.objects.filter(campaign=self.campaign, state=BillState.OPEN, due_fen__gt=0)
            found = sorted(set(owing.values_list("household_id", "division")))[:2]
        orders = self.phones(day, found)
        for order in orders:
            self.control.pay(order.pk, paid_at=order.made_at, amount_fen=order.total_fen - 100, wait=True)
            self.counts["wrong_amounts"] += 1
        if found and len(self.sample.villages) > 1:
            household, village = found[0]
            other = next(code for code in self.sample.villages if code != village)
            with within(Scope(division=other, actor=f"staff:{clerk_of(other)}")):
                seen = Household.objects.filter(pk=household).exists()
            self.counts["kept_from_neighbours"] += not seen
        with within(self.whole):
            for channel in BY_PHONE_ARE:
                reconcile_day(channel, day, county=self.sample.county, at=self.at(day, 23))
        self.tell("错账：金额不符，转入待查", 1)

    def year_end(self, cut_off: date) -> None:
        """The list as it stands on the last day changes what people owe who have long paid (R-22)."""
        folder = home() / "files"
        late = write_late_roster(self.sample.people, folder, self.seed, cut_off)
        self.take_roster(late.path, "民政部门", cut_off=cut_off)
        with self.at_work("xian"):
            done = readjust(self.campaign, as_of=cut_off, at=self.at(cut_off, 18), actor="staff:xian")
            self.counts["by_office"] += enrol_fully_subsidised(self.campaign, on=cut_off, actor="staff:xian")
        self.counts.update(
            readjusted=done.people,
            to_give_back=done.to_give_back,
            still_owing=done.still_owing,
            not_readjusted=len(done.skipped),
        )
        self.tell("年底名单：身份调整", 1)

    # -- rosters ------------------------------------------------------------------------------------------------

    def rosters(self) -> None:
        """Four departments, four dirty files: every row gets its verdict, and a second person confirms."""
        cut_off = max([month_end(roster.as_of_month) for roster in self.pack.rosters if roster.as_of_month])
        for file in write_dirty_rosters(self.sample.people, home() / "files", self.seed, cut_off):
            self.take_roster(file.path, DEPARTMENTS[file.department], cut_off=cut_off)
            self.tell(f"{file.department}名单", 1)

    def take_roster(self, path: Path, department: str, *, cut_off: date) -> None:
        with self.at_work("xian2") as takes:
            roster = import_roster(
                pack=self.pack, county=self.sample.county, department=department, cut_off_on=cut_off, file=path, file_name=path.name,
                is_full=True, by=takes, on=cut_off,
            )  # fmt: skip
            for outcome, count in roster.rows.values_list("outcome").annotate(Count("pk")):
                self.verdicts[outcome] += count
            left = roster.rows.filter(outcome="look").count()  # nobody here looks a person up in a filing cabinet
            taken = roster.rows.filter(outcome__in=TAKEN).count()
        with self.at_work("xian") as checks:
            if taken:
                confirm_roster(roster, by=checks, at=self.at(cut_off, 17), leave_out=left)
            else:
                close_roster(roster, by=checks, at=self.at(cut_off, 17), why="一行也没有采用，请按原因更正后重新报送")
