"""Money that nobody could place, worked off by two people: onto somebody's bills, back to whoever paid, or both."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from canbao.access.models import Record
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.scope import Scope, within
from canbao.collection.domain.refunds import pay_back
from canbao.collection.gateway import gateway
from canbao.collection.models import Order, Payment, PaymentOutcome, Placing, Receipt, Refund, RefundState
from canbao.collection.refusals import (
    BillNotOpen,
    NotInSuspense,
    NotTheirBill,
    PlacedMoreThanArrived,
    PlacingDecided,
    PlacingWaits,
    PlacingWithoutReason,
    SamePerson,
)
from canbao.enrolment.models import Enrolment
from canbao.enrolment.refusals import NoticeSaysNo
from canbao.ledger.models import Account, Transfer
from canbao.reports.four_ways import four_ways_agree
from tests.collection import fake_gateway
from tests.collection.paying import counts, money, numbers_without_gap, order, pay, tell
from tests.collection.racing import all_at_once, as_application, as_owner, one_inside_the_other, rewrite
from tests.county import COUNTY, IN_THE_WINDOW, VILLAGE, County
from tests.desks import confirm_placing, drop_placing, propose_placing
from tests.ledger.balances import balances

LATER = IN_THE_WINDOW + timedelta(days=9)
WHY = "缴费人周归来电，付款截图上的流水号一致"


@pytest.fixture(autouse=True)
def book(settings: pytest.FixtureRequest) -> Iterator[fake_gateway.Book]:
    settings.CANBAO_GATEWAYS = {"wechat": "tests.collection.fake_gateway.FakeGateway"}
    gateway.cache_clear()
    fake_gateway.book.__init__()  # type: ignore[misc] - a new page
    yield fake_gateway.book
    gateway.cache_clear()


def unknown(fen: int = 32000, *, at: datetime = IN_THE_WINDOW) -> Payment:
    """Money for an order that nobody made."""
    (done,) = tell(money(uuid4(), fen=fen, at=at))
    return Payment.objects.get(pk=done.payment_id)


def propose(county: County, payment: Payment, *names: str, placing_id: UUID | None = None, why: str = WHY) -> Placing:
    bills = [county.bill(name).pk for name in names]
    return propose_placing(
        payment, placing_id=placing_id or uuid4(), bills=bills, why=why, by=county.staff("county"), at=LATER
    )


def confirm(county: County, placing: Placing, *, by: str = "tax") -> Placing:
    return confirm_placing(placing, by=county.staff(by), at=LATER)


def of_campaigns() -> dict[tuple[str, bool], int]:
    """Balances that are not nothing, by kind of account, and whether they are of a campaign or of none."""
    found: dict[tuple[str, bool], int] = {}
    for one in Transfer.objects.select_related("debit", "credit"):
        for account, fen in ((one.debit, one.amount_fen), (one.credit, -one.amount_fen)):
            key = account.kind, one.campaign_id is not None
            found[key] = found.get(key, 0) + fen
    return {key: fen for key, fen in found.items() if fen}


def test_placed_money_enrols_from_the_day_on_which_it_was_paid(county: County) -> None:
    payment = unknown()
    placing = confirm(county, propose(county, payment, "周归"))

    payment.refresh_from_db()
    enrolment, receipt = Enrolment.objects.get(resident__name="周归"), Receipt.objects.get()
    assert (placing.state, payment.outcome, payment.settled_fen, payment.people) == ("done", "settled", 32000, 1)
    assert (enrolment.paid_on, enrolment.covered_from) == (IN_THE_WINDOW.date(), date(2022, 1, 1))
    assert (receipt.payment, receipt.total_fen, receipt.issued_on) == (payment, 32000, LATER.date())
    assert balances("gateway", "suspense", "contributions") == {
        "gateway": 32000, "suspense": 0, "contributions": -32000,
    }  # fmt: skip
    assert four_ways_agree(county.campaign).agree
    assert numbers_without_gap()


def test_what_the_channel_said_stays_beside_what_was_found_out(county: County) -> None:
    payment = unknown()
    said = payment.order_number
    confirm(county, propose(county, payment, "周归"))

    payment.refresh_from_db()
    assert (payment.order_number, payment.order.state, payment.order_id == said) == (said, Order.State.PAID, False)
    assert tell(money(said, fen=32000))[0].outcome is PaymentOutcome.UNKNOWN_ORDER  # other money for it
    again = tell(money(said, fen=32000, reference=payment.reference))[0]
    assert (again.is_new, again.agrees, again.outcome) == (False, True, PaymentOutcome.SETTLED)


def test_one_yuan_short_goes_back_to_whoever_paid(county: County, book: fake_gateway.Book) -> None:
    (done,) = tell(money(order(county, "周家"), fen=31900))
    payment = Payment.objects.get(pk=done.payment_id)
    confirm(county, propose(county, payment))

    refund = Refund.objects.get()
    assert (refund.state, refund.reason, refund.resident, refund.amount_fen) == ("approved", "unplaced", None, 31900)
    assert (refund.reviewed_by, refund.approved_by) == ("county", "tax")
    assert refund.household_id == county.household("周家").pk  # so the family sees it
    assert balances("gateway", "suspense", "refunds_due") == {"gateway": 31900, "suspense": 0, "refunds_due": -31900}

    assert pay_back(refund, on=LATER.date())
    assert book.asked == [(refund.pk, payment.order_number, 31900, 31900)]
    assert balances("gateway", "suspense", "refunds_due") == {"gateway": 0, "suspense": 0, "refunds_due": 0}


def test_part_is_placed_and_the_rest_goes_back(county: County) -> None:
    (done,) = tell(money(order(county, "赵家"), fen=100000))
    payment = Payment.objects.get(pk=done.payment_id)
    placing = confirm(county, propose(county, payment, "赵大", "赵妻"))

    payment.refresh_from_db()
    assert (placing.place_fen, placing.back_fen) == (64000, 36000)
    assert (payment.outcome, payment.settled_fen) == (PaymentOutcome.PARTLY, 64000)
    assert Refund.objects.get().amount_fen == 36000
    assert balances("gateway", "suspense", "contributions", "refunds_due") == {
        "gateway": 100000, "suspense": 0, "contributions": -64000, "refunds_due": -36000,
    }  # fmt: skip
    assert four_ways_agree(county.campaign).agree


def test_money_of_no_campaign_becomes_money_of_one_in_every_account(county: County) -> None:
    """Also where the day's money was moved to the treasury long ago."""
    payment = unknown()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT collection_gateway_settled(%s, 'wechat', %s, %s)",
            [COUNTY, IN_THE_WINDOW.date(), [payment.reference]],
        )
    assert of_campaigns() == {("treasury", False): 32000, ("suspense", False): -32000}

    confirm(county, propose(county, payment, "周归"))

    assert of_campaigns() == {("treasury", True): 32000, ("contributions", True): -32000}


