"""People per second of `tabulate` against calling `assess` one by one, on the same population and the same pack."""

from statistics import median

import polars as pl

from bench.county import DAY, PACK
from bench.result import Result, middle, scaled, seconds
from canbao.config.sample.people import make_people
from canbao.policy import assess, facts_from_json, load_pack, tabulate

PEOPLE, ONE_BY_ONE = 1_141_677, 20_000
ROUNDS = 5


def measure() -> Result:
    pack = load_pack(PACK)
    people = population(scaled(PEOPLE, 500))
    sample = people.sample(min(people.height, scaled(ONE_BY_ONE, 100)), seed=1)
    asked = [
        {"categories": one["categories"], "born_on": one["born_on"].isoformat(), "on": one["on"].isoformat()}
        for one in sample.iter_rows(named=True)
    ]
    table, single = [], []
    for _ in range(ROUNDS):
        table.append(people.height / seconds(lambda: tabulate(pack, people)))
        single.append(len(asked) / seconds(lambda: [assess(pack, facts_from_json(facts)) for facts in asked]))
    return Result(
        "tabulating",
        ratio=median(one / other for one, other in zip(table, single, strict=True)),
        against="assess() called one by one on a sample of the same people",
        detail={
            "people": people.height,
            "one_by_one": len(asked),
            "rounds": ROUNDS,
            "people_per_second": round(median(table)),
            "one_by_one_people_per_second": round(median(single)),
            "spread": [middle([min(table) / max(table)]), middle([min(single) / max(single)])],
        },
    )


def population(people: int) -> pl.DataFrame:
    """An invented county of so many people, with the facts that the notice asks for."""
    towns = [("示例镇", "340621100000", people)]
    made = make_people(towns, 100, 20220101, DAY)
    return made.select(
        pl.col("categories").list.eval(
            pl.element().replace("城乡低收入家庭重度残疾人", "重点优抚对象")  # needs a grade, which the register lacks
        ),
        "born_on",
        on=pl.lit(DAY),
    )
