"""A database that an earlier version made is recognised, and said so, before a page fails on it."""

import json
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from canbao.config.databases import make_database
from canbao.config.home import UnsafeToStart
from canbao.config.safety import refuse_unsafe
from canbao.config.setup import ensure_app_role, set_up_database
from canbao.config.standing import Standing, standing, this_program
from tests import databases

NAME = f"{databases.ROLLED_BACK}_standing"


@pytest.fixture
def fresh(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """A database that holds nothing yet."""
    with django_db_blocker.unblock():
        make_database(NAME)
        yield
        databases.point_at(databases.ROLLED_BACK)
        databases.drop(NAME)


@pytest.fixture
def county(fresh: None) -> None:
    set_up_database()


def change(statement: str | sql.Composed) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)


def noted(**changes: object) -> None:
    """As if these had been the files when the database was set up."""
    note = json.dumps(this_program()._asdict() | changes)
    change(sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(sql.Literal(note)))


def refused(what: object) -> str:
    with pytest.raises(UnsafeToStart) as why:
        what()  # type: ignore[operator]
    return str(why.value)


@pytest.mark.usefixtures("county")
def test_what_was_just_set_up_is_level_for_both_roles() -> None:
    assert [standing(alias) for alias in ("owner", "default")] == [Standing.LEVEL, Standing.LEVEL]


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("earlier", ["rewritten", "taken-back", "never-noted"])
def test_tables_of_other_migrations_are_neither_served_nor_set_up_again(earlier: str) -> None:
    tables = this_program().tables
    if earlier == "never-noted":
        change("COMMENT ON TABLE django_migrations IS NULL")
    else:
        noted(tables=tables | {"access.0001_initial" if earlier == "rewritten" else "access.0099_gone": "0" * 16})

    served, set_up = refused(refuse_unsafe), refused(set_up_database)

    assert ("make clean" in served, served == set_up) == (True, True)


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("newer", ["functions", "a-migration"])
def test_where_only_functions_or_new_migrations_differ_setting_up_brings_it_level(newer: str) -> None:
    tables = dict(list(this_program().tables.items())[:-1]) if newer == "a-migration" else this_program().tables
    noted(tables=tables, sql="0" * 16)
    change("DROP FUNCTION collection_confirm(jsonb, timestamptz)")

    says = refused(refuse_unsafe)
    set_up_database()

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('collection_confirm(jsonb, timestamptz)') IS NOT NULL")
        assert ("canbao setup" in says, standing("owner"), cursor.fetchone()) == (True, Standing.LEVEL, (True,))
    refuse_unsafe()


@pytest.mark.usefixtures("fresh")
def test_a_set_up_that_broke_off_after_the_tables_goes_on() -> None:
    ensure_app_role()
    call_command("migrate", database="owner", verbosity=0, interactive=False)

    set_up_database()

    assert standing("owner") is Standing.LEVEL
