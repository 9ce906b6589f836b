"""The same person twice on the register? A list to work through; whoever knows them decides, and can take it back.

Numbers are sealed, so no sentence compares them. What can be asked of everybody is asked as a set: who in one village has the
same name and the same birthday; of whom in one village with the same name the birthdays, or the last digits of the numbers, allow
that the numbers differ by one slip; who in one household has a child's birthday but no number yet. Numbers are
opened for the second kind alone, for nobody to see, and compared here. Two numbers that both pass their check never
differ by one character alone, so the check character is left out.

One number is one person already by the token of the number (`Resident.person_token`), of fifteen digits as of eighteen, since numbers are
converted before they are kept. An old register may have brought some that were not: they are found by their length.

Nothing is ever merged by itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from django.db import IntegrityError, connection, transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.refusals import NotYourDivision
from canbao.access.sealing import person_token, unseal
from canbao.kernel.division_code import DivisionCode
from canbao.kernel.identity import IdentityRefusal
from canbao.kernel.passport import identity_of_kept
from canbao.register.domain.entries import ground_of
from canbao.register.domain.keeping import said
from canbao.register.models import Change, Resident, TwoPeople
from canbao.register.refusals import HasDied, NothingChanges, SaidAlready, WasWithdrawn

LISTED_AT_MOST = 200


class Why(StrEnum):
    """From the surest to the least; the value is the sentence for whoever decides."""

    SAME_NUMBER = "证件号码相同（15位与18位）"
    ONE_SLIP = "同村同名，证件号码只差一位或相邻两位颠倒"
    SAME_BIRTH = "同村同名，同一天出生"
    NUMBER_LATER = "同一户同一天出生，一个有证件号码，一个没有"


@dataclass(frozen=True, slots=True)
class Suspects:
    """Two rows of the register, the older one first."""

    one: Resident
    other: Resident
    why: Why


# Only who is on the register. Each kind within a range of places; pairs that somebody said something of are left out at the end.
_PAIRS = """
WITH here AS MATERIALIZED (
    SELECT id, division, household_id, name, born_on, sex, number_sealed, number_tail, number_sealed IS NULL AS bare
      FROM register_resident
     WHERE division >= %(first)s AND division < %(after)s AND died_on IS NULL AND moved_on IS NULL
), namesakes AS MATERIALIZED (
    SELECT h.* FROM here h JOIN (SELECT division, name FROM here GROUP BY division, name HAVING count(*) > 1) n USING (division, name)
), pairs AS (
    SELECT a.id AS one, b.id AS other, CASE WHEN a.born_on = b.born_on THEN 'born' ELSE 'digits' END AS why,
           CASE WHEN NOT a.bare AND NOT b.bare THEN a.number_sealed END AS number, CASE WHEN NOT a.bare AND NOT b.bare THEN b.number_sealed END AS other_number
      FROM namesakes a JOIN namesakes b ON b.division = a.division AND b.name = a.name AND b.id > a.id
       AND (a.born_on = b.born_on OR (NOT a.bare AND NOT b.bare AND substr(a.number_tail, 2, 2) = substr(b.number_tail, 2, 2)))
    UNION ALL
    SELECT least(a.id, b.id), greatest(a.id, b.id), 'bare', NULL, NULL
      FROM here a JOIN here b ON b.household_id = a.household_id AND b.born_on = a.born_on AND NOT b.bare AND b.name <> a.name
     WHERE a.bare AND (a.sex = '' OR b.sex = '' OR a.sex = b.sex)
)
SELECT p.one, p.other, p.why, p.number, p.other_number FROM pairs p
 WHERE NOT EXISTS (SELECT FROM register_twopeople t WHERE t.one_id = p.one AND t.other_id = p.other AND t.taken_back_at IS NULL)
 ORDER BY p.one, p.other
