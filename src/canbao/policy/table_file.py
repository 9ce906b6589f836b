"""A population from Parquet to Parquet, however long it is: row group by row group, in as much memory as one takes.

Only the facts are read, texts as the codes that they are in the file. The answers are written as codes too; all other
columns are copied as they lie (`parquet_footer.py`). As many row groups are worked on at once as there are processors.
"""

import os
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from threading import local
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from canbao.policy.answer_columns import IN_YUAN, column_of, names_added
from canbao.policy.assessment import Assessment
from canbao.policy.cells import Cells, Told
from canbao.policy.columns import FACTS
from canbao.policy.facts import BadFacts
from canbao.policy.pack import Pack
from canbao.policy.parquet_footer import CannotJoin, Joined
from canbao.policy.parquet_pages import Chunk, Column
from canbao.policy.table import PART, Answering, processors


def tabulate_file(pack: Pack, source: Path, target: Path, *, answers: Collection[str] | None = None) -> int:
    """Write the population with the answer beside each person, in the same order; returns how many people there are.

    The answers' columns are those of `tabulate`, and the amounts also in yuan as text, under the names that an
    assessment has in JSON; or those of them that `answers` names. The target is there when it is complete.
    Raises `BadFacts` like `tabulate`; `Unreadable` for what is no Parquet file that we can add columns to; `OSError`.
    """
    population = _Population(pack, source, answers)
    with source.open("rb", buffering=0) as file, _complete(target) as out:
        try:
            joined = Joined(out, file, population.no_answers(), population.schema)
            for chunks in population.answers():
                joined.add_row_group(chunks)
        except CannotJoin as error:
            raise Unreadable(str(error)) from error
        joined.close()
    return population.people


class Unreadable(ValueError):
    """The population cannot be read."""


class _Population:
    """The file that is read, and the answers of its people."""

    def __init__(self, pack: Pack, source: Path, wanted: Collection[str] | None) -> None:
        self._source, self._cells, self._of_thread = source, Cells(pack), local()
        try:
            with pq.ParquetFile(source) as file:
                self._metadata, given, leaves = file.metadata, file.schema_arrow, file.schema
        except pa.ArrowException as error:
            raise Unreadable(str(error)) from error
        self.people: int = self._metadata.num_rows
        self._facts = [name for name in FACTS if name in given.names]
        twice = [name for name in self._facts if given.names.count(name) > 1]
        if twice:
            raise BadFacts("、".join(twice), "人口表里有几列叫这个名字")
        texts = (leaf.path for leaf in map(leaves.column, range(len(leaves))) if leaf.physical_type == "BYTE_ARRAY")
        self._texts = [path for path in texts if path.split(".")[0] in self._facts]
        self._names = _names_added(pack, given.names, wanted)
        with self._opened() as file:
            self._answering = Answering(self._cells, {name: file.schema_arrow.field(name).type for name in self._facts})
        self._added = pa.schema([(name, column_of(name, []).type) for name in self._names])
        self.schema = pa.schema([*given, *self._added], given.metadata)
        """What is written, for Arrow."""
        self._columns: dict[str, tuple[int, Column]] = {}

    def no_answers(self) -> BinaryIO:
        """The columns that are added, as a file without rows."""
        file = BytesIO()
        pq.write_table(self._added.empty_table(), file, store_schema=False)
        return file

    def answers(self) -> Iterator[list[Chunk]]:
        """For each row group in order the columns that are added; the next ones are worked on meanwhile."""
        count = processors()
        with ThreadPoolExecutor(count) as threads:
            ahead: deque[Future[list[Chunk]]] = deque()
            for number in range(self._metadata.num_row_groups):
                ahead.append(threads.submit(self._answers_of, number))
                if len(ahead) > count:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    def _answers_of(self, row_group: int) -> list[Chunk]:
        told = list(self._told(row_group))
        places = [part.places for part in told]
        found: list[Chunk] = []
        for name in self._names:
            if name == "covered_from" and any(len(part.rows) for part in told):
                found += _covered_from(self._cells.answers, told)
            else:
                found += self._column(name).chunks(places)
        return found

    def _column(self, name: str) -> Column:
        """That field of all answers there are; made again when there are more."""
        count = len(self._cells.answers)
        known, column = self._columns.get(name, (-1, None))
        if column is None or known < count:
            column = Column(name, column_of(name, self._cells.answers[:count]))
            self._columns[name] = count, column
        return column

    def _told(self, row_group: int) -> Iterator[Told]:
        if not self._facts:
            people = self._metadata.row_group(row_group).num_rows
            yield from (self._answering.of_part({}, min(PART, people - start)) for start in range(0, people, PART))
            return
        try:
            for batch in self._file().iter_batches(PART, [row_group], self._facts, use_threads=False):
                columns = {name: batch.column(name) for name in self._facts}
                yield self._answering.of_part(columns, batch.num_rows)
        except pa.ArrowException as error:
            raise Unreadable(str(error)) from error

    def _file(self) -> pq.ParquetFile:
        """A reader for each thread."""
        if not hasattr(self._of_thread, "file"):
            self._of_thread.file = self._opened()
        return self._of_thread.file

    def _opened(self) -> pq.ParquetFile:
        return pq.ParquetFile(self._source, metadata=self._metadata, read_dictionary=self._texts, pre_buffer=False)


def _names_added(pack: Pack, given: Collection[str], wanted: Collection[str] | None) -> list[str]:
    if wanted is None:
        return names_added(pack, given) + [name for name in IN_YUAN if name not in given]
    return names_added(pack, given, wanted, also=IN_YUAN)


def _covered_from(answers: Sequence[Assessment], told: Sequence[Told]) -> list[Chunk]:
    """The first days of cover: those of the answers, and behind them the days that are somebody's own."""
    days, numbers = np.unique(np.concatenate([part.covered_from for part in told]), return_inverse=True)
    known = column_of("covered_from", answers)
    parts, at = [], 0
    for part in told:
        places = part.places.copy()
        places[part.rows] = len(known) + numbers[at : at + len(part.rows)]
        parts.append(places)
        at += len(part.rows)
    return Column("covered_from", pa.concat_arrays([known, pa.array(days).view(pa.date32())])).chunks(parts)


@contextmanager
def _complete(target: Path) -> Iterator[BinaryIO]:
    """A file beside the target that takes its place when all is written. What is no file, such as a pipe, is written to."""
    target = target.resolve()
    if target.exists() and not target.is_file():
        with target.open("wb") as file:
            yield file
        return
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            yield file
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
