"""Whom a row may mean that was not matched for certain: people of the register, how near each is, and why.

Never taken by the program: a person of the medical insurance office points at one (`mending.accept_row`). What makes
somebody near is the number but for one slip, the name and how it differs, the date of birth in the number, the village, and whether others
of the household are on the list. Twins and namesakes are named as such, so that nobody takes one for the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet

from canbao.access.sealing import person_token, unseal
from canbao.kernel.identity import half_width
from canbao.register.models import Resident
from canbao.rosters.domain import sentences
from canbao.rosters.domain.likeness import NameLikeness, NumberSlip, name_likeness, numbers_near
from canbao.rosters.domain.names import plain_name
from canbao.rosters.domain.places import Places, Range
from canbao.rosters.models import Outcome, RosterRow

MOST_OFFERED = 8
MOST_OF_A_NAME = 50  # of one name in a county, where nothing else is known
NEAR_ENOUGH = 5
_NUMBER = {NumberSlip.NONE: 6}
_SLIP = 4
_NAME = {
    NameLikeness.SAME: 4,
    NameLikeness.SAME_SOUND: 3,
    NameLikeness.RARE: 3,
    NameLikeness.TURNED: 3,
    NameLikeness.ONE_OFF: 2,
    NameLikeness.PART: 2,
}
_BORN, _VILLAGE, _HOUSEHOLD = 3, 2, 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """`reasons` speak for this person, `cautions` say with whom they could be confused."""

    resident: Resident
    score: int
    reasons: tuple[str, ...]
    cautions: tuple[str, ...] = ()


def find_candidates(row: RosterRow) -> list[Candidate]:
    """The nearest first, within the present scope; nobody who has died or left, but for whom the number names.

    The row's number is unsealed to look for slips; whoever asks has it on record.
    """
    sealed = row.mended_number_sealed or row.number_sealed
    typed = "".join(half_width(unseal(sealed)).split()).upper() if sealed is not None else ""
    slips = {person_token(number): slip for number, slip in numbers_near(typed).items()}
    born_on, ranges = _born_on(typed), _ranges(row)
    found = {one.pk: one for one in _by_number(row, slips)}
    found |= {one.pk: one for one in _by_name(row, born_on, ranges)}
    listed = _listed_households(row, {one.household_id for one in found.values()})
    asked = _Asked(row.name_now, slips, born_on, ranges)
    offered = [_weighed(one, asked, listed.get(one.household_id, [])) for one in found.values()]
    near = sorted((one for one in offered if one.score >= NEAR_ENOUGH), key=lambda one: (-one.score, one.resident.pk))
    return _with_cautions(near[:MOST_OFFERED])


def _born_on(typed: str) -> date | None:
    """The birth date in a number that may be wrong elsewhere."""
    digits = typed[6:14]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) if len(digits) == 8 else None
    except ValueError:
        return None


def _ranges(row: RosterRow) -> list[Range]:
    town, village = (row.seen.get(str(row.roster.fields.get(field, "")), "") for field in ("town", "village"))
    return Places(row.county).ranges(town, village)


def _by_number(row: RosterRow, slips: dict[bytes, NumberSlip]) -> QuerySet[Resident]:
    who = Q(person_token__in=list(slips)) | (Q(pk=row.resident_id) if row.resident_id else Q(pk__in=[]))
    return Resident.objects.filter(who, county=row.county).select_related("household")


def _by_name(row: RosterRow, born_on: date | None, ranges: list[Range]) -> Iterator[Resident]:
    name = plain_name(row.name_now)
    here = Resident.objects.filter(county=row.county, died_on__isnull=True, moved_on__isnull=True)
    here = here.select_related("household")
    if not name:
        return
    if ranges:
        within = Q(pk__in=[])
        for first, after in ranges:
            within |= Q(division__gte=first, division__lt=after)
        people = here.filter(within)
        names = {pk: other for pk, other in people.values_list("pk", "name") if name_likeness(name, other)}
        yield from here.filter(pk__in=list(names))
    else:
        same = here.filter(name=name)
        yield from (same.filter(born_on=born_on) if born_on else same)[:MOST_OF_A_NAME]


def _listed_households(row: RosterRow, households: set[int]) -> dict[int, list[str]]:
    taken = RosterRow.objects.filter(
        roster=row.roster, outcome__in=[Outcome.TAKEN, Outcome.CORRECTED], resident__household__in=households
    ).exclude(pk=row.pk)
    listed: dict[int, list[str]] = {}
    for household, name in taken.order_by("row").values_list("resident__household_id", "resident__name"):
        listed.setdefault(household, []).append(name)
    return listed


class _Asked(NamedTuple):
    """What a row says of the person it means."""

    name: str
    slips: dict[bytes, NumberSlip]
    born_on: date | None
    ranges: list[Range]


def _weighed(one: Resident, asked: _Asked, listed: list[str]) -> Candidate:
    slip, likeness = asked.slips.get(bytes(one.person_token)), name_likeness(asked.name, one.name)
    others = [name for name in listed if name != one.name]
    told = [
        (_NUMBER.get(slip, _SLIP), slip.value) if slip else None,
        (_NAME[likeness], likeness.value) if likeness else None,
        (_BORN, sentences.SAME_BIRTH) if asked.born_on and one.born_on == asked.born_on else None,
        (_VILLAGE, sentences.SAME_PLACE)
        if any(first <= one.division < after for first, after in asked.ranges)
        else None,
        (_HOUSEHOLD, sentences.HOUSEHOLD_LISTED.format(names="、".join(others[:3]))) if others else None,
    ]
    reasons = [reason for reason in told if reason]
    return Candidate(one, sum(weight for weight, _ in reasons), tuple(text for _, text in reasons))


def _with_cautions(offered: list[Candidate]) -> list[Candidate]:
    return [replace(one, cautions=tuple(_cautions(one.resident))) for one in offered]


def _cautions(one: Resident) -> Iterator[str]:
    here = Resident.objects.filter(county=one.county, died_on__isnull=True, moved_on__isnull=True).exclude(pk=one.pk)
    twins = here.filter(household=one.household_id, born_on=one.born_on).values_list("name", flat=True)
    if twins:
        yield sentences.TWIN.format(names="、".join(twins))
    if namesakes := here.filter(division=one.division, name=one.name).count():
        yield sentences.SAME_NAME_NEAR.format(count=namesakes)
