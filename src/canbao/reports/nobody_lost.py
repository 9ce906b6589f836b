"""The proof that nobody was lost from one year to the next (R-13): last year's people = kept + gone, each with a reason.

Three sources that were written apart are laid side by side, person by person: who was enrolled last year, the base table as
it was drawn up, and the register with its history; once the campaign is open also its bills, which are next year's
register. Whoever does not add up is named with the place where they went missing.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection, transaction
from django.utils.timezone import localdate

from canbao.divisions.models import Division
from canbao.enrolment.domain.bills import planned_for_a_county
from canbao.enrolment.domain.facts import facts_of
from canbao.enrolment.models import BaseRow, BaseTable, Campaign
from canbao.enrolment.packs import pack_of
from canbao.enrolment.standing import STANDING, Standing
from canbao.kernel.division_code import DivisionCode
from canbao.policy import assess, facts_from_json


class Lost(StrEnum):
    """Where somebody went missing."""

    NOT_LISTED = "上年已参保，底表上没有"
    NOT_REGISTERED = "底表上有，登记册里找不到"
    NO_GROUND = "登记册里已减少，没有哪次变更这样登记"
    NO_BILL = "仍在册，今年的征缴里没有账单"


_BECAME = f"""
SELECT coalesce(b.division, l.division) AS village, b.nth, r.id AS resident, r.name,
       CASE WHEN b.resident_id IS NULL THEN '{Lost.NOT_LISTED}' WHEN r.id IS NULL THEN '{Lost.NOT_REGISTERED}'
            WHEN r.died_on IS NOT NULL AND NOT EXISTS (SELECT FROM register_change c WHERE c.resident_id = r.id
                 AND c.after->>'died_on' = r.died_on::text) THEN '{Lost.NO_GROUND}'
            WHEN r.died_on IS NULL AND r.moved_on IS NOT NULL AND NOT EXISTS (SELECT FROM register_change c WHERE c.resident_id = r.id
                 AND c.after->>'moved_on' = r.moved_on::text) THEN '{Lost.NO_GROUND}'
            WHEN %(opened)s AND k.resident_id IS NULL AND {STANDING} = '{Standing.HERE}' THEN '{Lost.NO_BILL}'
            ELSE {STANDING} END AS became
  FROM (SELECT e.resident_id, e.division FROM enrolment_enrolment e
         WHERE e.campaign_id = %(earlier)s::bigint AND e.ended_on IS NULL AND e.division >= %(first)s AND e.division < %(after)s
         UNION ALL
        SELECT f.id, f.division FROM register_resident f
         WHERE %(earlier)s::bigint IS NULL AND f.enrolled_last_year AND f.division >= %(first)s AND f.division < %(after)s) l
  FULL JOIN (SELECT resident_id, division, nth FROM enrolment_baserow
              WHERE table_id = %(table)s AND division >= %(first)s AND division < %(after)s) b ON b.resident_id = l.resident_id
  LEFT JOIN register_resident r ON r.id = coalesce(b.resident_id, l.resident_id)
  LEFT JOIN (SELECT DISTINCT resident_id FROM enrolment_bill WHERE campaign_id = %(campaign)s) k ON k.resident_id = r.id
"""  # noqa: S608 - our own words

_COUNTED = f"""
SELECT p.village, p.became, count(*) FROM ({_BECAME}) p GROUP BY p.village, p.became ORDER BY p.village"""  # noqa: S608
_NAMED = f"""
SELECT p.village, p.nth, p.resident, p.name, p.became FROM ({_BECAME}) p
 WHERE p.became = ANY (%(lost)s) ORDER BY p.village, p.nth, p.resident"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class PlaceProof:
    """One village, or several together: `last` year's people = `kept` + `gone` + `lost`. `excluded`: the notice does not let them
    enrol this year; `withdrawn`: they were registered by mistake."""

    code: str
    name: str
    kept: int = 0
    died: int = 0
    moved: int = 0
    employed: int = 0
    withdrawn: int = 0
    excluded: int = 0
    lost: int = 0

    @property
    def last(self) -> int:
        return self.kept + self.gone + self.lost

    @property
    def gone(self) -> int:
        return self.died + self.moved + self.employed + self.withdrawn + self.excluded


