"""A confirmed list is taken back: it should not have counted, and it is as if it never had.

What it gave was never held, what it ended goes on. It is not wiped out: the list, its rows and what it gave stay to be
read, with who took it back, when and why. Its file may be handed in again.
"""

from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.kernel.days import CHINA
from canbao.kernel.division_code import DivisionCode
from canbao.rosters.domain.cells import kept
from canbao.rosters.domain.closing import WHY_AT_MOST
from canbao.rosters.domain.confirming import lock_department
from canbao.rosters.models import Roster
from canbao.rosters.refusals import LaterListCounts, ListTakenBack, NotConfirmed, ReasonMissing, SamePerson


class TakenBack(NamedTuple):
    """How many holdings it gave, how many that it had ended go on, and whom either concerns."""

    roster: Roster
    given: int
    resumed: int
    residents: tuple[int, ...]


_GIVEN = """
UPDATE rosters_holding SET until = since - 1, ended_by_id = %(roster)s
 WHERE roster_id = %(roster)s AND until IS NULL RETURNING resident_id"""
_ENDED = """
UPDATE rosters_holding SET until = NULL, ended_by_id = NULL
 WHERE ended_by_id = %(roster)s AND roster_id <> %(roster)s RETURNING resident_id"""


@transaction.atomic
def take_back_roster(roster: Roster, *, by: Staff, at: datetime, why: str) -> TakenBack:
    """As if it had never been confirmed. Bills are not touched here; whoever calls this makes them right.

    Only the last list of a department that counts for its categories: a later one was compared with what this one gave.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NotConfirmed`, `ListTakenBack`, `SamePerson` (they
    imported it), `ReasonMissing`, `LaterListCounts`.
    """
    check_may(by, Work.CONFIRM_ROSTER, division=DivisionCode(roster.county))
    roster = Roster.objects.select_for_update().get(pk=roster.pk)
    if roster.confirmed_at is None:
        raise NotConfirmed
    if roster.taken_back_by is not None:
        raise ListTakenBack(on=roster.taken_back_at.astimezone(CHINA).date(), why=roster.taken_back_why)
    if by.username == roster.imported_by:
        raise SamePerson
    why = kept(why.strip(), WHY_AT_MOST)
    if not why:
        raise ReasonMissing
    lock_department(roster)  # after its row, like a confirmation: neither waits for the other with what it wants
    _check_last(roster)
    # first of all the list itself: only then does the database let what it ended go on
    roster.taken_back_at, roster.taken_back_by, roster.taken_back_why = at, by.username, why
    roster.save(update_fields=["taken_back_at", "taken_back_by", "taken_back_why"])
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, {"roster": roster.pk})
        given = [resident for (resident,) in cursor.fetchall()]
        cursor.execute(_ENDED, {"roster": roster.pk})
        resumed = [resident for (resident,) in cursor.fetchall()]
    record(
        "roster.taken_back", f"roster:{roster.pk}", county=roster.county, actor=f"staff:{by.username}",
        given=len(given), resumed=len(resumed),
    )  # fmt: skip
    return TakenBack(roster, len(given), len(resumed), tuple(sorted({*given, *resumed})))


def _check_last(roster: Roster) -> None:
    later = Roster.objects.filter(
        county=roster.county, department=roster.department, confirmed_at__gt=roster.confirmed_at, taken_back_at__isnull=True
    ).order_by("-confirmed_at")  # fmt: skip
    for one in later:
        if set(one.categories) & set(roster.categories):
            raise LaterListCounts(department=roster.department, file=one.file_name, on=one.cut_off_on)
