"""What is known of many people as the table that `tabulate` and `simulate` take."""

from collections.abc import Iterable
from typing import Any

import polars as pl

from canbao.policy.facts import Facts

_HELD = pl.Struct(
    {
        "name": pl.String,
        "grade": pl.String,
        "since": pl.Date,
        "until": pl.Date,
        "place": pl.String,
        "relation": pl.String,
    }
)
SCHEMA: dict[str, Any] = {
    "categories": pl.List(_HELD),
    "tier": pl.String,
    "lines": pl.List(pl.String),
    "traits": pl.List(pl.String),
    "born_on": pl.Date,
    "paid_on": pl.Date,
    "on": pl.Date,
    "employee_scheme": pl.Struct({"months": pl.Int64, "back_paid": pl.Boolean, "left_on": pl.Date}),
    "other_cover": pl.Struct({"scheme": pl.String, "place": pl.String, "until": pl.Date}),
    "last_covered_until": pl.Date,
    "repaired_years": pl.Int64,
    "years_in_row": pl.Int64,
    "claimed_last_year": pl.Boolean,
    "refund": pl.Struct({"reason": pl.String, "asked_on": pl.Date}),
}
"""The column of each fact; every fact has one."""


def table_of(people: Iterable[Facts]) -> pl.DataFrame:
    """One row a person, in their order, with a column for every fact; what is not known is null."""
    rows = [{name: _value(getattr(facts, name)) for name in SCHEMA} for facts in people]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _value(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_value(one) for one in value]
    if isinstance(value, frozenset):
        return sorted(value)
    if hasattr(value, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    return value