@dataclass(frozen=True, slots=True)
class LostPerson:
    """Who does not add up, and where they went missing; `nth` on the base table, None for who is not on it."""

    village: str
    village_name: str
    nth: int | None
    resident: int | None
    name: str | None
    where: Lost


@dataclass(frozen=True, slots=True)
class Proof:
    """`missing_rows`: by how many the base table is shorter than when it was drawn up; asked of a whole county alone."""

    villages: tuple[PlaceProof, ...]
    lost: tuple[LostPerson, ...]
    missing_rows: int

    @property
    def holds(self) -> bool:
        return not self.missing_rows and not self.lost

    @property
    def whole(self) -> PlaceProof:
        names = ("kept", "died", "moved", "employed", "withdrawn", "excluded", "lost")
        return PlaceProof("", "", **{name: sum(getattr(one, name) for one in self.villages) for name in names})


_COLUMN = {
    Standing.HERE: "kept",
    Standing.DIED: "died",
    Standing.MOVED: "moved",
    Standing.EMPLOYED: "employed",
    Standing.WITHDRAWN: "withdrawn",
}


def nobody_lost(table: BaseTable, *, division: str) -> Proof:
    """What became of everybody who was enrolled last year, in a county, town or village.

    As many questions for many people as for few.
    """
    place, campaign = DivisionCode(division), table.campaign
    first, after = place.range()
    asked = {
        "table": table.pk, "campaign": campaign.pk, "earlier": table.earlier_id, "opened": campaign.opened_at is not None,
        "first": first, "after": after, "lost": [one.value for one in Lost],
    }  # fmt: skip
    with transaction.atomic(), planned_for_a_county(whole=True), connection.cursor() as cursor:
        cursor.execute(_COUNTED, asked)
        counted = cursor.fetchall()
        cursor.execute(_NAMED, asked)
        suspected = cursor.fetchall()
    names = dict(Division.objects.filter(pk__in={village for village, *_ in counted}).values_list("code", "name"))
    without_bill = [resident for _, _, resident, _, where in suspected if where == Lost.NO_BILL]
    excluded = _not_let_in(campaign, without_bill)
    lost = tuple(
        LostPerson(village, names.get(village, village), nth, resident, name, Lost(where))
        for village, nth, resident, name, where in suspected
        if resident not in excluded
    )
    villages: dict[str, Counter[str]] = defaultdict(Counter)
    for village, became, people in counted:
        if became in _COLUMN:
            villages[village][_COLUMN[Standing(became)]] += people
        else:
            villages[village]["lost"] += people
    for village, _, resident, _, _ in suspected:
        if resident in excluded:
            villages[village].update(excluded=1, lost=-1)
    missing = 0
    if place == table.county.ljust(12, "0"):
        missing = table.people - BaseRow.objects.filter(table=table).count()
    return Proof(
        tuple(PlaceProof(one, names.get(one, one), **villages[one]) for one in sorted(villages)), lost, missing
    )


def _not_let_in(campaign: Campaign, residents: Sequence[int]) -> frozenset[int]:
    """Those of them whom the notice does not let enrol, which is why they have no bill. It is asked for the day on which bills were
    made: after the window it would let nobody in, and everybody who is lost would seem to be gone with a reason."""
    if not residents:
        return frozenset()
    on = min(max(localdate(campaign.opened_at), campaign.window_from), campaign.window_until)
    pack, answers = pack_of(campaign), {}
    found = set()
    for resident, facts in facts_of(residents, county=campaign.county, on=on, pack=pack).items():
        key = json.dumps(facts, sort_keys=True)
        if key not in answers:
            answers[key] = assess(pack, facts_from_json(facts)).refusal is not None
        if answers[key]:
            found.add(resident)
    return frozenset(found)
