"""Making, renaming and dropping whole databases, as the owner: for samples and seasons, never for a real county."""

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql


def _as_owner(statement: str, *names: str) -> None:
    owner = settings.DATABASES["owner"]
    with psycopg.connect(
        host=owner["HOST"],
        port=owner["PORT"],
        user=owner["USER"],
        password=owner["PASSWORD"],
        dbname="postgres",
        autocommit=True,
    ) as db:
        db.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))


def point_at(name: str) -> None:
    """Both roles of this process now talk to this database."""
    connections.close_all()
    for alias in ("default", "owner"):
        connections[alias].settings_dict["NAME"] = name


def make_database(name: str) -> None:
    """A fresh database on the same server, and go there. One of that name is thrown away."""
    connections.close_all()
    drop_database(name)
    _as_owner("CREATE DATABASE {}", name)
    point_at(name)


def drop_database(name: str) -> None:
    _as_owner("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def rename_database(name: str, to: str) -> None:
    """Put a finished database in the place of another, which is thrown away, and go there."""
    connections.close_all()
    drop_database(to)
    _as_owner("ALTER DATABASE {} RENAME TO {}", name, to)
    point_at(to)
