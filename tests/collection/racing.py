"""Several at once, on connections of their own, and the guards taken off one by one.

A race test shows both: what happens with the guard, and that without it the same test would see the wrong thing.
Needs `real_county`: what is committed here is committed.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import QuerySet

from canbao.access.scope import Scope, within
from canbao.divisions.models import CollectingUnit
from tests.county import everybody

PATIENCE_SECONDS = 20.0


@contextmanager
def at_work() -> Iterator[None]:
    """In a thread: a connection of its own, as the county bureau, closed at the end."""
    try:
        with within(everybody()):
            yield
    finally:
        connections.close_all()


def all_at_once(*works: Callable[[], Any]) -> list[Any]:
    """Everybody starts at the same moment. What each returned, or the exception that it raised."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        with at_work():
            start.wait(PATIENCE_SECONDS)
            return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return [outcome(future) for future in [pool.submit(run, work) for work in works]]


def one_inside_the_other(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """The worst moment, every time: `second` begins when `first` has done everything but commit.

    `first` commits once `second` waits for a lock or has finished; so without a lock `second` sees nothing of it.
    """
    has_done, may_commit = threading.Event(), threading.Event()
    backend: list[int] = []

    def run_first() -> Any:
        with at_work(), transaction.atomic():
            done = first()
            has_done.set()
            may_commit.wait(PATIENCE_SECONDS)
            return done

    def run_second() -> Any:
        with at_work():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend.append(cursor.fetchone()[0])
            has_done.wait(PATIENCE_SECONDS)
            return second()

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(run_first)
        other = pool.submit(run_second)
        has_done.wait(PATIENCE_SECONDS)
        until = time.monotonic() + PATIENCE_SECONDS
        while not (other.done() or (backend and waits(backend[0]))) and time.monotonic() < until:
            time.sleep(0.005)
        may_commit.set()
        return outcome(one), outcome(other)


def waits(backend: int) -> bool:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [backend])
        return bool(cursor.fetchone()[0])


def outcome(future: "Future[Any]") -> Any:
    error = future.exception(PATIENCE_SECONDS)
    return future.result() if error is None else error


def as_owner(statement: str, parameters: list[Any] | None = None) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, parameters)


def as_application(scope: Scope, statement: str, parameters: list[Any] | None = None) -> int:
    """SQL of somebody's own under the application's role: no Python stands in between. How many rows it touched."""
    with within(scope), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def rewrite(function: str, old: str, new: str) -> None:
    """Take a guard off: replace some text of a function, in this test's own database."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [function])
        source = cursor.fetchone()[0]
        if old not in source:
            raise AssertionError(f"{function} does not say {old!r}")
        cursor.execute(source.replace(old, new))


def slow_to_insert(table: str) -> None:
    """Each new row takes its time, so that two who insert at once are surely both at it."""
    as_owner(
        f"""CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END $$;
            CREATE TRIGGER slow BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION take_time()"""
    )


def without_locks() -> None:
    as_owner(
        "CREATE OR REPLACE FUNCTION collection_lock(order_ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN END $$"
    )


def without_key(table: str, *columns: str) -> None:
    """Drop every unique key of a table over just these columns, whether constraint or index."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """SELECT i.indexrelid::regclass::text, c.conname FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
                  AND c.contype IN ('u', 'p')
                WHERE i.indrelid = %s::regclass AND i.indisunique
                  AND (SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a
                        WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)) = %s""",
            [table, sorted(columns)],
        )
        found = cursor.fetchall()
        if not found:
            raise AssertionError(f"{table} has no unique key over {columns}")
        for index, constraint in found:
            if constraint:
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}" CASCADE')
            else:
                cursor.execute(f"DROP INDEX {index}")


def units_unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody holds a collecting unit for longer than it takes to read it."""
    locks = QuerySet.select_for_update

    def locks_all_else(self: QuerySet[Any], *what: Any, **how: Any) -> QuerySet[Any]:
        return self if self.model is CollectingUnit else locks(self, *what, **how)

    monkeypatch.setattr(QuerySet, "select_for_update", locks_all_else)
