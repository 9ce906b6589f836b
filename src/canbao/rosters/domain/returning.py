"""The department's own list back, with what became of each row beside it.

It is their own file again: their columns, their rows where they were, their numbers as they wrote them. The numbers are
unsealed for that, which goes on record. Long numbers in other columns stay covered: they were never kept.
"""

from collections.abc import Iterator
from itertools import islice

import polars as pl
from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.sealing import unseal
from canbao.documents.table import ROW, LeftOut
from canbao.documents.writing import REMARK, Answer, Tone, answer_sheet
from canbao.rosters.domain.handling import check_may_handle
from canbao.rosters.models import Outcome, Roster
from canbao.rosters.queries import counts_by_outcome

TONES = {
    Outcome.TAKEN: Tone.GOOD,
    Outcome.CORRECTED: Tone.GOOD,
    Outcome.LOOK: Tone.LOOK,
    Outcome.REFUSED: Tone.BAD,
}
_AT_ONCE = 5_000  # rows that are fetched together
_ROW = {ROW: pl.Int64, "seen": pl.String, "name": pl.String, "number": pl.String, "category": pl.String} | REMARK


@transaction.atomic
def give_back(roster: Roster, *, by: Staff) -> bytes:
    """An .xlsx with the columns 结果, 原因 and 怎么办 behind their own, wrong cells coloured, and a summary.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NotYourDepartment`.
    """
    check_may_handle(by, county=roster.county, department=roster.department)
    rows = _rows(roster)
    answer = answer_sheet(
        Answer(
            sheet=roster.sheet,
            header_row=roster.header_row,
            columns=roster.columns,
            titles=roster.titles,
            left_out=[LeftOut(**left) for left in roster.left_out],
            rows=rows,
            summary=[
                ("部门", roster.department),
                ("文件", roster.file_name),
                ("在册截止日", roster.cut_off_on.isoformat()),
                ("全量名单", "是" if roster.is_full else "否（增补）"),
                *((outcome.label, str(count)) for outcome, count in counts_by_outcome(roster).items()),
            ],
        )
    )
    # last, for it holds everybody up who has something to record
    record(
        "roster.given_back", f"roster:{roster.pk}", county=roster.county, actor=f"staff:{by.username}", rows=rows.height
    )
    return answer


def _rows(roster: Roster) -> pl.DataFrame:
    """As `Answer` has them; a few thousand at a time, for as objects they take ten times the room."""
    lines, some = _lines(roster), []
    while at_once := list(islice(lines, _AT_ONCE)):
        some.append(_as_it_came(roster, pl.DataFrame(at_once, schema=_ROW, orient="row")))
    return pl.concat(some)  # a list has at least one row


def _lines(roster: Roster) -> Iterator[tuple[object, ...]]:
    """As `_ROW` has them."""
    kept = ("row", "number_sealed", "name", "category_text", "outcome", "why", "remedy", "wrong")
    rows = roster.rows.order_by("row").values_list(Cast("seen", TextField()), *kept)
    for seen, row, sealed, name, category, said, why, remedy, wrong in rows.iterator(_AT_ONCE):
        outcome, number = Outcome(said), unseal(sealed) if sealed is not None else ""
        marked = [roster.fields[field] for field in wrong if field in roster.fields]
        yield row, seen, name, number, category, TONES[outcome].name, outcome.label, why, remedy, marked


def _as_it_came(roster: Roster, rows: pl.DataFrame) -> pl.DataFrame:
    """Each cell under its own column again."""
    own = {roster.fields[field]: field for field in ("name", "number", "category") if field in roster.fields}
    others = [str(at) for at in range(len(roster.columns)) if at not in own]
    seen = rows["seen"].str.json_decode(pl.Struct(dict.fromkeys(others, pl.String))).struct
    cells = [
        (rows[own[at]] if at in own else seen.field(str(at)).fill_null("")).alias(str(at))
        for at in range(len(roster.columns))
    ]
    return rows.select(ROW, *cells, *REMARK)
