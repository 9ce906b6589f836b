"""Who is fully subsidised pays nothing and has nothing to do: the office enrols them, as a set."""

import json
from datetime import date

from django.db import connection, transaction

from canbao.access.clock import now
from canbao.access.record import record
from canbao.enrolment.models import Bill, BillState, Campaign
from canbao.enrolment.packs import pack_of
from canbao.policy import assess, facts_from_json


@transaction.atomic
def enrol_fully_subsidised(campaign: Campaign, *, on: date, actor: str) -> int:
    """Enrol everyone whose open bill is nothing, covered as if paid on `on`. Returns how many.

    Needs the scope of the whole county. Whoever the notice does not let enrol on that day is left on the list.
    """
    pack = pack_of(campaign)
    open_and_free = Bill.objects.filter(campaign=campaign, state=BillState.OPEN, due_fen=0)
    starts: dict[str, str] = {}
    for bill_assessment in {
        bill.assessment
        for bill in open_and_free.select_related("assessment").distinct("assessment_id").order_by("assessment_id")
    }:
        answer = assess(
            pack, facts_from_json(bill_assessment.facts | {"on": on.isoformat(), "paid_on": on.isoformat()})
        )
        if answer.covered_from is not None:
            starts[str(bill_assessment.pk)] = answer.covered_from.isoformat()
    with connection.cursor() as cursor:
        cursor.execute("SELECT enrolment_enrol_free(%s, %s, %s, %s)", [campaign.pk, json.dumps(starts), on, now()])
        enrolled = int(cursor.fetchone()[0])
    if enrolled:
        record("enrolled.by_office", f"campaign:{campaign.pk}", county=campaign.county, actor=actor, people=enrolled)
    return enrolled
