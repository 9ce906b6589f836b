"""Rows that the sender's spreadsheet does not show: told in a sentence, and marked one by one on the list.

A filter over a large list hides rows in a hundred thousand stretches; a bit for each row of the sheet is never more than 128 KB.
"""

from typing import Any

from canbao.documents.table import Hidden

RANGES_TOLD = 8


def told(hidden: Hidden | None) -> dict[str, Any] | None:
    """How many rows, and the first stretches of them; None where the format does not say."""
    if hidden is None:
        return None
    return {"rows": hidden.rows, "ranges": hidden.ranges[:RANGES_TOLD], "more": len(hidden.ranges) > RANGES_TOLD}


def marks_of(hidden: Hidden | None) -> bytes:
    """Bit `row % 8` of byte `row // 8` for every hidden row, as the margin numbers it; as long as the last one needs."""
    ranges = hidden.ranges if hidden else ()
    marks = bytearray(max((last for _, last in ranges), default=-1) // 8 + 1)
    for first, last in ranges:
        for row in range(first, last + 1):
            marks[row // 8] |= 1 << row % 8
    return bytes(marks)


def is_marked(marks: bytes, row: int) -> bool:
    return row // 8 < len(marks) and bool(marks[row // 8] >> row % 8 & 1)
