"""Stationery on its way: from the province to the county, to a township, to the unit that uses it, and back.

A book (`ReceiptBook`) has one holder. Whoever holds numbers hands them over, and they are nobody's until the receiver has counted
them and says so; so every hand-over has two people. What is lost is said at once, and used by nobody any more.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from canbao.access.may import Work, check_may, works_at_a_unit
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.refusals import NotYourDivision
from canbao.access.refusing import refusing
from canbao.collection.models import HandOver, Loss, ReceiptBook
from canbao.collection.refusals import (
    SAID_BY_DATABASE,
    HandedOverSideways,
    NoUnit,
    NumberUsedTwice,
    RangeBackwards,
    VoidWithoutReason,
)
from canbao.divisions.models import CollectingUnit, Division
from canbao.kernel.division_code import DivisionCode

EXCLUDED = "23P01"  # an exclusion constraint: these numbers are somebody's already


@dataclass(frozen=True, slots=True)
class Holder:
    """A unit, or the office of a county or township by its division."""

    unit: CollectingUnit | None = None
    office: Division | None = None

    @property
    def place(self) -> DivisionCode:
        return DivisionCode(self.unit.division_id if self.unit else self.office.code)

    @property
    def name(self) -> str:
        return self.unit.name if self.unit else self.office.name

    @property
    def key(self) -> tuple[int | None, str | None]:
        return (self.unit.pk if self.unit else None, self.office.code if self.office else None)


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers of a series, the first and the last among them. Raises `RangeBackwards`."""

    kind: ReceiptBook.Kind
    series: int
    first: int
    last: int

    def __post_init__(self) -> None:
        if not 0 < self.first <= self.last:
            raise RangeBackwards(first=self.first, last=self.last)


def holder_of(staff: Staff) -> Holder:
    """For whom somebody keeps stationery. Raises `NoUnit`."""
    if not works_at_a_unit(staff):
        return Holder(office=Division.objects.get(pk=staff.division))
    unit = CollectingUnit.objects.filter(pk=staff.unit_id).first()
    if unit is None:
        raise NoUnit
    return Holder(unit=unit)


@transaction.atomic
def hand_over(
    numbers: Range, *, hand_over_id: UUID, to: Holder | None, document: str, by: Staff, at: datetime
) -> HandOver:
    """Give numbers that one holds to a level above or below; to nobody (`None`): they come from the province, to the county.

    The same again is the same. On record. Says no, in this order: `NotYourWork`, `NoUnit`, `HandedOverSideways`,
    `NotYourDivision`, `HandOverTaken`, `NumberUsedTwice`, `NumbersNotHeld`.
    """
    check_may(by, Work.KEEP_STOCK)
    own = holder_of(by)
    giver, taker = (own.key, to) if to else ((None, None), own)
    if to is None:
        check_may(by, Work.KEEP_DIVISIONS)  # the county's own
    elif own.key == to.key or not (own.place.covers(to.place) or to.place.covers(own.place)) or (own.unit and to.unit):
        raise HandedOverSideways(giver=own.name, taker=to.name)
    actor = f"staff:{by.username}"
    try:
        with transaction.atomic(), refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
            cursor.execute(
                "SELECT collection_hand_over(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [hand_over_id, own.place[:6], numbers.kind, numbers.series, numbers.first, numbers.last, *giver, *taker.key, document, actor, at],
            )  # fmt: skip
            is_new = cursor.fetchone()[0]
    except IntegrityError as error:
        if getattr(error.__cause__, "sqlstate", None) != EXCLUDED:
            raise
        raise NumberUsedTwice(series=numbers.series, first=numbers.first, last=numbers.last) from error
    if is_new:
        record("stock.handed_over", f"hand_over:{hand_over_id}", county=own.place[:6], actor=actor)
    return HandOver.objects.get(pk=hand_over_id)


@transaction.atomic
def answer_hand_over(given: HandOver, *, received: bool, by: Staff, at: datetime) -> HandOver:
    """The receiver has counted the numbers and keeps them, or they did not come and are the giver's again.

    Again is the same. On record. Says no, in this order: `NotYourWork`, `NoUnit`, `NotYourDivision`, `SamePerson`,
    `HandOverAnswered`.
    """
    check_may(by, Work.KEEP_STOCK)
    if holder_of(by).key != (given.to_unit_id, given.to_office):
        raise NotYourDivision(who=by.full_name)
    actor = f"staff:{by.username}"
    with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
        cursor.execute("SELECT collection_answer_hand_over(%s, %s, %s, %s)", [given.pk, received, actor, at])
        is_new = cursor.fetchone()[0]
    if is_new:
        record("stock.answered", f"hand_over:{given.pk}", county=given.county, actor=actor, received=received)
    given.refresh_from_db()
    return given


@transaction.atomic
def report_lost(numbers: Range, *, loss_id: UUID, reason: str, by: Staff, at: datetime) -> Loss:
    """Numbers that one holds are gone: nobody uses them any more. Again is the same. On record.

    Says no, in this order: `NotYourWork`, `NoUnit`, `VoidWithoutReason`, `HandOverTaken`, `NumbersNotHeld`.
    """
    check_may(by, Work.KEEP_STOCK)
    own, actor = holder_of(by), f"staff:{by.username}"
    if not reason.strip():
        raise VoidWithoutReason
    with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT collection_lose(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [loss_id, numbers.kind, numbers.series, numbers.first, numbers.last, *own.key, reason.strip(), actor, at],
        )
        is_new = cursor.fetchone()[0]
    if is_new:
        record("stock.lost", f"loss:{loss_id}", county=own.place[:6], actor=actor)
    return Loss.objects.get(pk=loss_id)
