"""Questions about accounts that have a name: what each holds on a day, how it came to that, and what is owed to whom since when.

All of them see what the present scope may see; whole accounts are for whoever works for the whole county.
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from canbao.ledger.models import Account, AccountKind, Reason

_TRIAL = """
SELECT a.id, a.kind, a.holder, coalesce(sum(m.debit_fen), 0)::bigint, coalesce(sum(m.credit_fen), 0)::bigint
  FROM ledger_account a
  LEFT JOIN (SELECT debit_id AS account, sum(amount_fen) AS debit_fen, 0 AS credit_fen FROM ledger_transfer
              WHERE county = %(county)s AND "on" <= %(on)s GROUP BY debit_id
             UNION ALL
             SELECT credit_id, 0, sum(amount_fen) FROM ledger_transfer
              WHERE county = %(county)s AND "on" <= %(on)s GROUP BY credit_id) m ON m.account = a.id
 WHERE a.county = %(county)s
 GROUP BY a.id
"""

_OF_ACCOUNT = """
    SELECT t.id, t."on", t.posted_at, t.reason, t.source, t.resident_id, t.undoes_id, o.id AS other,
           CASE WHEN t.debit_id = %(account)s THEN t.amount_fen ELSE 0 END AS debit_fen,
           CASE WHEN t.credit_id = %(account)s THEN t.amount_fen ELSE 0 END AS credit_fen
      FROM ledger_transfer t
      JOIN ledger_account o ON o.id = CASE WHEN t.debit_id = %(account)s THEN t.credit_id ELSE t.debit_id END
     WHERE %(account)s IN (t.debit_id, t.credit_id)
"""
_LINES = f"""
SELECT id, "on", reason, source, resident_id, undoes_id IS NOT NULL, other, debit_fen, credit_fen,
       (%(opening)s + sum(debit_fen - credit_fen) OVER (ORDER BY "on", posted_at, id))::bigint
  FROM ({_OF_ACCOUNT}) t WHERE "on" BETWEEN %(first)s AND %(last)s
 ORDER BY "on", posted_at, id LIMIT %(limit)s OFFSET %(offset)s
"""  # noqa: S608 - our own columns
_SUMS = f"""
SELECT coalesce(sum(debit_fen - credit_fen) FILTER (WHERE "on" < %(first)s), 0)::bigint,
       coalesce(sum(debit_fen) FILTER (WHERE "on" >= %(first)s), 0)::bigint,
       coalesce(sum(credit_fen) FILTER (WHERE "on" >= %(first)s), 0)::bigint,
       count(*) FILTER (WHERE "on" >= %(first)s)
  FROM ({_OF_ACCOUNT}) t WHERE "on" <= %(last)s
"""  # noqa: S608 - our own columns

# What was owed first is given back first: a debt is as old as the earliest credit that the debits do not reach.
_OWED = """
WITH moves AS (
    SELECT t.resident_id, t."on", t.credit_id = a.id AS adds, t.amount_fen,
           sum(t.amount_fen) FILTER (WHERE t.credit_id = a.id) OVER (PARTITION BY t.resident_id ORDER BY t."on", t.posted_at, t.id) AS owed_until,
           sum(t.amount_fen) FILTER (WHERE t.debit_id = a.id) OVER (PARTITION BY t.resident_id) AS paid
      FROM ledger_account a JOIN ledger_transfer t ON a.id IN (t.debit_id, t.credit_id)
     WHERE a.county = %(county)s AND a.kind = 'refunds_due' AND t."on" <= %(on)s
)
SELECT resident_id, sum(CASE WHEN adds THEN amount_fen ELSE -amount_fen END)::bigint AS fen,
       min("on") FILTER (WHERE adds AND owed_until > coalesce(paid, 0)) AS since
  FROM moves GROUP BY resident_id
HAVING sum(CASE WHEN adds THEN amount_fen ELSE -amount_fen END) <> 0
 ORDER BY since, resident_id
"""


class Balance(NamedTuple):
    """One account on a day. `balance_fen` is debits minus credits."""

    account: int
    kind: AccountKind
    holder: str
    debit_fen: int
    credit_fen: int

    @property
    def balance_fen(self) -> int:
        return self.debit_fen - self.credit_fen


class Line(NamedTuple):
    """One transfer as one of its accounts sees it. `other` is the other account; `balance_fen` what the account holds after it."""

    transfer: UUID
    on: date
    reason: Reason
    source: str
    resident_id: int | None
    undoes: bool
    other: int
    debit_fen: int
    credit_fen: int
    balance_fen: int


@dataclass(frozen=True, slots=True)
class Statement:
    """An account over a period: `opening` + debits − credits = `closing`, all in fen. `count` transfers in all, of which `lines` are shown."""

    opening_fen: int
    debit_fen: int
    credit_fen: int
    count: int
    lines: tuple[Line, ...]

    @property
    def closing_fen(self) -> int:
        return self.opening_fen + self.debit_fen - self.credit_fen


class Owed(NamedTuple):
    """What is owed back to one person since a day. `resident_id` None: to payers of whom nobody knows for whom they paid, all together;
    one by one they stand among the refunds."""

    resident_id: int | None
    fen: int
    since: date


def trial_balance(county: str, *, on: date) -> list[Balance]:
    """Every account of a county at the end of a day, in the order of the chart. Debits and credits of all are equal."""
    order = {kind: nth for nth, kind in enumerate(AccountKind)}
    with connection.cursor() as cursor:
        cursor.execute(_TRIAL, {"county": county, "on": on})
        found = [Balance(row[0], AccountKind(row[1]), *row[2:]) for row in cursor.fetchall()]
    return sorted(found, key=lambda one: (order[one.kind], one.holder))


def statement(account: Account, *, first: date, last: date, limit: int, offset: int = 0) -> Statement:
    """The transfers of an account from `first` to `last`, by day, the earliest first."""
    of = {"account": account.pk, "first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, of)
        opening, debit, credit, count = cursor.fetchone()
        cursor.execute(_LINES, of | {"opening": opening, "limit": limit, "offset": offset})
        lines = tuple(Line(row[0], row[1], Reason(row[2]), *row[3:]) for row in cursor.fetchall())
    return Statement(opening, debit, credit, count, lines)


def owed_by_person(county: str, *, on: date) -> list[Owed]:
    """What is owed back at the end of a day, person by person, the oldest first: nobody's money is part of a lump sum."""
    with connection.cursor() as cursor:
        cursor.execute(_OWED, {"county": county, "on": on})
        return [Owed(*row) for row in cursor.fetchall()]
