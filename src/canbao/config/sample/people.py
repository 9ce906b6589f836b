"""An invented register: whole villages of households with names, numbers, categories and last year's enrolment.

`make_people` is the door. The people add up exactly to the populations given, times the percentage. The identity
numbers are well formed and were never issued: their place is 99 and the last four digits of the county's own code.

Rates are ours: chosen so that a county looks like one (about 1 % 特困, 4 % 低保, 6 % 稳定脱贫, 8 % in the employee
scheme), not taken from statistics.
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import cast

import polars as pl

from canbao.config.sample.categories import categories_of
from canbao.config.sample.draws import Draws
from canbao.config.sample.households import make_households, members
from canbao.config.sample.names import given_name, surname

Town = tuple[str, str, int]
"""Name, 12-digit code, people on the household register."""

COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "household_no": pl.Int64, "household_code": pl.String, "village_code": pl.String, "village_name": pl.String,
    "town_code": pl.String, "town_name": pl.String, "person_no": pl.Int64, "relation": pl.String, "name": pl.String,
    "sex": pl.String, "born_on": pl.Date, "number": pl.String, "phone": pl.String, "passbook_account": pl.String,
    "hukou": pl.String, "categories": pl.List(pl.String), "last_year_enrolled": pl.Boolean,
    "is_returning_worker": pl.Boolean, "employee_scheme": pl.Boolean,
}  # fmt: skip

PEOPLE_A_VILLAGE = 4500
FEWEST_IN_A_SAMPLED_VILLAGE = 250
FIRST_VILLAGE = 200  # 村委会 are numbered from 200
DAYS_A_YEAR = 365.25
SEQUENCES_A_DAY = 499  # of 999, every other one is a man's
CLAN_SHARE = 0.35
_NUMERALS = "〇一二三四五六七八九"
# ISO 7064 MOD 11-2 as GB 11643 tabulates it: weights of the seventeen digits, then the character for each remainder.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"


def make_people(towns: Sequence[Town], percent: float, seed: int, on: date) -> pl.DataFrame:
    """The register on the day `on`, `percent` of each town's people; columns as in `COLUMNS`, one row a person.

    `household_no` and `person_no` count from 1 and are unique in the frame, as are `number`, `household_code` and (a
    household) `passbook_account`. `hukou` is `registered`, `permit` or `student`. `phone` may be null.
    """
    draws = Draws(seed)
    villages = _villages(towns, percent)
    people = (
        members(make_households(villages, draws))
        .join(villages, on="village_no", how="left", maintain_order="left")
        .filter(pl.int_range(pl.len()).over("village_no") < pl.col("people"))
        .with_row_index("person_no", offset=1)
        .with_columns(pl.col("person_no", "household_no").cast(pl.Int64))
    )
    if people.height != villages["people"].sum():
        raise ValueError("too few households for the people of a village")
    people = _renumber_households(people)
    row = pl.col("person_no")
    people = people.with_columns(sex=_sex(draws, row), born_on=_born_on(on))
    people = people.with_columns(name=_name(draws, row), number=_numbers(draws, people))
    return (
        people.with_columns(categories=categories_of(draws))
        .with_columns(employee_scheme=_employee_scheme(draws, row))
        .with_columns(**_standing(draws, row), **_accounts())
        .select(pl.col(name).cast(dtype) for name, dtype in COLUMNS.items())
    )


def _villages(towns: Sequence[Town], percent: float) -> pl.DataFrame:
    """Villages with how many people each gets; sums are exact, by largest remainder."""
    share = Decimal(str(percent)) / 100
    total = int((sum(population for *_, population in towns) * share).quantize(Decimal(1), ROUND_HALF_UP))
    sampled = _apportion(total, [population for *_, population in towns])
    rows = []
    for (town_name, town_code, population), people in zip(towns, sampled, strict=True):
        count = min(20, max(8, round(population / PEOPLE_A_VILLAGE)))
        count = min(count, max(3, round(people / FEWEST_IN_A_SAMPLED_VILLAGE)))
        # Villages differ in size, from 0.7 to 1.3 of the average, in a fixed pattern.
        sizes = _apportion(people, [70 + at * 37 % 61 for at in range(count)])
        rows += [
            {
                "town_name": town_name,
                "town_code": town_code,
                "village_name": f"示例{_numeral(at + 1)}村",
                "village_code": f"{town_code[:9]}{FIRST_VILLAGE + at:03d}",
                "people": size,
            }
            for at, size in enumerate(sizes)
        ]
    return pl.DataFrame(rows).with_row_index("village_no")


def _apportion(total: int, weights: Sequence[int]) -> list[int]:
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: (-(total * weights[at] % whole), at))
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return parts


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else _NUMERALS[tens]) + ("十" if tens else "") + (_NUMERALS[ones] if ones else "")


def _renumber_households(people: pl.DataFrame) -> pl.DataFrame:
    """Numbers without gaps, and each household's number inside its village."""
    return people.with_columns(
        household_no=pl.col("household_no").rle_id().cast(pl.Int64) + 1,
        in_village=pl.col("household_no") - pl.col("household_no").first().over("village_no") + 1,
    )


