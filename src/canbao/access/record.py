"""The record of reads and changes. `record()` raises when it cannot record, and shares the transaction of what it records."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from typing import NamedTuple

from django.db import connection

from canbao.access.models import Record
from canbao.access.scope import Scope, current_scope, within
from canbao.kernel.days import CHINA, days_after
from canbao.kernel.refusal import must

_Waiting = list[tuple[Scope | None, list[str]]]
_waiting: ContextVar[_Waiting | None] = ContextVar("waiting", default=None)


class Link(NamedTuple):
    """One row of a chain. Its hash stands for the row and for every row before it."""

    position: int
    at: datetime
    hash: str


def record(verb: str, subject: str, *, county: str, actor: str | None = None, **detail: object) -> None:
    """Add a link to the county's chain. `subject` is an id, never a name or a number: the record is read by many.

    Locks the county's chain head until the transaction ends, so call it last, or let it wait (`recorded_last`).
    """
    scope = current_scope()
    who = actor or (scope.actor if scope else None)
    if who is None:
        raise AssertionError(f"{verb}: nobody is at work, so nobody can be put on record")
    link = [county, who, verb, subject, json.dumps(detail, ensure_ascii=False, default=str)]
    waiting = _waiting.get()
    if waiting is not None:
        waiting.append((scope, link))
    else:
        _write(link)


def _write(link: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_record(%s, %s, %s, %s, %s)", link)


@contextmanager
def recorded_last() -> Iterator[None]:
    """In a transaction of several steps: what they put on record is written when all of them are done.

    A record holds the county's chain until the end. Whoever takes cash locks bills and then records; a step that
    recorded first and locked the same bills afterwards would wait for them, and they for it.
    """
    must(connection.in_atomic_block, "what is recorded last belongs to the transaction of what it records")
    waiting: _Waiting = []
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    for scope, link in waiting:
        if scope is None:
            _write(link)
        else:
            with within(scope):
                _write(link)


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
