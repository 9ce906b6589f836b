"""The same table from Parquet to Parquet: the same answers, and everything else as it was."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canbao.policy import BadFacts, load_pack, table_file
from canbao.policy.answer_columns import IN_YUAN
from canbao.policy.table import tabulate
from canbao.policy.table_file import Unreadable, tabulate_file
from canbao.policy.thrift import decoded, encoded
from tests.policy.test_table import EXAMPLES, PACKS, SCHEMA, people

SUIXI = load_pack("suixi-2022")
WRITERS: dict[str, dict[str, Any]] = {
    "as-it-comes": {},
    "plain": {"use_dictionary": False, "compression": "none"},
    "second-version": {"data_page_version": "2.0", "compression": "zstd", "write_page_index": True},
    "no-arrow": {"store_schema": False, "write_statistics": False},
}


@pytest.mark.parametrize("key", ["tiny", "suixi", "huilong-2020", *EXAMPLES])
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_file_says_what_the_table_says(key: str, data: st.DataObject, tmp_path: Path) -> None:
    pack = {**PACKS, **EXAMPLES}[key]
    rows = data.draw(st.lists(people(pack), max_size=12))
    left_out = data.draw(st.sets(st.sampled_from(list(SCHEMA))))
    population = pl.DataFrame(rows, schema=SCHEMA).drop(left_out).with_row_index("号码")
    codes = data.draw(st.sampled_from([False, True]))
    given_ = with_codes(population.to_arrow()) if codes else population.to_arrow()
    options = data.draw(st.sampled_from(list(WRITERS.values())))
    pq.write_table(given_, tmp_path / "in.parquet", row_group_size=data.draw(st.integers(1, 5)), **options)

    assert tabulate_file(pack, tmp_path / "in.parquet", tmp_path / "out.parquet") == len(rows)

    expected = tabulate(pack, population)
    written = pq.read_table(tmp_path / "out.parquet")
    assert written.select(expected.columns).to_pylist() == expected.to_dicts()
    assert pl.read_parquet(tmp_path / "out.parquet").select(expected.columns).to_dicts() == expected.to_dicts()
    assert written.column_names == [*expected.columns, *IN_YUAN]


def with_codes(table: pa.Table) -> pa.Table:
    """The texts as a dictionary's codes."""
    texts = [field.name for field in table.schema if pa.types.is_large_string(field.type)]
    for name in texts:
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, table.column(name).cast(pa.string()).dictionary_encode())
    return table


def written(tmp_path: Path, population: pa.Table, **options: Any) -> pq.ParquetFile:
    pq.write_table(population, tmp_path / "in.parquet", **options)
    tabulate_file(SUIXI, tmp_path / "in.parquet", tmp_path / "out.parquet")
    return pq.ParquetFile(tmp_path / "out.parquet")


def test_the_amounts_stand_in_yuan_beside_the_fen(tmp_path: Path) -> None:
    table = written(tmp_path, pa.table({"categories": ["低保", "重点优抚"]})).read()

    assert table["pays"].to_pylist() == ["40.00", None]
    assert table["individual"].to_pylist() == ["320.00", "320.00"]
    assert table["pays_fen"].to_pylist() == [4000, None]


def test_a_file_may_gain_just_the_answers_that_are_wanted(tmp_path: Path) -> None:
    pq.write_table(pa.table({"categories": ["低保", "重点优抚"]}), tmp_path / "in.parquet")
    wanted = ["pays", "refusal.code", "covered_from"]

    tabulate_file(SUIXI, tmp_path / "in.parquet", tmp_path / "out.parquet", answers=wanted)

    table = pq.read_table(tmp_path / "out.parquet")
    assert table.column_names == ["categories", "covered_from", "refusal.code", "pays"]
    assert (table["pays"].to_pylist(), table["refusal.code"].to_pylist()) == (["40.00", None], [None, None])


