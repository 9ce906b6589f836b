"""Pages are asked as a browser asks them: through every middleware, as the application's role, under row-level
security. The tests themselves are at work nowhere: only `outside` looks into the county, in a scope of its own.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeVar
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Browser

from canbao.access.models import Staff
from canbao.access.scope import within
from canbao.collection.gateway import gateway
from canbao.collection.models import Receipt
from canbao.enrolment.packs import pack_of
from canbao.gateways.standin.spawn import Control
from tests.county import IN_THE_WINDOW, PEOPLE, County, everybody, number
from tests.desks import take_cash
from tests.web.browsing import browser
from tests.web.server import served_with_money

T = TypeVar("T")


@pytest.fixture(scope="session", autouse=True)
def _static_files() -> None:
    """Pages name their style sheet by its fingerprint, so it must have been gathered."""
    call_command("collectstatic", interactive=False, verbosity=0)


class Outside:
    """The county as seen by somebody who may see all of it, one look at a time."""

    def __init__(self) -> None:
        self.county = County()

    def look(self, at: Callable[[County], T]) -> T:
        with within(everybody()):
            return at(self.county)

    def household(self, code: str) -> int:
        return self.look(lambda county: county.household(code).pk)

    def bills(self, household: str) -> list[int]:
        return self.look(lambda county: county.bills(household))

    def pays_cash(self, household: str, *, by: str = "clerk") -> Receipt:
        with within(everybody()):
            bills = self.county.bills(household)
            home = self.county.household(household)
            return take_cash(
                order_id=uuid4(), campaign=self.county.campaign, household=home, bills=bills,
                given_fen=sum(bill.due_fen for bill in home.bills.filter(pk__in=bills)),
                clerk=self.county.staff(by), at=IN_THE_WINDOW,
            )  # fmt: skip


@pytest.fixture
def outside(db: None) -> Outside:
    found = Outside()
    pack_of(found.look(lambda county: county.campaign))  # read once a process; not counted among a page's queries
    return found


@pytest.fixture
def sign_in(db: None) -> Callable[[str], Client]:
    """A browser in which somebody of the staff has signed in."""

    def signed_in(username: str) -> Client:
        client = Client()
        client.force_login(Staff.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


def number_of(name: str) -> str:
    _, _, born_on, sequence, _, _ = PEOPLE[name]
    return number(born_on, sequence)


def wrong_number() -> str:
    """Well-formed, and nobody's."""
    return number(date(1999, 9, 9), 99)


@pytest.fixture
def enter(db: None) -> Callable[[str], Client]:
    """A phone in which a resident has entered."""

    def entered(name: str) -> Client:
        client = Client()
        client.post("/my/enter/", {"name": name, "number": number_of(name)})
        return client

    return entered


@pytest.fixture
def plug_in(settings: object) -> Iterator[Callable[[str], None]]:
    """Which gateway takes WeChat's money, for the length of a test."""

    def plug(path: str) -> None:
        settings.CANBAO_GATEWAYS = {"wechat": path}
        gateway.cache_clear()

    yield plug
    gateway.cache_clear()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def town(real_county: County, settings: object) -> Iterator[tuple[str, Control, County]]:
    """The pages at an address, with a stand-in that takes the money."""
    assert str(settings.CANBAO_TODAY) == "2021-11-15"
    with served_with_money() as (url, control):
        yield url, control, real_county
