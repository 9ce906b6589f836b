"""随学费代收: a school says for many students at once that it took the contribution with the fees (R-32, decision 0025).

What the fees office says is judged row by row and shown; the orders of those who can be taken are rehearsed (decision 0013). Then all of
them are taken in one set through `collection_confirm`, or none: the money lies in the drawer of the student's faculty from the day on
which the school took it, and cover starts as the notice says for that day.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.collection.domain.confirmation import Told, confirm
from canbao.collection.domain.orders import Asked, make_orders
from canbao.collection.domain.students import SCHOOLS, named_so, people_by_token, rows_of, tokens_of
from canbao.collection.gateway import Arrival
from canbao.collection.models import Channel, Order, PaymentOutcome, Refund, RefundState, SettledLine
from canbao.collection.refusals import (
    AmountDiffers,
    FeesDayNotPossible,
    FeesUnreadable,
    NoFees,
    NothingToPay,
    NoUnit,
    OtherUnit,
    PaidAlready,
    StudentTwice,
)
from canbao.divisions.models import CollectingUnit
from canbao.documents.columns import ALIASES, Field
from canbao.documents.sheets import Column, Kind, Sheet, workbook_of
from canbao.enrolment.models import Bill, BillState, Campaign
from canbao.enrolment.queries import enrolled_of
from canbao.kernel.days import CHINA
from canbao.kernel.fen import NotAnAmount, fen_from_yuan, yuan
from canbao.kernel.refusal import Refusal
from canbao.register.models import Resident
from canbao.register.refusals import NotOnRegister

FEES = UUID("0e6b2f5a-6f0f-4b39-9b6e-5a2d54c0f1d7")  # the name space of orders that a school makes
_NOON = time(12, tzinfo=CHINA)
_WORDS: Mapping[str, tuple[str, ...]] = {
    "name": (*ALIASES[Field.NAME], "学生姓名"),
    "number": ALIASES[Field.NUMBER],
    "code": ("农户编码", "编号"),
    "amount": ("金额", "金额（元）", "代收金额", "实收金额", "医保费", "缴费金额"),
    "day": ("收费日期", "收费日", "缴费日期", "代收日期"),
}


class FeesRow(NamedTuple):
    """A row as the fees office has it, in words. Who is meant is told by the number, or by the code that stands on the list that was
    taken out here; `amount` and `day` may be empty: the bill's, and the day said for the whole list."""

    row: int
    name: str
    number: str = ""
    code: str = ""
    amount: str = ""
    day: str = ""
    is_numeric: bool = False


class Taking(NamedTuple):
    """Who can be taken: by this bill, of money that the school took that day."""

    row: int
    bill: Bill
    day: date


@dataclass(frozen=True, slots=True)
class JudgedFees:
    taking: list[Taking] = field(default_factory=list)
    bad: list[tuple[FeesRow, Refusal]] = field(default_factory=list)

    @property
    def fen(self) -> int:
        return sum(one.bill.due_fen or 0 for one in self.taking)


class Collected(NamedTuple):
    """What became of a list: taken now, told before, and paid in another way in the same moment (`back`: owed back to them)."""

    people: int
    fen: int
    again: int
    back: int


def read_fees(content: bytes, school: CollectingUnit) -> list[FeesRow]:
    """Says no: what is wrong with the file (`documents.reading`), `FeesUnreadable`, `TooManyStudents`."""
    at, rows = rows_of(content, _WORDS)
    if at["name"] is None or (at["number"] is None and at["code"] is None):
        raise FeesUnreadable(unit=school.name)
    return [
        FeesRow(
            row.number,
            **{what: "" if nth is None else row.cells[nth].text.strip() for what, nth in at.items()},
            is_numeric=at["number"] is not None and row.cells[at["number"]].is_number,
        )
        for row in rows
    ]


