"""Residents one by one: found by their number, registered, and their number read out with a reason."""

import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

import psycopg
from django.db import IntegrityError, connection, transaction

from canbao.access.record import record
from canbao.access.refusals import NotYourDivision
from canbao.access.sealing import person_token, provisional_token, seal, unseal
from canbao.kernel.identity import parse_identity
from canbao.kernel.refusal import Refusal
from canbao.register.domain.entries import name_of_somebody_new, relation_of
from canbao.register.models import Household, Resident
from canbao.register.refusals import (
    BirthdayMissing,
    HouseholdCodeTaken,
    NotOnRegister,
    NumberSaysOtherwise,
    NumberTaken,
    PassbookTaken,
)


class Found(NamedTuple):
    """Just enough to sign somebody in: no number, no neighbour."""

    id: int
    name: str
    household_id: int
    division: str
    county: str


def find_by_name_and_number(*, name: str, number: str, on: date, allow_synthetic: bool) -> Found:
    """Who has this name and this number. Needs no scope.

    Says no, in this order: what is wrong with the number itself (`kernel.identity`), `NotOnRegister`; the latter is
    the same for a wrong name and for an unknown number, so that nobody can try out strangers' numbers.
    """
    identity = parse_identity(number, on=on, allow_synthetic=allow_synthetic)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM register_find(%s)", [person_token(identity.number)])
        row = cursor.fetchone()
    found = Found(*row) if row else None
    if found is None or not hmac.compare_digest(found.name.encode(), "".join(name.split()).encode()):
        raise NotOnRegister
    return found


def find_by_number(number: str, *, on: date, allow_synthetic: bool) -> Resident | None:
    """For staff, within their scope. Raises what is wrong with the number."""
    identity = parse_identity(number, on=on, allow_synthetic=allow_synthetic)
    return Resident.objects.filter(person_token=person_token(identity.number)).first()


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
) -> Resident:
    """Somebody new in a household. `born_on` and `sex` are for the old foreigner's card, which does not print them; beside any
    other number they must agree with it.

    Says no, in this order: what is wrong with the number, `BirthdayMissing`, `NumberSaysOtherwise`, what is wrong with the name
    (`entries.name_of_somebody_new`) or the relation (`entries.relation_of`), `NumberTaken`.
    """
    identity = parse_identity(number, on=on, allow_synthetic=allow_synthetic)
    if identity.born_on is None and born_on is None:
        raise BirthdayMissing(kind=identity.kind.value)
    if born_on is not None and not identity.agrees_with_birth(born_on):
        raise NumberSaysOtherwise(who=name, what="出生日期")
    if sex and identity.sex and sex != identity.sex:
        raise NumberSaysOtherwise(who=name, what="性别")
    resident = Resident(
        county=household.county, division=household.division, household=household, name=name_of_somebody_new(name), relation=relation_of(relation),
        sex=identity.sex or sex, born_on=identity.born_on or born_on, hukou=hukou, number_kind=identity.kind.value, number_sealed=seal(identity.number),
        number_tail=identity.number[-4:], person_token=person_token(identity.number), circumstances=circumstances or {},
    )  # fmt: skip
    return _save(resident)


@transaction.atomic
def register_newborn(*, guardian: Resident, name: str, sex: str, born_on: date, order_of_birth: int = 1) -> Resident:
    """A child without a number yet, under a parent's name + 宝宝 or its own. Twins differ by their order of birth.

    Says no: what is wrong with the name (`entries.name_of_somebody_new`), then `NumberTaken` (the child is there already).
    """
    token = provisional_token(unseal(guardian.number_sealed), born_on.isoformat(), order_of_birth)
    resident = Resident(
        county=guardian.county, division=guardian.division, household_id=guardian.household_id, name=name_of_somebody_new(name),
        relation="子女", sex=sex,
        born_on=born_on, number_kind="暂无", person_token=token,
    )  # fmt: skip
    return _save(resident)


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
