"""A village becomes part of another, or a whole town of another town, by order of the authorities (R-10, decision 0016).

The old place keeps its row and code, with its last day and who follows it. Its people are registered in the other one from now on
(one reason, a row of history each), what hangs on them is seen there, and what is still unpaid is paid there. What was paid stays
with the unit that took it. People who work there, schools and banks go along.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Q, Sum

from canbao.access.models import Staff
from canbao.access.record import record
from canbao.collection.models import Channel, Payment
from canbao.collection.queries import receipts_left
from canbao.collection.refusals import CashInOldDrawer, CommitteeMissing, MergedIntoItself
from canbao.divisions.domain.codes import own_code
from canbao.divisions.domain.keeping import check_day, check_keeper, standing_place, why_of_place
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.divisions.queries import below, standing_on
from canbao.divisions.refusals import NoSuchPlace, PlaceNameTaken
from canbao.enrolment.models import Bill, BillState, Campaign, Target
from canbao.enrolment.queries import current_campaign
from canbao.kernel.days import CHINA, days_after
from canbao.kernel.division_code import DivisionCode
from canbao.kernel.refusal import must
from canbao.register.domain.places import Moved, move_to_village
from canbao.register.models import Household, Resident
from canbao.register.queries import inside

VILLAGE, TOWN = Division.Level.VILLAGE, Division.Level.TOWN


@dataclass(frozen=True, slots=True)
class Merged:
    """What went over: households with everybody in them, villages of a town, accounts of staff. `receipts_left` are numbers of
    paper receipts that lie with a committee which does not collect any more, to be handed in."""

    households: int = 0
    people: int = 0
    villages: int = 0
    staff: int = 0
    receipts_left: int = 0


@dataclass(frozen=True, slots=True)
class AtStake:
    """What a merger would take along, for whoever is about to order it. `cash_fen` hinders a village's."""

    households: int
    people: int
    unpaid: int
    cash_fen: int
    staff: list[str]
    units: list[str]


def at_stake(old: Division) -> AtStake:
    """Of a village, or of all villages of a town; `units` are those that go along."""
    units = CollectingUnit.objects.filter(_inside(old), until__isnull=True)
    is_village = old.level == VILLAGE
    held = Payment.objects.filter(
        unit__in=units, unit__kind=UnitKind.VILLAGE, channel=Channel.CASH, remittance__isnull=True
    )
    along = units.exclude(kind=UnitKind.VILLAGE) if is_village else units
    campaign = current_campaign(old.code[:6])
    return AtStake(
        households=Household.objects.filter(inside(old.code)).count(),
        people=Resident.objects.filter(inside(old.code), died_on__isnull=True, moved_on__isnull=True).count(),
        unpaid=Bill.objects.filter(inside(old.code), campaign=campaign, state=BillState.OPEN).count(),
        cash_fen=held.aggregate(fen=Sum("amount_fen", default=0))["fen"] if is_village else 0,
        staff=list(
            Staff.objects.filter(_inside(old), is_active=True).order_by("username").values_list("full_name", flat=True)
        ),
        units=list(along.values_list("name", flat=True)),
    )


def _inside(place: Division) -> Q:
    first, after = DivisionCode(place.code).range()
    return Q(division__gte=first, division__lt=after)


def merge(old: Division, into: Division, *, on: date, why: str, by: Staff | None, at: datetime) -> Merged:
    """A village or a town, by what `old` is. Says no like `merge_village` and `merge_town`; `NoSuchPlace` to anything else."""
    if old.level not in (VILLAGE, TOWN):
        raise NoSuchPlace(place=old.code, what="乡镇或村（社区）")
    return (merge_village if old.level == VILLAGE else merge_town)(old, into, on=on, why=why, by=by, at=at)


