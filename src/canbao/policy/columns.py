"""The facts of many people, as columns: everybody's words as one number, everybody's days and counts as numbers.

Words are read by the same reader as JSON, once for each combination that turns up; days and counts are looked at by
`cells.py`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from canbao.policy.facts import BadFacts, Facts, facts_from_json, whole_number
from canbao.policy.numbering import Numbers, Rows, Tuples, Values
from canbao.policy.pack import Pack
from canbao.policy.person import CountName, DayName

Columns: TypeAlias = Mapping[str, pa.Array]
Days: TypeAlias = npt.NDArray[np.int32] | int
"""Everybody's day as a number, or one number for all."""

WORDS = ("categories", "tier", "traits", "lines", "repaired_years", "years_in_row", "claimed_last_year")
STRUCTS: dict[str, tuple[str, DayName]] = {
    "employee_scheme": ("left_on", "left"),
    "other_cover": ("until", "other_until"),
    "refund": ("asked_on", "refund_asked"),
}
"""Words with one day among them: the day's name inside, and its name for the rules."""
COUNTS: dict[CountName, tuple[str, str]] = {"employee_months": ("employee_scheme", "months")}
"""Counts among those words: in which column, and the name inside."""
DAYS: dict[str, DayName] = {"on": "on", "paid_on": "paid", "born_on": "born", "last_covered_until": "last_covered"}
FACTS = (*WORDS, *STRUCTS, *DAYS)
_LISTS = ("categories", "traits", "lines")
_BETWEEN = re.compile(r"[、,，;；]")

EPOCH = date(1970, 1, 1)
FIRST_DAY, LAST_DAY = (date.min - EPOCH).days, (date.max - EPOCH).days
NO_DAY = FIRST_DAY - 1
MOST = LAST_DAY
"""A count that is higher is as good as this one. Counts are cut by the same tables as days, so they end where days do."""


def day_number(day: date) -> int:
    """Days since 1970, as Arrow and NumPy count them."""
    return (day - EPOCH).days


def day_of(number: int) -> date | None:
    return None if number == NO_DAY else date.fromordinal(number + EPOCH.toordinal())


# --- words -----------------------------------------------------------------------------------------------------------


class Words:
    """The columns of words of one shape of table, numbered. `kind` gives words (facts without days) their number."""

    def __init__(self, shapes: Mapping[str, pa.DataType], kind: Callable[[Facts], int]) -> None:
        self._columns = {name: _words_of(name, shapes[name]) for name in (*WORDS, *STRUCTS) if name in shapes}
        self._combinations, self._kind = Tuples(), kind
        self._kinds = np.empty(0, np.int32), True
        """The kind of every combination, and whether kinds and combinations have the same numbers."""

    def kinds(self, columns: Columns, people: int) -> Numbers:
        """The number of everybody's words. Raises `BadFacts` for words that cannot be read."""
        if not self._columns:
            return np.full(people, self._kind(Facts()), np.int32)
        numbers = [column.of(columns[name]) for name, column in self._columns.items()]
        found = self._combinations.of(numbers, [len(column) for column in self._columns.values()])
        kinds, are_same = self._kinds
        if len(kinds) < len(self._combinations):
            new = [self._kind(self._facts(one)) for one in self._combinations.tuples[len(kinds) :]]
            kinds = np.concatenate([kinds, np.array(new, np.int32)])
            are_same = bool((kinds == np.arange(len(kinds))).all())
            self._kinds = kinds, are_same
        return found if are_same else kinds.take(found)

    def _facts(self, numbers: Sequence[int]) -> Facts:
        words = {name: column.value(one) for (name, column), one in zip(self._columns.items(), numbers, strict=True)}
        return _facts_from(words)


class _Column(Protocol):
    """A column of words: numbers for its values, and the value of a number as JSON would have it."""

    def of(self, column: pa.Array) -> Numbers: ...

    def value(self, number: int) -> Any: ...

    def __len__(self) -> int: ...


class _Plain:
    def __init__(self, name: str) -> None:
        self._name, self._values = name, Values()

    def of(self, column: pa.Array) -> Numbers:
        return _plain_numbers(self._name, self._values, column)

    def value(self, number: int) -> Any:
        return self._values.values[number]

    def __len__(self) -> int:
        return len(self._values)


