"""A change is taken back, the last one first, and then everything is as it was before it; taking back is a change itself, and can be
taken back too.

What several people's change was is taken back for all of them. Nothing is taken back that something later rests on.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Count, Q

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.refusals import NotYourDivision
from canbao.register.domain.entries import HEAD
from canbao.register.domain.keeping import DATED, locked, recorded, said
from canbao.register.domain.residents import all_or_nobody, one_code_one_household, one_number_one_person
from canbao.register.models import Change, Household, Resident
from canbao.register.queries import history_of, together_with
from canbao.register.refusals import (
    CannotBeUndone,
    ChangedSince,
    LaterHappened,
    NothingChanges,
    NotOneHead,
    UndoneAlready,
)

Kind = Change.Kind
# Everything of a resident that a change may concern, in one place; what is not here cannot be taken back.
_COLUMNS = (
    "name", "relation", "sex", "born_on", "number_kind", "number_sealed", "number_tail", "papers", "person_token", "phone_sealed", "phone_token", "hukou",
    "circumstances", "died_on", "moved_on", "withdrawn",
)  # fmt: skip
# What only a change of several people concerns: it is taken back with all of them.
_PLACE = ("household_id", "division", "same_as_id")
_HOME_COLUMNS = ("code", "passbook_account", "tier", "address")
# The village is never taken from what was: it is the household's of today, which may lie in another one by now (decision 0016).
_BACK = {column: f"b.{column}" for column in _COLUMNS + _PLACE} | {
    "division": "(SELECT h.division FROM register_household h WHERE h.id = b.household_id)"
}
_TAKE_BACK = f"""
UPDATE register_resident r SET ({", ".join(_BACK)}) = (SELECT {", ".join(_BACK.values())} FROM jsonb_populate_record(r, c.before) b)
  FROM register_change c
 WHERE c.id = %s AND r.id = c.resident_id
   AND NOT EXISTS (SELECT FROM jsonb_each(c.after) a WHERE a.key <> 'division' AND a.value IS DISTINCT FROM to_jsonb(r) -> a.key)
"""  # noqa: S608 - our own columns
_TAKE_HOME_BACK = f"""
UPDATE register_household h SET ({", ".join(_HOME_COLUMNS)}) =
       (SELECT {", ".join(f"b.{column}" for column in _HOME_COLUMNS)} FROM jsonb_populate_record(h, c.before) b)
  FROM register_change c
 WHERE c.id = %s AND h.id = c.household_id AND c.resident_id IS NULL
   AND NOT EXISTS (SELECT FROM jsonb_each(c.after) a WHERE a.value IS DISTINCT FROM to_jsonb(h) -> a.key)