def _sex(draws: Draws, row: pl.Expr) -> pl.Expr:
    role, man_heads = pl.col("role"), pl.col("man_heads")
    is_man = (
        pl.when(role == "head").then(man_heads)
        .when(role == "spouse").then(~man_heads)
        .when(role == "father").then(pl.lit(True))
        .when(role == "mother").then(pl.lit(False))
        .otherwise(draws.happens(row, "is a boy", 0.53))
    )  # fmt: skip
    return pl.when(is_man).then(pl.lit("男")).otherwise(pl.lit("女"))


def _born_on(on: date) -> pl.Expr:
    return pl.lit(on) - pl.duration(days=(pl.col("age") * DAYS_A_YEAR).floor().cast(pl.Int64))


def _name(draws: Draws, row: pl.Expr) -> pl.Expr:
    """Children bear the man's surname; a third of a village's households bear the village's."""
    household, village = pl.col("household_no"), pl.col("village_no")
    of_clan = draws.happens(household, "of the clan", CLAN_SHARE)
    family = pl.when(of_clan).then(surname(draws, village, "clan")).otherwise(surname(draws, household, "family"))
    married_in = pl.col("role").is_in(["spouse", "mother"]) == pl.col("man_heads")
    married_in = pl.when(pl.col("role") == "head").then(~pl.col("man_heads")).otherwise(married_in)
    inherits = ~pl.col("role").is_in(["head", "spouse", "mother"])
    own = surname(draws, row, "own surname")
    first = pl.when(married_in & ~inherits).then(own).otherwise(family)
    return first + given_name(draws, row, pl.col("sex"), pl.col("born_on").dt.year())


def _numbers(draws: Draws, people: pl.DataFrame) -> pl.Series:
    """Unique by construction: people of one birthday and sex are numbered on, from a start of that day's own.

    Brothers and sisters born together stand next to each other and so get neighbouring numbers, as in life.
    """
    born_on = pl.col("born_on").dt
    day = born_on.year().cast(pl.Int64) * 10000 + born_on.month().cast(pl.Int64) * 100 + born_on.day()
    rank = _rank_in_group(people.select(born=day * 2 + (pl.col("sex") == "男")))
    if cast(int, rank.max()) >= SEQUENCES_A_DAY:
        raise ValueError("more people born on one day than a county has numbers for")
    start = (draws.whole(day, "first of the day") % pl.lit(SEQUENCES_A_DAY, dtype=pl.UInt64)).cast(pl.Int64)
    is_man = pl.col("sex") == "男"
    sequence = (start + rank) % SEQUENCES_A_DAY * 2 + pl.when(is_man).then(1).otherwise(2)
    place = ("99" + pl.col("town_code").str.slice(2, 4)).cast(pl.Int64)
    seventeen = people.select(seventeen=place * 10**11 + day * 1000 + sequence)  # once, not seventeen times
    digits = [pl.col("seventeen") // 10 ** (16 - at) % 10 * weight for at, weight in enumerate(_WEIGHTS)]
    check = pl.lit(_CHECK_CHARACTERS).str.slice(pl.sum_horizontal(digits) % len(_CHECK_CHARACTERS), 1)
    return seventeen.select(number=pl.col("seventeen").cast(pl.String) + check)["number"]


def _rank_in_group(groups: pl.DataFrame) -> pl.Series:
    """How many rows of the same value (of the one column) stand before each; a window over 60 000 groups is slow."""
    ordered = groups.select(group=pl.first()).with_row_index("row").sort("group", "row")
    first = pl.when(pl.col("group") != pl.col("group").shift()).then(pl.int_range(pl.len())).forward_fill()
    return ordered.select("row", rank=pl.int_range(pl.len()) - first.fill_null(0)).sort("row")["rank"]


def _employee_scheme(draws: Draws, row: pl.Expr) -> pl.Expr:
    age, poor = pl.col("age"), pl.col("categories").list.len() > 0
    chance = pl.when(age.is_between(22, 60)).then(0.15).when(age >= 60).then(0.05).otherwise(0.0)
    return draws.happens(row, "employee scheme", chance) & ~poor


def _standing(draws: Draws, row: pl.Expr) -> dict[str, pl.Expr]:
    age, household = pl.col("age"), pl.col("household_no")
    in_categories = pl.col("categories").list.len() > 0
    renewed = pl.when(age < 1).then(0.6).when(in_categories).then(0.99).when(age.is_between(20, 45)).then(0.92)
    is_student = age.is_between(18, 22.5) & draws.happens(row, "at university", 0.25)
    has_permit = draws.happens(household, "residence permit", 0.03)
    has_phone = draws.happens(row, "has a phone", pl.when(age < 14).then(0).when(age > 65).then(0.5).otherwise(0.93))
    return {
        "last_year_enrolled": draws.happens(row, "enrolled last year", renewed.otherwise(0.965))
        & ~pl.col("employee_scheme"),
        "is_returning_worker": age.is_between(20, 56)
        & ~pl.col("employee_scheme")
        & draws.happens(row, "works away", 0.07),
        "hukou": pl.when(is_student).then(pl.lit("student"))
        .when(has_permit).then(pl.lit("permit"))
        .otherwise(pl.lit("registered")),
        "phone": pl.when(has_phone).then("000" + row.cast(pl.String).str.zfill(8)),
    }  # fmt: skip


def _accounts() -> dict[str, pl.Expr]:
    """农户编码 is village and number in it; the passbook is one-to-one with it, in figures that no bank issues."""
    code = pl.col("village_code") + pl.col("in_village").cast(pl.String).str.zfill(5)
    return {"household_code": code, "passbook_account": "000" + code}
