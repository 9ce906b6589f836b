"""The record of reads and changes. `record()` raises when it cannot record, and shares the transaction of what it records."""

import json

from django.db import connection

from canbao.access.scope import current_scope


def record(verb: str, subject: str, *, county: str, actor: str | None = None, **detail: object) -> None:
    """Add a link to the county's chain. `subject` is an id, never a name or a number: the record is read by many.

    Locks the county's chain head until the transaction ends, so call it last.
    """
    scope = current_scope()
    who = actor or (scope.actor if scope else None)
    if who is None:
        raise AssertionError(f"{verb}: nobody is at work, so nobody can be put on record")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT access_record(%s, %s, %s, %s, %s)",
            [county, who, verb, subject, json.dumps(detail, ensure_ascii=False, default=str)],
        )


def broken_link(county: str) -> int | None:
    """The position of the first row of the chain that does not follow from the one before it; None: whole."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_broken_link(%s)", [county])
        return cursor.fetchone()[0]