def judge_fees(
    rows: Sequence[FeesRow], school: CollectingUnit, *, campaign: Campaign, taken_on: date, at: datetime, allow_synthetic: bool
) -> JudgedFees:  # fmt: skip
    """Every row beside register and bills. Changes nothing.

    Of a row, in this order: what is wrong with the number, `NotOnRegister`, `StudentTwice`, `OtherUnit` (not a student here),
    `FeesDayNotPossible`, `PaidAlready`, `NothingToPay`, `AmountDiffers`, what `make_order` says of money of that day.
    """
    done, units, today = JudgedFees(), units_of(school), at.astimezone(CHINA).date()
    found = _who(rows, school, on=today, allow_synthetic=allow_synthetic, bad=done.bad)
    people = [one.pk for one in found.values()]
    bills = {bill.resident_id: bill for bill in _bills(campaign, people)}
    paid = enrolled_of(campaign, people)
    seen: dict[int, int] = {}
    for row in rows:
        student = found.get(row.row)
        if student is None:
            continue
        try:
            if student.pk in seen:
                raise StudentTwice(row=seen[student.pk])
            seen[student.pk] = row.row
            if student.household.unit_id not in units:
                raise OtherUnit(unit=student.household.unit.name)
            day = _day_of(row, taken_on, today=today)
            bill = bills.get(student.pk)
            if (bill is None or bill.due_fen == 0) and student.pk in paid:
                raise PaidAlready(who=student.name, day=paid[student.pk].paid_on)
            if bill is None or bill.due_fen == 0:
                raise NothingToPay
            if row.amount and bill.due_fen is not None and _fen(row.amount) != bill.due_fen:
                raise AmountDiffers(due=yuan(bill.due_fen), given=row.amount[:12])
        except Refusal as no:
            done.bad.append((row, no))
        else:
            done.taking.append(Taking(row.row, bill, day))
    _rehearse(done, {row.row: row for row in rows}, campaign=campaign, at=at)
    done.bad.sort(key=lambda one: one[0].row)
    return done


def judge_faculties(
    faculties: Collection[int], school: CollectingUnit, *, campaign: Campaign, taken_on: date, at: datetime
) -> JudgedFees:  # fmt: skip
    """Everybody who still has to pay in these faculties: the school took it of all of them that day. As `judge_fees` of a list of them."""
    done, units = JudgedFees(), set(faculties) & set(units_of(school))
    day = _day_of(FeesRow(0, ""), taken_on, today=at.astimezone(CHINA).date())
    owing = _bills(campaign, None).filter(household__unit__in=units, due_fen__gt=0)
    bills = list(owing.order_by("household__unit__name", "household__code", "pk"))
    rows = {nth: FeesRow(nth, bill.resident.name, code=bill.household.code) for nth, bill in enumerate(bills, 1)}
    done.taking.extend(Taking(nth, bill, day) for nth, bill in enumerate(bills, 1))
    _rehearse(done, rows, campaign=campaign, at=at)
    return done


@transaction.atomic
def collect_with_fees(taken: Mapping[int, date], *, campaign: Campaign, by: Staff, at: datetime) -> Collected:
    """The school took the money of these bills on these days. All of them, or none; the same list again is the same.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NoUnit`, `NoFees`, `FeesDayNotPossible`, `OtherUnit` (a bill of
    nobody's here), what `make_order` says of any of them, `UnitCollectsNoMore`, `DrawerIsOverdue`, `DrawerIsFull`, `NoReceiptsLeft`.
    """
    school = CollectingUnit.objects.filter(pk=by.unit_id).first()
    check_may(by, Work.COLLECT, division=school.division_id if school else None)
    if school is None or school.kind not in SCHOOLS:
        raise NoUnit
    if not taken:
        raise NoFees(unit=school.name)
    today, actor = at.astimezone(CHINA).date(), f"staff:{by.username}"
    if max(taken.values()) > today:
        raise FeesDayNotPossible(seen=max(taken.values()).isoformat())
    bills = list(Bill.objects.filter(pk__in=taken, campaign=campaign).select_related("household__unit", "resident"))
    if len(bills) != len(taken) or not {bill.household.unit_id for bill in bills} <= set(units_of(school)):
        raise OtherUnit(unit=school.name)
    told: list[Told] = []
    for made in _orders(bills, taken, campaign=campaign, made_by=actor, at=at).values():
        if isinstance(made, Refusal):
            raise made
        told.append(Told(Channel.CASH, Arrival(str(made.pk), made.pk, made.total_fen, made.made_at)))
    answers = confirm(told, actor=actor, at=at, county=campaign.county)
    new = [one for one in answers if one.is_new]
    done = Collected(
        people=sum(one.outcome == PaymentOutcome.SETTLED for one in new), fen=sum(one.settled_fen for one in new), again=len(answers) - len(new),
        back=sum(one.outcome == PaymentOutcome.SURPLUS for one in new),
    )  # fmt: skip
    if new:
        record("fees.collected", f"unit:{school.pk}", county=campaign.county, actor=actor, people=done.people, fen=done.fen, back=done.back)  # fmt: skip
    return done


