"""Invented households: who lives together, and how old each is. One row a household, a column of age for each role.

The kinds and their shares are ours, chosen so that together they give about 3.3 people a household and an age pyramid
like a rural county's: many over sixty, few in their twenties, left-behind grandchildren, a bulge of school age.
Ages are in years, with fractions; a younger sibling is at least 400 days younger unless they are twins.
"""

from dataclasses import dataclass

import polars as pl

from canbao.config.sample.draws import Draws, spread

HEAD, SPOUSE, CHILD, PARENT, GRANDCHILD = "户主", "配偶", "子女", "父母", "孙子女"

# Role → relation to the head of household, in the order in which a household book lists them.
ROLES = {
    "head": HEAD,
    "spouse": SPOUSE,
    "child_1": CHILD,
    "child_2": CHILD,
    "child_3": CHILD,
    "father": PARENT,
    "mother": PARENT,
    "grandchild_1": GRANDCHILD,
    "grandchild_2": GRANDCHILD,
}

OLDEST_MINOR = 22.0
YOUNGEST_MOTHER = 20.0
YOUNGEST_SPOUSE = 22.0
GAP_YEARS = 400 / 365.25


@dataclass(frozen=True, slots=True)
class HouseholdKind:
    """`weight` of 100, the head's age from–to, the share of male heads, and the age the first child has at least."""

    weight: int
    head_from: int
    head_to: int
    men: float
    roles: tuple[str, ...]
    first_child_from: float = 0.0


KINDS = {
    "elder alone": HouseholdKind(7, 63, 92, 0.4, ("head",)),
    "adult alone": HouseholdKind(3, 22, 60, 0.75, ("head",)),
    "elder couple": HouseholdKind(15, 54, 85, 0.9, ("head", "spouse")),
    "young couple": HouseholdKind(4, 23, 34, 0.9, ("head", "spouse")),
    "one child": HouseholdKind(13, 26, 46, 0.88, ("head", "spouse", "child_1"), 0.0),
    "two children": HouseholdKind(14, 29, 48, 0.88, ("head", "spouse", "child_1", "child_2"), 2.6),
    "twins": HouseholdKind(1, 27, 45, 0.88, ("head", "spouse", "child_1", "child_2"), 0.0),
    "three children": HouseholdKind(5, 35, 48, 0.9, ("head", "spouse", "child_1", "child_2", "child_3"), 6.5),
    "grown child": HouseholdKind(14, 45, 60, 0.9, ("head", "spouse", "child_1"), 18.0),
    "one parent": HouseholdKind(3, 26, 50, 0.45, ("head", "child_1"), 0.0),
    "with a mother": HouseholdKind(5, 27, 50, 0.9, ("head", "spouse", "child_1", "mother"), 0.0),
    "three generations": HouseholdKind(
        6, 27, 46, 0.92, ("head", "spouse", "child_1", "child_2", "father", "mother"), 2.6
    ),
    "three generations, one child": HouseholdKind(
        5, 27, 46, 0.92, ("head", "spouse", "child_1", "father", "mother"), 0.0
    ),
    "left-behind": HouseholdKind(5, 55, 74, 0.85, ("head", "spouse", "grandchild_1", "grandchild_2")),
}


def make_households(villages: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Enough households for the `people` of each village: `household_no` (from 1), `village_no`, `kind`, `man_heads`
    and `age_<role>`. A few more than needed; whoever lists the members stops when the village is full."""
    households = (
        villages.select("village_no", enough=(pl.col("people") / 2.4).ceil().cast(pl.Int64) + 12)
        .select("village_no", household=pl.int_ranges(0, pl.col("enough")))
        .explode("household")
        .with_row_index("household_no", offset=1)
    )
    row = pl.col("household_no")
    of_kind = pl.DataFrame(
        [
            {"kind": name, "head_from": kind.head_from, "head_to": kind.head_to, "men": kind.men,
             "first_child_from": kind.first_child_from}
            for name, kind in KINDS.items()
        ]
    )  # fmt: skip
    return (
        households.with_columns(
            kind=draws.one_of(row, "kind", spread({name: kind.weight for name, kind in KINDS.items()}))
        )
        .join(of_kind, on="kind", how="left", maintain_order="left")
        .with_columns(
            man_heads=draws.happens(row, "man heads", pl.col("men")),
            age_head=draws.between(row, "head", pl.col("head_from"), pl.col("head_to")),
        )
        .with_columns(age_spouse=pl.col("age_head") - draws.between(row, "spouse", -2, 4))
        .with_columns(age_spouse=_within(draws, row, "age_spouse"))
        .with_columns(age_child_1=_first_child(draws, row))
        .with_columns(age_child_2=_next_child(draws, row, "child_1", at_least=1.3))
        .with_columns(age_child_3=_next_child(draws, row, "child_2", at_least=0.0))
        .with_columns(
            age_father=pl.col("age_head") + draws.between(row, "father", 21, 31),
            age_mother=pl.col("age_head") + draws.between(row, "mother", 20, 28),
            age_grandchild_1=draws.between(row, "grandchild_1", 3, 15),
        )
        .with_columns(age_grandchild_2=_next_child(draws, row, "grandchild_1", at_least=0.0))
        .drop("household", "head_from", "head_to", "men", "first_child_from")
    )


def members(households: pl.DataFrame) -> pl.DataFrame:
    """One row a member, in the order of the household book: the household's columns, `role`, `relation`, `age`."""
    kinds = pl.DataFrame(
        [
            {"kind": name, "role": role, "relation": ROLES[role]}
            for name, kind in KINDS.items()
            for role in ROLES
            if role in kind.roles
        ]
    )
    age = pl.lit(None, dtype=pl.Float64)
    for role in ROLES:
        age = pl.when(pl.col("role") == role).then(pl.col(f"age_{role}")).otherwise(age)
    return (
        households.join(kinds, on="kind", how="left", maintain_order="left_right")
        .with_columns(age=age)
        .drop([f"age_{role}" for role in ROLES])
    )


def _within(draws: Draws, row: pl.Expr, age: str) -> pl.Expr:
    """Nobody marries under 22. Who would be younger gets an age of their own: cut off, thousands would share a day."""
    young = draws.between(row, f"{age} of the young", YOUNGEST_SPOUSE, YOUNGEST_SPOUSE + 2)
    return pl.when(pl.col(age) < YOUNGEST_SPOUSE).then(young).otherwise(pl.col(age))


def _first_child(draws: Draws, row: pl.Expr) -> pl.Expr:
    has_spouse = pl.col("kind") != "one parent"
    younger = pl.when(has_spouse).then(pl.min_horizontal("age_head", "age_spouse")).otherwise(pl.col("age_head"))
    grown = pl.col("kind") == "grown child"
    eldest = younger - YOUNGEST_MOTHER
    eldest = pl.when(grown).then(eldest).otherwise(eldest.clip(upper_bound=OLDEST_MINOR))
    youngest = pl.col("first_child_from")
    return youngest + draws.unit(row, "child_1").sqrt() * (eldest - youngest)  # more near the upper end: births fall


def _next_child(draws: Draws, row: pl.Expr, elder: str, *, at_least: float) -> pl.Expr:
    age = pl.col(f"age_{elder}")
    eldest = (age - GAP_YEARS).clip(lower_bound=0.0)
    drawn = draws.between(row, f"after {elder}", pl.min_horizontal(pl.lit(at_least), eldest), eldest)
    return pl.when(pl.col("kind") == "twins").then(age).otherwise(drawn)
