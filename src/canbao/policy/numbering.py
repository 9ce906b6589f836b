"""Small whole numbers for what turns up in a table: the same number for the same thing, in every part of a long one.

Once numbered, comparing people is arithmetic on columns of numbers, and only what has not turned up before costs a
word of Python. Several threads may number at once.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Numbers: TypeAlias = npt.NDArray[np.int32]
Rows: TypeAlias = npt.NDArray[np.intp]
Keys: TypeAlias = npt.NDArray[np.int64]

_DIRECT = 1 << 22  # as many combinations are looked up in a table; more are hashed
_LARGEST = 1 << 62


class Values:
    """Numbers for the values of a plain column; nothing at all is 0."""

    def __init__(self) -> None:
        self.values: list[Any] = [None]
        self._numbers: dict[Any, int] = {None: 0}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self.values)

    def of(self, column: pa.Array) -> Numbers:
        """The number of every value; a column that comes as codes of a dictionary is not spelt out."""
        if pa.types.is_null(column.type):
            return np.zeros(len(column), np.int32)
        coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        known = np.array([*map(self._number, coded.dictionary.to_pylist()), 0], np.int32)
        codes = coded.indices
        if codes.null_count:
            codes = codes.cast(pa.int64()).fill_null(len(known) - 1)
        found: Numbers = known[codes.to_numpy()]
        return found

    def _number(self, value: Any) -> int:
        found = self._numbers.get(value)
        if found is not None:
            return found
        with self._lock:
            found = self._numbers.setdefault(value, len(self.values))
            if found == len(self.values):
                self.values.append(value)
        return found


class Tuples:
    """Numbers for the combinations of several columns of numbers, in the order in which they turn up."""

    def __init__(self) -> None:
        self.tuples: list[tuple[int, ...]] = []
        self._numbers: dict[tuple[int, ...], int] = {}
        self._known = _Known((), None, np.empty(0, np.int64), np.empty(0, np.int32))
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self.tuples)

    def of(self, columns: Sequence[Numbers | int], sizes: Sequence[int]) -> Numbers:
        """The number of everybody's combination; `sizes` says below which number each column stays.

        The first column is one number for each person; others may be one number for all.
        """
        known = self._with_room(sizes)
        if math.prod(known.widths) > _LARGEST:
            return self._one_by_one(columns)
        keys = known.keys_of(columns)
        if known.table is not None:
            found: Numbers = known.table.take(keys)
            if len(found) and not found.all():
                new = np.flatnonzero(found == 0)
                for row in new[one_of_each(keys[new])]:
                    known.table[keys[row]] = self._number(columns, row) + 1
                found = known.table.take(keys)
            found -= np.int32(1)
            return found
        codes, distinct, firsts = _dense(keys)
        return self._numbers_of(known, distinct, firsts, columns).take(codes)

    def _with_room(self, sizes: Sequence[int]) -> "_Known":
        known = self._known
        if len(known.widths) == len(sizes) and all(map(int.__le__, sizes, known.widths)):
            return known
        with self._lock:
            before = self._known.widths or (0,) * len(sizes)
            grown = tuple(max(old, 1 << (size - 1).bit_length()) for old, size in zip(before, sizes, strict=True))
            self._known = _Known.of(self.tuples, grown)
            return self._known

    def _numbers_of(self, known: "_Known", distinct: Keys, firsts: Rows, columns: Sequence[Numbers | int]) -> Numbers:
        """The numbers of keys that are too many for a table."""
        found = known.look_up(distinct)
        new = np.flatnonzero(found < 0)
        if len(new):
            for at in new:
                found[at] = self._number(columns, firsts[at])
            with self._lock:
                self._known = _Known.of(self.tuples, self._known.widths)
        return found

    def _one_by_one(self, columns: Sequence[Numbers | int]) -> Numbers:
        """Where a key would not fit into a number."""
        table = np.stack([np.broadcast_to(np.asarray(one, np.int32), len(columns[0])) for one in columns], axis=1)  # type: ignore[arg-type]
        _, firsts, codes = np.unique(table, axis=0, return_index=True, return_inverse=True)
        return np.array([self._number(columns, row) for row in firsts], np.int32).take(codes)

    def _number(self, columns: Sequence[Numbers | int], row: int) -> int:
        key = tuple([column if isinstance(column, int) else int(column[row]) for column in columns])
        with self._lock:
            found = self._numbers.setdefault(key, len(self.tuples))
            if found == len(self.tuples):
                self.tuples.append(key)
        return found


@dataclass(frozen=True, slots=True)
class _Known:
    """Combinations by a key that has room for `widths`: in a table, or sorted where that would be too large."""

    widths: tuple[int, ...]
    table: Numbers | None  # one more than the number; 0 for what has not turned up, so that no memory is spent on it
    keys: Keys
    numbers: Numbers

    @classmethod
    def of(cls, tuples: Sequence[tuple[int, ...]], widths: tuple[int, ...]) -> "_Known":
        if math.prod(widths) > _LARGEST:
            return cls(widths, None, np.empty(0, np.int64), np.empty(0, np.int32))
        columns = np.array(tuples, np.int64).reshape(len(tuples), len(widths)).T
        keys = _keys(list(columns), widths) if len(tuples) else np.empty(0, np.int64)
        numbers = np.arange(len(tuples), dtype=np.int32)
        if math.prod(widths) > _DIRECT:
            order = np.argsort(keys)
            return cls(widths, None, keys[order], numbers[order])
        table = np.zeros(math.prod(widths), np.int32)
        table[keys] = numbers + 1
        return cls(widths, table, keys, numbers)

    def keys_of(self, columns: Sequence[Numbers | int]) -> Any:
        if self.table is None:
            columns = [columns[0].astype(np.int64), *columns[1:]]  # type: ignore[union-attr]
        return _keys(columns, self.widths)

    def look_up(self, keys: Keys) -> Numbers:
        """-1 where a key is not known."""
        if not len(self.keys):
            return np.full(len(keys), -1, np.int32)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, self.numbers[at], np.int32(-1))


def _keys(columns: Sequence[Any], widths: Sequence[int]) -> Any:
    keys = columns[0].copy() if len(columns) > 1 else columns[0]
    for column, width in zip(columns[1:], widths[1:], strict=True):
        keys *= keys.dtype.type(width)
        keys += column
    return keys


def one_of_each(numbers: npt.NDArray[Any]) -> Rows:
    """The first row of every distinct number, in the order of the rows."""
    return _dense(numbers)[2]


def _dense(keys: npt.NDArray[Any]) -> tuple[npt.NDArray[np.int32], Keys, Rows]:
    """The same keys numbered without gaps, each distinct one, and its first row."""
    coded = pa.array(keys).dictionary_encode()
    codes = coded.indices.to_numpy()
    firsts = np.empty(len(coded.dictionary), np.intp)
    firsts[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return codes, coded.dictionary.to_numpy(), firsts
