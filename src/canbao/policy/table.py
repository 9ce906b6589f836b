"""A whole population at once: the same function, tabulated.

People are cut into cells about which the pack asks the same and hears the same (`cells.py`); one of each is assessed,
and the table of answers is joined back. Every answer comes from `assess`, so there is no second engine to keep honest.

Columns carry the names of the facts: `categories` (a list of names or of {name, grade, since, until, place, relation},
or one text with 、 between names), `traits` and `lines` (a list or such a text), `tier`, `born_on`, `paid_on`, `on`,
`employee_scheme`, `other_cover`, `refund` (structs), `last_covered_until`, `repaired_years`, `years_in_row`,
`claimed_last_year`. All are optional; other columns pass through untouched.
"""

import os
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import pyarrow as pa

from canbao.kernel.refusal import must
from canbao.policy.answer_columns import names_added
from canbao.policy.answer_layout import Layout
from canbao.policy.cells import Cells, Told
from canbao.policy.columns import FACTS, Columns, Words, counts_of, days_of
from canbao.policy.pack import Pack

# Polars loads NumPy when it first meets an array, and threads that meet their first ones together trip over each other.
pl.Series(np.empty(0, np.int32))

PART = 1 << 18
"""People looked up at once: so many that NumPy is quick, so few that their columns stay near the processor. A multiple of eight."""
_KEPT = 24 << 20
"""Bytes. The C library gives memory back to the system and asks for it again with every part, until it has seen a piece
of this size come and go; that was a tenth of all time."""


def tabulate(
    pack: Pack,
    population: pl.DataFrame,
    cells: Cells | None = None,
    *,
    answers: Collection[str] | None = None,
) -> pl.DataFrame:
    """The population with the answer beside each person, in the same order.

    `cells` keeps what was learnt for the next table. `answers` names the columns to be added, if not all of them are
    wanted. Raises `BadFacts` for a column of the wrong type or a value that cannot be read, naming column and value,
    and for an answer that there is not.
    """
    names = names_added(pack, population.columns, answers)
    cells = cells or Cells(pack)
    must(cells.pack is pack, "what was learnt about another notice says nothing about this one")
    facts = population.select(name for name in FACTS if name in population.columns)
    answering = Answering(cells, {name: _arrow(facts[name].clear()).type for name in facts.columns})
    starts = range(0, max(population.height, 1), PART)

    def told(start: int) -> Told:
        columns = {name: _arrow(facts[name].slice(start, PART)) for name in facts.columns}
        return answering.of_part(columns, min(PART, population.height - start))

    np.empty(_KEPT, np.uint8)  # given back at once
    with ThreadPoolExecutor(processors()) as threads:
        parts = [*threads.map(told, starts)]
        layout = Layout(tuple(cells.answers), names, population.height)  # as they are now: others may go on learning
        list(threads.map(layout.lay, starts, parts))
    return pl.concat([population, layout.table()], how="horizontal")


def _arrow(column: pl.Series) -> pa.Array:
    return column.to_arrow(compat_level=pl.CompatLevel.newest())


class Answering:
    """Finds everybody's answer, for tables of one shape."""

    def __init__(self, cells: Cells, shapes: "dict[str, pa.DataType]") -> None:
        self._cells, self._words = cells, Words(shapes, cells.kind)

    def of_part(self, columns: Columns, people: int) -> Told:
        kinds = self._words.kinds(columns, people)
        return self._cells.told(kinds, days_of(self._cells.pack, columns), counts_of(columns))


def processors() -> int:
    """How many of them this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
