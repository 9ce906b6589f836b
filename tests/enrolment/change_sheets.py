"""Base tables that come back: what a village was given, with what it wrote on it."""

from typing import Any

from canbao.access.scope import within
from canbao.documents.sheets import Sheet, Value, workbook_of
from canbao.enrolment.domain.base import NUMBER, number_of
from canbao.enrolment.models import BaseRow, BaseTable
from canbao.reports.base_papers import COLUMNS
from tests.county import VILLAGE, everybody

AT = {column.header: nth for nth, column in enumerate(COLUMNS)}


def sheet(*new: dict[str, Any], village: str = VILLAGE, number: str | None = None, titled: bool = True, **written: dict[str, Any]) -> bytes:  # fmt: skip
    """The base table of a village with what is `written` beside people, by their names, and `new` rows at the end."""
    with within(everybody()):
        table = BaseTable.objects.order_by("pk").last()
        rows = []
        for base in (
            BaseRow.objects.filter(table=table, division=village)
            .select_related("resident", "household")
            .order_by("nth")
        ):
            row: list[Value] = [""] * len(COLUMNS)
            row[:7] = [base.nth, base.household.code, base.resident.name, base.resident.relation, base.resident.sex, base.resident.born_on, base.resident.masked_number]  # fmt: skip
            rows.append(_with(row, written.get(base.resident.name, {})))
        rows += [_with([""] * len(COLUMNS), one) for one in new]
        subtitle = f"{NUMBER} {number or number_of(table, village)}　待遇期"
    page = Sheet(name="底表", columns=[_as_text(column) for column in COLUMNS], rows=rows)
    return workbook_of(
        [Sheet(page.name, page.columns, page.rows, title="示例一村 底表", subtitle=subtitle) if titled else page]
    )


def _with(row: list[Value], written: dict[str, Any]) -> list[Value]:
    for header, value in written.items():
        row[AT[header]] = value
    return row


def _as_text(column: Any) -> Any:
    return column
