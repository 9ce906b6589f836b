"""Questions to the register that have a name. Each narrows to a division itself; the database narrows once more."""

from dataclasses import dataclass

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Q, QuerySet

from canbao.kernel.division_code import DivisionCode
from canbao.register.models import Household, Resident

_LAST = "\U0010ffff"  # no character comes after it


def inside(division: str) -> Q:
    """Rows of a division and of everything below it."""
    first, after = DivisionCode(division).range()
    return Q(division__gte=first, division__lt=after)


def households_in(division: str) -> QuerySet[Household]:
    return Household.objects.filter(inside(division)).select_related("unit")


@dataclass(frozen=True, slots=True)
class HouseholdFound:
    id: int
    code: str
    unit: str
    names: str


def find_households(text: str, *, division: str, limit: int = 30) -> list[HouseholdFound]:
    """By household code, or by the beginning of a member's name; the best match first. One query."""
    meant = beginning(text).filter(inside(division)).values("household_id")
    found = (
        households_in(division)
        .filter(pk__in=meant.union(households_in(division).filter(code=text).values("pk")))
        .annotate(names=StringAgg("residents__name", "、", order_by="residents__pk"))
        .order_by("code")
    )
    return [HouseholdFound(one.pk, one.code, one.unit.name, one.names) for one in found[:limit]]


def beginning(text: str) -> QuerySet[Resident]:
    """Residents whose name begins so.

    A range and not LIKE: under row-level security an index is used only by comparisons that can give nothing away, and
    LIKE is not among them: of a county of a million it would read everybody.
    """
    return Resident.objects.filter(name__gte=text, name__lt=text + _LAST)
