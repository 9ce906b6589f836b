"""The record of reads and changes. `record()` raises when it cannot record, and shares the transaction of what it records."""

import json
from datetime import date, datetime, time
from typing import NamedTuple

from django.db import connection

from canbao.access.models import Record
from canbao.access.scope import current_scope
from canbao.kernel.days import CHINA, days_after


class Link(NamedTuple):
    """One row of a chain. Its hash stands for the row and for every row before it."""

    position: int
    at: datetime
    hash: str


def record(verb: str, subject: str, *, county: str, actor: str | None = None, **detail: object) -> None:
    """Add a link to the county's chain. `subject` is an id, never a name or a number: the record is read by many.

    Locks the county's chain head until the transaction ends, so call it last.
    """
    scope = current_scope()
    who = actor or (scope.actor if scope else None)
    if who is None:
        raise AssertionError(f"{verb}: nobody is at work, so nobody can be put on record")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT access_record(%s, %s, %s, %s, %s)",
            [county, who, verb, subject, json.dumps(detail, ensure_ascii=False, default=str)],
        )


def broken_link(county: str) -> int | None:
    """The position of the first row of the chain that does not follow from the one before it; None: whole."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_broken_link(%s)", [county])
        return cursor.fetchone()[0]


def head(county: str) -> Link | None:
    """The last row of the chain that the present scope may see; None: nothing is on record yet."""
    return _link(Record.objects.filter(county=county).order_by("-position").first())


def root_of(county: str, on: date) -> Link | None:
    """The last row up to the end of a day; None: nothing was on record by then. Days are those of the real clock,
    which a borrowed day (`CANBAO_TODAY`) does not move."""
    midnight = datetime.combine(days_after(on, 1), time(), CHINA)
    return _link(Record.objects.filter(county=county, at__lt=midnight).order_by("-position").first())


def link_at(county: str, position: int) -> Link | None:
    return _link(Record.objects.filter(county=county, position=position).first())


def real_today() -> date:
    """The day by which rows are dated, which is the database's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date")
        return cursor.fetchone()[0]


def _link(row: Record | None) -> Link | None:
    return None if row is None else Link(row.position, row.at, bytes(row.hash).hex())
