"""The worked examples of `docs/ledger.md`, run: every table of the page is what the ledger has written, row by row."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection

from canbao.collection.domain.refunds import pay_back
from canbao.collection.gateway import gateway
from canbao.collection.models import Channel, Order, Payment, Refund, RefundReason, RefundRequest, Remittance
from canbao.enrolment.models import Enrolment
from canbao.kernel.fen import yuan
from canbao.ledger.models import Transfer
from canbao.register.domain.changes import died
from canbao.rosters.models import Holding
from tests.collection import fake_gateway
from tests.collection.domain.test_bank_files import bring_in, row
from tests.collection.domain.test_cash import take
from tests.collection.paying import money, order, pay, tell
from tests.county import COUNTY, IN_THE_WINDOW, County, hold, signed_in
from tests.desks import (
    answer_back,
    approve,
    ask_back,
    confirm_placing,
    confirm_remittance,
    enrol_fully_subsidised,
    hand_in,
    pay_out,
    propose_placing,
    readjust,
    reject_remittance,
    review,
)
from tests.ledger.balances import balances, debits_and_credits

PAGE = Path(__file__).parents[2] / "docs" / "ledger.md"
DAY, LAST_DAY = IN_THE_WINDOW.date(), date(2021, 12, 31)

Rows = list[tuple[str, str, str, str]]


@pytest.fixture(autouse=True)
def _a_gateway_that_pays_back(settings: pytest.FixtureRequest) -> Iterator[None]:
    settings.CANBAO_GATEWAYS = {"wechat": "tests.collection.fake_gateway.FakeGateway"}
    gateway.cache_clear()
    fake_gateway.book.__init__()  # type: ignore[misc] - a new page
    yield
    gateway.cache_clear()


def tables(section: str) -> dict[str, Rows]:
    """`{"1 …": [(debit, credit, yuan, reason), …]}`: what a section of the page says, by heading."""
    found: dict[str, Rows] = {}
    heading = ""
    text = PAGE.read_text("utf-8").split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    for line in text.splitlines():
        cells = tuple(cell.strip(" `") for cell in line.strip("| ").split("|"))
        if line.startswith("### "):
            heading = line.removeprefix("### ")
        elif heading and line.startswith("| `") and len(cells) == 4:
            found.setdefault(heading, []).append(cells)
    return found


def written(since: set[object]) -> Rows:
    """The transfers that came since the last step, in no order."""
    new = [one for one in Transfer.objects.select_related("debit", "credit") if one.pk not in since]
    since.update(one.pk for one in new)
    return sorted((one.debit.kind, one.credit.kind, yuan(one.amount_fen), one.reason) for one in new)


def settled(day: date, *, arrived_fen: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT collection_gateway_settled(%(county)s, 'wechat', %(day)s,
                      (SELECT coalesce(array_agg(reference::text), '{}') FROM collection_payment WHERE channel = 'wechat'))""",
            {"county": COUNTY, "day": day},
        )


def handed_in(county: County) -> Remittance:
    return hand_in(
        remittance_id=uuid4(), campaign=county.campaign, unit=county.unit(), certificate="样例0001", period_from=DAY,
        period_until=DAY, people=2, amount_fen=36000, by=county.staff("clerk"), at=IN_THE_WINDOW,
    )  # fmt: skip


def given_back(county: County, reason: RefundReason, *, on: date) -> None:
    refund = Refund.objects.get(reason=reason)
    review(refund, by=county.staff("county"))
    refund = approve(refund, by=county.staff("tax"))
    if refund.channel == Channel.CASH:
        pay_out(refund, by=county.staff("tax"), on=on)
    else:
        assert pay_back(refund, on=on)


def test_the_page_says_what_the_ledger_writes(county: County) -> None:
    known: set[object] = set()
    told = iter(tables("What happens, step by step").items())

    def expect(words: str) -> None:
        heading, rows = next(told)
        assert words in heading, heading
        assert written(known) == sorted(rows), heading

    take(county, "钱家")
    expect("cash")
    pay(county, "赵家", "赵大", "赵妻")
    expect("phone")
    enrol_fully_subsidised(county.campaign, on=DAY, actor="staff:county")
    expect("pays nothing")
    remittance = handed_in(county)
    expect("handed in")
    confirm_remittance(remittance, by=county.staff("finance"), at=IN_THE_WINDOW)
    expect("seen it arrive")
    twice = order(county, "周家")
    tell(money(twice), money(twice))
    expect("twice")
    tell(money(order(county, "郑家"), fen=31900))
    expect("wrong sum")
    settled(DAY, arrived_fen=159900)
    expect("the day's money to the treasury")

    Holding.objects.filter(resident__name="钱奶奶").update(until=LAST_DAY - timedelta(days=1))
    hold({"钱儿": "监测人口"}, on=LAST_DAY)
    readjust(county.campaign, as_of=LAST_DAY, at=IN_THE_WINDOW.replace(month=12, day=31), actor="staff:county")
    expect("changes what people owe")
    take(county, "钱家", at=datetime.combine(LAST_DAY, IN_THE_WINDOW.timetz()))
    expect("difference is paid")
    given_back(county, RefundReason.DUPLICATE, on=LAST_DAY)
    expect("back by phone")
    settled(LAST_DAY, arrived_fen=0)
    expect("more refunds than arrivals")
    given_back(county, RefundReason.READJUSTED, on=LAST_DAY)
    expect("back to somebody who paid cash")

    again = hand_in(
        remittance_id=uuid4(), campaign=county.campaign, unit=county.unit(), certificate="样例0002", period_from=LAST_DAY,
        period_until=LAST_DAY, people=1, amount_fen=28000, by=county.staff("clerk"), at=datetime.combine(LAST_DAY, IN_THE_WINDOW.timetz()),
    )  # fmt: skip
    reject_remittance(
        again, "回单金额不符", by=county.staff("finance"), at=datetime.combine(LAST_DAY, IN_THE_WINDOW.timetz())
    )
    expect("second person rejects")

    assert next(told, None) is None
    debits, credits_ = debits_and_credits()
    assert debits == credits_
    assert last_table() == {
        kind: yuan(fen)
        for kind, fen in balances(
            "gateway",
            "drawer",
            "in_transit",
            "treasury",
            "fund",
            "contributions",
            "subsidies",
            "refunds_due",
            "suspense",
        ).items()
    }


