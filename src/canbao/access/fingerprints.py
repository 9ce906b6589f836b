"""Fingerprints of rows that are written once, and which of them are not as they were (`sql/40_fingerprints.sql`)."""

from enum import StrEnum
from typing import NamedTuple

from django.db import connection

from canbao.access.models import Record

AT_MOST = 1_000  # altered rows that are named


class How(StrEnum):
    """What happened to a row since its fingerprint was taken, or to a whole table."""

    ALTERED = "altered"
    GONE = "gone"
    FINGERPRINTS = "fingerprints"  # they themselves are not what the record says
    COLUMNS = "columns"  # the table is not built any more as it was
    GUARD = "guard"  # what refuses changes is switched off


class Altered(NamedTuple):
    """`row` is its id, "" for a whole table; `taken` the taking that knows it, counted from 1."""

    taken: int
    table: str
    row: str
    how: How


def take_fingerprints(county: str, *, actor: str) -> int:
    """Of every row of the county that has none yet. Returns of how many; on record. Needs the county's scope.

    Locks the county's chain head until the transaction ends: call it last.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_take_fingerprints(%s, %s)", [county, actor])
        return int(cursor.fetchone()[0])


class Taken(NamedTuple):
    """How many rows of a county have a fingerprint, taken in how many goes."""

    times: int
    rows: int


def fingerprints_taken(county: str) -> Taken:
    """As the record tells. Needs a scope that may read the county's record."""
    told = Record.objects.filter(county=county, verb="fingerprints.taken").values_list("detail__rows", flat=True)
    return Taken(len(told), sum(told))


def altered(county: str, *, at_most: int = AT_MOST) -> list[Altered]:
    """What is not as it was, the earliest first; empty: everything is. Needs the county's scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM access_altered(%s, %s)", [county, at_most])
        return [Altered(taken, table, row, How(how)) for taken, table, row, how in cursor.fetchall()]
