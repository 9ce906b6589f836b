"""Receipt stock, and receipts as people see them."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import NumericRange
from django.db.models import F

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.refusing import refusing
from canbao.collection.models import Receipt, ReceiptBook
from canbao.collection.models.receipt import NUMBERS_A_SERIES
from canbao.collection.refusals import SAID_BY_DATABASE, NumberUsedTwice, OtherUnit, ReceiptIsVoid, ReceiptPrinted
from canbao.divisions.models import CollectingUnit
from canbao.kernel.days import CHINA


@transaction.atomic
def issue_book(*, unit: CollectingUnit, kind: ReceiptBook.Kind, series: int, first: int, last: int) -> ReceiptBook:
    """Hand a range of numbers to a unit. Raises `NumberUsedTwice` where it overlaps any range ever handed out.

    One at a time: exclusion constraints find several overlapping newcomers by a deadlock, which is no answer.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('receipt books'))")
    try:
        with transaction.atomic():
            return ReceiptBook.objects.create(
                county=unit.division_id[:6], unit=unit, kind=kind, series=series, first_number=first, last_number=last, next_number=first,
                span=NumericRange(series * NUMBERS_A_SERIES + first, series * NUMBERS_A_SERIES + last, "[]"),
            )  # fmt: skip
    except IntegrityError as error:
        raise NumberUsedTwice(series=series, first=first, last=last) from error


@transaction.atomic
def note_print(receipt: Receipt, *, actor: str, as_reprint: bool) -> int:
    """Count a print, and say which print it is: 1 is the original, every other must be marked. On record.

    To be asked before printing: of two who print at once, one gets the 1. Whoever asks for the original, on a page that
    is older than the first print perhaps, is never given a reprint instead. Says no, in this order: `ReceiptIsVoid`,
    `ReceiptPrinted`.
    """
    printable = Receipt.objects.filter(pk=receipt.pk, state=Receipt.State.VALID)
    counted = (printable if as_reprint else printable.filter(prints=0)).update(prints=F("prints") + 1)
    receipt.refresh_from_db(fields=["prints", "state"])
    if receipt.state == Receipt.State.VOID:
        raise ReceiptIsVoid(number=receipt.full_number, instead=receipt.replaced_by.full_number)
    if not counted:
        raise ReceiptPrinted(number=receipt.full_number, prints=receipt.prints)
    record("receipt.printed", f"receipt:{receipt.pk}", county=receipt.county, actor=actor, prints=receipt.prints)
    return receipt.prints


@transaction.atomic
def void(receipt: Receipt, *, reason: str, by: Staff, at: datetime) -> Receipt:
    """A receipt is spoiled: it is voided and keeps its number; the next one of the unit stands for the same money.

    Returns the one in its place; again is the same. Payment, enrolment and ledger are as they were. On record.
    Says no, in this order: `NotYourDivision`, `NotYourWork`, `OtherUnit`, `VoucherStands`, `ReceiptHasVoucher`,
    `VoidWithoutReason`, `VoidReasonTooLong`, `NoReceiptsLeft`.
    """
    check_may(by, Work.COLLECT, division=receipt.division)
    if by.unit_id != receipt.unit_id:
        raise OtherUnit(unit=receipt.unit.name)
    actor = f"staff:{by.username}"
    with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT instead, is_new FROM collection_void(%s, %s, %s, %s, %s)",
            [receipt.pk, reason, actor, at.astimezone(CHINA).date(), at],
        )
        instead_id, is_new = cursor.fetchone()
    instead = Receipt.objects.get(pk=instead_id)
    if is_new:
        record(
            "receipt.voided", f"receipt:{receipt.pk}", county=receipt.county, actor=actor, instead=instead.full_number
        )
    receipt.refresh_from_db()
    return instead


@dataclass(frozen=True, slots=True)
class Verification:
    """What anybody may know of a receipt: that it is real, what it says in total. No personal data."""

    state: str
    total_fen: int
    people: int
    issued_on: object
    unit: str


def verify(*, series: int, number: int, check_code: str) -> Verification | None:
    """None: no such receipt with this check code."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, total_fen, people, issued_on, unit FROM collection_verify(%s, %s, %s)",
            [series, number, check_code],
        )
        row = cursor.fetchone()
    return Verification(*row) if row else None
