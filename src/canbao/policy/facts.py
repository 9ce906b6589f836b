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
class Facts:
    categories: tuple[Held, ...] = ()
    tier: str | None = None
    traits: frozenset[str] = frozenset()
    born_on: date | None = None
    paid_on: date | None = None
    on: date | None = None
    employee_scheme: EmployeeScheme | None = None
    other_cover: OtherCover | None = None
    last_covered_until: date | None = None


def facts_from_json(data: Mapping[str, Any]) -> Facts:
    """Facts from their JSON shape. Raises `BadFacts`, naming the place, for an unknown key or a wrong value."""
    known = _keys(data, Facts, "")
    return Facts(
        categories=_list(known.get("categories"), "categories", _held),
        tier=_text(known.get("tier"), "tier"),
        traits=frozenset(_list(known.get("traits"), "traits", _some_text)),
        born_on=_day(known.get("born_on"), "born_on"),
        paid_on=_day(known.get("paid_on"), "paid_on"),
        on=_day(known.get("on"), "on"),
        employee_scheme=_part(known.get("employee_scheme"), "employee_scheme", _employee_scheme),
        other_cover=_part(known.get("other_cover"), "other_cover", _other_cover),
        last_covered_until=_day(known.get("last_covered_until"), "last_covered_until"),
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
    )


def _employee_scheme(value: object, where: str) -> EmployeeScheme:
    data = _keys(value, EmployeeScheme, where)
    months, back_paid = data.get("months"), data.get("back_paid")
    if months is not None and (isinstance(months, bool) or not isinstance(months, int) or months < 0):
        raise BadFacts(f"{where}.months", f"应是月数（整数），而不是 {months!r}")
    if back_paid is not None and not isinstance(back_paid, bool):
        raise BadFacts(f"{where}.back_paid", f"应是 true 或 false，而不是 {back_paid!r}")
    return EmployeeScheme(months, back_paid, _day(data.get("left_on"), f"{where}.left_on"))


def _other_cover(value: object, where: str) -> OtherCover:
    data = _keys(value, OtherCover, where)
    return OtherCover(
        scheme=_text(data.get("scheme"), f"{where}.scheme"),
        place=_text(data.get("place"), f"{where}.place"),
        until=_day(data.get("until"), f"{where}.until"),
    )


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
