"""A whole population at once: the same function, tabulated.

People are cut into cells about which the pack asks the same and hears the same (`cells.py`); one of each is assessed,
and the table of answers is joined back. Every answer comes from `assess`, so there is no second engine to keep honest.

Columns carry the names of the facts: `categories` (a list of names or of {name, grade, since, until, place, relation},
or one text with 、 between names), `traits` and `lines` (a list or such a text), `tier`, `born_on`, `paid_on`, `on`,
`employee_scheme`, `other_cover`, `refund` (structs), `last_covered_until`, `repaired_years`, `years_in_row`,
`claimed_last_year`. All are optional; other columns pass through untouched.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import pyarrow as pa

from canbao.kernel.refusal import must
from canbao.policy.answer_columns import column_of, covered_from, names_added
from canbao.policy.cells import Cells, Told
from canbao.policy.columns import FACTS, Columns, Words, days_of
from canbao.policy.pack import Pack

PART = 1 << 17
"""People looked up at once: so many that NumPy is quick, so few that their columns stay near the processor."""


def tabulate(pack: Pack, population: pl.DataFrame, cells: Cells | None = None) -> pl.DataFrame:
    """The population with the answer beside each person, in the same order.

    `cells` keeps what was learnt for the next table. Raises `BadFacts` for a column of the wrong type or a value that
    cannot be read, naming column and value.
    """
    names = names_added(pack, population.columns)
    cells = cells or Cells(pack)
    must(cells.pack is pack, "what was learnt about another notice says nothing about this one")
    newest = pl.CompatLevel.newest()
    columns = {name: population[name].to_arrow(compat_level=newest) for name in FACTS if name in population.columns}
    told = Answering(cells, {name: column.type for name, column in columns.items()}).of(columns, population.height)
    table = pl.DataFrame({name: pl.from_arrow(column_of(name, cells.answers)) for name in names})
    answers = table[pl.Series(np.concatenate([part.places for part in told]))]
    first_days = pa.chunked_array([covered_from(column_of("covered_from", cells.answers), part) for part in told])
    return population.hstack(answers.with_columns(pl.Series("covered_from", first_days)).get_columns())


class Answering:
    """Finds everybody's answer, for tables of one shape."""

    def __init__(self, cells: Cells, shapes: "dict[str, pa.DataType]") -> None:
        self._cells, self._words = cells, Words(shapes, cells.kind)

    def of(self, columns: Columns, people: int) -> list[Told]:
        """Part by part, by as many threads as there are processors."""
        starts = range(0, max(people, 1), PART)
        parts = ({name: column.slice(start, PART) for name, column in columns.items()} for start in starts)
        sizes = (min(PART, people - start) for start in starts)
        with ThreadPoolExecutor(processors()) as threads:
            return [*threads.map(self.of_part, parts, sizes)]

    def of_part(self, columns: Columns, people: int) -> Told:
        kinds = self._words.kinds(columns, people)
        return self._cells.told(kinds, days_of(self._cells.pack, columns))


def processors() -> int:
    """How many of them this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
