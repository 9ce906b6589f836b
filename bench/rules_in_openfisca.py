"""濉溪县's notice of 2022 as vectorised formulas of OpenFisca, which has a Python environment of its own.

    python bench/rules_in_openfisca.py FACTS.npz ANSWERS.npz

The facts come as arrays already, one a category and trait; what it takes to make them from a table is not counted. The
same columns are answered as in `rules_in_polars.py`.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import YEAR
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

Person = build_entity(key="person", plural="people", label="", is_person=True)
PERIOD = "2022"
BLOCK = 5_000_000
PRICE_FEN = 32000
GIVEN_FEN = {"tekun": 32000, "dibao": 28000, "fanpin": 25000, "bu_wending": 16000, "jiance": 16000}
FACTS = {
    **dict.fromkeys([*GIVEN_FEN, "unsaid", "away", "permit", "migrant", "returning", "veteran"], bool),
    **dict.fromkeys(["employee", "left_known", "back_paid"], bool),
    "months": int,
    **dict.fromkeys(["born", "paid", "left"], "day"),
}
ANSWERS = ("individual_fen", "government_fen", "pays_fen", "covered_from", "covered_until", "refusal")


def day(text):
    return np.datetime64(text, "D")


def months_after(days, months):
    month = days.astype("datetime64[M]")
    target = month + months
    longest = (target + 1).astype("datetime64[D]") - target.astype("datetime64[D]") - 1
    return target.astype("datetime64[D]") + np.minimum(days - month.astype("datetime64[D]"), longest)


def variable(name, kind, formula=None):
    value_type = {"day": __import__("datetime").date}.get(kind, kind)
    said = {"value_type": value_type, "entity": Person, "definition_period": YEAR, "label": name}
    return type(name, (Variable,), said | ({"formula": formula} if formula else {}))


def best_fen(person, period):
    return np.select([person(name, period) for name in GIVEN_FEN], list(GIVEN_FEN.values()), 0)


def long_ago(person, period):
    return person("left_known", period) & (months_after(person("left", period), 3) + 1 <= person("paid", period))


def way(person, period):
    paid, born, left_known = person("paid", period), person("born", period), person("left_known", period)
    late = (paid >= day("2022-01-01")) & (paid <= day("2022-12-31"))
    by_day_90 = paid <= born + 90
    lapsed = person("long_ago", period)
    stayed = left_known & ~lapsed
    return np.select(
        [
            late & person("returning", period) & (paid <= day("2022-02-28")),
            late & (born <= paid) & by_day_90,
            late & (born >= day("2021-10-01")) & ~by_day_90,
            late & person("veteran", period),
            late & (person("months", period) >= 24) & ~person("back_paid", period) & stayed,
            late & (person("best_fen", period) > 0),
            late & lapsed,
            late & stayed,
        ],
        range(1, 9),
        0,
    )


def start(person, period):
    way, paid, born = person("way", period), person("paid", period), person("born", period)
    first = day("2022-01-01")
    starts = np.select(
        [way == 0, (way == 1) | (way == 3), way == 2, way == 7], [first, paid + 1, first, months_after(paid, 6)], paid
    )
    return np.maximum(starts, born)


def refusal(person, period):
    """By number; 0 is none."""
    way, paid, known = person("way", period), person("paid", period), person("left_known", period)
    still = person("employee", period) & ~(known & (person("left", period) <= paid))
    may_enrol = ~person("away", period) | person("permit", period) | person("migrant", period)
    too_early, too_late = (way == 0) & (paid < day("2021-10-01")), (way == 0) & (paid > day("2021-12-31"))
    after = (way != 8) & (person("start", period) > day("2022-12-31"))
    return np.select([still, ~may_enrol, too_early, too_late, after], range(1, 6), 0)


def known(person, period):
    best = person("best_fen", period)
    return (person("refusal", period) == 0) & ~(person("unsaid", period) & (best < PRICE_FEN))


FORMULAS = {
    "best_fen": (int, best_fen),
    "long_ago": (bool, long_ago),
    "way": (int, way),
    "start": ("day", start),
    "refusal": (int, refusal),
    "known": (bool, known),
    "individual_fen": (int, lambda person, period: np.full(person.count, PRICE_FEN)),
    "government_fen": (int, lambda person, period: np.full(person.count, 58000)),
    "pays_fen": (
        int,
        lambda person, period: np.where(person("known", period), PRICE_FEN - person("best_fen", period), -1),
    ),
    "covered_from": (
        "day",
        lambda person, period: np.where(
            (person("refusal", period) == 0) & (person("way", period) != 8), person("start", period), day("0001-01-01")
        ),
    ),
    "covered_until": (
        "day",
        lambda person, period: np.where(person("refusal", period) == 0, day("2022-12-31"), day("0001-01-01")),
    ),
}


def system():
    rules = TaxBenefitSystem([Person])
    for name, kind in FACTS.items():
        rules.add_variable(variable(name, kind))
    for name, (kind, formula) in FORMULAS.items():
        rules.add_variable(variable(name, kind, formula))
    return rules


def answers(rules, facts):
    """Block by block, because a simulation keeps every formula's result."""
    blocks = [
        block(rules, {name: values[start : start + BLOCK] for name, values in facts.items()})
        for start in range(0, len(facts["paid"]), BLOCK)
    ]
    return {name: np.concatenate([one[name] for one in blocks]) for name in ANSWERS}


def block(rules, facts):
    simulation = SimulationBuilder().build_default_simulation(rules, count=len(facts["paid"]))
    for name, values in facts.items():
        simulation.set_input(name, PERIOD, values)
    return {name: simulation.calculate(name, PERIOD) for name in ANSWERS}


def main(source, target):
    rules = system()
    with np.load(source) as file:
        facts = {name: file[name] for name in FACTS}
    answers(rules, {name: values[:1000] for name, values in facts.items()})
    # like the others: a virtual machine hands free memory back to its host, and nobody's figure should wait for it
    subprocess.run([sys.executable, "-c", f"bytearray({64 * len(facts['paid'])})"], check=True)
    start, cpu = time.perf_counter(), time.process_time()
    found = answers(rules, facts)
    said = {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - cpu,
        "people": len(facts["paid"]),
    }
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    np.savez(target, **{name: found[name] for name in ANSWERS})
    print(json.dumps(said | {"peak_bytes": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
