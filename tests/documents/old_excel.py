"""A writer of the smallest .xls that readers accept: BIFF8 records in an OLE container, texts, numbers and hidden rows only;
and of containers that are something else.

For tests alone: no package writes the old format any more, and departments still send it.
"""

import struct
from collections.abc import Collection, Mapping, Sequence

SECTOR = 512
SHORT = 64
FREE, END_OF_CHAIN, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


Rows = Sequence[Sequence[str | float | None]]


def xls(sheet: str, rows: Rows, *, embedded: str = "", **how: object) -> bytes:
    """With `embedded`, an object lies in it that has a stream of this name; `how` is that of `sheet_records`."""
    return _container(workbook_stream({sheet: sheet_records(rows, **how)}), embedded=embedded)


def book(sheets: Mapping[str, bytes], *, short: bool = False, before: bytes = b"") -> bytes:
    """Several sheets, each by its records; `before` are records that stand before those that name the sheets. With `short`
    the stream lies in short sectors, as those below 4096 bytes do."""
    return _container(workbook_stream(sheets, before), short=short)


def old_file(stream: str, *, embedded: str = "") -> bytes:
    """What another program wrote: the name of its stream tells which."""
    return _container(b"", name=stream, embedded=embedded)


def as_a_large_one(content: bytes) -> bytes:
    """The same with the list of its tables in a sector of its own, where it stands beyond the first 109 tables (7 MB)."""
    elsewhere = content[76:SECTOR].ljust(SECTOR - 4, b"\xff") + struct.pack("<I", END_OF_CHAIN)
    head = content[:68] + struct.pack("<II", len(content) // SECTOR - 1, 1) + struct.pack("<109I", *[FREE] * 109)
    return head + content[SECTOR:] + elsewhere


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


END = record(0x0A)


def sheet_records(rows: Rows, *, hidden: Collection[int] | None = None, others_hidden: bool = False) -> bytes:
    """With `hidden`, these rows (as the margin numbers them) are hidden and every row says whether it is; without it none has a
    record of its own. `others_hidden` hides the rows that have none."""
    cells = b""
    for at, row in enumerate(rows):
        if hidden is not None:
            cells += record(
                0x208, struct.pack("<HHHHIHH", at, 0, len(row), 255, 0, 0x120 if at + 1 in hidden else 0x100, 15)
            )
        for column, value in enumerate(row):
            place = struct.pack("<HHH", at, column, 0)
            if isinstance(value, str):
                cells += record(0x204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
            elif value is not None:
                cells += record(0x203, place + struct.pack("<d", value))
    width = max((len(row) for row in rows), default=0)
    return (
        record(0x809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
        + record(0x225, struct.pack("<HH", 2 if others_hidden else 0, 255))
        + record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
        + cells
        + END
    )


def workbook_stream(sheets: Mapping[str, bytes], before: bytes = b"") -> bytes:
    bof = record(0x809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    at = len(bof + before + END) + sum(len(record(0x85, bytes(8) + name.encode("utf-16-le"))) for name in sheets)
    named = b""
    for name, records in sheets.items():
        named += record(0x85, struct.pack("<IHBB", at, 0, len(name), 1) + name.encode("utf-16-le"))
        at += len(records)
    return bof + before + named + END + b"".join(sheets.values())


def _container(stream: bytes, *, name: str = "Workbook", embedded: str = "", short: bool = False) -> bytes:
    """One stream, whose sectors lie backwards, so that nobody reads it right without the table of what follows what. Beside
    it, a folder with an empty one."""
    size = len(stream) if short else max(len(stream), 4096)
    short_sectors = _backwards(stream.ljust(-(-size // SHORT) * SHORT, b"\0"), SHORT) if short else b""
    outer = short_sectors or stream.ljust(size, b"\0")
    sectors = -(-len(outer) // SECTOR)
    outer = _backwards(outer.ljust(sectors * SECTOR, b"\0"), SECTOR)
    fat_sectors = 1 + (sectors + 3) // 128
    chain = [FAT_SECTOR] * fat_sectors + [END_OF_CHAIN] * 2  # the directory, and the table of short sectors
    first = len(chain)
    chain += _chain_backwards(first, sectors)
    chain += [FREE] * (fat_sectors * 128 - len(chain))
    short_chain = _chain_backwards(0, len(short_sectors) // SHORT)
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
        + struct.pack("<IIIII", 0, fat_sectors, fat_sectors, 0, 4096)
        + struct.pack("<IIII", fat_sectors + 1, 1, END_OF_CHAIN, 0)
    )
    header += struct.pack("<109I", *range(fat_sectors), *[FREE] * (109 - fat_sectors))
    fat = struct.pack(f"<{len(chain)}I", *chain)
    last = first + sectors - 1
    root = (last, len(short_sectors)) if short else (END_OF_CHAIN, 0)
    start = len(short_chain) - 1 if short else last
    directory = _entry("Root Entry", 5, *root, child=1)
    if embedded:
        directory += _entry(name, 2, start, size, right=2)
        directory += _entry("MBD0001", 1, 0, 0, child=3) + _entry(embedded, 2, END_OF_CHAIN, 0)
    else:
        directory += _entry(name, 2, start, size)
    short_table = struct.pack("<128I", *short_chain, *[FREE] * (128 - len(short_chain)))
    return header + fat + directory.ljust(SECTOR, b"\0") + short_table + outer


def _backwards(stream: bytes, size: int) -> bytes:
    return b"".join(stream[at : at + size] for at in range(len(stream) - size, -1, -size))


def _chain_backwards(first: int, count: int) -> list[int]:
    return [END_OF_CHAIN, *range(first, first + count - 1)][:count]


def _entry(name: str, kind: int, start: int, size: int, *, child: int = FREE, right: int = FREE) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text), kind, 1, FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
