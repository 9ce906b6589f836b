"""Native orders (`/v3/pay/transactions/native`): asking for a payment, and what the platform knows of it afterwards.

Amounts are whole fen on the wire too. `order` is our own id; the platform calls its hex `out_trade_no`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from canbao.gateways.fields import (
    BadMessage,
    fen,
    from_body,
    id_of,
    instant,
    number_of,
    part,
    reference,
    rfc3339,
    text,
    to_body,
)

NATIVE_PATH = "/v3/pay/transactions/native"
BY_NUMBER_PATH = "/v3/pay/transactions/out-trade-no/"
LONGEST_DESCRIPTION = 127
CURRENCY = "CNY"


class TradeState(StrEnum):
    SUCCESS = "SUCCESS"
    REFUND = "REFUND"  # paid, and something was given back since
    NOTPAY = "NOTPAY"
    CLOSED = "CLOSED"
    USERPAYING = "USERPAYING"
    PAYERROR = "PAYERROR"


HAS_ARRIVED = frozenset({TradeState.SUCCESS, TradeState.REFUND})


@dataclass(frozen=True, slots=True)
class NativeOrder:
    """A wish to be paid. `description` is cut at 127 characters, the platform's limit."""

    appid: str
    mchid: str
    order: UUID
    amount_fen: int
    description: str
    expires_at: datetime
    notify_url: str

    def body(self) -> bytes:
        return to_body(
            {
                "appid": self.appid,
                "mchid": self.mchid,
                "description": self.description[:LONGEST_DESCRIPTION],
                "out_trade_no": number_of(self.order),
                "time_expire": rfc3339(self.expires_at),
                "notify_url": self.notify_url,
                "amount": {"total": self.amount_fen, "currency": CURRENCY},
            }
        )

    @classmethod
    def read(cls, body: bytes) -> Self:
        fields = from_body(body)
        return cls(
            appid=text(fields, "appid", most=32),
            mchid=text(fields, "mchid", most=32),
            order=id_of(text(fields, "out_trade_no", most=32)),
            amount_fen=_cny(fields),
            description=text(fields, "description", most=LONGEST_DESCRIPTION),
            expires_at=instant(fields, "time_expire"),
            notify_url=text(fields, "notify_url", most=255),
        )


def address_body(pay_url: str) -> bytes:
    """The platform's answer to an order: where to pay, shown as a QR code."""
    return to_body({"code_url": pay_url})


def read_address(body: bytes) -> str:
    return text(from_body(body), "code_url", most=300)


def query_path(order: UUID, *, mchid: str) -> str:
    return f"{BY_NUMBER_PATH}{number_of(order)}?{urlencode({'mchid': mchid})}"


def close_path(order: UUID) -> str:
    return f"{BY_NUMBER_PATH}{number_of(order)}/close"


def close_body(*, mchid: str) -> bytes:
    return to_body({"mchid": mchid})


@dataclass(frozen=True, slots=True)
class Transaction:
    """What the platform knows of an order. `reference` (its `transaction_id`) and `paid_at` only once money arrived."""

    appid: str
    mchid: str
    order: UUID
    state: TradeState
    amount_fen: int | None = None
    reference: str | None = None
    paid_at: datetime | None = None

    @property
    def has_arrived(self) -> bool:
        return self.state in HAS_ARRIVED

    def body(self) -> bytes:
        amount = None
        if self.amount_fen is not None:
            amount = {"total": self.amount_fen, "payer_total": self.amount_fen, "currency": CURRENCY}
        return to_body(
            {
                "appid": self.appid,
                "mchid": self.mchid,
                "out_trade_no": number_of(self.order),
                "transaction_id": self.reference,
                "trade_type": "NATIVE" if self.has_arrived else None,
                "trade_state": self.state.value,
                "trade_state_desc": "支付成功" if self.has_arrived else "订单未支付",
                "bank_type": "OTHERS" if self.has_arrived else None,
                "success_time": rfc3339(self.paid_at) if self.paid_at else None,
                "amount": amount,
            }
        )

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Raises `BadMessage` for another shape, and for money without its number, sum or time."""
        fields = from_body(body)
        said = text(fields, "trade_state", most=32)
        try:
            state = TradeState(said)
        except ValueError:  # REVOKED and ACCEPT belong to card payments, which we do not ask for
            raise BadMessage("trade_state 不在已知状态之列 (unknown trade state)") from None
        arrived = state in HAS_ARRIVED
        return cls(
            appid=text(fields, "appid", most=32),
            mchid=text(fields, "mchid", most=32),
            order=id_of(text(fields, "out_trade_no", most=32)),
            state=state,
            amount_fen=_cny(fields) if arrived else None,
            reference=reference(fields, "transaction_id") if arrived else None,
            paid_at=instant(fields, "success_time") if arrived else None,
        )


def _cny(fields: Mapping[str, Any]) -> int:
    amount = part(fields, "amount")
    if amount.get("currency", CURRENCY) != CURRENCY:
        raise BadMessage("amount 的币种不是人民币 (another currency)")
    return fen(amount, "total")
