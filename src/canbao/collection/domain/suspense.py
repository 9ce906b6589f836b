"""Money in suspense is worked off by two people: one has found out whose it is and says so, another confirms (decision 0023)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid5

from django.db import connection, transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.refusing import refusing
from canbao.collection.domain.orders import make_order
from canbao.collection.models import Channel, Order, Payment, Placing
from canbao.collection.refusals import SAID_BY_DATABASE, BillNotOpen, NotTheirBill
from canbao.enrolment.models import Bill, BillState
from canbao.kernel.days import CHINA

ORDERS = UUID("0b0f3f4e-52c5-4b56-8d5e-0a1c3c9f7f31")  # the name space of orders that placings are made of


@transaction.atomic
def propose_placing(
    payment: Payment, *, placing_id: UUID, bills: Collection[int], why: str, by: Staff, at: datetime
) -> Placing:
    """This money is to pay these bills of one household, and what is left goes back to the payer; without bills, all of it.
    The asker makes the id; the same again is the same. Nothing moves yet.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, what `make_order` says no to for the moment at which the
    money was paid, `NotInSuspense`, `PlacingWaits`, `PlacingWithoutReason`, `PlacedMoreThanArrived`.
    """
    check_may(by, Work.REVIEW_REFUND, division=payment.division)
    actor, asked = f"staff:{by.username}", sorted(set(bills))
    known = Placing.objects.filter(pk=placing_id).exists()
    if asked and not known:
        attempt = transaction.savepoint()
        _order_for(placing_id, payment, asked, actor=actor)  # would they be payable? No order stays of asking.
        transaction.savepoint_rollback(attempt)
    with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT collection_propose_placing(%s, %s, %s, %s, %s, %s)", [placing_id, payment.pk, asked, why, actor, at]
        )
        is_new = cursor.fetchone()[0]
    placing = Placing.objects.select_related("payment").get(pk=placing_id)
    if is_new:
        _note("suspense.proposed", placing, actor=actor, bills=asked)
    return placing


@transaction.atomic
def confirm_placing(placing: Placing, *, by: Staff, at: datetime) -> Placing:
    """The second person agrees: the money settles the bills as of the day on which it was paid, what is left is owed
    back, reviewed by these two. Confirming again is the same.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, what `make_order` says no to, `PlacingDecided`,
    `SamePerson`, `NoReceiptsLeft`.
    """
    payment, actor = placing.payment, f"staff:{by.username}"
    check_may(by, Work.APPROVE_REFUND, division=payment.division)
    placing.refresh_from_db()
    order = None
    if placing.bills and placing.state == Placing.State.PROPOSED:
        order = _order_for(placing.pk, payment, placing.bills, actor=actor).pk
    with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT collection_place(%s, %s, %s, %s, %s)",
            [placing.pk, order, actor, at.astimezone(CHINA).date(), at],
        )
        is_new = cursor.fetchone()[0]
    placing = Placing.objects.select_related("payment").get(pk=placing.pk)
    if is_new:
        _note("suspense.confirmed", placing, actor=actor, outcome=placing.payment.outcome)
    return placing


@transaction.atomic
def drop_placing(placing: Placing, *, why: str, by: Staff, at: datetime) -> Placing:
    """The second person does not agree, or the first takes it back; another opinion may follow.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `PlacingDecided`, `PlacingWithoutReason`.
    """
    actor = f"staff:{by.username}"
    check_may(
        by, Work.REVIEW_REFUND if placing.made_by == actor else Work.APPROVE_REFUND, division=placing.payment.division
    )
    with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
        cursor.execute("SELECT collection_drop_placing(%s, %s, %s, %s)", [placing.pk, why, actor, at])
        is_new = cursor.fetchone()[0]
    placing.refresh_from_db()
    if is_new:
        _note("suspense.dropped", placing, actor=actor)
    return placing


def _order_for(placing_id: UUID, payment: Payment, bills: list[int], *, actor: str) -> Order:
    """An order for these bills as if it had been made when the money was paid, so that cover starts as it would have."""
    first = Bill.objects.filter(pk__in=bills).select_related("campaign", "household", "resident").first()
    if first is None:
        raise NotTheirBill
    if first.state != BillState.OPEN:
        raise BillNotOpen(who=first.resident.name)
    return make_order(
        order_id=uuid5(ORDERS, placing_id.hex), campaign=first.campaign, household=first.household, bills=bills,
        channel=Channel(payment.channel), made_by=actor, at=payment.paid_at.astimezone(CHINA), has_arrived=True,
    )  # fmt: skip


def _note(verb: str, placing: Placing, *, actor: str, **said: object) -> None:
    record(
        verb, f"payment:{placing.payment_id}", county=placing.county, actor=actor, placing=str(placing.pk),
        place_fen=placing.place_fen, back_fen=placing.back_fen, **said,
    )  # fmt: skip
