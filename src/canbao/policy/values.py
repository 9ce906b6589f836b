"""The small values of a pack: amounts, rates, spans of time, days; and how a figure is recognised in a notice.

People write them as they stand in a notice (`280`, `90%`, `30天`, `2年`); here they become whole fen, exact decimals
and spans. Each type carries a `Figure` mark, so that a command can walk over a pack, find every figure and look it up.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

from canbao.kernel.days import days_after, months_after
from canbao.kernel.fen import NotAnAmount, fen_from_yuan, short_yuan

FigureKind = Literal["yuan", "rate", "day", "span", "count", "day_of_month", "month", "phone", "age", "number"]


@dataclass(frozen=True, slots=True)
class Figure:
    """The mark on a type whose values can be looked up in the published text."""

    kind: FigureKind


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as the notice says it: some months (`2年` is 24) or some days, never both."""

    months: int
    days: int
    text: str

    def after(self, day: date) -> date:
        """The day that lies this long after `day`, by the calendar; its last day where the calendar ends."""
        if not self.months and not self.days:
            return day
        try:
            return days_after(months_after(day, self.months), self.days)
        except (OverflowError, ValueError):
            return date.max

    def times(self, count: int) -> "Span":
        """`1个月` three times is `3个月`."""
        said = _SPAN.match(self.text)
        text = f"{int(said[1]) * count}{said[2]}" if said else ""
        return Span(self.months * count, self.days * count, text)

    def shorter_than(self, other: "Span") -> bool:
        """Whether this is the shorter one; a month is taken for 30 days where months and days are compared."""
        return self.months * 30 + self.days < other.months * 30 + other.days

    def __str__(self) -> str:
        return self.text


_SPAN = re.compile(r"^(\d{1,4})(年|个月|天|日)$")
_AMOUNT = re.compile(r"^-?\d{1,12}(\.\d+)?$")
_PLAUSIBLE_YEARS = range(1900, 3000)  # a slip such as 0221-10-01 is no day of any notice
_RATE = re.compile(r"^(\d+(?:\.\d+)?)%$")


def span_from_text(text: object) -> Span:
    """`"30天"`, `"3个月"`, `"2年"` → a `Span`. Raises `ValueError` for anything else."""
    if isinstance(text, Span):
        return text
    match = _SPAN.match(str(text).replace(" ", ""))
    if match is None:
        raise ValueError(f"“{text}”不是时间长度，请写成 30天、3个月 或 2年")
    number, unit = int(match[1]), match[2]
    months = number * 12 if unit == "年" else number if unit == "个月" else 0
    return Span(months, number if unit in "天日" else 0, match[0])


def rate_from_text(text: object) -> Decimal:
    """`"90%"` → `Decimal("0.9")`. Raises `ValueError` for anything that is not a percentage from 0 to 100."""
    if isinstance(text, Decimal):
        return text
    match = _RATE.match(str(text))
    if match is None:
        raise ValueError(f"“{text}”不是比例，请写成 90%")
    rate = Decimal(match[1]) / 100
    if rate > 1:
        raise ValueError(f"“{text}”超过 100%")
    return rate


def percent(rate: Decimal) -> str:
    """`Decimal("0.9")` → `"90%"`."""
    return f"{(rate * 100).normalize():f}%"


def _fen(value: object) -> int:
    if isinstance(value, bool) or not _AMOUNT.match(str(value)) or not isinstance(value, str | int):
        raise ValueError(f"“{value}”不是金额，请以元为单位写数字")
    try:
        fen = fen_from_yuan(value)
    except NotAnAmount as error:
        raise ValueError(f"“{value}”不是金额，请以元为单位写数字，最多两位小数") from error
    if fen < 0:
        raise ValueError(f"金额不能小于零：{value}")
    return fen


def _day(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError(f"“{value}”不是日期，请写成 年-月-日，四位年、两位月、两位日")
    return value


def _plausible(day: date) -> date:
    if day.year not in _PLAUSIBLE_YEARS:
        raise ValueError(f"{day} 的年份不对")
    return day


def _day_of_month(value: int) -> int:
    if not 1 <= value <= 31:
        raise ValueError(f"每月没有 {value} 日")
    return value


def _month(value: object) -> str:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", str(value)):
        raise ValueError(f"“{value}”不是月份，请写成 年-月")
    return str(value)


def _age(value: int) -> int:
    if not 0 <= value <= 150:
        raise ValueError(f"年龄不对：{value}")
    return value


def _count(value: int) -> int:
    if value < 0:
        raise ValueError(f"人数不能小于零：{value}")
    return value


_YUAN_SCHEMA = {
    "type": ["number", "string"],
    "minimum": 0,
    "pattern": r"^\d{1,12}(\.\d{1,2})?$",
    "description": "金额，单位元，最多两位小数；写数字，不写“元”",
}

Yuan = Annotated[
    int,
    BeforeValidator(_fen),
    PlainSerializer(short_yuan, return_type=str),
    WithJsonSchema(_YUAN_SCHEMA),
    Figure("yuan"),
]
"""Written in yuan, held in whole fen: the attribute's name ends in `_fen`, the key in the file in `_yuan`."""

Rate = Annotated[
    Decimal,
    BeforeValidator(rate_from_text),
    PlainSerializer(percent, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?%$", "description": "比例，如 90%"}),
    Figure("rate"),
]
Length = Annotated[
    Span,
    BeforeValidator(span_from_text),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^[0-9]{1,4} *(年|个月|天|日)$",
            "description": "时间长度，如 30天、3个月、2年",
        }
    ),
    Figure("span"),
]
Day = Annotated[
    date,
    BeforeValidator(_day),
    AfterValidator(_plausible),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
    Figure("day"),
]
Month = Annotated[
    str,
    BeforeValidator(_month),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$"}),
    Figure("month"),
]
_COUNT_SCHEMA = {"type": "integer", "minimum": 0}
Count = Annotated[int, AfterValidator(_count), WithJsonSchema(_COUNT_SCHEMA), Figure("count")]
DayOfMonth = Annotated[
    int,
    AfterValidator(_day_of_month),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 31}),
    Figure("day_of_month"),
]
Age = Annotated[
    int,
    AfterValidator(_age),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 150}),
    Figure("age"),
]
"""Completed years, written as a whole number."""
Number = Annotated[int, AfterValidator(_count), WithJsonSchema(_COUNT_SCHEMA), Figure("number")]
"""A small count, such as years: `4`."""
Phone = Annotated[str, Figure("phone")]


def figure_kind(annotation: object, metadata: list[object]) -> FigureKind | None:
    """What kind of figure a field holds, or None; looks inside `X | None` and tuples of figures."""
    for mark in metadata:
        if isinstance(mark, Figure):
            return mark.kind
    for inner in get_args(annotation):
        kind = inner.kind if isinstance(inner, Figure) else figure_kind(inner, [])
        if kind is not None:
            return kind
    return None
