"""What would happen to a population under other rules: people, money and funds before and after, and who changes.

Both packs are tabulated over the same people; everything else is counting. Nothing here reads a file: the command and a
county's page give a table and get a `Simulation`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import polars as pl

from canbao.kernel.fen import yuan
from canbao.policy.facts import BadFacts, Facts
from canbao.policy.pack import Pack
from canbao.policy.table import tabulate

FACTS = tuple(one.name for one in fields(Facts))
DAYS_OF_PAYMENT = ("on", "paid_on")
SIDES = ("before", "after")
CHANGES = ("accepted", "refused", "known", "unknown", "more", "less", "helped", "given_back", "start", "tier")
"""How somebody changes, in the order of precedence: everybody is counted once, by the first that holds."""

_INNER = "inner_"  # columns for counting only
_BETWEEN_NAMES = r"[，,;；]"
_GRADE = "\x1f"  # stands between a name and its grade; it cannot be typed


@dataclass(frozen=True, slots=True)
class Fund:
    """What one payer gives, and for how many people."""

    people: int
    fen: int

    def as_json(self) -> dict[str, Any]:
        return {"people": self.people, "amount": yuan(self.fen)}


NO_FUND = Fund(0, 0)


@dataclass(frozen=True, slots=True)
class Sums:
    """A group of people under one of the packs. Amounts are sums of what is known; `unknown` people are in none."""

    people: int = 0
    refused: int = 0
    unknown: int = 0
    pays_nothing: int = 0
    pays_fen: int = 0
    government_fen: int = 0
    waived_fen: int = 0
    funds: Mapping[str, Fund] = field(default_factory=dict)
    paid_back: Mapping[str, Fund] = field(default_factory=dict)

    @property
    def funds_fen(self) -> int:
        """What all payers together give at once."""
        return sum(fund.fen for fund in self.funds.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "people": self.people,
            "refused": self.refused,
            "unknown": self.unknown,
            "pays_nothing": self.pays_nothing,
            "pays": yuan(self.pays_fen),
            "government": yuan(self.government_fen),
            "waived": yuan(self.waived_fen),
            "funds": {payer: fund.as_json() for payer, fund in self.funds.items()},
            "paid_back": {payer: fund.as_json() for payer, fund in self.paid_back.items()},
        }


@dataclass(frozen=True, slots=True)
class Group:
    """A division or a category, before and after. The name is empty for people without one."""

    name: str
    before: Sums
    after: Sums

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "before": self.before.as_json(), "after": self.after.as_json()}


@dataclass(frozen=True)
class Simulation:
    """The whole answer. Somebody with several categories is counted in each of them."""

    old: Pack
    new: Pack
    together: Group
    by: str | None
    by_division: tuple[Group, ...]
    by_category: tuple[Group, ...]
    changes: Mapping[str, int]
    changed: pl.DataFrame
    """Who changes: the population's columns, the answers before and after (amounts in fen), and `change`."""

    def as_json(self) -> dict[str, Any]:
        return {
            "old": {"pack": self.old.key, "title": self.old.document.title, "digest": self.old.digest},
            "new": {"pack": self.new.key, "title": self.new.document.title, "digest": self.new.digest},
            "people": self.together.before.people,
            "before": self.together.before.as_json(),
            "after": self.together.after.as_json(),
            "changed": self.changed.height,
            "changes": dict(self.changes),
            "by": self.by,
            "by_division": [group.as_json() for group in self.by_division],
            "by_category": [group.as_json() for group in self.by_category],
        }


