"""The answers laid beside everybody: whole columns, filled part by part by several threads.

A column of amounts, days or words is one piece of memory from the start. Where each part had its own, finding memory for
them took longer than filling it.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from canbao.kernel.refusal import must
from canbao.policy.answer_columns import column_of
from canbao.policy.assessment import Assessment
from canbao.policy.cells import Told
from canbao.policy.columns import NO_DAY
from canbao.policy.numbering import Numbers

_COVERED_FROM = "covered_from"


class Layout:
    """Room for the answers of so many people. Parts start at whole multiples of eight people."""

    def __init__(self, answers: Sequence[Assessment], names: Sequence[str], people: int) -> None:
        self._names = names
        columns = {name: column_of(name, answers) for name in names}
        self._first_days = _FirstDays(columns.pop(_COVERED_FROM), people) if _COVERED_FROM in columns else None
        table = pl.DataFrame({name: pl.from_arrow(column) for name, column in columns.items()})
        self._common = table.select(column for column in table if column.n_unique() == 1)
        """What all have in common is not laid beside each."""
        self._own = {name: _room_for(columns[name], people) for name in table.columns if name not in self._common}
        self._people = people

    def lay(self, start: int, told: Told) -> None:
        """The answers of the people from there on."""
        must(
            start % 8 == 0,
            "eight people share a byte that says whose answer is known; two threads cannot both write it",
        )
        for column in self._own.values():
            column.lay(start, told.places)
        if self._first_days is not None:
            self._first_days.lay_days(start, told)

    def table(self) -> pl.DataFrame:
        """All that was laid."""
        laid = [column.whole().alias(name) for name, column in self._own.items()]
        if self._first_days is not None:
            laid.append(self._first_days.whole().alias(_COVERED_FROM))
        common = [pl.lit(column).first() for column in self._common]
        return pl.DataFrame(height=self._people).with_columns(*laid, *common).select(self._names)


class _Room(Protocol):
    """One column for everybody."""

    def lay(self, start: int, places: Numbers) -> None: ...

    def whole(self) -> pl.Series: ...


def _room_for(column: pa.Array, people: int) -> _Room:
    if pa.types.is_integer(column.type) or pa.types.is_date32(column.type):
        return _Fixed(column, people)
    if pa.types.is_string(column.type):
        return _Fixed(pa.array(column.to_pylist(), pa.string_view()), people)
    return _Parts(column)


class _Fixed:
    """Values of one width: numbers, days, and words by where they stand in one text for all."""

    def __init__(self, column: pa.Array, people: int) -> None:
        self._type, self._people = column.type, people
        _, values, *self._texts = column.buffers()
        width = column.type.bit_width // 8 if pa.types.is_primitive(column.type) else 16
        bits: np.dtype[Any] = np.dtype({4: "i4", 8: "i8", 16: "c16"}[width])  # whatever they mean
        self._known = np.frombuffer(values, bits, len(column))
        self._is_known = column.is_valid().to_numpy(zero_copy_only=False) if column.null_count else None
        self._values = np.empty(people, bits)
        self._bits = np.empty((people + 7) // 8, np.uint8) if column.null_count else None

    def lay(self, start: int, places: Numbers) -> None:
        self._known.take(
            places, out=self._values[start : start + len(places)], mode="clip"
        )  # "raise" takes twice as long
        if self._is_known is not None:
            self._lay_known(start, self._is_known.take(places))

    def _lay_known(self, start: int, known: npt.NDArray[np.bool_]) -> None:
        assert self._bits is not None
        bits = np.packbits(known, bitorder="little")
        self._bits[start // 8 : start // 8 + len(bits)] = bits

    def whole(self) -> pl.Series:
        bits = None if self._bits is None else pa.py_buffer(self._bits)
        return pl.Series(
            pa.Array.from_buffers(self._type, self._people, [bits, pa.py_buffer(self._values), *self._texts])
        )


class _FirstDays(_Fixed):
    """The first day of cover, which may be a day of their own."""

    def lay_days(self, start: int, told: Told) -> None:
        self.lay(start, told.places)
        if len(told.rows):
            assert self._is_known is not None, "whose first day is their own has none among the answers"
            known = self._is_known.take(told.places)
            self._values[start : start + len(told.places)][told.rows] = told.covered_from
            known[told.rows] = told.covered_from != NO_DAY
            self._lay_known(start, known)


class _Parts:
    """What is not of one width, such as lists: each part by itself, joined in the end."""

    def __init__(self, column: pa.Array) -> None:
        self._known, self._parts = pl.Series(column), dict[int, pl.Series]()

    def lay(self, start: int, places: Numbers) -> None:
        self._parts[start] = self._known.gather(pl.Series(places))

    def whole(self) -> pl.Series:
        return pl.concat([self._parts[start] for start in sorted(self._parts)])