@pytest.mark.parametrize("wanted", [["pays"], ["pays_fen"], ["refusal.code"]])
def test_an_answer_does_not_become_a_second_column_of_that_name(wanted: list[str], tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": [1], wanted[0]: ["mine"]}), tmp_path / "in.parquet")

    with pytest.raises(BadFacts, match=rf"^{wanted[0]}: 人口表里已有这些列"):
        tabulate_file(SUIXI, tmp_path / "in.parquet", tmp_path / "out.parquet", answers=wanted)
    assert not (tmp_path / "out.parquet").exists()


def test_other_columns_are_copied_byte_for_byte(tmp_path: Path) -> None:
    """Their pages, what is said of them, and what the writer said of the file."""
    names = pa.array([f"名{n % 7}" for n in range(1000)]).dictionary_encode()
    population = pa.table({"名": names, "数": pa.array(range(1000), pa.uint16())}).replace_schema_metadata({"由": "甲"})

    after = written(tmp_path, population, row_group_size=300)
    before = pq.ParquetFile(tmp_path / "in.parquet")

    assert after.metadata.num_row_groups == before.metadata.num_row_groups == 4
    assert after.schema_arrow.names[:2] == before.schema_arrow.names
    assert after.schema_arrow.field("名").type == names.type
    assert after.schema_arrow.metadata == before.schema_arrow.metadata == {"由".encode(): "甲".encode()}
    for group in range(4):
        for column in range(2):
            assert chunk(tmp_path / "in.parquet", before, group, column) == chunk(
                tmp_path / "out.parquet", after, group, column
            )
            says = [file.metadata.row_group(group).column(column).statistics.to_dict() for file in (before, after)]
            assert says[0] == says[1]


def chunk(path: Path, file: pq.ParquetFile, group: int, column: int) -> bytes:
    says = file.metadata.row_group(group).column(column)
    start = says.dictionary_page_offset if says.has_dictionary_page else says.data_page_offset
    return path.read_bytes()[start : start + says.total_compressed_size]


def test_a_footer_is_written_as_it_was_read(tmp_path: Path) -> None:
    population = pa.table({"a": [[{"b": 1.5, "c": [True]}]], "d": [date(2021, 1, 1)]})
    for at, options in enumerate(WRITERS.values()):
        file = tmp_path / f"{at}.parquet"
        pq.write_table(population, file, **options)
        data = file.read_bytes()
        footer = data[-8 - int.from_bytes(data[-8:-4], "little") : -8]

        assert encoded(decoded(footer)) == footer


def test_files_of_other_writers_gain_columns_too(tmp_path: Path) -> None:
    population = pl.DataFrame({"categories": [["低保对象"], [], None] * 50, "n": range(150)})
    population.write_parquet(tmp_path / "in.parquet", row_group_size=40)

    tabulate_file(SUIXI, tmp_path / "in.parquet", tmp_path / "out.parquet")

    table = pl.read_parquet(tmp_path / "out.parquet")
    assert table.select(population.columns).equals(population)
    assert table["pays_fen"].to_list() == [4000, 32000, 32000] * 50
    assert pl.scan_parquet(tmp_path / "out.parquet").filter(pl.col("pays_fen") == 4000).collect().height == 50


def test_a_row_group_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a large one is; the words of all parts have the same numbers."""
    monkeypatch.setattr(table_file, "PART", 7)
    words = ["低保", "特困", None, "监测对象、低保", "重点优抚"]
    paid = [date(2021, 12, 20) + timedelta(days=n) for n in range(100)]
    population = pl.DataFrame(
        {"categories": [words[n // 3 % 5] for n in range(100)], "paid_on": paid, "born_on": paid[::-1]}
    )
    after = written(tmp_path, population.to_arrow())

    expected = tabulate(SUIXI, population)
    assert after.read(expected.columns).to_pylist() == expected.to_dicts()
    assert after.metadata.row_group(0).num_rows == 100


@pytest.mark.parametrize("columns", [{"categories": pa.array([], pa.string())}, {"号": pa.array([], pa.int8())}])
@pytest.mark.parametrize("row_groups", [0, 2])
def test_nobody_is_a_file_too(columns: dict[str, pa.Array], row_groups: int, tmp_path: Path) -> None:
    table = pa.table(columns)
    with pq.ParquetWriter(tmp_path / "in.parquet", table.schema) as writer:
        for _ in range(row_groups):
            writer.write_batch(pa.RecordBatch.from_pydict(columns))

    assert tabulate_file(SUIXI, tmp_path / "in.parquet", tmp_path / "out.parquet") == 0

    assert pq.read_table(tmp_path / "out.parquet").num_rows == 0
    assert pl.read_parquet(tmp_path / "out.parquet").columns[-1] == "government"


def test_a_file_without_facts_is_answered_for_everybody(tmp_path: Path) -> None:
    assert (
        written(tmp_path, pa.table({"号": [1, 2, 3]}), row_group_size=2).read()["pays_fen"].to_pylist() == [32000] * 3
    )


def test_the_population_may_be_its_own_target(tmp_path: Path) -> None:
    file = tmp_path / "people.parquet"
    pl.DataFrame({"categories": ["低保"]}).write_parquet(file)

    tabulate_file(SUIXI, file, file)

    assert pl.read_parquet(file)["pays"].to_list() == ["40.00"]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        pytest.param({"paid_on": ["2021-11-15"]}, r"^paid_on: 这一列应是日期", id="a-day-as-text"),
        pytest.param({"categories": [[3]]}, r"^categories\[0\]: ", id="a-number-for-a-name"),
        pytest.param({"categories": [{"name": "低保"}]}, "^categories: 应是一个列表", id="no-list"),
        pytest.param({"tier": [1.5]}, "^tier: 这一列不能是 double", id="a-part-of-a-tier"),
        pytest.param({"tier": [3]}, "^tier: 应是文字，而不是 3", id="a-number-for-a-tier"),
        pytest.param(
            {"employee_scheme": [{"months": -1}]}, r"^employee_scheme\.months: .*而不是 -1", id="less-than-nothing"
        ),
        pytest.param(
            {"employee_scheme": [{"left_on": "2021"}]}, r"^employee_scheme\.left_on: 这一列应是日期", id="inner-day"
        ),
        pytest.param({"other_cover": [{"placed": "a"}]}, r"^other_cover\.placed: 不认识的键", id="no-such-key"),
        pytest.param({"pays_fen": [3]}, "^pays_fen: 人口表里已有这些列", id="a-column-in-the-way"),
        pytest.param(
            {"born_on": pa.array([3_000_000], pa.int32()).view(pa.date32())}, "^born_on: .*不在日历上", id="no-calendar"
        ),
        pytest.param(
            {"categories": [[{"name": "低保", "since": None}]], "on": [date(2021, 1, 1)], "paid_on": [1]},
            "^paid_on: 这一列应是日期，而不是 int64",
            id="a-number-for-a-day",
        ),
    ],
)
def test_what_cannot_be_read_is_named_and_nothing_is_written(
    columns: dict[str, Any], says: str, tmp_path: Path
) -> None:
    good = pa.table(columns)
    pq.write_table(good, tmp_path / "in.parquet")
    (tmp_path / "out.parquet").write_text("from before")

    with pytest.raises(BadFacts, match=says):
        tabulate_file(SUIXI, tmp_path / "in.parquet", tmp_path / "out.parquet")

    assert (tmp_path / "out.parquet").read_text() == "from before"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_bad_value_in_a_late_row_group_is_named(tmp_path: Path) -> None:
    pq.write_table(pa.table({"repaired_years": [1] * 50 + [-7]}), tmp_path / "in.parquet", row_group_size=5)

    with pytest.raises(BadFacts, match=r"^repaired_years: 应是不小于零的整数，而不是 -7"):
        tabulate_file(SUIXI, tmp_path / "in.parquet", tmp_path / "out.parquet")


def test_a_file_that_ends_too_early_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"号": list(range(10_000)), "tier": ["x"] * 10_000}), tmp_path / "in.parquet")
    data = (tmp_path / "in.parquet").read_bytes()
    (tmp_path / "in.parquet").write_bytes(data[:2000])

    with pytest.raises(Unreadable):
        tabulate_file(SUIXI, tmp_path / "in.parquet", tmp_path / "out.parquet")


def test_a_column_named_twice_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table([["a"], ["b"]], names=["tier", "tier"]), tmp_path / "in.parquet")

    with pytest.raises(BadFacts, match=r"^tier: .*几列"):
        tabulate_file(SUIXI, tmp_path / "in.parquet", tmp_path / "out.parquet")
