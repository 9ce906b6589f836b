"""A whole population at once: the same function, tabulated.

People are cut into cells about which the pack asks the same and hears the same (`cells.py`); one of each is assessed,
and the table of answers is joined back. Every answer comes from `assess`, so there is no second engine to keep honest.

Columns carry the names of the facts: `categories` (a list of names or of {name, grade, since, until, place, relation},
or one text with 、 between names), `traits` and `lines` (a list or such a text), `tier`, `born_on`, `paid_on`, `on`,
`employee_scheme`, `other_cover`, `refund` (structs), `last_covered_until`, `repaired_years`, `years_in_row`,
`claimed_last_year`. All are optional; other columns pass through untouched.
"""

import re
from dataclasses import asdict, fields, is_dataclass
from typing import Any

import numpy as np
import polars as pl

from canbao.kernel.fen import yuan
from canbao.policy.assessment import Assessment
from canbao.policy.cells import NO_DAY, Cells, Codes, Days, day_number
from canbao.policy.facts import BadFacts, Facts, facts_from_json
from canbao.policy.pack import Pack
from canbao.policy.person import DayName

WORDS = ("categories", "tier", "traits", "lines", "repaired_years", "years_in_row", "claimed_last_year")
STRUCTS: dict[str, tuple[str, DayName]] = {
    "employee_scheme": ("left_on", "left"),
    "other_cover": ("until", "other_until"),
    "refund": ("asked_on", "refund_asked"),
}
"""Words with one day among them: the day's name inside, and its name for the rules."""
DAYS: dict[str, DayName] = {"on": "on", "paid_on": "paid", "born_on": "born", "last_covered_until": "last_covered"}
_LISTS = ("categories", "traits", "lines")
_BETWEEN = re.compile(r"[、,，;；]")

_SHARE = pl.Struct({"payer": pl.String, "fen": pl.Int64, "clause": pl.String, "category": pl.String, "line": pl.String})
_WAIVER = pl.Struct({"fen": pl.Int64, "clause": pl.String, "category": pl.String, "line": pl.String})
_LINE = pl.Struct(
    {
        "line": pl.String,
        "individual_fen": pl.Int64,
        "pays_fen": pl.Int64,
        "government_fen": pl.Int64,
        "clause": pl.String,
    }
)
_EARNED = pl.Struct({"what": pl.String, "fen": pl.Int64, "clause": pl.String})
_UNKNOWN = pl.Struct({"what": pl.String, "ask": pl.String, "clause": pl.String})
_ASSUMPTION = pl.Struct({"what": pl.String, "clause": pl.String})
_REFUSAL = pl.Struct({"code": pl.String, "says": pl.String, "clause": pl.String, "remedy": pl.String})
_REFUND = pl.Struct(
    {"reason": pl.String, "allowed": pl.Boolean, "of": pl.String, "says": pl.String, "clause": pl.String}
)
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
    "bill_lines": pl.List(_LINE),
    "waived": pl.List(_WAIVER),
    "paid_back": pl.List(_SHARE),
    "enjoys": pl.String,
    "incentives": pl.List(_EARNED),
    "refund_answer": _REFUND,
}
"""What `tabulate` adds: an assessment's fields, amounts in fen, what is unknown null."""
_COLUMN_OF = {"lines": "bill_lines", "refund": "refund_answer"}  # the short names are those of facts


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
    columns = answer_columns(pack, population)
    taken = [name for name in columns if name in population.columns]
    if taken:
        raise BadFacts("、".join(taken), "人口表里已有这些列，结果无处可写，请先改名")
    kinds, stems = kinds_of(population)
    cells = Cells(pack)
    places = cells.places(kinds, stems, days_of(pack, population))
    table = pl.DataFrame([_row(answer) for answer in cells.answers], schema=ANSWER_COLUMNS, orient="row")
    return table.select(columns), pl.Series("__answer", places)


def answer_columns(pack: Pack, population: pl.DataFrame) -> list[str]:
    """The names of the columns that are added: those of every notice, and those that this one or a question needs."""
    needed = {
        "bill_lines": bool(pack.lines),
        "waived": any(rule.is_waiver for rule in pack.subsidies),
        "paid_back": any(rule.paid_back for rule in pack.subsidies),
        "enjoys": any(standard.enjoys for standard in pack.standards),
        "incentives": bool(pack.incentives),
        "refund_answer": "refund" in population.columns,
    }
    return [name for name in ANSWER_COLUMNS if needed.get(name, True)]


