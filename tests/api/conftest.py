"""Callbacks as a gateway sends them: signed with the platform's key, posted by somebody without a session."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from canbao.access.scope import within
from canbao.collection.domain.orders import make_order
from canbao.collection.gateway import gateway
from canbao.collection.models import Channel, Order
from canbao.gateways.alipay.notification import Notification
from canbao.gateways.alipay.trade import Trade, TradeStatus
from canbao.gateways.standin.keys import (
    ALIPAY_APP,
    ALIPAY_SELLER,
    APPID,
    MCHID,
    alipay_platform_key,
    api_v3_key,
    ensure_keys,
    platform_signer,
)
from canbao.gateways.wechat.notification import notification_body
from canbao.gateways.wechat.order import TradeState, Transaction
from canbao.gateways.wechat.signature import platform_headers
from tests.county import IN_THE_WINDOW, County, everybody

NOTIFY = "/api/gateways/wechat/notify"
NOTIFY_ALIPAY = "/api/gateways/alipay/notify"
PAID = Transaction(APPID, MCHID, UUID(int=0), TradeState.SUCCESS, 128000, "4200000000000000000000000001", IN_THE_WINDOW)


@pytest.fixture(autouse=True)
def _only_the_api(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.api.urls"
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # none here; without the folder there is a warning


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ensure_keys(tmp_path_factory.mktemp("gateway"))


@dataclass
class Platform:
    """The gateway's side. `signed` is a callback as it arrives, `tell` posts one."""

    keys: Path
    client: Client

    def signed(self, transaction: Transaction, *, at: datetime | None = None) -> tuple[dict[str, str], bytes]:
        at = at or datetime.now(UTC)
        body = notification_body(transaction, id="EV-1", at=at, key=api_v3_key(self.keys), nonce=secrets.token_hex(6))
        return platform_headers(platform_signer(self.keys), body=body, at=at, nonce=secrets.token_hex(8)), body

    def post(self, headers: dict[str, str], body: bytes, *, to: str = NOTIFY) -> HttpResponse:
        return self.client.post(to, data=body, content_type="application/json", headers=headers)

    def tell(self, order: UUID, *, at: datetime | None = None, **changes: Any) -> HttpResponse:
        return self.post(*self.signed(replace(PAID, order=order, **changes), at=at))


@dataclass
class AlipayPlatform:
    """As `Platform`, at Alipay. Headers say nothing there."""

    keys: Path
    client: Client

    def signed(
        self, order: UUID, *, at: datetime | None = None, refund: UUID | None = None, **changes: Any
    ) -> tuple[dict[str, str], bytes]:
        paid = Trade(order, TradeStatus.TRADE_SUCCESS, 128000, "2021111522001000000000000001", IN_THE_WINDOW)
        about = Notification(ALIPAY_APP, ALIPAY_SELLER, replace(paid, **changes), refund)
        return {}, about.body(key=alipay_platform_key(self.keys), at=at or datetime.now(UTC))

    def post(self, headers: dict[str, str], body: bytes) -> HttpResponse:
        kind = "application/x-www-form-urlencoded"
        return self.client.post(NOTIFY_ALIPAY, data=body, content_type=kind, headers=headers)

    def tell(self, order: UUID, **changes: Any) -> HttpResponse:
        return self.post(*self.signed(order, **changes))


@pytest.fixture
def alipay(platform: Platform) -> AlipayPlatform:
    return AlipayPlatform(platform.keys, platform.client)


@pytest.fixture
def platform(db: None, keys: Path, settings: Settings) -> Iterator[Platform]:
    settings.CANBAO_GATEWAY_KEYS = keys
    gateway.cache_clear()
    yield Platform(keys, Client(enforce_csrf_checks=True))
    gateway.cache_clear()


@pytest.fixture
def order(db: None) -> Order:
    """The 赵家's four bills, 1280 yuan, in one order that has not been paid. Nobody's scope is left open."""
    with within(everybody()):
        county = County()
        return make_order(
            order_id=uuid4(),
            campaign=county.campaign,
            household=county.household("赵家"),
            bills=county.bills("赵家"),
            channel=Channel.WECHAT,
            made_by="resident:1",
            at=IN_THE_WINDOW,
        )
