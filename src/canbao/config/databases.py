"""Making, renaming and dropping whole databases, as the owner: for samples and seasons, never for a real county.

What is made here is marked, and only what bears the mark is dropped: a database of the same name on somebody's server
stays as it is, and the command says so.
"""

import secrets
import time

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from canbao.config.database import OWNER_URL, from_django
from canbao.config.environment import BadSetting
from canbao.config.home import UnsafeToStart

MARK = "canbao: made for a sample or a season; canbao may drop it"
AUTOVACUUM_LEAVES_WITHIN_S = 10
# what setting up fills by itself; a database that holds nothing else is empty
_OF_SETTING_UP = ["access_secret", "auth_permission", "django_content_type", "django_migrations", "register_reading"]


def need_owner() -> None:
    """Raises `BadSetting` where this process may not work as the owner."""
    if "owner" not in settings.DATABASES:
        raise BadSetting(
            OWNER_URL,
            "没有设置；建库、升级和样例都要用属主账号 (the owner's address is needed; the application's alone will not do)",
        )


def _maintenance() -> "psycopg.Connection[tuple[object, ...]]":
    need_owner()
    return psycopg.connect(**from_django(settings.DATABASES["owner"]) | {"dbname": "postgres"}, autocommit=True)


def point_at(name: str) -> None:
    """Both roles of this process now talk to this database."""
    connections.close_all()
    for alias in ("default", "owner"):
        connections[alias].settings_dict["NAME"] = name


def make_database(name: str) -> None:
    """A fresh database on the same server, marked as ours, and go there. One of that name is thrown away if it bears
    our mark and nobody works in it. Raises `UnsafeToStart` otherwise."""
    connections.close_all()
    # under another name until it is marked: nobody ever finds one of ours without its mark
    unmarked = f"{name[:40]}_{secrets.token_hex(6)}"
    with _maintenance() as db:
        _drop(db, name)
        try:
            db.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unmarked)))
            db.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(unmarked), sql.Literal(MARK)))
            db.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unmarked), sql.Identifier(name)))
        except BaseException:  # a signal too
            _force_out(db, unmarked)
            raise
    point_at(name)


def drop_database(name: str) -> None:
    """Throw away what `make_database` made, and its visitors with it. Raises `UnsafeToStart` for any other."""
    connections.close_all()
    with _maintenance() as db:
        _drop(db, name, even_in_use=True)


def rename_database(name: str, to: str) -> None:
    """Put a finished database in the place of an empty one, and go there. From now on it is not ours to drop.

    Raises `UnsafeToStart` when the other holds anything.
    """
    point_at(to)
    if not is_empty():
        raise UnsafeToStart(
            f"数据库 {to} 里已有数据，不用样例盖掉它 (it is not empty; the sample is not put in its place)"
        )
    connections.close_all()
    with _maintenance() as db:
        _force_out(db, to)
        db.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to)))
        db.execute(sql.SQL("COMMENT ON DATABASE {} IS NULL").format(sql.Identifier(to)))
    point_at(to)


def is_empty() -> bool:
    """Whether the database holds nothing that somebody put there: no table, or tables as `canbao setup` left them.

    Setting up works in the schema `public` alone; a table in any other is somebody's, with rows or without.
    """
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                  AND NOT (n.nspname = 'public' AND c.relname = ANY (%s))""",
            [_OF_SETTING_UP],
        )
        tables = cursor.fetchall()
        if any(schema != "public" for schema, _ in tables):
            return False
        for _, table in tables:
            cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table)))
            if cursor.fetchone()[0]:
                return False
    return True


def identity() -> str:
    """Which database this is, whatever it is called: the server's own number and the database's on it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier || '/' || oid FROM pg_control_system(), pg_database WHERE datname = current_database()"
        )
        return str(cursor.fetchone()[0])


def _drop(db: "psycopg.Connection[tuple[object, ...]]", name: str, *, even_in_use: bool = False) -> None:
    row = db.execute(
        """SELECT shobj_description(oid, 'pg_database'),
                  (SELECT count(*) FROM pg_stat_activity a WHERE a.datid = d.oid AND backend_type = 'client backend')
             FROM pg_database d WHERE datname = %s""",
        [name],
    ).fetchone()
    if row is None:
        return
    mark, visitors = row
    if mark != MARK:
        raise UnsafeToStart(
            f"已有名为 {name} 的数据库，不是本程序建的，不动它；请改名或换一个服务器"
            " (a database of this name is there that this program did not make; it is left as it is)"
        )
    if visitors and not even_in_use:
        raise UnsafeToStart(
            f"数据库 {name} 正有人用，也许另一个 canbao 正在装样例或演一季；请等它结束"
            " (somebody works in it, perhaps another canbao; wait until it has ended)"
        )
    _force_out(db, name)


def _force_out(db: "psycopg.Connection[tuple[object, ...]]", name: str) -> None:
    """An autovacuum worker that is in there just now cannot be sent away by the owner; it leaves by itself."""
    until = time.monotonic() + AUTOVACUUM_LEAVES_WITHIN_S
    while True:
        try:
            db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return
