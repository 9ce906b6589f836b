"""Who is fully subsidised pays nothing and has nothing to do: the office enrols them, as a set."""

import json
from datetime import date

from django.db import connection, transaction

from canbao.access.clock import now
from canbao.access.record import record
from canbao.enrolment.domain.bills import planned_for_a_county, tabulate_people
from canbao.enrolment.models import Bill, BillState, Campaign

# Who has an open bill of nothing and is asked about as they are on that day, as if they paid on it.
_FREE = """
SELECT b.id, now.answer->>'covered_from'
  FROM enrolment_bill b
  JOIN billing p ON p.resident_id = b.resident_id
  JOIN enrolment_billassessment now ON now.campaign_id = b.campaign_id AND now.facts_key = p.facts_key AND NOT now.refused
  JOIN enrolment_billassessment was ON was.id = b.assessment_id
 WHERE b.campaign_id = %s AND b.state = 'open' AND b.due_fen = 0
   AND NOT enrolment_money_differs(now.pays_fen, now.shares, was.pays_fen, was.shares)
"""


@transaction.atomic
def enrol_fully_subsidised(campaign: Campaign, *, on: date, actor: str) -> int:
    """Enrol everyone whose open bill is nothing and who owes nothing as they are on `on`, covered as if paid on that day.
    Returns how many.

    Needs the scope of the whole county. Whoever the notice does not let enrol on that day is left on the list, and so is
    who died or moved away, or would owe something or be helped by another fund by now: bills are made right first.
    """
    free = Bill.objects.filter(campaign=campaign, state=BillState.OPEN, due_fen=0)
    residents = list(free.values_list("resident_id", flat=True))
    if not residents:
        return 0
    tabulate_people(campaign, on=on, residents=residents)
    with connection.cursor() as cursor, planned_for_a_county(whole=True):
        cursor.execute(_FREE, [campaign.pk])
        starts = {str(bill): start for bill, start in cursor.fetchall() if start is not None}
        cursor.execute("DROP TABLE billing")
        cursor.execute("SELECT enrolment_enrol_free(%s, %s, %s, %s)", [campaign.pk, json.dumps(starts), on, now()])
        enrolled = int(cursor.fetchone()[0])
    if enrolled:
        record("enrolled.by_office", f"campaign:{campaign.pk}", county=campaign.county, actor=actor, people=enrolled)
    return enrolled
