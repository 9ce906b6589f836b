"""The second person's yes: from now on the list counts (R-24).

A holding begins on the cut-off day. Whoever holds the same category with the same grade from this department already
keeps the earlier holding, so that `since` says since when without a break; another department's say is a holding of
its own, which only that department ends. Which of several categories counts is the policy's business, not ours.

Locks: the roster's row, then the department (two lists of one department are confirmed one after the other).
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Max, Q

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.kernel.division_code import DivisionCode
from canbao.rosters.domain.handling import check_is_open
from canbao.rosters.domain.striking import Struck, TownCount, check_not_too_many, find_struck_off, strike_off
from canbao.rosters.models import Outcome, Roster
from canbao.rosters.refusals import NothingToConfirm, OlderThanConfirmed, RowsNotLookedAt, SamePerson

STRIKE_OFF_SHARE = 0.20
STRIKE_OFF_PEOPLE = 5
TAKEN = (Outcome.TAKEN, Outcome.CORRECTED)


class Confirmed(NamedTuple):
    """What a confirmation did.

    `people` are on the list; `given` and `kept` count holdings that are new and that went on; `struck_off` people who
    hold something no longer, `spared` those who are kept because of a row that is not settled; `undecided` rows that
    were left to look at and do not count; `towns` people before and gone, by town (empty for a list of additions).
    """

    roster: Roster
    people: int
    given: int
    kept: int
    ended: int
    struck_off: int
    spared: int
    undecided: int
    towns: tuple[TownCount, ...]


@transaction.atomic
def confirm_roster(
    roster: Roster,
    *,
    by: Staff,
    at: datetime,
    leave_out: int = 0,
    strike_off_confirmed: bool = False,
    strike_off_share: float = STRIKE_OFF_SHARE,
    strike_off_people: int = STRIKE_OFF_PEOPLE,
) -> Confirmed:
    """Give people the categories of the rows that are taken; a full list also ends what it does not name any more.

    `leave_out` is how many rows that nobody has settled the person agrees to leave out, as they were shown.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `RosterAlreadyConfirmed`, `RosterClosed`, `SamePerson`
    (they imported the list, or corrected or settled one of its rows), `NothingToConfirm` (no row is taken),
    `OlderThanConfirmed`, `RowsNotLookedAt` (more than `leave_out`), `TooManyStruckOff` (unless `strike_off_confirmed`).
    """
    check_may(by, Work.CONFIRM_ROSTER, division=DivisionCode(roster.county))
    roster = Roster.objects.select_for_update().get(pk=roster.pk)
    check_is_open(roster)
    own = Q(decided_by=by.username) | Q(mended_by=by.username)
    if by.username == roster.imported_by or roster.rows.filter(own).exists():
        raise SamePerson
    if not roster.rows.filter(outcome__in=TAKEN).exists():
        raise NothingToConfirm
    lock_department(roster)
    _check_not_older(roster)
    undecided = roster.rows.filter(outcome=Outcome.LOOK).count()
    if undecided > leave_out:
        raise RowsNotLookedAt(rows=undecided)
    people = _gather(roster)
    struck = find_struck_off(roster) if roster.is_full else Struck((), (), 0)
    if not strike_off_confirmed:
        check_not_too_many(struck, department=roster.department, share=strike_off_share, people=strike_off_people)
    kept, given = _give(roster)
    ended = strike_off(roster) if roster.is_full else 0
    roster.confirmed_at, roster.confirmed_by = _after_all_others(roster, at), by.username
    roster.save(update_fields=["confirmed_at", "confirmed_by"])
    done = Confirmed(roster, people, given, kept, ended, struck.gone, struck.spared, undecided, struck.towns)
    record(
        "roster.confirmed", f"roster:{roster.pk}", county=roster.county, actor=f"staff:{by.username}",
        people=people, given=given, ended=ended, struck_off=struck.gone, undecided=undecided,
    )  # fmt: skip
    return done


def lock_department(roster: Roster) -> None:
    """One list of a department is confirmed or taken back at a time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"roster|{roster.county}|{roster.department}"]
        )


