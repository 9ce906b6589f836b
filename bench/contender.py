"""One contender of the tabulating, in a process of its own, so that its memory is its own.

    python -m bench.contender NAME POPULATION.parquet [TARGET]

Prints seconds, processor seconds, people, and the most memory that the process ever held. What is done once whoever
comes (imports, reading the notice, starting threads) is done on a few people beforehand and not counted.
"""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from bench.rules_in_polars import answered
from canbao.policy import assess, facts_from_json, load_pack
from canbao.policy.cells import Cells
from canbao.policy.table import tabulate
from canbao.policy.table_file import tabulate_file

NOTICE = "suixi-2022"
ONE_BY_ONE = 20_000
_ANSWERS_NEED = 64  # bytes for each person, and some to spare
SAME_ANSWERS = ["individual_fen", "government_fen", "pays_fen", "covered_from", "covered_until", "refusal.code"]
"""What the rules by hand say, too. Their share is what is left of the price, so it is not told twice."""
REFUSALS = [None, "in_employee_scheme", "not_eligible", "window_not_open", "window_closed", "starts_after_period"]


def timed(work: Callable[[], object], name: str = "") -> dict[str, float]:
    start, cpu = time.perf_counter(), time.process_time()
    work()
    found = {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - cpu}
    return {f"{name}{key}": value for key, value in found.items()}


def peak_bytes() -> int:
    """The most memory this program ever held. Not `getrusage`: that also counts the parent, as it was when it forked."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


# --- in memory -------------------------------------------------------------------------------------------------------


def in_memory(file: Path, _: Path) -> dict[str, float]:
    """`tabulate`, with the answers that the rules by hand give."""
    return _tabulated(file, SAME_ANSWERS)


def in_memory_again(file: Path, _: Path) -> dict[str, float]:
    """The same with what it has learnt from these people."""
    return _tabulated(file, SAME_ANSWERS, again=True)


def whole(file: Path, _: Path) -> dict[str, float]:
    """`tabulate` as it comes: every answer with its reasons, clauses and assumptions, which nothing beside it gives."""
    return _tabulated(file, None)


def whole_again(file: Path, _: Path) -> dict[str, float]:
    return _tabulated(file, None, again=True)


def _tabulated(file: Path, answers: list[str] | None, *, again: bool = False) -> dict[str, float]:
    pack, people = load_pack(NOTICE), pl.read_parquet(file)
    cells = Cells(pack)
    tabulate(pack, people if again else people.head(1000), cells if again else None, answers=answers)
    _have_memory_at_hand(people)
    return timed(lambda: tabulate(pack, people, cells, answers=answers)) | {"people": people.height}


def polars(file: Path, _: Path) -> dict[str, float]:
    """The same rules by hand."""
    return _by_hand(file)


def polars_again(file: Path, _: Path) -> dict[str, float]:
    """The same in memory that was used before, as it is when `tabulate` is asked again."""
    return _by_hand(file, again=True)


def _by_hand(file: Path, *, again: bool = False) -> dict[str, float]:
    people = pl.read_parquet(file)
    answered((people if again else people.head(1000)).lazy()).collect(engine="streaming")
    _have_memory_at_hand(people)
    return timed(lambda: answered(people.lazy()).collect(engine="streaming")) | {"people": people.height}


def _have_memory_at_hand(people: pl.DataFrame) -> None:
    """Have another process use as much memory as answers need, and give it back.

    A virtual machine hands free memory back to its host and asks for it again, which takes longer than the contenders do.
    On a machine of its own this changes nothing.
    """
    subprocess.run([sys.executable, "-c", f"bytearray({_ANSWERS_NEED * people.height})"], check=True)


def one_by_one(file: Path, _: Path) -> dict[str, float]:
    pack, people = load_pack(NOTICE), pl.read_parquet(file)
    some = people.sample(min(ONE_BY_ONE, people.height), seed=1).select(
        pl.exclude("person_no", "number", "village_code")
    )
    rows = [facts_from_json(row) for row in some.to_dicts()]
    return timed(lambda: [assess(pack, row) for row in rows]) | {"people": len(rows)}


def copy_memory(file: Path, _: Path) -> dict[str, float]:
    """As many bytes as the facts and the answers have, copied once."""
    people = pl.read_parquet(file)
    answers = tabulate(load_pack(NOTICE), people, answers=SAME_ANSWERS)
    facts = people.select(pl.exclude("person_no", "number", "village_code"))
    count = facts.estimated_size() + answers.drop(people.columns).estimated_size()
    source, target = np.ones(count, np.uint8), np.ones(count, np.uint8)  # memory that was found beforehand
    return timed(lambda: np.copyto(target, source)) | {"people": people.height}


# --- from Parquet to Parquet -----------------------------------------------------------------------------------------


def file(source: Path, target: Path) -> dict[str, float]:
    pack = load_pack(NOTICE)
    found = timed(lambda: tabulate_file(pack, source, target))
    return found | {"people": pq.ParquetFile(source).metadata.num_rows, "written_bytes": target.stat().st_size}


def polars_file(source: Path, target: Path) -> dict[str, float]:
    found = timed(lambda: answered(pl.scan_parquet(source)).sink_parquet(target, compression="snappy"))
    return found | {"people": pq.ParquetFile(source).metadata.num_rows, "written_bytes": target.stat().st_size}


def rewrite(source: Path, target: Path) -> dict[str, float]:
    """Arrow reads the population and writes it again, without answers."""

    def work() -> None:
        given = pq.ParquetFile(source)
        with pq.ParquetWriter(target, given.schema_arrow) as writer:
            for group in range(given.metadata.num_row_groups):
                table = given.read_row_group(group)
                writer.write_table(table, row_group_size=table.num_rows)

    return timed(work) | {"people": pq.ParquetFile(source).metadata.num_rows}


def copy_file(source: Path, target: Path) -> dict[str, float]:
    """The bytes of the population, copied."""
    return timed(lambda: shutil.copyfile(source, target)) | {"people": pq.ParquetFile(source).metadata.num_rows}


# --- do all say the same? --------------------------------------------------------------------------------------------


def facts_for_openfisca(source: Path, target: Path) -> dict[str, float]:
    people = pl.read_parquet(source)

    def work() -> None:
        holds, is_ = (pl.col(name).list.contains for name in ("categories", "traits"))
        names = {"tekun": "特困人员", "dibao": "低保对象", "fanpin": "返贫致贫人口", "bu_wending": "脱贫不稳定人口"}
        unsaid = ["重点优抚对象", "低收入家庭重度残疾人", "计划生育特殊困难家庭成员"]
        traits = {"away": "外地户籍", "permit": "居住证", "migrant": "进城务工", "returning": "返乡农民工"}
        scheme = pl.col("employee_scheme")
        left = scheme.struct.field("left_on")
        flat = people.select(
            **{name: holds(word) for name, word in names.items()},
            jiance=holds("监测人口"),
            unsaid=pl.any_horizontal(holds(word) for word in unsaid),
            **{name: is_(word) for name, word in traits.items()},
            veteran=is_("退役军人") | is_("退役军人未就业配偶"),
            employee=scheme.is_not_null(),
            left_known=left.is_not_null(),
            back_paid=scheme.struct.field("back_paid").fill_null(value=False),
            months=scheme.struct.field("months").fill_null(0),
            born="born_on",
            paid="paid_on",
            left=left.fill_null(pl.date(2000, 1, 1)),
        )
        np.savez(target, **{name: flat[name].to_numpy() for name in flat.columns})

    return timed(work) | {"people": people.height}


def check(source: Path, target: Path) -> dict[str, float]:
    """Everybody's amounts, days of cover and refusal, by `tabulate`, by hand, and by OpenFisca where `target` is its answers."""
    people = pl.read_parquet(source)
    ours = tabulate(load_pack(NOTICE), people, answers=SAME_ANSWERS)
    ours = ours.select(*SAME_ANSWERS[:-1], refusal_code=SAME_ANSWERS[-1])
    others = {"polars": answered(people.lazy()).select(ours.columns).collect()}
    if target.exists():
        with np.load(target) as found:
            others["openfisca"] = pl.DataFrame(
                {
                    "individual_fen": pl.Series(found["individual_fen"]).cast(pl.Int64),
                    "government_fen": pl.Series(found["government_fen"]).cast(pl.Int64),
                    "pays_fen": pl.Series(found["pays_fen"]).cast(pl.Int64).replace(-1, None),
                    "covered_from": _none_at_nought(found["covered_from"]),
                    "covered_until": _none_at_nought(found["covered_until"]),
                    "refusal_code": [REFUSALS[number] for number in found["refusal"]],
                }
            )
    return {name: _agrees(ours, other) for name, other in others.items()} | {"people": people.height}


