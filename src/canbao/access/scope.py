"""What the present work may see. Said once here, and enforced by PostgreSQL's row-level security below.

A scope is a range of division codes and, for a resident, one household. It reaches the database as a *ticket*: the
scope in plain words, an expiry and an HMAC. The policies on the tables check the ticket before they believe it, and
the key is in this process and in a table that only the owner role reads. So a forgotten filter shows nothing, and SQL
smuggled in under the application's role cannot widen what it sees.

Without a ticket every guarded table is empty.
"""

import hmac
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from django.conf import settings
from django.db import connection
from psycopg.pq import TransactionStatus

from canbao.kernel.division_code import DivisionCode

TICKET_SECONDS = 12 * 3600
_EVERYWHERE = ("000000000000", "999999999999")


@dataclass(frozen=True, slots=True)
class Scope:
    """`division` "" means the whole installation (only commands ask for that); `household` narrows to one family."""

    division: str
    actor: str
    household: int | None = None

    def ticket(self, *, expires_at: int | None = None) -> str:
        first, after = DivisionCode(self.division).range() if self.division else _EVERYWHERE
        expires = expires_at if expires_at is not None else int(time.time()) + TICKET_SECONDS
        # the actor is for the record; a bar in it would shift the fields
        text = f"{first}|{after}|{'' if self.household is None else self.household}|{expires}|{self.actor.replace('|', '/')}"
        return f"{text}|{hmac.new(_key(), text.encode(), sha256).hexdigest()}"


@cache
def _key() -> bytes:
    return bytes.fromhex(settings.CANBAO_KEYS["scope_key"])


def halves(key: bytes) -> tuple[bytes, bytes]:
    """The inner and outer padded keys of HMAC-SHA256 (RFC 2104), so that SQL with only `sha256()` can check one."""
    padded = key.ljust(64, b"\0")
    return bytes(byte ^ 0x36 for byte in padded), bytes(byte ^ 0x5C for byte in padded)


_current: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current_scope() -> Scope | None:
    return _current.get()


def _tell(scope: Scope | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('canbao.ticket', %s, false)", [scope.ticket() if scope else ""])


@contextmanager
def within(scope: Scope) -> Iterator[Scope]:
    """Work within `scope`; whatever was before is restored afterwards. Scopes nest."""
    before = _current.get()
    _tell(scope)
    token = _current.set(scope)
    try:
        yield scope
    finally:
        _current.reset(token)
        if not _is_broken():  # in a broken transaction the setting goes back with it
            _tell(before)


def _is_broken() -> bool:
    """An error in a transaction: the database hears nothing more until it is rolled back."""
    if connection.needs_rollback:
        return True
    plain = connection.connection
    return plain is not None and plain.info.transaction_status == TransactionStatus.INERROR
