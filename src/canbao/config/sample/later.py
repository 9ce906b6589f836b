"""What happens to the invented county after its window: children are born, and 低保 is decided anew at the year's end.

Both are small frames made from the register, so that the season can be played: newborns who are paid for in time, on
the last day, and a day too late; people newly on the list who had paid in full, and people struck off who had not.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import xlsxwriter

from canbao.config.sample.categories import ALLOWANCE
from canbao.config.sample.draws import Draws
from canbao.kernel.identity import check_character

KEPT, ADDED, STRUCK = "kept", "added", "struck"
_TO_THE_DAY = (89, 90, 91, 0)  # days from birth to payment of the first four: in time, the last day, too late, at once
_TWINS = (5, 6)


def newborns(people: pl.DataFrame, seed: int, *, born_from: date, born_until: date, count: int) -> pl.DataFrame:
    """`count` children born in the period, each with a parent on the register who answers for it.

    Columns: `household_no`, `household_code`, `village_code`, `guardian_no`, `guardian_name`, `name`, `sex`, `born_on`,
    `number` (null while it has none), `pays_on`. The first four are paid for 89, 90, 91 and 0 days after birth; the
    sixth and seventh are twins of one day. A child without a number is called after its parent, with 宝宝.
    """
    draws = Draws(seed)
    days = (born_until - born_from).days + 1
    row, order = pl.col("row"), draws.whole(pl.col("person_no"), "bears a child")
    grown = (pl.lit(born_from) - pl.col("born_on")).dt.total_days() / 365.25
    parents = people.filter(grown.is_between(21, 40) & pl.col("relation").is_in(["户主", "配偶"])).sort(order)
    parents = parents.unique("household_no", keep="first", maintain_order=True).head(count)
    twin = (row == _TWINS[1]) & (pl.len() > _TWINS[1])
    drawn = (
        parents.with_row_index("row")
        # The second of the twins stands in the first's family, on the first's day.
        .with_columns(source=pl.when(twin).then(_TWINS[0]).otherwise(row))
        .with_columns(
            day=draws.whole(pl.col("source"), "day of birth") % days,
            sex=pl.when(draws.happens(row, "a boy", 0.53)).then(pl.lit("男")).otherwise(pl.lit("女")),
            waits=draws.whole(row, "waits") % 120,
            has_number=draws.happens(row, "has a number", 0.6) & ~row.is_in(_TWINS),
        )
    )
    rows = drawn.to_dicts()
    return pl.DataFrame([_child(child, rows[child["source"]], born_from) for child in rows], infer_schema_length=None)


def _child(child: dict[str, object], family: dict[str, object], born_from: date) -> dict[str, object]:
    at = int(str(child["row"]))
    born_on = born_from + timedelta(days=int(str(child["day"])))
    waits = _TO_THE_DAY[at] if at < len(_TO_THE_DAY) else int(str(child["waits"]))
    number = None
    if child["has_number"]:
        # The row is in the sequence, so that no two are alike whatever their day.
        sequence = at % 499 * 2 + (1 if child["sex"] == "男" else 2)
        seventeen = f"{str(family['number'])[:6]}{born_on:%Y%m%d}{sequence:03d}"
        number = seventeen + check_character(seventeen)
    name = f"{family['name']}宝宝" if number is None else f"{str(family['name'])[0]}{'安宁康乐平和欣悦'[at % 8]}"
    if at == _TWINS[1]:
        name += "二"
    return {
        **{key: family[key] for key in ("household_no", "household_code", "village_code")},
        "guardian_no": family["person_no"],
        "guardian_name": family["name"],
        "name": name,
        "sex": child["sex"],
        "born_on": born_on,
        "number": number,
        "pays_on": born_on + timedelta(days=waits),
    }


def late_roster(people: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The 低保 list decided anew: `person_no`, `name`, `number`, `town_name`, `village_name`, `change`.

    `change` is `kept`, `added` (whole households that were in no category before) or `struck` (households no longer on
    it): about three in a hundred each, at least one household.
    """
    draws = Draws(seed)
    household = pl.col("household_no")
    on_it = pl.col("categories").list.contains(ALLOWANCE)
    was = people.filter(on_it)
    struck = _some(was, draws, "struck off", max(1, round(was["household_no"].n_unique() * 0.03)))
    free = people.filter(
        (pl.col("categories").list.len().sum().over("household_no") == 0)
        & ~pl.col("employee_scheme").any().over("household_no")
    )
    added = _some(free, draws, "newly on it", max(1, round(was["household_no"].n_unique() * 0.03)))
    listed = pl.concat([
        was.with_columns(change=pl.when(household.is_in(struck)).then(pl.lit(STRUCK)).otherwise(pl.lit(KEPT))),
        free.filter(household.is_in(added)).with_columns(change=pl.lit(ADDED)),
    ])  # fmt: skip
    return listed.select("person_no", "name", "number", "town_name", "village_name", "change").sort("person_no")


def _some(people: pl.DataFrame, draws: Draws, use: str, count: int) -> list[int]:
    households = people.select(pl.col("household_no").unique()).sort(draws.whole(pl.col("household_no"), use))
    return households["household_no"].head(count).to_list()


@dataclass(frozen=True, slots=True)
class LateRosterFile:
    """The full list at its cut-off as civil affairs sends it: who is struck off is simply not there any more."""

    path: Path
    changes: pl.DataFrame


def write_late_roster(people: pl.DataFrame, folder: Path, seed: int, cut_off: date) -> LateRosterFile:
    """Write the list of `late_roster` as it stands on `cut_off`, as an .xlsx that has nothing wrong with it."""
    folder.mkdir(parents=True, exist_ok=True)
    changes = late_roster(people, seed)
    path = folder / f"民政局低保名单截至{cut_off:%Y%m%d}.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("低保")
        page.write_row(0, 0, ["乡镇", "村", "姓名", "身份证号", "人员类别"])
        listed = changes.filter(pl.col("change") != STRUCK).select("town_name", "village_name", "name", "number")
        for at, row in enumerate(listed.iter_rows(), 1):
            page.write_row(at, 0, [*row, ALLOWANCE])
    return LateRosterFile(path, changes)
