"""Who of the register a row means: by number, and for rows without one by name and place. Sets, not rows.

Both questions are one query whatever the size of the list. Only what the present scope shows can be found.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db import connection

from canbao.rosters.domain.places import Range


class Person(NamedTuple):
    """Somebody on the register. `gone` is "", 已去世 or 已迁出."""

    id: int
    name: str
    division: str
    gone: str = ""


_BY_NUMBER = """
SELECT s.token, r.id, r.name, r.division,
       CASE WHEN r.died_on IS NOT NULL THEN '已去世' WHEN r.moved_on IS NOT NULL THEN '已迁出' ELSE '' END
  FROM roster_tokens s JOIN register_resident r ON r.person_token = s.token AND r.county = %(county)s
"""


def people_by_token(tokens: Collection[bytes], *, county: str) -> dict[bytes, Person]:
    """Who has these numbers, the dead and the moved too."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE roster_tokens (token bytea) ON COMMIT DROP")
        with cursor.copy("COPY roster_tokens FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["bytea"])
            for token in tokens:
                copy.write_row([token])
        cursor.execute("ANALYZE roster_tokens")
        cursor.execute(_BY_NUMBER, {"county": county})
        found = {
            bytes(token): Person(pk, name, division, gone) for token, pk, name, division, gone in cursor.fetchall()
        }
        cursor.execute("DROP TABLE roster_tokens")
    return found


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
