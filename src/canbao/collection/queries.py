"""Questions about payments, receipts and refunds that have a name."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from canbao.access.names import names_of_staff
from canbao.collection.domain.receipts import printable
from canbao.collection.domain.stock import Holder
from canbao.collection.models import (
    Channel,
    HandOver,
    Loss,
    Order,
    OrderLine,
    Payment,
    PaymentOutcome,
    Receipt,
    ReceiptBook,
    ReceiptLine,
    Refund,
    RefundRequest,
    RefundState,
    Remittance,
    SettledLine,
    Voiding,
)
from canbao.divisions.models import CollectingUnit
from canbao.documents.receipts import ReceiptLine as PaperLine
from canbao.documents.receipts import ReceiptPaper
from canbao.enrolment.models import BillState, Campaign, Enrolment
from canbao.enrolment.packs import pack_of
from canbao.kernel.days import days_after
from canbao.kernel.division_code import DivisionCode
from canbao.register.models import Resident
from canbao.register.queries import inside

FEW_RECEIPTS, FEW_DAYS, PACE_DAYS = 20, 7, 14  # below these a unit is told to fetch new paper
Part = tuple[int | None, int]  # what one resident paid with one payment
# Notices say when to ask for a refund and not by when it has to arrive; the usual limit in the field is 20 working days.
REFUND_DAYS = 28
SUSPENSE_DAYS = 7  # so long somebody may look into money before it is named every night
IN_SUSPENSE = (PaymentOutcome.UNKNOWN_ORDER, PaymentOutcome.AMOUNT_DIFFERS, PaymentOutcome.WINDOW_CLOSED)


def orders_to_pay(household: int, *, at: datetime) -> QuerySet[Order]:
    """Orders of a household that still wait for their money, and for people who have not paid in another way."""
    return (
        Order.objects.filter(household=household, state=Order.State.OPEN, expires_at__gt=at)
        .exclude(channel=Channel.CASH)
        .exclude(lines__bill__state__in=(BillState.SETTLED, BillState.SUPERSEDED))
        .exclude(payments__isnull=False)  # what has come for it is looked into: nobody is to pay again
        .order_by("made_at")
    )


def looked_into(household: int) -> QuerySet[Payment]:
    """Money that a household paid and that could not be placed yet."""
    return Payment.objects.filter(household_id=household, outcome__in=IN_SUSPENSE).order_by("paid_at")


def settled_of(order: Order) -> QuerySet[OrderLine]:
    """The lines of an order that its money paid for; the others were paid in another way, or asked for another sum."""
    return OrderLine.objects.filter(order=order, pk__in=SettledLine.objects.filter(payment__order=order).values("line"))


def came_back(order: Order) -> QuerySet[Refund]:
    """What of an order's money paid for nobody, and is owed back to a person or was given back."""
    return (
        Refund.objects.filter(payment__order=order)
        .exclude(bill__due_fen__lt=0)
        .select_related("resident", "payment")
        .order_by("resident", "pk")
    )


def receipts_left(unit: CollectingUnit) -> int:
    """Paper receipts that a unit still has in hand."""
    left = ReceiptBook.objects.filter(unit=unit, kind=ReceiptBook.Kind.PAPER).aggregate(
        left=Sum(F("last_number") - F("next_number") + 1)
    )
    return left["left"] or 0


class PaperLeft(NamedTuple):
    """Paper receipts of a unit. `days`: how long they last at the pace of the last two weeks; None: it used none."""

    unit: CollectingUnit
    left: int
    days: int | None

    @property
    def is_short(self) -> bool:
        return self.left < FEW_RECEIPTS or (self.days is not None and self.days < FEW_DAYS)


