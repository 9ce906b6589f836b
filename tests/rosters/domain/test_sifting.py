"""What is taken as a set is taken one by one, too: the same verdict for every row, whichever way it went."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from canbao.config.sample.faulty import LAYOUTS
from canbao.documents.columns import KNOWN_HEADERS, Field
from canbao.documents.table import table_of
from canbao.rosters.domain import importing
from canbao.rosters.domain.cells import kept
from canbao.rosters.domain.sifting import seen_beside
from canbao.rosters.models import Outcome, Roster, RosterRow
from tests.collection.racing import as_owner
from tests.county import County
from tests.rosters.files import HEADER, imported, listed, text_table
from tests.rosters.register import ON, registered, written

SAME = (
    "row", "name", "number_tail", "category_text", "categories", "seen", "outcome", "why", "remedy", "wrong", "resident", "division",
)  # fmt: skip


def everything(roster: Roster) -> list[tuple[Any, ...]]:
    return list(roster.rows.order_by("row").values_list(*SAME))


def nothing_is_plain(fields: pl.DataFrame, *_: Any) -> pl.DataFrame:
    empty = [pl.lit(None, pl.Int64).alias("resident"), pl.lit(None, pl.String).alias("division")]
    return fields.clear().with_columns(empty)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_row_gets_the_same_verdict_as_a_set_and_alone(
    county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: str
) -> None:
    kind = LAYOUTS[layout]
    path = tmp_path / f"{layout}.{kind.suffix}"
    written(registered(2), path, kind, rows=1500)
    how = {"department": kind.department, "cut_off_on": ON}
    with transaction.atomic():
        as_a_set = everything(imported(county, path, **how))
        transaction.set_rollback(True)
    sets = []
    monkeypatch.setattr(importing, "plain_rows", lambda *given: sets.append(given) or nothing_is_plain(*given))
    alone = everything(imported(county, path, **how))

    assert len(sets) == 1
    assert Counter(outcome for _, _, _, _, _, _, outcome, *_ in alone)[Outcome.TAKEN] > 1300
    assert [(one, other) for one, other in zip(as_a_set, alone, strict=True) if one != other] == []


@pytest.fixture
def read_alone(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows were read one by one, of each part of a list."""
    read: list[int] = []
    reading = importing.incoming_rows
    monkeypatch.setattr(
        importing,
        "incoming_rows",
        lambda table, fields, **how: read.append(fields.height) or reading(table, fields, **how),
    )
    return read


def test_of_a_good_list_hardly_a_row_is_read_alone(county: County, tmp_path: Path, read_alone: list[int]) -> None:
    planted = written(registered(2), tmp_path / "civil.xlsx", LAYOUTS["civil"], rows=1500)
    imported(county, tmp_path / "civil.xlsx", department=LAYOUTS["civil"].department, cut_off_on=ON)

    assert 0 < sum(read_alone) < 2 * len(planted.faults)


def test_a_departments_own_way_of_writing_sends_no_list_the_slow_way(
    county: County, tmp_path: Path, read_alone: list[int]
) -> None:
    """How a category was read is said of each row and is no reason to look at each of them."""
    rows = [(*listed("赵大", "低保A类"), ""), (*listed("赵妻", "低保、重度残疾"), "四级")]
    path = text_table(tmp_path / "a.csv", rows, encoding="utf-8", header=(*HEADER, "残疾等级"))
    roster = imported(county, path, own_spellings={"低保A类": "低保对象"})

    assert sum(read_alone) == 0
    assert [(row.outcome, row.why.rpartition("，")[-1].rpartition("读作")[-1]) for row in roster.rows.order_by("row")] == [
        ("corrected", "「低保对象」。"), ("corrected", "该项未采用。"),
    ]  # fmt: skip


cells = st.one_of(
    st.text(max_size=30),
    st.text('0123456789-" \\\0\n张', max_size=30),
    st.sampled_from(["", "备注", "13812345678", "34062119800101001X"]),
)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=12))
def test_the_other_cells_are_kept_as_if_one_by_one(rows: list[tuple[str, str]]) -> None:
    header = ("姓名", "身份证号", "备注一", "备注二")
    grid = pl.DataFrame([header, *(("赵大", "号码", *row) for row in rows)], schema=["0", "1", "2", "3"], orient="row")
    table = table_of("", grid, pl.DataFrame({name: [False] * grid.height for name in grid.columns}), KNOWN_HEADERS)
    seen = seen_beside(table, {Field.NAME: 0, Field.NUMBER: 1}, table.texts["row"])

    expected = [
        {str(at): kept(text, 200) for at, text in enumerate(texts, 2) if text}
        for _, _, _, *texts in table.texts.iter_rows()
    ]
    assert [json.loads(one) for one in seen] == expected


@pytest.mark.parametrize("column", ["roster_id", "resident_id"])
def test_a_row_points_at_nothing_that_is_not_there(county: County, tmp_path: Path, column: str) -> None:
    """The tables have no constraint of their own for it: it would lock each person of a list, one by one."""
    roster = imported(county, text_table(tmp_path / "a.csv", [listed("赵大")], encoding="utf-8"))
    row = roster.rows.get()
    row.pk, row.row = None, 99
    setattr(row, column, 987654321)

    with pytest.raises(IntegrityError, match="not there"), transaction.atomic():
        row.save(force_insert=True)
    assert RosterRow.objects.filter(row=99).count() == 0


@pytest.mark.parametrize("table", ["rosters_roster", "rosters_rosterrow"])
def test_a_list_and_its_rows_are_never_removed_not_by_the_owner_either(real_county: County, table: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        as_owner(f"DELETE FROM {table}")
