"""A population at once: 1.1, 9 and 50 million people tabulated and joined back, in memory and from Parquet to Parquet.

Beside it in the same run: the same rules written by hand as Polars expressions and as vectorised formulas of OpenFisca,
`assess` one by one, and what no program can go below: copying the bytes. Each is a process of its own, so that its
memory is its own; they take turns. No figure is printed unless all said the same about everybody.
"""

import json
import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench.population import write_population
from bench.result import CHECKOUT, SCALE, Result, scaled

SIZES = (1_141_677, 9_000_000, 50_000_000)
IN_MEMORY_GIB = {1_141_677: 1, 9_000_000: 4, 50_000_000: 14}
"""What the hungriest of them needs; a size for which there is less is measured from file to file alone."""
ROUNDS = {1_141_677: 5, 9_000_000: 3, 50_000_000: 3}
OPENFISCA = "openfisca-core==46.0.1"
IN_MEMORY = (
    "in_memory", "in_memory_again", "whole", "whole_again", "polars", "polars_again", "openfisca", "one_by_one", "copy_memory",
)  # fmt: skip
FROM_FILE = ("file", "polars_file", "rewrite", "copy_file")


def measure() -> Result:
    detail: dict[str, Any] = {}
    with _folder() as folder:
        openfisca = _openfisca(folder)
        for size in SIZES:
            people = scaled(size, 2000)
            population = folder / "people.parquet"
            write_population(people, population)
            found = _measured(size, population, folder, openfisca)
            detail[str(people)] = found
    compared = [one for one in detail.values() if "tabulate_against_polars" in one]
    detail["openfisca"] = OPENFISCA if openfisca else "left out"
    return Result(
        "tables",
        ratio=compared[-1]["tabulate_against_polars"],
        against="the same rules by hand as Polars expressions, in memory, at the largest size that memory allows",
        detail=detail,
    )


def _measured(size: int, population: Path, folder: Path, openfisca: Path | None) -> dict[str, Any]:
    taken: dict[str, list[dict[str, float]]] = {}
    names = (IN_MEMORY if _free_gib() >= IN_MEMORY_GIB[size] else ()) + FROM_FILE
    rounds = ROUNDS[size] if SCALE >= 1 else 1
    for _ in range(rounds):
        for name in names:
            if name != "openfisca":
                taken.setdefault(name, []).append(_run(name, population, folder))
            elif openfisca is not None:
                taken.setdefault(name, []).append(_openfisca_run(openfisca, population, folder))
    found: dict[str, Any] = {name: _middle(rounds) for name, rounds in taken.items()}
    found["rounds"] = rounds
    if "polars" in taken:
        _must_agree(_run("check", population, folder), ("polars", "openfisca") if "openfisca" in taken else ("polars",))
        found["tabulate_against_polars"] = _ratio(taken, "in_memory", "polars")
        found["tabulate_again_against_polars"] = _ratio(taken, "in_memory_again", "polars_again")
        found["every_answer_against_polars"] = _ratio(taken, "whole", "polars")
        found["every_answer_again_against_polars"] = _ratio(taken, "whole_again", "polars_again")
        found["tabulate_against_one_by_one"] = _ratio(taken, "in_memory", "one_by_one")
        found["tabulate_against_copying_memory"] = _ratio(taken, "in_memory", "copy_memory")
        if "openfisca" in taken:
            found["tabulate_against_openfisca"] = _ratio(taken, "in_memory", "openfisca")
    files = [str(folder / f"{name}.parquet") for name in ("file", "polars_file")]
    _must_agree(_said(sys.executable, "-m", "bench.contender", "check_files", *files), ("same",))
    found["file_against_polars_file"] = _ratio(taken, "file", "polars_file")
    found["file_against_rewriting"] = _ratio(taken, "file", "rewrite")
    found["file_against_copying_the_file"] = _ratio(taken, "file", "copy_file")
    return found


def _run(name: str, population: Path, folder: Path) -> dict[str, float]:
    target = folder / (f"{name}.parquet" if name in FROM_FILE else "openfisca-answers.npz")
    return _said(sys.executable, "-m", "bench.contender", name, str(population), str(target))


def _openfisca_run(python: Path, population: Path, folder: Path) -> dict[str, float]:
    facts, answers = folder / "openfisca-facts.npz", folder / "openfisca-answers.npz"
    _said(sys.executable, "-m", "bench.contender", "facts_for_openfisca", str(population), str(facts))
    return _said(str(python), str(CHECKOUT / "bench" / "rules_in_openfisca.py"), str(facts), str(answers))


def _said(*command: str) -> dict[str, float]:
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip().splitlines()[-1:]}")
    said: dict[str, float] = json.loads(done.stdout)
    return said


def _middle(rounds: list[dict[str, float]]) -> dict[str, float]:
    """People per second of the middle round, with the most memory and the quickest and slowest round beside each other."""
    seconds = [one["seconds"] for one in rounds]
    people = rounds[0]["people"]
    found = {
        "people_per_second": round(people / median(seconds)),
        "seconds": round(median(seconds), 3),
        "processor_seconds": round(median(one["cpu_seconds"] for one in rounds), 3),
        "peak_gib": round(max(one["peak_bytes"] for one in rounds) / 2**30, 2),
        "spread": round(min(seconds) / max(seconds), 3),
    }
    return found | ({"written_bytes": rounds[0]["written_bytes"]} if "written_bytes" in rounds[0] else {})


def _ratio(taken: dict[str, list[dict[str, float]]], name: str, other: str) -> float:
    """The speed of the one divided by that of the other, per person; the middle of the rounds."""
    pairs = zip(taken[name], taken[other], strict=True)
    return round(median((b["seconds"] / b["people"]) / (a["seconds"] / a["people"]) for a, b in pairs), 3)


def _must_agree(found: dict[str, float], names: tuple[str, ...]) -> None:
    for name in names:
        if found[name] != 1.0:
            raise RuntimeError(f"{name} says otherwise about {1 - found[name]:.4%} of the people; nothing was compared")


def _free_gib() -> float:
    """What may be had; files that the system keeps at hand make room for it."""
    status = Path("/proc/meminfo").read_text(encoding="ascii")
    return int(re.search(r"MemAvailable:\s+(\d+) kB", status)[1]) / 2**20


def _openfisca(folder: Path) -> Path | None:
    """A Python of its own with OpenFisca. `BENCH_OPENFISCA` names one that there is; `no` leaves it out."""
    named = os.environ.get("BENCH_OPENFISCA", "")
    if named:
        return None if named == "no" else Path(named)
    home = folder / "openfisca"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", OPENFISCA], check=True, stdout=sys.stderr)
    return python


@contextmanager
def _folder() -> Iterator[Path]:
    """Under the bench's own home: 50 million people are some gigabytes, more than many a /tmp holds."""
    home = Path(os.environ["CANBAO_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=home, prefix="tables-") as folder:
        yield Path(folder)
