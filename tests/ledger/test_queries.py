"""What accounts say of a day, of some days, and of whom something is owed to since when."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canbao.collection.models import Refund, RefundState
from canbao.ledger.models import Account, Reason
from canbao.ledger.queries import Statement, owed_by_person, statement, trial_balance
from tests.collection.domain.test_cash import take
from tests.collection.paying import money, order, pay, tell
from tests.collection.racing import as_owner
from tests.county import COUNTY, IN_THE_WINDOW, County
from tests.ledger.balances import balances

DAY = IN_THE_WINDOW.date()
LATER = IN_THE_WINDOW + timedelta(days=2)
LAST = LATER.date()


def account(kind: str) -> Account:
    return Account.objects.get(kind=kind)


def of(kind: str, first: date = DAY, last: date = LAST, *, limit: int = 100, offset: int = 0) -> Statement:
    return statement(account(kind), first=first, last=last, limit=limit, offset=offset)


def test_debits_are_credits_on_any_day_and_a_day_knows_nothing_of_the_next(county: County) -> None:
    take(county, "钱家")
    pay(county, "赵家", at=LATER)

    today, later = (trial_balance(COUNTY, on=on) for on in (DAY, LATER.date()))

    for rows in (today, later):
        assert sum(row.debit_fen for row in rows) == sum(row.credit_fen for row in rows)
    assert {row.kind.value: row.balance_fen for row in today if row.balance_fen} == {
        "drawer": 36000, "contributions": -36000, "fund": 28000, "subsidies": -28000,
    }  # fmt: skip
    assert {row.kind.value: row.balance_fen for row in later} == balances(*[row.kind for row in later])
    assert [row.kind.value for row in later] == ["gateway", "drawer", "fund", "contributions", "subsidies"]


def test_a_statement_leads_from_what_there_was_to_what_there_is(county: County) -> None:
    take(county, "钱家")
    pay(county, "赵家", at=LATER)

    whole, second = of("contributions"), of("contributions", first=DAY + timedelta(days=1))

    assert (whole.opening_fen, whole.closing_fen, whole.count) == (0, -164000, 6)
    assert (second.opening_fen, second.closing_fen, second.count) == (-36000, -164000, 4)
    assert second.lines[-1].balance_fen == second.closing_fen
    assert {line.reason for line in whole.lines} == {Reason.CONTRIBUTION}
    assert Account.objects.get(pk=second.lines[0].other).kind == "gateway"


def test_pages_of_a_statement_are_the_statement(county: County) -> None:
    take(county, "赵家")
    whole = of("contributions")

    pages = [line for offset in (0, 3) for line in of("contributions", limit=3, offset=offset).lines]

    assert pages == list(whole.lines)
    assert [line.balance_fen for line in pages] == [-32000, -64000, -96000, -128000]


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(0, 3), days=st.integers(0, 3))
def test_any_two_periods_side_by_side_are_one(county: County, first: int, days: int) -> None:
    if not Account.objects.exists():
        take(county, "周家")
        pay(county, "赵家", at=LATER)
    begins, ends = DAY + timedelta(days=first - 1), DAY + timedelta(days=first - 1 + days)

    before, after = of("contributions", begins, ends), of("contributions", ends + timedelta(days=1), date(2022, 12, 31))
    both = of("contributions", begins, date(2022, 12, 31))

    assert (before.opening_fen, after.opening_fen, after.closing_fen) == (
        both.opening_fen,
        before.closing_fen,
        both.closing_fen,
    )
    assert before.count + after.count == both.count


def test_what_is_owed_is_owed_to_somebody_since_a_day(county: County) -> None:
    for at in (IN_THE_WINDOW, LATER):
        home = "周家" if at is LATER else "钱家"
        tell(*(money(one, at=at) for one in [order(county, home, at=at), order(county, home, at=at)]))

    owed = owed_by_person(COUNTY, on=LATER.date())

    people = {county.person(name).pk: name for name in ("钱奶奶", "钱儿", "周归")}
    assert [(people[one.resident_id or 0], one.fen, one.since) for one in owed] == [
        (name, fen, day) for name, fen, day in sorted(
            [("钱奶奶", 4000, DAY), ("钱儿", 32000, DAY), ("周归", 32000, LATER.date())], key=lambda one: (one[2], county.person(one[0]).pk)
        )
    ]  # fmt: skip
    assert sum(one.fen for one in owed) == sum(
        Refund.objects.exclude(state=RefundState.PAID).values_list("amount_fen", flat=True)
    )
    assert [one.since for one in owed_by_person(COUNTY, on=DAY)] == [DAY, DAY]


def test_what_was_owed_first_is_given_back_first(real_county: County) -> None:
    """A debt is as old as what of it is still open."""
    first = order(real_county, "周家")
    tell(money(first), money(order(real_county, "周家")))
    as_owner(
        """SELECT ledger_post(ARRAY[
             ROW(ledger_id('t', '1'), county, campaign_id, division, household_id, resident_id, debit_id, credit_id, 10000, 'surplus', 'test', '2021-11-20'),
             ROW(ledger_id('t', '2'), county, campaign_id, division, household_id, resident_id, credit_id, debit_id, 32000, 'refund', 'test', '2021-11-21')
           ]::ledger_entry[]) FROM ledger_transfer WHERE reason = 'surplus'"""
    )

    assert [(one.fen, one.since) for one in owed_by_person(COUNTY, on=date(2021, 11, 20))] == [(42000, DAY)]
    assert [(one.fen, one.since) for one in owed_by_person(COUNTY, on=date(2021, 11, 21))] == [
        (10000, date(2021, 11, 20))
    ]
