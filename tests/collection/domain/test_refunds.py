"""Giving back: reviewed by two people, sent once, on the books when it has arrived."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from canbao.access.models import Record, Role, Staff
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.scope import Scope, within
from canbao.collection.domain.refunds import pay_back
from canbao.collection.gateway import GatewayBroke, gateway
from canbao.collection.models import Refund, RefundState
from canbao.collection.refusals import RefundGoesBackByChannel, RefundNotApproved, RefundNotDue, SamePerson
from canbao.ledger.models import Transfer
from canbao.reports.four_ways import four_ways_agree
from tests.collection import fake_gateway
from tests.collection.domain.test_cash import take
from tests.collection.paying import money, order, tell
from tests.collection.racing import all_at_once, as_application, as_owner, one_inside_the_other, rewrite
from tests.county import COUNTY, IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, hold, signed_in
from tests.desks import approve, pay_out, readjust, review
from tests.ledger.balances import balances

TODAY = date(2021, 11, 20)


@pytest.fixture(autouse=True)
def book(settings: pytest.FixtureRequest) -> Iterator[fake_gateway.Book]:
    settings.CANBAO_GATEWAYS = {"wechat": "tests.collection.fake_gateway.FakeGateway"}
    gateway.cache_clear()
    fake_gateway.book.__init__()  # type: ignore[misc] - a new page
    yield fake_gateway.book
    gateway.cache_clear()


def paid_twice(county: County) -> Refund:
    asked = order(county, "周家")
    tell(money(asked), money(asked))
    return Refund.objects.get()


def approved(county: County) -> Refund:
    refund = paid_twice(county)
    review(refund, by=county.staff("county"))
    return approve(refund, by=county.staff("tax"))


def test_a_refund_under_way_is_asked_about_and_not_asked_for_again(county: County, book: fake_gateway.Book) -> None:
    refund, book.is_done = approved(county), False
    assert [pay_back(refund, on=TODAY) for _ in range(3)] == [False] * 3
    book.is_done = True
    assert pay_back(refund, on=TODAY)
    assert len(book.asked) == 1


def test_a_refund_that_they_never_heard_of_is_asked_for_again(county: County, book: fake_gateway.Book) -> None:
    """We went down, or the line did, between the intent and the asking."""
    refund, book.is_done = approved(county), False
    pay_back(refund, on=TODAY)
    book.asked.clear()
    pay_back(refund, on=TODAY)
    assert len(book.asked) == 1


def test_a_double_payment_goes_back_to_the_person_it_came_from(county: County, book: fake_gateway.Book) -> None:
    refund = approved(county)
    assert balances("gateway", "refunds_due", "contributions") == {
        "gateway": 64000, "refunds_due": -32000, "contributions": -32000,
    }  # fmt: skip

    assert pay_back(refund, on=TODAY)

    assert book.asked == [(refund.pk, refund.payment.order_number, 32000, 32000)]
    assert (refund.state, refund.paid_on) == (RefundState.PAID, TODAY)
    assert balances("gateway", "refunds_due", "contributions") == {
        "gateway": 32000, "refunds_due": 0, "contributions": -32000,
    }  # fmt: skip
    assert Transfer.objects.get(reason="refund").resident_id == county.person("周归").pk
    assert four_ways_agree(county.campaign).agree


def test_paying_back_again_is_paying_back_once(county: County, book: fake_gateway.Book) -> None:
    refund = approved(county)
    stale = Refund.objects.get(pk=refund.pk)

    assert [pay_back(refund, on=TODAY), pay_back(refund, on=TODAY), pay_back(stale, on=TODAY)] == [True, True, True]

    assert {asked[0] for asked in book.asked} == {refund.pk}  # the gateway knows it by its id
    assert Transfer.objects.filter(reason="refund").count() == 1


def test_four_who_pay_back_at_once_pay_back_once(real_county: County) -> None:
    refund = approved(real_county)

    answers = all_at_once(*[lambda: pay_back(Refund.objects.get(pk=refund.pk), on=TODAY)] * 4)
    on_record = Record.objects.filter(subject=f"refund:{refund.pk}", verb__in=("refund.sent", "refund.paid_back"))
    assert sorted(on_record.values_list("verb", "actor")) == [("refund.paid_back", "test"), ("refund.sent", "test")]

    assert answers == [True] * 4
    assert (Transfer.objects.filter(reason="refund").count(), balances("refunds_due")) == (1, {"refunds_due": 0})


def test_a_refund_under_way_is_asked_about_again(county: County, book: fake_gateway.Book) -> None:
    refund = approved(county)
    book.is_done = False
    assert not pay_back(refund, on=TODAY)
    assert (Refund.objects.get().state, balances("refunds_due")) == (RefundState.SENT, {"refunds_due": -32000})

    book.is_done = True
    assert pay_back(Refund.objects.get(), on=TODAY)
    assert balances("refunds_due") == {"refunds_due": 0}


def test_a_broken_gateway_leaves_the_intent_on_disk(county: County, book: fake_gateway.Book) -> None:
    refund = approved(county)
    book.is_broken = True

    with pytest.raises(GatewayBroke):
        pay_back(refund, on=TODAY)

    assert (Refund.objects.get().state, Transfer.objects.filter(reason="refund").count()) == (RefundState.SENT, 0)
    assert list(Record.objects.filter(subject=f"refund:{refund.pk}").order_by("position").values_list("verb", flat=True)) == [
        "refund.reviewed", "refund.approved", "refund.sent",
    ]  # fmt: skip


@pytest.mark.parametrize("reviewed", [False, True])
def test_without_two_reviews_nothing_is_sent(county: County, book: fake_gateway.Book, reviewed: bool) -> None:
    refund = paid_twice(county)
    if reviewed:
        refund = review(refund, by=county.staff("county"))

    with pytest.raises(RefundNotApproved):
        pay_back(refund, on=TODAY)

    assert (book.asked, Refund.objects.get().state) == ([], RefundState.DUE)


def test_without_a_first_review_there_is_no_second(county: County) -> None:
    with pytest.raises(RefundNotApproved):
        approve(paid_twice(county), by=county.staff("tax"))

    assert Refund.objects.get().approved_by is None


def test_one_person_does_not_review_twice(county: County) -> None:
    refund = review(paid_twice(county), by=county.staff("county"))
    Staff.objects.filter(username="county").update(role=Role.TAX)  # meanwhile they have changed offices

    with pytest.raises(SamePerson):
        approve(refund, by=county.staff("county"))

    assert Refund.objects.get().state == RefundState.DUE


def test_the_database_too_wants_two_people(county: County) -> None:
    paid_twice(county)

    with signed_in("county"), pytest.raises(IntegrityError, match="refund_two_people"), transaction.atomic():
        Refund.objects.update(reviewed_by="county", approved_by="county", state=RefundState.APPROVED)


@pytest.mark.parametrize(
    ("username", "refusal"),
    [
        pytest.param("clerk", NotYourWork, id="a-clerk"),
        pytest.param("tax", NotYourWork, id="the-second-before-the-first"),
    ],
)
def test_who_may_not_review_does_not(county: County, username: str, refusal: type) -> None:
    with pytest.raises(refusal):
        review(paid_twice(county), by=county.staff(username))

    assert Refund.objects.get().reviewed_by is None


def test_another_town_does_not_review(county: County) -> None:
    Staff.objects.filter(username="town").update(division="340621101000")

    with pytest.raises(NotYourDivision):
        review(paid_twice(county), by=county.staff("town"))


def test_a_first_review_stands_and_is_not_quietly_replaced(county: County) -> None:
    refund = review(paid_twice(county), by=county.staff("county"))

    with pytest.raises(RefundNotDue):
        review(refund, by=county.staff("county2"))

    assert Refund.objects.get().reviewed_by == "county"


def test_what_is_approved_is_not_reviewed_again(county: County) -> None:
    refund = approved(county)

    for again, username in ((review, "county2"), (approve, "tax")):
        with pytest.raises(RefundNotDue):
            again(refund, by=county.staff(username))


def test_nobody_says_paid_but_the_function_that_books_it(county: County) -> None:
    approved(county)

    with pytest.raises(IntegrityError, match="refund_paid_some_day"), transaction.atomic():
        Refund.objects.update(state=RefundState.PAID)


def test_a_neighbouring_village_cannot_book_a_refund_by_sql(county: County) -> None:
    refund = approved(county)

    with (
        within(Scope(OTHER_VILLAGE, "staff:neighbour")),
        pytest.raises(DatabaseError, match="not_your_division"),
        transaction.atomic(),
        connection.cursor() as db,
    ):
        db.execute("SELECT collection_refund_paid(%s, '2021-11-20')", [refund.pk])

    assert balances("refunds_due") == {"refunds_due": -32000}


# --- SQL of somebody's own -------------------------------------------------------------------------------------------

REVIEW = "UPDATE collection_refund SET reviewed_by = %s WHERE id = %s"


def test_nobody_reviews_in_another_persons_name(real_county: County) -> None:
    refund = paid_twice(real_county)
    bureau = Scope(COUNTY, "staff:county")

    with pytest.raises(DatabaseError, match="staff:county cannot speak for staff:county2"):
        as_application(bureau, REVIEW, ["county2", refund.pk])
    assert as_application(bureau, REVIEW, ["county", refund.pk]) == 1
    with pytest.raises(DatabaseError, match="staff:county cannot speak for staff:tax"):
        as_application(bureau, "UPDATE collection_refund SET approved_by = 'tax', state = 'approved' WHERE id = %s", [refund.pk])  # fmt: skip


def test_without_its_guard_one_person_could_be_both_reviewers(real_county: County) -> None:
    """The control."""
    refund = paid_twice(real_county)
    as_owner("ALTER TABLE collection_refund DISABLE TRIGGER sign_refund")

    both = "UPDATE collection_refund SET reviewed_by = 'county2', approved_by = 'tax', state = 'approved' WHERE id = %s"
    assert as_application(Scope(VILLAGE, "staff:clerk"), both, [refund.pk]) == 1


def test_whose_money_it_is_does_not_review_it(real_county: County) -> None:
    refund = paid_twice(real_county)
    resident = Scope(VILLAGE, "resident:1", household=refund.household_id)

    with pytest.raises(DatabaseError, match="cannot review a refund"):
        as_application(resident, REVIEW, ["county", refund.pk])
    with pytest.raises(DatabaseError, match="cannot review a refund"):
        as_application(resident, "UPDATE collection_refund SET state = 'approved' WHERE id = %s", [refund.pk])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param("state = 'due'", "from approved to due and not back", id="back-to-due"),
        pytest.param("reviewed_by = 'somebody'", "is said and stays said", id="another-reviewer"),
        pytest.param("approved_by = NULL, state = 'due'", "is said and stays said", id="not-approved-after-all"),
        pytest.param("amount_fen = 1", "is append-only", id="another-sum"),
        pytest.param("resident_id = resident_id + 1", "is append-only", id="another-person"),
    ],
)
def test_what_has_happened_to_a_refund_does_not_unhappen_even_for_the_owner(
    real_county: County, change: str, says: str
) -> None:
    refund = approved(real_county)

    with pytest.raises(IntegrityError, match=says):
        as_owner(f"UPDATE collection_refund SET {change} WHERE id = %s", [refund.pk])


def test_without_its_guards_a_refund_could_be_paid_again(real_county: County) -> None:
    """The control: back to due, another sum, and off it goes once more."""
    refund = approved(real_county)
    as_owner("ALTER TABLE collection_refund DISABLE TRIGGER only_forward, DISABLE TRIGGER kept_but")

    as_owner(
        "UPDATE collection_refund SET state = 'due', amount_fen = 1, approved_by = NULL WHERE id = %s", [refund.pk]
    )

    assert Refund.objects.get().state == "due"


BY_CHANNEL = "PERFORM refuse('refund_goes_back_by_channel', jsonb_build_object('channel', back.channel));"


def test_what_came_through_a_gateway_is_not_paid_out_by_hand(real_county: County) -> None:
    refund, tax = approved(real_county), Scope(COUNTY, "staff:tax")
    book_it = "SELECT collection_refund_paid(%s, '2021-11-20')"

    with pytest.raises(RefundGoesBackByChannel) as no:
        pay_out(refund, by=real_county.staff("tax"), on=TODAY)
    assert no.value.says == "这笔钱是用微信支付缴的，只能原路退回，不能登记为当面退付。"
    for _ in ("approved", "sent"):  # the database says so itself, also of one that is on its way
        with pytest.raises(DatabaseError, match="refund_goes_back_by_channel"):
            as_application(tax, book_it, [refund.pk])
        as_owner("UPDATE collection_refund SET state = 'sent' WHERE id = %s", [refund.pk])
    assert balances("refunds_due") == {"refunds_due": -32000}

    rewrite("collection_refund_paid", BY_CHANNEL, "NULL;")  # the control
    as_application(tax, book_it, [refund.pk])
    assert balances("refunds_due") == {"refunds_due": 0}


def test_what_was_never_sent_has_not_arrived(county: County) -> None:
    refund = approved(county)

    with pytest.raises(DatabaseError, match="refund_goes_back_by_channel"):
        as_application(Scope(COUNTY, "system:nightly"), "SELECT collection_refund_paid(%s, '2021-11-20')", [refund.pk])


@pytest.mark.parametrize(
    ("channel", "state", "way"),
    [
        ("cash", "due", "审核后当面退还，或转到缴费人的账户。"),
        ("cash", "approved", "审核后当面退还，或转到缴费人的账户。"),
        ("cash", "paid", "已当面退还，或已转到缴费人的账户。"),
        ("wechat", "due", "审核后原路退回，不用另外办理。"),
        ("wechat", "approved", "审核后原路退回，不用另外办理。"),
        ("wechat", "sent", "正在原路退回，不用另外办理。"),
        ("wechat", "paid", "已原路退回。"),
    ],
)
def test_people_read_by_which_way_their_money_goes_back(channel: str, state: str, way: str) -> None:
    assert Refund(channel=channel, state=state, reason="duplicate").way == way


def test_a_refund_that_nobody_approved_is_not_booked_by_sql(real_county: County) -> None:
    refund = paid_twice(real_county)
    book_it = "SELECT collection_refund_paid(%s, '2021-11-20')"

    with pytest.raises(DatabaseError, match="refund_not_approved"):
        as_application(Scope(COUNTY, "staff:county"), book_it, [refund.pk])
    with pytest.raises(DatabaseError, match="not_your_division"):
        as_application(Scope(VILLAGE, "resident:1", household=refund.household_id), book_it, [refund.pk])

    rewrite("collection_refund_paid", "PERFORM refuse('refund_not_approved', '{}');", "NULL;")  # the control
    rewrite("collection_refund_paid", BY_CHANNEL, "NULL;")
    with pytest.raises(IntegrityError, match="refund_reviewed_twice"):  # and a constraint stands behind it
        as_application(Scope(COUNTY, "staff:county"), book_it, [refund.pk])


def cash_to_give_back(county: County) -> Refund:
    """周归 paid in cash and is 低保 from the end of the year; two people have said yes to the 280 that go back."""
    take(county, "周家")
    hold({"周归": "低保对象"}, on=date(2021, 12, 31))
    at = IN_THE_WINDOW.replace(month=12, day=31)
    readjust(county.campaign, as_of=at.date(), at=at, actor="staff:county")
    return approve(review(Refund.objects.get(), by=county.staff("county")), by=county.staff("tax"))


def both_pay_out(county: County) -> int:
    """Two clerks of the tax office note the same handing over; how often it is on record."""
    refund = cash_to_give_back(county)

    def note() -> Refund:
        return pay_out(Refund.objects.get(pk=refund.pk), by=county.staff("tax"), on=TODAY)

    answers = one_inside_the_other(note, note)
    assert [type(answer) for answer in answers] == [Refund, Refund]
    return Record.objects.filter(verb="refund.paid_out").count()


def test_two_who_note_a_handing_over_at_once_note_it_once(real_county: County) -> None:
    assert both_pay_out(real_county) == 1
    assert (Refund.objects.get().state, balances("refunds_due")) == (RefundState.PAID, {"refunds_due": 0})


def test_without_the_lock_of_the_refund_it_would_be_on_record_twice(real_county: County) -> None:
    """The control."""
    rewrite("collection_refund_paid", "WHERE id = in_id FOR UPDATE", "WHERE id = in_id")

    assert both_pay_out(real_county) == 2
