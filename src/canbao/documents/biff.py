"""The records of an .xls ([MS-XLS]; 5.0/95 wrote the ones used here in the same way): which rows are hidden.

The stream of a workbook is a row of records, each with its kind and length before it. First stand those of the whole
workbook, then those of each sheet; each part goes from a BOF to an EOF.
"""

import re
import struct
from collections.abc import Iterator

_BOF, _EOF, _ENCRYPTED, _SHEET, _ROW, _OTHER_ROWS = 0x0809, 0x000A, 0x002F, 0x0085, 0x0208, 0x0225
_HEAD = struct.Struct("<HH")
MOST_ROWS = 1 << 16


def sheets(records: bytes) -> list[int]:
    """Where each sheet begins, in the order of the workbook; none where it cannot be told or is encrypted."""
    starts: list[int] = []
    try:
        for kind, data in _part(records, 0, {_SHEET, _ENCRYPTED}):
            if kind == _ENCRYPTED:
                return []
            starts += struct.unpack_from("<I", data)
    except struct.error:
        return []
    return starts


def hidden_rows(records: bytes, start: int) -> list[tuple[int, int]] | None:
    """The rows that somebody hid, or that a filter hides, of the sheet that begins at `start`: first and last of each stretch, as
    the margin numbers them. None where the sheet's records cannot be followed to their end."""
    told: dict[int, bool] = {}
    others = False
    try:
        for kind, data in _part(records, start, {_ROW, _OTHER_ROWS}):
            if kind == _ROW:
                row, options = struct.unpack_from("<H10xH", data)
                told[row] = bool(options & 0x20)
            else:  # whoever hides all rows below the list hides those that have no record
                others = bool(struct.unpack_from("<H", data)[0] & 0x02)
    except struct.error:
        return None
    hides = bytearray([others]) * MOST_ROWS
    for row, is_hidden in told.items():
        hides[row] = is_hidden
    return [(stretch.start() + 1, stretch.end()) for stretch in re.finditer(b"\1+", hides)]


def _part(records: bytes, start: int, kinds: set[int]) -> Iterator[tuple[int, bytes]]:
    """The records of these kinds, from the BOF at `start` to the next EOF; that of a chart within a sheet comes after its rows.
    A `struct.error` where no part begins there, or the stream ends before it."""
    at = start
    kind, length = _HEAD.unpack_from(records, at)
    if kind != _BOF:
        raise struct.error("no part of a workbook begins here")
    while kind != _EOF:
        if kind in kinds:
            yield kind, records[at + 4 : at + 4 + length]
        at += 4 + length
        kind, length = _HEAD.unpack_from(records, at)
