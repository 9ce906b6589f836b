"""What is known about a person when the question is asked. Everything is optional; nothing is made up.

`on` is the instant of the question: categories count that hold on that day. `paid_on` is the day of payment; without
it the answer is the one for paying on `on`. The shape in JSON is documented in `docs/policy-format.md`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, TypeVar

T = TypeVar("T")


class BadFacts(ValueError):
    """The facts cannot be read. `where` is the place in the JSON (`categories[1].since`), `says` the reason."""

    def __init__(self, where: str, says: str) -> None:
        self.where, self.says = where, says
        super().__init__(f"{where}: {says}" if where else says)


@dataclass(frozen=True, slots=True)
class Held:
    """A category that somebody holds, from `since` to `until` (both included; open ends are None)."""

    name: str
    grade: str | None = None
    since: date | None = None
    until: date | None = None
    place: str | None = None  # 12-digit code (or its beginning) of the place that recognised it; None: here
    relation: str | None = None  # held as somebody's 子女, 配偶 …; None: the person holds it themself

    def holds_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class EmployeeScheme:
    """Time in the employee scheme. Without `left_on` the person is still in it."""

    months: int | None = None
    back_paid: bool | None = None
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class OtherCover:
    """Cover in another place or scheme, until that day (None: no end known)."""

    scheme: str | None = None
    place: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class RefundAsked:
    """Somebody asks for money back, for this reason, on that day (None: the day of the question)."""

    reason: str
    asked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    categories: tuple[Held, ...] = ()
    tier: str | None = None
    lines: frozenset[str] = frozenset()  # the lines of the bill that the person chose
    traits: frozenset[str] = frozenset()
    born_on: date | None = None
    paid_on: date | None = None
    on: date | None = None
    employee_scheme: EmployeeScheme | None = None
    other_cover: OtherCover | None = None
    last_covered_until: date | None = None
    repaired_years: int | None = None  # earlier years that are paid for together with this one
    years_in_row: int | None = None  # years covered without a gap, this one not counted
    claimed_last_year: bool | None = None
    refund: RefundAsked | None = None


def facts_from_json(data: Mapping[str, Any]) -> Facts:
    """Facts from their JSON shape. Raises `BadFacts`, naming the place, for an unknown key or a wrong value."""
    known = _keys(data, Facts, "")
    return Facts(
        categories=_list(known.get("categories"), "categories", _held),
        tier=_text(known.get("tier"), "tier"),
        lines=frozenset(_list(known.get("lines"), "lines", _some_text)),
        traits=frozenset(_list(known.get("traits"), "traits", _some_text)),
        born_on=_day(known.get("born_on"), "born_on"),
        paid_on=_day(known.get("paid_on"), "paid_on"),
        on=_day(known.get("on"), "on"),
        employee_scheme=_part(known.get("employee_scheme"), "employee_scheme", _employee_scheme),
        other_cover=_part(known.get("other_cover"), "other_cover", _other_cover),
        last_covered_until=_day(known.get("last_covered_until"), "last_covered_until"),
        repaired_years=whole_number(known.get("repaired_years"), "repaired_years"),
        years_in_row=whole_number(known.get("years_in_row"), "years_in_row"),
        claimed_last_year=_yes_or_no(known.get("claimed_last_year"), "claimed_last_year"),
        refund=_part(known.get("refund"), "refund", _refund),
    )


def _keys(data: object, shape: type, where: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise BadFacts(where, "应是一个 JSON 对象 {…}")
    allowed = [field.name for field in fields(shape)]
    for key in data:
        if key not in allowed:
            place = f"{where}.{key}" if where else str(key)
            raise BadFacts(place, f"不认识的键；可用：{'、'.join(allowed)}")
    return data


def _list(value: object, where: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise BadFacts(where, "应是一个列表 […]")
    return tuple(read(item, f"{where}[{index}]") for index, item in enumerate(value))


def _part(value: object, where: str, read: Callable[[object, str], T]) -> T | None:
    return None if value is None else read(value, where)


def _held(value: object, where: str) -> Held:
    if isinstance(value, str):
        return Held(_some_text(value, where))
    data = _keys(value, Held, where)
    if "name" not in data:
        raise BadFacts(where, "缺少 name（身份名称）")
    return Held(
        name=_some_text(data["name"], f"{where}.name"),
        grade=_text(data.get("grade"), f"{where}.grade"),
        since=_day(data.get("since"), f"{where}.since"),
        until=_day(data.get("until"), f"{where}.until"),
        place=_text(data.get("place"), f"{where}.place"),
        relation=_text(data.get("relation"), f"{where}.relation"),
    )


def _refund(value: object, where: str) -> RefundAsked:
    data = _keys(value, RefundAsked, where)
    if "reason" not in data:
        raise BadFacts(where, "缺少 reason（为什么要退）")
    return RefundAsked(_some_text(data["reason"], f"{where}.reason"), _day(data.get("asked_on"), f"{where}.asked_on"))


def _employee_scheme(value: object, where: str) -> EmployeeScheme:
    data = _keys(value, EmployeeScheme, where)
    months = whole_number(data.get("months"), f"{where}.months")
    back_paid = _yes_or_no(data.get("back_paid"), f"{where}.back_paid")
    return EmployeeScheme(months, back_paid, _day(data.get("left_on"), f"{where}.left_on"))


def _other_cover(value: object, where: str) -> OtherCover:
    data = _keys(value, OtherCover, where)
    return OtherCover(
        scheme=_text(data.get("scheme"), f"{where}.scheme"),
        place=_text(data.get("place"), f"{where}.place"),
        until=_day(data.get("until"), f"{where}.until"),
    )


def whole_number(value: object, where: str) -> int | None:
    """A count, from its JSON shape. Raises `BadFacts`, naming the place."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise BadFacts(where, f"应是不小于零的整数，而不是 {value!r}")
    return value


def _yes_or_no(value: object, where: str) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise BadFacts(where, f"应是 true 或 false，而不是 {value!r}")
    return value


def _text(value: object, where: str) -> str | None:
    return None if value is None else _some_text(value, where)


def _some_text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadFacts(where, f"应是文字，而不是 {value!r}")
    return value


def _day(value: object, where: str) -> date | None:
    if value is None or type(value) is date:
        return value
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:
        raise BadFacts(where, f"{value!r} 不是日期，应写成 年-月-日，并且日历上有这一天")
    return day
