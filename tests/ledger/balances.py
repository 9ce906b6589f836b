"""What the accounts say."""

from django.db import connection


def balances(*kinds: str) -> dict[str, int]:
    """Debits minus credits by kind of account, in fen, of the kinds asked for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, sum(balance_fen)::bigint FROM ledger_balance GROUP BY kind")
        seen = dict(cursor.fetchall())
    return {kind: seen.get(kind, 0) for kind in kinds}


def debits_and_credits() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(debit_fen), 0)::bigint, coalesce(sum(credit_fen), 0)::bigint FROM ledger_balance"
        )
        return cursor.fetchone()
