"""Whatever stands in the cells: the import does not fail, every row has one verdict, and no number is kept in sight."""

import csv
from pathlib import Path

from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from canbao.documents.columns import fields_frame, find_columns
from canbao.documents.reading import read_spreadsheet
from canbao.rosters.models import Outcome
from tests.county import PEOPLE, County
from tests.rosters.files import imported, number_of

NUMBERS = [number_of(name) for name in PEOPLE]
CATEGORIES = [
    "低保",
    "低保、五保户",
    "贫困户",
    "重度残疾（1-2级）",
    "低收入残疾人",
    "低保;贫困户",
    "、",
    "级",
    "(一级)",
]
anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=30)
odd_row = st.tuples(
    st.sampled_from([*PEOPLE, "", "赵 大", *NUMBERS[:2]]) | anything,
    st.sampled_from([*NUMBERS, "", "1.1E+17", NUMBERS[0][:15], NUMBERS[0].lower(), "无"]) | anything,
    st.sampled_from(CATEGORIES) | anything,
    st.sampled_from(["", "一级", "3", "A类", "无", "1-2级", "1-4级"]) | anything,
    st.sampled_from(["", "示例一村", "示例一村村委会"]) | anything,
    st.sampled_from(["", "2021-01-01", *NUMBERS[:3]]) | anything,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(odd_row, min_size=1, max_size=25))
@example(rows=[("=1+1", "", "", "", "", ""), ("\x01", "\x7f", "\ufeff", "\u202e", "²", "①")])
def test_every_row_has_one_verdict(county: County, tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    header = ["姓名", "身份证号", "类别", "等级", "村", "备注"]
    file = tmp_path / "odd.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerows([header, ("赵大", number_of("赵大"), "低保", "", "", ""), *rows])
    table = read_spreadsheet(file.read_bytes())
    expected = fields_frame(table, find_columns(table))["row"].to_list()
    with transaction.atomic():
        roster = imported(county, file)
        found = list(roster.rows.order_by("row").values_list("row", "outcome", "why"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT w::text FROM rosters_rosterrow w WHERE roster_id = %s", [roster.pk])
            kept = "\n".join(row[0] for row in cursor.fetchall())
        transaction.set_rollback(True)  # one example leaves nothing to the next

    assert [row for row, _, _ in found] == expected
    assert all(outcome in Outcome.values and why for _, outcome, why in found)
    assert [number for number in NUMBERS if number in kept] == []
