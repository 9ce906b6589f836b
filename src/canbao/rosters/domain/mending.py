"""Rows to look at, settled by a person: yes, this is who is meant, or no. Either way it is on record who said so.

Only until the list is confirmed. Whoever settles a row does not confirm the list (`confirming`).
"""

from datetime import date, datetime

from django.db import transaction

from canbao.access.clock import now
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.register.models import Resident
from canbao.rosters.domain.cells import kept
from canbao.rosters.domain.handling import check_may_handle
from canbao.rosters.models import Outcome, Roster, RosterRow
from canbao.rosters.refusals import CategoryNotSettled, NobodyOffered, RosterAlreadyConfirmed, RowNotOpen


@transaction.atomic
def accept_row(row: RosterRow, *, by: Staff, on: date, resident: Resident | None = None) -> RosterRow:
    """The row means the person who was offered, or `resident` where somebody had to be pointed at.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NotYourDepartment`, `RosterAlreadyConfirmed`, `RowNotOpen`,
    `NobodyOffered`, `CategoryNotSettled`.
    """
    row = _open_row(row, by=by)
    meant = resident or row.resident
    if meant is None or meant.county != row.county:
        raise NobodyOffered(row=row.row)
    if not row.categories:
        raise CategoryNotSettled(row=row.row)
    row.resident, row.division = meant, meant.division
    return _settle(row, Outcome.CORRECTED, f"经核对采用。原为：{row.why}", "", by=by, on=on)


@transaction.atomic
def refuse_row(row: RosterRow, *, by: Staff, on: date, why: str) -> RosterRow:
    """The row means nobody we know, or is wrong; `why` is for the department that sent it.

    Says no like `accept_row`, but for its last two.
    """
    row = _open_row(row, by=by)
    return _settle(row, Outcome.REFUSED, why, "请更正后重新报送。", by=by, on=on)


def _open_row(row: RosterRow, *, by: Staff) -> RosterRow:
    """The row, with its roster locked: a confirmation that is under way comes first or last, never in between."""
    check_may_handle(by, county=row.county, department=row.roster.department)
    roster = Roster.objects.select_for_update().get(pk=row.roster_id)
    if roster.confirmed_by is not None:
        raise RosterAlreadyConfirmed(who=roster.confirmed_by)
    row = RosterRow.objects.select_related("resident").get(pk=row.pk)
    if row.outcome != Outcome.LOOK:
        raise RowNotOpen(row=row.row, outcome=row.get_outcome_display())
    return row


def _settle(row: RosterRow, outcome: Outcome, why: str, remedy: str, *, by: Staff, on: date) -> RosterRow:
    row.outcome, row.why, row.remedy = outcome, kept(why, 300), kept(remedy, 300)
    row.decided_at, row.decided_by = datetime.combine(on, now().timetz()), by.username
    row.save(update_fields=["outcome", "why", "remedy", "resident", "division", "decided_at", "decided_by"])
    verb = "roster.row.accepted" if outcome is Outcome.CORRECTED else "roster.row.refused"
    record(verb, f"roster_row:{row.pk}", county=row.county, actor=f"staff:{by.username}", resident=row.resident_id)
    return row
