"""The process in which a file from outside is opened: `python -I -m canbao.documents.child '<limits as JSON>'`.

The file comes on standard input; on standard output goes one line of JSON (which sheets, their hidden rows, and the names
of sheets that are hidden) and then, for each sheet, two Arrow streams (texts, and which cells were numbers; the second is
empty where none can be, in a text table). The process first takes its own rights to memory and time away. What the reader does after that, abort, run on or eat, ends this
process and nothing else; `reading` says what it means.

A reader of spreadsheets tells the type of a column, not of a cell. Asked for booleans it gives a value for numeric
cells only and nothing for text, which is how each cell's "was it a number" is learnt here (a test holds it to that).
"""

import csv
import io
import json
import posixpath
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Any, NamedTuple, NoReturn
from xml.etree import ElementTree as ET

import fastexcel
import polars as pl
import pyarrow as pa  # noqa: F401 - the reader takes it up later, when memory is short

from canbao.documents import biff, ole

ZIP_MAGIC = b"PK\x03\x04"
# What a file turned out to be, by how it begins: the refusal of `refusals` that says so.
OTHER_KINDS = {
    b"%PDF": "PictureOfAList",
    b"\x89PNG": "PictureOfAList",
    b"\xff\xd8\xff": "PictureOfAList",
    b"GIF8": "PictureOfAList",
    b"Rar!": "PackedFile",
    b"7z\xbc\xaf": "PackedFile",
    b"\x1f\x8b": "PackedFile",
    b"PK\x05\x06": "PackedFile",  # an empty one
    b"{\\rtf": "WrittenDocument",
}
BINARY = "二进制数据"
# Streams at the top of what Office wrote before 2007, and of what it encrypts.
SHEET_STREAMS, WRITTEN_STREAMS = ("Workbook", "Book"), {"WordDocument", "PowerPoint Document"}
ENCRYPTED = "EncryptedPackage"


class Stopped(Exception):
    """An expected end: `code` names a refusal of `refusals`, `words` are to be filled in."""

    def __init__(self, code: str, **words: object) -> None:
        super().__init__(code)
        self.code, self.words = code, words


Ranges = list[tuple[int, int]]
"""Rows as the margin numbers them, first and last."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`at` is its place in the file, from 0; `hidden_rows` is None where the format does not let us see them."""

    at: int
    name: str
    texts: bytes
    numeric: bytes
    hidden_rows: Ranges | None


class HiddenSheet(NamedTuple):
    """A sheet that is hidden is not read unless somebody asks for it."""

    at: int
    name: str


def main() -> None:
    """`limits` are those of `reading`, with `sheet`: the one that somebody chose, hidden or not, by name or place, or null."""
    limits = json.loads(sys.argv[1])
    content = sys.stdin.buffer.read()
    _confine(limits)
    try:
        found = list(_sheets(content, limits))
    except Stopped as end:
        _say({"stopped": end.code, "words": end.words})
    except MemoryError:
        _say({"stopped": "TooMuchMemory", "words": {}})
    sheets = [one for one in found if isinstance(one, Sheet)]
    head = [(one.at, one.name, len(one.texts), len(one.numeric), one.hidden_rows) for one in sheets]
    _say({"sheets": head, "hidden": [one for one in found if isinstance(one, HiddenSheet)]},
         *(blob for one in sheets for blob in (one.texts, one.numeric)))  # fmt: skip


def _confine(limits: dict[str, Any]) -> None:
    pl.DataFrame({"0": ["loads the library in full, so that a limit is met by the file and not by us"]})
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory_bytes"], limits["memory_bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"], limits["cpu_seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def _say(head: dict[str, Any], *blobs: bytes) -> NoReturn:
    out = sys.stdout.buffer
    out.write(json.dumps(head, ensure_ascii=False).encode() + b"\n")
    for blob in blobs:
        out.write(blob)
    out.flush()
    sys.exit(0)


def _sheets(content: bytes, limits: dict[str, Any]) -> Iterator[Sheet | HiddenSheet]:
    if content.startswith(ZIP_MAGIC):
        _check_archive(content, limits)
        yield from _workbook(content, limits)
    elif content.startswith(ole.MAGIC):
        container = ole.Container(content)
        if ENCRYPTED in container.streams:
            raise Stopped("PasswordProtected")
        workbook = next((name for name in SHEET_STREAMS if name in container.streams), None)
        if workbook is None and WRITTEN_STREAMS & container.streams.keys():
            raise Stopped("WrittenDocument")
        yield from _workbook(content, limits, container.read(workbook) if workbook else b"")
    else:
        yield from _text_table(content, limits)


