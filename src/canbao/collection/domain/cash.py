"""Cash over the counter: money, receipt and enrolment happen together or not at all."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.collection.domain.confirmation import Told, confirm
from canbao.collection.domain.orders import make_order
from canbao.collection.gateway import Arrival
from canbao.collection.models import Channel, PaymentOutcome, Receipt
from canbao.collection.refusals import AmountDiffers, BillNotOpen, NoUnit, OtherUnit
from canbao.enrolment.models import Campaign
from canbao.kernel.fen import yuan
from canbao.register.models import Household


@transaction.atomic
def take_cash(
    *,
    order_id: UUID,
    campaign: Campaign,
    household: Household,
    bills: Collection[int],
    given_fen: int,
    clerk: Staff,
    at: datetime,
) -> Receipt:
    """Take cash for some bills of a household. The same order id again gives the same receipt.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NoUnit`, `OtherUnit`, what `make_order` says no to,
    `AmountDiffers`, `DrawerIsOverdue`, `DrawerIsFull` (where the county stops collecting at the limits of the notice),
    `BillNotOpen` (somebody was faster), `NoReceiptsLeft`.
    """
    check_may(clerk, Work.COLLECT, division=household.division)
    if clerk.unit_id is None:
        raise NoUnit
    if clerk.unit_id != household.unit_id:
        raise OtherUnit(unit=household.unit.name)
    actor = f"staff:{clerk.username}"
    order = make_order(
        order_id=order_id,
        campaign=campaign,
        household=household,
        bills=bills,
        channel=Channel.CASH,
        made_by=actor,
        at=at,
    )
    if given_fen != order.total_fen:
        raise AmountDiffers(due=yuan(order.total_fen), given=yuan(given_fen))
    arrival = Arrival(reference=order.pk.hex, order=order.pk, amount_fen=given_fen, paid_at=at)
    (done,) = confirm([Told(Channel.CASH, arrival)], actor=actor, at=at, county=household.county)
    if done.outcome is not PaymentOutcome.SETTLED:
        # rolled back: cash that would settle nothing is not taken
        raise BillNotOpen(who=household.residents.order_by("pk").values_list("name", flat=True)[0])
    receipt = Receipt.objects.get(pk=done.receipt_id)
    if done.is_new:
        record("cash.taken", f"receipt:{receipt.pk}", county=household.county, actor=actor, fen=given_fen)
    return receipt
