"""Somebody's life goes on: a child gets a number, a name was written wrong, people die, move, and find work.

Each is a change with a day, a reason and somebody who says so; the database keeps what was before beside it
(`register/sql/20_history.sql`). Each can be taken back, the last one first, and then everything is as it was.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.sealing import person_token, seal
from canbao.kernel.identity import Identity, parse_identity
from canbao.register.models import Change, Resident
from canbao.register.refusals import (
    ChangedSince,
    DayNotPossible,
    NotHere,
    NothingChanges,
    NumberOfSomebodyElse,
    NumberTaken,
    NumberThereAlready,
    UndoneAlready,
)

Kind = Change.Kind
DETAILS = ("relation", "sex", "born_on", "hukou")
"""What is corrected without a kind of change of its own."""


@transaction.atomic
def give_number(resident: Resident, number: str, *, name: str = "", by: Staff, why: str, at: datetime, allow_synthetic: bool) -> Change:  # fmt: skip
    """A newborn's provisional identity becomes the real one; with it often the name (张三宝宝 → 张小明).

    The person stays the same: bills, cover and receipts are theirs as before. Says no, in this order:
    `NotYourDivision`, `NotYourWork`, `NotHere`, `NumberThereAlready`, what is wrong with the number itself,
    `NumberOfSomebodyElse`, `NumberTaken`.
    """
    resident = _of_mine(resident, by)
    if resident.number_sealed is not None:
        raise NumberThereAlready(who=resident.name)
    identity = parse_identity(number, on=at.date(), allow_synthetic=allow_synthetic)
    if identity.born_on != resident.born_on or (resident.sex and identity.sex and identity.sex != resident.sex):
        raise NumberOfSomebodyElse(who=resident.name, born_on=resident.born_on, sex=resident.sex or "性别未登记")
    columns = _columns_of(identity) | ({"name": _tidy(name)} if _tidy(name) else {})
    return _change(resident, Kind.NUMBER_GIVEN, columns, on=at.date(), by=by, why=why, at=at)


@transaction.atomic
def correct_number(resident: Resident, number: str, *, by: Staff, why: str, at: datetime, allow_synthetic: bool) -> Change:  # fmt: skip
    """The number was registered wrong; day of birth and sex follow the right one.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NotHere`, what is wrong with the number itself,
    `NothingChanges`, `NumberTaken`.
    """
    resident = _of_mine(resident, by)
    identity = parse_identity(number, on=at.date(), allow_synthetic=allow_synthetic)
    if person_token(identity.number) == bytes(resident.person_token):
        raise NothingChanges(who=resident.name)  # sealed anew the same number looks like another one
    return _change(resident, Kind.NUMBER, _columns_of(identity), on=at.date(), by=by, why=why, at=at)


@transaction.atomic
def correct_name(resident: Resident, name: str, *, by: Staff, why: str, at: datetime) -> Change:
    """Says no, in this order: `NotYourDivision`, `NotYourWork`, `NotHere`, `NothingChanges`."""
    resident = _of_mine(resident, by)
    return _change(resident, Kind.NAME, {"name": _tidy(name) or resident.name}, on=at.date(), by=by, why=why, at=at)


@transaction.atomic
def correct_details(resident: Resident, *, by: Staff, why: str, at: datetime, **details: Any) -> Change:
    """`details` are columns of `DETAILS`. Says no, in this order: `NotYourDivision`, `NotYourWork`, `NotHere`,
    `DayNotPossible` (a birth in the future), `NothingChanges`.
    """
    resident = _of_mine(resident, by)
    unknown = set(details) - set(DETAILS)
    if unknown:
        raise TypeError(f"no details of a resident: {', '.join(sorted(unknown))}")
    if details.get("born_on", resident.born_on) > at.date():
        raise _impossible(resident, details["born_on"], "出生", today=at.date())
    return _change(resident, Kind.DETAILS, details, on=at.date(), by=by, why=why, at=at)


@transaction.atomic
def died(resident: Resident, *, on: date, by: Staff, why: str, at: datetime) -> Change:
    """Nobody pays for them from now on; cover that they have ends elsewhere.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NotHere`, `DayNotPossible`.
    """
    return _gone(resident, Kind.DIED, "died_on", on=on, by=by, why=why, at=at)


@transaction.atomic
def moved_away(resident: Resident, *, on: date, by: Staff, why: str, at: datetime) -> Change:
    """Out of the county. Says no like `died`."""
    return _gone(resident, Kind.MOVED, "moved_on", on=on, by=by, why=why, at=at)


@transaction.atomic
def returned(resident: Resident, *, on: date, by: Staff, why: str, at: datetime) -> Change:
    """Back from elsewhere. Says no, in this order: `NotYourDivision`, `NotYourWork`, `NotHere` (for who died),
    `NothingChanges` (for who never left), `DayNotPossible`.
    """
    resident = _of_mine(resident, by, may_have_moved=True)
    if resident.moved_on is None:
        raise NothingChanges(who=resident.name)
    _check_day(resident, on, Kind.RETURNED, today=at.date())
    return _change(resident, Kind.RETURNED, {"moved_on": None}, on=on, by=by, why=why, at=at)


@transaction.atomic
def joined_employee_scheme(resident: Resident, *, on: date, by: Staff, why: str, at: datetime) -> Change:
    """Insured through work: from now on the notice's answer for them is another. Says no like `died`, then
    `NothingChanges`.
    """
    resident = _of_mine(resident, by)
    _check_day(resident, on, Kind.EMPLOYED, today=at.date())
    circumstances = resident.circumstances | {"employee_scheme": {}}
    return _change(resident, Kind.EMPLOYED, {"circumstances": circumstances}, on=on, by=by, why=why, at=at)


@transaction.atomic
def left_employee_scheme(
    resident: Resident, *, on: date, months: int | None, back_paid: bool | None, by: Staff, why: str, at: datetime
) -> Change:
    """`on` is the last day there, `months` how long without a gap, None where nobody knows. Says no like
    `joined_employee_scheme`.
    """
    resident = _of_mine(resident, by)
    _check_day(resident, on, Kind.LEFT_EMPLOYMENT, today=at.date())
    known = {"months": months, "back_paid": back_paid, "left_on": on.isoformat()}
    scheme = {name: value for name, value in known.items() if value is not None}
    circumstances = resident.circumstances | {"employee_scheme": scheme}
    return _change(resident, Kind.LEFT_EMPLOYMENT, {"circumstances": circumstances}, on=on, by=by, why=why, at=at)


# Everything of a resident that a change may concern, in one place; what is not here cannot be taken back.
_COLUMNS = (
    "name", "relation", "sex", "born_on", "number_kind", "number_sealed", "number_tail", "person_token", "phone_sealed", "hukou",
    "circumstances", "died_on", "moved_on",
)  # fmt: skip
_TAKE_BACK = f"""
UPDATE register_resident r SET ({", ".join(_COLUMNS)}) =
       (SELECT {", ".join(f"b.{column}" for column in _COLUMNS)} FROM jsonb_populate_record(r, c.before) b)
  FROM register_change c
 WHERE c.id = %s AND r.id = c.resident_id
   AND NOT EXISTS (SELECT FROM jsonb_each(c.after) a WHERE a.value IS DISTINCT FROM to_jsonb(r) -> a.key)
