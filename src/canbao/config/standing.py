"""How a database stands to the program that opens it: made by these very files, or by earlier ones.

`canbao setup` notes in the database by which migrations its tables were made and which SQL was applied (as the comment
of the table `django_migrations`, which every role can read and every dump keeps). Until the first release a room's
migration is written anew in its place, so tables can be older than a migration that counts as applied: no `migrate`
would notice, and pages would fail on columns that are not there.
"""

import json
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from django.apps import apps
from django.db import connections
from psycopg import sql

from canbao.config.home import UnsafeToStart


class Standing(Enum):
    NOT_SET_UP = "not set up"  # no tables, or a set-up that did not come to its end
    LEVEL = "level"
    BEHIND = "behind"  # `canbao setup` brings it level
    OTHER_TABLES = "other tables"  # from migrations that have been rewritten since, or from before this was noted


class Made(NamedTuple):
    """Digests of the files: `tables` by migration (`access.0001_initial`), `sql` of all functions, guards and rights."""

    tables: dict[str, str]
    sql: str


def this_program() -> Made:
    rooms = [app for app in apps.get_app_configs() if app.name.startswith("canbao.")]
    tables = {
        f"{room.label}.{file.stem}": _digest([file])
        for room in rooms
        for file in sorted((Path(room.path) / "migrations").glob("0*.py"))
    }
    return Made(tables, _digest(sql_files()))


def sql_files() -> list[Path]:
    """Every room's SQL: rooms from the ground up, files by their number."""
    files: list[Path] = []
    for app in apps.get_app_configs():
        if app.name.startswith("canbao."):
            files += sorted((Path(app.path) / "sql").glob("*.sql"))
    return files


def standing(alias: str) -> Standing:
    """Of the database that this alias talks to. Each role may ask."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            """SELECT to_regclass('public.access_secret') IS NOT NULL,
                      obj_description(to_regclass('public.django_migrations'), 'pg_class')"""
        )
        has_tables, note = cursor.fetchone()
    if note is None:
        return Standing.OTHER_TABLES if has_tables else Standing.NOT_SET_UP
    ours, theirs = this_program(), Made(**json.loads(note))
    if any(ours.tables.get(name) != digest for name, digest in theirs.tables.items()):
        return Standing.OTHER_TABLES
    return Standing.LEVEL if ours == theirs else Standing.BEHIND


def note_standing() -> None:
    """From now on the database is level with this program. By the owner, in the transaction that makes it so."""
    note = json.dumps(this_program()._asdict(), sort_keys=True)
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(sql.Literal(note)))


def refuse_other_tables() -> UnsafeToStart:
    return UnsafeToStart(
        "数据库的表是程序的另一版本建的，不能升级（正式发布前如此）；样例请 make clean 重来，自己的库请另建空库再执行"
        " canbao setup (its tables were made by another version, and before the first release there is no way across:"
        " `make clean` for a sample, an empty database and canbao setup for your own)"
    )


def _digest(files: list[Path]) -> str:
    told = sha256()
    for file in files:
        told.update(f"{file.name}\0".encode() + file.read_bytes() + b"\0")
    return told.hexdigest()[:16]
