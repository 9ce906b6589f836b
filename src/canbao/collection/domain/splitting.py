"""A part of a village becomes a village of its own, by order of the authorities; or that is taken back.

The households that go are named one by one, or by what their addresses have in common. They go like those of a merger
(`merging`): everybody in them with a row of history, what hangs on them with them, and what was paid stays with the unit that took it.
Whoever works in the old village, its schools and banks stay there. The new committee begins with half of the old one's unused electronic
receipt numbers, so that a phone payment under way finds one; paper receipts it is given, like any unit.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Replace

from canbao.access.models import Staff
from canbao.access.record import record
from canbao.collection.domain.merging import follow, follow_people
from canbao.collection.models import Payment
from canbao.collection.queries import receipts_left
from canbao.collection.refusals import (
    CommitteeMissing,
    EverybodyGoes,
    HouseholdsElsewhere,
    NobodyGoes,
    NotSplitOff,
    SplitTookHold,
)
from canbao.divisions.domain.codes import own_code
from canbao.divisions.domain.keeping import (
    check_day,
    check_keeper,
    check_name_is_free,
    name_of_place,
    standing_place,
    why_of_place,
)
from canbao.divisions.domain.names import above, committee_name
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.divisions.refusals import CodeNotPossible, VillageCodeWrong
from canbao.enrolment.models import Bill, BillState
from canbao.enrolment.queries import current_campaign
from canbao.kernel.days import CHINA, days_after
from canbao.kernel.division_code import DivisionCode, Level
from canbao.register.models import Household, Resident

VILLAGE = Division.Level.VILLAGE
CODES_NAMED = 10  # in one sentence
_BETWEEN = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True, slots=True)
class Going:
    """Which households would go, by code, and what goes with them; `staying` is how many would be left."""

    households: dict[int, str]
    staying: int
    people: int
    unpaid: int


@dataclass(frozen=True, slots=True)
class Split:
    """`receipts_left` are numbers of paper receipts that lie with a committee which is none any more, to be handed in."""

    village: Division
    households: int
    people: int
    receipts_left: int = 0


def codes_of(text: str) -> list[str]:
    """Household codes as they are pasted from anywhere, each once."""
    return list(dict.fromkeys(code for code in _BETWEEN.split(text) if code))


def who_would_go(old: Division, *, codes: str, address: str) -> Going:
    """Households of `old` by their codes, and those whose address has `address` in it, whatever blanks are in either.

    Says no, in this order: `HouseholdsElsewhere`, `NobodyGoes`, `EverybodyGoes`.
    """
    here = Household.objects.filter(division=old.code)
    wanted = codes_of(codes)
    going = dict(here.filter(code__in=wanted).values_list("pk", "code"))
    missing = sorted(set(wanted) - set(going.values()))
    if missing:
        named = "、".join(missing[:CODES_NAMED]) + ("…" if len(missing) > CODES_NAMED else "")
        raise HouseholdsElsewhere(village=old.name, many=len(missing), codes=named)
    if address := "".join(address.split()):
        plain = here.annotate(plain=Replace("address", Value(" "), Value("")))
        going |= dict(plain.filter(plain__contains=address).values_list("pk", "code"))
    if not going:
        raise NobodyGoes
    staying = here.count() - len(going)
    if not staying:
        raise EverybodyGoes(village=old.name, homes=len(going))
    unpaid = Bill.objects.filter(
        household__in=going, campaign=current_campaign(old.code[:6]), state=BillState.OPEN
    ).count()
    living = Resident.objects.filter(household__in=going, died_on__isnull=True, moved_on__isnull=True).count()
    return Going(dict(sorted(going.items(), key=lambda one: one[1])), staying, living, unpaid)


@transaction.atomic
def split_village(
    old: Division, name: str, *, published: str | None, codes: str, address: str, on: date, why: str, by: Staff | None, at: datetime
) -> Split:  # fmt: skip
    """A part of the village `old` is the village `name` of the same town from `on`. `published` is its code where one was published:
    it is kept like that of a village from a list (decision 0016). One that was split off and taken back stands again under its code.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NoSuchPlace`, what is wrong with the published code, `PlaceNameWrong`,
    `PlaceNameTaken`, `CodeNotPossible`, `DayOfPlaceNotPossible`, `WhyOfPlaceMissing`, `CommitteeMissing`, then as `who_would_go`.
    """
    county, today = old.code[:6], at.astimezone(CHINA).date()
    actor = check_keeper(by, county)
    old = standing_place(old.code, VILLAGE, on=today, county=county)
    town = above(old)
    theirs = _village_code(published)
    name = name_of_place(name)
    check_name_is_free(name, town, on=today, level=VILLAGE)
    code, theirs = _codes(town, theirs)
    check_day(on, first=days_after(old.since, 1) if old.since else None, today=today)
    why = why_of_place(why)
    committee = _committee(old)
    going = who_would_go(old, codes=codes, address=address)
    new, _ = Division.objects.update_or_create(
        code=code,
        defaults={
            "name": name, "level": VILLAGE, "kind": old.kind, "urban_rural": old.urban_rural, "published_code": theirs,
            "since": on, "until": None, "successor": None, "split_from": old,
        },
    )  # fmt: skip
    unit = CollectingUnit.objects.create(kind=UnitKind.VILLAGE, name=committee_name(name, new.kind), division=new)
    moved = follow_people(
        old, new, from_unit=committee, to_unit=unit, on=on, why=why, actor=actor, at=at, chosen=list(going.households)
    )
    # bills before books, like everybody who takes money
    _hand_numbers_over(committee, unit, everything=False)
    record("division.split", f"division:{old.code}", county=county, actor=actor, new=new.code, on=on, why=why, households=len(moved.households))  # fmt: skip
    return Split(new, len(moved.households), moved.people)


@transaction.atomic
def take_back_split(new: Division, *, why: str, by: Staff | None, at: datetime) -> Split:
    """The village was split off by mistake: everybody in it goes back as one, its committee closes, and it stood on no day.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NoSuchPlace` (either of the two), `NotSplitOff`, `WhyOfPlaceMissing`,
    `CommitteeMissing`, `SplitTookHold`. Returns the village that it is part of again.
    """
    county, today = new.code[:6], at.astimezone(CHINA).date()
    actor = check_keeper(by, county)
    new = standing_place(new.code, VILLAGE, on=today, county=county)
    if new.split_from_id is None or new.since is None:
        raise NotSplitOff(name=new.name)
    old = standing_place(new.split_from_id, VILLAGE, on=today, county=county)
    why = why_of_place(why)
    unit, committee = _committee(new), _committee(old)
    _check_nothing_since(new, unit)
    moved = follow(new, old, from_unit=unit, to_unit=committee, on=today, why=why, actor=actor, at=at)
    # with the bills locked: whoever was paid at this moment is known now, and whoever takes cash after it finds the unit closed
    _check_nothing_since(new, unit)
    _hand_numbers_over(unit, committee, everything=True)
    unit.until = days_after(new.since, -1)
    unit.save(update_fields=["until"])
    new.until, new.successor = days_after(new.since, -1), old
    new.save(update_fields=["until", "successor"])
    record("division.split_taken_back", f"division:{new.code}", county=county, actor=actor, into=old.code, why=why)
    return Split(old, moved.households, moved.people, receipts_left(unit))


def _village_code(published: str | None) -> DivisionCode | None:
    code = DivisionCode(published) if published else None
    if code is not None and code.level is not Level.VILLAGE:
        raise VillageCodeWrong(seen=code)
    return code


def _codes(town: Division, theirs: DivisionCode | None) -> tuple[str, str | None]:
    """Our code for the new village, and the published one where it is another. Raises `CodeNotPossible`."""
    if theirs is None:
        return own_code(town, wanted="", taken=()), None
    known = Division.objects.filter(published_code=theirs).first() or Division.objects.filter(pk=theirs).first()
    if known is not None and not (known.never_stood and known.code[:9] == town.code[:9]):
        raise CodeNotPossible(code=theirs, name=known.name)
    if known is not None:
        return known.code, known.published_code
    if theirs[:9] == town.code[:9]:
        return theirs, None
    return own_code(town, wanted=theirs[9:], taken=()), theirs


def _committee(village: Division) -> CollectingUnit:
    found = CollectingUnit.objects.select_for_update(no_key=True).filter(
        division=village, kind=UnitKind.VILLAGE, until__isnull=True
    )
    if (committee := found.first()) is None:
        raise CommitteeMissing(village=village.name)
    return committee


def _check_nothing_since(new: Division, unit: CollectingUnit) -> None:
    what = {
        "已经收过款": Payment.objects.filter(unit=unit).exists(),
        "已经有别的村并入": new.merged_into_it.exclude(split_from=new).exists(),
        "又分出了别的村": new.split_off.filter(until__isnull=True).exists(),
    }
    for words, happened in what.items():
        if happened:
            raise SplitTookHold(name=new.name, what=words)


def _hand_numbers_over(giving: CollectingUnit, taking: CollectingUnit, *, everything: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT collection_hand_numbers_over(%s, %s, %s)", [giving.pk, taking.pk, everything])
