"""A stand-in in its own process, a merchant who listens, and collection's client between them: real HTTP throughout."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from canbao.collection.gateway import Arrival, RefundTold
from canbao.gateways.alipay.client import Alipay
from canbao.gateways.standin.alipay import CODES
from canbao.gateways.standin.client import StandIn, StandInAlipay
from canbao.gateways.standin.faults import Faults
from canbao.gateways.standin.spawn import Control, spawned
from canbao.gateways.wechat.client import WeChatPay
from canbao.kernel.days import CHINA
from tests.gateways.standin.receiver import Receiver, listening

TODAY = date(2021, 11, 15)
CHANNELS = {"wechat": StandIn, "alipay": StandInAlipay}


@dataclass
class Town:
    control: Control
    gateway: WeChatPay | Alipay
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

    def open(self, url: str) -> None:
        """Somebody scans the code: from then on it is a trade at Alipay."""
        httpx2.get(url, trust_env=False).raise_for_status()

    def code(self, word: str) -> str:
        """What this platform calls a no, of which WeChat's word is given."""
        return word if self.gateway.channel == "wechat" else CODES[word]

    def read(self, heard: tuple[dict[str, str], bytes], **when: Any) -> Arrival:
        told = self.listen(heard, **when)
        assert isinstance(told, Arrival)
        return told

    def listen(self, heard: tuple[dict[str, str], bytes], **when: Any) -> Arrival | RefundTold | None:
        headers, body = heard
        return self.gateway.read_notification(headers, body, now=when.get("now", datetime.now(UTC)))


@pytest.fixture(scope="module")
def quiet_standin(keys: Path) -> Iterator[Control]:
    with spawned(keys=keys, today=TODAY) as control:
        yield control


@pytest.fixture(scope="module", params=CHANNELS)
def gateway(quiet_standin: Control, keys: Path, request: pytest.FixtureRequest) -> WeChatPay | Alipay:
    return CHANNELS[request.param](quiet_standin.url, keys)


@pytest.fixture
def merchant() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def town(quiet_standin: Control, gateway: WeChatPay | Alipay, merchant: Receiver) -> Town:
    """Nothing goes wrong by itself."""
    merchant.yes = gateway.heard[1]
    return Town(quiet_standin, gateway, merchant)


@pytest.fixture(params=CHANNELS)
def channel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def town_with(merchant: Receiver, keys: Path, channel: str) -> Iterator[Callable[..., Town]]:
    """A town whose stand-in does these things wrong; `how` is how its client calls."""
    with ExitStack() as stack:

        def make(journal: Path | None = None, *, how: dict[str, Any] | None = None, **faults: Any) -> Town:
            control = stack.enter_context(spawned(keys=keys, today=TODAY, faults=Faults(**faults), journal=journal))
            client = CHANNELS[channel](control.url, keys, **(how or {}))
            merchant.yes = client.heard[1]
            return Town(control, client, merchant)

        yield make
