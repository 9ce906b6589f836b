"""Databases for tests: real ones, made from a template in a fraction of a second, thrown away afterwards."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
TEMPLATE = f"canbao_test_{WORKER}_template"
ROLLED_BACK = f"canbao_test_{WORKER}"


def as_owner(statement: str, *names: str) -> None:
    """Run one statement as the owner on the maintenance database."""
    parameters = settings.DATABASES["owner"]
    with psycopg.connect(
        host=parameters["HOST"], port=parameters["PORT"], user=parameters["USER"], password=parameters["PASSWORD"],
        dbname="postgres", autocommit=True,
    ) as db:  # fmt: skip
        db.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))


def point_at(name: str) -> None:
    """Both roles now talk to this database."""
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
        settings.DATABASES[alias]["NAME"] = name


def drop(name: str) -> None:
    """An autovacuum worker that is in there just now cannot be sent away by the owner; it leaves by itself."""
    until = time.monotonic() + 10
    while True:
        try:
            return as_owner("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        except psycopg.errors.InsufficientPrivilege:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


@contextmanager
def copied(name: str, template: str = TEMPLATE) -> Iterator[str]:
    """A database of one's own, a copy of the template, for as long as the block lasts."""
    for alias in ("default", "owner"):
        connections[alias].close()  # a template may have no visitors while it is copied
    drop(name)
    as_owner("CREATE DATABASE {} TEMPLATE {}", name, template)
    point_at(name)
    try:
        yield name
    finally:
        for alias in ("default", "owner"):
            connections[alias].close()
        drop(name)
