"""What every test may ask for. Databases are real, and so are the two roles: tests work as the application's role,
under row-level security, like everybody else."""

from collections.abc import Iterator

import pytest
from django.db import connections
from hypothesis import settings

from canbao.access.scope import within
from tests import databases
from tests.county import County, build_county, everybody

settings.register_profile("long", max_examples=2000)  # `--hypothesis-profile=long`: for an evening


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--money-steps", type=int, default=60, help="how many steps tests/ledger/domain/test_balance.py plays"
    )
    parser.addoption("--money-seed", type=int, default=1000, help="the seed of its first season")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The template with the small county, and a copy of it for tests that roll back."""
    from canbao.config.setup import set_up_database

    with django_db_blocker.unblock():
        databases.drop(databases.ROLLED_BACK)
        databases.drop(databases.TEMPLATE)
        databases.as_owner("CREATE DATABASE {}", databases.TEMPLATE)
        databases.point_at(databases.TEMPLATE)
        set_up_database()
        build_county()
        with databases.copied(databases.ROLLED_BACK):
            yield
        databases.drop(databases.TEMPLATE)


@pytest.fixture
def county(db: None) -> Iterator[County]:
    """The small county, seen by somebody of the county bureau; what the test does is rolled back."""
    with within(everybody()):
        yield County()


@pytest.fixture
def real_county(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[County]:
    """The small county in a database of its own, where commits are commits: for races, crashes and other processes."""
    with django_db_blocker.unblock():
        name = f"{databases.ROLLED_BACK}_own"
        with databases.copied(name), within(everybody()):
            yield County()
        databases.point_at(databases.ROLLED_BACK)
        connections["default"].close()
