"""Refusals that were said inside the database, turned back into refusals.

`refuse()` in SQL carries a code and the words; each room lists which of its refusals may come that way.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import DatabaseError

from canbao.kernel.refusal import Refusal

SQLSTATE = "CB000"


@contextmanager
def refusing(known: Mapping[str, type[Refusal]]) -> Iterator[None]:
    """Within, a `refuse(code, words)` of the database is raised as `known[code](**words)`; anything else passes."""
    try:
        yield
    except DatabaseError as error:
        cause = error.__cause__
        if getattr(cause, "sqlstate", None) != SQLSTATE:
            raise
        refusal = known.get(cause.diag.message_primary)
        if refusal is None:
            raise
        raise refusal(**json.loads(cause.diag.message_detail)) from None