def kinds_of(population: pl.DataFrame) -> tuple[Codes, list[Facts]]:
    """The number of each person's words, and the words of each number as facts without days."""
    words = [name for name in (*WORDS, *STRUCTS) if name in population.columns]
    if not words:
        return np.zeros(population.height, np.int64), [Facts()]
    keys = population.select(_key(population, name) for name in words)
    numbered = keys.unique(maintain_order=True).with_row_index("__kind")
    kind = keys.join(numbered, on=words, how="left", nulls_equal=True, maintain_order="left")["__kind"]
    first_rows = kind.to_frame().with_row_index("__row").group_by("__kind").agg(pl.col("__row").min()).sort("__kind")
    examples = population.select(words)[first_rows["__row"]]
    return kind.to_numpy().astype(np.int64), [_words(row) for row in examples.iter_rows(named=True)]


def days_of(pack: Pack, population: pl.DataFrame) -> dict[DayName, Days]:
    """The days of everybody as numbers, the instant of the question and the day of payment filled in."""
    found: dict[DayName, Days] = {name: _numbers(_day_column(population, column)) for column, name in DAYS.items()}
    for column, (inner, name) in STRUCTS.items():
        found[name] = _numbers(_inner_day(population, column, inner))
    window_first = np.int32(day_number(pack.window.first))
    on, paid = found["on"], found["paid"]
    found["on"] = np.where(on != NO_DAY, on, np.where(paid != NO_DAY, paid, window_first))
    found["paid"] = np.where(paid != NO_DAY, paid, found["on"])
    if "refund" in population.columns:
        asked = population["refund"].is_not_null().to_numpy()
        missing = asked & (found["refund_asked"] == NO_DAY)
        found["refund_asked"] = np.where(missing, found["on"], found["refund_asked"])
    return found


def _numbers(column: pl.Series) -> Days:
    return column.to_physical().fill_null(NO_DAY).to_numpy()


def _day_column(population: pl.DataFrame, name: str) -> pl.Series:
    if name not in population.columns:
        return pl.repeat(None, population.height, dtype=pl.Date, eager=True).alias(name)
    if population.schema[name] not in (pl.Date, pl.Null):
        raise BadFacts(name, f"这一列应是日期，而不是 {population.schema[name]}")
    return population[name].cast(pl.Date)


def _inner_day(population: pl.DataFrame, column: str, inner: str) -> pl.Series:
    """One day of a column of structs."""
    kind = population.schema.get(column)
    if not isinstance(kind, pl.Struct) or inner not in [field.name for field in kind.fields]:
        return pl.repeat(None, population.height, dtype=pl.Date, eager=True)
    days = population[column].struct.field(inner)
    if days.dtype not in (pl.Date, pl.Null):
        raise BadFacts(f"{column}.{inner}", f"这一列应是日期，而不是 {days.dtype}")
    return days.cast(pl.Date)


def _key(population: pl.DataFrame, name: str) -> pl.Expr:
    """One text a person that differs whenever the words differ; texts compare faster than lists and structs."""
    kind, column = population.schema[name], pl.col(name)
    if isinstance(kind, pl.List):
        inner = pl.element().struct.json_encode() if isinstance(kind.inner, pl.Struct) else pl.element()
        text = column.list.eval(inner) if isinstance(kind.inner, pl.Struct) else column
        # the count keeps ["a", null] apart from ["a"]; the separator cannot be typed
        return pl.concat_str(text.list.len(), text.list.join("\x1f", ignore_nulls=True), separator="\x1e").alias(name)
    if isinstance(kind, pl.Struct):
        day = STRUCTS[name][0] if name in STRUCTS else ""
        words = [column.struct.field(field.name) for field in kind.fields if field.name != day]
        text = pl.struct(words).struct.json_encode() if words else pl.lit("{}")
        return pl.when(column.is_not_null()).then(text).alias(name)
    if kind.is_integer() or kind == pl.Boolean:
        return column.cast(pl.String)
    if kind in (pl.String, pl.Null) or isinstance(kind, pl.Categorical | pl.Enum):
        return column.cast(pl.String)
    raise BadFacts(name, f"这一列不能是 {kind}")


def _words(row: dict[str, Any]) -> Facts:
    """A person's words as facts, read by the same reader as JSON."""
    data: dict[str, Any] = {}
    for name, value in row.items():
        if name in _LISTS and isinstance(value, str):
            data[name] = [piece for piece in _BETWEEN.split(value) if piece.strip()]
        elif name in STRUCTS and isinstance(value, dict):
            data[name] = {key: inner for key, inner in value.items() if key != STRUCTS[name][0]}
        else:
            data[name] = value
    return facts_from_json(data)


def _row(answer: Assessment) -> list[object]:
    values = {_COLUMN_OF.get(field.name, field.name): getattr(answer, field.name) for field in fields(Assessment)}
    return [_plain(values[name]) for name in ANSWER_COLUMNS]


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
