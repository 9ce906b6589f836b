"""A list as its sender made it: header, cells, and the row numbers that the sender sees in the margin.

A `Table` is made from a raw grid by finding the row of headers (departments put merged titles and dates above it) and
by leaving out what is not a person: totals, repeated headers, notes and signatures. What was left out is told.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from canbao.documents.refusals import NoHeader, NoRows, NoSuchHeader

HEADER_WITHIN = 30
TOP_ROWS = 15  # of a sheet, for whoever points at its header
ROW = "row"

_COUNT = r"[\d.,，]*[人户名元个]?"
_TOTALS_CELL = r"^(?:总|合|小|共|累)\s*计[:：]?$"
# What a count in words looks like: 合计, 总计20人, 总人数35. Nobody has such a name.
_TOTALS = re.compile(rf"(?:(?:总|合|小|共|累)计|总人数|总户数)(?:人数|户数|金额)?(?:{_COUNT})*")
# Of a place, a page or a kind of people; 王小计 and 欧阳小计 are somebody's names.
_TOTALS_OF = re.compile(
    rf"(?:.{{1,11}}[村居区镇乡道组队庄湾场县市页会员象户类级保困]|[本全村镇乡县组页])(?:总|合|小|共|累)计(?:人数|户数|金额)?(?:{_COUNT})*"
)
_NOTE = re.compile(
    r"(?:备?注|说明|填表说?明?|制表|填表|填报|审核|经办|复核|负责|单位|日期|联系|注意).{0,8}[:：]|以下(?:空白|无正文)|[(（]?(?:转|接)[上下]页"
)
_IN_BRACKETS = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]")
_MARKS = re.compile(r"[\s*＊:：、\u200b\ufeff]+")
_IDENTITY_LIKE = re.compile(r"[0-9０-９]{14}")
_LONG_DIGITS = re.compile(r"[0-9０-９]{6,}[0-9０-９Xx]*")


class Cell(NamedTuple):
    """Text as the sender sees it, "" where empty; `is_number` when the spreadsheet held a number and not text."""

    text: str
    is_number: bool


class Row(NamedTuple):
    number: int
    cells: tuple[Cell, ...]


class LeftOut(NamedTuple):
    """A row that is no person: its number, its first text, and why."""

    row: int
    text: str
    why: str


class OtherSheet(NamedTuple):
    """A sheet that was not taken: it is hidden, or holds no list, or another list. `at` is its place in the file, from 0."""

    name: str
    is_hidden: bool
    at: int = 0


HeaderRows = tuple[int, int]
"""The first and the last row of a header that somebody pointed at, as the margin numbers them."""


class Top(NamedTuple):
    """The first rows of the sheet `at` that are not empty, each with its number in the margin, for whoever points at its header."""

    at: int
    sheet: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


class Hidden(NamedTuple):
    """Rows of people that the sender's spreadsheet does not show, hidden by hand or by a filter: they are read like the
    others, and told. `ranges` are first and last, as the margin numbers them."""

    rows: int
    ranges: tuple[tuple[int, int], ...]


NONE_HIDDEN = Hidden(0, ())


@dataclass(frozen=True, slots=True)
class Table:
    """One list. `columns` are the header texts in order, "" where a column has none.

    `texts` has the column `row` (the number in the margin, from 1) and the columns "0", "1" … in the sender's order;
    `numeric` says for the same cells whether they held a number. `titles` is what stood above the header. `hidden` is None
    where the format does not let us see which rows are hidden. `at` is the place of its sheet in the file, from 0.
    """

    sheet: str
    header_row: int
    columns: tuple[str, ...]
    texts: pl.DataFrame
    numeric: pl.DataFrame
    titles: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    hidden: Hidden | None = NONE_HIDDEN
    other_sheets: tuple[OtherSheet, ...] = ()
    at: int = 0

    @property
    def height(self) -> int:
        return self.texts.height

    @property
    def row_numbers(self) -> list[int]:
        return self.texts[ROW].to_list()

    def rows(self) -> Iterator[Row]:
        """Row by row; for large tables use the frames."""
        for (number, *texts), flags in zip(self.texts.iter_rows(), self.numeric.iter_rows(), strict=True):
            yield Row(number, tuple(map(Cell, texts, flags)))


def plain_header(text: str) -> str:
    """A header without spaces, marks and remarks in brackets: `* 身份证号 (18位)` → `身份证号`."""
    return _MARKS.sub("", _IN_BRACKETS.sub("", text)).casefold()


def table_of(
    sheet: str, texts: pl.DataFrame, numeric: pl.DataFrame, headers: Collection[str], categories: Collection[str] = (),
    *, header_rows: HeaderRows | None = None,
) -> Table:  # fmt: skip
    """The table in a raw grid (columns "0", "1" …, no header). `headers` are the known header texts, plain; `categories`
    those of them under which it stands what somebody is; `header_rows` is where somebody said that the header is.

    Says no, in this order: `NoRows` (an empty grid), `NoHeader` or `NoSuchHeader`, `NoRows` (a header and nobody under it).
    """
    filled = _filled(_tidied(texts, numeric))
    if filled.is_empty():
        raise NoRows
    top, at = _header_between(filled, headers) if header_rows is None else _header_pointed_at(filled, header_rows)
    words = filled[top : at + 1].rows()
    header = (words[-1][0], *(low or high for high, low in zip(words[0][1:], words[-1][1:], strict=True)))
    titles = tuple(text for row in filled[:top].iter_rows() for text in row[1:] if text)
    kept, left_out = _without_remarks(filled[at + 1 :], header[1:], headers, categories)
    if kept.is_empty():
        raise NoRows
    numeric = numeric.with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.Int64))
    return Table(
        sheet=sheet,
        header_row=header[0],
        columns=tuple(header[1:]),
        texts=kept,
        numeric=kept.select(ROW).join(numeric, on=ROW, how="left", maintain_order="left").drop(ROW),
        titles=titles,
        left_out=left_out,
    )


def top_of(at: int, sheet: str, texts: pl.DataFrame, numeric: pl.DataFrame) -> Top:
    """What stands at the beginning of a raw grid."""
    filled = _filled(_tidied(texts.head(HEADER_WITHIN), numeric.head(HEADER_WITHIN))).head(TOP_ROWS)
    return Top(at, sheet, tuple((number, tuple(cells)) for number, *cells in filled.iter_rows()))


def hidden_among(table: Table, hidden_rows: Collection[tuple[int, int]] | None) -> Hidden | None:
    """Which of a list's people stand in hidden rows; a blank row between two hidden ones breaks no range."""
    if hidden_rows is None:
        return None
    rows = table.texts[ROW]
    firsts = pl.Series([first for first, _ in hidden_rows], dtype=pl.Int64)
    lasts = pl.Series([last for _, last in hidden_rows], dtype=pl.Int64)
    if firsts.is_empty():
        return NONE_HIDDEN
    at = firsts.search_sorted(rows, side="right").cast(pl.Int64) - 1  # the last range that begins at or before the row
    is_hidden = (at >= 0) & (rows <= lasts.gather(at.clip(lower_bound=0)))
    runs = is_hidden.rle().struct.unnest()
    ends = runs["len"].cum_sum().cast(pl.Int64)
    found = ((int(rows[int(end - length)]), int(rows[int(end - 1)]))
             for length, end, hides in zip(runs["len"], ends, runs["value"], strict=True) if hides)  # fmt: skip
    return Hidden(int(is_hidden.sum()), tuple(found))


