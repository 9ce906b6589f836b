"""Fakes at the edge: gateways that only answer, or do not."""

from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode
from uuid import UUID

from canbao.collection.gateway import GatewayBroke


class Answering:
    channel = "wechat"
    closed: ClassVar[list[UUID]] = []

    def ask(self, *, order: UUID, amount_fen: int, says: str, expires_at: datetime, notify_url: str) -> str:
        return f"http://127.0.0.1:9/pay/{order.hex}"

    def page(self, **what: object) -> str | None:
        return None

    def close(self, order: UUID) -> None:
        self.closed.append(order)


class WithAPage(Answering):
    channel = "alipay"

    def page(self, **what: object) -> str | None:
        return f"http://127.0.0.1:9/page?{urlencode({'return_url': what['return_url']})}"


class Silent:
    channel = "wechat"

    def ask(self, *, order: UUID, amount_fen: int, says: str, expires_at: datetime, notify_url: str) -> str:
        raise GatewayBroke("渠道没有应答")

    def close(self, order: UUID) -> None:
        raise GatewayBroke("渠道没有应答")
