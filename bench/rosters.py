"""A department's list of 200 000 rows with 3 % faults, from its .xlsx to a verdict for every row in the database, back as the
department's own file, and to what people hold; on a register of 1.1 million. And one of a million rows, to the verdicts.

Against the same file read by the fastest reader alone, in this process, with nothing done about it; against that and the
same rows copied into a table without index, guard or question, which is the least that a verdict in the database can cost;
and against what one would write first: openpyxl and one statement for each row, on a sample, scaled by rows.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import fastexcel
import polars as pl
from django.db import connection, connections, transaction

from bench.county import DAY, PACK, WHOLE, sample_county
from bench.result import Result, middle, scaled, seconds
from canbao.access.clock import now
from canbao.access.models import Staff
from canbao.access.scope import Scope, within
from canbao.access.sealing import person_token, seal
from canbao.config.sample.faults import DEAD, MOVED
from canbao.config.sample.faulty import LAYOUTS, Planted, known, plant, write
from canbao.kernel.identity import IdentityRefusal, parse_identity
from canbao.policy import load_pack
from canbao.register.models import Resident
from canbao.rosters.domain import importing
from canbao.rosters.domain.confirming import confirm_roster
from canbao.rosters.domain.returning import give_back
from canbao.rosters.models import Outcome, Roster, RosterRow
from canbao.rosters.queries import counts_by_outcome

PEOPLE, ROWS, MANY, SHARE, ROUNDS = 1_141_677, 200_000, 1_000_000, 0.03, 3
GONE = 100  # one of so many has died, and one has moved away
ONE_BY_ONE = 2_000  # rows of the sample that goes one by one
OPENPYXL = "openpyxl==3.1.5"
LIST_DAY = date(2021, 10, 31)
DEPARTMENT = "民政部门"
# The stages of an import, by the functions that do them; all that is no other stage's is judging.
STAGES = {
    "read": "read_spreadsheet",
    "clean": "listed",
    "match": "people_frame",
    "judge": "_verdicts",
    "write": "write_rows",
}


def measure() -> Result:
    percent = 100 * scaled(PEOPLE, 3_000) / PEOPLE
    with sample_county(percent) as sample, TemporaryDirectory() as folder:
        people = _some_gone(sample.people)
        many, _, _ = _rounds(people, Path(folder) / "many.xlsx", rows=scaled(MANY, 2_000), rounds=1)
        few, roster, planted = _rounds(people, Path(folder) / "list.xlsx", rows=scaled(ROWS, 1_500), rounds=ROUNDS)
        with within(Scope(division="340621", actor="staff:xian2")):
            returning = seconds(lambda: give_back(roster, by=Staff.objects.get(username="xian2")))
        few["rows_per_second_by_stage"]["return"] = round(planted.rows / returning)
        few["outcomes"] = {outcome.value: count for outcome, count in counts_by_outcome(roster).items()}
        few["rows_per_second_by_stage"]["promote"] = round(planted.rows / seconds(lambda: _promoted(roster)))
        if os.environ.get("BENCH_OPENPYXL") != "no":
            by_hand = _one_by_one(Path(folder) / "list.xlsx", roster, Path(folder), planted.rows)
            few["one_by_one_seconds_scaled"] = round(by_hand)
            few["times_as_fast_as_one_by_one"] = round(by_hand / few["whole_seconds"], 1)
    return Result(
        "rosters",
        ratio=1 / many["times_the_bare_read"],
        against="the same .xlsx read by the fastest reader alone (fastexcel, in this process, texts only)",
        detail={"people": people.height, "many": many, "few": few},
    )


def _rounds(people: pl.DataFrame, path: Path, *, rows: int, rounds: int) -> tuple[dict[str, Any], Roster, Planted]:
    """A list of so many rows, imported as of another day each time; the last stays, as of `LIST_DAY`."""
    entries = plant(known(people), load_pack(PACK), rows=rows, share=SHARE, seed=1, cut_off_on=LIST_DAY)
    planted = write(entries, path, LAYOUTS["civil"], cut_off_on=LIST_DAY)
    del entries
    stages: dict[str, list[float]] = {name: [] for name in STAGES}
    whole, bare = [], []
    for nth in range(rounds):
        bare.append(seconds(lambda: _bare(path)))
        with _timed(stages):
            started = time.perf_counter()
            roster = _imported(path, cut_off_on=LIST_DAY if nth == rounds - 1 else date(2021, 10, 1 + nth))
            whole.append(time.perf_counter() - started)
    copied = _copied(roster)
    took = {name: median(seconds) for name, seconds in stages.items()}
    took["judge"] -= took["clean"] + took["match"]
    found = {
        "rows": planted.rows,
        "faults": len(planted.faults),
        "misjudged": _misjudged(roster, planted),
        "rounds": rounds,
        "bare_seconds": middle(bare),
        "whole_seconds": middle(whole),
        "times_the_bare_read": round(median(one / other for one, other in zip(whole, bare, strict=True)), 2),
        "copy_seconds": middle([copied]),
        "times_the_bare_read_and_copy": round(median(whole) / (median(bare) + copied), 2),
        "rows_per_second": round(planted.rows / median(whole)),
        "rows_per_second_by_stage": {name: round(planted.rows / seconds) for name, seconds in took.items()},
    }
    return found, roster, planted


def _some_gone(people: pl.DataFrame) -> pl.DataFrame:
    """Some of the county have died and some have moved; the register says so, and so does the answer, in `gone`."""
    row = pl.int_range(pl.len()) % GONE
    people = people.with_columns(
        gone=pl.when(row == 3).then(pl.lit(DEAD)).when(row == 5).then(pl.lit(MOVED)).otherwise(pl.lit(""))
    )
    said = {"kind": "details", "on": DAY.isoformat(), "why": "bench", "by": WHOLE.actor, "at": now().isoformat()}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('register.change', %s, true)", [json.dumps(said)])
        for kind, column in ((DEAD, "died_on"), (MOVED, "moved_on")):
            tokens = [person_token(number) for number in people.filter(pl.col("gone") == kind)["number"]]
            Resident.objects.filter(person_token__in=tokens).update(**{column: date(2021, 6, 1)})
        cursor.execute("SELECT set_config('register.change', '', true)")
    return people


def _bare(path: Path) -> int:
    sheet = fastexcel.read_excel(path.read_bytes()).load_sheet(0, header_row=None, skip_rows=0, dtypes="string")
    return int(sheet.to_polars().height)


def _copied(roster: Roster) -> float:
    """Seconds to put the list's rows, as they are now, into a table of their own, and nothing else."""
    with connections["owner"].cursor() as cursor:
        with cursor.copy(
            f"COPY (SELECT * FROM rosters_rosterrow WHERE roster_id = {roster.pk}) TO STDOUT (FORMAT binary)"
        ) as copy:
            blocks = [bytes(block) for block in copy]
        cursor.execute("CREATE TABLE bare_rows (LIKE rosters_rosterrow)")
        started = time.perf_counter()
        with cursor.copy("COPY bare_rows FROM STDIN (FORMAT binary)") as copy:
            for block in blocks:
                copy.write(block)
        took = time.perf_counter() - started
        cursor.execute("DROP TABLE bare_rows")
    return took


