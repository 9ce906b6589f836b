"""Somebody's life goes on: a child gets a number, a name was written wrong, people die, move, and find work.

Each is a change with a day, a reason and somebody who says so; the database keeps what was before beside it
(`register/sql/20_history.sql`). Each can be taken back (`undoing`). Wherever `HasDied` is said, `WasWithdrawn` comes
after it: nothing happens to somebody who was registered by mistake. Of an unborn child nothing is said but its name and how it ended:
everything else says `NotBornYet`, after `HasMovedAway`.

After what each says no to, all say no to their ground: `GroundMissing`, `TextNotWritable`, `TextTooLong`, `NumberInText`.
Somebody who is out of the scope's sight is in another place: `NotYourDivision`, as for one who is not there at all.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from canbao.access.models import Staff
from canbao.access.sealing import person_token, seal, unseal
from canbao.kernel.identity import Identity
from canbao.kernel.passport import identity_of_kept
from canbao.register.domain.entries import details_of, name_of
from canbao.register.domain.keeping import DATED, locked, recorded, said
from canbao.register.domain.residents import (
    identity_typed,
    one_number_one_person,
    token_of_child,
)
from canbao.register.models import Change, Resident, WithoutNumber
from canbao.register.queries import history_of
from canbao.register.refusals import (
    BornAlready,
    DayNotPossible,
    HasDied,
    HasMovedAway,
    NeverInEmployeeScheme,
    NotBornYet,
    NothingChanges,
    NumberOfSomebodyElse,
    NumberSaysOtherwise,
    NumberThereAlready,
    SexMissing,
    WasWithdrawn,
)

Kind = Change.Kind
DETAILS = ("relation", "sex", "born_on", "hukou", "papers")
"""What is corrected without a kind of change of its own."""


@transaction.atomic
def give_number(
    resident: Resident, number: str, *, name: str = "", issuer: str = "", by: Staff, why: str, at: datetime, allow_synthetic: bool,
) -> Change:  # fmt: skip
    """A newborn's provisional identity becomes the real one, with it often the name (张三宝宝 → 张小明); or somebody without papers
    gets some. `issuer` is the state of a passport.

    The person stays the same: bills, cover and receipts are theirs as before. Says no, in this order:
    `NotYourDivision`, `NotYourWork`, `HasDied`, `HasMovedAway`, `NumberThereAlready`, what is wrong with the number itself,
    `NumberOfSomebodyElse`, what is wrong with the name (`entries.name_of`), `NumberTaken`. What a number does not say
    (a passport's, or the century of an old foreigner's card) stays as it is registered; the note of papers is needed no more.
    """
    resident = _of_mine(resident, by)
    if resident.number_sealed is not None:
        raise NumberThereAlready(who=resident.name)
    identity = identity_typed(number, issuer=issuer, on=at.date(), allow_synthetic=allow_synthetic)
    if not identity.agrees_with_birth(resident.born_on) or (
        resident.sex and identity.sex and identity.sex != resident.sex
    ):
        raise NumberOfSomebodyElse(who=resident.name, born_on=resident.born_on, sex=resident.sex or "性别未登记")
    name = name_of(name)
    columns = _columns_of(identity) | ({"name": name} if name else {}) | ({"papers": ""} if resident.papers else {})
    return _change(resident, Kind.NUMBER_GIVEN, columns, on=at.date(), by=by, why=why, at=at)


@transaction.atomic
def born(
    child: Resident, *, on: date, sex: str, guardian: Resident, order_of_birth: int = 1, name: str = "", by: Staff, why: str, at: datetime,
) -> Change:  # fmt: skip
    """An unborn child is a newborn without a number from now on, with its real birthday and often its name; who it is is told by the
    parent's number, that birthday and the order of birth, as of a newborn that was not expected here. Cover begins with the birth:
    the database sees to it (`enrolment/sql/30_follow.sql`).

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `HasDied`, `HasMovedAway`, `BornAlready`, `DayNotPossible` (in the future,
    or longer before the due date than anybody is carried), `SexMissing`, what is wrong with the name (`entries.name_of`), `NumberTaken`
    (the child is there already).
    """
    child = _of_mine(child, by, may_be_unborn=True)
    if not child.is_unborn:
        raise BornAlready(who=child.name)
    if not child.born_on - CARRIED <= on <= at.date():
        raise DayNotPossible(who=child.name, day=on, what="出生", first=child.born_on, event="预产", today=at.date())  # fmt: skip
    if not sex:
        raise SexMissing(kind=Kind.BORN.label)
    columns = {
        "number_kind": WithoutNumber.NEWBORN.value, "born_on": on, "sex": sex, "name": name_of(name) or child.name,
        "person_token": token_of_child(guardian, on, order_of_birth),
    }  # fmt: skip
    return _change(child, Kind.BORN, columns, on=on, by=by, why=why, at=at)


CARRIED = timedelta(weeks=40)


@transaction.atomic
def not_born(child: Resident, *, by: Staff, why: str, at: datetime) -> Change:
    """There will be no child: out of the register from today, the row stays. What was paid for it goes back
    (`collection.domain.households.with_bills`).

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `HasDied`, `HasMovedAway`, `BornAlready`.
    """
    child = _of_mine(child, by, may_be_unborn=True)
    if not child.is_unborn:
        raise BornAlready(who=child.name)
    columns = {"moved_on": at.date(), "withdrawn": True}
    return _change(child, Kind.NOT_BORN, columns, on=at.date(), by=by, why=why, at=at)


@transaction.atomic
def correct_number(resident: Resident, number: str, *, issuer: str = "", by: Staff, why: str, at: datetime, allow_synthetic: bool) -> Change:  # fmt: skip
    """The number was registered wrong, or it is another by now (a new passport); day of birth and sex follow the right one, where
    its card says them. `issuer` is the state of a passport.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `HasDied`, `HasMovedAway`, what is wrong with the number itself,
    `NothingChanges`, `NumberTaken`.
    """
    resident = _of_mine(resident, by)
    identity = identity_typed(number, issuer=issuer, on=at.date(), allow_synthetic=allow_synthetic)
    if person_token(identity.number) == bytes(resident.person_token):
        raise NothingChanges(who=resident.name)  # sealed anew the same number looks like another one
    return _change(resident, Kind.NUMBER, _columns_of(identity), on=at.date(), by=by, why=why, at=at)


@transaction.atomic
def correct_name(resident: Resident, name: str, *, by: Staff, why: str, at: datetime) -> Change:
    """Says no, in this order: `NotYourDivision`, `NotYourWork`, `HasDied`, `HasMovedAway`, what is wrong with the name
    (`entries.name_of`), `NothingChanges`.
    """
    resident = _of_mine(resident, by, may_be_unborn=True)
    return _change(resident, Kind.NAME, {"name": name_of(name) or resident.name}, on=at.date(), by=by, why=why, at=at)


@transaction.atomic
def correct_details(resident: Resident, *, by: Staff, why: str, at: datetime, **details: Any) -> Change:
    """`details` are columns of `DETAILS`. Says no, in this order: `NotYourDivision`, `NotYourWork`, `HasDied`, `HasMovedAway`,
    what is wrong with one of them (`entries.details_of`), `DayNotPossible` (a birth in the future), `NumberSaysOtherwise`,
    `NothingChanges`.
    """
    resident = _of_mine(resident, by)
    unknown = set(details) - set(DETAILS)
    if unknown:
        raise TypeError(f"no details of a resident: {', '.join(sorted(unknown))}")
    details = details_of(resident, details)
    if details.get("born_on", resident.born_on) > at.date():
        raise _impossible(resident, details["born_on"], "出生", today=at.date())
    _check_number_agrees(resident, details)
    return _change(resident, Kind.DETAILS, details, on=at.date(), by=by, why=why, at=at)


@transaction.atomic
def died(resident: Resident, *, on: date, by: Staff, why: str, at: datetime) -> Change:
    """Nobody pays for them from now on; cover that they have ends elsewhere.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `HasDied`, `DayNotPossible` (in the future, before birth, or
    before something that is registered of a later day and was not taken back).
    """
    return _gone(resident, Kind.DIED, "died_on", on=on, by=by, why=why, at=at)


@transaction.atomic
def moved_away(resident: Resident, *, on: date, by: Staff, why: str, at: datetime) -> Change:
    """Out of the county. Says no like `died`, and `HasMovedAway` after `HasDied`."""
    return _gone(resident, Kind.MOVED, "moved_on", on=on, by=by, why=why, at=at)


@transaction.atomic
def returned(resident: Resident, *, on: date, by: Staff, why: str, at: datetime) -> Change:
    """Back from elsewhere. Says no, in this order: `NotYourDivision`, `NotYourWork`, `HasDied`, `NothingChanges` (for who
    never left), `DayNotPossible` (also before they left).
    """
    resident = _of_mine(resident, by, may_have_moved=True)
    if resident.moved_on is None:
        raise NothingChanges(who=resident.name)
    _check_day(resident, on, Kind.RETURNED, today=at.date())
    if on < resident.moved_on:
        raise _impossible(
            resident, on, Kind.RETURNED.label, today=at.date(), after=(resident.moved_on, Kind.MOVED.label)
        )
    return _change(resident, Kind.RETURNED, {"moved_on": None}, on=on, by=by, why=why, at=at)


@transaction.atomic
def joined_employee_scheme(resident: Resident, *, on: date, by: Staff, why: str, at: datetime) -> Change:
    """Insured through work: from now on the notice's answer for them is another. Says no like `moved_away`, then
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
    `joined_employee_scheme`, and `NeverInEmployeeScheme` after who has moved away.
    """
    resident = _of_mine(resident, by)
    if "employee_scheme" not in resident.circumstances:
        raise NeverInEmployeeScheme(who=resident.name)
    _check_day(resident, on, Kind.LEFT_EMPLOYMENT, today=at.date())
    known = {"months": months, "back_paid": back_paid, "left_on": on.isoformat()}
    scheme = {name: value for name, value in known.items() if value is not None}
    circumstances = resident.circumstances | {"employee_scheme": scheme}
    return _change(resident, Kind.LEFT_EMPLOYMENT, {"circumstances": circumstances}, on=on, by=by, why=why, at=at)


@transaction.atomic
def withdraw(resident: Resident, *, by: Staff, why: str, at: datetime) -> Change:
    """Somebody was registered who should not have been: out of the register from today, the row stays. Nobody moved.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `HasDied`, `WasWithdrawn`, `HasMovedAway`.
    """
    resident = _of_mine(resident, by, may_be_unborn=True)
    columns = {"moved_on": at.date(), "withdrawn": True}
    return _change(resident, Kind.WITHDRAWN, columns, on=at.date(), by=by, why=why, at=at)


# --- what all have in common ------------------------------------------------------------------------------------------


def _of_mine(resident: Resident, by: Staff, *, may_have_moved: bool = False, may_be_unborn: bool = False) -> Resident:
    """The person as they are registered now, locked until all is done."""
    resident = locked(resident.pk, by)
    if resident.died_on is not None:
        raise HasDied(who=resident.name, day=resident.died_on)
    if resident.withdrawn:
        raise WasWithdrawn(who=resident.name, day=resident.moved_on)
    if resident.moved_on is not None and not may_have_moved:
        raise HasMovedAway(who=resident.name, day=resident.moved_on)
    if resident.is_unborn and not may_be_unborn:
        raise NotBornYet(who=resident.name, day=resident.born_on)
    return resident


def _gone(resident: Resident, kind: Kind, column: str, *, on: date, by: Staff, why: str, at: datetime) -> Change:
    resident = _of_mine(resident, by, may_have_moved=kind is Kind.DIED)
    _check_day(resident, on, kind, today=at.date())
    return _change(resident, kind, {column: on}, on=on, by=by, why=why, at=at)


def _check_day(resident: Resident, on: date, kind: Kind, *, today: date) -> None:
    """From birth to today, and not before what is registered as having happened last."""
    if not resident.born_on <= on <= today:
        raise _impossible(resident, on, kind.label, today=today)
    last = history_of(resident).filter(kind__in=DATED, is_undone=False).order_by("-on", "-pk").first()
    if last is not None and on < last.on:
        raise _impossible(resident, on, kind.label, today=today, after=(last.on, last.get_kind_display()))


def _impossible(
    resident: Resident, day: date, what: str, *, today: date, after: tuple[date, str] | None = None
) -> DayNotPossible:
    first, event = after or (resident.born_on, "出生")
    return DayNotPossible(who=resident.name, day=day, what=what, first=first, event=event, today=today)


def _check_number_agrees(resident: Resident, details: dict[str, Any]) -> None:
    """The number is read here and goes no further: what is said names the column alone."""
    if resident.number_sealed is None or not {"born_on", "sex"} & set(details):
        return
    identity = identity_of_kept(unseal(resident.number_sealed))
    if "born_on" in details and not identity.agrees_with_birth(details["born_on"]):
        raise NumberSaysOtherwise(who=resident.name, what="出生日期")
    if "sex" in details and identity.sex and details["sex"] != identity.sex:
        raise NumberSaysOtherwise(who=resident.name, what="性别")


def _change(resident: Resident, kind: Kind, columns: dict[str, Any], *, on: date, by: Staff, why: str, at: datetime) -> Change:  # fmt: skip
    if all(getattr(resident, name) == value for name, value in columns.items()):
        raise NothingChanges(who=resident.name)
    for name, value in columns.items():
        setattr(resident, name, value)
    history = Change.objects.filter(resident=resident)  # nobody else adds to it: the person is locked
    before = history.aggregate(last=Max("pk"))["last"] or 0
    with said(kind, on=on, by=by, why=why, at=at), one_number_one_person():
        resident.save(update_fields=list(columns))
    return recorded(history.get(pk__gt=before))


def _columns_of(identity: Identity) -> dict[str, Any]:
    return {
        "number_kind": identity.kind.value,
        "number_sealed": seal(identity.number),
        "number_tail": identity.number[-4:],
        "person_token": person_token(identity.number),
        **({"born_on": identity.born_on} if identity.born_on else {}),
        **({"sex": identity.sex} if identity.sex else {}),
    }
