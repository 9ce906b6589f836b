"""Receipt stock, and receipts as people see them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import NumericRange
from django.db.models import Exists, F, OuterRef, QuerySet

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.refusing import refusing
from canbao.collection.models import Receipt, ReceiptBook, Voiding
from canbao.collection.models.receipt import NUMBERS_A_SERIES
from canbao.collection.refusals import (
    SAID_BY_DATABASE,
    NothingToPrint,
    NumberUsedTwice,
    OtherUnit,
    ReceiptIsVoid,
    ReceiptPrinted,
    ReceiptWaitsForVoid,
)
from canbao.divisions.models import CollectingUnit
from canbao.kernel.days import CHINA
from canbao.kernel.refusal import must


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
    is older than the first print perhaps, is never given a reprint instead. Locks the receipt. Says no, in this order:
    `ReceiptIsVoid`, `ReceiptWaitsForVoid`, `ReceiptPrinted`.
    """
    Receipt.objects.select_for_update(no_key=True).get(pk=receipt.pk)
    receipt.refresh_from_db(fields=["prints", "state"])
    if receipt.state == Receipt.State.VOID:
        raise ReceiptIsVoid(number=receipt.full_number, instead=receipt.replaced_by.full_number)
    if receipt.waits_for_void:
        raise ReceiptWaitsForVoid(number=receipt.full_number)
    if receipt.prints and not as_reprint:
        raise ReceiptPrinted(number=receipt.full_number, prints=receipt.prints)
    Receipt.objects.filter(pk=receipt.pk).update(prints=F("prints") + 1)
    receipt.refresh_from_db(fields=["prints"])
    record("receipt.printed", f"receipt:{receipt.pk}", county=receipt.county, actor=actor, prints=receipt.prints)
    return receipt.prints


def printable(found: QuerySet[Receipt]) -> QuerySet[Receipt]:
    """Without those that are void, and those of which somebody says that they are spoiled."""
    waiting = Voiding.objects.filter(receipt=OuterRef("pk"), is_agreed__isnull=True)
    return found.filter(~Exists(waiting), state=Receipt.State.VALID)


@transaction.atomic
def note_prints(ids: Collection[int], *, subject: str, county: str, actor: str, as_reprint: bool) -> dict[int, int]:
    """Count a print of each of many, as `note_print` does of one: which print of each receipt it is, by id. On record, in one
    link with all of them.

    Left out is what is void or waits by now, and what has its original already unless reprints are asked for: of two who
    print the same at once every receipt has one original. Locks the receipts by id. Three statements, however many.
    Says no: `NothingToPrint`, where nothing is left.
    """
    chosen = Receipt.objects.filter(pk__in=ids)
    list(chosen.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    left = printable(chosen) if as_reprint else printable(chosen).filter(prints=0)  # seen only now, behind the lock
    counted = {pk: prints + 1 for pk, prints in left.order_by("series", "number").values_list("pk", "prints")}
    if not counted:
        raise NothingToPrint
    Receipt.objects.filter(pk__in=counted).update(prints=F("prints") + 1)
    record("receipts.printed", subject, county=county, actor=actor, prints=counted)
    return counted


@transaction.atomic
def note_file_copy(receipt: Receipt, *, actor: str) -> None:
    """A void receipt is printed for the file, with 作废 across it: no print of anything that counts. On record."""
    must(receipt.state == Receipt.State.VOID, "a copy for the file is of a void receipt")
    record("receipt.file_copy", f"receipt:{receipt.pk}", county=receipt.county, actor=actor)


@transaction.atomic
def ask_void(receipt: Receipt, *, voiding_id: UUID, reason: str, by: Staff, at: datetime) -> Voiding:
    """A clerk holds a spoiled receipt in hand and asks that it be voided. Until somebody answers, it counts as before.

    `voiding_id` comes from the asker: the same again is the same. On record. Says no, in this order: `NotYourDivision`,
    `NotYourWork`, `OtherUnit`, `VoidingTaken`, `ReceiptIsVoid`, `ReceiptWaitsForVoid`, `VoucherStands`,
    `ReceiptHasVoucher`, `VoidWithoutReason`, `VoidReasonTooLong`.
    """
    check_may(by, Work.COLLECT, division=receipt.division)
    if by.unit_id != receipt.unit_id:
        raise OtherUnit(unit=receipt.unit.name)
    actor = f"staff:{by.username}"
    with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
        cursor.execute("SELECT collection_ask_void(%s, %s, %s, %s, %s)", [voiding_id, receipt.pk, reason, actor, at])
        is_new = cursor.fetchone()[0]
    if is_new:
        record("receipt.void_asked", f"receipt:{receipt.pk}", county=receipt.county, actor=actor, voiding=voiding_id)
    return Voiding.objects.get(pk=voiding_id)


@transaction.atomic
def answer_void(voiding: Voiding, *, agrees: bool, by: Staff, at: datetime) -> Receipt:
    """A second person has looked at the spoiled paper. Agreed: it is void and keeps its number, and the next one of the
    unit stands for the same money. Not agreed: it stands as if nobody had asked.

    Returns the receipt that counts now; again is the same. Payment, enrolment and ledger are as they were. On record.
    Says no, in this order: `NotYourDivision`, `NotYourWork`, `SamePerson`, `VoidingAnswered`, `ReceiptHasVoucher`,
    `NoReceiptsLeft`.
    """
    receipt = voiding.receipt
    check_may(by, Work.AGREE_VOID, division=receipt.division)
    actor = f"staff:{by.username}"
    with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT counts, is_new FROM collection_answer_void(%s, %s, %s, %s, %s)",
            [voiding.pk, agrees, actor, at.astimezone(CHINA).date(), at],
        )
        counts_id, is_new = cursor.fetchone()
    counts = Receipt.objects.get(pk=counts_id)
    if is_new:
        verb = "receipt.voided" if agrees else "receipt.void_declined"
        record(verb, f"receipt:{receipt.pk}", county=receipt.county, actor=actor, counts=counts.full_number)
    receipt.refresh_from_db()
    return counts


@dataclass(frozen=True, slots=True)
class Verification:
    """What anybody may know of a receipt: that it is real, what it says in total. No personal data.

    `state` is one of `valid`, `void`, `waits` (somebody says that it is spoiled, and nobody has answered) and `voucher`
    (it says what was taken back, and its total is negative). `returned_fen` is what vouchers took back from it.
    """

    state: str
    total_fen: int
    people: int
    issued_on: date
    unit: str
    returned_fen: int = 0


def verify(*, series: int, number: int, check_code: str) -> Verification | None:
    """None: no such receipt with this check code."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, total_fen, people, issued_on, unit, returned_fen FROM collection_verify(%s, %s, %s)",
            [series, number, check_code],
        )
        row = cursor.fetchone()
    return Verification(*row) if row else None
