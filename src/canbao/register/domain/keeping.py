"""How a change of the register is kept: whose row it is, what the database writes beside it, and what goes on record."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.refusals import NotYourDivision
from canbao.register.domain.entries import ground_of
from canbao.register.models import Change, Resident

Kind = Change.Kind

# What happened to somebody on a day, one after the other.
DATED = (Kind.DIED, Kind.MOVED, Kind.RETURNED, Kind.EMPLOYED, Kind.LEFT_EMPLOYMENT)


def locked(pk: int, by: Staff) -> Resident:
    """The person as registered now, locked until all is done. Says no, in this order: `NotYourDivision`, `NotYourWork`."""
    resident = Resident.objects.select_for_update(no_key=True).filter(pk=pk).first()  # payments go on meanwhile
    if resident is None:  # under the scope of another place there is no such row
        raise NotYourDivision(who=by.full_name)
    check_may(by, Work.CHANGE_REGISTER, division=resident.division)
    return resident


@contextmanager
def said(
    kind: Kind,
    *,
    on: date,
    by: Staff | str,
    why: str,
    at: datetime,
    undoes: int | None = None,
    together: UUID | None = None,
) -> Iterator[None]:
    """What the database writes beside every row of the register that changes inside. `by` is one of the staff, or whoever else is at
    work (`access.record`).
    """
    words = {
        "kind": kind,
        "on": on.isoformat(),
        "why": ground_of(why),
        "by": by if isinstance(by, str) else f"staff:{by.username}",
        "at": at.isoformat(),
        "undoes": undoes,
        "together": None if together is None else str(together),
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('register.change', %s, true)", [json.dumps(words, ensure_ascii=False)])
        yield
        cursor.execute("SELECT set_config('register.change', '', true)")


def recorded(change: Change) -> Change:
    """The change as it was given, put on record by its id: whoever reads the record sees no name."""
    what, whose = ("resident", change.resident_id) if change.resident_id else ("household", change.household_id)
    record(f"{what}.{change.kind}", f"{what}:{whose}", county=change.county, actor=change.by, change=change.pk)
    return change
