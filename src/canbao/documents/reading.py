"""Open a spreadsheet from outside: in a child process with limits, then find the list in it.

`read_spreadsheet` is the door. It never raises anything but a refusal for what a file may contain: a file that makes
the reader abort, run on or eat memory ends the child, and the sender gets a sentence about it.
"""

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import NoReturn

import polars as pl

from canbao.documents import refusals
from canbao.documents.columns import CATEGORY_HEADERS, KNOWN_HEADERS
from canbao.documents.refusals import (
    DamagedFile,
    DocumentRefusal,
    EmptyFile,
    FileTooLarge,
    ListIsHidden,
    NoHeader,
    NoRows,
    NoSuchSheet,
    NotASpreadsheet,
    SeveralSheets,
    TookTooLong,
    TooManyCells,
    TooMuchMemory,
)
from canbao.documents.table import HEADER_WITHIN, HeaderRows, OtherSheet, Table, Top, hidden_among, table_of, top_of

MEGABYTE = 1 << 20
MOST_CONTROLS = 20  # of so many characters one may be a control character, in what is still text
Chosen = str | int | None
"""A sheet by its name, or by its place in the file from 0; None: nobody chose one."""
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. The defaults hold a county's largest roster with room to spare."""

    file_bytes: int = 64 * MEGABYTE
    unpacked_bytes: int = 768 * MEGABYTE
    memory_bytes: int = 3072 * MEGABYTE  # address space of the child, its libraries included
    cpu_seconds: int = 45
    wall_seconds: int = 55  # a clear answer within a minute
    rows: int = 1 << 20  # what a sheet can hold
    columns: int = 300
    cells: int = 12_000_000


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds: its lists, the sheets that are none, and why there is not just one list to take (`no`). `tops` are the
    beginnings of the sheets at whose header somebody may point, or has."""

    tables: tuple[Table, ...]
    others: tuple[OtherSheet, ...]
    no: DocumentRefusal | None = None
    tops: tuple[Top, ...] = ()

    @property
    def the_list(self) -> Table:
        """The one list, or the refusal that says why there is none."""
        if self.no is not None:
            raise self.no
        return self.tables[0]


def read_spreadsheet(
    content: bytes,
    *,
    sheet: Chosen = None,
    header_rows: HeaderRows | None = None,
    limits: Limits = DEFAULT_LIMITS,
    headers: Collection[str] = KNOWN_HEADERS,
) -> Table:
    """The one list in an .xlsx, .xls, .ods or text table; with `sheet`, the list on that sheet.

    `sheet` is a name, or a place in the file counted from 0. The kind is found from the content, never from a name. Sheets without a header are passed over when another has
    one; hidden ones too, unless they are asked for. `header_rows` is where somebody said that the header of that sheet is. Rows that are hidden are read, and told.
    Says no, in this order: `EmptyFile`, `FileTooLarge`, then what the child found (`NotASpreadsheet`,
    `WrittenDocument`, `PictureOfAList`, `PackedFile`, `PasswordProtected`, `UnknownEncoding`, `StrayQuote`, `DamagedFile`,
    `TooMuchMemory`, `TookTooLong`, `TooManyCells`), then `NoSuchSheet`, `NoRows`, `NoHeader`, `NoSuchHeader`, `ListIsHidden`,
    `SeveralSheets`.
    """
    return look_into(content, sheet=sheet, header_rows=header_rows, limits=limits, headers=headers).the_list


def look_into(
    content: bytes,
    *,
    sheet: Chosen = None,
    header_rows: HeaderRows | None = None,
    limits: Limits = DEFAULT_LIMITS,
    headers: Collection[str] = KNOWN_HEADERS,
) -> Contents:
    """All lists in a file, for whoever has to choose one of them; with `sheet`, that one alone, whose header is at `header_rows`
    where somebody said so.

    Says no as `read_spreadsheet` does, but where somebody can choose a sheet or point at a header: then it is `Contents.no`.
    """
    grids, hidden = _grids(content, sheet, limits)
    others = list(hidden)
    if sheet is not None:
        chosen = next((grid for grid in grids if sheet in (grid.name, grid.at)), None)
        if chosen is None:
            raise NoSuchSheet(
                sheet=sheet, seen="、".join([*(grid.name for grid in grids), *(one.name for one in hidden)])
            )
        others += [OtherSheet(grid.name, is_hidden=False, at=grid.at) for grid in grids if grid is not chosen]
        try:
            table = _table(chosen, headers, others, header_rows)
        except NoHeader as no:
            others.append(OtherSheet(chosen.name, is_hidden=False, at=chosen.at))
            return Contents((), tuple(others), no, (_top(chosen),))
        return Contents((table,), tuple(others), tops=(_top(chosen),) if header_rows is not None else ())
    found, tops, first_no = [], [], None
    for grid in grids:
        try:
            found.append(_table(grid, headers, others))
        except (NoHeader, NoRows) as no:
            first_no = first_no or no
            tops += [_top(grid)] if isinstance(no, NoHeader) else []
            others.append(OtherSheet(grid.name, is_hidden=False, at=grid.at))
    if not found and hidden:
        told = first_no if isinstance(first_no, NoHeader) else ListIsHidden(seen="、".join(one.name for one in hidden))
        return Contents((), tuple(others), told, tuple(tops))
    if not found and isinstance(first_no, NoHeader) and any(_is_noise(grid.texts) for grid in grids):
        raise NotASpreadsheet(seen="二进制数据")
    if not found and isinstance(first_no, NoHeader):
        return Contents((), tuple(others), first_no, tuple(tops))
    if not found:
        raise first_no or NoRows()
    if len(found) > 1:
        seen = "、".join(f"{table.sheet}（{table.height} 行）" for table in found)
        return Contents(tuple(found), tuple(others), SeveralSheets(count=len(found), seen=seen))
    return Contents((replace(found[0], other_sheets=tuple(others)),), tuple(others))


def _top(grid: "Grid") -> Top:
    return top_of(grid.at, grid.name, grid.texts, grid.numeric)


def _table(
    grid: "Grid", headers: Collection[str], others: Sequence[OtherSheet], header_rows: HeaderRows | None = None
) -> Table:
    table = table_of(grid.name, grid.texts, grid.numeric, headers, CATEGORY_HEADERS, header_rows=header_rows)
    return replace(table, at=grid.at, hidden=hidden_among(table, grid.hidden_rows), other_sheets=tuple(others))


def _is_noise(texts: pl.DataFrame) -> bool:
    """Bytes of something else that happen to be characters: many of them are control characters, which nobody types."""
    seen = "".join(cell or "" for row in texts.head(HEADER_WITHIN).iter_rows() for cell in row)
    return len(_CONTROLS.findall(seen)) * MOST_CONTROLS > len(seen)


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet as it came, `at` which place. `hidden_rows` are first and last of each range; None where the format does not say."""

    at: int
    name: str
    texts: pl.DataFrame
    numeric: pl.DataFrame
    hidden_rows: list[tuple[int, int]] | None


