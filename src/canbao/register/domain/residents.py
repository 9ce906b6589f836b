"""Residents one by one: found by their number, registered, and their number read out with a reason."""

import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple
from uuid import uuid4

import psycopg
from django.db import IntegrityError, connection, transaction

from canbao.access.record import record
from canbao.access.refusals import NotYourDivision
from canbao.access.sealing import person_token, provisional_token, seal, unseal
from canbao.kernel.identity import OLDEST_YEARS, Identity, Kind, parse_identity
from canbao.kernel.passport import parse_passport, passports_like
from canbao.kernel.refusal import Refusal
from canbao.register.domain.entries import HEAD, name_of_somebody_new, papers_of, relation_of
from canbao.register.models import Household, Resident, WithoutNumber
from canbao.register.refusals import (
    BirthdayMissing,
    BirthNotPossible,
    DueElsewhen,
    HouseholdCodeTaken,
    NotOnRegister,
    NumberSaysOtherwise,
    NumberTaken,
    PassbookTaken,
    SexMissing,
)


class Found(NamedTuple):
    """Just enough to sign somebody in: no number, no neighbour."""

    id: int
    name: str
    household_id: int
    division: str
    county: str


def find_by_name_and_number(*, name: str, number: str, on: date, allow_synthetic: bool) -> Found:
    """Who has this name and this number, of a card or of a passport of whatever state. Needs no scope.

    Says no, in this order: what is wrong with the number itself (`kernel.identity`), `NotOnRegister`; the latter is
    the same for a wrong name and for an unknown number, so that nobody can try out strangers' numbers. So few digits alone may be a
    passport's, or a card's of which most is missing: where nobody of this name has them, it is the second that is said.
    """
    name, passports = "".join(name.split()), passports_like(number)
    found = _found([person_token(one.number) for one in passports], name)
    is_no_card = bool(passports) and any(character.isalpha() for character in number)
    if found is None and not is_no_card:
        identity = parse_identity(number, on=on, allow_synthetic=allow_synthetic)
        found = _found([person_token(identity.number)], name)
    if found is None:
        raise NotOnRegister
    return found


def _found(tokens: list[bytes], name: str) -> Found | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT f.* FROM unnest(%s::bytea[]) token, register_find(token) f", [tokens])
        rows = [Found(*row) for row in cursor.fetchall()]
    return next((row for row in rows if hmac.compare_digest(row.name.encode(), name.encode())), None)


def find_by_number(number: str, *, on: date, allow_synthetic: bool) -> Resident | None:
    """For staff, within their scope. Raises what is wrong with the number."""
    identity = parse_identity(number, on=on, allow_synthetic=allow_synthetic)
    return Resident.objects.filter(person_token=person_token(identity.number)).first()


def find_by_passport(number: str) -> list[Resident]:
    """For staff, within their scope: everybody with a passport of this number, of whatever state."""
    tokens = [person_token(one.number) for one in passports_like(number)]
    return list(Resident.objects.filter(person_token__in=tokens).order_by("pk"))


def identity_typed(number: str, *, issuer: str, on: date, allow_synthetic: bool) -> Identity:
    """A card's number; with an `issuer` a passport's. Says no like either."""
    if issuer.strip():
        return parse_passport(number, issuer=issuer)
    return parse_identity(number, on=on, allow_synthetic=allow_synthetic)


@transaction.atomic
def read_number(resident: Resident, *, reason: str) -> str:
    """The whole number, for a reason that goes on record."""
    number = unseal(resident.number_sealed)
    record("number.read", f"resident:{resident.pk}", county=resident.county, reason=reason)
    return number


@transaction.atomic
def register_resident(
    *,
    household: Household,
    name: str,
    number: str,
    relation: str,
    on: date,
    allow_synthetic: bool,
    circumstances: dict | None = None,
    born_on: date | None = None,
    sex: str = "",
    hukou: str = Resident.Hukou.REGISTERED,
    issuer: str = "",
) -> Resident:
    """Somebody new in a household. `issuer` is the state of a passport, left out for a card. `born_on` and `sex` are for passports
    and for the old foreigner's card, whose numbers do not say them; beside any other number they must agree with it.

    Says no, in this order: what is wrong with the number, `BirthdayMissing`, `NumberSaysOtherwise`, `SexMissing` (of a passport),
    `BirthNotPossible`, what is wrong with the name (`entries.name_of_somebody_new`) or the relation (`entries.relation_of`),
    `NumberTaken`.
    """
    identity = identity_typed(number, issuer=issuer, on=on, allow_synthetic=allow_synthetic)
    if identity.born_on is None and born_on is None:
        raise BirthdayMissing(kind=identity.kind.value)
    if born_on is not None and not identity.agrees_with_birth(born_on):
        raise NumberSaysOtherwise(who=name, what="出生日期")
    if sex and identity.sex and sex != identity.sex:
        raise NumberSaysOtherwise(who=name, what="性别")
    if identity.kind is Kind.PASSPORT and not sex:
        raise SexMissing(kind=identity.kind.value)
    if born_on is not None:
        _check_birth(name, born_on, on=on)
    resident = Resident(
        county=household.county, division=household.division, household=household, name=name_of_somebody_new(name), relation=relation_of(relation),
        sex=identity.sex or sex, born_on=identity.born_on or born_on, hukou=hukou, number_kind=identity.kind.value, number_sealed=seal(identity.number),
        number_tail=identity.number[-4:], person_token=person_token(identity.number), circumstances=dict(circumstances or {}),
    )  # fmt: skip
    return _save(resident)


