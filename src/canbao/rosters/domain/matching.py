"""Who of the register a row means: by number, and for rows without one by name and place. Sets, not rows.

Both questions are one query whatever the size of the list. Only what the present scope shows can be found.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

import polars as pl
from django.db import connection

from canbao.rosters.domain.places import Range


class Person(NamedTuple):
    """Somebody on the register. `gone` is "", 已去世 or 已迁出."""

    id: int
    name: str
    division: str
    gone: str = ""


# The answer comes as lines of text for whole columns, so that a million people are no million tuples.
# Somebody was registered twice: the number of the row that was withdrawn means the one that stays.
_BY_NUMBER = """
WITH people AS NOT MATERIALIZED (
    SELECT s.nth, r.id, r.name, r.division, r.died_on, r.moved_on
      FROM roster_tokens s JOIN register_resident r ON r.person_token = s.token AND r.county = %(county)s
     WHERE r.same_as_id IS NULL
    UNION ALL
    SELECT s.nth, r.id, r.name, r.division, r.died_on, r.moved_on
      FROM roster_tokens s JOIN register_resident typed ON typed.person_token = s.token AND typed.county = %(county)s
      JOIN register_resident r ON r.id = typed.same_as_id
     WHERE typed.same_as_id IS NOT NULL
)
SELECT string_agg(concat(p.nth, ',', p.id, ',"', replace(p.name, '"', '""'), '",', p.division, ',"',
                         CASE WHEN p.died_on IS NOT NULL THEN '已去世' WHEN p.moved_on IS NOT NULL THEN '已迁出' END, '"'), E'\\n')
  FROM people p
 GROUP BY p.nth / 10000
"""
_PEOPLE = {"nth": pl.UInt32, "resident": pl.Int64, "registered": pl.String, "division": pl.String, "gone": pl.String}


def people_frame(tokens: pl.Series, *, county: str) -> pl.DataFrame:
    """Who has these numbers, the dead and the moved too: `token`, `resident`, `registered` (the name), `division`, and `gone`
    as `Person` has it. Once each, however often a token is asked for.
    """
    asked = tokens.unique().alias("token").to_frame().with_row_index("nth")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE roster_tokens (nth int, token bytea) ON COMMIT DROP")
        with cursor.copy("COPY roster_tokens FROM STDIN (FORMAT csv)") as copy:
            written = asked.select("nth", pl.concat_str(pl.lit("\\x"), pl.col("token").bin.encode("hex")))
            copy.write(written.write_csv(include_header=False).encode("ascii"))
        cursor.execute("ANALYZE roster_tokens")
        cursor.execute(_BY_NUMBER, {"county": county})
        answer = "\n".join(lines for (lines,) in cursor.fetchall()).encode()
        cursor.execute("DROP TABLE roster_tokens")
    # an empty text comes quoted, and is no null
    found = pl.read_csv(answer, has_header=False, schema=_PEOPLE) if answer else pl.DataFrame(schema=_PEOPLE)
    return found.join(asked, on="nth").drop("nth")


def people_by_token(tokens: Collection[bytes], *, county: str) -> dict[bytes, Person]:
    """The same of a few numbers."""
    return by_token(people_frame(pl.Series(list(tokens), dtype=pl.Binary), county=county))


def by_token(people: pl.DataFrame) -> dict[bytes, Person]:
    rows = people.select("token", "resident", "registered", "division", "gone").iter_rows()
    return {token: Person(*person) for token, *person in rows}


class Wanted(NamedTuple):
    """Row `row` names somebody without a number, who lives in one of these ranges."""

    row: int
    name: str
    ranges: tuple[Range, ...]


def people_by_name(wanted: Iterable[Wanted], *, county: str) -> dict[int, list[Person]]:
    """By row: everybody alive and here of that name, in those places."""
    asked = [(one.row, one.name, *limits) for one in wanted for limits in one.ranges]
    rows, names, firsts, afters = zip(*asked, strict=True) if asked else ((), (), (), ())
    found: dict[int, list[Person]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.row, r.id, r.name, r.division
                 FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[]) AS s (row, name, first, after)
                 JOIN register_resident r ON r.county = %s AND r.name = s.name AND r.division >= s.first AND r.division < s.after
                WHERE r.died_on IS NULL AND r.moved_on IS NULL
                ORDER BY s.row, r.id""",
            [list(rows), list(names), list(firsts), list(afters), county],
        )
        for row, pk, name, division in cursor.fetchall():
            found[row].append(Person(pk, name, division))
    return found