def simulate(
    old: Pack, new: Pack, population: pl.DataFrame, by: str | None = None, *, without_days: bool = False
) -> Simulation:
    """The population under both packs. `by` is the column of its divisions.

    `without_days` leaves `on` and `paid_on` out, so that everybody pays on the first day of either window: for packs of
    different years. Raises `BadFacts`, naming column and value, for what cannot be read.
    """
    if by is not None and by not in population.columns:
        raise BadFacts(by, f"人口表里没有这一列；有：{'、'.join(population.columns)}")
    left_out = DAYS_OF_PAYMENT if without_days else ()
    facts = population.select(name for name in population.columns if name in FACTS and name not in left_out)
    people = pl.concat(
        [_answered(pack, facts, population.height, side) for pack, side in zip((old, new), SIDES, strict=True)],
        how="horizontal",
    )
    everybody = pl.repeat("", population.height, dtype=pl.String, eager=True)
    divisions = population[by].cast(pl.String).fill_null("") if by is not None else everybody
    rows, categories = _categories(old, new, population)
    kinds = _kinds(people)
    is_changed = kinds.is_not_null()
    shown = [name for name in people.columns if not name.startswith(_INNER)]
    taken = [name for name in (*shown, "change") if name in population.columns]
    if taken:
        raise BadFacts("、".join(taken), "人口表里已有这些列，结果无处可写，请先改名")
    changed = population.filter(is_changed).hstack(people.select(shown).filter(is_changed).get_columns())
    counted = kinds.drop_nulls().value_counts()
    count_of = dict(zip(counted[kinds.name], counted["count"], strict=True))
    return Simulation(
        old=old,
        new=new,
        together=next(iter(_groups(people, everybody, [""])), Group("", Sums(), Sums())),
        by=by,
        by_division=tuple(_groups(people, divisions, sorted(divisions.unique()))) if by is not None else (),
        by_category=tuple(_groups(people[rows], categories, _order(old, new, categories))),
        changes={kind: count_of[kind] for kind in CHANGES if kind in count_of},
        changed=changed.with_columns(kinds.drop_nulls().alias("change")),
    )


_ANSWERS = ("pays_fen", "government_fen", "shares", "waived", "paid_back", "covered_from", "enjoys", "refusal.code", "refusal.says")  # fmt: skip


def _answered(pack: Pack, facts: pl.DataFrame, people: int, side: str) -> pl.DataFrame:
    """Everybody's answer under one pack, in columns that end in `_before` or `_after`."""
    if not facts.width:
        facts = pl.DataFrame({"tier": pl.repeat(None, people, dtype=pl.String, eager=True)})
    table = tabulate(pack, facts, answers=_ANSWERS)
    flat = pl.DataFrame(
        {
            "pays_fen": table["pays_fen"],
            "government_fen": table.select(
                pl.when(pl.col("refusal.code").is_null()).then("government_fen")
            ).to_series(),  # who is refused is not enrolled, and nobody adds anything
            "helped": table.select(_told("shares")).to_series(),
            "waived_fen": table.select(_sum_of("waived")).to_series(),
            "given_back": table.select(_told("paid_back")).to_series(),
            "covered_from": table["covered_from"],
            "enjoys": table["enjoys"],
            "refused": table["refusal.code"],
            "why_refused": table["refusal.says"],
            "inner_shares": table["shares"],
            "inner_paid_back": table["paid_back"],
            "inner_start": (table["covered_from"] - pack.period.first).dt.total_days(),
        }
    )
    return flat.rename({name: f"{name}_{side}" for name in flat.columns})


def _told(name: str) -> pl.Expr:
    """`县财政 280.00、残联 40.00`: who gives how much, without clauses, so that it can be compared."""
    fen = pl.element().struct.field("fen")
    amount = pl.format(
        "{} {}.{}", pl.element().struct.field("payer"), fen // 100, (fen % 100).cast(pl.String).str.zfill(2)
    )
    return pl.col(name).list.eval(amount).list.join("、")


def _sum_of(name: str) -> pl.Expr:
    return pl.col(name).list.eval(pl.element().struct.field("fen")).list.sum().fill_null(0)


def _kinds(people: pl.DataFrame) -> pl.Series:
    """For each person how they change, the first that holds; null for who does not."""

    def both(name: str) -> tuple[pl.Expr, pl.Expr]:
        return pl.col(f"{name}_before"), pl.col(f"{name}_after")

    def differ(*names: str) -> pl.Expr:
        return pl.any_horizontal(pl.col(f"{name}_before").ne_missing(pl.col(f"{name}_after")) for name in names)

    pays, pays_now = both("pays_fen")
    refused, refused_now = both("refused")
    holds = {
        "accepted": refused.is_not_null() & refused_now.is_null(),
        "refused": refused.is_null() & refused_now.is_not_null(),
        "known": refused.is_null() & refused_now.is_null() & pays.is_null() & pays_now.is_not_null(),
        "unknown": refused.is_null() & refused_now.is_null() & pays.is_not_null() & pays_now.is_null(),
        "more": pays_now > pays,
        "less": pays_now < pays,
        "helped": differ("helped", "waived_fen"),
        "given_back": differ("given_back"),
        "start": differ("inner_start"),  # earlier or later in the period; that another year has other days is no change
        "tier": differ("enjoys"),
    }
    found = pl.coalesce(pl.when(holds[kind]).then(pl.lit(kind)) for kind in CHANGES)
    return people.select(found.alias("change")).to_series()


