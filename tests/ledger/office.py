"""A county at work, step by step: everything that moves money, on days that pass, with a world outside that loses, doubles, delays and lies.

A step that is refused has done nothing. After each, `check_everything` holds the books against themselves and against the world.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Sum

from canbao.collection.domain.confirmation import Told
from canbao.collection.domain.households import with_bills
from canbao.collection.domain.in_hand import drawer
from canbao.collection.domain.orders import give_up
from canbao.collection.domain.reconciliation import ask_about_open_orders, reconcile_day
from canbao.collection.domain.refunds import pay_back
from canbao.collection.gateway import GatewayBroke
from canbao.collection.models import (
    Channel,
    Order,
    Payment,
    Placing,
    Receipt,
    Refund,
    RefundState,
    Remittance,
    SettledLine,
    Voiding,
)
from canbao.enrolment.domain.bills import make_bills
from canbao.enrolment.models import Bill, BillState, Enrolment
from canbao.kernel.refusal import Refusal
from canbao.ledger.queries import owed_by_person, trial_balance
from canbao.register.domain.bulk import NewPerson, add_people
from canbao.register.domain.changes import died, moved_away
from canbao.register.domain.undoing import undo
from canbao.register.models import Change
from canbao.reports.four_ways import four_ways_agree, four_ways_by_unit
from canbao.rosters.models import Holding
from tests.collection.domain.test_cash import take
from tests.collection.paying import order, tell
from tests.county import COUNTY, IN_THE_WINDOW, VILLAGE, County, hold, number, signed_in
from tests.desks import (
    answer_void,
    approve,
    ask_void,
    confirm_placing,
    confirm_remittance,
    drop_placing,
    enrol_fully_subsidised,
    hand_in,
    pay_out,
    propose_placing,
    readjust,
    reject_remittance,
    review,
)
from tests.ledger.balances import balances, debits_and_credits
from tests.ledger.world import World, world

NEIGHBOURS = [f"邻{nth:02d}" for nth in range(24)]  # so that somebody has still to pay, late in a season
HOUSEHOLDS = ["钱家", "周家", "赵家", *(f"{name}家" for name in NEIGHBOURS)]
PEOPLE = ["钱奶奶", "周归", "钱儿", "孙独", "赵大", "邻00", "邻01"]  # few, so that much happens to the same people
CATEGORIES = ["低保对象", "特困人员", "监测人口", "重点优抚对象"]
BORN = date(1966, 6, 6)
LAST_DAY = date(2022, 1, 20)  # the window closes with the year: what is paid then is late
BILL_DAYS = 4


class Office:
    """What can happen. `choice` is any number: it says to whom, how much, how badly."""

    def __init__(self, county: County) -> None:
        self.county, self.on = county, IN_THE_WINDOW.date()
        world.__dict__.update(World().__dict__)
        add_people(
            NewPerson(
                village=VILLAGE, household_code=home, name=name, relation="户主", sex="男", born_on=BORN, number=number(BORN, 301 + 2 * nth),
                number_kind="居民身份证",
            )
            for nth, (name, home) in enumerate(zip(NEIGHBOURS, HOUSEHOLDS[-len(NEIGHBOURS):], strict=True))
        )  # fmt: skip
        make_bills(county.campaign, on=self.on)

    @property
    def at(self) -> datetime:
        return datetime.combine(self.on, IN_THE_WINDOW.timetz())

    # --- days, and what residents do

    def days_pass(self, choice: int) -> None:
        self.on = min(LAST_DAY, self.on + timedelta(days=1 + choice % 4))

    def cash(self, choice: int) -> None:
        receipt = take(self.county, HOUSEHOLDS[choice % len(HOUSEHOLDS)], at=self.at)
        world.cash_fen += receipt.total_fen

    def by_phone(self, choice: int) -> None:
        self._told(self._pays(self._ordered(choice)))

    def by_two_phones(self, choice: int) -> None:
        one, other = self._ordered(choice), self._ordered(choice)
        self._told(self._pays(one), self._pays(other))

    def by_phone_and_in_cash(self, choice: int) -> None:
        asked = self._ordered(choice)
        self.cash(choice)
        self._told(self._pays(asked))

    def told_twice(self, choice: int) -> None:
        told = self._pays(self._ordered(choice))
        self._told(told)
        self._told(told, told)

    def another_sum(self, choice: int) -> None:
        asked = self._ordered(choice)
        self._told(self._pays(asked, fen=asked.total_fen + (choice % 7) - 3 or 1))

    def unknown_money(self, choice: int) -> None:
        self._told(world.pays(uuid4(), fen=1 + choice, at=self.at))

    def gives_up(self, choice: int) -> None:
        """Paid in the same moment, perhaps."""
        asked = self._ordered(choice)
        give_up(asked)
        if choice % 2:
            self._told(self._pays(asked))

    # --- callbacks: lost, late, doubled, in any order

    def paid_and_not_told(self, choice: int) -> None:
        told = self._pays(self._ordered(choice))
        if choice % 3:  # else it is lost for good
            world.waiting.append(told)

    def callbacks_arrive(self, choice: int) -> None:
        arrive, world.waiting = world.waiting[::-1], []
        for told in arrive:
            self._told(*[told] * (1 + choice % 2))

    def night(self, choice: int) -> None:
        world.is_silent = choice % 8 == 0
        try:
            ask_about_open_orders("wechat", made_before=self.at, county=COUNTY, at=self.at)
            for back in range(BILL_DAYS):
                reconcile_day("wechat", self.on - timedelta(days=back), county=COUNTY, at=self.at)
            for refund in Refund.objects.filter(state__in=(RefundState.APPROVED, RefundState.SENT)).exclude(
                channel="cash"
            ):
                pay_back(refund, on=self.on)
        except GatewayBroke:
            pass
        finally:
            world.is_silent = False

    # --- what the offices do

    def on_a_list(self, choice: int) -> None:
        hold({PEOPLE[choice % len(PEOPLE)]: CATEGORIES[choice // len(PEOPLE) % len(CATEGORIES)]}, on=self.on)
        readjust(self.county.campaign, as_of=self.on, at=self.at, actor="test")

    def off_every_list(self, choice: int) -> None:
        of_them = Holding.objects.filter(resident__name=PEOPLE[choice % len(PEOPLE)], since__lt=self.on)
        of_them.filter(until__isnull=True).update(until=self.on - timedelta(days=1))
        readjust(self.county.campaign, as_of=self.on, at=self.at, actor="test")

    def the_office_enrols(self, choice: int) -> None:
        enrol_fully_subsidised(self.county.campaign, on=self.on, actor="test")

    def leaves(self, choice: int) -> None:
        person = self.county.person(PEOPLE[choice % len(PEOPLE)])
        verb = died if choice % 2 else moved_away
        self._changes(
            person.pk, lambda: verb(person, on=self.on, by=self.county.staff("clerk"), why="核对", at=self.at)
        )

    def did_not_leave(self, choice: int) -> None:
        last = Change.objects.filter(kind__in=("died", "moved"), undone_by__isnull=True).order_by("-pk").first()
        if last is not None:
            self._changes(
                last.resident_id, lambda: undo(last, by=self.county.staff("clerk"), why="登记错了", at=self.at)
            )

    # --- cash on its way

    def hands_in(self, choice: int) -> None:
        held = drawer(self.county.unit(), self.county.campaign)
        rejected = Remittance.objects.filter(rejected_at__isnull=False, replaced_by__isnull=True).first()
        hand_in(
            remittance_id=uuid4(), campaign=self.county.campaign, unit=self.county.unit(), certificate=uuid4().hex,
            period_from=IN_THE_WINDOW.date(), period_until=self.on, people=held.people, amount_fen=held.fen + (choice % 5 == 0),
            replaces=rejected.pk if rejected else None, by=self.county.staff("clerk"), at=self.at,
        )  # fmt: skip

    def confirms(self, choice: int) -> None:
        for handed in Remittance.objects.filter(confirmed_at__isnull=True, rejected_at__isnull=True):
            confirm_remittance(handed, by=self.county.staff("finance"), at=self.at)

    def rejects(self, choice: int) -> None:
        for handed in Remittance.objects.filter(rejected_at__isnull=True).order_by("-made_at")[:1]:
            reject_remittance(handed, "回单不清", by=self.county.staff("finance"), at=self.at)

    # --- paper

    def spoils_a_receipt(self, choice: int) -> None:
        receipts = list(Receipt.objects.filter(unit=self.county.unit(), book__kind="paper").order_by("-pk")[:5])
        if receipts:
            ask_void(
                receipts[choice % len(receipts)],
                voiding_id=uuid4(),
                reason="打印错位",
                by=self.county.staff("clerk"),
                at=self.at,
            )

    def answers_for_receipts(self, choice: int) -> None:
        for asked in Voiding.objects.filter(answered_at__isnull=True):
            answer_void(asked, agrees=bool(choice % 3), by=self.county.staff("town"), at=self.at)

    # --- giving back, and money that nobody could place

    def reviews(self, choice: int) -> None:
        for refund in Refund.objects.filter(state=RefundState.DUE).order_by("pk")[: 1 + choice % 3]:
            review(refund, by=self.county.staff("county"))
            approve(refund, by=self.county.staff("tax"))

    def gives_back(self, choice: int) -> None:
        world.refunds_are_slow = bool(choice % 2)
        for refund in Refund.objects.filter(state__in=(RefundState.APPROVED, RefundState.SENT)).exclude(channel="cash"):
            pay_back(refund, on=self.on)
        world.refunds_are_slow = False

    def gives_back_by_hand(self, choice: int) -> None:
        for refund in Refund.objects.filter(state=RefundState.APPROVED, channel="cash"):
            pay_out(refund, by=self.county.staff("tax"), on=self.on)
            world.given_by_hand_fen += refund.amount_fen

    def finds_out(self, choice: int) -> None:
        lies = list(
            Payment.objects.filter(outcome__in=("unknown_order", "amount_differs", "window_closed")).order_by("pk")
        )
        if lies:
            bills = self.county.bills(HOUSEHOLDS[choice % len(HOUSEHOLDS)]) if choice % 2 else []
            propose_placing(
                lies[choice % len(lies)], placing_id=uuid4(), bills=bills[: 1 + choice % 2], why="流水截图", by=self.county.staff("county"), at=self.at
            )  # fmt: skip

    def agrees(self, choice: int) -> None:
        for placing in Placing.objects.filter(state=Placing.State.PROPOSED).order_by("pk"):
            if choice % 4:
                confirm_placing(placing, by=self.county.staff("tax"), at=self.at)
            else:
                drop_placing(placing, why="对不上", by=self.county.staff("tax"), at=self.at)

    # --- in few words

    def _ordered(self, choice: int) -> Order:
        return order(self.county, HOUSEHOLDS[choice % len(HOUSEHOLDS)], at=self.at)

    def _pays(self, asked: Order, *, fen: int | None = None) -> Told:
        return world.pays(asked, fen=asked.total_fen if fen is None else fen, at=self.at)

    def _told(self, *told: Told) -> None:
        tell(*told)

    def _changes(self, resident: int, change: Callable[[], Any]) -> None:
        with signed_in("clerk"):
            with_bills(change, county=COUNTY, residents=[resident], at=self.at, actor="staff:clerk")


STEPS: tuple[Callable[[Office, int], None], ...] = (
    Office.days_pass, Office.cash, Office.by_phone, Office.by_two_phones, Office.by_phone_and_in_cash, Office.told_twice,
    Office.another_sum, Office.unknown_money, Office.gives_up, Office.paid_and_not_told, Office.callbacks_arrive, Office.night,
    Office.on_a_list, Office.off_every_list, Office.the_office_enrols, Office.leaves, Office.did_not_leave,
    Office.hands_in, Office.confirms, Office.rejects, Office.spoils_a_receipt, Office.answers_for_receipts,
    Office.reviews, Office.gives_back, Office.gives_back_by_hand, Office.finds_out, Office.agrees,
)  # fmt: skip


def happens(office: Office, step: Callable[[Office, int], None], choice: int) -> bool:
    """A step is done, and the books are looked at. False: it was refused, and nothing has happened, neither here nor in the world."""
    before = {name: dict(value) if isinstance(value, dict) else list(value) if isinstance(value, list) else value for name, value in world.__dict__.items()}  # fmt: skip
    try:
        with transaction.atomic():
            step(office, choice)
    except Refusal:
        world.__dict__.update(before)
        return False
    check_everything(office.county)
    return True


def check_everything(county: County) -> None:
    """Nothing is lost and nothing comes from nowhere, by the books and by what the world knows."""
    ways = four_ways_agree(county.campaign)
    assert ways.agree, ways.differences
    assert not [one for one in four_ways_by_unit(county.campaign) if one.differing]
    debits, credits_ = debits_and_credits()
    assert debits == credits_
    assert sum(one.balance_fen for one in trial_balance(COUNTY, on=date(2030, 1, 1))) == 0
    _check_the_world()
    _check_liabilities()
    _check_cash(county)
    _check_papers()
    _check_people()


def _check_the_world() -> None:
    """What the program knows of is what was told, and all of it lies somewhere or was given back."""
    noted = dict(Payment.objects.filter(channel=Channel.WECHAT).values_list("reference", "amount_fen"))
    assert noted.items() <= {name: one.amount_fen for name, one in world.paid.items()}.items()
    assert (Payment.objects.filter(channel=Channel.CASH).aggregate(fen=Sum("amount_fen"))["fen"] or 0) == world.cash_fen
    paid = Refund.objects.filter(state=RefundState.PAID)
    by_gateway = dict(paid.exclude(channel=Channel.CASH).values_list("pk", "amount_fen"))
    assert by_gateway.items() <= world.refunds.items()
    seen = balances("gateway", "drawer", "in_transit", "treasury", "contributions", "refunds_due", "suspense")
    held = seen["gateway"] + seen["drawer"] + seen["in_transit"] + seen["treasury"]
    assert held == sum(noted.values()) + world.cash_fen - sum(by_gateway.values()) - world.given_by_hand_fen
    assert held == -(seen["contributions"] + seen["refunds_due"] + seen["suspense"])


def _check_liabilities() -> None:
    """What is owed is owed to somebody, and what lies in suspense is on the list."""
    seen = balances("refunds_due", "suspense")
    owed = Refund.objects.exclude(state=RefundState.PAID)
    assert -seen["refunds_due"] == (owed.aggregate(fen=Sum("amount_fen"))["fen"] or 0)
    assert -seen["refunds_due"] == sum(one.fen for one in owed_by_person(COUNTY, on=date(2030, 1, 1)))
    lies = Payment.objects.filter(outcome__in=("unknown_order", "amount_differs", "window_closed"))
    assert -seen["suspense"] == (lies.aggregate(fen=Sum("amount_fen"))["fen"] or 0)
    for payment in Payment.objects.prefetch_related("refunds"):
        assert sum(refund.amount_fen for refund in payment.refunds.all()) <= payment.amount_fen


def _check_cash(county: County) -> None:
    """A drawer is what was paid there and not handed in; on its way is what was handed in and neither confirmed nor rejected."""
    seen = balances("drawer", "in_transit")
    assert seen["drawer"] == drawer(county.unit(), county.campaign).fen
    under_way = Remittance.objects.filter(confirmed_at__isnull=True, rejected_at__isnull=True)
    assert seen["in_transit"] == (under_way.aggregate(fen=Sum("amount_fen"))["fen"] or 0)


def _check_papers() -> None:
    """Every number that was used is a receipt, once, in order, and stands for money that came in or went back."""
    for book in {one.book for one in Receipt.objects.select_related("book")}:
        used = list(book.receipts.order_by("number").values_list("number", flat=True))
        assert used == list(range(book.first_number, book.next_number))
    assert not Receipt.objects.filter(state="void", replaced_by__isnull=True).exists()


def _check_people() -> None:
    """Nobody is enrolled twice, nor without money where money is due; a settled bill was settled by a payment of its own, or is a difference."""
    enrolled = Enrolment.objects.filter(ended_on__isnull=True)
    assert enrolled.values("resident").distinct().count() == enrolled.count()
    assert -balances("contributions")["contributions"] == (enrolled.aggregate(fen=Sum("paid_fen"))["fen"] or 0)
    settled = set(Bill.objects.filter(state=BillState.SETTLED, due_fen__gt=0).values_list("pk", flat=True))
    assert settled == set(SettledLine.objects.values_list("bill", flat=True))
