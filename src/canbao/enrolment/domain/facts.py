"""What is known about people on a day, in the shape that the policy asks for, for one family or for a county at once.

One SQL sentence gathers them; it is the only place that knows from where facts come: categories from confirmed rosters,
tier from the household, the rest from the register.

Whether somebody is of another state, and why they are here, is said by the kind of their number and of their stay, and so is whether
a child is not born yet: nothing is kept for it, so that a number or a stay that is corrected is asked about as it is then. A notice is told in its own words, and only what it looks at.
"""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from canbao.enrolment.packs import traits_known
from canbao.kernel.identity import FOREIGN
from canbao.policy import Pack
from canbao.register.models import Resident, WithoutNumber

# What a row holds that was merged into another one counts for that one (`register/domain/duplicates.py`).
#
# %(residents)s null: everybody of the county who is alive and has not moved away. %(paid_in)s a campaign: who has paid in
# it is shown as they were on the day on which they did, and not on %(on)s; null: everybody is shown as on %(on)s.
FACTS = """
SELECT r.id AS resident_id, r.county, r.household_id, r.division, h.unit_id,
       jsonb_strip_nulls(jsonb_build_object('categories', g.held, 'tier', h.tier, 'paid_on', e.paid_on,
           'born_on', CASE WHEN r.born_on >= %(born_from)s THEN r.born_on END)) || r.circumstances
       || CASE WHEN r.number_kind = ANY (%(foreign_kinds)s::text[]) AND %(foreign)s::jsonb -> r.hukou <> '[]'::jsonb
               THEN jsonb_build_object('traits', coalesce(r.circumstances -> 'traits', '[]'::jsonb) || (%(foreign)s::jsonb -> r.hukou))
               WHEN r.number_kind = '未出生' AND %(unborn)s::jsonb <> '[]'::jsonb
               THEN jsonb_build_object('traits', coalesce(r.circumstances -> 'traits', '[]'::jsonb) || %(unborn)s::jsonb)
               ELSE '{}'::jsonb END AS facts
  FROM register_resident r
  JOIN register_household h ON h.id = r.household_id
  LEFT JOIN (
       SELECT coalesce(d.same_as_id, n.resident_id) AS resident_id, jsonb_agg(DISTINCT CASE WHEN n.grade = '' THEN to_jsonb(n.category)
                                                     ELSE jsonb_build_object('name', n.category, 'grade', n.grade) END) AS held
         FROM rosters_holding n JOIN rosters_roster o ON o.id = n.roster_id AND o.confirmed_at IS NOT NULL
         LEFT JOIN register_resident d ON d.id = n.resident_id AND d.same_as_id IS NOT NULL
         LEFT JOIN enrolment_enrolment e ON e.campaign_id = %(paid_in)s::bigint AND e.resident_id = coalesce(d.same_as_id, n.resident_id)
                                        AND e.ended_on IS NULL
        WHERE n.county = %(county)s
          AND n.since <= coalesce(e.paid_on, %(on)s) AND (n.until IS NULL OR n.until >= coalesce(e.paid_on, %(on)s))
          AND (%(residents)s::bigint[] IS NULL OR n.resident_id = ANY (%(residents)s)
               OR n.resident_id IN (SELECT m.id FROM register_resident m WHERE m.same_as_id = ANY (%(residents)s)))
        GROUP BY 1) g ON g.resident_id = r.id
  LEFT JOIN enrolment_enrolment e ON e.campaign_id = %(paid_in)s::bigint AND e.resident_id = r.id AND e.ended_on IS NULL
 WHERE r.county = %(county)s AND r.died_on IS NULL AND r.moved_on IS NULL
   AND (%(residents)s::bigint[] IS NULL OR r.id = ANY (%(residents)s))
"""


# How notices write of whoever is of another state, and of why they are here.
_FOREIGN = "外籍"
_HERE_BECAUSE = {Resident.Hukou.PERMIT: "居住证", Resident.Hukou.STUDENT: "在校学生"}


def known_by_kind(pack: Pack | None) -> dict[str, Any]:
    """For `FACTS`: the traits by which a notice knows foreigners, by their stay, and children who are not born yet; without a
    notice none.
    """
    traits = {
        stay: traits_known(pack, _FOREIGN, *(word for why, word in _HERE_BECAUSE.items() if why == stay))
        for stay in Resident.Hukou.values
    }
    return {
        "foreign_kinds": sorted(kind.value for kind in FOREIGN),
        "foreign": json.dumps(traits, ensure_ascii=False),
        "unborn": json.dumps(traits_known(pack, WithoutNumber.UNBORN.value), ensure_ascii=False),
    }


def facts_of(residents: Sequence[int], *, county: str, on: date, pack: Pack | None) -> dict[int, dict[str, Any]]:
    """Facts by resident id, as JSON objects of the published interface, with `on`, in the words of `pack`."""
    asked = {"residents": list(residents), "county": county, "on": on, "born_from": date.min, "paid_in": None}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT resident_id, facts FROM ({FACTS}) f",  # noqa: S608 - our own sentence
            asked | known_by_kind(pack),
        )
        return {row[0]: as_object(row[1]) | {"on": on.isoformat()} for row in cursor.fetchall()}


def as_object(value: Any) -> dict[str, Any]:
    return json.loads(value) if isinstance(value, str) else value
