"""`kill -9` of the whole database in the middle of confirming: what was acknowledged is there, numbers have no gap.

A server of its own, so that nobody else's tests go down with it.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Empty, Queue

import pytest
from django.db import InterfaceError, OperationalError, connection, connections
from django.db.models import F

from canbao.access.scope import within
from canbao.collection.domain.confirmation import Confirmed, Told
from canbao.collection.models import Order, Payment, PaymentOutcome, Receipt
from canbao.reports.four_ways import Way, four_ways_agree
from tests.collection.crowd import FEN, crowd
from tests.collection.paying import money, numbers_without_gap, receipt_numbers, tell
from tests.county import County, build_county, everybody
from tests.own_server import Server, own_server

pytestmark = pytest.mark.long

PEOPLE, CRASHES, WORKERS = 1000, 40, 4


@pytest.fixture
def server(django_db_blocker: pytest.FixtureRequest) -> Iterator[Server]:
    with django_db_blocker.unblock(), own_server("crash") as server:
        build_county()
        yield server


@dataclass
class Counter:
    """A few people who confirm what is waiting, and try again whenever the database has gone."""

    waiting: "Queue[Told]" = field(default_factory=Queue)
    acknowledged: dict[str, Confirmed] = field(default_factory=dict)
    closed: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        try:
            while len(self.acknowledged) < PEOPLE and not self.closed.is_set():
                try:
                    told = self.waiting.get(timeout=0.05)
                except Empty:
                    continue
                try:
                    (done,) = tell(told)
                    self.acknowledged[told.arrival.reference] = done
                except (OperationalError, InterfaceError):
                    connection.close()
                    self.waiting.put(told)
                    time.sleep(0.02)
        finally:
            connections.close_all()


def test_nothing_that_was_acknowledged_is_lost_when_the_database_is_killed_forty_times(server: Server) -> None:
    with within(everybody()):
        counter = Counter()
        for order in crowd(County(), PEOPLE):
            counter.waiting.put(money(order))
    connection.close()
    workers = [threading.Thread(target=counter.work, daemon=True) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()

    try:
        killed_at = [crash(server, counter, after=20 + nth * (PEOPLE - 40) // CRASHES) for nth in range(CRASHES)]
        for worker in workers:
            worker.join(30)
    finally:
        counter.closed.set()

    assert (len(killed_at), max(killed_at) < PEOPLE) == (CRASHES, True)
    with within(everybody()):
        check_that_everything_fits(counter)


def crash(server: Server, counter: Counter, *, after: int) -> int:
    """Kill, start, and look at once: is everything there that was promised? How many promises it was."""
    while len(counter.acknowledged) < after:
        time.sleep(0.001)
    server.kill()
    promised = set(counter.acknowledged)
    server.start()
    connection.close()
    with within(everybody()):
        assert promised - set(Payment.objects.values_list("reference", flat=True)) == set()
        assert numbers_without_gap()
    connection.close()
    return len(promised)


def check_that_everything_fits(counter: Counter) -> None:
    assert {(one.outcome, one.agrees) for one in counter.acknowledged.values()} == {(PaymentOutcome.SETTLED, True)}
    assert receipt_numbers(7) == list(range(1, PEOPLE + 1))
    assert dict(Receipt.objects.values_list("payment__reference", "pk")) == {
        reference: one.receipt_id for reference, one in counter.acknowledged.items()
    }
    ways = four_ways_agree(County().campaign)
    assert (ways.agree, ways.money) == (True, Way(PEOPLE, PEOPLE * FEN))
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(debit_fen), sum(credit_fen) FROM ledger_balance")
        assert cursor.fetchone() == (PEOPLE * FEN, PEOPLE * FEN)
    assert not Payment.objects.exclude(settled_fen=F("amount_fen")).exists()
    assert Order.objects.filter(state=Order.State.PAID).count() == PEOPLE


def test_with_synchronous_commit_off_an_acknowledged_confirmation_is_lost(server: Server) -> None:
    """The control, and why the program refuses to start like that: the yes was said before anything was on disk."""
    server.superuser("ALTER SYSTEM SET wal_writer_delay = '10s'", "SELECT pg_reload_conf()")
    with within(everybody()):
        (order,) = crowd(County(), 1)
    server.superuser("CHECKPOINT", "ALTER ROLE canbao_app SET synchronous_commit = off")
    connection.close()

    (done,) = tell(money(order))
    server.kill()
    connection.close()
    server.start()

    assert done.outcome is PaymentOutcome.SETTLED
    with within(everybody()):
        assert (Payment.objects.count(), Receipt.objects.count()) == (0, 0)
