"""No more goes back than was paid: the database's own last word, whoever would write the refund."""

from collections import Counter
from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canbao.access.scope import within
from canbao.collection.models import Payment, PaymentOutcome, Refund
from tests.collection.paying import money, order, pay, tell
from tests.collection.racing import as_owner, one_inside_the_other, rewrite
from tests.county import County, everybody

NEVER_SETTLED = ("duplicate", "bill_changed", "unplaced")


@pytest.fixture
def writing(real_county: County) -> County:
    """Refunds are written by functions of the owner; here by whoever likes, so that nothing but the guard stands."""
    as_owner("GRANT INSERT ON collection_refund TO canbao_app")
    return real_county


def owe(county: County, payment: Payment, who: str, fen: int, reason: str = "readjusted") -> Refund:
    bill = county.bill(who)
    nobody = reason == "unplaced"
    return Refund.objects.create(
        id=uuid4(), county=county.campaign.county, campaign=county.campaign, resident_id=None if nobody else bill.resident_id,
        household_id=bill.household_id, division=bill.division, unit_id=bill.unit_id, payment=payment, bill=None if nobody else bill,
        channel="wechat", reason=reason, amount_fen=fen, due_on=date(2021, 11, 20),
    )  # fmt: skip


def paid(county: County) -> Payment:
    return Payment.objects.get(pk=pay(county, "赵家", "赵大", "赵妻").payment_id)


def test_a_person_has_back_no_more_than_was_paid_for_them(writing: County) -> None:
    payment = paid(writing)

    with pytest.raises(IntegrityError, match="more to a person than was paid for them"), transaction.atomic():
        owe(writing, payment, "赵大", 32001)
    owe(writing, payment, "赵大", 32000)
    with pytest.raises(IntegrityError, match="more to a person than was paid for them"), transaction.atomic():
        owe(writing, payment, "赵双一", 1)  # the payment was for two others


def test_what_settled_bills_is_not_given_back_as_something_else(writing: County) -> None:
    with pytest.raises(IntegrityError, match="more than was paid"), transaction.atomic():
        owe(writing, paid(writing), "赵大", 1, "duplicate")


def both_owe(county: County) -> int:
    asked = order(county, "周家")
    tell(money(asked))
    (twice,) = tell(money(asked, fen=31900))  # in suspense, so all of it may go back
    payment = Payment.objects.get(pk=twice.payment_id)
    one_inside_the_other(
        lambda: owe(county, payment, "周归", 20000, "unplaced"),
        lambda: owe(county, payment, "周归", 20000, "duplicate"),
    )
    return sum(Refund.objects.filter(payment=payment).values_list("amount_fen", flat=True))


def test_of_two_at_once_the_second_counts_what_the_first_wrote(writing: County) -> None:
    assert both_owe(writing) == 20000


def test_without_the_lock_both_would_fit_by_themselves(writing: County) -> None:
    """The control."""
    rewrite("collection_no_more_than_paid", "FOR NO KEY UPDATE", "")

    assert both_owe(writing) == 40000  # of 31900


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tries=st.lists(
        st.tuples(
            st.sampled_from(["赵大", "赵妻"]),
            st.integers(1, 64000),
            st.sampled_from([*NEVER_SETTLED, "readjusted"]),
        ),
        max_size=12,
    ),
    extra_fen=st.sampled_from([0, 1, 32000]),
)
def test_whatever_is_tried_in_whatever_order(
    writing: County, tries: list[tuple[str, int, str]], extra_fen: int
) -> None:
    with within(everybody()), transaction.atomic():
        payment = paid(writing)
        as_it_was = payment.amount_fen
        if extra_fen:  # as if more had come than its people owed
            (more,) = tell(money(uuid4(), fen=extra_fen))
            payment = Payment.objects.get(pk=more.payment_id)
        for who, fen, reason in tries:
            try:
                with transaction.atomic():
                    owe(writing, payment, who, fen, reason)
            except IntegrityError:
                continue
        back = list(Refund.objects.filter(payment=payment))
        of_settled: Counter[int | None] = Counter()
        for one in back:
            if one.reason == "readjusted":
                of_settled[one.resident_id] += one.amount_fen
        assert sum(one.amount_fen for one in back) <= payment.amount_fen
        assert all(fen <= 32000 for fen in of_settled.values())
        if payment.outcome == PaymentOutcome.SETTLED:
            assert (as_it_was, [one.reason for one in back if one.reason in NEVER_SETTLED]) == (64000, [])
        transaction.set_rollback(True)
