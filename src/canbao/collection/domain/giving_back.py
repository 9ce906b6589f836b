"""Everything that somebody paid goes back, because there is nobody for whom it was paid: a second row of one person, or a child that was
not born. A negative bill, a voucher, a refund with two reviews, subsidies undone (decision 0018).
"""

from datetime import datetime

from django.db import connection

from canbao.access.refusing import refusing
from canbao.collection.refusals import SAID_BY_DATABASE
from canbao.enrolment.models import Bill, BillAssessment, Campaign
from canbao.kernel.days import CHINA
from canbao.register.models import Resident


def give_all_back(campaign: Campaign, one: Resident, *, because: str, at: datetime, actor: str) -> None:
    """Of somebody who is enrolled. Needs the county's scope; who calls it ends the enrolment. `because` is kept with the answer.

    Says no: `NoReceiptsLeft` (for the voucher).
    """
    on = at.astimezone(CHINA).date()
    latest = Bill.objects.filter(campaign=campaign, resident=one).select_related("assessment").latest("version")
    was = latest.assessment
    none = {"individual": "0.00", "pays": "0.00", "government": "0.00", "shares": []}
    nothing, _ = BillAssessment.objects.get_or_create(
        campaign=campaign,
        facts_key=f"{because} {was.pk}",
        defaults={
            "pack_digest": campaign.pack_digest,
            "facts": {"on": on.isoformat(), because: True},
            "answer": was.answer | none,
            "individual_fen": 0,
            "pays_fen": 0,
            "government_fen": 0,
            "shares": [],
        },
    )
    with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT collection_readjust(%s, jsonb_build_array(jsonb_build_object('resident', %s, 'assessment', %s)), %s, %s, %s)",
            [campaign.pk, one.pk, nothing.pk, on, at, actor],
        )
