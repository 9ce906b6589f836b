"""Callbacks of Alipay (`trade_status_sync`): one form for every change of an order, money that came or went back.

A refund is told as the order's state with the refund's own id (`out_biz_no`) and what has gone back of the order in
all. What has arrived stands in it too, so reading one for money twice is no harm.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from canbao.gateways.alipay.refund import refund_in
from canbao.gateways.alipay.signature import callback, read_callback
from canbao.gateways.alipay.trade import Trade
from canbao.gateways.fields import BadMessage, as_in_china, number_of, text
from canbao.kernel.fen import yuan

KIND = "trade_status_sync"
HEARD = b"success"  # anything else, and they tell again


@dataclass(frozen=True, slots=True)
class Notification:
    """`refund` is the id of the refund that is told of; None when it is about money that came, or did not."""

    app_id: str
    seller_id: str
    trade: Trade
    refund: UUID | None = None

    def body(self, *, key: RSAPrivateKey, at: datetime, given_back_fen: int = 0) -> bytes:
        """The platform's side. `given_back_fen`: of the whole order so far."""
        trade = self.trade
        paid = {"trade_no": trade.reference or "", "gmt_payment": as_in_china(trade.paid_at)} if trade.paid_at else {}
        back = {
            "out_biz_no": number_of(self.refund),
            "refund_fee": yuan(given_back_fen),
            "gmt_refund": as_in_china(at) + ".000",
        } if self.refund else {}  # fmt: skip
        about = f"{number_of(trade.order)}{self.refund}{trade.status}"
        fields = {
            "notify_type": KIND,
            "notify_id": hashlib.sha256(about.encode()).hexdigest()[:34],
            "notify_time": as_in_china(at),
            "charset": "utf-8",
            "version": "1.0",
            "app_id": self.app_id,
            "seller_id": self.seller_id,
            "out_trade_no": number_of(trade.order),
            "trade_status": trade.status.value,
            "total_amount": yuan(trade.amount_fen),
        }
        return callback(fields | paid | back, key=key)


def read_notification_body(body: bytes, *, keys: Sequence[RSAPublicKey], now: datetime) -> Notification:
    """Raises `BadMessage`: the signature and age as `read_callback` says, another kind, another shape."""
    fields: Mapping[str, str] = read_callback(body, keys=keys, now=now)
    if fields.get("notify_type") != KIND:
        raise BadMessage("不是交易状态的通知 (another kind of callback)")
    is_refund = "refund_fee" in fields or "gmt_refund" in fields
    return Notification(
        app_id=text(fields, "app_id", most=32),
        seller_id=text(fields, "seller_id", most=32),
        trade=Trade.read(fields, paid_at="gmt_payment"),
        refund=refund_in(fields, "out_biz_no") if is_refund else None,
    )
