"""A school's students by a list, or one by one: each row has its verdict, and the good ones go (`register.domain.students`).

A list is judged first and shown; whoever is taken is judged once more, since somebody may have been faster. A list is taken back as one, or
each student from their own page.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from canbao.access.models import Staff
from canbao.access.sealing import person_token
from canbao.collection.domain.households import with_bills
from canbao.collection.refusals import FacultyUnknown, NoStudents, NoSuchUnit, StudentTwice, TooManyStudents
from canbao.divisions.models import CollectingUnit, UnitKind
from canbao.documents.columns import ALIASES, Field
from canbao.documents.reading import read_spreadsheet
from canbao.documents.table import Row, plain_header
from canbao.kernel.identity import parse_identity
from canbao.kernel.passport import passports_like
from canbao.kernel.refusal import Refusal
from canbao.register.domain.students import KIND, check_student, go_to_school
from canbao.register.domain.undoing import undo
from canbao.register.models import Change, Resident
from canbao.register.refusals import NotOnRegister

SCHOOLS = (UnitKind.SCHOOL, UnitKind.UNIVERSITY, UnitKind.FACULTY)
MOST_ROWS = 1000  # each is a change of its own, and a whole list is taken back within half a minute
_WORDS: Mapping[str, tuple[str, ...]] = {
    "name": (*ALIASES[Field.NAME], "学生姓名"),
    "number": ALIASES[Field.NUMBER],
    "faculty": ("院系", "学院", "系", "二级学院", "所在院系", "所属院系", "院系名称"),
}


class StudentRow(NamedTuple):
    """A row as the list has it, in words. The number is shown to nobody; `is_numeric`: the spreadsheet held it as a number, which may have
    lost its last digits."""

    row: int
    name: str
    number: str
    faculty: str
    is_numeric: bool = False


class Going(NamedTuple):
    row: int
    student: Resident
    unit: CollectingUnit


@dataclass(frozen=True, slots=True)
class Judged:
    """Every row of a list: goes, pays there already, or does not go and why."""

    going: list[Going] = field(default_factory=list)
    there: list[Going] = field(default_factory=list)
    bad: list[tuple[StudentRow, Refusal]] = field(default_factory=list)


class Batch(NamedTuple):
    """Students who went together: when, by whom, and how many of them are still there by it."""

    at: datetime
    by: str
    people: int


def read_students(content: bytes, school: CollectingUnit) -> list[StudentRow]:
    """The rows of a spreadsheet or text table. Says no: what is wrong with the file (`documents.reading`), `NoStudents`,
    `TooManyStudents`."""
    at, rows = rows_of(content, _WORDS)
    if at["name"] is None or at["number"] is None:
        raise NoStudents(unit=school.name)
    return [
        StudentRow(
            row.number,
            **{what: "" if nth is None else row.cells[nth].text.strip() for what, nth in at.items()},
            is_numeric=row.cells[at["number"]].is_number,
        )
        for row in rows
    ]


def rows_of(content: bytes, words: Mapping[str, tuple[str, ...]]) -> tuple[dict[str, int | None], list[Row]]:
    """The rows of a school's list, and at which column each thing stands by these words; None: it has none. Says no: what is wrong with
    the file (`documents.reading`), `TooManyStudents`."""
    table = read_spreadsheet(content, headers=frozenset(plain_header(word) for some in words.values() for word in some))
    plain = [plain_header(text) for text in table.columns]
    at = {
        what: next((plain.index(word) for word in map(plain_header, some) if word in plain), None)
        for what, some in words.items()
    }
    if table.height > MOST_ROWS:
        raise TooManyStudents(seen=table.height, most=MOST_ROWS)
    return at, list(table.rows())


def judge(rows: Sequence[StudentRow], school: CollectingUnit, *, on: date, allow_synthetic: bool) -> Judged:
    """Every row beside the register, within the scope's sight. Changes nothing.

    Of a row, in this order: what is wrong with the number (`kernel.identity`), `NotOnRegister` (also where the name is another's),
    `StudentTwice`, `FacultyUnknown`, what `register.domain.students.check_student` says. Somebody with a passport is found by its number
    and their name; the number of a row that was merged means the one that stays.
    """
    done, units = Judged(), _units_of(school)
    tokens: dict[int, list[bytes]] = {}
    for row in rows:
        try:
            tokens[row.row] = tokens_of(row.number, is_numeric=row.is_numeric, on=on, allow_synthetic=allow_synthetic)
        except Refusal as no:
            done.bad.append((row, no))
    people = people_by_token([token for some in tokens.values() for token in some], county=school.division_id[:6])
    seen: dict[int, int] = {}
    for row in rows:
        if row.row not in tokens:
            continue
        try:
            found = [people[token] for token in tokens[row.row] if token in people]
            going = _judged(row, found, units, school, seen)
        except Refusal as no:
            done.bad.append((row, no))
        else:
            (done.there if going.student.household.unit_id == going.unit.pk else done.going).append(going)
    done.bad.sort(key=lambda one: one[0].row)
    return done


def tokens_of(number: str, *, is_numeric: bool, on: date, allow_synthetic: bool) -> list[bytes]:
    """Of a card's number one; a passport's is one number of each state. Raises what is wrong with it."""
    passports = [] if is_numeric else passports_like(number)
    identities = passports or [
        parse_identity(number, from_numeric_cell=is_numeric, on=on, allow_synthetic=allow_synthetic)
    ]
    return [person_token(one.number) for one in identities]


def named_so(name: str, found: Sequence[Resident]) -> Resident:
    """Whoever of these has that name. Raises `NotOnRegister` where nobody has, or several have: two states can have given one number to
    two of one name, and neither is taken for the other."""
    named = {one.pk: one for one in found if "".join(one.name.split()) == "".join(name.split())}
    if len(named) != 1:
        raise NotOnRegister
    return next(iter(named.values()))


def _judged(
    row: StudentRow, found: Sequence[Resident], units: Mapping[str, CollectingUnit], school: CollectingUnit, seen: dict[int, int]
) -> Going:  # fmt: skip
    student = named_so(row.name, found)
    if student.pk in seen:
        raise StudentTwice(row=seen[student.pk])
    seen[student.pk] = row.row
    unit = units.get("".join(row.faculty.split()))
    if unit is None:
        raise FacultyUnknown(
            unit=school.name, seen=row.faculty[:20], possible="、".join(name for name in units if name)
        )
    check_student(student)
    return Going(row.row, student, unit)


def _units_of(school: CollectingUnit) -> dict[str, CollectingUnit]:
    """By name; "" is the school itself where it has no faculties, so that nobody needs to name one."""
    faculties = {one.name: one for one in school.faculties.filter(until__isnull=True)}
    return faculties or {"": school, school.name: school}


def people_by_token(tokens: Collection[bytes], *, county: str) -> dict[bytes, Resident]:
    found = Resident.objects.filter(person_token__in=list(tokens), county=county)
    return {
        bytes(one.person_token): one.same_as or one
        for one in found.select_related("household__unit", "same_as__household__unit")
    }


@transaction.atomic
def take_students(school: CollectingUnit, students: Mapping[int, int], *, by: Staff, why: str, at: datetime) -> int:
    """`students` is the unit of each by person, as they were judged. Returns how many went.

    Says no, in this order: `NoSuchUnit` (one that collects no more, or none of this school's), then as `go_to_school`.
    """
    units = {unit.pk: unit for unit in _units_of(_held(school)).values()}
    if not set(students.values()) <= set(units):
        raise NoSuchUnit(unit=school.name)
    return with_bills(
        lambda: go_to_school({student: units[unit] for student, unit in students.items()}, by=by, why=why, at=at),
        county=school.division_id[:6], residents=_households_of(students), at=at, actor=f"staff:{by.username}",
    )  # fmt: skip


def _held(unit: CollectingUnit) -> CollectingUnit:
    """The school as it is now: neither it nor a faculty of it closes or goes to another place before this is done."""
    together = CollectingUnit.objects.filter(Q(pk=unit.pk) | Q(parent=unit))
    held = {one.pk: one for one in together.select_for_update(no_key=True).order_by("pk")}
    found = held.get(unit.pk)
    if found is None or found.until is not None or found.kind not in SCHOOLS:
        raise NoSuchUnit(unit=unit.name)
    return found


def _households_of(students: Collection[int]) -> list[int]:
    """Everybody in the households that these people are in."""
    together = Resident.objects.filter(household__residents__in=list(students)).distinct()
    return list(together.values_list("pk", flat=True))


def batches(school: CollectingUnit, *, limit: int = 10) -> list[Batch]:
    """The latest lists of a school or faculty, of whom somebody is still there by it. Who went on since is not taken back with the list."""
    told = _went(school).values("at", "by").annotate(people=Count("pk")).order_by("-at")
    return [Batch(one["at"], one["by"], one["people"]) for one in told[:limit]]


def _went(school: CollectingUnit) -> QuerySet[Change]:
    units = [school.pk, *school.faculties.values_list("pk", flat=True)]
    return Change.objects.filter(
        kind=KIND, left_household__isnull=False, resident__same_as__isnull=True, undone_by__isnull=True, household__unit__in=units,
        household=F("resident__household"),
    )  # fmt: skip


@transaction.atomic
def take_back_students(school: CollectingUnit, *, went_at: datetime, went_by: str, by: Staff, why: str, at: datetime) -> int:  # fmt: skip
    """Everybody who went with one list and is still there is again where they were. Returns how many. Says no, in this order: `NoStudents`
    (nobody of such a list, or nobody is there any more), then as `undoing.undo`, of whomever comes first: then nobody of the list is taken back.
    """
    went = list(_went(school).filter(at=went_at, by=went_by).order_by("pk"))
    if not went:
        raise NoStudents(unit=school.name)
    students = [one.resident_id for one in went]
    homes = [one.left_household_id for one in went]
    people = {*students, *Resident.objects.filter(household__in=homes).values_list("pk", flat=True)}

    def all_of_them() -> int:
        for one in went:
            undo(one, by=by, why=why, at=at)
        return len(went)

    return with_bills(all_of_them, county=school.division_id[:6], residents=people, at=at, actor=f"staff:{by.username}")