def _grids(content: bytes, sheet: Chosen, limits: Limits) -> tuple[list[Grid], list[OtherSheet]]:
    """The sheets that were read, and those that are hidden."""
    if not content.strip():
        raise EmptyFile
    if len(content) > limits.file_bytes:
        raise FileTooLarge(size=len(content) // MEGABYTE, most=limits.file_bytes // MEGABYTE)
    head, _, body = _run_child(content, sheet, limits).partition(b"\n")
    answer = json.loads(head)
    if "stopped" in answer:
        _refuse(answer["stopped"], answer["words"], limits)
    grids = []
    for at, name, texts_size, numeric_size, hidden_rows in answer["sheets"]:
        texts = pl.read_ipc_stream(io.BytesIO(body[:texts_size]))
        numeric = pl.read_ipc_stream(io.BytesIO(body[texts_size : texts_size + numeric_size])) if numeric_size else None
        grids.append(Grid(at, name, texts, _no_numbers(texts) if numeric is None else numeric, hidden_rows))
        body = body[texts_size + numeric_size :]
    return grids, [OtherSheet(name, is_hidden=True, at=at) for at, name in answer["hidden"]]


def _run_child(content: bytes, sheet: Chosen, limits: Limits) -> bytes:
    command = [sys.executable, "-I", "-m", "canbao.documents.child", json.dumps(asdict(limits) | {"sheet": sheet})]
    # One thread each, and memory as it is needed: threads and pools take address space, which a list does not need.
    quiet = {
        "PATH": os.environ.get("PATH", ""), "POLARS_MAX_THREADS": "1", "RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }  # fmt: skip
    try:
        child = subprocess.run(  # noqa: S603 - our own interpreter and module
            command, input=content, capture_output=True, timeout=limits.wall_seconds, env=quiet, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TookTooLong(seconds=limits.wall_seconds) from error
    if child.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise TookTooLong(seconds=limits.cpu_seconds)
    starved = any(word in child.stderr.lower() for word in (b"memory", b"capacity overflow", b"start new thread"))
    if child.returncode == -signal.SIGABRT or (child.returncode != 0 and starved):
        raise TooMuchMemory
    if child.returncode != 0 or not child.stdout:
        raise DamagedFile
    return child.stdout


def _refuse(code: str, words: dict[str, object], limits: Limits) -> NoReturn:
    if code == TooManyCells.__name__:
        words |= {"most_rows": limits.rows, "most_columns": limits.columns, "most_cells": limits.cells}
    raise getattr(refusals, code)(**words)


def _no_numbers(texts: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame({name: pl.repeat(value=False, n=texts.height, eager=True) for name in texts.columns})
