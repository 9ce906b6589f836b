"""Questions to the register that have a name. Each narrows to a division itself; the database narrows once more."""

from dataclasses import dataclass

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Q, QuerySet

from canbao.kernel.division_code import DivisionCode
from canbao.register.models import Household, Resident


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
    found = (
        households_in(division)
        .filter(Q(code=text) | Q(pk__in=_of_name(text, division)))
        .annotate(names=StringAgg("residents__name", "、", order_by="residents__pk"))
        .order_by("code")
    )
    return [HouseholdFound(one.pk, one.code, one.unit.name, one.names) for one in found[:limit]]


def _of_name(text: str, division: str) -> QuerySet:
    return Resident.objects.filter(inside(division), name__startswith=text).values("household_id")
