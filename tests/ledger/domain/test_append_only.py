"""A transfer is written once, by one function, and never touched."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction

from canbao.ledger.models import Account, Transfer
from tests.collection.domain.test_cash import take
from tests.collection.racing import as_owner
from tests.county import COUNTY, County
from tests.ledger.balances import debits_and_credits

CHANGES = [
    "UPDATE ledger_transfer SET amount_fen = 1",
    "DELETE FROM ledger_transfer",
    "TRUNCATE ledger_transfer CASCADE",
    "UPDATE ledger_account SET holder = 'mine'",
    "DELETE FROM ledger_account",
    "TRUNCATE ledger_account CASCADE",
]
INSERTS = [
    "INSERT INTO ledger_transfer (id) VALUES (gen_random_uuid())",
    "INSERT INTO ledger_account (county, kind, holder) VALUES ('340621', 'treasury', 'mine')",
    "SELECT ledger_post(ARRAY[]::ledger_entry[])",
    "SELECT ledger_account('340621', 'treasury', 'mine')",
]


@pytest.mark.parametrize("statement", CHANGES + INSERTS)
def test_the_application_has_no_right_to_write_money(county: County, statement: str) -> None:
    take(county, "周家")

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as db:
        db.execute(statement)


@pytest.mark.parametrize("statement", CHANGES)
def test_the_owner_is_refused_by_a_sentence(real_county: County, statement: str) -> None:
    take(real_county, "周家")
    before = list(Transfer.objects.values_list("pk", "amount_fen"))

    with pytest.raises(IntegrityError, match=r"is append-only: .* correct it by a further row"):
        as_owner(statement)

    assert list(Transfer.objects.values_list("pk", "amount_fen")) == before


def test_without_the_trigger_the_owner_could(real_county: County) -> None:
    """The control: the statement is a good one, and only the guard is in its way."""
    take(real_county, "周家")
    as_owner("ALTER TABLE ledger_transfer DISABLE TRIGGER kept_but")

    as_owner("UPDATE ledger_transfer SET amount_fen = 1")

    assert debits_and_credits() == (1, 1)


# --- ledger_post, as the functions that move money call it -----------------------------------------------------------


def post(
    *, entry_id: UUID, fen: int = 100, to: str = "treasury", reason: str = "settled", resident: int | None = None
) -> int:
    """One entry from the gateway's account to another; how many were new."""
    with connections["owner"].cursor() as owner:
        owner.execute(
            """SELECT ledger_post(ARRAY[ROW(%s, %s, NULL, '340621000000', NULL, %s, ledger_account(%s, %s, 'x'), ledger_account(%s, 'gateway', 'x'),
                                            %s, %s, 'test', '2021-11-15')::ledger_entry])""",
            [entry_id, COUNTY, resident, COUNTY, to, COUNTY, fen, reason],
        )
        return int(owner.fetchone()[0])


def test_the_same_entry_twice_is_once(real_county: County) -> None:
    asked = uuid4()

    assert [post(entry_id=asked), post(entry_id=asked), Transfer.objects.count()] == [1, 0, 1]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"fen": 101}, id="another-amount"),
        pytest.param({"to": "suspense"}, id="another-account"),
        pytest.param({"reason": "refund"}, id="another-reason"),
        pytest.param({"resident": 7}, id="another-person"),
    ],
)
def test_the_same_id_with_other_content_is_said_aloud(real_county: County, other: dict[str, Any]) -> None:
    asked = uuid4()
    post(entry_id=asked)

    with pytest.raises(IntegrityError, match=f"transfer {asked} exists with other content"):
        post(entry_id=asked, **other)

    assert [one.amount_fen for one in Transfer.objects.all()] == [100]


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        pytest.param({"fen": 0}, "transfer_moves_something", id="nothing"),
        pytest.param({"fen": -1}, "transfer_moves_something", id="less-than-nothing"),
        pytest.param({"to": "gateway"}, "transfer_between_two_accounts", id="from-an-account-to-itself"),
        pytest.param({"reason": "because"}, "transfer_reason_is_known", id="for-no-known-reason"),
        pytest.param({"to": "pocket"}, "account_kind_is_known", id="into-a-pocket"),
    ],
)
def test_an_entry_that_is_none_is_refused(real_county: County, entry: dict[str, Any], key: str) -> None:
    with pytest.raises(IntegrityError, match=key):
        post(entry_id=uuid4(), **entry)

    assert (Transfer.objects.count(), Account.objects.filter(holder="x").count()) == (0, 0)