def _check_archive(content: bytes, limits: dict[str, Any]) -> None:
    """The archive's own list of contents: a spreadsheet at all, and how large it says it will be."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            kind = archive.open("mimetype").read(100) if "mimetype" in archive.namelist() else b""  # of OpenDocument
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Stopped("DamagedFile") from error
    names = {entry.filename for entry in entries}
    if any(name.startswith(("word/", "ppt/")) for name in names) or kind.endswith((b".text", b".presentation")):
        raise Stopped("WrittenDocument")
    if "OFD.xml" in names:
        raise Stopped("PictureOfAList")
    if not any(name.startswith("xl/") or name == "content.xml" for name in names):
        raise Stopped("PackedFile")
    if sum(entry.file_size for entry in entries) > limits["unpacked_bytes"]:
        raise Stopped("TooMuchMemory")


def _workbook(content: bytes, limits: dict[str, Any], records: bytes = b"") -> Iterator[Sheet | HiddenSheet]:
    """`records` are those of an .xls, and nothing where they cannot be read."""
    try:
        reader, other = fastexcel.read_excel(content), fastexcel.read_excel(content)  # one serves one thread
    except fastexcel.FastExcelError as error:
        raise Stopped("DamagedFile") from error
    parts, concealed = _parts(content)
    starts = biff.sheets(records)
    # The reader lets go of the interpreter while it works: what a sheet is read for is read at once.
    # One thread to each, for `other` may still be at a sheet that was passed over when the next one is asked for.
    with ThreadPoolExecutor(1) as beside, ThreadPoolExecutor(1) as looking:
        for at, name in enumerate(reader.sheet_names):
            if name not in concealed or limits["sheet"] in (name, at):  # of others nothing but the name is told
                numbers = beside.submit(other.load_sheet, name, header_row=None, skip_rows=0, dtypes="boolean")
                if len(starts) == len(reader.sheet_names):
                    hidden = looking.submit(biff.hidden_rows, records, starts[at])
                else:
                    hidden = looking.submit(_hidden_rows_of, content, parts.get(name))
            try:
                sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            except fastexcel.FastExcelError as error:
                raise Stopped("DamagedFile") from error
            if sheet.total_height == 0 or sheet.width == 0:
                continue
            if sheet.visible != "visible" and limits["sheet"] not in (name, at):
                yield HiddenSheet(at, name)
                continue
            _check_size(name, sheet.total_height, sheet.width, limits)
            texts = _with_errors(sheet)
            del sheet
            yield Sheet(at, name, _stream(texts), _stream(numbers.result(), presence=True), hidden.result())


def _parts(content: bytes) -> tuple[dict[str, str], set[str]]:
    """Where in the archive each sheet of an .xlsx stands, by its name, and which of them are hidden; nothing for the other
    formats."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - this process is confined
            links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - the same
    except (
        zipfile.BadZipFile,
        KeyError,
        ET.ParseError,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
    ):
        return {}, set()
    targets = {link.get("Id"): posixpath.join("/xl", link.get("Target", "")).lstrip("/") for link in links}
    named, concealed = {}, set()
    for sheet in book.iter():
        link = next((value for key, value in sheet.items() if key.endswith("}id")), None)
        if sheet.tag.endswith("}sheet") and link in targets and targets[link].endswith(".xml"):
            named[sheet.get("name", "")] = posixpath.normpath(targets[link])
            if sheet.get("state") in ("hidden", "veryHidden"):
                concealed.add(sheet.get("name", ""))
    return named, concealed


_CHUNK, _LONGEST_TAG = 1 << 20, 1 << 16
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\b[^<>]*\bhidden\s*=\s*["'](?:1|true)["'][^<>]*>""")
_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d{1,7})["']""")


