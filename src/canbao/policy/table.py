"""A whole population at once: the same function, tabulated.

Each person is reduced to the facts that the pack looks at; the distinct ones (hundreds, whatever the population) are
assessed once each; the table of answers is joined back. Polars does the reducing of days and the joining; every answer
comes from `assess`, so there is no second engine to keep honest.

Columns carry the names of the facts: `categories` (a list of names or of {name, grade, since, until}, or one text
with 、 between names), `traits` (a list or such a text), `tier`, `born_on`, `paid_on`, `on`, `employee_scheme`,
`other_cover` (structs), `last_covered_until`. All are optional; other columns pass through untouched.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from canbao.kernel.fen import yuan
from canbao.policy.assess import assess_reduced
from canbao.policy.assessment import Assessment
from canbao.policy.facts import BadFacts, Facts, facts_from_json
from canbao.policy.pack import Pack
from canbao.policy.reduce import reduce_facts, sight
from canbao.policy.ways import paid_range, ways_in_sight

WORDS = ("categories", "tier", "traits", "employee_scheme", "other_cover")
DAYS = ("born_on", "paid_on", "on")
_KIND, _ON, _PAID, _BORN = "__kind", "__on", "__paid", "__born"
_KEEPS, _IN_WINDOW, _AFTER = "__keeps_days", "__in_window", "__after"
_BETWEEN = re.compile(r"[、,，;；]")

_SHARE = pl.Struct({"payer": pl.String, "fen": pl.Int64, "clause": pl.String, "category": pl.String})
_UNKNOWN = pl.Struct({"what": pl.String, "ask": pl.String, "clause": pl.String})
_ASSUMPTION = pl.Struct({"what": pl.String, "clause": pl.String})
_REFUSAL = pl.Struct({"code": pl.String, "says": pl.String, "clause": pl.String, "remedy": pl.String})
ANSWER_COLUMNS: dict[str, Any] = {
    "individual_fen": pl.Int64,
    "pays_fen": pl.Int64,
    "shares": pl.List(_SHARE),
    "government_fen": pl.Int64,
    "covered_from": pl.Date,
    "covered_until": pl.Date,
    "refusal": _REFUSAL,
    "unknown": pl.List(_UNKNOWN),
    "assumptions": pl.List(_ASSUMPTION),
}
"""What `tabulate` adds: an assessment's fields under their own names, amounts in fen, what is unknown null."""


def tabulate(pack: Pack, population: pl.DataFrame) -> pl.DataFrame:
    """The population with the answer beside each person, in the same order.

    Raises `BadFacts` for a column of the wrong type or a value that cannot be read, naming column and value.
    """
    table, places = answers(pack, population)
    return population.hstack(table[places].get_columns())


def tabulate_for_file(pack: Pack, population: pl.DataFrame) -> pl.DataFrame:
    """The same with the amounts also in yuan as text, under the names that an assessment has in JSON."""
    table, places = answers(pack, population)
    names = [name for name in ("individual", "pays", "government") if name not in population.columns]
    in_yuan = [
        pl.col(f"{name}_fen").map_elements(yuan, return_dtype=pl.String, skip_nulls=True).alias(name) for name in names
    ]
    return population.hstack(table.with_columns(in_yuan)[places].get_columns())


