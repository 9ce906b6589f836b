"""Who belongs together: a household is opened, splits, people go over to another one, two become one, and what is said of a household.

Each is one change, however many people it concerns (`Change.together`), and is taken back as one (`undoing.undo`). A person
is registered where their household is; the database takes their search words, what they hold and what they still owe
along (`sql/30_words.sql`, `rosters/sql/30_follow.sql`, `enrolment/sql/30_follow.sql`). What was paid stays where it was paid.
A household that everybody has left stays, empty, under its code.

All say no to their ground like `changes`. Households and people are locked by id, households first.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.refusals import NotYourDivision
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.kernel.refusal import must
from canbao.register.domain.entries import HEAD, address_of, relation_of
from canbao.register.domain.keeping import said
from canbao.register.domain.residents import one_code_one_household
from canbao.register.models import Change, Household, Resident
from canbao.register.refusals import (
    HouseholdDetailNotPossible,
    HouseholdNotFound,
    NobodyChosenToMove,
    NobodyStays,
    NobodyThere,
    NothingChanges,
    NotInHousehold,
    NotOneHead,
    SameHousehold,
    TierNotPossible,
    VillageHasNoCommittee,
)

Kind = Change.Kind
_CODE = re.compile(r"[0-9A-Za-z\u4e00-\u9fff-]{1,30}")
_ACCOUNT = re.compile(r"[0-9]{6,30}")


@dataclass(frozen=True, slots=True)
class Regrouped:
    """`home` is where people were, `other` where they are now; the same one where nobody went anywhere."""

    kind: Change.Kind
    together: UUID
    home: Household
    other: Household


@transaction.atomic
def open_household(
    village: str,
    first: Callable[[Household], Resident],
    *,
    code: str,
    passbook_account: str = "",
    address: str = "",
    tier: str = "",
    possible: Sequence[str] = (),
    by: Staff,
) -> Resident:
    """A household that is not there yet, with whom `first` registers in it as its head; it pays through the committee of its village.
    `possible` are the tiers of the notice, of which it takes one.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, what is wrong with code, account or address, `TierNotPossible`,
    `VillageHasNoCommittee`, `HouseholdCodeTaken`, `PassbookTaken`, then like `first`.
    """
    check_may(by, Work.CHANGE_REGISTER, division=village)
    told = _said_of(code=code, passbook_account=passbook_account, address=address)
    if (tier or possible) and tier not in possible:
        raise TierNotPossible(tier=tier, possible="、".join(possible) or "不分档")
    # held until the end: a village that becomes part of another takes this household along, or has ended before it is opened
    unit = (
        CollectingUnit.objects.select_for_update(no_key=True)
        .filter(division=village, kind=UnitKind.VILLAGE, until__isnull=True)
        .first()
    )
    if unit is None:
        raise VillageHasNoCommittee(village=Division.objects.get(pk=village).name)
    with one_code_one_household():
        home = Household.objects.create(county=village[:6], division=village, unit=unit, tier=tier or None, **told)
    head = first(home)
    must(head.relation == HEAD, "a household begins with its head")
    record("household.opened", f"household:{home.pk}", county=home.county, resident=head.pk)
    return head


@transaction.atomic
def take_in(home: Household, somebody: Callable[[Household], Resident], *, by: Staff) -> Resident:
    """Somebody new, whom `somebody` registers, in a household that is there. Not in one that everybody has left: its receipts are of
    those who were in it, and would be read by whoever came now.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NobodyThere`, then like `somebody`.
    """
    (home,) = _locked([home.pk], by)
    if not _living(home):
        raise NobodyThere(home=home.code)
    return somebody(home)


@transaction.atomic
def split_off(
    home: Household,
    people: Collection[int],
    *,
    code: str,
    passbook_account: str = "",
    address: str = "",
    relations: Mapping[int, str],
    by: Staff,
    why: str,
    at: datetime,
) -> Regrouped:
    """Some of a household (children who married, children of two employees) become one of their own, in the same village, of the same tier.

    `relations` of whoever leaves or stays to their head, by person; who is not named keeps theirs. Says no, in this order:
    `NotYourDivision`, `NotYourWork`, `NobodyChosenToMove`, `NotInHousehold`, `NobodyStays`, what is wrong with code, account or
    address, `NotOneHead`, `HouseholdCodeTaken`, `PassbookTaken`.
    """
    (home,) = _locked([home.pk], by)
    leaving, staying = _parted(home, people)
    if not staying:
        raise NobodyStays
    told = _said_of(code=code, passbook_account=passbook_account, address=address)
    relations = _relations(relations)
    _check_heads("新户", leaving, relations)
    _check_heads(home.code, staying, relations)
    together = uuid4()
    with one_code_one_household(), said(Kind.SPLIT, on=at.date(), by=by, why=why, at=at, together=together):
        other = _new_home(home, told, [one.pk for one in leaving])
    return _regrouped(Regrouped(Kind.SPLIT, together, home, other), leaving, staying, relations, by=by, why=why, at=at)


def _new_home(home: Household, told: Mapping[str, Any], people: Sequence[int]) -> Household:
    """A household beside `home`. An empty one of this code serves again where a split of just these people was taken back; any other
    is another family's, with receipts that nobody else reads.
    """
    places = {"county": home.county, "division": home.division, "unit_id": home.unit_id}
    empty = Household.objects.filter(code=told["code"], **places).first()
    if empty is None or not _serves_again(empty, people):
        return Household.objects.create(**places, tier=home.tier, **told)
    for name, value in {"tier": home.tier, **told}.items():
        setattr(empty, name, value)
    empty.save(update_fields=["tier", *told])  # the database keeps no change where nothing differs
    return empty


def _serves_again(home: Household, people: Sequence[int]) -> bool:
    """Asked of the database, which also knows of those who are in another village by now (`sql/20_history.sql`)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT register_serves_again(%s, %s)", [home.pk, list(people)])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def move_over(
    home: Household,
    people: Collection[int],
    *,
    into: Household,
    relations: Mapping[int, str],
    by: Staff,
    why: str,
    at: datetime,
) -> Regrouped:
    """Somebody marries into another household of the county, or all of one join another: there they take its village, its
    collecting unit and its tier.

    Says no, in this order: `NotYourDivision` (both villages are asked), `NotYourWork`, `SameHousehold`, `NobodyChosenToMove`,
    `NotInHousehold`, `HouseholdNotFound` (nobody is in it any more), `NotOneHead`.
    """
    if into.pk == home.pk:
        raise SameHousehold(home=home.code)
    locked = {one.pk: one for one in _locked([home.pk, into.pk], by)}
    home, into = locked[home.pk], locked[into.pk]
    must(home.county == into.county, "nobody is moved to another county here")
    leaving, staying = _parted(home, people)
    relations = _relations(relations)
    there = _living(into)
    if not there:  # its receipts are of those who were in it, and would be read by whoever came now
        raise HouseholdNotFound
    _check_heads(into.code, [*leaving, *there], relations)
    if staying:
        _check_heads(home.code, staying, relations)
    kind = Kind.MOVED_HOME if staying else Kind.JOINED
    done = Regrouped(kind, uuid4(), home, into)
    return _regrouped(done, leaving, [*staying, *there], relations, by=by, why=why, at=at)


@transaction.atomic
def correct_household(
    home: Household, *, code: str, passbook_account: str, address: str, by: Staff, why: str, at: datetime
) -> Regrouped:
    """Says no, in this order: `NotYourDivision`, `NotYourWork`, what is wrong with code, account or address,
    `NothingChanges`, `HouseholdCodeTaken`, `PassbookTaken`.
    """
    (home,) = _locked([home.pk], by)
    told = _said_of(code=code, passbook_account=passbook_account, address=address)
    return _corrected(Kind.HOUSEHOLD, home, told, by=by, why=why, at=at)


@transaction.atomic
def change_tier(home: Household, tier: str, *, possible: Sequence[str], by: Staff, why: str, at: datetime) -> Regrouped:
    """The tier of a household with everyone in it. `possible` are those of the notice. Says no, in this order:
    `NotYourDivision`, `NotYourWork`, `TierNotPossible`, `NothingChanges`.
    """
    (home,) = _locked([home.pk], by)
    if tier not in possible:
        raise TierNotPossible(tier=tier, possible="、".join(possible) or "不分档")
    return _corrected(Kind.TIER, home, {"tier": tier}, by=by, why=why, at=at)


def living_in(home: Household) -> list[Resident]:
    """Who is on the register in a household now, the head first."""
    people = home.residents.filter(died_on__isnull=True, moved_on__isnull=True).order_by("pk")
    return sorted(people, key=lambda one: one.relation != HEAD)


# --- what all have in common ------------------------------------------------------------------------------------------


def _locked(homes: Collection[int], by: Staff) -> list[Household]:
    found = list(Household.objects.select_for_update(no_key=True).filter(pk__in=homes).order_by("pk"))
    if len(found) != len(set(homes)):  # under the scope of another place there is no such row
        raise NotYourDivision(who=by.full_name)
    for home in found:
        check_may(by, Work.CHANGE_REGISTER, division=home.division)
    return found


def _living(home: Household) -> list[Resident]:
    people = home.residents.select_for_update(no_key=True).order_by("pk")
    return [one for one in people if one.died_on is None and one.moved_on is None]


def _parted(home: Household, people: Collection[int]) -> tuple[list[Resident], list[Resident]]:
    """Who leaves and who stays."""
    if not people:
        raise NobodyChosenToMove
    living = _living(home)
    if not set(people) <= {one.pk for one in living}:
        raise NotInHousehold(home=home.code)
    return [one for one in living if one.pk in people], [one for one in living if one.pk not in people]


def _relations(relations: Mapping[int, str]) -> dict[int, str]:
    return {one: relation_of(relation) for one, relation in relations.items()}


def _check_heads(home: str, people: Sequence[Resident], relations: Mapping[int, str]) -> None:
    heads = sum(relations.get(one.pk, one.relation) == HEAD for one in people)
    if heads != 1:
        raise NotOneHead(home=home, heads=heads)


def _said_of(*, code: str, passbook_account: str, address: str) -> dict[str, Any]:
    """What a household's papers say of it; an account that is left out is none."""
    code, account = (unicodedata.normalize("NFKC", "".join(text.split())) for text in (code, passbook_account))
    if not _CODE.fullmatch(code):
        raise HouseholdDetailNotPossible(what="农户编码", choices="1到30位数字或字母")
    if account and not _ACCOUNT.fullmatch(account):
        raise HouseholdDetailNotPossible(what="涉农补贴折子账号", choices="6到30位数字，没有的不填")
    return {"code": code, "passbook_account": account or None, "address": address_of(address)}


def _regrouped(
    done: Regrouped,
    leaving: Sequence[Resident],
    beside: Sequence[Resident],
    relations: Mapping[int, str],
    *,
    by: Staff,
    why: str,
    at: datetime,
) -> Regrouped:
    """`beside`: who stays where they are and may be related to another head from now on."""
    with said(done.kind, on=at.date(), by=by, why=why, at=at, together=done.together):
        merged = Resident.objects.filter(same_as__in=leaving).order_by("pk")  # what such a row holds is theirs
        for one in merged:
            one.household, one.division = done.other, done.other.division
            one.save(update_fields=["household", "division"])
        for one in sorted([*leaving, *beside], key=lambda one: one.pk):
            one.relation = relations.get(one.pk, one.relation)
            if one in leaving:
                one.household, one.division = done.other, done.other.division
                one.save(update_fields=["household", "division", "relation"])
            elif one.pk in relations:
                one.save(update_fields=["relation"])  # the database keeps no change where nothing differs
    return _on_record(done, residents=[one.pk for one in leaving], into=done.other.pk)


def _corrected(
    kind: Change.Kind, home: Household, columns: Mapping[str, Any], *, by: Staff, why: str, at: datetime
) -> Regrouped:
    if all(getattr(home, name) == value for name, value in columns.items()):
        raise NothingChanges(who=home.code)
    together = uuid4()
    for name, value in columns.items():
        setattr(home, name, value)
    with said(kind, on=at.date(), by=by, why=why, at=at, together=together), one_code_one_household():
        home.save(update_fields=list(columns))
    return _on_record(Regrouped(kind, together, home, home))


def _on_record(done: Regrouped, **detail: Any) -> Regrouped:
    record(
        f"household.{done.kind}", f"household:{done.home.pk}", county=done.home.county, together=done.together, **detail
    )
    return done