def _plain_numbers(name: str, values: Values, column: pa.Array) -> Numbers:
    try:
        return values.of(column)
    except (ValueError, OverflowError, NotImplementedError) as error:  # such as a day outside the calendar
        raise BadFacts(name, str(error)) from error


class _Struct:
    """Nothing at all is 0."""

    def __init__(self, name: str, shape: pa.DataType) -> None:
        fields = [shape.field(at) for at in range(shape.num_fields)]
        self._fields = {
            at: (field.name, _column(f"{name}.{field.name}", field.type))
            for at, field in enumerate(fields)
            if field.name not in _numbers_in(name)
        }
        self._combinations = Tuples()

    def of(self, column: pa.Array) -> Numbers:
        found = np.zeros(len(column), np.int32)
        rows = np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False)) if column.null_count else None
        numbers = [self._numbers_of(inner, column.field(at), rows) for at, (_, inner) in self._fields.items()]
        sizes = [len(inner) for _, inner in self._fields.values()]
        combined = self._combinations.of(numbers, sizes) + np.int32(1) if numbers else 1
        found[slice(None) if rows is None else rows] = combined
        return found

    @staticmethod
    def _numbers_of(inner: "_Column", part: pa.Array, rows: "Rows | None") -> Numbers:
        if rows is None:
            return inner.of(part)
        if pa.types.is_nested(part.type) or pa.types.is_string_view(part.type):  # these Arrow cannot pick from
            return inner.of(part)[rows]
        return inner.of(part.take(pa.array(rows)))

    def value(self, number: int) -> Any:
        if number == 0:
            return None
        numbers = self._combinations.tuples[number - 1] if self._fields else ()
        return {name: inner.value(one) for (name, inner), one in zip(self._fields.values(), numbers, strict=True)}

    def __len__(self) -> int:
        return len(self._combinations) + 2


class _List:
    """A list is known by the list without its last item, and that item. The empty one is 0, and so is none."""

    def __init__(self, name: str, shape: pa.DataType) -> None:
        self._items = _column(f"{name}[]", shape.value_type)
        self._longer = Tuples()

    def of(self, column: pa.Array) -> Numbers:
        if not len(column):
            return np.zeros(0, np.int32)
        offsets = column.offsets.to_numpy()
        filled = offsets[1:] != offsets[:-1]
        if column.null_count:
            filled &= column.is_valid().to_numpy(zero_copy_only=False)
        found, rows = np.zeros(len(column), np.int32), np.flatnonzero(filled)
        if not len(rows):
            return found
        items = self._items.of(column.values.slice(offsets[0], offsets[-1] - offsets[0]))
        starts, lengths = offsets[rows] - offsets[0], offsets[rows + 1] - offsets[rows]
        lists, at = np.zeros(len(rows), np.int32), 0
        while len(rows):
            pair = [lists, items[starts + at]]
            lists = self._longer.of(pair, [len(self._longer) + 1, len(self._items)]) + np.int32(1)
            found[rows] = lists
            at += 1
            more = np.flatnonzero(lengths > at)
            rows, starts, lengths, lists = rows[more], starts[more], lengths[more], lists[more]
        return found

    def value(self, number: int) -> list[Any]:
        items = []
        while number:
            number, last = self._longer.tuples[number - 1]
            items.append(self._items.value(last))
        return items[::-1]

    def __len__(self) -> int:
        return len(self._longer) + 1


def _words_of(name: str, shape: pa.DataType) -> _Column:
    inner = shape.value_type if pa.types.is_dictionary(shape) else shape
    if _is_list(shape) or pa.types.is_struct(shape) or pa.types.is_null(inner) or _is_text(inner):
        return _column(name, shape)
    if pa.types.is_integer(inner) or pa.types.is_boolean(inner):
        return _column(name, shape)
    raise BadFacts(name, f"这一列不能是 {shape}")


def _column(name: str, shape: pa.DataType) -> _Column:
    if _is_list(shape):
        return _List(name, shape)
    if pa.types.is_struct(shape):
        return _Struct(name, shape)
    if pa.types.is_nested(shape) and not pa.types.is_dictionary(shape):
        raise BadFacts(name, f"这一列不能是 {shape}")
    return _Plain(name)


def _numbers_in(struct: str) -> set[str]:
    """The names of what is no word in a column of structs: its day and its counts."""
    day = {STRUCTS[struct][0]} if struct in STRUCTS else set()
    return day | {inner for column, inner in COUNTS.values() if column == struct}


