"""A Parquet file that gains columns without the others being read.

A Parquet file is column chunks, and a footer that says where they lie. Chunks know nothing of each other, so the bytes
of those that are there are copied, the new ones are put behind them, and one footer names both. Whatever the writer said
about its columns stays said; only what means a place in the file is set anew, or left out where it is just a help to
readers (page indexes, Bloom filters).

The numbers of the fields are those of https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

import base64
from collections.abc import Iterable
from io import FileIO
from typing import Any, BinaryIO

import pyarrow as pa

from canbao.policy.parquet_pages import Chunk
from canbao.policy.thrift import BINARY, I32, I64, LIST, STRUCT, BadThrift, Fields, decoded, encoded

_MAGIC = b"PAR1"
_BLOCK = 1 << 22
_SCHEMA, _GROUPS, _KEY_VALUES, _ORDERS = 2, 4, 5, 7  # of FileMetaData
_CHILDREN = 5  # of SchemaElement
_COLUMNS, _BYTES, _START, _LENGTH = 1, 2, 5, 6  # of RowGroup
_FILE, _START_OF_CHUNK, _METADATA, _ENCRYPTED = 1, 2, 3, 8  # of ColumnChunk
_LENGTH_OF_CHUNK, _DATA_PAGE, _INDEX_PAGE, _DICTIONARY_PAGE, _BLOOM, _BLOOM_LENGTH = 7, 9, 10, 11, 14, 15
_UNCOMPRESSED = 6  # both lines of ColumnMetaData
_KEY, _VALUE = 1, 2


class CannotJoin(ValueError):
    """The file is one that we do not know how to add to: encrypted, or in several parts."""


class Joined:
    """Writes one file whose row groups are those of another with more columns in each."""

    def __init__(self, target: BinaryIO, source: FileIO, added: BinaryIO, schema: pa.Schema) -> None:
        """`added` is a file without rows that has the new columns; `schema` is that of the whole, for Arrow."""
        self._target, self._source = target, source
        self._footer, new = _footer(source), _footer(added)
        self._at = target.write(_MAGIC)
        self._given = _items(self._footer, _GROUPS)
        self._groups: list[Fields] = []
        self._block = memoryview(bytearray(_BLOCK))
        root, *columns = _items(self._footer, _SCHEMA)
        new_root, *new_columns = _items(new, _SCHEMA)
        root[_CHILDREN] = I32, _value(root, _CHILDREN, 0) + _value(new_root, _CHILDREN)
        _set_items(self._footer, _SCHEMA, [root, *columns, *new_columns])
        if _ORDERS in self._footer:
            _set_items(self._footer, _ORDERS, _items(self._footer, _ORDERS) + _items(new, _ORDERS))
        for pair in _items(self._footer, _KEY_VALUES):
            if _value(pair, _KEY) == b"ARROW:schema":
                pair[_VALUE] = BINARY, base64.b64encode(schema.serialize().to_pybytes())

    def add_row_group(self, added: Iterable[Chunk]) -> None:
        """Copy the next row group of the source, and put these columns behind it."""
        group: Fields = self._given[len(self._groups)]
        start, more_bytes = self._at, 0
        chunks = [self._copied(chunk) for chunk in _items(group, _COLUMNS)]
        for chunk in added:
            says = _moved(chunk.says, self._at)
            for page in chunk.pages:
                self._at += self._target.write(page)
            chunks.append(_chunk(says))
            more_bytes += _value(says, _UNCOMPRESSED)
        _set_items(group, _COLUMNS, chunks)
        group[_BYTES] = I64, _value(group, _BYTES) + more_bytes
        group[_START], group[_LENGTH] = (I64, start), (I64, self._at - start)
        self._groups.append(group)

    def _copied(self, chunk: Fields) -> Fields:
        if _FILE in chunk or _ENCRYPTED in chunk or _METADATA not in chunk:
            raise CannotJoin("its columns lie in other files or are encrypted")
        says: Fields = _value(chunk, _METADATA)
        start = _value(says, _DATA_PAGE)
        if 0 < _value(says, _DICTIONARY_PAGE, 0) < start:
            start = _value(says, _DICTIONARY_PAGE)
        says = _moved(says, self._at - start)
        self._source.seek(start)
        left = _value(says, _LENGTH_OF_CHUNK)
        while left:
            length = self._source.readinto(self._block[:left])
            if not length:
                raise CannotJoin("it ends before its columns do")
            self._at += self._target.write(self._block[:length])
            left -= length
        return _chunk(says)

    def close(self) -> None:
        """Write the footer."""
        _set_items(self._footer, _GROUPS, self._groups)
        data = encoded(self._footer)
        self._target.write(data + len(data).to_bytes(4, "little") + _MAGIC)


def _footer(file: BinaryIO) -> Fields:
    file.seek(-8, 2)
    length = int.from_bytes(file.read(4), "little")
    if file.read(4) != _MAGIC:
        raise CannotJoin("its footer is encrypted")
    file.seek(-8 - length, 2)
    try:
        return decoded(file.read(length))
    except BadThrift as error:
        raise CannotJoin(f"its footer cannot be read: {error}") from error


def _moved(says: Fields, by: int) -> Fields:
    """What the footer says of a column, which lies further on now."""
    moved = {number: field for number, field in says.items() if number not in (_INDEX_PAGE, _BLOOM, _BLOOM_LENGTH)}
    for place in (_DATA_PAGE, _DICTIONARY_PAGE):
        if place in says:
            moved[place] = I64, _value(says, place) + by
    return moved


def _chunk(says: Fields) -> Fields:
    return {_START_OF_CHUNK: (I64, 0), _METADATA: (STRUCT, says)}


def _value(fields: Fields, number: int, otherwise: Any = None) -> Any:
    return fields[number][1] if number in fields else otherwise


def _items(fields: Fields, number: int) -> list[Any]:
    return _value(fields, number, (STRUCT, []))[1]  # type: ignore[no-any-return]


def _set_items(fields: Fields, number: int, items: list[Any]) -> None:
    fields[number] = LIST, (STRUCT, items)