def test_nobody_confirms_what_they_said_themselves(real_county: County) -> None:
    placing = propose(real_county, unknown(), "周归")
    as_owner("UPDATE access_staff SET role = 'tax' WHERE username = 'county'")
    before = counts()

    with pytest.raises(SamePerson), transaction.atomic():
        confirm(real_county, placing, by="county")
    rewrite("collection_place", "PERFORM refuse('same_person');", "NULL;")
    with pytest.raises(IntegrityError, match="placing_two_people"), transaction.atomic():
        confirm(real_county, placing, by="county")
    assert counts() == before


@pytest.mark.parametrize(("who", "no"), [("tax", NotYourWork), ("clerk", NotYourDivision), ("town", NotYourDivision)])
def test_who_may_say_so(county: County, who: str, no: type[Exception]) -> None:
    with pytest.raises(no):
        propose_placing(unknown(), placing_id=uuid4(), bills=[], why=WHY, by=county.staff(who), at=LATER)


def test_who_may_confirm(county: County) -> None:
    placing = propose(county, unknown(), "周归")

    with pytest.raises(NotYourWork):
        confirm(county, placing, by="county2")


def test_the_same_said_again_is_the_same(county: County) -> None:
    payment, asked = unknown(), uuid4()
    propose(county, payment, "周归", placing_id=asked)
    propose(county, payment, "周归", placing_id=asked)
    with pytest.raises(IntegrityError, match="exists with other content"), transaction.atomic():
        propose(county, payment, placing_id=asked)

    placing = Placing.objects.get()
    confirm(county, placing)
    before = counts()
    assert confirm(county, placing).state == Placing.State.DONE
    assert propose(county, payment, "周归", placing_id=asked).state == Placing.State.DONE
    assert counts() == before
    assert [one.verb for one in Record.objects.filter(subject=f"payment:{payment.pk}")] == [
        "suspense.proposed", "suspense.confirmed",
    ]  # fmt: skip


