"""Who of the invented people is in which subsidised category: by household where the law looks at the household.

A 低保 household has most, not all, of its members on the list; some people are in several categories at once, because
the rules for that case must have somebody to apply to.
"""

import polars as pl

from canbao.config.sample.draws import Draws

DESTITUTE = "特困人员"
ALLOWANCE = "低保对象"
POOR_AGAIN = "返贫致贫人口"
UNSTABLE = "脱贫不稳定人口"
MONITORED = "监测人口"
STABLE = "稳定脱贫人口"
HONOURED = "重点优抚对象"
DISABLED = "城乡低收入家庭重度残疾人"
FAMILY_PLANNING = "计划生育特殊困难家庭成员"

CATEGORIES = (
    DESTITUTE, ALLOWANCE, POOR_AGAIN, UNSTABLE, MONITORED, STABLE, HONOURED, DISABLED, FAMILY_PLANNING
)  # fmt: skip


def categories_of(draws: Draws) -> pl.Expr:
    """The list of a person's categories, mostly empty. Looks at `person_no`, `household_no`, `kind`, `age`, `sex`."""
    held = _held(draws)
    # Nine yes-or-no make a number under 512, and that number's row in a table is the list: much less work than
    # building a million lists.
    which = pl.sum_horizontal([held[name].cast(pl.UInt32) * (1 << bit) for bit, name in enumerate(CATEGORIES)])
    lists = pl.Series(
        [[name for bit, name in enumerate(CATEGORIES) if number >> bit & 1] for number in range(1 << len(CATEGORIES))],
        dtype=pl.List(pl.String),
    )
    return which.map_batches(lists.gather, return_dtype=pl.List(pl.String))


def _held(draws: Draws) -> dict[str, pl.Expr]:
    person, household = pl.col("person_no"), pl.col("household_no")
    kind, age = pl.col("kind"), pl.col("age")

    def family(use: str, chance: float | pl.Expr) -> pl.Expr:
        return draws.happens(household, use, chance)

    alone = pl.when(kind == "elder alone").then(0.28).when(kind == "adult alone").then(0.1).otherwise(0.0)
    destitute = family(DESTITUTE, alone)
    weak = kind.is_in(["elder alone", "one parent", "left-behind", "with a mother"])
    poor_family = family(ALLOWANCE, pl.when(weak).then(0.09).otherwise(0.033)) & ~destitute
    allowance = poor_family & (draws.happens(person, "on the family's list", 0.9) | (pl.col("role") == "head"))
    poor_again = family(POOR_AGAIN, 0.0018) & ~destitute
    unstable = family(UNSTABLE, 0.005) & ~destitute & ~poor_again
    monitored = family(MONITORED, pl.when(poor_family).then(0.12).otherwise(0.006)) & ~destitute
    stable = family(STABLE, 0.062) & ~destitute & ~poor_again & ~unstable
    served = pl.when(age >= 58).then(0.016).when(age >= 20).then(0.002).otherwise(0.0)
    return {
        DESTITUTE: destitute,
        ALLOWANCE: allowance,
        POOR_AGAIN: poor_again,
        UNSTABLE: unstable,
        MONITORED: monitored,
        STABLE: stable,
        HONOURED: draws.happens(person, HONOURED, served) & (pl.col("sex") == "男"),
        DISABLED: draws.happens(person, DISABLED, pl.when(poor_family).then(0.05).otherwise(0.007)),
        FAMILY_PLANNING: family(FAMILY_PLANNING, 0.012) & (kind == "elder couple"),
    }