def _groups(people: pl.DataFrame, key: pl.Series, order: Iterable[str]) -> list[Group]:
    """The sums of each group, before and after, in this order."""
    keyed = people.with_columns(key.alias("key"))
    before, after = (_sums(keyed, side) for side in SIDES)
    return [Group(name, before[name], after[name]) for name in order if name in before]


def _sums(people: pl.DataFrame, side: str) -> dict[str, Sums]:
    pays, refused = pl.col(f"pays_fen_{side}"), pl.col(f"refused_{side}")
    table = people.group_by("key").agg(
        people=pl.len(),
        refused=refused.is_not_null().sum(),
        unknown=(refused.is_null() & pays.is_null()).sum(),
        pays_nothing=(pays == 0).sum(),
        pays_fen=pays.sum(),
        government_fen=pl.col(f"government_fen_{side}").sum(),
        waived_fen=pl.col(f"waived_fen_{side}").sum(),
    )
    shares, paid_back = _funds(people, f"inner_shares_{side}"), _funds(people, f"inner_paid_back_{side}")
    return {
        row.pop("key"): Sums(**row, funds=shares.get(row_key, {}), paid_back=paid_back.get(row_key, {}))
        for row in table.iter_rows(named=True)
        if (row_key := row["key"]) is not None
    }


def _funds(people: pl.DataFrame, name: str) -> dict[str, dict[str, Fund]]:
    """By group and payer; the payer who gives most comes first."""
    rows = people.select("key", parts=pl.col(name)).with_row_index("person").filter(pl.col("parts").list.len() > 0)
    parts = rows.explode("parts").select(
        "key",
        "person",
        payer=pl.col("parts").struct.field("payer"),
        fen=pl.col("parts").struct.field("fen"),
    )
    table = parts.group_by("key", "payer").agg(people=pl.col("person").n_unique(), fen=pl.col("fen").sum())
    found: dict[str, dict[str, Fund]] = {}
    for row in table.sort("key", "fen", "payer", descending=[False, True, False]).iter_rows(named=True):
        found.setdefault(row["key"], {})[row["payer"]] = Fund(row["people"], row["fen"])
    return found


def _categories(old: Pack, new: Pack, population: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """A row for each person and category: the person's number, and the category's name ("" for who has none)."""
    if "categories" not in population.columns:
        number = pl.int_range(population.height, dtype=pl.UInt32, eager=True)
        return number, pl.repeat("", population.height, dtype=pl.String, eager=True)
    column = population["categories"]
    texts = population.select(_texts(column.dtype)).to_series()
    long = (
        pl.DataFrame({"text": texts})
        .with_row_index("person")
        .explode("text", empty_as_null=True)
        .with_columns(pl.col("text").str.strip_chars().fill_null(""))
    )
    written = long["text"].unique().to_list()
    names = {text: _name(old, new, text) for text in written}
    named = long.select("person", name=pl.col("text").replace_strict(names, return_dtype=pl.String)).unique(
        maintain_order=True
    )
    return named["person"], named["name"]


def _texts(kind: pl.DataType) -> pl.Expr:
    """Each person's categories as a list of texts, a grade behind its name."""
    column = pl.col("categories")
    if isinstance(kind, pl.List) and isinstance(kind.inner, pl.Struct):
        inner = [one.name for one in kind.inner.fields]
        name = pl.element().struct.field("name")
        if "grade" not in inner:
            return column.list.eval(name)
        grade = pl.element().struct.field("grade")
        return column.list.eval(
            pl.when(grade.is_null()).then(name).otherwise(pl.concat_str(name, pl.lit(_GRADE), grade))
        )
    if isinstance(kind, pl.List):
        return column.cast(pl.List(pl.String))
    return column.cast(pl.String).str.replace_all(_BETWEEN_NAMES, "、").str.split("、")


def _name(old: Pack, new: Pack, text: str) -> str:
    """The category's proper name under the newer pack, else the older, else as it is written."""
    name, _, grade = text.partition(_GRADE)
    for pack in (new, old):
        found = pack.category_names.find(name, grade or None)
        if found is not None:
            return found[0]
    return name


def _order(old: Pack, new: Pack, names: pl.Series) -> list[str]:
    """Categories as the packs have them, then others by name, people without one at the end."""
    known = [category.name for pack in (new, old) for category in pack.categories]
    others = sorted(name for name in names.unique() if name not in known and name)
    return [*dict.fromkeys(known), *others, ""]