def answers(pack: Pack, population: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """The distinct answers, and for each person the row of theirs."""
    taken = [name for name in ANSWER_COLUMNS if name in population.columns]
    if taken:
        raise BadFacts("、".join(taken), "人口表里已有这些列，结果无处可写，请先改名")
    keyed, stems = _kinds(population)
    days = _reduced_days(pack, keyed, stems)
    distinct = days.unique(maintain_order=True)
    rows = [_row(assess_reduced(pack, facts)) for facts in _facts(pack, distinct, stems)]
    table = pl.DataFrame(rows, schema=ANSWER_COLUMNS, orient="row")
    places = days.join(
        distinct.with_row_index("__answer"), on=days.columns, how="left", nulls_equal=True, maintain_order="left"
    )
    return table, places["__answer"]


def _kinds(population: pl.DataFrame) -> tuple[pl.DataFrame, list[Facts]]:
    """The days of each person with the number of their kind (the same words), and the words of each kind as facts."""
    words = [name for name in WORDS if name in population.columns]
    days = pl.DataFrame([_day_column(population, name) for name in DAYS])
    if not words:
        return days.with_columns(pl.lit(0, pl.UInt32).alias(_KIND)), [Facts()]
    keys = population.select(_key(population, name) for name in words)
    numbered = keys.unique(maintain_order=True).with_row_index(_KIND)
    kind = keys.join(numbered, on=words, how="left", nulls_equal=True, maintain_order="left")[_KIND]
    first_rows = kind.to_frame().with_row_index("__row").group_by(_KIND).agg(pl.col("__row").min()).sort(_KIND)
    examples = population.select(words)[first_rows["__row"]]
    return days.with_columns(kind), [_words(row) for row in examples.iter_rows(named=True)]


def _day_column(population: pl.DataFrame, name: str) -> pl.Series:
    if name not in population.columns:
        return pl.repeat(None, population.height, dtype=pl.Date, eager=True).alias(name)
    if population.schema[name] not in (pl.Date, pl.Null):
        raise BadFacts(name, f"这一列应是日期，而不是 {population.schema[name]}")
    return population[name].cast(pl.Date)


def _key(population: pl.DataFrame, name: str) -> pl.Expr:
    """One text a person that differs whenever the words differ; texts compare faster than lists and structs."""
    kind, column = population.schema[name], pl.col(name)
    if isinstance(kind, pl.List):
        inner = pl.element().struct.json_encode() if isinstance(kind.inner, pl.Struct) else pl.element()
        text = column.list.eval(inner) if isinstance(kind.inner, pl.Struct) else column
        # the count keeps ["a", null] apart from ["a"]; the separator cannot be typed
        return pl.concat_str(text.list.len(), text.list.join("\x1f", ignore_nulls=True), separator="\x1e").alias(name)
    if isinstance(kind, pl.Struct):
        return pl.when(column.is_not_null()).then(column.struct.json_encode()).alias(name)
    if kind in (pl.String, pl.Null) or isinstance(kind, pl.Categorical | pl.Enum):
        return column.cast(pl.String)
    raise BadFacts(name, f"这一列不能是 {kind}")


def _words(row: dict[str, Any]) -> Facts:
    """A person's words as facts, read by the same reader as JSON."""
    data: dict[str, Any] = {}
    for name, value in row.items():
        if name in ("categories", "traits") and isinstance(value, str):
            data[name] = [piece for piece in _BETWEEN.split(value) if piece.strip()]
        else:
            data[name] = value
    return facts_from_json(data)


def _reduced_days(pack: Pack, keyed: pl.DataFrame, stems: list[Facts]) -> pl.DataFrame:
    """The days of each person, with those made equal that no rule can tell apart; `reduce_facts` finishes the rest."""
    flags = pl.DataFrame(
        [_flags(pack, stem) for stem in stems],
        schema={_KEEPS: pl.Boolean, _IN_WINDOW: pl.Boolean, _AFTER: pl.Boolean},
        orient="row",
    )
    window, on, paid, born = pack.window, pl.col("on"), pl.col("paid_on"), pl.col("born_on")
    assert window.last is not None
    far = date(max(pack.benefit_period.last, window.last).year + 1, 12, 31)
    first_day = pl.lit(window.first, pl.Date)
    asked = pl.coalesce(on, paid, first_day)
    settled = keyed.select(_KIND, asked.alias(_ON), pl.coalesce(paid, asked).alias(_PAID), born.alias(_BORN))
    flagged = settled.hstack(flags[settled[_KIND]].get_columns())
    inside = pl.col(_PAID).is_between(window.first, window.last)
    after = pl.col(_PAID) > window.last
    plain_inside = inside & ~pl.col(_KEEPS) & ~pl.col(_IN_WINDOW)
    nothing_after = after & ~pl.col(_KEEPS) & ~pl.col(_AFTER) & ~pl.col(_IN_WINDOW)
    seen_birth = pl.col(_BORN) >= sight(pack).born_from
    nothing_after = nothing_after & ~seen_birth.fill_null(value=False)
    paid_day = pl.when(plain_inside).then(first_day).when(nothing_after).then(pl.lit(far, pl.Date)).otherwise(_PAID)
    late_birth = pl.col(_BORN) > pack.period.first
    born_day = pl.when(pl.when(plain_inside).then(late_birth).otherwise(seen_birth)).then(_BORN)
    on_day = pl.when(pl.col(_KEEPS)).then(_ON).otherwise(paid_day)
    return flagged.select(_KIND, on_day.alias(_ON), paid_day.alias(_PAID), born_day.alias(_BORN))


def _flags(pack: Pack, stem: Facts) -> tuple[bool, bool, bool]:
    """Whether this kind's days are all looked at; whether a way in is in sight for it in the window; and after it."""
    keeps = (
        stem.employee_scheme is not None
        or stem.other_cover is not None
        or any(held.since or held.until for held in stem.categories)
    )
    reduced = reduce_facts(pack, stem)
    in_window = bool(ways_in_sight(pack, reduced, pack.window.first)) or _has_in_window_birth_way(pack)
    after = any(
        (days := paid_range(pack, way)) is not None
        and days.last is not None
        and way in ways_in_sight(pack, reduced, days.last)
        for way in pack.ways_in
    )
    return keeps, in_window, after


def _has_in_window_birth_way(pack: Pack) -> bool:
    """A way in that looks at a birth date inside the window: then no day of anybody is plain."""
    return any(
        way.paid != "after_window"
        and (way.when.born_since or way.when.paid_within_of_birth or way.when.paid_later_than_birth_by)
        for way in pack.ways_in
    )


def _facts(pack: Pack, distinct: pl.DataFrame, stems: list[Facts]) -> Iterator[Facts]:
    for kind, on, paid, born in distinct.select(_KIND, _ON, _PAID, _BORN).iter_rows():
        stem = stems[kind]
        yield reduce_facts(
            pack,
            Facts(
                categories=stem.categories,
                tier=stem.tier,
                traits=stem.traits,
                born_on=born,
                paid_on=paid,
                on=on,
                employee_scheme=stem.employee_scheme,
                other_cover=stem.other_cover,
            ),
        )


def _row(answer: Assessment) -> tuple[object, ...]:
    return (
        answer.individual_fen,
        answer.pays_fen,
        [{"payer": s.payer, "fen": s.fen, "clause": s.clause, "category": s.category} for s in answer.shares],
        answer.government_fen,
        answer.covered_from,
        answer.covered_until,
        answer.refusal.as_json() if answer.refusal else None,
        [unknown.as_json() for unknown in answer.unknown],
        [assumption.as_json() for assumption in answer.assumptions],
    )
