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
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import NoReturn

import polars as pl

from canbao.documents import refusals
from canbao.documents.columns import CATEGORY_HEADERS, KNOWN_HEADERS
from canbao.documents.refusals import (
    DamagedFile,
    EmptyFile,
    FileTooLarge,
    NoHeader,
    NoRows,
    NoSuchSheet,
    NotASpreadsheet,
    SeveralSheets,
    TookTooLong,
    TooManyCells,
    TooMuchMemory,
)
from canbao.documents.table import HEADER_WITHIN, Table, table_of

MEGABYTE = 1 << 20
MOST_CONTROLS = 20  # of so many characters one may be a control character, in what is still text
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


def read_spreadsheet(
    content: bytes,
    *,
    sheet: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    headers: Collection[str] = KNOWN_HEADERS,
) -> Table:
    """The one list in an .xlsx, .xls, .ods or text table; with `sheet`, the list on that sheet.

    The kind is found from the content, never from a name. Sheets without a header are passed over when another has
    one. Says no, in this order: `EmptyFile`, `FileTooLarge`, then what the child found (`NotASpreadsheet`,
    `WrittenDocument`, `PictureOfAList`, `PackedFile`, `PasswordProtected`, `UnknownEncoding`, `StrayQuote`, `DamagedFile`,
    `TooMuchMemory`, `TookTooLong`, `TooManyCells`), then `NoRows`, `NoSuchSheet`, `NoHeader`, `SeveralSheets`.
    """
    grids = _grids(content, limits)
    if not grids:
        raise NoRows
    if sheet is not None:
        if sheet not in grids:
            raise NoSuchSheet(sheet=sheet, seen="、".join(grids))
        return table_of(sheet, *grids[sheet], headers, CATEGORY_HEADERS)
    found, first_no = [], None
    for name, (texts, numeric) in grids.items():
        try:
            found.append(table_of(name, texts, numeric, headers, CATEGORY_HEADERS))
        except (NoHeader, NoRows) as no:
            first_no = first_no or no
    if first_no is not None and not found:
        if isinstance(first_no, NoHeader) and any(_is_noise(texts) for texts, _ in grids.values()):
            raise NotASpreadsheet(seen="二进制数据")
        raise first_no
    if len(found) > 1:
        raise SeveralSheets(count=len(found), seen="、".join(f"{table.sheet}（{table.height} 行）" for table in found))
    return found[0]


def _is_noise(texts: pl.DataFrame) -> bool:
    """Bytes of something else that happen to be characters: many of them are control characters, which nobody types."""
    seen = "".join(cell or "" for row in texts.head(HEADER_WITHIN).iter_rows() for cell in row)
    return len(_CONTROLS.findall(seen)) * MOST_CONTROLS > len(seen)


Grids = dict[str, tuple[pl.DataFrame, pl.DataFrame]]


def _grids(content: bytes, limits: Limits) -> Grids:
    if not content.strip():
        raise EmptyFile
    if len(content) > limits.file_bytes:
        raise FileTooLarge(size=len(content) // MEGABYTE, most=limits.file_bytes // MEGABYTE)
    head, _, body = _run_child(content, limits).partition(b"\n")
    answer = json.loads(head)
    if "stopped" in answer:
        _refuse(answer["stopped"], answer["words"], limits)
    grids: Grids = {}
    for name, texts_size, numeric_size in answer["sheets"]:
        texts = pl.read_ipc_stream(io.BytesIO(body[:texts_size]))
        numeric = pl.read_ipc_stream(io.BytesIO(body[texts_size : texts_size + numeric_size])) if numeric_size else None
        grids[name] = texts, _no_numbers(texts) if numeric is None else numeric
        body = body[texts_size + numeric_size :]
    return grids


def _run_child(content: bytes, limits: Limits) -> bytes:
    command = [sys.executable, "-I", "-m", "canbao.documents.child", json.dumps(asdict(limits))]
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
    starved = any(word in child.stderr.lower() for word in (b"memory", b"capacity overflow"))
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
