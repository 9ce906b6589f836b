"""Thrift's compact protocol, in which Parquet says where things lie: every field tells its type.

Read and written without knowing what the fields mean. https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

Fields: TypeAlias = dict[int, tuple[int, Any]]
"""A struct: the number of a field → its type and value. The value of a list is the type of its items, and they."""

_TRUE, _FALSE, _BYTE, _I16, I32, I64, _DOUBLE, BINARY, LIST, _SET, _MAP, STRUCT, _UUID = range(1, 14)
_FIXED = {_TRUE: 1, _FALSE: 1, _BYTE: 1, _DOUBLE: 8, _UUID: 16}
"""How many bytes a value takes; a truth takes one in lists, and none as a field of its own."""
_LONG = 15


class BadThrift(ValueError):
    """The bytes are no struct."""


def decoded(data: bytes) -> Fields:
    """The struct with which the bytes begin."""
    return _Reader(data).fields()


def encoded(fields: Fields) -> bytes:
    return b"".join(_struct(fields))


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def fields(self) -> Fields:
        found: Fields = {}
        number = 0
        while head := self._taken(1)[0]:
            kind = head & 0x0F
            number = number + (head >> 4) if head >> 4 else _signed(self._varint())
            found[number] = kind, None if kind in (_TRUE, _FALSE) else self._value(kind)
        return found

    def _value(self, kind: int) -> Any:
        if kind in (_I16, I32, I64):
            return _signed(self._varint())
        if kind == BINARY:
            return self._taken(self._varint())
        if kind == STRUCT:
            return self.fields()
        if kind in (LIST, _SET):
            head = self._taken(1)[0]
            count = self._varint() if head >> 4 == _LONG else head >> 4
            return head & 0x0F, [self._value(head & 0x0F) for _ in range(count)]
        if kind in _FIXED:
            return self._taken(_FIXED[kind])
        raise BadThrift(f"a field of the type {kind}")

    def _varint(self) -> int:
        found = shift = 0
        while True:
            byte = self._taken(1)[0]
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                return found
            shift += 7

    def _taken(self, count: int) -> bytes:
        self._at += count
        if self._at > len(self._data):
            raise BadThrift("it ends too early")
        return self._data[self._at - count : self._at]


def _signed(number: int) -> int:
    return (number >> 1) ^ -(number & 1)


def _struct(fields: Fields) -> Iterable[bytes]:
    last = 0
    for number in sorted(fields):
        kind, value = fields[number]
        step = number - last
        yield bytes([step << 4 | kind]) if 0 < step < _LONG + 1 else bytes([kind]) + varint(_unsigned(number))
        if kind not in (_TRUE, _FALSE):
            yield from _said(kind, value)
        last = number
    yield b"\0"


def _said(kind: int, value: Any) -> Iterable[bytes]:
    if kind in (_I16, I32, I64):
        yield varint(_unsigned(value))
    elif kind == BINARY:
        yield varint(len(value)) + value
    elif kind == STRUCT:
        yield from _struct(value)
    elif kind in (LIST, _SET):
        inner, items = value
        count = len(items)
        yield bytes([count << 4 | inner]) if count < _LONG else bytes([_LONG << 4 | inner]) + varint(count)
        for item in items:
            yield from _said(inner, item)
    else:
        yield value


def _unsigned(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def varint(number: int) -> bytes:
    """A number, seven bits a byte."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)
