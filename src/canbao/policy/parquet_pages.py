"""Columns of which everybody has one of a few values, as Parquet holds them: a dictionary, and numbers.

A general writer looks at every value of every row to find the few. Here they are known beforehand, and so is what each
of them is in Parquet: some entries, each with how deep it is there, whether it goes on with a list, and the number of
its plain value. What is written is these, gathered for everybody.

https://parquet.apache.org/docs/file-format/data-pages/encodings/ : PLAIN for the dictionary, RLE for all else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from canbao.policy.numbering import Numbers
from canbao.policy.thrift import BINARY, I32, I64, LIST, STRUCT, Fields, encoded, varint

Unsigned: TypeAlias = npt.NDArray[np.unsignedinteger[Any]]
Entry: TypeAlias = tuple[int, int, Any]
"""Whether it goes on with a list (1) or begins a row (0); how much of the way to the value is there; the value."""

_BOOLEAN, _INT32, _INT64, _BYTE_ARRAY = 0, 1, 2, 6
_PLAIN, _RLE, _RLE_DICTIONARY = 0, 3, 8
_SNAPPY = 1
_DATA_PAGE, _DICTIONARY_PAGE = 0, 2
_ITEMS = object()


@dataclass(frozen=True, slots=True)
class Chunk:
    """One column of a row group: its pages, and what the footer says of them, as if the file began with them."""

    pages: list[bytes]
    says: Fields


class Column:
    """A column of few values, from which those of many rows are taken."""

    def __init__(self, name: str, values: pa.Array) -> None:
        self._leaves = [_Leaf(path, inside, shape, values) for path, inside, shape in _ways((name,), (), values.type)]
        self._counts = self._leaves[0].counts
        self._firsts = np.cumsum(self._counts, dtype=np.int32) - self._counts

    def chunks(self, parts: Sequence[Numbers]) -> list[Chunk]:
        """The values with these numbers, a page for each part; several columns where the values have an inside."""
        entries = [self._entries_of(part) for part in parts]
        return [leaf.chunk(entries) for leaf in self._leaves]

    def _entries_of(self, rows: Numbers) -> Numbers:
        """The numbers of the entries of these rows; in all leaves the same, because only whole values are lists."""
        if (self._counts == 1).all():
            return rows
        firsts, counts = self._firsts.take(rows), self._counts.take(rows)
        begins = np.cumsum(counts, dtype=np.int32) - counts
        return np.repeat(firsts - begins, counts) + np.arange(begins[-1] + counts[-1], dtype=np.int32)


def _ways(
    path: tuple[str, ...], inside: tuple[Any, ...], shape: pa.DataType
) -> Iterator[tuple[tuple[str, ...], tuple[Any, ...], pa.DataType]]:
    """The plain columns of a shape: how Parquet calls them, and what leads to them."""
    if pa.types.is_struct(shape):
        for field in shape:
            yield from _ways((*path, field.name), (*inside, field.name), field.type)
    elif pa.types.is_list(shape):
        yield from _ways((*path, "list", "element"), (*inside, _ITEMS), shape.value_type)
    else:
        yield path, inside, shape


class _Leaf:
    """A column of plain values: for each of the few values its entries, one behind the other."""

    def __init__(self, path: tuple[str, ...], inside: tuple[Any, ...], shape: pa.DataType, values: pa.Array) -> None:
        self._path, self._shape = path, shape
        entries = [_entries(value, inside, 0) for value in values.to_pylist()]
        plain = [entry for several in entries for entry in several]
        known = [False, True] if pa.types.is_boolean(shape) else [value for _, _, value in plain if value is not None]
        self._dictionary = list(dict.fromkeys(known))
        number = {value: at for at, value in enumerate(self._dictionary)}
        self.counts = np.array([len(several) for several in entries], np.int32)
        self._has_lists = _ITEMS in inside
        self._deepest = 1 + len(inside) + inside.count(_ITEMS)
        self._goes_on = np.array([goes_on for goes_on, _, _ in plain], np.uint8)
        self._depths = np.array([depth for _, depth, _ in plain], np.uint8)
        width = "u1" if len(number) <= 1 << 8 else "u2" if len(number) <= 1 << 16 else "u4"
        self._numbers: Unsigned = np.array([number.get(value, 0) for _, _, value in plain], f"<{width}")

    def chunk(self, parts: Sequence[Numbers]) -> Chunk:
        """`parts` are numbers of entries."""
        pages, count = [], 0
        if not pa.types.is_boolean(self._shape):
            header = {1: (I32, len(self._dictionary)), 2: (I32, _PLAIN)}
            pages.append(_page(_DICTIONARY_PAGE, header, _plain(self._dictionary, self._shape)))
        for part in parts:
            count += len(part)
            pages.append(self._page(part))
        return Chunk([page for page, _ in pages], self._says(count, pages))

    def _page(self, entries: Numbers) -> tuple[bytes, int]:
        depths = self._depths.take(entries)
        said = b"".join(
            [
                _with_length(_hybrid(self._goes_on.take(entries), 1)) if self._has_lists else b"",
                _with_length(_hybrid(depths, self._deepest.bit_length())),
            ]
        )
        there = np.flatnonzero(depths == self._deepest)
        numbers = self._numbers.take(entries if len(there) == len(entries) else entries[there])
        if pa.types.is_boolean(self._shape):
            encoding, values = _PLAIN, np.packbits(numbers, bitorder="little").tobytes()
        else:
            bits = 8 * numbers.itemsize
            encoding, values = _RLE_DICTIONARY, bytes([bits]) + _hybrid(numbers, bits)
        header = {1: (I32, len(entries)), 2: (I32, encoding), 3: (I32, _RLE), 4: (I32, _RLE)}
        return _page(_DATA_PAGE, header, said + values)

    def _says(self, count: int, pages: Sequence[tuple[bytes, int]]) -> Fields:
        """ColumnMetaData."""
        kind = {"bool": _BOOLEAN, "int64": _INT64, "date32[day]": _INT32}.get(str(self._shape), _BYTE_ARRAY)
        says: Fields = {
            1: (I32, kind),
            2: (LIST, (I32, [_PLAIN, _RLE, _RLE_DICTIONARY])),
            3: (LIST, (BINARY, [name.encode() for name in self._path])),
            4: (I32, _SNAPPY),
            5: (I64, count),
            6: (I64, sum(length for _, length in pages)),
            7: (I64, sum(len(page) for page, _ in pages)),
            9: (I64, 0),
        }
        if kind != _BOOLEAN:
            says[9], says[11] = (I64, len(pages[0][0])), (I64, 0)
        return says


def _entries(value: Any, inside: tuple[Any, ...], depth: int) -> list[Entry]:
    """What one value is in the plain column to which `inside` leads. No list lies within another."""
    if value is None:
        return [(0, depth, None)]
    if not inside:
        return [(0, depth + 1, value)]
    step, *further = inside
    if step is not _ITEMS:
        return _entries(value[step], tuple(further), depth + 1)
    if not value:
        return [(0, depth + 1, None)]
    items = (_entries(item, tuple(further), depth + 2) for item in value)
    return [(min(at, 1), inner, plain) for at, several in enumerate(items) for _, inner, plain in several]


def _plain(values: Sequence[Any], shape: pa.DataType) -> bytes:
    if pa.types.is_string(shape):
        texts = [value.encode() for value in values]
        return b"".join(len(text).to_bytes(4, "little") + text for text in texts)
    return pa.array(values, shape).buffers()[1].to_pybytes()[: len(values) * shape.byte_width]  # type: ignore[no-any-return]


def _page(kind: int, header: Fields, body: bytes) -> tuple[bytes, int]:
    """A page, and how long it would be if it were not compressed."""
    packed = pa.compress(body, codec="snappy", asbytes=True)
    says: Fields = {
        1: (I32, kind),
        2: (I32, len(body)),
        3: (I32, len(packed)),
        5 if kind == _DATA_PAGE else 7: (STRUCT, header),
    }
    head = encoded(says)
    return head + packed, len(head) + len(body)


def _with_length(data: bytes) -> bytes:
    return len(data).to_bytes(4, "little") + data


def _hybrid(numbers: Unsigned, bits: int) -> bytes:
    """Parquet's mixture of runs and packed bits: one run where all are the same, else all packed."""
    if not len(numbers):
        return b""
    if (numbers == numbers[0]).all():
        return varint(len(numbers) << 1) + int(numbers[0]).to_bytes((bits + 7) // 8, "little")
    eights = -(-len(numbers) // 8)
    if len(numbers) < eights * 8:
        numbers = np.concatenate([numbers, np.zeros(eights * 8 - len(numbers), numbers.dtype)])
    return varint(eights << 1 | 1) + _packed(numbers, bits).tobytes()


def _packed(numbers: Unsigned, bits: int) -> Unsigned:
    if bits == 8 * numbers.itemsize:
        return numbers
    if bits == 1:
        return np.packbits(numbers, bitorder="little")
    words = np.zeros(len(numbers) // 8, np.uint32)
    for at in range(8):
        words |= numbers[at::8].astype(np.uint32) << np.uint32(at * bits)
    return words.view(np.uint8).reshape(-1, 4)[:, :bits]