def test_not_so_says_the_second_and_the_first_finds_out_more(county: County) -> None:
    payment = unknown()
    placing = propose(county, payment, "周归")
    with pytest.raises(PlacingWithoutReason), transaction.atomic():
        drop_placing(placing, why=" ", by=county.staff("tax"), at=LATER)
    dropped = drop_placing(placing, why="截图是另一笔", by=county.staff("tax"), at=LATER)
    assert drop_placing(placing, why="截图是另一笔", by=county.staff("tax"), at=LATER).state == Placing.State.DROPPED
    assert (dropped.decided_by, dropped.dropped_why) == ("staff:tax", "截图是另一笔")

    with pytest.raises(PlacingDecided, match="不予确认"), transaction.atomic():
        confirm(county, placing)
    done = confirm(county, propose(county, payment))
    with pytest.raises(PlacingDecided, match="已办理"), transaction.atomic():
        drop_placing(done, why="反悔", by=county.staff("tax"), at=LATER)


def test_the_first_takes_it_back(county: County) -> None:
    placing = propose(county, unknown(), "周归")

    assert drop_placing(placing, why="选错了人", by=county.staff("county"), at=LATER).decided_by == "staff:county"


def test_one_opinion_at_a_time_and_only_while_it_lies_there(county: County) -> None:
    payment = unknown()
    placing = propose(county, payment, "周归")
    with pytest.raises(PlacingWaits), transaction.atomic():
        propose(county, payment)
    confirm(county, placing)
    with pytest.raises(NotInSuspense), transaction.atomic():
        propose(county, payment)


def test_a_reason_is_asked_for(county: County) -> None:
    with pytest.raises(PlacingWithoutReason):
        propose(county, unknown(), "周归", why=" ")


def test_319_pays_no_bill_of_320(county: County) -> None:
    with pytest.raises(PlacedMoreThanArrived) as no:
        propose(county, unknown(31900), "周归")
    assert no.value.says == "选的账单合计320.00元，到账只有319.00元。"


def test_a_bill_paid_meanwhile_is_paid_once(county: County) -> None:
    placing = propose(county, unknown(), "周归")
    pay(county, "周家")

    with pytest.raises(BillNotOpen), transaction.atomic():
        confirm(county, placing)
    with pytest.raises(BillNotOpen), transaction.atomic():
        propose(county, unknown(), "周归")
    assert Payment.objects.filter(outcome=PaymentOutcome.UNKNOWN_ORDER).count() == 1


def test_bills_of_two_households_or_of_none_are_no_bills_of_anybody(county: County) -> None:
    with pytest.raises(NotTheirBill), transaction.atomic():
        propose(county, unknown(64000), "周归", "郑邻")
    with pytest.raises(NotTheirBill), transaction.atomic():
        propose_placing(unknown(), placing_id=uuid4(), bills=[0], why=WHY, by=county.staff("county"), at=LATER)


def test_money_paid_after_the_window_enrols_nobody_later_either(county: County) -> None:
    asked = order(county, "周家", at=IN_THE_WINDOW.replace(month=12, day=31, hour=23))
    (done,) = tell(money(asked, at=datetime(2022, 3, 2, 9, tzinfo=IN_THE_WINDOW.tzinfo)))
    assert done.outcome is PaymentOutcome.WINDOW_CLOSED
    payment = Payment.objects.get(pk=done.payment_id)

    with pytest.raises(NoticeSaysNo), transaction.atomic():
        propose(county, payment, "周归")
    confirm(county, propose(county, payment))
    assert Refund.objects.get().amount_fen == 32000