class Paying(StrEnum):
    """How a student stands, in the words of a school's page."""

    TO_PAY = "待缴"
    UNKNOWN = "金额待定"
    SCHOOL = "已缴给学校"
    SELF = "已自己缴"
    ELSEWHERE = "已在别处缴"
    FREE = "无需缴费"
    NOT = "没有账单"


class Student(NamedTuple):
    """One of a school's students: `fen` is what is still to pay, or what was paid on `day`. `back_fen` was paid twice and is owed back.
    `answer` is the assessment of an open bill."""

    resident: Resident
    paying: Paying
    fen: int | None
    day: date | None
    back_fen: int
    answer: dict[str, Any] | None


def people_of(unit: CollectingUnit, campaign: Campaign, *, only_to_pay: bool = False) -> QuerySet[Resident]:
    """Who pays through a school or faculty, by code of the household."""
    people = Resident.objects.filter(household__unit=unit, died_on__isnull=True, moved_on__isnull=True)
    if only_to_pay:
        owing = Bill.objects.filter(campaign=campaign, state=BillState.OPEN, resident=OuterRef("pk")).exclude(due_fen=0)
        people = people.filter(Exists(owing))
    return people.select_related("household").order_by("household__code", "pk")


def students_among(people: Sequence[Resident], campaign: Campaign, school: CollectingUnit) -> list[Student]:
    """How each of these stands. Four queries, whatever their number. Who paid before they came here has an enrolment, and their payment
    may be out of sight."""
    keys = [one.pk for one in people]
    bills = {bill.resident_id: bill for bill in _bills(campaign, keys).select_related("assessment")}
    enrolled = enrolled_of(campaign, keys)
    settled = SettledLine.objects.filter(bill__resident__in=keys, bill__campaign=campaign).select_related("payment")
    by_whom = dict(settled.values_list("bill__resident", "payment__channel"))
    through = dict(settled.values_list("bill__resident", "payment__unit"))
    back: Counter[int] = Counter()
    owed = Refund.objects.filter(resident__in=keys, campaign=campaign).exclude(state=RefundState.PAID)
    for resident, fen in owed.values_list("resident", "amount_fen"):
        back[resident] += fen

    def standing(one: Resident) -> Student:
        bill, enrolment = bills.get(one.pk), enrolled.get(one.pk)
        if bill is not None and bill.due_fen != 0:
            paying = Paying.UNKNOWN if bill.due_fen is None else Paying.TO_PAY
            return Student(one, paying, bill.due_fen, None, back[one.pk], bill.assessment.answer)
        if enrolment is None:
            refused = bill is not None and bill.assessment.refused
            paying = Paying.NOT if bill is None or refused else Paying.FREE
            return Student(one, paying, None, None, back[one.pk], bill.assessment.answer if bill else None)
        if enrolment.paid_fen == 0:
            paying = Paying.FREE
        elif by_whom.get(one.pk, Channel.CASH) != Channel.CASH:
            paying = Paying.SELF
        else:
            paying = Paying.SCHOOL if through.get(one.pk) in here else Paying.ELSEWHERE
        return Student(one, paying, enrolment.paid_fen, enrolment.paid_on, back[one.pk], None)

    here = units_of(school)
    return [standing(one) for one in people]


@transaction.atomic
def students_sheet(unit: CollectingUnit, *, campaign: Campaign, by: Staff) -> bytes:
    """Who is to pay, as an .xlsx for the fees office: it comes back with amounts and days, and finds everybody by the code. No number is
    on it but its last digits.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `OtherUnit`, `NoFees`.
    """
    check_may(by, Work.COLLECT, division=unit.division_id)
    if by.unit_id not in (unit.pk, unit.parent_id):
        raise OtherUnit(unit=unit.name)
    bills = list(_bills(campaign, None).filter(household__unit=unit, due_fen__gt=0).order_by("household__code", "pk"))
    if not bills:
        raise NoFees(unit=unit.name)
    columns = (
        Column("农户编码"), Column("姓名"), Column("证件号码后四位"), Column("院系"), Column("应缴（元）", Kind.YUAN), Column("金额"), Column("收费日期"),
    )  # fmt: skip
    lines = [
        (bill.household.code, bill.resident.name, bill.resident.number_tail or "", unit.name, bill.due_fen, "", "")
        for bill in bills
    ]
    residents = [bill.resident_id for bill in bills]
    actor = f"staff:{by.username}"
    record("fees.sheet.read", f"unit:{unit.pk}", county=campaign.county, actor=actor, residents=residents)
    return workbook_of([Sheet(name="待缴学生", columns=columns, rows=lines, title=f"{unit.name}待缴学生")])


