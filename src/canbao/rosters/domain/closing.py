"""A list that will not count: its sender withdraws it, or the medical insurance office sends it back.

Only before it is confirmed. Nothing of it is thrown away: file, rows and verdicts stay to be read, with who closed it,
when and why. It gives nobody a category, and the same file may be handed in again.
"""

from datetime import datetime

from django.db import transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.rosters.domain.cells import kept
from canbao.rosters.domain.handling import check_is_open, check_may_handle, is_maker
from canbao.rosters.models import Closing, Roster
from canbao.rosters.refusals import ReasonMissing

WHY_AT_MOST = 200


@transaction.atomic
def close_roster(roster: Roster, *, by: Staff, at: datetime, why: str) -> Roster:
    """Withdrawn by those whose list it is, else sent back. `why` is for the other side to read.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NotYourDepartment`, `RosterAlreadyConfirmed`,
    `RosterClosed`, `ReasonMissing`.
    """
    check_may_handle(by, county=roster.county, department=roster.department)
    how = Closing.WITHDRAWN if is_maker(by, roster) else Closing.SENT_BACK
    if how is Closing.SENT_BACK:
        check_may(by, Work.CONFIRM_ROSTER)
    # locked: a confirmation that is under way comes first or last, never in between
    roster = Roster.objects.select_for_update().get(pk=roster.pk)
    check_is_open(roster)
    why = kept(why.strip(), WHY_AT_MOST)
    if not why:
        raise ReasonMissing
    roster.closed_as, roster.closed_at, roster.closed_by, roster.closed_why = how, at, by.username, why
    roster.save(update_fields=["closed_as", "closed_at", "closed_by", "closed_why"])
    verb = "roster.withdrawn" if how is Closing.WITHDRAWN else "roster.sent_back"
    record(verb, f"roster:{roster.pk}", county=roster.county, actor=f"staff:{by.username}")
    return roster
