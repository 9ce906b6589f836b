"""What all changes of places have in common: who makes them, from which day, on what paper, and what a name may be."""

import unicodedata
from datetime import date

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.divisions.models import Division
from canbao.divisions.queries import below, standing_on
from canbao.divisions.refusals import (
    DayOfPlaceNotPossible,
    NoSuchPlace,
    PlaceNameTaken,
    PlaceNameWrong,
    WhyOfPlaceMissing,
)
from canbao.kernel.division_code import DivisionCode

COMMAND = "command:divisions"
LONGEST_NAME = 60
LONGEST_WHY = 200
_UNWRITABLE = frozenset({"Cc", "Cs"})


def check_keeper(by: Staff | None, county: str) -> str:
    """Who signs for a change of the county's places: the county's own staff, or (None) the installation by command.

    Raises `NotYourDivision`, then `NotYourWork`.
    """
    if by is None:
        return COMMAND
    check_may(by, Work.KEEP_DIVISIONS, division=county[:6].ljust(12, "0"))
    return f"staff:{by.username}"


def name_of_place(name: str) -> str:
    """A name without blanks. Raises `PlaceNameWrong`."""
    name = "".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME or any(unicodedata.category(one) in _UNWRITABLE for one in name):
        raise PlaceNameWrong(most=LONGEST_NAME)
    return name


def why_of_place(why: str) -> str:
    """The paper that orders a change. Raises `WhyOfPlaceMissing`."""
    why = " ".join(why.split())[:LONGEST_WHY]
    if not why:
        raise WhyOfPlaceMissing
    return why


def standing_place(code: str, level: str, *, on: date, county: str) -> Division:
    """The place of that code in the county, locked. Raises `NoSuchPlace` where it is not one on that day."""
    found = Division.objects.select_for_update().filter(standing_on(on), pk=code, level=level).first()
    if found is None or not DivisionCode(county).covers(found.code):
        raise NoSuchPlace(place=code, what=Division.Level(level).label)
    return found


def check_day(on: date, *, first: date | None, today: date) -> None:
    """Raises `DayOfPlaceNotPossible`: from the day after the last change to today."""
    if on > today or (first is not None and on < first):
        raise DayOfPlaceNotPossible(day=on, first=first or "以前", today=today)


def check_name_is_free(name: str, beside: Division, *, on: date, level: str) -> None:
    """Raises `PlaceNameTaken` where another place of that level within `beside` has the name on that day."""
    other = below(beside.code, level).filter(standing_on(on), name=name).first()
    if other is not None:
        raise PlaceNameTaken(where=beside.name, name=name, code=other.code)