def _is_list(shape: pa.DataType) -> bool:
    return bool(pa.types.is_list(shape) or pa.types.is_large_list(shape))


def _is_text(shape: pa.DataType) -> bool:
    return bool(pa.types.is_string(shape) or pa.types.is_large_string(shape) or pa.types.is_string_view(shape))


def _facts_from(words: dict[str, Any]) -> Facts:
    """A person's words as facts, read by the same reader as JSON."""
    for name in _LISTS:
        if isinstance(words.get(name), str):
            words[name] = [piece for piece in _BETWEEN.split(words[name]) if piece.strip()]
    facts = facts_from_json(words)
    return replace(facts, categories=tuple(sorted(facts.categories, key=str)))  # their order says nothing


# --- days and counts ---------------------------------------------------------------------------------------------------


def counts_of(columns: Columns) -> dict[CountName, Days]:
    """The counts of everybody; `NO_DAY` where one is not known. Raises `BadFacts` for what is no count."""
    return {name: _counts(f"{at}.{inner}", _inner(columns.get(at), inner)) for name, (at, inner) in COUNTS.items()}


def _counts(name: str, column: "pa.Array | None") -> Days:
    if column is None or column.null_count == len(column):
        return NO_DAY
    if pa.types.is_integer(column.type):
        low, high = pc.min_max(column).as_py().values()
        whole_number(low, name)
        if high > MOST:
            column = pc.min_element_wise(column, pa.scalar(MOST, column.type), skip_nulls=False)
        found: Days = column.cast(pa.int32()).fill_null(NO_DAY).to_numpy()
        return found
    values = Values()
    numbers = _plain_numbers(name, values, column)
    known = [whole_number(value, name) for value in values.values]
    return np.array([NO_DAY if count is None else min(count, MOST) for count in known], np.int32).take(numbers)


def days_of(pack: Pack, columns: Columns) -> dict[DayName, Days]:
    """The days of everybody as numbers, the instant of the question and the day of payment filled in."""
    found: dict[DayName, Days] = {name: _day_numbers(column, columns.get(column)) for column, name in DAYS.items()}
    for name, (inner, day) in STRUCTS.items():
        found[day] = _day_numbers(f"{name}.{inner}", _inner(columns.get(name), inner))
    on = _known_or(found["on"], _known_or(found["paid"], day_number(pack.window.first)))
    found["on"], found["paid"] = on, _known_or(found["paid"], on)
    if (asking := columns.get("refund")) is not None and not pa.types.is_null(asking.type):
        asks = asking.is_valid().to_numpy(zero_copy_only=False)
        found["refund_asked"] = np.where(asks, _known_or(found["refund_asked"], on), NO_DAY).astype(np.int32)
    return found


def _day_numbers(name: str, column: "pa.Array | None") -> Days:
    if column is None or column.null_count == len(column):
        shape = None if column is None else column.type
        if shape is not None and not (pa.types.is_date(shape) or pa.types.is_null(shape)):
            raise BadFacts(name, f"这一列应是日期，而不是 {shape}")
        return NO_DAY
    if not pa.types.is_date(column.type):
        raise BadFacts(name, f"这一列应是日期，而不是 {column.type}")
    numbers = column.cast(pa.date32()).view(pa.int32())
    known = numbers.drop_null().to_numpy() if numbers.null_count else numbers.to_numpy()
    for number in (int(known.min()), int(known.max())):
        if not FIRST_DAY <= number <= LAST_DAY:
            raise BadFacts(name, f"1970-01-01 起第 {number} 天不在日历上（1 年到 9999 年）")
    days: npt.NDArray[np.int32] = numbers.fill_null(NO_DAY).to_numpy()
    return days


def _inner(column: "pa.Array | None", name: str) -> "pa.Array | None":
    """One field of a column of structs."""
    if column is None or not pa.types.is_struct(column.type):
        return None
    at = column.type.get_field_index(name)
    return None if at < 0 else column.flatten()[at]


def _known_or(days: Days, otherwise: Days) -> Days:
    if isinstance(days, int):
        return otherwise if days == NO_DAY else days
    missing = days == NO_DAY
    if not missing.any():
        return days
    return np.where(missing, np.asarray(otherwise, np.int32), days)
