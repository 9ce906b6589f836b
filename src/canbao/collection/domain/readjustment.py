"""Categories changed after people had paid: what each of them owes or is owed now (R-22, 东至县's 31 December)."""

import json
from datetime import date
from typing import NamedTuple

from django.db import connection, transaction

from canbao.access.record import record
from canbao.access.refusing import refusing
from canbao.collection.refusals import SAID_BY_DATABASE
from canbao.enrolment.domain.bills import planned_for_a_county, tabulate_people
from canbao.enrolment.models import Campaign

# Whoever's latest bill rests on another answer than today's. Whom the notice refuses on this day keeps what they have.
_CHANGED = """
SELECT latest.resident_id, now.id, now.pays_fen
  FROM (SELECT DISTINCT ON (resident_id) resident_id, assessment_id, state FROM enrolment_bill
         WHERE campaign_id = %(campaign)s ORDER BY resident_id, version DESC) latest
  JOIN billing p ON p.resident_id = latest.resident_id
  JOIN enrolment_billassessment now ON now.campaign_id = %(campaign)s AND now.facts_key = p.facts_key AND NOT now.refused
  JOIN enrolment_billassessment was ON was.id = latest.assessment_id
 WHERE (now.pays_fen, now.shares) IS DISTINCT FROM (was.pays_fen, was.shares)
   AND (now.pays_fen IS NOT NULL OR latest.state = 'open')
 ORDER BY latest.resident_id
"""


class Readjusted(NamedTuple):
    """How many people now pay less (and how much is owed back), more (still owed), or only through another fund."""

    people: int
    to_give_back: int
    give_back_fen: int
    still_owing: int


@transaction.atomic
def readjust(campaign: Campaign, *, on: date, actor: str) -> Readjusted:
    """Compare every bill with what the policy says on `on`, and make the differences. Needs the county's scope.

    Asking twice is asking once: after the first time nothing differs.
    """
    with connection.cursor() as cursor:
        tabulate_people(campaign, on=on)
        with planned_for_a_county(whole=True):
            cursor.execute(_CHANGED, {"campaign": campaign.pk})
        changes = [{"resident": row[0], "assessment": row[1], "pays_fen": row[2]} for row in cursor.fetchall()]
        cursor.execute("DROP TABLE billing")
        with refusing(SAID_BY_DATABASE):
            cursor.execute(
                "SELECT resident_id, difference_fen FROM collection_readjust(%s, %s, %s, %s)",
                [campaign.pk, json.dumps(changes), on, actor],
            )
        differences = cursor.fetchall()  # a row a bill: what goes back to two payments is two bills of one person
    owed_back = [(resident, -fen) for resident, fen in differences if fen is not None and fen < 0]
    done = Readjusted(
        people=len({resident for resident, _ in differences}),
        to_give_back=len({resident for resident, _ in owed_back}),
        give_back_fen=sum(fen for _, fen in owed_back),
        still_owing=sum(1 for _, fen in differences if fen is not None and fen > 0),
    )
    if differences:
        record("campaign.readjusted", f"campaign:{campaign.pk}", county=campaign.county, actor=actor, **done._asdict())
    return done
