"""Whole databases are dropped by nobody but who made them: a name alone is no proof."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connections

from canbao.config.database import from_django
from canbao.config.databases import MARK, drop_database, identity, is_empty, make_database, point_at, rename_database
from canbao.config.home import UnsafeToStart
from canbao.config.setup import set_up_database
from canbao.divisions.models import Division
from tests import databases

NAME, OTHER = f"{databases.ROLLED_BACK}_played", f"{databases.ROLLED_BACK}_place"


@pytest.fixture
def server(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield
        databases.point_at(databases.ROLLED_BACK)
        for name in (NAME, OTHER):
            databases.drop(name)


def ask(question: str, *values: str, database: str = "postgres") -> list[tuple[object, ...]]:
    owner = from_django(connections["owner"].settings_dict) | {"dbname": database}
    with psycopg.connect(**owner, autocommit=True) as db:
        found = db.execute(question, values)
        return found.fetchall() if found.description else []


def there() -> set[str]:
    return {str(name) for (name,) in ask("SELECT datname FROM pg_database") if name in (NAME, OTHER)}


@pytest.mark.usefixtures("server")
def test_what_was_made_here_is_marked_replaced_and_dropped() -> None:
    make_database(NAME)
    first = identity()
    connections.close_all()

    make_database(NAME)
    second = identity()
    marks = ask("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", NAME)
    drop_database(NAME)

    assert (first != second, marks, there()) == (True, [(MARK,)], set())


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("verb", [make_database, drop_database])
def test_a_database_of_somebody_elses_stays_with_everything_in_it(verb: object) -> None:
    databases.as_owner("CREATE DATABASE {}", NAME)
    ask("CREATE TABLE theirs AS SELECT 7 AS seven", database=NAME)

    with pytest.raises(UnsafeToStart) as why:
        verb(NAME)  # type: ignore[operator]

    assert (NAME in str(why.value), ask("SELECT seven FROM theirs", database=NAME)) == (True, [(7,)])


@pytest.mark.usefixtures("server")
def test_a_season_that_is_being_played_is_not_taken_away() -> None:
    make_database(NAME)
    point_at(databases.ROLLED_BACK)
    with psycopg.connect(**from_django(connections["owner"].settings_dict) | {"dbname": NAME}) as playing:
        with pytest.raises(UnsafeToStart) as why:
            make_database(NAME)

        assert ("正有人用" in str(why.value), playing.execute("SELECT 7").fetchone()) == (True, (7,))


@pytest.mark.usefixtures("server")
def test_a_finished_sample_takes_an_empty_place_and_cannot_be_dropped_any_more() -> None:
    databases.as_owner("CREATE DATABASE {}", OTHER)
    make_database(NAME)
    set_up_database()
    made = identity()
    empty = is_empty()

    rename_database(NAME, OTHER)

    assert (empty, identity(), there()) == (True, made, {OTHER})
    with pytest.raises(UnsafeToStart):
        make_database(OTHER)


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    "theirs",
    [
        pytest.param("CREATE SCHEMA billing CREATE TABLE paid (fen int)", id="a-table-elsewhere-even-without-rows"),
        pytest.param(
            "CREATE SCHEMA billing; CREATE MATERIALIZED VIEW billing.paid AS SELECT 7 AS fen",
            id="a-kept-view-elsewhere",
        ),
        pytest.param("CREATE TABLE paid AS SELECT 7 AS fen", id="a-table-beside-ours"),
    ],
)
def test_what_somebody_keeps_in_any_schema_makes_a_place_not_empty(theirs: str) -> None:
    make_database(OTHER)
    set_up_database()
    before = is_empty()

    ask(theirs, database=OTHER)

    assert (before, is_empty()) == (True, False)


@pytest.mark.usefixtures("server")
def test_a_place_that_holds_anything_is_not_taken() -> None:
    make_database(OTHER)
    set_up_database()
    Division.objects.using("owner").create(code="340000000000", name="安徽省", level="province")
    make_database(NAME)

    with pytest.raises(UnsafeToStart) as why:
        rename_database(NAME, OTHER)

    names = ask("SELECT name FROM divisions_division", database=OTHER)
    assert ("已有数据" in str(why.value), names, there()) == (True, [("安徽省",)], {NAME, OTHER})
