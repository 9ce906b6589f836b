"""A base table that came back, row by row: which change a village wrote, as far as the sheet alone says.

Whom a row means and whether the register can take it is asked by `change_tables`; here nothing is looked up.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from canbao.documents.table import Row, Table, plain_header
from canbao.enrolment.domain import change_sentences as say
from canbao.enrolment.domain.base import NUMBER
from canbao.enrolment.models import ChangeTableRow
from canbao.enrolment.refusals import NotABaseTable
from canbao.rosters.domain.days import read_day

What, Outcome = ChangeTableRow.What, ChangeTableRow.Outcome

NTH, HOUSEHOLD, NAME, RELATION, IDENTITY = "序号", "农户编码", "姓名", "与户主关系", "证件号码"
CHANGE, DAY, NEW_NAME, NEW_NUMBER = "变动", "变动日期", "更正后姓名", "更正后证件号码"
HEADERS = frozenset(map(plain_header, (NTH, HOUSEHOLD, NAME, RELATION, IDENTITY, CHANGE, DAY, NEW_NAME, NEW_NUMBER)))
_NEEDED = (NTH, NAME, CHANGE)
_NUMBERED = re.compile(NUMBER + r"\s*[:：]?\s*(\d{12})-(\d{1,18})(?!\d)")
_WORDS: Mapping[str, What] = {
    **dict.fromkeys(("死亡", "去世", "亡故", "身故", "已故"), What.DIED),
    **dict.fromkeys(("迁出", "迁走", "外迁", "户口迁出"), What.MOVED),
    **dict.fromkeys(("参加职工医保", "职工医保", "职工", "转职工"), What.EMPLOYED),
    **dict.fromkeys(("更正", "更改", "变更", "信息更正"), What.NAME),
    **dict.fromkeys(("新增", "增加", "新加", "补录"), What.ADDED),
}
_NO_CHANGE = frozenset({"", "续保", "在册", "无", "无变动", "没有变动", "√", "✓"})
_OWN_WORDS = frozenset({"死亡", "迁出", "参加职工医保", "更正", "新增"})
_NO_DAY_OF_MONTH = re.compile(r"\d{4}[-/.年]\d{1,2}月?|\d{6}")
_GONE = frozenset({What.DIED, What.MOVED, What.EMPLOYED})
_LONG_NUMBER = 15  # digits that a spreadsheet keeps of a number


@dataclass(frozen=True, slots=True)
class Entry:
    """One change as it was written. `number` is whole, as typed; it is sealed before it is kept."""

    row: int
    nth: int | None
    name: str
    what: What
    on: date | None = None
    new_name: str = ""
    number: str = ""
    household_code: str = ""
    relation: str = ""
    outcome: Outcome = Outcome.TAKEN
    why: str = ""
    remedy: str = ""


def which_table(table: Table) -> tuple[str, int]:
    """The village and the base table that the sheet says it is of. Says no: `NotABaseTable`."""
    found = _NUMBERED.search("　".join(table.titles))
    plain = {plain_header(text) for text in table.columns}
    missing = [header for header in _NEEDED if plain_header(header) not in plain]
    if found is None or missing:
        raise NotABaseTable(missing="、".join(missing) if missing else NUMBER)
    return found[1], int(found[2])


def entries_of(table: Table) -> tuple[list[Entry], int]:
    """What was written, and how many rows changed nothing."""
    places = {plain_header(text): at for at, text in reversed(list(enumerate(table.columns)))}
    found, same = [], 0
    for row in table.rows():
        written = list(_entries(_Line(row, places)))
        found += written
        same += not written
    return found, same


class _Line:
    """A row by the names of its columns; a column that the village deleted is empty."""

    def __init__(self, row: Row, places: Mapping[str, int]) -> None:
        self.row, self._places = row, places

    def text(self, header: str) -> str:
        at = self._places.get(plain_header(header))
        return "" if at is None else unicodedata.normalize("NFKC", self.row.cells[at].text).strip()

    def was_rounded(self, header: str) -> bool:
        at = self._places.get(plain_header(header))
        return at is not None and self.row.cells[at].is_number and len(self.text(header)) >= _LONG_NUMBER


def _entries(line: _Line) -> Iterator[Entry]:
    said, nth = line.text(CHANGE), line.text(NTH)
    what = _WORDS.get(said)
    new_name, new_number = line.text(NEW_NAME), line.text(NEW_NUMBER)
    about = {
        "row": line.row.number,
        "nth": int(nth) if nth.isdecimal() and len(nth) < 10 else None,
        "name": line.text(NAME),
    }
    if said in _NO_CHANGE and not new_name and not new_number:
        if about["nth"] is None and (about["name"] or line.text(IDENTITY)):
            yield _refused(about, say.NOTHING_SAID, say.SAY_ADDED)
        return
    if what is None and said not in _NO_CHANGE:
        yield _refused(about, say.NO_SUCH_CHANGE.format(said=said[:20]), say.SAY_ONE_OF)
    elif what is What.ADDED:
        yield _added(line, about)
    elif what in _GONE and (new_name or new_number):
        yield _refused(about, say.TWO_THINGS, say.SAY_ONE)
    elif what in _GONE:
        yield _gone(line, about, what, said)
    elif not new_name and not new_number:
        yield _refused(about, say.CORRECTED_TO_NOTHING, say.SAY_TO_WHAT)
    else:
        yield from _corrections(line, about, said, new_name, new_number)


def _gone(line: _Line, about: dict[str, object], what: What, said: str) -> Entry:
    text = line.text(DAY)
    on = read_day(text)
    if on is None:
        return _refused(about, say.NO_DAY, say.SAY_WHICH_DAY, what)
    if not isinstance(on, date) or _NO_DAY_OF_MONTH.fullmatch(text):
        return _refused(about, say.NOT_A_DAY.format(text=text[:20]), say.SAY_A_WHOLE_DAY, what)
    notes = [say.READ_AS.format(said=said, taken=what.label)] if said not in _OWN_WORDS else []
    notes += [say.DAY_READ_AS.format(text=text[:20], day=on)] if text != on.isoformat() else []
    return Entry(**about, what=what, on=on, outcome=Outcome.CORRECTED if notes else Outcome.TAKEN, why="；".join(notes))


def _corrections(line: _Line, about: dict[str, object], said: str, new_name: str, new_number: str) -> Iterator[Entry]:
    note = (
        say.READ_AS_CORRECTION
        if said in _NO_CHANGE
        else ""
        if said in _OWN_WORDS
        else say.READ_AS.format(said=said, taken="更正")
    )
    how = {"outcome": Outcome.CORRECTED if note else Outcome.TAKEN, "why": note}
    if new_name:
        yield Entry(**about, what=What.NAME, new_name=new_name, **how)
    if new_number and line.was_rounded(NEW_NUMBER):
        yield _rounded(about, What.NUMBER)
    elif new_number:
        yield Entry(**about, what=What.NUMBER, number=new_number, **how)


def _added(line: _Line, about: dict[str, object]) -> Entry:
    header = IDENTITY if line.text(IDENTITY) else NEW_NUMBER
    if line.was_rounded(header):
        return _rounded(about, What.ADDED)
    if not line.text(header) or not about["name"] or not line.text(HOUSEHOLD):
        return _refused(
            about,
            say.ADDED_IN_PART,
            say.SAY_ALL_THREE,
            What.ADDED,
        )
    said = line.text(CHANGE)
    note = "" if said in _OWN_WORDS else say.READ_AS.format(said=said, taken="新增")
    return Entry(
        **about | {"nth": None}, what=What.ADDED, number=line.text(header), household_code=line.text(HOUSEHOLD), relation=line.text(RELATION),
        outcome=Outcome.CORRECTED if note else Outcome.TAKEN, why=note,
    )  # fmt: skip


def _rounded(about: dict[str, object], what: What) -> Entry:
    return _refused(about, say.ROUNDED, say.SAY_AS_TEXT, what)


def _refused(about: dict[str, object], why: str, remedy: str, what: What = What.UNKNOWN) -> Entry:
    return Entry(**about, what=what, outcome=Outcome.REFUSED, why=why, remedy=remedy)
