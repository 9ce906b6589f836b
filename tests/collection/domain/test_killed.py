"""`kill -9` of the program between an intent and its acknowledgement, at each point that has a name: what was said yes to is there,
what was not is done by doing the same again, once.

A process of its own does the work and is killed in the middle of it; another one finds what the first one left behind.
"""

import os
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections

from canbao.access import record as records
from canbao.access.scope import within
from canbao.api import notify
from canbao.collection.domain import cash, confirmation, orders, refunds, remittances
from canbao.collection.gateway import Arrival, RefundAnswer, gateway
from canbao.collection.models import Order, Payment, Receipt, Refund, RefundState, Remittance
from canbao.ledger.models import Transfer
from canbao.reports.four_ways import four_ways_agree
from tests.collection.paying import counts, money, numbers_without_gap, order, pay, tell
from tests.county import IN_THE_WINDOW, County, everybody, signed_in
from tests.desks import approve, review
from tests.ledger.balances import debits_and_credits

ORDER, HANDED_IN = uuid4(), uuid4()


class Paper:
    """The gateway's side, on paper outside of every process: a line for everything that it was asked."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def note(self, line: str) -> None:
        with self.file.open("a") as file:
            file.write(line + "\n")

    def lines(self) -> list[str]:
        return self.file.read_text().splitlines() if self.file.exists() else []


paper = Paper(Path())


class PaperGateway:
    channel = "wechat"
    heard = ("text/plain", b"heard")

    def ask(self, *, order: UUID, amount_fen: int, says: str, expires_at: object, notify_url: str) -> str:
        paper.note(f"asked {order}")
        return f"weixin://{order}"

    def query(self, order: UUID) -> Arrival | None:
        return None

    def refund(
        self, *, refund: UUID, order: UUID, amount_fen: int, total_fen: int, says: str, notify_url: str = ""
    ) -> RefundAnswer:
        if f"paid back {refund}" not in paper.lines():
            paper.note(f"paid back {refund}")
        return RefundAnswer(reference=refund.hex, done=True)

    def query_refund(self, *, refund: UUID, order: UUID, amount_fen: int) -> RefundAnswer | None:
        known = f"paid back {refund}" in paper.lines()
        return RefundAnswer(reference=refund.hex, done=True) if known else None


@pytest.fixture(autouse=True)
def outside(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.CANBAO_GATEWAYS = {"wechat": f"{__name__}.PaperGateway"}
    paper.file = tmp_path / "gateway"
    gateway.cache_clear()
    yield
    gateway.cache_clear()


# --- dying ------------------------------------------------------------------------------------------------------------


def in_a_process_of_its_own(work: Callable[[], Any]) -> int:
    """How it ended: 0 well, 9 killed, else the work failed. It has connections of its own, and so has this process afterwards."""
    connections.close_all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # later Pythons do not like a fork beside threads
        child = os.fork()
    if child == 0:
        code = 1
        try:
            with within(everybody()):
                work()
            code = 0
        except BaseException:  # noqa: BLE001 - nothing of the tests goes on in here
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else os.WTERMSIG(status)


def dies(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Point:
    """Where the program is killed: before or after a function is called, in a module or on a class."""

    owner: Any
    name: str
    after: bool = False

    def arm(self) -> None:
        """In the process that is to die."""
        asked = getattr(self.owner, self.name)

        @wraps(asked)
        def armed(*given: Any, **how: Any) -> Any:
            if self.after:
                asked(*given, **how)
            dies()

        setattr(self.owner, self.name, armed)


# --- what people do, with ids of their own, so that it can be done again -------------------------------------------------


def orders_by_phone(county: County) -> None:
    asked = orders.make_order(
        order_id=ORDER, campaign=county.campaign, household=county.household("钱家"), bills=county.bills("钱家") or _bills_of(ORDER),
        channel="wechat", made_by="resident:1", at=IN_THE_WINDOW,
    )  # fmt: skip
    orders.ask_gateway(asked)


def _bills_of(order_id: UUID) -> list[int]:
    return list(Order.objects.get(pk=order_id).lines.values_list("bill", flat=True))


def callback(county: County) -> None:
    notify._confirm(
        money(Order.objects.get(household=county.household("钱家")), reference="w1"), actor="gateway:wechat"
    )


def cash_at_the_counter(county: County) -> None:
    bills = Order.objects.filter(pk=ORDER).values_list("lines__bill", flat=True) or county.bills("钱家")
    with signed_in("clerk"):
        cash.take_cash(
            order_id=ORDER, campaign=county.campaign, household=county.household("钱家"), bills=list(bills), given_fen=36000,
            clerk=county.staff("clerk"), at=IN_THE_WINDOW,
        )  # fmt: skip


def hands_in(county: County) -> None:
    with signed_in("clerk"):
        remittances.hand_in(
            remittance_id=HANDED_IN, campaign=county.campaign, unit=county.unit(), certificate="c1", slip="s1", slip_on=IN_THE_WINDOW.date(),
            period_from=IN_THE_WINDOW.date(), period_until=IN_THE_WINDOW.date(), people=2, amount_fen=36000, by=county.staff("clerk"),
            at=IN_THE_WINDOW,
        )  # fmt: skip


def pays_back(county: County) -> None:
    refunds.pay_back(Refund.objects.get(), on=IN_THE_WINDOW.date())


def nothing(county: County) -> None:
    pass


def has_ordered(county: County) -> None:
    order(county, "钱家")


def has_paid_cash(county: County) -> None:
    cash_at_the_counter(county)


def is_owed(county: County) -> None:
    one, other = order(county, "周家"), order(county, "周家")
    tell(money(one), money(other))
    approve(review(Refund.objects.get(), by=county.staff("county")), by=county.staff("tax"))


# Before; what is done; where it is killed; what is left behind.
POINTS = {
    "the order is not on disk yet": (nothing, orders_by_phone, Point(orders.OrderLine.objects.__class__, "bulk_create"), "nothing"),
    "the order is on disk, the gateway was not asked": (nothing, orders_by_phone, Point(orders, "ask_gateway"), "order"),
    "the gateway was asked, its address is not kept": (nothing, orders_by_phone, Point(PaperGateway, "ask", after=True), "order, at the gateway"),
    "the callback was read, nothing is confirmed": (has_ordered, callback, Point(notify, "confirm"), "order"),
    "all is confirmed and not committed": (has_ordered, callback, Point(notify, "confirm", after=True), "order"),
    "all is committed, the gateway was not answered": (has_ordered, callback, Point(notify, "_confirm", after=True), "order, payment"),
    "the cash is counted, nothing is confirmed": (nothing, cash_at_the_counter, Point(cash, "confirm"), "nothing"),
    "the cash is confirmed, not on record and not committed": (nothing, cash_at_the_counter, Point(cash, "record"), "nothing"),
    "the cash is on record and not committed": (nothing, cash_at_the_counter, Point(cash, "record", after=True), "nothing"),
    "the receipt is committed, the clerk was not told": (nothing, cash_at_the_counter, Point(cash, "take_cash", after=True), "order, payment"),
    "the cash is handed in and not committed": (has_paid_cash, hands_in, Point(remittances, "record"), "order, payment"),
    "the remittance is committed, the clerk was not told": (has_paid_cash, hands_in, Point(remittances, "hand_in", after=True), "order, payment, remittance"),
    "the refund is not marked as sent": (is_owed, pays_back, Point(refunds, "_is_sent"), "order, payment, refund approved"),
    "the refund is marked as sent, the gateway was not asked": (is_owed, pays_back, Point(refunds, "_is_sent", after=True), "order, payment, refund sent"),
    "the gateway has paid back, it is not noted": (is_owed, pays_back, Point(PaperGateway, "refund", after=True), "order, payment, at the gateway, refund sent"),
    "the refund is noted and not committed": (is_owed, pays_back, Point(Refund, "refresh_from_db"), "order, payment, at the gateway, refund sent"),
    "the refund is committed": (is_owed, pays_back, Point(refunds, "_has_arrived", after=True), "order, payment, at the gateway, refund paid"),
}  # fmt: skip


def everything() -> dict[str, Any]:
    """What there is, as somebody who does it once would leave it."""
    return counts() | {
        "orders": sorted(Order.objects.values_list("state", "total_fen", "pay_url").distinct().values_list("state", "total_fen")),
        "paid": sorted(Payment.objects.values_list("outcome", "amount_fen")),
        "numbers": sorted(Receipt.objects.values_list("series", "number")),
        "refunds": sorted(Refund.objects.values_list("state", "amount_fen")),
        "handed_in": Remittance.objects.count(),
        "moved": sorted(Transfer.objects.values_list("reason", "amount_fen")),
        "gateway": sorted({line.split()[0] for line in paper.lines()}),
    }  # fmt: skip


def left_behind() -> str:
    """What was on disk, here and at the gateway, when the program was gone."""
    asked = Order.objects.exclude(pay_url="").count()
    refund = Refund.objects.values_list("state", flat=True).first()
    found = {
        "order": Order.objects.count(), "address": asked, "payment": Payment.objects.filter(household_id__isnull=False).count(),
        "remittance": Remittance.objects.count(), "at the gateway": len(paper.lines()),
    }  # fmt: skip
    return (
        ", ".join([name for name, many in found.items() if many] + ([f"refund {refund}"] if refund else []))
        or "nothing"
    )


def fits(county: County) -> None:
    ways = four_ways_agree(county.campaign)
    assert ways.agree, ways.differences
    debits, credits_ = debits_and_credits()
    assert debits == credits_
    assert numbers_without_gap()
    assert records.broken_link(county.campaign.county) is None


@pytest.fixture(params=POINTS, ids=[name.replace(" ", "-") for name in POINTS])
def point(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.mark.long
def test_killed_between_intent_and_acknowledgement_nothing_is_lost_and_nothing_happens_twice(
    real_county: County, point: str
) -> None:
    before, does, where, left = POINTS[point]
    before(real_county)

    def armed() -> None:
        where.arm()
        does(real_county)

    assert in_a_process_of_its_own(armed) == signal.SIGKILL
    with within(everybody()):
        fits(real_county)
        assert left_behind() == left
    assert in_a_process_of_its_own(lambda: does(real_county)) == 0
    with within(everybody()):
        fits(real_county)
        once = everything()
    assert in_a_process_of_its_own(lambda: does(real_county)) == 0

    with within(everybody()):
        assert everything() == once
        _acknowledged(does, once)


def _acknowledged(does: Callable[[County], None], found: dict[str, Any]) -> None:
    """What the second process said yes to is there, to the fen and once."""
    if does is orders_by_phone:
        assert (found["orders"], found["gateway"]) == ([("open", 36000)], ["asked"])
        assert Order.objects.get().pay_url == f"weixin://{ORDER}"
    elif does is callback or does is cash_at_the_counter:
        assert (found["paid"], found["enrolments"], found["receipts"]) == ([("settled", 36000)], 2, 1)
    elif does is hands_in:
        assert (found["handed_in"], ("handed_in", 36000) in found["moved"]) == (1, True)
    else:
        assert found["refunds"] == [(RefundState.PAID, 32000)]
        assert len([line for line in paper.lines() if line.startswith("paid back")]) == 1


def test_who_confirms_without_a_transaction_would_lose_half_of_it(real_county: County) -> None:
    """The control: two steps, each committed by itself, and a death between them."""
    asked = order(real_county, "钱家")

    def half() -> None:
        Order.objects.filter(pk=asked.pk).update(state=Order.State.PAID)
        dies()
        confirmation.confirm([money(asked)], actor="gateway:wechat", at=IN_THE_WINDOW)

    assert in_a_process_of_its_own(half) == signal.SIGKILL
    with within(everybody()):
        assert (Order.objects.get().state, Payment.objects.count()) == ("paid", 0)
        assert pay(real_county, "周家").is_new  # and everything else goes on
