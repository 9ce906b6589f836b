"""What the offices' lists of a day change (R-22): amounts of who has a bill, and who is enrolled without paying."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import recorded_last
from canbao.collection.domain.readjustment import Readjusted, readjust
from canbao.collection.refusals import NewerListCounts
from canbao.enrolment.domain.free import enrol_fully_subsidised
from canbao.enrolment.models import Campaign
from canbao.rosters.models import Roster


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Who owes or is owed something else now, and how many the office enrolled because they pay nothing."""

    readjusted: Readjusted
    enrolled_by_office: int


@transaction.atomic
def adjust_to_lists(
    campaign: Campaign,
    *,
    as_of: date,
    at: datetime,
    by: Staff,
    just_looking: bool = False,
    although_newer: bool = False,
) -> Adjusted:
    """Make every bill right by the lists as they stood on `as_of`, then enrol who is fully subsidised and is not yet.

    They are covered as if enrolled on that day, since the lists speak of it and not of the day on which somebody got
    round to this. `just_looking`: say what it would be, and leave everything as it was. `although_newer`: by
    the lists of that day although later ones count, for a notice that looks at that day once and for all.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NewerListCounts` (unless `although_newer`).
    """
    check_may(by, Work.OPEN_CAMPAIGN, division=campaign.county.ljust(12, "0"))
    actor = f"staff:{by.username}"
    if not although_newer:
        _check_no_newer_list(campaign.county, as_of)
    with recorded_last():
        done = readjust(campaign, as_of=as_of, at=at, actor=actor)
        enrolled = enrol_fully_subsidised(campaign, on=as_of, actor=actor)
    if just_looking:
        transaction.set_rollback(True)
    return Adjusted(done, enrolled)


def _check_no_newer_list(county: str, as_of: date) -> None:
    """By the lists of an older day bills would go back to what they were before the newer ones."""
    newer = Roster.objects.filter(
        county=county, confirmed_at__isnull=False, taken_back_at__isnull=True, cut_off_on__gt=as_of
    ).order_by("-cut_off_on")
    if (latest := newer.first()) is not None:
        raise NewerListCounts(department=latest.department, on=latest.cut_off_on, as_of=as_of)
