"""From an empty database to one that can be worked with; again and again, without harm.

The owner role migrates, then every room's `sql/*.sql` is applied: functions, guards and rights, all written so that
applying them twice is applying them once. One transaction: a half-guarded database does not exist.
"""

from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from psycopg import sql

from canbao.access.scope import halves
from canbao.config.database import APP_ROLE
from canbao.config.standing import Standing, note_standing, refuse_other_tables, sql_files, standing
from canbao.register.domain.readings import load_readings


def set_up_database() -> None:
    """Role, tables, functions, guards, rights, and the key by which scope tickets are checked.

    Raises `UnsafeToStart` where the tables come from migrations that have been rewritten since.
    """
    if standing("owner") is Standing.OTHER_TABLES and _was_finished():
        raise refuse_other_tables()
    ensure_app_role()
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(20220101)")  # two set-ups at once: the second waits
        for file in sql_files():
            cursor.execute(file.read_text("utf-8"))
        inner, outer = halves(bytes.fromhex(settings.CANBAO_KEYS["scope_key"]))
        cursor.execute(
            """INSERT INTO access_secret (name, "inner", "outer") VALUES ('scope', %s, %s)
               ON CONFLICT (name) DO UPDATE SET "inner" = excluded."inner", "outer" = excluded."outer" """,
            [inner, outer],
        )
        load_readings(using="owner")
        note_standing()


def _was_finished() -> bool:
    """Whether a set-up has come to its end here. One that broke off after the tables has left no key, and goes on."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM access_secret)")
        return bool(cursor.fetchone()[0])


def ensure_app_role() -> None:
    """The application's role must exist before anything is granted to it. The owner makes it where it may."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE])
        if cursor.fetchone():
            return
        password = settings.DATABASES["default"]["PASSWORD"]
        cursor.execute(
            sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}").format(
                sql.Identifier(APP_ROLE), sql.Literal(password)
            )
        )
