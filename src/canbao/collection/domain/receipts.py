"""Receipt stock, and receipts as people see them."""

from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import NumericRange
from django.db.models import F

from canbao.access.record import record
from canbao.collection.models import Receipt, ReceiptBook
from canbao.collection.models.receipt import NUMBERS_A_SERIES
from canbao.collection.refusals import NumberUsedTwice
from canbao.divisions.models import CollectingUnit


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
def note_print(receipt: Receipt, *, actor: str) -> bool:
    """Count a print; True when it is a reprint, which must be marked as one. On record."""
    Receipt.objects.filter(pk=receipt.pk).update(prints=F("prints") + 1)
    receipt.refresh_from_db(fields=["prints"])
    record("receipt.printed", f"receipt:{receipt.pk}", county=receipt.county, actor=actor, prints=receipt.prints)
    return receipt.prints > 1


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
