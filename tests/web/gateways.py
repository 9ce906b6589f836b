"""Fakes at the edge: gateways that only answer, or do not."""

from datetime import datetime
from uuid import UUID

from canbao.collection.gateway import GatewayBroke


class Answering:
    channel = "wechat"

    def ask(self, *, order: UUID, amount_fen: int, says: str, expires_at: datetime, notify_url: str) -> str:
        return f"http://127.0.0.1:9/pay/{order.hex}"


class Silent:
    channel = "wechat"

    def ask(self, *, order: UUID, amount_fen: int, says: str, expires_at: datetime, notify_url: str) -> str:
        raise GatewayBroke("渠道没有应答")
