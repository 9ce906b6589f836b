"""Questions to the register that have a name. Each narrows to a division itself; the database narrows once more."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import BooleanField, Case, Exists, F, Func, OuterRef, Q, QuerySet, When

from canbao.access.sealing import phone_token
from canbao.kernel.days import months_after
from canbao.kernel.division_code import DivisionCode
from canbao.register.models import Change, Household, Resident, WithoutNumber, Word

YOUNGEST_PARENT = 14  # years; whoever is younger is offered nowhere as father or mother

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


FOUND_AT_MOST = 30


def find_households(text: str, *, division: str, limit: int = FOUND_AT_MOST) -> list[HouseholdFound]:
    """By household code, the last four digits of a telephone, the beginning of a member's name, a later part of it, or its
    pinyin initials; the best match first.

    First the keys, way by way until there are enough, each by one index and within the division; then the rows
    (docs/decisions/0010, the first way).
    """
    keys: dict[int, None] = {}
    for way in _ways(text, division):
        keys |= dict.fromkeys(way[: limit * MEMBERS_AT_MOST])
        if len(keys) >= limit:
            break
    chosen = list(keys)[:limit]
    found = households_in(division).filter(pk__in=chosen)
    found = found.annotate(names=StringAgg("residents__name", "、", order_by="residents__pk"))
    rows = {one.pk: HouseholdFound(one.pk, one.code, one.unit.name, one.names or "") for one in found}
    return [rows[key] for key in chosen if key in rows]


MEMBERS_AT_MOST = 4  # of one household among those that are found, before a further way is asked


def _ways(text: str, division: str) -> Iterator[QuerySet[int]]:
    """Households by each thing that `text` may be. Ranges are in the order of characters: the whole name comes first."""
    yield households_in(division).filter(code=text).values_list("pk", flat=True)
    if text.isascii() and text.isdecimal():
        if len(text) == TAIL_DIGITS:
            yield _homes(Resident.objects.filter(phone_token=phone_token(text)), division)
        return
    yield _homes(beginning(text).order_by("name"), division)
    word = text.lower()
    yield _homes(Word.objects.filter(word__gte=word, word__lt=word + _LAST).order_by("word"), division)


TAIL_DIGITS = 4


def _homes(rows: QuerySet[Any], division: str) -> QuerySet[int]:
    return rows.filter(inside(division)).values_list("household_id", flat=True)


def beginning(text: str) -> QuerySet[Resident]:
    """Residents whose name begins so.

    A range and not LIKE: under row-level security an index is used only by comparisons that can give nothing away, and
    LIKE is not among them: of a county of a million it would read everybody.
    """
    return Resident.objects.filter(name__gte=text, name__lt=text + _LAST)


def residents_in(division: str) -> QuerySet[Resident]:
    return Resident.objects.filter(inside(division)).select_related("household__unit")


def without_a_number(division: str, *, on: date) -> QuerySet[Resident]:
    """Whoever is on the register without a number of any kind: first unborn children whose due date is over by `on`, then those who
    have no papers, then children by their birthday, then those who are due.
    """
    found = residents_in(division).filter(number_sealed__isnull=True, died_on__isnull=True, moved_on__isnull=True)
    turn = Case(
        When(number_kind=WithoutNumber.UNBORN, born_on__lt=on, then=0),
        When(number_kind=WithoutNumber.WITHOUT_PAPERS, then=1),
        When(number_kind=WithoutNumber.NEWBORN, then=2),
        default=3,
    )
    return found.order_by(turn, "born_on", "pk")


def guardians_in(home: Household, *, on: date) -> list[Resident]:
    """Whose number a child's provisional identity can be made of: everybody who is old enough to be a parent."""
    here = home.residents.filter(died_on__isnull=True, moved_on__isnull=True, number_sealed__isnull=False)
    return list(here.filter(born_on__lte=months_after(on, -12 * YOUNGEST_PARENT)).order_by("pk"))


def unborn_in(home: Household) -> list[Resident]:
    """Children who are expected, by their due date."""
    here = home.residents.filter(number_kind=WithoutNumber.UNBORN, moved_on__isnull=True)
    return list(here.order_by("born_on", "pk"))


def history_of(resident: Resident) -> QuerySet[Change]:
    """What happened to somebody, the latest first; each with `is_undone` (it does not hold now: taken back, and that not
    taken back in its turn), `is_answered` (it was taken back once, whatever became of that) and `sees_all` (everybody whom it
    concerned, and where they came from, is in sight).
    """
    return _with_its_end(Change.objects.filter(resident=resident)).order_by("-pk")


def history_of_household(home: Household) -> QuerySet[Change]:
    """What was done with a household as a whole, like `history_of`: one row a change, however many people it concerned."""
    here = Change.objects.filter(Q(household=home) | Q(left_household=home), together__isnull=False)
    first = here.order_by("together", "pk").distinct("together").values("pk")
    return _with_its_end(Change.objects.filter(pk__in=first)).order_by("-pk")


def together_with(change: Change) -> QuerySet[Change]:
    """Of a change of several people all that was done by it, in the order in which it was done, like `history_of`."""
    found = Change.objects.filter(together=change.together).select_related("resident", "household")
    return _with_its_end(found).order_by("pk")


def _with_its_end(changes: QuerySet[Change]) -> QuerySet[Change]:
    undone = Func(F("pk"), function="register_is_undone", output_field=BooleanField())
    seen = Func(F("together"), function="register_sees_all", output_field=BooleanField())
    answered = Exists(Change.objects.filter(undoes=OuterRef("pk")))
    return changes.annotate(is_undone=undone, is_answered=answered, sees_all=seen)


def last_changes(household: Household) -> dict[int, Change]:
    """The latest change of each person of a household to whom something happened, by person. One query."""
    found = Change.objects.filter(resident__in=household.residents.values("pk")).order_by("resident", "-pk")
    return {change.resident_id: change for change in found.distinct("resident")}


def changes_possible(resident: Resident) -> list[Change.Kind]:
    """What may be registered of somebody as they are registered now; the verbs of `domain.changes` refuse the rest."""
    kind = Change.Kind
    if resident.died_on is not None or resident.withdrawn:
        return []
    if resident.moved_on is not None:
        return [kind.RETURNED, kind.DIED]
    if resident.is_unborn:
        return [kind.BORN, kind.NOT_BORN, kind.NAME]
    scheme = resident.circumstances.get("employee_scheme")
    is_employed = scheme is not None and "left_on" not in scheme
    return [
        kind.NUMBER_GIVEN if resident.number_sealed is None else kind.NUMBER,
        kind.NAME,
        kind.DETAILS,
        kind.DIED,
        kind.MOVED,
        kind.LEFT_EMPLOYMENT if is_employed else kind.EMPLOYED,
        kind.WITHDRAWN,
    ]
