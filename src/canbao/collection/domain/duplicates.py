"""Somebody was registered twice: one row stays, and the money of both is put in order.

Who is enrolled stays, whichever row was chosen: cover is where it was paid. What the other one still owed is asked of nobody. Where
both have paid, the second payment is owed back like any difference (a negative bill, a voucher, a refund with two
reviews), its subsidies are undone, and its enrolment ends.
"""

from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from canbao.access.models import Staff
from canbao.access.scope import Scope, within
from canbao.collection.domain.giving_back import give_all_back
from canbao.collection.domain.households import with_bills
from canbao.collection.models import RefundReason
from canbao.enrolment.models import Campaign
from canbao.enrolment.queries import current_campaign, enrolled_of
from canbao.kernel.days import CHINA
from canbao.register.domain.duplicates import Merged, are_the_same
from canbao.register.models import Resident


class Rows(NamedTuple):
    """Which of two rows stays, and which goes."""

    stays: Resident
    goes: Resident


def which_stays(one: Resident, other: Resident) -> Rows:
    """The enrolled one; else the one with a number; else the older one."""
    campaign = current_campaign(one.county)
    enrolled = enrolled_of(campaign, [one.pk, other.pk]) if campaign else {}

    def rank(row: Resident) -> tuple[bool, bool, int]:
        return row.pk not in enrolled, row.number_sealed is None, row.pk

    stays, goes = sorted((one, other), key=rank)
    return Rows(stays, goes)


@transaction.atomic
def merge(one: Resident, other: Resident, *, right: Resident, by: Staff, why: str, at: datetime) -> Merged:
    """`right` is the one whose name and number are right; the row that stays has them from now on. Says no like
    `register.domain.duplicates.are_the_same`, then `NoReceiptsLeft` (for the voucher of a second payment).
    """
    rows, actor = which_stays(one, other), f"staff:{by.username}"
    done = with_bills(
        lambda: are_the_same(*rows, takes_over=right.pk == rows.goes.pk, by=by, why=why, at=at),
        county=one.county, residents=[one.pk, other.pk], at=at, actor=actor,
    )  # fmt: skip
    campaign = current_campaign(one.county)
    if campaign is not None:
        _give_back_second(campaign, rows, at=at, actor=actor)
    return done


def _give_back_second(campaign: Campaign, rows: Rows, *, at: datetime, actor: str) -> None:
    with within(Scope(division=campaign.county, actor=actor)):
        if len(enrolled_of(campaign, [row.pk for row in rows])) < len(rows):
            return
        give_all_back(campaign, rows.goes, because=RefundReason.REGISTERED_TWICE, at=at, actor=actor)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT enrolment_end_second(%s, %s, %s)", [campaign.pk, rows.goes.pk, at.astimezone(CHINA).date()]
            )