def looks_like_header(row: Sequence[str], headers: Collection[str]) -> bool:
    return sum(plain_header(text) in headers for text in row if text) >= 2


def _tidied(texts: pl.DataFrame, numeric: pl.DataFrame) -> pl.DataFrame:
    """No nulls, no outer space, dates without midnight, long numbers as the spreadsheet shows them."""
    names = texts.columns
    columns = []
    for name in names:
        text = pl.col(name).fill_null("").str.strip_chars().str.replace(r"^(\d{4}-\d\d-\d\d) 00:00:00$", "$1")
        if name in numeric.columns and numeric[name].any():
            shown = pl.when(text.str.contains(r"^\d{16,18}$")).then(_fifteen_digits(text)).otherwise(text)
            text = pl.when(numeric[name]).then(shown).otherwise(text)
        columns.append(text.alias(name))
    return texts.select(columns).with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.Int64))


def _filled(tidy: pl.DataFrame) -> pl.DataFrame:
    """The rows in which anything stands."""
    return tidy.filter(pl.any_horizontal(pl.exclude(ROW) != "")) if tidy.width > 1 else tidy.clear()


def _fifteen_digits(text: pl.Expr) -> pl.Expr:
    """A spreadsheet keeps fifteen digits of a number and shows zeros for the rest."""
    unit = pl.lit(10, dtype=pl.Int64).pow((text.str.len_chars() - 15).cast(pl.UInt32))
    whole = text.cast(pl.Int64, strict=False)
    return ((whole + unit // 2) // unit * unit).cast(pl.String)


def _header_between(filled: pl.DataFrame, headers: Collection[str]) -> tuple[int, int]:
    """The places of the first and the last row of the header, which is one row or two."""
    at = _header_at(filled, headers)
    if at + 1 < filled.height and _is_lower_header(filled.row(at), filled.row(at + 1), headers):
        return at, at + 1
    if at > 0 and _is_upper_header(filled.row(at - 1), filled.row(at), headers):
        return at - 1, at
    return at, at


def _header_pointed_at(filled: pl.DataFrame, header_rows: HeaderRows) -> tuple[int, int]:
    """The same, where somebody said it: one row that is not empty, or two between which nothing stands."""
    places = [at for at, row in enumerate(filled[ROW].head(HEADER_WITHIN)) if row in header_rows]
    if len(places) != len(set(header_rows)) or places[-1] - places[0] > 1:
        raise NoSuchHeader(row=header_rows[0])
    return places[0], places[-1]


def _header_at(filled: pl.DataFrame, headers: Collection[str]) -> int:
    for at, row in enumerate(filled.head(HEADER_WITHIN).iter_rows()):
        if looks_like_header(row[1:], headers):
            return at
    seen = [text for row in filled.head(3).iter_rows() for text in row[1:] if text][:12]
    shown = "、".join(_LONG_DIGITS.sub("…", text)[:20] for text in seen)
    raise NoHeader(rows=HEADER_WITHIN, seen=shown)


def _is_lower_header(upper: Sequence[object], lower: Sequence[object], headers: Collection[str]) -> bool:
    """The second of two header rows: words for columns, and nothing below a column that has its word already."""
    pairs = list(zip(_plain_words(upper), _plain_words(lower), strict=True))
    return any(low in headers for _, low in pairs) and not any(low for high, low in pairs if high in headers)


def _is_upper_header(upper: Sequence[object], lower: Sequence[object], headers: Collection[str]) -> bool:
    """The first of two, when the second has most of the words: it has words that we know where the second has none."""
    return any(high in headers and not low for high, low in zip(_plain_words(upper), _plain_words(lower), strict=True))


def _plain_words(row: Sequence[object]) -> list[str]:
    return [plain_header(str(text)) for text in row[1:]]


def _without_remarks(
    body: pl.DataFrame, header: Sequence[str], headers: Collection[str], categories: Collection[str]
) -> tuple[pl.DataFrame, tuple[LeftOut, ...]]:
    """The rows of people, and the others. Looked at closely: rows with few texts, with 合计 in front, or the header.

    Only words that we know make a header again: under 低收入 and 重残 a person's cells may say 低收入 and 重残.
    """
    names = [name for name in body.columns if name != ROW]
    few = pl.sum_horizontal([(pl.col(name) != "").cast(pl.Int32) for name in names]) <= 4
    totals = pl.any_horizontal([pl.col(name).str.contains(_TOTALS_CELL) for name in names[:3]])
    plain = [plain_header(text) for text in header]
    known = [at for at, text in enumerate(plain) if text in headers]
    held = [at for at, text in enumerate(plain) if text in categories]
    none = pl.lit(0)  # a header that somebody pointed at may have no word that we know
    again = pl.sum_horizontal([none, *((pl.col(names[at]) == header[at]).cast(pl.Int32) for at in known)]) >= 2
    left_out = []
    for number, *texts in body.filter(few | totals | again).iter_rows():
        is_header = sum(texts[at] == header[at] for at in known) >= 2
        if why := _why_no_person(texts, is_header=is_header, category="".join(texts[at] for at in held)):
            left_out.append(LeftOut(number, next(text for text in texts if text)[:30], why))
    gone = [remark.row for remark in left_out]
    return body.filter(~pl.col(ROW).is_in(gone)), tuple(left_out)


def _why_no_person(texts: Sequence[str], *, is_header: bool, category: str) -> str:
    """`category` is what the row says in that column. In doubt it is a person: better a total among the people, who are
    told of one by one, than a person of 小计庄 among the totals."""
    full = [text for text in texts if text]
    if any(_IDENTITY_LIKE.search(text) for text in full):
        return ""
    if is_header:
        return "重复的表头"
    few = len(full) <= 4
    if _is_total(full, category, few=few):
        return "合计行"
    return "说明或签章" if few and _NOTE.match(full[0]) else ""


def _is_total(full: Sequence[str], category: str, *, few: bool) -> bool:
    """Its word is the whole of the first text; or of one soon after, or after a place's name, where nobody has a category."""
    first, *_ = words = [_MARKS.sub("", _IN_BRACKETS.sub("", text)) for text in full[:3]]
    if re.match(_TOTALS_CELL, first) or (few and _TOTALS.fullmatch(first)):
        return True
    total = re.compile(f"{_TOTALS_CELL}|{_TOTALS.pattern}|{_TOTALS_OF.pattern}" if few else _TOTALS_CELL)
    has_category = not (re.fullmatch(_COUNT, category) or total.fullmatch(_MARKS.sub("", category)))
    return not has_category and any(total.fullmatch(word) for word in words)
