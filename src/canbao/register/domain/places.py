"""A village's people become another's by order of the authorities: one reason, and a row of history for each of them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from canbao.kernel.refusal import must
from canbao.register.domain.keeping import said
from canbao.register.models import Change

# Locked by id first, as everybody does: an UPDATE alone takes rows in whatever order it finds them, and meets who comes the other way.
_THESE = "h.division = %(old)s AND (%(chosen)s::bigint[] IS NULL OR h.id = ANY (%(chosen)s))"
_HOLD_HOUSEHOLDS = f"SELECT FROM register_household h WHERE {_THESE} ORDER BY h.id FOR NO KEY UPDATE"
_HOUSEHOLDS = f"""
UPDATE register_household h SET division = %(into)s, unit_id = CASE WHEN h.unit_id = %(from_unit)s THEN %(to_unit)s ELSE h.unit_id END
 WHERE {_THESE} RETURNING h.id"""  # noqa: S608 - our own
_HOLD_PEOPLE = "SELECT FROM register_resident WHERE household_id = ANY (%(households)s) ORDER BY id FOR NO KEY UPDATE"
_PEOPLE = "UPDATE register_resident r SET division = %(into)s WHERE r.household_id = ANY (%(households)s)"


class Moved(NamedTuple):
    households: list[int]
    people: int


def move_to_village(
    old: str, into: str, *, from_unit: int, to_unit: int, on: date, why: str, actor: str, at: datetime,
    chosen: Sequence[int] | None = None,
) -> Moved:  # fmt: skip
    """Every household of a village (or the `chosen` ones) with everybody in it, also who died or moved away. Those who pay through
    the committee do so through the other one; who pays through a school goes on doing so.

    Inside a transaction, within the county's scope. Says no to the ground like `entries.ground_of`.
    """
    must(connection.in_atomic_block, "a village moves as a whole")
    asked: dict[str, Any] = {
        "old": old, "into": into, "from_unit": from_unit, "to_unit": to_unit,
        "chosen": None if chosen is None else list(chosen),
    }  # fmt: skip
    with said(Change.Kind.PLACE, on=on, by=actor, why=why, at=at), connection.cursor() as cursor:
        cursor.execute(_HOLD_HOUSEHOLDS, asked)
        cursor.execute(_HOUSEHOLDS, asked)
        asked["households"] = households = [row[0] for row in cursor.fetchall()]
        cursor.execute(_HOLD_PEOPLE, asked)
        cursor.execute(_PEOPLE, asked)
        people = int(cursor.rowcount)
    return Moved(households, people)
