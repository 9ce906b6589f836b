"""Who a full list strikes off: whoever held its categories from the same department's earlier lists and is not on it.

A list that was cut short looks exactly like a list of fewer people, so the loss is counted before it is written, for
the county and town by town: a town whose page was left out is a small part of a county and all of a town.

Whoever may be meant by a row that nobody has settled yet (refused for a wrong number, to be looked at) keeps what they
have: a slip of the pen takes nobody's subsidy away. A row that was looked at and turned down no longer protects.
"""

from typing import NamedTuple

from django.db import connection

from canbao.divisions.models import Division
from canbao.rosters.models import Roster
from canbao.rosters.refusals import TooManyStruckOff


class TownCount(NamedTuple):
    """People of a town who hold what the list speaks for: before it, and after."""

    town: str
    name: str
    before: int
    gone: int

    @property
    def after(self) -> int:
        """Of those of before; people who are new on the list are not counted."""
        return self.before - self.gone


class CategoryCount(NamedTuple):
    """People who hold one category that the list speaks for, and how many of them hold it no longer."""

    name: str
    before: int
    gone: int


class Struck(NamedTuple):
    towns: tuple[TownCount, ...]
    categories: tuple[CategoryCount, ...]  # somebody may hold several
    spared: int  # people kept for a row that is not settled

    @property
    def before(self) -> int:
        return sum(town.before for town in self.towns)

    @property
    def gone(self) -> int:
        return sum(town.gone for town in self.towns)


# What could end, in steps of one kind each: a step's table is measured before the next one joins it. In one sentence the
# planner, which knows nothing of rows written a moment ago, would compare everybody with everybody.
_UNSETTLED = """
CREATE TEMP TABLE roster_unsettled ON COMMIT DROP AS
SELECT DISTINCT w.resident_id, CASE WHEN w.resident_id IS NULL THEN translate(coalesce(nullif(w.mended_name, ''), w.name), ' 　', '') END AS name
  FROM rosters_rosterrow w
 WHERE w.roster_id = %s AND w.outcome IN ('look', 'refused') AND w.decided_at IS NULL
"""
# `is_kept`: the list says the same again. `is_named`: it says the same category, if with another grade.
_ENDING = """
CREATE TEMP TABLE roster_ending ON COMMIT DROP AS
SELECT b.id, b.resident_id, b.town, b.category, g.resident_id IS NOT NULL AS is_kept, n.resident_id IS NOT NULL AS is_named,
       u.resident_id IS NOT NULL OR v.name IS NOT NULL AS is_unsettled
  FROM roster_before b
  LEFT JOIN roster_given g ON g.resident_id = b.resident_id AND g.category = b.category AND g.grade = b.grade
  LEFT JOIN (SELECT DISTINCT resident_id, category FROM roster_given) n ON n.resident_id = b.resident_id AND n.category = b.category
  LEFT JOIN (SELECT DISTINCT resident_id FROM roster_unsettled) u ON u.resident_id = b.resident_id
  LEFT JOIN (SELECT DISTINCT name FROM roster_unsettled) v ON v.name = b.name
"""
_COUNTS = """
SELECT town, count(DISTINCT resident_id),
       count(DISTINCT resident_id) FILTER (WHERE NOT is_kept AND NOT is_named AND NOT is_unsettled)
  FROM roster_ending GROUP BY town ORDER BY town
"""
_BY_CATEGORY = """
SELECT category, count(DISTINCT resident_id),
       count(DISTINCT resident_id) FILTER (WHERE NOT is_kept AND NOT is_named AND NOT is_unsettled)
  FROM roster_ending GROUP BY category ORDER BY category
"""
_SPARED = "SELECT count(DISTINCT resident_id) FROM roster_ending WHERE NOT is_kept AND NOT is_named AND is_unsettled"
_END = """
UPDATE rosters_holding h SET until = %(cut_off_on)s::date - 1, ended_by_id = %(roster)s
  FROM roster_ending e WHERE e.id = h.id AND NOT e.is_kept AND (e.is_named OR NOT e.is_unsettled)
"""


def find_struck_off(roster: Roster) -> Struck:
    """What the list would end. Needs the temporary tables `roster_given` and `roster_before` of `confirming`; leaves
    `roster_ending` for `strike_off`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_UNSETTLED, [roster.pk])
        cursor.execute("ANALYZE roster_unsettled")
        cursor.execute(_ENDING)
        cursor.execute("ANALYZE roster_ending")
        cursor.execute("DROP TABLE roster_unsettled")
        cursor.execute(_COUNTS)
        counts = cursor.fetchall()
        cursor.execute(_BY_CATEGORY)
        categories = tuple(CategoryCount(*row) for row in cursor.fetchall())
        cursor.execute(_SPARED)
        spared = cursor.fetchone()[0]
    names = dict(Division.objects.filter(code__in=[row[0] for row in counts]).values_list("code", "name"))
    towns = tuple(TownCount(town, names.get(town, town), *numbers) for town, *numbers in counts)
    return Struck(towns, categories, spared)


def check_not_too_many(struck: Struck, *, department: str, share: float, people: int) -> None:
    """Raises `TooManyStruckOff` when the county, or one of its towns, loses more than `share` and at least `people`."""

    def too_many(before: int, gone: int) -> bool:
        return gone >= people and gone > share * before

    if too_many(struck.before, struck.gone) or any(too_many(town.before, town.gone) for town in struck.towns):
        worst = max(struck.towns, key=lambda town: town.gone)
        raise TooManyStruckOff(
            before=struck.before,
            gone=struck.gone,
            categories="、".join(one.name for one in struck.categories),
            worst=worst.name,
            worst_before=worst.before,
            worst_gone=worst.gone,
            department=department,
            towns=struck.towns,
            counted=struck.categories,
        )


def strike_off(roster: Roster) -> int:
    """End what `find_struck_off` found. Returns how many holdings."""
    with connection.cursor() as cursor:
        cursor.execute(_END, {"roster": roster.pk, "cut_off_on": roster.cut_off_on})
        ended = int(cursor.rowcount)
        cursor.execute("DROP TABLE roster_ending")
    return ended