"""  # noqa: S608 - our own columns


@transaction.atomic
def undo(change: Change, *, by: Staff, why: str, at: datetime) -> Change:
    """Everything is again as it was before that change; what was changed beside it stays.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `UndoneAlready`, `ChangedSince`, `NumberTaken` (the number
    that would come back is somebody else's by now).
    """
    resident = Resident.objects.select_for_update().get(pk=change.resident_id)
    check_may(by, Work.CHANGE_REGISTER, division=resident.division)
    if Change.objects.filter(undoes=change).exists():
        raise UndoneAlready
    with (
        _said(Kind.UNDONE, on=at.date(), by=by, why=why, at=at, undoes=change.pk),
        _one_number_one_person(),
        connection.cursor() as cursor,
    ):
        cursor.execute(_TAKE_BACK, [change.pk])
        if not cursor.rowcount:
            raise ChangedSince(who=resident.name)
    return _written(resident)


# --- what all have in common ------------------------------------------------------------------------------------------


def _of_mine(resident: Resident, by: Staff, *, may_have_moved: bool = False) -> Resident:
    """The person as they are registered now, locked until all is done."""
    resident = Resident.objects.select_for_update().get(pk=resident.pk)
    check_may(by, Work.CHANGE_REGISTER, division=resident.division)
    if resident.died_on is not None:
        raise NotHere(who=resident.name, state=Kind.DIED.label, day=resident.died_on)
    if resident.moved_on is not None and not may_have_moved:
        raise NotHere(who=resident.name, state=Kind.MOVED.label, day=resident.moved_on)
    return resident


def _gone(resident: Resident, kind: Kind, column: str, *, on: date, by: Staff, why: str, at: datetime) -> Change:
    resident = _of_mine(resident, by, may_have_moved=kind is Kind.DIED)
    _check_day(resident, on, kind, today=at.date())
    return _change(resident, kind, {column: on}, on=on, by=by, why=why, at=at)


def _check_day(resident: Resident, on: date, kind: Kind, *, today: date) -> None:
    if not resident.born_on <= on <= today:
        raise _impossible(resident, on, kind.label, today=today)


def _impossible(resident: Resident, day: date, what: str, *, today: date) -> DayNotPossible:
    return DayNotPossible(who=resident.name, day=day, what=what, born_on=resident.born_on, today=today)


def _change(resident: Resident, kind: Kind, columns: dict[str, Any], *, on: date, by: Staff, why: str, at: datetime) -> Change:  # fmt: skip
    if all(getattr(resident, name) == value for name, value in columns.items()):
        raise NothingChanges(who=resident.name)
    for name, value in columns.items():
        setattr(resident, name, value)
    with _said(kind, on=on, by=by, why=why, at=at), _one_number_one_person():
        resident.save(update_fields=list(columns))
    return _written(resident)


@contextmanager
def _said(kind: Kind, *, on: date, by: Staff, why: str, at: datetime, undoes: int | None = None) -> Iterator[None]:
    """What the database writes beside every row of the register that changes inside."""
    said = {
        "kind": kind,
        "on": on.isoformat(),
        "why": why,
        "by": f"staff:{by.username}",
        "at": at.isoformat(),
        "undoes": undoes,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('register.change', %s, true)", [json.dumps(said, ensure_ascii=False)])
        yield
        cursor.execute("SELECT set_config('register.change', '', true)")


@contextmanager
def _one_number_one_person() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "person_token" not in str(error):
            raise
        raise NumberTaken from error


def _written(resident: Resident) -> Change:
    change = Change.objects.filter(resident=resident).latest("pk")
    record(
        f"resident.{change.kind}", f"resident:{resident.pk}", county=resident.county, actor=change.by, change=change.pk
    )
    return change


def _columns_of(identity: Identity) -> dict[str, Any]:
    return {
        "number_kind": identity.kind.value,
        "number_sealed": seal(identity.number),
        "number_tail": identity.number[-4:],
        "person_token": person_token(identity.number),
        "born_on": identity.born_on,
        **({"sex": identity.sex} if identity.sex else {}),
    }


def _tidy(name: str) -> str:
    return "".join(name.split())
