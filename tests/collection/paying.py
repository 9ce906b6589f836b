"""Orders and money for them, in few words."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection

from canbao.collection.domain.confirmation import Confirmed, Told, confirm
from canbao.collection.domain.orders import make_order
from canbao.collection.gateway import Arrival
from canbao.collection.models import Channel, Order, Payment, Receipt, Refund
from canbao.enrolment.models import Enrolment
from canbao.ledger.models import Transfer
from tests.county import COUNTY, IN_THE_WINDOW, County


def order(
    county: County, household: str, *names: str, at: datetime = IN_THE_WINDOW, channel: Channel = Channel.WECHAT
) -> Order:
    """An order for everything that a household still owes, or for the bills of these people."""
    bills = [county.bill(name).pk for name in names] or county.bills(household)
    return make_order(
        order_id=uuid4(), campaign=county.campaign, household=county.household(household), bills=bills, channel=channel,
        made_by="resident:1", at=at,
    )  # fmt: skip


def money(
    for_order: Order | UUID,
    *,
    reference: str | None = None,
    fen: int | None = None,
    at: datetime = IN_THE_WINDOW,
    channel: Channel = Channel.WECHAT,
) -> Told:
    """What a gateway tells when an order was paid, to the fen unless said otherwise."""
    number = for_order if isinstance(for_order, UUID) else for_order.pk
    amount_fen = fen if fen is not None else for_order.total_fen  # type: ignore[union-attr]
    return Told(channel, Arrival(reference or uuid4().hex, number, amount_fen, at))


def tell(*told: Told) -> list[Confirmed]:
    return confirm(told, actor="gateway:wechat", at=IN_THE_WINDOW, county=COUNTY)


def pay(county: County, household: str, *names: str, at: datetime = IN_THE_WINDOW) -> Confirmed:
    (done,) = tell(money(order(county, household, *names, at=at), at=at))
    return done


def receipt_numbers(series: int = 2) -> list[int]:
    return list(Receipt.objects.filter(series=series).order_by("number").values_list("number", flat=True))


def numbers_without_gap() -> bool:
    """Every number that a book has given away is a receipt, and there is no other. One statement, so one moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT bool_and(ARRAY(SELECT r.number FROM collection_receipt r WHERE r.book_id = b.id ORDER BY r.number)
                               = ARRAY(SELECT generate_series(b.first_number, b.next_number - 1)))
                 FROM collection_receiptbook b"""
        )
        return bool(cursor.fetchone()[0])


def counts() -> dict[str, int]:
    """How many rows of everything that money makes; equal before and after: nothing has happened."""
    return {
        "enrolments": Enrolment.objects.count(),
        "payments": Payment.objects.count(),
        "receipts": Receipt.objects.count(),
        "refunds": Refund.objects.count(),
        "transfers": Transfer.objects.count(),
    }