@transaction.atomic
def merge_village(old: Division, into: Division, *, on: date, why: str, by: Staff | None, at: datetime) -> Merged:
    """The village `old` is part of the village `into` from `on`; its committee collects no more.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `MergedIntoItself`, `NoSuchPlace`, `DayOfPlaceNotPossible`,
    `WhyOfPlaceMissing`, `CommitteeMissing`, `PlaceNameTaken` (schools of one name in both), `CashInOldDrawer`.
    """
    actor, why = _checked(old, into, VILLAGE, on=on, why=why, by=by, at=at)
    units = (
        CollectingUnit.objects.filter(division__in=[old.code, into.code]).order_by("pk").select_for_update(no_key=True)
    )
    committees = {unit.division_id: unit for unit in units if unit.kind == UnitKind.VILLAGE and unit.until is None}
    for place in (old, into):
        if place.code not in committees:
            raise CommitteeMissing(village=place.name)
    closing, going_on = committees[old.code], committees[into.code]
    names = {unit.name for unit in units if unit.division_id == into.code}
    for unit in units:
        if unit.division_id == old.code and unit != closing and unit.name in names:
            raise PlaceNameTaken(where=into.name, name=unit.name, code=into.code)
    moved = follow(old, into, from_unit=closing, to_unit=going_on, on=on, why=why, actor=actor, at=at)
    # with the bills locked: whoever takes cash now waits, and is told that the unit collects no more
    _check_drawer(closing)
    closing.until = days_after(on, -1)
    closing.save(update_fields=["until"])
    _add_targets(old, into)
    _end(old, into, on=on, actor=actor, why=why)
    return Merged(moved.households, moved.people, 1, moved.staff, receipts_left(closing))


@transaction.atomic
def merge_town(old: Division, into: Division, *, on: date, why: str, by: Staff | None, at: datetime) -> Merged:
    """The town `old` is part of the town `into` from `on`, with its villages as they are: each gets a code below the other town,
    with the old one as published until a new one is, and keeps its committee, drawer and receipts.

    Says no like `merge_village` up to `WhyOfPlaceMissing`, then `PlaceNameTaken` (villages of one name in both).
    """
    actor, why = _checked(old, into, TOWN, on=on, why=why, by=by, at=at)
    today = at.astimezone(CHINA).date()
    villages = list(below(old.code, VILLAGE).filter(standing_on(today)).select_for_update())
    there = dict(below(into.code, VILLAGE).filter(standing_on(today)).values_list("name", "code"))
    for village in villages:
        if village.name in there:
            raise PlaceNameTaken(where=into.name, name=village.name, code=there[village.name])
    done = Merged()
    for village in villages:
        theirs, village.published_code = village.published_code or village.code, None
        village.save(update_fields=["published_code"])  # a published code is one place's: from now on the new one's
        new = Division.objects.create(
            code=own_code(into, wanted=village.code[9:], taken=()), name=village.name, level=VILLAGE, kind=village.kind,
            urban_rural=village.urban_rural, published_code=theirs, since=on,
        )  # fmt: skip
        moved = follow(village, new, from_unit=None, to_unit=None, on=on, why=why, actor=actor, at=at)
        _add_targets(village, new)
        _end(village, new, on=on, actor=actor, why=why)
        done = Merged(
            done.households + moved.households, done.people + moved.people, done.villages + 1, done.staff + moved.staff
        )
    staff = _move_staff(old, into, {})
    CollectingUnit.objects.filter(division=old).update(division=into)  # a bank in the town itself
    _add_targets(old, into)
    _end(old, into, on=on, actor=actor, why=why)
    return Merged(done.households, done.people, done.villages, done.staff + staff)


def _checked(old: Division, into: Division, level: str, *, on: date, why: str, by: Staff | None, at: datetime) -> tuple[str, str]:  # fmt: skip
    """Who signs, and the ground. Both places are locked, in the order of their codes."""
    county, today = old.code[:6], at.astimezone(CHINA).date()
    actor = check_keeper(by, county)
    if old.code == into.code:
        raise MergedIntoItself(name=old.name)
    for code in sorted((old.code, into.code)):
        standing_place(code, level, on=today, county=county)
    began = [days_after(day, 1) for day in (old.since, into.since) if day is not None]
    check_day(on, first=max(began, default=None), today=today)
    return actor, why_of_place(why)


