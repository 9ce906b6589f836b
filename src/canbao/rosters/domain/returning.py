"""The department's own list back, with what became of each row beside it.

It is their own file again: their columns, their rows where they were, their numbers as they wrote them. The numbers are
unsealed for that, which goes on record. Long numbers in other columns stay covered: they were never kept.
"""

from collections import Counter

import polars as pl
from django.db import transaction

from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.sealing import unseal
from canbao.documents.table import ROW, LeftOut, Table
from canbao.documents.writing import Remark, Tone, answer_sheet
from canbao.rosters.domain.handling import check_may_handle
from canbao.rosters.models import Outcome, Roster, RosterRow

TONES = {
    Outcome.TAKEN: Tone.GOOD,
    Outcome.CORRECTED: Tone.GOOD,
    Outcome.LOOK: Tone.LOOK,
    Outcome.REFUSED: Tone.BAD,
}


@transaction.atomic
def give_back(roster: Roster, *, by: Staff) -> bytes:
    """An .xlsx with the columns 结果, 原因 and 怎么办 behind their own, wrong cells coloured, and a summary.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NotYourDepartment`.
    """
    check_may_handle(by, county=roster.county, department=roster.department)
    rows = list(roster.rows.order_by("row"))
    counts = Counter(row.outcome for row in rows)
    summary = [
        ("部门", roster.department),
        ("文件", roster.file_name),
        ("在册截止日", roster.cut_off_on.isoformat()),
        ("全量名单", "是" if roster.is_full else "否（增补）"),
        *((outcome.label, str(counts[outcome.value])) for outcome in Outcome),
    ]
    answer = answer_sheet(_as_it_came(roster, rows), [_remark(roster, row) for row in rows], summary=summary)
    record(
        "roster.given_back", f"roster:{roster.pk}", county=roster.county, actor=f"staff:{by.username}", rows=len(rows)
    )
    return answer


def _as_it_came(roster: Roster, rows: list[RosterRow]) -> Table:
    places = {field: str(at) for field, at in roster.fields.items()}
    columns = [str(at) for at in range(len(roster.columns))]
    cells = [_cells(row, places) for row in rows]
    texts = pl.DataFrame(
        {ROW: [row.row for row in rows]} | {at: [own.get(at, "") for own in cells] for at in columns},
        schema={ROW: pl.Int64} | dict.fromkeys(columns, pl.String),
    )
    return Table(
        sheet=roster.sheet,
        header_row=roster.header_row,
        columns=tuple(roster.columns),
        texts=texts,
        numeric=pl.DataFrame(dict.fromkeys(columns, [False] * len(rows))),
        titles=tuple(roster.titles),
        left_out=tuple(LeftOut(**left) for left in roster.left_out),
    )


def _cells(row: RosterRow, places: dict[str, str]) -> dict[str, str]:
    """The row's cells by the place of their column."""
    cells = row.seen | {places["name"]: row.name}
    if row.number_sealed is not None:
        cells[places["number"]] = unseal(row.number_sealed)
    if "category" in places:
        cells[places["category"]] = row.category_text
    return cells


def _remark(roster: Roster, row: RosterRow) -> Remark:
    wrong = tuple(roster.fields[field] for field in row.wrong if field in roster.fields)
    outcome = Outcome(row.outcome)
    return Remark(row.row, outcome.label, TONES[outcome], row.why, row.remedy, wrong)