def _after_all_others(roster: Roster, at: datetime) -> datetime:
    """`at`, or a moment after the department's newest confirmation: who waited for the lock read the clock before it."""
    others = Roster.objects.filter(county=roster.county, department=roster.department)
    newest = others.aggregate(newest=Max("confirmed_at"))["newest"]
    return at if newest is None else max(at, newest + timedelta(microseconds=1))


def _check_not_older(roster: Roster) -> None:
    """A later full list of the same categories has been confirmed: it knows better who is on it."""
    later = Roster.objects.filter(
        county=roster.county, department=roster.department, is_full=True, confirmed_at__isnull=False, taken_back_at__isnull=True,
        cut_off_on__gt=roster.cut_off_on,
    ).order_by("-cut_off_on")  # fmt: skip
    for one in later:
        if set(one.categories) & set(roster.categories):
            raise OlderThanConfirmed(
                department=roster.department, later_on=one.cut_off_on, cut_off_on=roster.cut_off_on
            )


# One line a person, category and grade, with the first row that gives it. Whoever died or left since the import counts
# as on the list: the policy does not bill them anyway, and a mistake in the register can be taken back.
_GATHER = """
CREATE TEMP TABLE roster_given ON COMMIT DROP AS
SELECT DISTINCT ON (w.resident_id, c.name, c.grade) w.resident_id, c.name AS category, c.grade, w.id AS row_id
  FROM rosters_rosterrow w CROSS JOIN LATERAL jsonb_to_recordset(w.categories) AS c (name text, grade text)
 WHERE w.roster_id = %s AND w.outcome IN ('taken', 'corrected')
 ORDER BY w.resident_id, c.name, c.grade, w.row
"""
# What this department's lists give already of the categories that this one speaks for.
_BEFORE = """
CREATE TEMP TABLE roster_before ON COMMIT DROP AS
SELECT h.id, h.resident_id, h.category, h.grade, r.name, left(r.division, 9) || '000' AS town
  FROM rosters_holding h
  JOIN rosters_roster o ON o.id = h.roster_id AND o.confirmed_at IS NOT NULL AND o.department = %(department)s
  JOIN register_resident r ON r.id = h.resident_id
 WHERE h.county = %(county)s AND h.category = ANY (%(categories)s) AND h.since <= %(cut_off_on)s AND h.until IS NULL
"""
_GIVE = """
INSERT INTO rosters_holding (county, division, resident_id, household_id, category, grade, since, roster_id, row_id)
SELECT r.county, r.division, r.id, r.household_id, g.category, g.grade, %(cut_off_on)s, %(roster)s, g.row_id
  FROM roster_given g JOIN register_resident r ON r.id = g.resident_id
 WHERE NOT EXISTS (SELECT FROM roster_before b
                    WHERE b.resident_id = g.resident_id AND b.category = g.category AND b.grade = g.grade)
"""


def _gather(roster: Roster) -> int:
    """Fill the temporary tables `roster_given` and `roster_before`. Returns how many people are on the list."""
    with connection.cursor() as cursor:
        cursor.execute(_GATHER, [roster.pk])
        cursor.execute("ANALYZE roster_given")
        cursor.execute(
            _BEFORE,
            {
                "county": roster.county, "department": roster.department, "categories": roster.categories,
                "cut_off_on": roster.cut_off_on,
            },
        )  # fmt: skip
        cursor.execute("ANALYZE roster_before")
        cursor.execute("SELECT count(DISTINCT resident_id) FROM roster_given")
        return int(cursor.fetchone()[0])


def _give(roster: Roster) -> tuple[int, int]:
    """Make the holdings that are new. Returns how many were held already and how many are new."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM roster_given")
        all_of_them = int(cursor.fetchone()[0])
        cursor.execute(_GIVE, {"roster": roster.pk, "cut_off_on": roster.cut_off_on})
        given = int(cursor.rowcount)
        cursor.execute("DROP TABLE roster_given, roster_before")
    return all_of_them - given, given
