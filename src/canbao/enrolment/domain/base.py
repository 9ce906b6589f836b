"""The base table (底表): last year's enrolled people by village, drawn up once for a campaign (R-13)."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.timezone import localdate

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.enrolment.models import BaseTable, Campaign
from canbao.enrolment.refusals import BaseTableDrawn, NobodyEnrolledBefore, NoCampaignBefore

NUMBER = "底表编号"


def number_of(table: BaseTable, village: str) -> str:
    """Which table of which village: printed on what is handed out, and read from what comes back."""
    return f"{village}-{table.pk}"


@transaction.atomic
def draw_base_table(campaign: Campaign, *, by: Staff, at: datetime) -> BaseTable:
    """Everybody who was enrolled in the campaign before this one; in the first season here, whoever the register that
    was brought along says was enrolled. Needs the scope of the whole county. Locks the campaign.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `BaseTableDrawn`, `NoCampaignBefore`, `NobodyEnrolledBefore`.
    """
    check_may(by, Work.OPEN_CAMPAIGN, division=campaign.county.ljust(12, "0"))
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)  # who takes cash refers to it
    there = BaseTable.objects.filter(campaign=campaign).first()
    if there is not None:
        raise BaseTableDrawn(title=campaign.title, day=localdate(there.drawn_at), people=there.people)
    earlier = campaign_before(campaign)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT enrolment_draw_base_table(%s, %s, %s, %s)",
            [campaign.pk, earlier.pk if earlier else None, f"staff:{by.username}", at],
        )
        drawn = cursor.fetchone()[0]
    if drawn is None:
        raise NobodyEnrolledBefore(title=campaign.title)
    table = BaseTable.objects.get(pk=drawn)
    record(
        "base_table.drawn", f"campaign:{campaign.pk}", county=campaign.county, actor=table.drawn_by, people=table.people
    )
    return table


def campaign_before(campaign: Campaign) -> Campaign | None:
    """The campaign that was opened here for the benefit period that ends the day before this one begins; None in the first
    season.

    Says no: `NoCampaignBefore` (there were seasons here, and between the last and this one a period is missing: neither an
    older season nor what the register was brought along with says who was enrolled in it).
    """
    opened = Campaign.objects.filter(county=campaign.county, opened_at__isnull=False)
    earlier = opened.filter(benefit_from__lt=campaign.benefit_from).order_by("benefit_until", "pk")
    ended = campaign.benefit_from - timedelta(days=1)
    before = earlier.filter(benefit_until=ended).last()
    older = earlier.last()
    if before is None and older is not None:
        raise NoCampaignBefore(title=campaign.title, ended=ended, last=older.title, until=older.benefit_until)
    return before
