"""The rows of a list with their verdicts, written as a set: COPY into a staging table, then one INSERT … SELECT.

The guards of the real table hold for every row, and one that breaks a constraint takes the whole list back.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import polars as pl
from django.db import connection
from psycopg.copy import QueuedLibpqWriter

from canbao.access.sealing import seal, seal_all
from canbao.documents.columns import Field
from canbao.documents.table import ROW
from canbao.rosters.domain.categories import Understood
from canbao.rosters.domain.cells import kept
from canbao.rosters.domain.incoming import Incoming
from canbao.rosters.domain.judging import taken_with
from canbao.rosters.domain.verdict import Held, Verdict
from canbao.rosters.models import Outcome, Roster

NAME_AT_MOST = 60
WHY_AT_MOST = 300  # and what to do, too
NUMBER_AT_MOST = 100  # what is typed in a number column and is longer is no number, but somebody's story


class Verdicts(NamedTuple):
    """`plain`: the rows that are taken as a set, see `sifting`; `seen` their other cells, `read` what their categories may be.
    `others`: those that were looked at one by one, in the sender's order.
    """

    plain: pl.DataFrame
    seen: pl.Series
    read: Sequence[Understood]
    others: list[tuple[Incoming, Verdict]]

    def all_held(self) -> Iterator[Held]:
        for at in self.plain["understood"].unique():
            yield from self.read[at].held
        for _, verdict in self.others:
            yield from verdict.held

    def by_outcome(self) -> dict[str, int]:
        counts = Counter(verdict.outcome for _, verdict in self.others)
        for at, rows in self.plain.group_by("understood").len().iter_rows():
            counts[taken_with(self.read[at].notes)[0]] += rows
        return {outcome.value: counts[outcome] for outcome in Outcome}


# The real table is under row-level security, which COPY refuses; temporary ones are not.
_PLAIN_STAGE = """CREATE TEMP TABLE roster_plain (
    row int, name text, number_sealed bytea, number_tail text, category_text text, understood int, seen text, resident_id bigint,
    division text) ON COMMIT DROP"""
_PLAIN_COPY = "COPY roster_plain FROM STDIN (FORMAT csv, FORCE_NOT_NULL (category_text))"
_PLAIN_ROWS = """
INSERT INTO rosters_rosterrow (county, roster_id, sheet, row, name, number_sealed, number_tail, category_text, categories, seen,
       outcome, why, remedy, wrong, resident_id, division)
SELECT %s, %s, %s, p.row, p.name, p.number_sealed, p.number_tail, p.category_text, (%s::jsonb[])[p.understood + 1], p.seen::jsonb,
       (%s::text[])[p.understood + 1], (%s::text[])[p.understood + 1], '', '[]', p.resident_id, p.division
  FROM roster_plain p"""
_STAGE = """CREATE TEMP TABLE roster_stage (
    row int, name text, number_sealed bytea, number_tail text, category_text text, categories text, seen text, outcome text,
    why text, remedy text, wrong text, resident_id bigint, division text) ON COMMIT DROP"""
_STAGE_TYPES = ["int4", "text", "bytea", "text", "text", "text", "text", "text", "text", "text", "text", "int8", "text"]
_ROWS = """
INSERT INTO rosters_rosterrow (county, roster_id, sheet, row, name, number_sealed, number_tail, category_text, categories, seen,
       outcome, why, remedy, wrong, resident_id, division)
SELECT %s, %s, %s, s.row, s.name, s.number_sealed, s.number_tail, s.category_text, s.categories::jsonb, s.seen::jsonb,
       s.outcome, s.why, s.remedy, s.wrong::jsonb, s.resident_id, s.division
  FROM roster_stage s"""
_AT_ONCE = 50_000  # rows that are sealed while the database takes in those before them


def write_rows(roster: Roster, verdicts: Verdicts) -> None:
    """All of them, in one statement for the plain ones and one for the others. The roster is there already."""
    where = [roster.county, roster.pk, roster.sheet]
    held = [_json([{"name": one.category, "grade": one.grade} for one in read.held]) for read in verdicts.read]
    outcomes, whys = zip(*(taken_with(read.notes) for read in verdicts.read), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN_STAGE)
        driver = cursor.cursor
        with driver.copy(_PLAIN_COPY, writer=QueuedLibpqWriter(driver)) as copy:
            for lines in _plainly_staged(verdicts):
                copy.write(lines)
        cursor.execute(_PLAIN_ROWS, [*where, held, [*outcomes], [kept(why, WHY_AT_MOST) for why in whys]])
        cursor.execute(_STAGE)
        with cursor.copy("COPY roster_stage FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(_STAGE_TYPES)
            for staged in _staged(verdicts.others):
                copy.write_row(staged)
        cursor.execute(_ROWS, where)
        cursor.execute("DROP TABLE roster_plain, roster_stage")


def _plainly_staged(verdicts: Verdicts) -> Iterator[bytes]:
    """Lines of CSV, sealed as they go."""
    rows = verdicts.plain.with_columns(verdicts.seen.alias("seen"))
    categories = {text: kept(text, 200) for text in rows[Field.CATEGORY].unique()}
    for some in rows.iter_slices(_AT_ONCE):
        sealed = pl.Series(seal_all(some[Field.NUMBER]), dtype=pl.Binary)
        yield some.select(
            ROW, Field.NAME, pl.concat_str(pl.lit("\\x"), sealed.bin.encode("hex")), pl.col(Field.NUMBER).str.slice(-4),
            pl.col(Field.CATEGORY).replace_strict(categories), "understood", "seen", "resident", "division",
        ).write_csv(include_header=False).encode()  # fmt: skip


def _staged(verdicts: Iterable[tuple[Incoming, Verdict]]) -> Iterator[tuple[Any, ...]]:
    for row, verdict in verdicts:
        yield (
            row.row, kept(row.name, NAME_AT_MOST), seal(row.number[:NUMBER_AT_MOST]) if row.number else None, tail_of(row), kept(row.category, 200),
            _json([{"name": held.category, "grade": held.grade} for held in verdict.held]), _json(row.seen), verdict.outcome.value,
            kept(verdict.why, WHY_AT_MOST), kept(verdict.remedy, WHY_AT_MOST), _json(verdict.wrong), verdict.resident, verdict.division,
        )  # fmt: skip


def tail_of(row: Incoming) -> str:
    """The last four characters of a number, or of what is long enough to be a wrong one."""
    if row.identity is not None:
        return row.identity.number[-4:]
    typed = "".join(row.number.split()).replace("\0", "")
    return typed[-4:] if len(typed) >= 15 else ""


_json = json.JSONEncoder(ensure_ascii=False).encode
