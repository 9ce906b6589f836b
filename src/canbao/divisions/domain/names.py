"""A place gets another name from a day on; a zone that no published table has gets a place in the tree."""

from datetime import date, datetime

from django.db import transaction

from canbao.access.models import Staff
from canbao.access.record import record
from canbao.divisions.domain.codes import own_code
from canbao.divisions.domain.keeping import (
    check_day,
    check_keeper,
    check_name_is_free,
    name_of_place,
    standing_place,
    why_of_place,
)
from canbao.divisions.models import CollectingUnit, Division, FormerName, UnitKind
from canbao.divisions.refusals import CodeNotPossible, NoSuchPlace, SameName
from canbao.kernel.days import CHINA, days_after
from canbao.kernel.division_code import DivisionCode


@transaction.atomic
def rename(division: Division, name: str, *, on: date, why: str, by: Staff | None, at: datetime) -> FormerName:
    """A town or village is called otherwise from `on`. Its committee follows where it had the village's name.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NoSuchPlace` (ended, or neither town nor village),
    `PlaceNameWrong`, `SameName`, `PlaceNameTaken`, `DayOfPlaceNotPossible`, `WhyOfPlaceMissing`.
    """
    county, today = division.code[:6], at.astimezone(CHINA).date()
    actor = check_keeper(by, county)
    if division.level not in (Division.Level.TOWN, Division.Level.VILLAGE):
        raise NoSuchPlace(place=division.code, what="乡镇或村（社区）")
    division = standing_place(division.code, division.level, on=today, county=county)
    name = name_of_place(name)
    if name == division.name:
        raise SameName(name=name)
    check_name_is_free(name, above(division), on=today, level=division.level)
    last = division.former_names.order_by("until").last()
    first = days_after(last.until, 2) if last else division.since  # each name holds for a day at least
    check_day(on, first=first, today=today)
    former = FormerName(division=division, name=division.name, until=days_after(on, -1), why=why_of_place(why), by=actor, at=at)  # fmt: skip
    former.save()
    _rename_committee(division, name)
    division.name = name
    division.save(update_fields=["name"])
    record("division.renamed", f"division:{division.code}", county=county, actor=actor, was=former.name, name=name, on=on, why=former.why)  # fmt: skip
    return former


def _rename_committee(division: Division, name: str) -> None:
    committees = CollectingUnit.objects.filter(division=division, kind=UnitKind.VILLAGE)
    was = committee_name(division.name, division.kind)
    committees.filter(name=was).update(name=committee_name(name, division.kind))


def committee_name(name: str, kind: str) -> str:
    """What a village's committee is called: 示例一村 → 示例一村委会, 幸福社区 → 幸福社区居委会."""
    if name.endswith(("委会", "委员会")):
        return name
    if name.endswith("村"):
        return f"{name}委会"
    return f"{name}{'居委会' if kind == Division.Kind.RESIDENTS or name.endswith('社区') else '村委会'}"


@transaction.atomic
def add_zone(
    county: str, name: str, *, published: str | None, on: date | None, by: Staff | None, at: datetime
) -> Division:
    """A zone (开发区, 园区, 管理区) beside the towns. Its published code, where it has one, is its code if it nests in the
    county; else the installation gives it one that does, and keeps the published one beside it.

    `on` is its first day, None where nobody knows. Says no, in this order: `NotYourDivision`, `NotYourWork`, what is wrong with
    the published code (`kernel.division_code`), `PlaceNameWrong`, `PlaceNameTaken`, `CodeNotPossible`,
    `DayOfPlaceNotPossible`.
    """
    actor = check_keeper(by, county)
    theirs = DivisionCode(published) if published else None
    whole = Division.objects.select_for_update().filter(pk=DivisionCode(county)).first()
    if whole is None:
        raise NoSuchPlace(place=county, what=Division.Level.COUNTY.label)
    name, today = name_of_place(name), at.astimezone(CHINA).date()
    check_name_is_free(name, whole, on=today, level=Division.Level.TOWN)
    if theirs is not None:
        taken = Division.objects.filter(pk=theirs).first() or Division.objects.filter(published_code=theirs).first()
        if taken is not None:
            raise CodeNotPossible(code=theirs, name=taken.name)
    if on is not None:
        check_day(on, first=None, today=today)
    nests = theirs is not None and theirs.parent == whole.code and theirs.level.name == "TOWN"
    code = theirs if nests and theirs else own_code(whole, wanted="", taken=())
    zone = Division.objects.create(
        code=code, name=name, level=Division.Level.TOWN, kind=Division.Kind.ZONE, since=on,
        published_code=None if nests else theirs,
    )  # fmt: skip
    record("division.added", f"division:{zone.code}", county=county[:6], actor=actor, name=name)
    return zone


def above(division: Division) -> Division:
    """The place that it lies in, by its digits."""
    parent = DivisionCode(division.code).parent
    return Division.objects.get(pk=parent)