"""
_FIFTEEN = 1 + 12 + 15 + 16  # bytes of a sealed number: key, nonce, digits, tag
_SHORT = """
SELECT id, number_sealed FROM register_resident
 WHERE division >= %(first)s AND division < %(after)s AND died_on IS NULL AND moved_on IS NULL AND octet_length(number_sealed) = %(short)s
"""


def suspects_in(division: str, *, limit: int | None = LISTED_AT_MOST) -> list[Suspects]:
    """Pairs to look at within a place, the surest first; those of whom somebody said that they are two people are left out."""
    found = sorted(_found(division), key=lambda pair: (list(Why).index(pair[2]), pair[0], pair[1]))[:limit]
    people = Resident.objects.select_related("household__unit").in_bulk({pk for pair in found for pk in pair[:2]})
    return [Suspects(people[one], people[other], why) for one, other, why in found]


def how_many_in(division: str) -> dict[str, int]:
    """How many pairs there are in each town of a place (or in each village of a town), by code."""
    pairs = list(_found(division))
    places = dict(Resident.objects.filter(pk__in=[one for one, *_ in pairs]).values_list("pk", "division"))
    below: dict[str, int] = {}
    width = 9 if len(DivisionCode(division).rstrip("0")) <= 6 else 12
    for one, *_ in pairs:
        code = places[one][:width].ljust(12, "0")
        below[code] = below.get(code, 0) + 1
    return below


def _found(division: str) -> Iterator[tuple[int, int, Why]]:
    first, after = DivisionCode(division).range()
    asked = {"first": first, "after": after, "short": _FIFTEEN}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")  # docs/decisions/0010, the second way
        cursor.execute(_PAIRS, asked)
        pairs = cursor.fetchall()
        cursor.execute(_SHORT, asked)
        short = cursor.fetchall()
        cursor.execute("SET LOCAL enable_nestloop = on")
    same = dict(_of_fifteen(short))
    yield from ((one, other, Why.SAME_NUMBER) for one, other in same.items())
    for one, other, why, number, other_number in pairs:
        if same.get(one) == other:
            continue
        if why == "bare":
            yield one, other, Why.NUMBER_LATER
        elif number is not None and one_slip(unseal(number), unseal(other_number)):
            yield one, other, Why.ONE_SLIP
        elif why == "born":
            yield one, other, Why.SAME_BIRTH


def _of_fifteen(rows: Sequence[tuple[int, bytes]]) -> Iterator[tuple[int, int]]:
    """Who is registered under fifteen digits, and who under the same number of eighteen."""
    for one, sealed in rows:
        try:
            number = identity_of_kept(unseal(sealed)).number
        except IdentityRefusal:
            continue
        other = (
            Resident.objects.filter(person_token=person_token(number), moved_on=None, died_on=None)
            .exclude(pk=one)
            .first()
        )
        if other is not None:
            yield min(one, other.pk), max(one, other.pk)


def one_slip(one: str, other: str) -> bool:
    """One digit is another one, or two neighbours are exchanged; the check character, which follows, is left out."""
    one, other = one[:17], other[:17]
    if len(one) != len(other) or one == other:
        return one == other and len(one) == 17
    differing = [at for at in range(len(one)) if one[at] != other[at]]
    if len(differing) == 1:
        return True
    if len(differing) != 2 or differing[1] - differing[0] != 1:
        return False
    at = differing[0]
    return one[at] == other[at + 1] and one[at + 1] == other[at]


# --- what somebody says of two ----------------------------------------------------------------------------------------


@transaction.atomic
def are_two_people(one: Resident, other: Resident, *, by: Staff, why: str, at: datetime) -> TwoPeople:
    """They are not shown again, until it is taken back. Says no, in this order: `NotYourDivision`, `NotYourWork`, what is wrong
    with the ground, `SaidAlready`.
    """
    one, other = _both(one, other, by)
    try:
        with transaction.atomic():
            made = TwoPeople.objects.create(
                county=one.county, one=one, other=other, why=ground_of(why), said_by=f"staff:{by.username}", said_at=at
            )
    except IntegrityError as error:
        raise SaidAlready(one=one.name, other=other.name) from error
    record("duplicate.two_people", f"resident:{one.pk}", county=one.county, other=other.pk)
    return made


@transaction.atomic
def take_back_two_people(made: TwoPeople, *, by: Staff, why: str, at: datetime) -> None:
    """They are on the list again. Says no like `are_two_people`."""
    made = TwoPeople.objects.select_for_update().get(pk=made.pk)
    _both(made.one, made.other, by)
    if made.taken_back_at is not None:
        raise SaidAlready(one=made.one.name, other=made.other.name)
    made.taken_back_at, made.taken_back_by, made.taken_back_why = at, f"staff:{by.username}", ground_of(why)
    made.save(update_fields=["taken_back_at", "taken_back_by", "taken_back_why"])
    record("duplicate.taken_back", f"resident:{made.one_id}", county=made.county, other=made.other_id)


@dataclass(frozen=True, slots=True)
class Merged:
    stays: Resident
    goes: Resident
    change: Change


@transaction.atomic
def are_the_same(stays: Resident, goes: Resident, *, takes_over: bool, by: Staff, why: str, at: datetime) -> Merged:
    """One row stays; the other is out of the register, points to it, and is kept in the same household, and so are those that were
    merged into it. `takes_over`: name and
    number of the row that goes are the right ones, and the row that stays gets them.

    Undone by `undoing.undo` of the change. Says no, in this order: `NotYourDivision`, `NotYourWork`, `NothingChanges` (one row is one
    row already), `HasDied`, `WasWithdrawn`, what is wrong with the ground.
    """
    one, other = _both(stays, goes, by)
    stays, goes = (one, other) if one.pk == stays.pk else (other, one)
    if stays.pk == goes.pk:
        raise NothingChanges(who=stays.name)
    for each in (stays, goes):
        if each.died_on is not None:
            raise HasDied(who=each.name, day=each.died_on)
        if each.moved_on is not None:
            raise WasWithdrawn(who=each.name, day=each.moved_on)
    together = uuid4()
    taken = {column: getattr(goes, column) for column in _IDENTITY}
    with said(Change.Kind.MERGED, on=at.date(), by=by, why=why, at=at, together=together):
        goes.same_as, goes.withdrawn, goes.moved_on = stays, True, at.date()
        goes.household_id, goes.division = stays.household_id, stays.division
        if takes_over:  # the number is free for the row that stays: one number, one row
            goes.person_token = person_token(f"并入|{goes.pk}|{together}")
        goes.save(update_fields=["same_as", "withdrawn", "moved_on", "household", "division", "person_token"])
        for earlier in Resident.objects.filter(same_as=goes).order_by(
            "pk"
        ):  # merged into the row that goes: now into the other
            earlier.same_as, earlier.household_id, earlier.division = stays, stays.household_id, stays.division
            earlier.save(update_fields=["same_as", "household", "division"])
        if takes_over:
            for column, value in taken.items():
                setattr(stays, column, value)
            stays.save(update_fields=[*taken])
    change = Change.objects.get(together=together, resident=goes)
    record("duplicate.merged", f"resident:{stays.pk}", county=stays.county, goes=goes.pk, change=change.pk)
    return Merged(stays, goes, change)


_IDENTITY = ("name", "sex", "born_on", "number_kind", "number_sealed", "number_tail", "person_token")


def _both(one: Resident, other: Resident, by: Staff) -> tuple[Resident, Resident]:
    """Locked by id, as they are registered now, both of the places of whoever says something of them."""
    found = list(Resident.objects.select_for_update(no_key=True).filter(pk__in={one.pk, other.pk}).order_by("pk"))
    if len(found) != len({one.pk, other.pk}):
        raise NotYourDivision(who=by.full_name)
    for each in found:
        check_may(by, Work.CHANGE_REGISTER, division=each.division)
    return found[0], found[-1]
