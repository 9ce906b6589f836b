"""Every measure runs, and says what it is a ratio of. How fast it was is nobody's business here."""

import json
import os
import subprocess
import sys

import pytest

from canbao.config.home import CHECKOUT

pytestmark = pytest.mark.long

MEASURES = {
    "confirmations": {"http_per_second", "http_ms", "without_pause", "pgbench_per_second", "pgbench_in_sets_of", "pgbench_in_sets_per_second", "clients", "payments_a_round", "rounds", "settled"},
    "tabulating": {"people", "one_by_one", "rounds", "people_per_second", "one_by_one_people_per_second", "spread"},
    "finding": {"people", "drawn", "village", "town", "county"},
    "rosters": {"people", "many", "few"},
    "tables": {"2000", "4500", "25000", "openfisca"},
    "waiting": {"people", "rows", "worked_s", "before", "during", "times_as_long"},
    "receipts": {"receipts", "people_each", "rounds", "receipts_per_second", "bare_pages_per_second", "spread"},
    "bills": {
        "people", "bills", "questions_to_the_policy", "rounds", "open_seconds", "bare_seconds", "bare_with_the_same_indexes_seconds",
        "bare_with_the_same_indexes_and_foreign_keys_seconds", "ratio_with_the_same_indexes", "ratio_with_the_same_indexes_and_foreign_keys",
    },
}  # fmt: skip


def bench(*names: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *names],
        cwd=CHECKOUT, env=os.environ | {"SCALE": "0.0005", "PYTHONIOENCODING": "utf-8", "BENCH_OPENFISCA": "no", "BENCH_OPENPYXL": "no"}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_prints_one_line_of_json(name: str) -> None:
    done = bench(name)

    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    said = json.loads(line)
    assert list(said) == ["name", "ratio", "against", "detail"]
    assert (said["name"], said["ratio"] > 0, said["against"] != "") == (name, True, True)
    assert set(said["detail"]) == MEASURES[name]


def test_a_measure_that_there_is_not_is_an_error() -> None:
    done = bench("nonsense")

    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr
        == "nonsense: not a measure; there are confirmations, tabulating, bills, finding, rosters, tables, waiting, receipts\n"
    )
