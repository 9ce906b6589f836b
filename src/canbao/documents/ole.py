"""The container in which Office wrote before 2007, and which holds what it encrypts today ([MS-CFB]).

It is a file system in small: sectors, a table that says of each which one follows it, and a directory of streams. Streams
below 4096 bytes lie in sectors of 64 bytes within one stream more, with a table of their own.
"""

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LAST_SECTOR = 0xFFFFFFFA  # numbers above it stand for an end, and for what is free
SHORT_SECTOR, SHORT_BELOW = 64, 4096
_ENTRY = struct.Struct("<64sHBxIII36xII4x")  # name and its length, kind, left, right, child; first sector, bytes
_STREAM = 2
_DAMAGED = (struct.error, IndexError)


class Stream(NamedTuple):
    """Its first sector, and how many bytes it has."""

    start: int
    size: int


class Container:
    """`streams` are those at the top, by name: the same words may stand in a cell, and a sheet may hold a Word object or a
    letter a sheet. There are none where the directory cannot be read."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._size = 4096 if content[30:32] == b"\x0c\0" else 512
        self.streams: dict[str, Stream] = {}
        try:
            self._following = self._table()
            directory = self._sectors(self._number(48))
            *_, top, start, size = _ENTRY.unpack_from(directory)  # the first entry is the root
            self._short = Stream(start, size)
            self.streams = _beside(directory, top)
        except _DAMAGED:
            pass

    def read(self, name: str) -> bytes:
        """All bytes of a stream; none where it is not there, or its sectors lead out of the file or in a circle."""
        try:
            start, size = self.streams[name]
            if size >= SHORT_BELOW:
                return self._sectors(start)[:size]
            table = self._numbers(self._sectors(self._number(60)))
            return _joined(self._sectors(self._short.start), 0, SHORT_SECTOR, table, start)[:size]
        except (KeyError, *_DAMAGED):
            return b""

    def _number(self, at: int) -> int:
        return int(struct.unpack_from("<I", self._content, at)[0])

    def _numbers(self, of: bytes) -> Sequence[int]:
        return struct.unpack(f"<{len(of) // 4}I", of)

    def _table(self) -> list[int]:
        """For each sector the one that follows it. The table lies in sectors that the head lists; in files over 7 MB the list goes
        on elsewhere, each piece ending in the number of the next."""
        sectors = _in_use(struct.unpack_from("<109I", self._content, 76))
        more = self._number(68)
        while more <= LAST_SECTOR and len(sectors) * self._size < len(self._content):  # a longer list goes in a circle
            *further, more = struct.unpack_from(f"<{self._size // 4}I", self._content, (more + 1) * self._size)
            sectors += _in_use(further)
        whole = f"<{self._size // 4}I"
        return [number for at in sectors for number in struct.unpack_from(whole, self._content, (at + 1) * self._size)]

    def _sectors(self, start: int) -> bytes:
        return _joined(self._content, self._size, self._size, self._following, start)


def _in_use(numbers: Iterable[int]) -> list[int]:
    return [number for number in numbers if number <= LAST_SECTOR]


def _joined(content: bytes, first: int, size: int, following: Sequence[int], start: int) -> bytes:
    """The chain of sectors of this size that begins at number `start`; number 0 lies at byte `first`. A last one that was cut
    short is filled up. An `IndexError` where the chain leads out of the file or the table, or goes in a circle."""
    pieces: list[bytes] = []
    at = start
    while at <= LAST_SECTOR:
        place = first + at * size
        if place >= len(content) or len(pieces) * size >= len(content):
            raise IndexError(at)
        pieces.append(content[place : place + size].ljust(size, b"\0"))
        at = following[at]
    return b"".join(pieces)


def _beside(directory: bytes, top: int) -> dict[str, Stream]:
    """The streams that stand beside entry `top`: entries of a level form a tree by left and right."""
    found: dict[str, Stream] = {}
    seen: set[int] = set()
    waiting = [top]
    while waiting:
        entry = waiting.pop()
        if entry > LAST_SECTOR or entry in seen:
            continue
        seen.add(entry)
        name, length, kind, left, right, _, start, size = _ENTRY.unpack_from(directory, entry * _ENTRY.size)
        waiting += [left, right]
        if kind == _STREAM:
            found[name[: max(length - 2, 0)].decode("utf-16-le", "replace")] = Stream(start, size)
    return found
