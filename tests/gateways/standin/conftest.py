"""A stand-in in its own process, a merchant who listens, and collection's client between them: real HTTP throughout."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from canbao.collection.gateway import Arrival
from canbao.gateways.standin.client import StandIn
from canbao.gateways.standin.faults import Faults
from canbao.gateways.standin.spawn import Control, spawned
from canbao.kernel.days import CHINA
from tests.gateways.standin.receiver import Receiver, listening

TODAY = date(2021, 11, 15)


@dataclass
class Town:
    control: Control
    gateway: StandIn
    merchant: Receiver

    def ask(
        self, *, fen: int = 28000, order: UUID | None = None, lives: timedelta = timedelta(hours=2)
    ) -> tuple[UUID, str]:
        order = order or uuid4()
        expires_at = datetime.now(CHINA).replace(year=TODAY.year, month=TODAY.month, day=TODAY.day) + lives
        url = self.gateway.ask(
            order=order, amount_fen=fen, says="城乡居民医保 <2022>", expires_at=expires_at, notify_url=self.merchant.url
        )
        return order, url

    def read(self, heard: tuple[dict[str, str], bytes], **when: Any) -> Arrival:
        headers, body = heard
        return self.gateway.read_notification(headers, body, now=when.get("now", datetime.now(UTC)))


@pytest.fixture(scope="module")
def quiet_standin(keys: Path) -> Iterator[Control]:
    with spawned(keys=keys, today=TODAY) as control:
        yield control


@pytest.fixture(scope="module")
def gateway(quiet_standin: Control, keys: Path) -> StandIn:
    return StandIn(quiet_standin.url, keys)


@pytest.fixture
def merchant() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def town(quiet_standin: Control, gateway: StandIn, merchant: Receiver) -> Town:
    """Nothing goes wrong by itself."""
    return Town(quiet_standin, gateway, merchant)


@pytest.fixture
def town_with(merchant: Receiver, keys: Path) -> Iterator[Callable[..., Town]]:
    """A town whose stand-in does these things wrong."""
    with ExitStack() as stack:

        def make(journal: Path | None = None, **faults: Any) -> Town:
            control = stack.enter_context(spawned(keys=keys, today=TODAY, faults=Faults(**faults), journal=journal))
            return Town(control, StandIn(control.url, keys), merchant)

        yield make
