"""A writer of the smallest .xls that readers accept: BIFF8 records in an OLE container, texts and numbers only; and of
containers that are something else.

For tests alone: no package writes the old format any more, and departments still send it.
"""

import struct
from collections.abc import Sequence

SECTOR = 512
FREE, END_OF_CHAIN, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xls(sheet: str, rows: Sequence[Sequence[str | float | None]], *, embedded: str = "") -> bytes:
    """With `embedded`, an object lies in it that has a stream of this name."""
    return _container(_workbook_stream(sheet, rows), embedded=embedded)


def old_file(stream: str, *, embedded: str = "") -> bytes:
    """What another program wrote: the name of its stream tells which."""
    return _container(b"", name=stream, embedded=embedded)


def as_a_large_one(content: bytes) -> bytes:
    """The same with the list of its tables in a sector of its own, where it stands beyond the first 109 tables (7 MB)."""
    elsewhere = content[76:SECTOR].ljust(SECTOR - 4, b"\xff") + struct.pack("<I", END_OF_CHAIN)
    head = content[:68] + struct.pack("<II", len(content) // SECTOR - 1, 1) + struct.pack("<109I", *[FREE] * 109)
    return head + content[SECTOR:] + elsewhere


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _workbook_stream(sheet: str, rows: Sequence[Sequence[str | float | None]]) -> bytes:
    bof = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)
    name = sheet.encode("utf-16-le")
    bound = struct.pack("<HBB", 0, len(sheet), 1) + name
    globals_size = len(_record(0x809, bof)) + len(_record(0x85, b"\0\0\0\0" + bound)) + len(_record(0x0A))
    cells = b""
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            place = struct.pack("<HHH", at, column, 0)
            if isinstance(value, str):
                cells += _record(0x204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
            elif value is not None:
                cells += _record(0x203, place + struct.pack("<d", value))
    width = max((len(row) for row in rows), default=0)
    dimensions = _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    sheet_bof = struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)
    return (
        _record(0x809, bof)
        + _record(0x85, struct.pack("<I", globals_size) + bound)
        + _record(0x0A)
        + _record(0x809, sheet_bof)
        + dimensions
        + cells
        + _record(0x0A)
    )


def _container(stream: bytes, *, name: str = "Workbook", embedded: str = "") -> bytes:
    """One stream, long enough to need no short sectors; its sectors lie in order. Beside it, a folder with an empty one."""
    size = max(len(stream), 4096)
    sectors = -(-size // SECTOR)
    stream = stream.ljust(sectors * SECTOR, b"\0")
    fat_sectors = 1 + (sectors + 2) // 128
    chain = [FAT_SECTOR] * fat_sectors + [END_OF_CHAIN]
    first = len(chain)
    chain += [first + at + 1 for at in range(sectors - 1)] + [END_OF_CHAIN]
    chain += [FREE] * (fat_sectors * 128 - len(chain))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
        + struct.pack("<IIIIIIIII", 0, fat_sectors, fat_sectors, 0, 4096, END_OF_CHAIN, 0, END_OF_CHAIN, 0)
    )
    header += struct.pack("<109I", *range(fat_sectors), *[FREE] * (109 - fat_sectors))
    fat = struct.pack(f"<{len(chain)}I", *chain)
    directory = _entry("Root Entry", 5, END_OF_CHAIN, 0, child=1)
    if embedded:
        directory += _entry(name, 2, first, size, right=2)
        directory += _entry("MBD0001", 1, 0, 0, child=3) + _entry(embedded, 2, END_OF_CHAIN, 0)
    else:
        directory += _entry(name, 2, first, size)
    return header + fat + directory.ljust(SECTOR, b"\0") + stream


def _entry(name: str, kind: int, start: int, size: int, *, child: int = FREE, right: int = FREE) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text), kind, 1, FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