def worked_off(county: County, payment: Payment, *names: str) -> None:
    placing = propose_placing(
        payment, placing_id=uuid4(), bills=[county.bill(name).pk for name in names], why="付款截图", by=county.staff("county"), at=IN_THE_WINDOW
    )  # fmt: skip
    confirm_placing(placing, by=county.staff("tax"), at=IN_THE_WINDOW)


def in_suspense(for_order: Order | UUID, fen: int) -> Payment:
    (done,) = tell(money(for_order, fen=fen))
    return Payment.objects.get(pk=done.payment_id)


def placed(county: County) -> None:
    worked_off(county, in_suspense(uuid4(), 32000), "郑邻")


def given_back_whole(county: County) -> None:
    worked_off(county, in_suspense(order(county, "郑家"), 31900))
    assert pay_back(Refund.objects.get(), on=DAY)


def placed_in_part(county: County) -> None:
    worked_off(county, in_suspense(order(county, "赵家"), 100000), "赵大", "赵妻")


def placed_late(county: County) -> None:
    payment = in_suspense(uuid4(), 32000)
    settled(DAY, arrived_fen=32000)
    worked_off(county, payment, "郑邻")


@pytest.mark.parametrize(
    ("heading", "play"),
    [
        ("Placed onto somebody's bill", placed),
        ("Given back", given_back_whole),
        ("Partly placed", placed_in_part),
        ("Placed after the day's money has reached the treasury", placed_late),
    ],
)
def test_suspense_is_worked_off_as_the_page_says(county: County, heading: str, play: Callable[[County], None]) -> None:
    play(county)

    assert written(set()) == sorted(tables("Money in suspense, worked off")[heading])
    debits, credits_ = debits_and_credits()
    assert (debits, balances("suspense")) == (credits_, {"suspense": 0})


def test_what_is_asked_back_is_as_the_page_says(county: County) -> None:
    take(county, "钱家")
    with signed_in("clerk"):
        died(county.person("钱奶奶"), on=DAY, by=county.staff("clerk"), why="死亡证明", at=IN_THE_WINDOW)
    asked = ask_back(
        Enrolment.objects.get(resident__name="钱奶奶"), request_id=uuid4(), ground=RefundRequest.Ground.DIED, papers="死亡证明",
        by=county.staff("clerk"), at=IN_THE_WINDOW,
    )  # fmt: skip
    answer_back(asked, agrees=True, by=county.staff("town"), at=IN_THE_WINDOW)

    assert written(set()) == sorted(tables("Asked back before cover")["Everything paid for one person goes back"])


def test_a_banks_file_moves_what_the_page_says(county: County) -> None:
    bring_in(
        county, row("1", who="周归"), row("2", who="周归", at="2021-11-15 11:00"), row("3", who="340621199001010000")
    )
    back = Refund.objects.get()
    review(back, by=county.staff("county"))
    approve(back, by=county.staff("tax"))
    pay_out(back, by=county.staff("tax"), on=DAY)

    section = PAGE.read_text("utf-8").split("## A bank's file\n", 1)[1].split("\n## ", 1)[0]
    rows = [tuple(cell.strip(" `") for cell in line.strip("| ").split("|")) for line in section.splitlines()]
    assert written(set()) == sorted(
        one for one in rows if len(one) == 4 and one[0].isidentifier() and one[0] != "debit"
    )


def last_table() -> dict[str, str]:
    """The balances at the end, as the page gives them."""
    text = PAGE.read_text("utf-8").split("## What is where at the end", 1)[1]
    rows = [[cell.strip(" `") for cell in line.strip("| ").split("|")] for line in text.splitlines()]
    return {
        row[0]: row[1].replace("−", "-")
        for row in rows
        if len(row) == 3 and row[0].isidentifier() and row[0] != "account"
    }