def _none_at_nought(days: np.ndarray) -> pl.Series:
    """OpenFisca has no null: the first day of its calendar stands for none."""
    column = pl.Series(days.astype("datetime64[D]").astype("datetime64[ms]")).cast(pl.Date)
    return pl.select(pl.when(column != date(1, 1, 1)).then(column)).to_series()


def _agrees(ours: pl.DataFrame, other: pl.DataFrame) -> float:
    same = pl.all_horizontal(pl.col(name).eq_missing(other[name].cast(ours[name].dtype)) for name in ours.columns)
    return float(ours.select(same.mean()).item())


def check_files(source: Path, target: Path) -> dict[str, float]:
    """The same of two files that were written, row group by row group."""
    ours, other = pq.ParquetFile(source), pq.ParquetFile(target)
    same = people = 0
    flat = ["individual_fen", "government_fen", "pays_fen", "covered_from", "covered_until"]
    here, there = ours.iter_batches(columns=[*flat, "refusal"]), other.iter_batches(columns=[*flat, "refusal_code"])
    for one, another in zip(here, there, strict=True):
        left, right = pl.from_arrow(one), pl.from_arrow(another)
        left = left.select(*flat, refusal_code=pl.col("refusal").struct.field("code"))
        same += left.select(pl.all_horizontal(pl.col(n).eq_missing(right[n]) for n in left.columns).sum()).item()
        people += left.height
    return {"same": same / people, "people": people}


CONTENDERS = {
    one.__name__: one
    for one in (
        in_memory, in_memory_again, whole, whole_again, polars, polars_again, one_by_one, copy_memory, file, polars_file, rewrite, copy_file,
        facts_for_openfisca, check, check_files,
    )
}  # fmt: skip


def main(name: str, source: str, target: str = "") -> None:
    found = CONTENDERS[name](Path(source), Path(target))
    print(json.dumps(found | {"peak_bytes": peak_bytes()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