"""  # noqa: S608 - our own columns


@transaction.atomic
def undo(change: Change, *, by: Staff, why: str, at: datetime) -> Change:
    """Everything is again as it was before that change; what was changed beside it stays. What several people's change was
    (`Change.together`) is taken back for all of them.

    Says no, in this order: `NotYourDivision` (also where one of several is out of sight, or a village that somebody would come
    back to), `NotYourWork`, `CannotBeUndone` (a change that went beyond what is changed here), `UndoneAlready`, `ChangedSince`,
    `NumberTaken` (the number that would come back is somebody else's by now), `HouseholdCodeTaken`, `PassbookTaken`, `NotOneHead`,
    `LaterHappened` (what is left would be out of order).
    """
    kept = Change.objects.filter(pk=change.pk).first()
    if kept is None:
        raise NotYourDivision(who=by.full_name)
    whole = [kept] if kept.together is None else list(together_with(kept))
    homes, people = _held(whole)
    if not all(getattr(one, "sees_all", True) for one in whole):
        raise NotYourDivision(who=by.full_name)
    whose = {one.pk: _whose(one, homes, people, by) for one in whole}
    led = _led(whole) if kept.together is not None else {}
    for one in whole:
        together = _PLACE if one.resident_id else _HOME_COLUMNS
        possible = {*(_COLUMNS if one.resident_id else ()), *(together if kept.together else ())}
        if not set(one.before) <= possible:
            raise CannotBeUndone(day=one.on, kind=one.get_kind_display())
    if Change.objects.filter(undoes__in=whole).exists():
        last = _last_of_chain(kept)
        raise UndoneAlready(day=last.on, kind=last.get_kind_display())
    back = None if kept.together is None else uuid4()
    with one_number_one_person(), one_code_one_household(), all_or_nobody():
        for one in reversed(whole):
            with (
                said(Kind.UNDONE, on=at.date(), by=by, why=why, at=at, undoes=one.pk, together=back),
                connection.cursor() as cursor,
            ):
                cursor.execute(_TAKE_BACK if one.resident_id else _TAKE_HOME_BACK, [one.pk])
                if not cursor.rowcount:
                    raise ChangedSince(who=whose[one.pk])
    if kept.together is not None:
        _check_heads_of(whole, led)
    for one in whole:
        if one.resident_id is not None and _began(one).kind in DATED:
            _check_order(people[one.resident_id])
    return recorded(Change.objects.get(undoes=kept))


@transaction.atomic
def restore(resident: Resident, *, by: Staff, why: str, at: datetime) -> Change:
    """Whoever was withdrawn belongs on the register after all, as they were: the withdrawal is undone. Says no like `undo`,
    and `NothingChanges` for who was not withdrawn.
    """
    resident = locked(resident.pk, by)
    if not resident.withdrawn:
        raise NothingChanges(who=resident.name)
    withdrawal = Change.objects.filter(resident=resident, after__withdrawn=True).latest("pk")
    return undo(withdrawal, by=by, why=why, at=at)


def _held(whole: Sequence[Change]) -> tuple[dict[int, Household], dict[int, Resident]]:
    """Everything that these changes concern and that is in sight, locked: households by id, then people by id, like everybody does."""
    homes = Household.objects.select_for_update(no_key=True).filter(pk__in=_homes_of(whole)).order_by("pk")
    held = {home.pk: home for home in homes}
    people = Resident.objects.select_for_update(no_key=True).filter(pk__in=[one.resident_id for one in whole]).order_by("pk")  # fmt: skip
    return held, {one.pk: one for one in people}


def _homes_of(whole: Sequence[Change]) -> set[int]:
    """Where everybody came to, and what they would come back to."""
    return {pk for one in whole for pk in (one.household_id, one.before.get("household_id")) if pk is not None}


def _whose(change: Change, homes: Mapping[int, Household], people: Mapping[int, Resident], by: Staff) -> str:
    """The name of whom a change is of, or the code of which household: known to be theirs who asks."""
    asked: list[Household | Resident | None] = []
    if "household_id" in change.before:
        asked.append(homes.get(change.before["household_id"]))
    asked.append(homes.get(change.household_id) if change.resident_id is None else people.get(change.resident_id))
    for one in asked:
        if one is None:  # in a village out of sight
            raise NotYourDivision(who=by.full_name)
        check_may(by, Work.CHANGE_REGISTER, division=one.division)
    return str(asked[-1])


def _check_heads_of(whole: Sequence[Change], before: Mapping[str, int]) -> None:
    """Where people came back or went, one is head, or as many as before: who has died in between led nobody away. Not where two
    rows of one person become two again: they were there like that."""
    if any("same_as_id" in one.before for one in whole):
        return
    for home, heads in _led(whole).items():
        if heads not in (1, before.get(home)):
            raise NotOneHead(home=home, heads=heads)


def _led(whole: Sequence[Change]) -> dict[str, int]:
    """How many heads the households have that these people are in or come back to, by code; those where somebody lives."""
    homes = _homes_of([one for one in whole if one.resident_id is not None])
    living = Resident.objects.filter(household__in=homes, died_on__isnull=True, moved_on__isnull=True)
    heads = (
        living.order_by("household").values_list("household__code").annotate(heads=Count("pk", filter=Q(relation=HEAD)))
    )
    return dict(heads)


def _check_order(resident: Resident) -> None:
    """What holds of somebody is in the order of its days: nothing comes after a death, and after leaving only the return or a death."""
    holding = history_of(resident).filter(kind__in=DATED, is_undone=False).order_by("on", "pk")
    for before, after in pairwise(holding):
        gone = before.kind == Kind.DIED or (before.kind == Kind.MOVED and after.kind not in (Kind.RETURNED, Kind.DIED))
        if gone or (after.kind == Kind.RETURNED and before.kind != Kind.MOVED):
            raise LaterHappened(
                who=resident.name, event=before.get_kind_display(), day=before.on, later=after.get_kind_display(), later_day=after.on
            )  # fmt: skip


def _began(change: Change) -> Change:
    """Of a chain of taking back, what was registered first."""
    while change.undoes is not None:
        change = change.undoes
    return change


def _last_of_chain(change: Change) -> Change:
    """Of a change, what took it back, what took that back, and so on: the one that nothing has taken back."""
    while (later := Change.objects.filter(undoes=change).first()) is not None:
        change = later
    return change