def _imported(path: Path, *, cut_off_on: date) -> Roster:
    with within(Scope(division="340621", actor="staff:xian2")):
        return importing.import_roster(
            pack=load_pack(PACK), county="340621", department=DEPARTMENT, cut_off_on=cut_off_on, file=path,
            file_name="list.xlsx", is_full=True, by=Staff.objects.get(username="xian2"), on=DAY,
        )  # fmt: skip


def _promoted(roster: Roster) -> None:
    look = roster.rows.filter(outcome=Outcome.LOOK).count()
    confirm_roster(
        roster, by=Staff.objects.get(username="xian"), at=now(), leave_out=look, strike_off_confirmed=True
    )  # fmt: skip


@contextmanager
def _timed(stages: dict[str, list[float]]) -> Iterator[None]:
    """Each stage's function with a clock around it. One that gives rows one by one is taken to its end."""
    before = {name: getattr(importing, name) for name in STAGES.values()}

    def clocked(stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*what: Any, **how: Any) -> Any:
            started = time.perf_counter()
            done = work(*what, **how)
            done = list(done) if isinstance(done, Iterator) else done
            stages[stage].append(time.perf_counter() - started)
            return done

        return timed

    try:
        for stage, name in STAGES.items():
            setattr(importing, name, clocked(stage, before[name]))
        yield
    finally:
        for name, work in before.items():
            setattr(importing, name, work)


def _misjudged(roster: Roster, planted: Planted) -> int:
    """Rows whose verdict is not the expected one: good ones condemned, faults not found."""
    wrong = 0
    for row, outcome, why in roster.rows.values_list("row", "outcome", "why"):
        fault = planted.faults.get(row)
        if fault is None:
            wrong += outcome != Outcome.TAKEN
        else:
            wrong += outcome not in fault.verdicts or not any(piece in why for piece in fault.why.split("|"))
    return wrong


def _one_by_one(path: Path, roster: Roster, folder: Path, rows: int) -> float:
    """Seconds for all rows, from a sample: openpyxl, a look-up and an insert for each row. Taken back at the end."""
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(folder / "lib"), OPENPYXL],
        check=True, stdout=sys.stderr, env=os.environ,
    )  # fmt: skip
    sys.path.insert(0, str(folder / "lib"))
    import openpyxl  # only here, and from a folder of its own

    some = min(ONE_BY_ONE, rows)
    book = openpyxl.load_workbook(path, read_only=True)
    started = time.perf_counter()
    with transaction.atomic():
        other = Roster.objects.create(
            county=roster.county, department="一行一行", cut_off_on=LIST_DAY, file_name="x", file_digest="x", imported_by="xian2"
        )  # fmt: skip
        for at, cells in enumerate(islice(book.active.iter_rows(min_row=4, values_only=True), some), 4):
            _one(other, at, [str(cell or "") for cell in cells])
        took = time.perf_counter() - started
        transaction.set_rollback(True)
    book.close()
    sys.path.remove(str(folder / "lib"))
    connection.ensure_connection()
    return took * rows / some


def _one(roster: Roster, at: int, cells: list[str]) -> None:
    name, number, category = cells[3:6]
    try:
        identity = parse_identity(number, allow_synthetic=True, on=DAY)
    except IdentityRefusal as no:
        RosterRow.objects.create(
            county=roster.county, roster=roster, row=at, name=name, number_sealed=seal(number), category_text=category,
            outcome=Outcome.REFUSED, why=no.says,
        )  # fmt: skip
        return
    who = Resident.objects.filter(person_token=person_token(identity.number)).first()
    taken = who is not None and who.name == name
    RosterRow.objects.create(
        county=roster.county, roster=roster, row=at, name=name, number_sealed=seal(number), category_text=category,
        resident=who, division=who.division if who else None, outcome=Outcome.TAKEN if taken else Outcome.LOOK, why="",
    )  # fmt: skip
