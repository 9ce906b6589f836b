"""People to be tabulated: the invented county as often as needed, everybody with another day of payment."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from canbao.config.sample.people import make_people

COUNTY = 1_141_677
ON = date(2021, 11, 15)
_WINDOW = date(2021, 10, 1)
_ROW_GROUP = 1 << 20
_LATE, _LEFT = 0.04, 0.1  # of all, who pay after the window; of those in the employee scheme, who left it


def write_population(people: int, file: Path) -> None:
    """So many people as Parquet, in row groups of about a million."""
    blocks = _blocks(people)
    first = next(blocks)
    with pq.ParquetWriter(file, first.schema) as writer:
        writer.write_table(first, row_group_size=_ROW_GROUP)
        for block in blocks:
            writer.write_table(block, row_group_size=_ROW_GROUP)


def _blocks(people: int) -> Iterator[pa.Table]:
    county = _county(min(people, COUNTY))
    rng = np.random.default_rng(20220101)
    for start in range(0, people, _ROW_GROUP):
        size = min(_ROW_GROUP, people - start)
        mine = (
            pl.concat([county] * (1 + size // county.height)).head(size) if county.height < size else county.head(size)
        )
        days = np.where(rng.random(size) < _LATE, rng.integers(92, 200, size), rng.integers(0, 92, size))
        paid_on = pl.lit(_WINDOW) + pl.duration(days=pl.Series(days))
        yield mine.with_columns(
            person_no=pl.int_range(start + 1, start + size + 1), paid_on=paid_on.cast(pl.Date)
        ).to_arrow(compat_level=pl.CompatLevel.oldest())


def _county(people: int) -> pl.DataFrame:
    """The register's people with the facts that the notice asks for."""
    made = make_people([("示例镇", "340621100000", people)], 100, 20220101, ON)
    rng = np.random.default_rng(1)
    has_left = pl.lit(pl.Series(rng.random(people) < _LEFT))
    left_on = pl.lit(_WINDOW) + pl.duration(days=pl.Series(rng.integers(-300, 150, people)))
    away = pl.col("hukou") != "registered"
    traits = [
        pl.when(away).then(pl.lit("外地户籍")),
        pl.when(away).then(pl.lit("居住证")),
        pl.when("is_returning_worker").then(pl.lit("返乡农民工")),
    ]
    employee_scheme = pl.struct(
        months=pl.when(has_left).then(pl.col("person_no") % 60).cast(pl.Int32),
        back_paid=pl.when(has_left).then(pl.col("person_no") % 7 == 0),
        left_on=pl.when(has_left).then(left_on.cast(pl.Date)),
    )
    return made.select(
        "person_no",
        "number",
        "village_code",
        # severe disability needs a grade, which the register lacks
        pl.col("categories").list.eval(pl.element().replace("城乡低收入家庭重度残疾人", "重点优抚对象")),
        pl.concat_list(traits).list.drop_nulls().alias("traits"),
        "born_on",
        employee_scheme=pl.when("employee_scheme").then(employee_scheme),
    )