def paper_left_in(place: str, *, on: date) -> list[PaperLeft]:
    """Of every unit of a place that collects, who has least first. One query."""
    first, after = DivisionCode(place).range()
    books = ReceiptBook.objects.filter(unit=OuterRef("pk"), kind=ReceiptBook.Kind.PAPER).order_by().values("unit")
    used = Receipt.objects.filter(
        unit=OuterRef("pk"),
        book__kind=ReceiptBook.Kind.PAPER,
        issued_on__gt=days_after(on, -PACE_DAYS),
        issued_on__lte=on,
    )
    units = CollectingUnit.objects.filter(division__gte=first, division__lt=after, until=None).annotate(
        left=Coalesce(Subquery(books.annotate(n=Sum(F("last_number") - F("next_number") + 1)).values("n")), 0),
        used=Coalesce(Subquery(used.order_by().values("unit").annotate(n=Count("pk")).values("n")), 0),
    )
    found = [PaperLeft(one, one.left, one.left * PACE_DAYS // one.used if one.used else None) for one in units]
    return sorted(found, key=lambda one: (one.left, one.unit.division_id, one.unit.name))


def units_short_in(place: str, *, on: date) -> int:
    """How many units of a place are told to fetch new paper."""
    return sum(one.is_short for one in paper_left_in(place, on=on))


def books_of(holder: Holder) -> QuerySet[ReceiptBook]:
    """Ranges of a holder that are not used up, in the order of use."""
    unit, office = holder.key
    books = ReceiptBook.objects.filter(unit=unit, office=office, state=ReceiptBook.State.HELD)
    return books.filter(next_number__lte=F("last_number")).order_by("kind", "since", "span")


def hand_overs_of(holder: Holder) -> QuerySet[HandOver]:
    """What a holder gave or is to receive; what waits first, then the latest."""
    unit, office = holder.key
    mine = Q(from_unit=unit, from_office=office) | Q(to_unit=unit, to_office=office)
    return (
        HandOver.objects.filter(mine)
        .select_related("book", "from_unit", "to_unit")
        .order_by(F("answered_at").desc(nulls_first=True), "-given_at", "pk")
    )


def losses_in(place: str) -> QuerySet[Loss]:
    """What the holders of a place lost, the latest first."""
    first, after = DivisionCode(place).range()
    of = Q(office__gte=first, office__lt=after) | Q(unit__division__gte=first, unit__division__lt=after)
    return Loss.objects.filter(of).select_related("book", "unit").order_by("-reported_at", "pk")


def receipts_in(division: str) -> QuerySet[Receipt]:
    return Receipt.objects.filter(inside(division)).select_related("unit", "household", "order", "payment", "campaign")


def batch_of(
    division: str, *, kind: ReceiptBook.Kind, first_day: date, last_day: date, unit: CollectingUnit | None = None
) -> QuerySet[Receipt]:
    """Receipts that were issued on some days, in the order of their numbers, vouchers not among them; of one unit or of all."""
    days = Q(issued_on__gte=first_day, issued_on__lte=last_day)
    found = receipts_in(division).filter(days, book__kind=kind, takes_back_from__isnull=True)
    return (found.filter(unit=unit) if unit else found).order_by("series", "number")


class BatchCount(NamedTuple):
    """How many of a batch have never been printed, have been, wait for a second person to void them, and are void."""

    new: int
    printed: int
    waiting: int
    void: int


def count_batch(found: QuerySet[Receipt]) -> BatchCount:
    """Two queries."""
    new = Count("pk", filter=Q(prints=0))
    can = printable(found).order_by().aggregate(new=new, all=Count("pk"))
    void = Count("pk", filter=Q(state=Receipt.State.VOID))
    every = found.order_by().aggregate(void=void, all=Count("pk"))
    waiting = every["all"] - every["void"] - can["all"]
    return BatchCount(can["new"], can["all"] - can["new"], waiting, every["void"])


def voidings_in(division: str) -> QuerySet[Voiding]:
    """The ones that wait first, the oldest of them first; then those answered last."""
    return (
        Voiding.objects.filter(receipt__in=Receipt.objects.filter(inside(division)))
        .select_related("receipt__unit")
        .order_by(F("answered_at").desc(nulls_first=True), "asked_at", "pk")
    )


class Paid(NamedTuple):
    """What one person has paid at one time, and the receipt that says so; what of it has gone back since, and what is
    still to go back."""

    fen: int
    on: date
    receipt: Receipt
    returned_fen: int
    to_return_fen: int


def paid_by_person(household: int, campaign: Campaign) -> dict[int, list[Paid]]:
    """What everybody of a household has paid in a campaign, by resident, the first payment first; also in the household
    from which somebody came, where it is within sight. Two queries.
    """
    people = Resident.objects.filter(household=household).values("pk")
    lines = ReceiptLine.objects.filter(
        resident_id__in=people, receipt__campaign=campaign, receipt__takes_back_from__isnull=True, is_void=False
    )
    returned, to_return = _going_back(household, campaign)
    found: dict[int, list[Paid]] = {}
    for line in lines.select_related("receipt__payment").order_by("receipt__issued_at", "pk"):
        part = line.receipt.payment_id, line.resident_id
        paid = Paid(line.fen, paid_on(line.receipt), line.receipt, returned[part], to_return[part])
        found.setdefault(line.resident_id, []).append(paid)
    return found


def _going_back(household: int, campaign: Campaign) -> tuple[Counter[Part], Counter[Part]]:
    """Fen of each person's part of a payment that have arrived with them again, and that are still on their way.

    Money paid twice, or for a bill that had changed, is not among it: it never was on a receipt.
    """
    returned: Counter[Part] = Counter()
    to_return: Counter[Part] = Counter()
    people = Resident.objects.filter(household=household).values("pk")
    for refund in Refund.objects.filter(resident_id__in=people, campaign=campaign, bill__due_fen__lt=0):
        of = returned if refund.state == RefundState.PAID else to_return
        of[refund.payment_id, refund.resident_id] += refund.amount_fen
    return returned, to_return


def paid_on(receipt: Receipt) -> date:
    """One that stands in the place of a spoiled one, or takes money back, is issued later than the money was paid."""
    return receipt.payment.paid_on if receipt.payment else receipt.issued_on


def remittances_in(division: str) -> QuerySet[Remittance]:
    """The ones that wait first, then those confirmed last."""
    return (
        Remittance.objects.filter(inside(division))
        .select_related("unit")
        .order_by(F("confirmed_at").desc(nulls_first=True), F("rejected_at").desc(nulls_first=True), "-made_at")
    )


def refunds_overdue(division: str, *, on: date) -> QuerySet[Refund]:
    """Those that should have arrived by now, the oldest first."""
    return refunds_in(division).filter(due_on__lt=days_after(on, -REFUND_DAYS))


def refunds_in(division: str) -> QuerySet[Refund]:
    """Refunds that are not paid yet, the oldest first."""
    return (
        Refund.objects.filter(inside(division))
        .exclude(state="paid")
        .select_related("resident", "unit", "payment")
        .order_by("due_on", "pk")
    )


def asked_back_in(division: str) -> QuerySet[RefundRequest]:
    """Askings of people enrolled there: the ones that wait first, the oldest of them first; then those answered last."""
    enrolled = Enrolment.objects.filter(inside(division))
    return (
        RefundRequest.objects.filter(enrolment__in=enrolled)
        .select_related("enrolment__resident", "enrolment__unit")
        .order_by(F("answered_at").desc(nulls_first=True), "asked_at", "pk")
    )


def refunds_paid_in(division: str) -> QuerySet[Refund]:
    """Refunds that have arrived, the latest first."""
    found = Refund.objects.filter(inside(division), state="paid").select_related("resident", "unit", "payment")
    return found.order_by("-paid_on", "pk")


def suspense_in(division: str) -> QuerySet[Payment]:
    """Money that could not be placed, the oldest first."""
    return (
        Payment.objects.filter(inside(division), outcome__in=IN_SUSPENSE)
        .select_related("unit")
        .order_by("paid_on", "pk")
    )


def money_found(division: str, reference: str, fen: int | None, on: date | None) -> QuerySet[Payment]:
    """Money that has arrived, whatever became of it, by its channel's whole number, amount and day; those given count."""
    given = {"reference": reference, "amount_fen": fen, "paid_on": on}
    found = Payment.objects.filter(inside(division), **{key: value for key, value in given.items() if value})
    return found.select_related("unit").order_by("paid_on", "pk")


class Whereabouts(NamedTuple):
    """What became of money that somebody tells of; `back_fen` is owed back or was given back, `returned_fen` has arrived."""

    channel: Channel
    outcome: PaymentOutcome
    settled_fen: int
    back_fen: int
    returned_fen: int


def what_became_of(reference: str, *, fen: int, on: date) -> list[Whereabouts]:
    """By the channel's number, the sum and the day, all of which the payer's telephone shows: in any place of the county of
    whoever is at work, and without saying whose it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM collection_find_money(%s, %s, %s)", [reference, fen, on])
        return [Whereabouts(Channel(row[0]), PaymentOutcome(row[1]), *row[2:]) for row in cursor.fetchall()]


def receipt_paper(
    receipt: Receipt, *, verify_url: str, is_synthetic: bool, nth_print: int = 1, printed_on: date | None = None
) -> ReceiptPaper:
    """A receipt as it is printed for the `nth_print` time. Three queries, whatever the number of people."""
    (paper,) = receipt_papers(
        [receipt],
        verify_url=lambda _: verify_url,
        is_synthetic=is_synthetic,
        prints={receipt.pk: nth_print},
        printed_on=printed_on,
    )
    return paper


def receipt_papers(
    receipts: Sequence[Receipt],
    *,
    verify_url: Callable[[Receipt], str],
    is_synthetic: bool,
    prints: Mapping[int, int],
    printed_on: date | None = None,
) -> list[ReceiptPaper]:
    """Receipts as they are printed, each for the time that `prints` says. Three queries, whatever their number."""
    lines: dict[int, list[ReceiptLine]] = {receipt.pk: [] for receipt in receipts}
    of_all = ReceiptLine.objects.filter(receipt__in=lines).select_related("bill__assessment", "bill__resident")
    for line in of_all.order_by("bill__resident"):
        lines[line.receipt_id].append(line)
    people = Resident.objects.filter(household__in={receipt.household_id for receipt in receipts})
    heads = dict(people.order_by("household", "pk").distinct("household").values_list("household", "name"))
    collectors = names_of_staff({receipt.issued_by for receipt in receipts})
    return [
        ReceiptPaper(
            title=receipt_name(receipt.campaign),
            series=f"{receipt.series:04d}",
            number=f"{receipt.number:08d}",
            unit=receipt.unit.name,
            household_code=receipt.household.code,
            head=heads.get(receipt.household_id, ""),
            covers=f"{_day(receipt.campaign.benefit_from)}至{_day(receipt.campaign.benefit_until)}",
            lines=tuple(_paper_line(line, on=paid_on(receipt)) for line in lines[receipt.pk]),
            total_fen=receipt.total_fen,
            paid_by=receipt.order.get_channel_display() if receipt.order else "",
            collected_by=collectors.get(receipt.issued_by, "网上缴费"),
            collected_on=paid_on(receipt),
            check_code=receipt.check_code,
            qr=verify_url(receipt),
            nth_print=prints[receipt.pk],
            printed_on=printed_on,
            is_synthetic=is_synthetic,
            is_void=receipt.state == Receipt.State.VOID,
        )
        for receipt in receipts
    ]


def receipt_name(campaign: Campaign) -> str:
    """What the notice calls its receipt; on the screen and on the paper the same."""
    named = pack_of(campaign).collecting.receipt
    return named.name if named else "城乡居民基本医疗保险费专用票据"


def _paper_line(line: ReceiptLine, *, on: date) -> PaperLine:
    resident, assessment = line.bill.resident, line.bill.assessment
    is_difference = line.fen != assessment.pays_fen
    answer = assessment.answer
    helped = (*answer["shares"], *answer.get("waived", ()), *answer.get("paid_back", ()))
    categories = "、".join(dict.fromkeys(part["category"] for part in helped))
    return PaperLine(
        name=resident.name,
        sex=resident.sex,
        age=on.year - resident.born_on.year - ((on.month, on.day) < (resident.born_on.month, resident.born_on.day)),
        masked_number=resident.masked_number,
        why="身份调整补差" if is_difference else categories or "普通居民",
        amount_fen=line.fen,
        subsidy_fen=0 if is_difference else sum(share["fen"] for share in assessment.shares),
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