@transaction.atomic
def register_without_papers(
    *, household: Household, name: str, relation: str, sex: str, born_on: date, papers: str, on: date
) -> Resident:
    """Somebody who has no number of any kind: kept with what they have, and told apart by nothing but this row until a number
    comes (`changes.give_number`). `papers` says what there is and who vouches.

    Says no, in this order: `SexMissing`, `BirthNotPossible`, what is wrong with the name, the relation or the papers
    (`entries.papers_of`).
    """
    kind = WithoutNumber.WITHOUT_PAPERS
    if not sex:
        raise SexMissing(kind=kind.value)
    _check_birth(name, born_on, on=on)
    resident = Resident(
        county=household.county, division=household.division, household=household, name=name_of_somebody_new(name), relation=relation_of(relation),
        sex=sex, born_on=born_on, number_kind=kind.value, person_token=person_token(f"{kind.value}|{uuid4()}"), papers=papers_of(papers),
    )  # fmt: skip
    return _save(resident)


def _check_birth(name: str, born_on: date, *, on: date) -> None:
    if born_on > on or on.year - born_on.year > OLDEST_YEARS:
        raise BirthNotPossible(day=born_on, today=on)


@transaction.atomic
def register_newborn(*, guardian: Resident, name: str, sex: str, born_on: date, order_of_birth: int = 1) -> Resident:
    """A child without a number yet, under a parent's name + 宝宝 or its own. Twins differ by their order of birth.

    Says no: what is wrong with the name (`entries.name_of_somebody_new`), then `NumberTaken` (the child is there already).
    """
    token = token_of_child(guardian, born_on, order_of_birth)
    return _save(_newborn(guardian.household, token, name=name, relation="子女", sex=sex, born_on=born_on))


@transaction.atomic
def register_unborn(
    *, guardian: Resident, suffix: str, due_on: date, first: date, last: date, order_of_birth: int = 1
) -> Resident:  # fmt: skip
    """A child who is expected and paid for ahead: under a parent's name and what the notice puts behind it (`suffix`), with the due
    date for its birthday. `first` and `last` are those of the benefit period. `changes.born` and `changes.not_born` say how it ended.

    Says no: `DueElsewhen`, then like `register_newborn`.
    """
    if not first <= due_on <= last:
        raise DueElsewhen(day=due_on, first=first, last=last)
    child = _newborn(
        guardian.household, token_of_child(guardian, due_on, order_of_birth), name=name_of_child(guardian.name, suffix, order_of_birth),
        relation="子女", sex="", born_on=due_on,
    )  # fmt: skip
    child.number_kind = WithoutNumber.UNBORN.value
    return _save(child)


_NTH = ("", "", "二", "三", "四", "五")
MOST_AT_ONCE = len(_NTH) - 1  # children of one birth


def name_of_child(parent: str, suffix: str, order_of_birth: int) -> str:
    """How a child is called who has no name yet; the second of a birth 宝宝二."""
    return f"{parent}{suffix}{_NTH[order_of_birth]}"


def token_of_child(guardian: Resident, born_on: date, order_of_birth: int) -> bytes:
    """What one child without a number is one child by."""
    return provisional_token(unseal(guardian.number_sealed), born_on.isoformat(), order_of_birth)


@transaction.atomic
def register_newborn_apart(
    *, household: Household, parents_number: str, name: str, sex: str, born_on: date, order_of_birth: int = 1, on: date, allow_synthetic: bool,
) -> Resident:  # fmt: skip
    """A child whose parents are both in the employee scheme, and so not on this register: head of a household of its own. The
    parent's number makes the provisional identity, as of a parent who is on the register, and is not kept.

    Says no, in this order: what is wrong with the number, `BirthNotPossible`, then like `register_newborn`.
    """
    parent = parse_identity(parents_number, on=on, allow_synthetic=allow_synthetic)
    _check_birth(name, born_on, on=on)
    token = provisional_token(parent.number, born_on.isoformat(), order_of_birth)
    return _save(_newborn(household, token, name=name, relation=HEAD, sex=sex, born_on=born_on))


def _newborn(household: Household, token: bytes, *, name: str, relation: str, sex: str, born_on: date) -> Resident:
    return Resident(
        county=household.county, division=household.division, household=household, name=name_of_somebody_new(name), relation=relation,
        sex=sex, born_on=born_on, number_kind=WithoutNumber.NEWBORN.value, person_token=token,
    )  # fmt: skip


@contextmanager
def one_number_one_person() -> Iterator[None]:
    """`NumberTaken` where the number written inside is somebody's already; every other no of the database stays one."""
    with _once({"register_resident_person_token_key": NumberTaken}):
        yield


@contextmanager
def one_code_one_household() -> Iterator[None]:
    """`HouseholdCodeTaken` and `PassbookTaken`, where what is written inside is another household's already."""
    with _once({"household_code_once_a_county": HouseholdCodeTaken, "household_passbook_once_a_county": PassbookTaken}):
        yield


@contextmanager
def all_or_nobody() -> Iterator[None]:
    """`NotYourDivision` where what is taken back inside was made together with something that is not: somebody out of sight.
    The database would say so at the end of the transaction, too late for whoever asked.
    """
    with _once({"undo_together": NotYourDivision}):
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS undo_together IMMEDIATE")
            cursor.execute("SET CONSTRAINTS undo_together DEFERRED")


@contextmanager
def _once(refusals: Mapping[str, type[Refusal]]) -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        broken = error.__cause__.diag.constraint_name if isinstance(error.__cause__, psycopg.Error) else None
        if broken not in refusals:
            raise
        raise refusals[broken] from error


def _save(resident: Resident) -> Resident:
    with one_number_one_person():
        resident.save(force_insert=True)
    record("resident.registered", f"resident:{resident.pk}", county=resident.county)
    return resident
