"""The limits on cash to the fen and to the day (R-41), counted twice: by the database, which says no, and for the pages, which warn.

The cash lies in a drawer of its own database and is taken back after each case; what is asked is what `collection_confirm` asks.
Of a time, the last day is still in time; of a sum, reaching it obliges.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from canbao.access.scope import within
from canbao.collection.domain.in_hand import Drawer, beside_the_limits
from canbao.collection.models import Channel
from canbao.policy.work_rules import Cash
from tests import databases
from tests.collection.paying import order
from tests.county import County, everybody

Held = list[tuple[str, str]]  # yuan and day of each payment

FULL = 20_000_000
BOTH = "30天 200000"
# from which day the oldest cash is, how long it may lie → the last day on which it is in time
LAST_DAYS = [
    ("30天", "2021-11-01", "2021-12-01"),
    ("30天", "2021-01-31", "2021-03-02"),
    ("30天", "2020-01-31", "2020-03-01"),  # a leap year
    ("30天", "2020-01-30", "2020-02-29"),
    ("30天", "2021-01-29", "2021-02-28"),
    ("30天", "2020-02-29", "2020-03-30"),
    ("30天", "2021-02-28", "2021-03-30"),
    ("30天", "2021-12-01", "2021-12-31"),
    ("30天", "2021-12-02", "2022-01-01"),
    ("30天", "2021-12-31", "2022-01-30"),
    ("1个月", "2021-01-31", "2021-02-28"),  # of a shorter month, its last day
    ("1个月", "2020-01-31", "2020-02-29"),
    ("1个月", "2021-01-28", "2021-02-28"),
    ("1个月", "2020-02-29", "2020-03-29"),
    ("1个月", "2021-12-31", "2022-01-31"),
    ("1个月", "2021-11-30", "2021-12-30"),
    ("1个月", "2021-08-31", "2021-09-30"),
    ("3个月", "2021-11-30", "2022-02-28"),
    ("2年", "2020-02-29", "2022-02-28"),
    ("10天", "2021-12-25", "2022-01-04"),
    ("1天", "2021-12-31", "2022-01-01"),
]
SUMS: list[tuple[str, list[str], str]] = [
    ("200000", [], ""),
    ("200000", ["0.01"], ""),
    ("200000", ["199999.98"], ""),
    ("200000", ["199999.99"], ""),
    ("200000", ["200000.00"], "full"),
    ("200000", ["200000.01"], "full"),
    ("200000", ["199999.99", "0.01"], "full"),
    ("200000", ["199999.98", "0.01"], ""),
    ("200000", ["100000", "99999.99"], ""),
    ("200000", ["100000", "100000"], "full"),
    ("200000", ["66666.66", "66666.67", "66666.67"], "full"),
    ("200000", ["66666.66", "66666.66", "66666.67"], ""),
    ("200000", ["999999999.99"], "full"),
    ("0.01", [], ""),
    ("0.01", ["0.01"], "full"),
    ("199999.99", ["199999.98"], ""),
    ("199999.99", ["199999.99"], "full"),
]
TOGETHER: list[tuple[str, Held, str, str]] = [
    (BOTH, [], "2021-12-31", ""),
    (BOTH, [("199999.99", "2021-11-01")], "2021-12-01", ""),
    (BOTH, [("199999.99", "2021-11-01")], "2021-12-02", "overdue"),
    (BOTH, [("200000", "2021-11-01")], "2021-12-01", "full"),
    (BOTH, [("200000", "2021-11-01")], "2021-12-02", "overdue"),  # both: the older reason is said
    (BOTH, [("0.01", "2021-11-01"), ("100", "2021-12-02")], "2021-12-02", "overdue"),  # the oldest counts
    (BOTH, [("100", "2021-12-02"), ("0.01", "2021-11-02")], "2021-12-02", ""),
    (BOTH, [("200000", "2021-12-02")], "2021-12-02", "full"),  # on the day itself
    ("30天", [("999999", "2021-12-01")], "2021-12-01", ""),  # a notice with days alone
    ("30天", [("999999", "2021-11-01")], "2021-12-02", "overdue"),
    ("200000", [("199999.99", "2001-01-01")], "2021-12-02", ""),  # with a sum alone
    ("", [("999999", "2001-01-01")], "2021-12-02", ""),  # with neither
]
CASES: list[tuple[str, Held, str, str]] = [
    *(
        (rule, [("320", taken)], str(date.fromisoformat(last) + timedelta(days=after)), "overdue" if after > 0 else "")
        for rule, taken, last in LAST_DAYS
        for after in (-1, 0, 1)
    ),
    *((rule, [(yuan, "2021-11-01") for yuan in held], "2021-11-01", says) for rule, held, says in SUMS),
    *TOGETHER,
]


def test_there_are_eighty_cases() -> None:
    assert len(CASES) >= 80


@pytest.fixture(scope="module")
def order_for_cash(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """A database of its own with an order, for as long as these tests last."""
    name = f"{databases.ROLLED_BACK}_limits"
    with django_db_blocker.unblock(), databases.copied(name), within(everybody()):
        yield order(County(), "赵家", channel=Channel.CASH)
    databases.point_at(databases.ROLLED_BACK)


def cash_rule(rule: str) -> Cash | None:
    parts = rule.split()
    within_ = next((part for part in parts if not part[0].isdigit() or not part[-1].isdigit()), None)
    reaching = next((part for part in parts if part[-1].isdigit()), None)
    if not parts:
        return None
    return Cash.model_validate({"remit_within": within_, "on_reaching_yuan": reaching, "clause": "五（一）"})


def fen(yuan: str) -> int:
    whole, _, cents = yuan.partition(".")
    return int(whole) * 100 + int(cents.ljust(2, "0") or 0)


def said_by_the_database(for_order: Any, rule: Cash | None, held: list[tuple[int, date]], on: date) -> str:
    """Lay cash into the drawer, ask, and take it all back."""
    span = rule.remit_within if rule else None
    with transaction.atomic(using="owner"), connections["owner"].cursor() as db:
        db.execute("ALTER TABLE enrolment_edition DISABLE TRIGGER USER")
        db.execute(
            "UPDATE enrolment_edition SET cash_months = %s, cash_days = %s, cash_limit_fen = %s",
            [span.months if span else None, span.days if span else None, rule.on_reaching_fen if rule else None],
        )
        db.execute("UPDATE enrolment_campaign SET cash_stops = true")
        for amount_fen, day in held:
            db.execute(
                """INSERT INTO collection_payment (id, county, channel, reference, order_number, order_id, division, household_id, unit_id,
                          amount_fen, settled_fen, people, paid_at, paid_on, outcome, noted_at)
                   SELECT %(id)s, county, 'cash', %(id)s::text, id, id, division, household_id, unit_id,
                          %(fen)s, 0, 0, %(day)s, %(day)s, 'surplus', %(day)s FROM collection_order WHERE id = %(order)s""",
                {"id": uuid4(), "fen": amount_fen, "day": day, "order": for_order.pk},
            )
        try:
            with transaction.atomic(using="owner"):
                db.execute(
                    "SELECT collection_drawer_takes(%s, %s, %s, 0)", [for_order.unit_id, for_order.campaign_id, on]
                )
        except DatabaseError as no:
            return str(no.__cause__.diag.message_primary).removeprefix("drawer_is_")  # type: ignore[union-attr]
        else:
            return ""
        finally:
            transaction.set_rollback(True, using="owner")


def said_to_the_pages(rule: Cash | None, held: list[tuple[int, date]], on: date) -> str:
    oldest = min((day for _, day in held), default=None)
    drawer = Drawer(sum(amount for amount, _ in held), 1, len(held), oldest)
    cash = beside_the_limits(drawer, rule, stops=True, on=on)
    assert cash.is_stopped == cash.is_overdue
    return "overdue" if cash.is_too_old else "full" if cash.is_too_much else ""


@pytest.mark.parametrize(("rule", "held", "on", "says"), CASES)
def test_to_the_fen_and_to_the_day(order_for_cash: Any, rule: str, held: Held, on: str, says: str) -> None:
    limits = cash_rule(rule)
    lying = [(fen(yuan), date.fromisoformat(day)) for yuan, day in held]
    day = date.fromisoformat(on)

    assert said_by_the_database(order_for_cash, limits, lying, day) == says
    assert said_to_the_pages(limits, lying, day) == says


DAYS = st.dates(date(2019, 12, 1), date(2024, 3, 31))
LENGTHS = st.one_of(
    st.none(), st.integers(1, 120).map(lambda n: f"{n}天"), st.integers(1, 14).map(lambda n: f"{n}个月")
)


@settings(max_examples=150, deadline=None)
@given(
    length=LENGTHS,
    limit=st.one_of(st.none(), st.integers(1, 50_000)),
    held=st.lists(st.tuples(st.integers(1, 30_000), DAYS), max_size=4),
    on=DAYS,
)
def test_the_pages_and_the_database_count_alike(
    order_for_cash: Any, length: str | None, limit: int | None, held: list[tuple[int, date]], on: date
) -> None:
    reaching = f"{limit // 100}.{limit % 100:02d}" if limit else ""
    rule = cash_rule(f"{length or ''} {reaching}")

    assert said_by_the_database(order_for_cash, rule, held, on) == said_to_the_pages(rule, held, on)