def _check_drawer(unit: CollectingUnit) -> None:
    held = Payment.objects.filter(unit=unit, channel=Channel.CASH, remittance__isnull=True)
    fen = held.aggregate(fen=Sum("amount_fen", default=0))["fen"]
    if fen:
        raise CashInOldDrawer(unit=unit.name, fen=fen)


@dataclass(frozen=True, slots=True)
class Followed:
    households: int
    people: int
    staff: int


def follow(
    old: Division, into: Division, *, from_unit: CollectingUnit | None, to_unit: CollectingUnit | None, on: date, why: str,
    actor: str, at: datetime,
) -> Followed:  # fmt: skip
    """Units, people, what hangs on them, and whoever works there. Without `from_unit` every unit goes along."""
    along = CollectingUnit.objects.filter(division=old)
    if from_unit is not None:
        along = along.exclude(pk=from_unit.pk)
    units = list(along.values_list("pk", flat=True))
    CollectingUnit.objects.filter(pk__in=units).update(division=into)
    replaced = {from_unit.pk: to_unit.pk} if from_unit and to_unit else {}
    moved = follow_people(old, into, from_unit=from_unit, to_unit=to_unit, on=on, why=why, actor=actor, at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT collection_follow_units(%s, %s)", [old.code[:6], units])
    return Followed(len(moved.households), moved.people, _move_staff(old, into, replaced))


def follow_people(
    old: Division, into: Division, *, from_unit: CollectingUnit | None, to_unit: CollectingUnit | None, on: date, why: str,
    actor: str, at: datetime, chosen: Sequence[int] | None = None,
) -> Moved:  # fmt: skip
    """Households (all, or the `chosen` ones) with everybody in them, and what hangs on them."""
    here, there = (unit.pk if unit else 0 for unit in (from_unit, to_unit))
    moved = move_to_village(
        old.code, into.code, from_unit=here, to_unit=there, on=on, why=why, actor=actor, at=at, chosen=chosen
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT collection_follow_households(%s, %s)", [old.code[:6], moved.households])
    return moved


def _move_staff(old: Division, into: Division, replaced: dict[int, int]) -> int:
    """Accounts of the old place see and do the same in the other one."""
    moved = 0
    for one in Staff.objects.filter(division=old.code).order_by("pk"):
        one.division, one.unit_id = into.code, replaced.get(one.unit_id or 0, one.unit_id)
        one.save(update_fields=["division", "unit_id"])
        moved += one.is_active
    return moved


def _add_targets(old: Division, into: Division) -> None:
    """What the old place was asked to reach is asked of the other one. What is not known of either is not known of both."""
    there = {one.campaign_id: one for one in Target.objects.filter(division=into)}
    for target in Target.objects.filter(division=old, campaign__in=Campaign.objects.filter(county=old.code[:6])):
        other = there.get(target.campaign_id)
        if other is None:
            if not below(into.code, into.level).filter(since__isnull=True).exists():  # a new place: it is the same one
                Target.objects.create(campaign_id=target.campaign_id, division=into, population=target.population, people=target.people)  # fmt: skip
            continue
        for column in ("population", "people"):
            both = getattr(target, column), getattr(other, column)
            setattr(other, column, None if None in both else sum(both))
        other.save(update_fields=["population", "people"])


def _end(old: Division, into: Division, *, on: date, actor: str, why: str) -> None:
    must(not old.units.filter(until__isnull=True).exists(), f"nobody collects in {old.code} any more")
    old.until, old.successor = days_after(on, -1), into
    old.save(update_fields=["until", "successor"])
    record("division.merged", f"division:{old.code}", county=old.code[:6], actor=actor, into=into.code, on=on, why=why)