def test_money_of_a_channel_that_was_closed_since_is_placed_all_the_same(
    county: County, settings: pytest.FixtureRequest
) -> None:
    payment = unknown()
    settings.CANBAO_GATEWAYS = {}

    assert confirm(county, propose(county, payment, "周归")).payment.outcome == PaymentOutcome.SETTLED


def both_confirm(county: County) -> tuple[object, object]:
    placing = propose(county, unknown())
    as_owner("UPDATE access_staff SET role = 'tax' WHERE username = 'county2'")
    return one_inside_the_other(lambda: confirm(county, placing), lambda: confirm(county, placing, by="county2"))


def test_two_who_confirm_at_once_confirm_once(real_county: County) -> None:
    outcomes = both_confirm(real_county)

    assert [one.decided_by for one in outcomes] == ["staff:tax", "staff:tax"]  # type: ignore[attr-defined]
    assert (Refund.objects.count(), Transfer.objects.filter(reason="given_back").count()) == (1, 1)
    assert Record.objects.filter(verb="suspense.confirmed").count() == 1


def test_without_the_locks_the_second_would_go_on_and_only_the_last_key_stops_it(real_county: County) -> None:
    """The control."""
    rewrite("collection_place", "WHERE id = in_id) FOR UPDATE", "WHERE id = in_id)")
    rewrite("collection_place", "WHERE id = in_id FOR UPDATE", "WHERE id = in_id")

    assert isinstance(both_confirm(real_county)[1], IntegrityError)


def test_a_family_and_a_neighbouring_village_see_no_opinions(county: County) -> None:
    (done,) = tell(money(order(county, "周家"), fen=31900))
    propose(county, Payment.objects.get(pk=done.payment_id))
    home = county.household("周家")

    with within(Scope(VILLAGE, "staff:clerk")):
        assert Placing.objects.count() == 1
    with within(Scope("340621100201", "staff:neighbour")):
        assert Placing.objects.count() == 0
    with within(Scope(VILLAGE, "resident:1", household=home.pk)):
        assert (Payment.objects.count(), Placing.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE collection_placing SET state = 'done', decided_by = 'staff:tax', decided_at = now()",
        "INSERT INTO collection_placing (id) VALUES (gen_random_uuid())",
        "DELETE FROM collection_placing",
        "UPDATE collection_payment SET outcome = 'surplus'",
    ],
)
def test_nobody_works_it_off_by_hand(county: County, statement: str) -> None:
    propose(county, unknown())

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        as_application(Scope(COUNTY, "staff:tax"), statement)


def test_what_money_was_for_is_found_out_once(real_county: County) -> None:
    payment = unknown()
    confirm(real_county, propose(real_county, payment, "周归"))

    with pytest.raises(IntegrityError, match="is for what it was for"):
        as_owner("UPDATE collection_payment SET order_id = NULL")
    with pytest.raises(IntegrityError, match="goes from done to dropped"):
        as_owner("UPDATE collection_placing SET state = 'dropped', dropped_why = 'x'")


def test_four_who_place_four_pieces_of_money_onto_one_bill_pay_it_once(real_county: County) -> None:
    """What comes too late is owed back to the person, like anything that is paid twice, or stays where it is."""
    placings = [propose(real_county, unknown(), "周归") for _ in range(4)]

    all_at_once(*[lambda one=one: confirm(real_county, one) for one in placings])

    assert Enrolment.objects.filter(resident__name="周归").count() == 1
    assert balances("contributions") == {"contributions": -32000}
    waiting = Placing.objects.filter(state="proposed").count()
    twice = Refund.objects.filter(reason="duplicate", state=RefundState.DUE).count()
    assert waiting + twice == 3
    assert balances("suspense", "refunds_due") == {"suspense": -32000 * waiting, "refunds_due": -32000 * twice}
    assert four_ways_agree(real_county.campaign).agree
    assert Account.objects.filter(kind="suspense").count() == 1