def _hidden_rows_of(content: bytes, part: str | None) -> Ranges | None:
    """The rows that somebody hid, or that a filter hides: both are written the same. The reader of cells passes over it.

    None where it cannot be told: a part that is not there, or rows that do not say which they are.
    """
    if part is None:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(part) as sheet:
            return _hidden_rows(sheet)
    except (zipfile.BadZipFile, KeyError, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return None


def _hidden_rows(sheet: IO[bytes]) -> Ranges | None:
    """Chunk by chunk, and closely only where the word stands at all: in most lists it never does."""
    ranges: Ranges = []
    rest = b""
    while chunk := sheet.read(_CHUNK):
        text = rest + chunk
        cut = text.rfind(b"<")
        if cut < 0 or text.find(b">", cut) >= 0:  # no tag is open at the end
            cut = len(text)
        rest = text[cut:]
        if len(rest) > _LONGEST_TAG:
            return None
        if text.find(b"hidden", 0, cut) < 0:
            continue
        for tag in _HIDDEN_ROW.finditer(text, 0, cut):
            number = _ROW_NUMBER.search(tag[0])
            if number is None:
                return None
            row = int(number[1])
            if ranges and ranges[-1][1] + 1 == row:
                ranges[-1] = (ranges[-1][0], row)
            else:
                ranges.append((row, row))
    return ranges


# As the reader calls what a formula came to, and as a spreadsheet shows it.
_ERRORS = {
    "NA": "#N/A", "GettingData": "#N/A", "Div0": "#DIV/0!", "Ref": "#REF!", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!",
    "Value": "#VALUE!",
}  # fmt: skip
_ERROR = re.compile(r"Error\((\w+)\)")


def _with_errors(sheet: Any) -> pl.DataFrame:
    """The texts of a sheet, with what stands where a formula failed: an empty cell there would be a person fewer."""
    batch, errors = sheet.to_arrow_with_errors()
    frame = pl.DataFrame(batch)
    frame.columns = [str(at) for at in range(frame.width)]
    by_column: dict[int, dict[int, str]] = {}
    for error in errors.errors if errors else ():
        if seen := _ERROR.search(error.detail):
            row, column = error.offset_position
            by_column.setdefault(column, {})[row] = _ERRORS.get(seen[1], "#N/A")
    for column, seen_at in by_column.items():
        frame = frame.with_columns(frame[str(column)].scatter(list(seen_at), list(seen_at.values())))
    return frame


def _text_table(content: bytes, limits: dict[str, Any]) -> Iterator[Sheet]:
    text = _decoded(content)
    start = text.lstrip()[:200].lower()
    if start.startswith(("<html", "<!doctype", "<table", "<?xml", "<meta")) or "<table" in start:
        raise Stopped("NotASpreadsheet", seen="网页或 XML（有的系统把网页存成 .xls）")
    rows: list[list[str]] = []
    mark = _delimiter(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    began = 1
    try:
        one_line = 0  # cells of the longest record that stands on one line
        for row in lines:
            if lines.line_num > began:
                _check_quotes(row, began, mark, at_most=one_line)
            else:
                one_line = max(one_line, len(row))
            rows.append(row)
            began = lines.line_num + 1
            if len(rows) > limits["rows"]:
                raise Stopped("TooManyCells", sheet="", rows=f"{limits['rows']} 以上", columns=len(row))
    except csv.Error as error:  # strict: a quote that nobody closed would swallow the rows up to the next one
        raise Stopped("StrayQuote", line=began) from error
    width = max((len(row) for row in rows), default=0)
    if width == 0:
        return
    _check_size("", len(rows), width, limits)
    columns = zip(*(row + [""] * (width - len(row)) for row in rows), strict=True)
    texts = pl.DataFrame([pl.Series(str(at), column) for at, column in enumerate(columns)])
    yield Sheet(0, "", _stream(texts), b"", hidden_rows=[])


_IDENTITY_LIKE = re.compile(r"[0-9０-９]{14}")


def _check_quotes(row: list[str], began: int, mark: str, *, at_most: int) -> None:
    """Two stray quotes, such as ditto marks, make one cell of all that stands between them, and people are gone.

    Nobody can tell a swallowed row from a remark that looks like one, so several lines in a cell may be prose and nothing
    else. Where one mark ends a line and the other begins the next, nothing stands between them, but two rows have grown
    together: the record is longer than any on one line (`at_most`).
    """
    several = [cell for cell in row if "\n" in cell or "\r" in cell]
    if any(mark in cell or _IDENTITY_LIKE.search(cell) for cell in several) or (
        len(row) > at_most and not all(cell.strip() for cell in several)
    ):
        raise Stopped("StrayQuote", line=began)


def _decoded(content: bytes) -> str:
    """Strict UTF-8 first, then GB18030, which would read almost anything; UTF-16 only by its mark."""
    for magic, code in OTHER_KINDS.items():
        if content.startswith(magic):
            raise Stopped(code)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in content:
        raise Stopped("NotASpreadsheet", seen=BINARY)
    else:
        encodings = ["utf-8-sig", "gb18030"]
    line = 1
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            continue
        if "\0" in text:  # in UTF-16, where every other byte may be one
            raise Stopped("NotASpreadsheet", seen=BINARY)
        return text
    raise Stopped("UnknownEncoding", line=line)


def _delimiter(text: str) -> str:
    """The separator that stands most often in the first lines; titles have none."""
    lines = text.splitlines()[:20]
    return max(",\t;|，", key=lambda mark: sum(line.count(mark) for line in lines))


def _check_size(sheet: str, rows: int, columns: int, limits: dict[str, Any]) -> None:
    if rows > limits["rows"] or columns > limits["columns"] or rows * columns > limits["cells"]:
        raise Stopped("TooManyCells", sheet=sheet, rows=rows, columns=columns)


def _stream(sheet: Any, *, presence: bool = False) -> bytes:
    """An Arrow stream of the sheet with columns "0", "1" …; with `presence`, of whether each cell has a value."""
    frame: pl.DataFrame = sheet if isinstance(sheet, pl.DataFrame) else sheet.to_polars()
    frame.columns = [str(at) for at in range(frame.width)]
    out = io.BytesIO()
    (frame.select(pl.all().is_not_null()) if presence else frame).write_ipc_stream(out)
    return out.getvalue()


if __name__ == "__main__":
    main()