def units_of(school: CollectingUnit) -> dict[int, CollectingUnit]:
    """The school and its faculties that collect, by id."""
    return {one.pk: one for one in (school, *school.faculties.filter(until__isnull=True).order_by("name"))}


def _who(
    rows: Iterable[FeesRow], school: CollectingUnit, *, on: date, allow_synthetic: bool, bad: list[tuple[FeesRow, Refusal]]
) -> dict[int, Resident]:  # fmt: skip
    """By row, whom it means; why not goes to `bad`."""
    tokens: dict[int, list[bytes]] = {}
    by_code: list[FeesRow] = []
    for row in rows:
        if row.code:
            by_code.append(row)
            continue
        try:
            tokens[row.row] = tokens_of(row.number, is_numeric=row.is_numeric, on=on, allow_synthetic=allow_synthetic)
        except Refusal as no:
            bad.append((row, no))
    county = school.division_id[:6]
    people = people_by_token([token for some in tokens.values() for token in some], county=county)
    living = Resident.objects.filter(died_on__isnull=True, moved_on__isnull=True, household__county=county)
    of_code: dict[str, list[Resident]] = {}
    for one in living.filter(household__code__in=[row.code for row in by_code]).select_related("household__unit"):
        of_code.setdefault(one.household.code, []).append(one)
    found: dict[int, Resident] = {}
    for row in rows:
        if row.row not in tokens and not row.code:
            continue
        meant = of_code.get(row.code, []) if row.code else [people[one] for one in tokens[row.row] if one in people]
        try:
            found[row.row] = named_so(row.name, meant)
        except NotOnRegister as no:
            bad.append((row, no))
    return found


def _bills(campaign: Campaign, people: Collection[int] | None) -> QuerySet[Bill]:
    """Open bills; of these people, or of all within sight."""
    found = Bill.objects.filter(campaign=campaign, state=BillState.OPEN).select_related("resident", "household__unit")
    return found if people is None else found.filter(resident__in=people)


def _day_of(row: FeesRow, taken_on: date, *, today: date) -> date:
    """The row's own day, or the list's. Raises `FeesDayNotPossible`: no day, or one that is still to come."""
    try:
        day = date.fromisoformat("-".join(part.zfill(2) for part in row.day[:10].replace("/", "-").replace(".", "-").split("-"))) if row.day else taken_on  # fmt: skip
    except ValueError as error:
        raise FeesDayNotPossible(seen=row.day[:12]) from error
    if day > today:
        raise FeesDayNotPossible(seen=day.isoformat())
    return day


def _fen(amount: str) -> int | None:
    try:
        return fen_from_yuan(amount.removesuffix("元").replace(",", ""))
    except NotAnAmount:
        return None


def _rehearse(done: JudgedFees, rows: Mapping[int, FeesRow], *, campaign: Campaign, at: datetime) -> None:
    """Whoever could have no order goes from `taking` to `bad`, with the reason. The orders are made and rolled back."""
    with transaction.atomic():
        made = _orders(
            [one.bill for one in done.taking], {one.bill.pk: one.day for one in done.taking}, campaign=campaign, made_by="rehearsal", at=at
        )  # fmt: skip
        transaction.set_rollback(True)
    refused = {bill: no for bill, no in made.items() if isinstance(no, Refusal)}
    done.bad.extend((rows[one.row], refused[one.bill.pk]) for one in done.taking if one.bill.pk in refused)
    done.taking[:] = [one for one in done.taking if one.bill.pk not in refused]


def _orders(
    bills: Iterable[Bill], days: Mapping[int, date], *, campaign: Campaign, made_by: str, at: datetime
) -> dict[int, Order | Refusal]:  # fmt: skip
    """An order for each bill, by bill, as of the day on which the school took its money. Its id follows from the bill, so that whoever
    sends a list again, or sends two that overlap, makes no second one."""
    by_day: dict[date, list[Bill]] = {}
    for bill in bills:
        by_day.setdefault(days[bill.pk], []).append(bill)
    found: dict[int, Order | Refusal] = {}
    for day, theirs in sorted(by_day.items()):
        moment = min(datetime.combine(day, _NOON), at)
        asked = [Asked(uuid5(FEES, str(bill.pk)), bill.household, [bill.pk]) for bill in theirs]
        made = make_orders(asked, campaign=campaign, channel=Channel.CASH, made_by=made_by, at=moment, has_arrived=True)
        found |= {bill.pk: one for bill, one in zip(theirs, made, strict=True)}
    return found
