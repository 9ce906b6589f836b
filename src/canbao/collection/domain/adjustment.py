"""What the offices' lists of a day change (R-22): amounts of who has a bill, and who is enrolled without paying."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.collection.domain.readjustment import Readjusted, readjust
from canbao.enrolment.domain.free import enrol_fully_subsidised
from canbao.enrolment.models import Campaign


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Who owes or is owed something else now, and how many the office enrolled because they pay nothing."""

    readjusted: Readjusted
    enrolled_by_office: int


@transaction.atomic
def adjust_to_lists(
    campaign: Campaign, *, as_of: date, at: datetime, by: Staff, just_looking: bool = False
) -> Adjusted:
    """Make every bill right by the lists as they stood on `as_of`, then enrol who is fully subsidised and is not yet.

    They are covered as if enrolled on that day, since the lists speak of it and not of the day on which somebody got
    round to this. `just_looking`: say what it would be, and leave everything as it was. Says no: whoever may not open a campaign.
    """
    check_may(by, Work.OPEN_CAMPAIGN, division=campaign.county.ljust(12, "0"))
    actor = f"staff:{by.username}"
    done = readjust(campaign, as_of=as_of, at=at, actor=actor)
    enrolled = enrol_fully_subsidised(campaign, on=as_of, actor=actor)
    if just_looking:
        transaction.set_rollback(True)
    return Adjusted(done, enrolled)
