"""A village of as many one-person households as asked, each with an order that is waiting for its money."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import uuid4

from canbao.collection.domain.receipts import issue_book
from canbao.collection.models import Channel, Order, OrderLine, ReceiptBook
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.enrolment.domain.bills import make_bills
from canbao.enrolment.models import Bill
from canbao.register.domain.bulk import NewPerson, add_people
from tests.county import COUNTY, IN_THE_WINDOW, County, number

CROWDED_VILLAGE = "340621100300"
SERIES = 7
FEN = 32000


def crowd(
    county: County,
    people: int,
    *,
    receipts: int | None = None,
    village: str = CROWDED_VILLAGE,
    series: int = SERIES,
    channels: Sequence[Channel] = (Channel.WECHAT,),
) -> list[Order]:
    """One order a person, in the order of their bills, for each channel in turn. The unit has a book of `receipts`
    numbers (default: enough)."""
    unit = new_unit(village)
    last = 2 * people if receipts is None else receipts
    issue_book(unit=unit, kind=ReceiptBook.Kind.ELECTRONIC, series=series, first=1, last=last)
    add_people(
        NewPerson(
            village=village, household_code=f"{village}-{nth:05d}", name=f"众{nth}", relation="户主", sex="男",
            born_on=_birthday(nth), number=number(_birthday(nth), 1 + nth % 900 + 99 * (village != CROWDED_VILLAGE)),
            number_kind="居民身份证",
        )
        for nth in range(people)
    )  # fmt: skip
    make_bills(county.campaign, on=IN_THE_WINDOW.date())
    return orders_for(list(Bill.objects.filter(campaign=county.campaign, division=village).order_by("pk")), channels)


def new_unit(village: str) -> CollectingUnit:
    Division.objects.create(code=village, name=f"众村{village[-3:]}", level=Division.Level.VILLAGE)
    return CollectingUnit.objects.create(kind=UnitKind.VILLAGE, name=f"众村{village[-3:]}村委会", division_id=village)


def orders_for(bills: list[Bill], channels: Sequence[Channel] = (Channel.WECHAT,)) -> list[Order]:
    """As `make_order` makes them, for thousands: everybody is covered from the new year whenever they pay."""
    orders = [
        Order(
            id=uuid4(), county=COUNTY, campaign_id=bill.campaign_id, household_id=bill.household_id, division=bill.division,
            unit_id=bill.unit_id, channel=channels[nth % len(channels)], total_fen=bill.due_fen or 0, made_by="test", made_at=IN_THE_WINDOW,
            expires_at=IN_THE_WINDOW + timedelta(hours=2),
        )
        for nth, bill in enumerate(bills)
    ]  # fmt: skip
    days = [IN_THE_WINDOW.date() + timedelta(days=n) for n in range(-3, 4)]
    covers = {day.isoformat(): "2022-01-01" for day in days}
    Order.objects.bulk_create(orders)
    OrderLine.objects.bulk_create(
        [
            OrderLine(county=COUNTY, order=order, bill=bill, fen=bill.due_fen, covers=covers)
            for order, bill in zip(orders, bills, strict=True)
        ]
    )
    return orders


def _birthday(nth: int) -> date:
    return date(1950, 1, 1) + timedelta(days=nth)
