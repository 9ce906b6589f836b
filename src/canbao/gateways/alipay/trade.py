"""Orders at Alipay (`alipay.trade.…`): asking for a payment by QR code or on this phone, and what became of it.

Amounts are yuan as text on the wire, times are of China without an offset. `order` is our own id; the platform calls
its hex `out_trade_no`, and its own number for the payment `trade_no`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from canbao.gateways.fields import (
    BadMessage,
    as_in_china,
    fen_of_yuan,
    id_of,
    in_china,
    number_of,
    reference,
    text,
)
from canbao.kernel.fen import yuan

PRECREATE, WAP, QUERY, CLOSE = (
    "alipay.trade.precreate",
    "alipay.trade.wap.pay",
    "alipay.trade.query",
    "alipay.trade.close",
)
PRODUCT_OF_WAP = "QUICK_WAP_WAY"
OK = "10000"
LONGEST_SUBJECT = 256
LONGEST_TRADE_NO = 64
FORBIDDEN_IN_SUBJECT = str.maketrans(dict.fromkeys("/=&", " "))  # by their manual, and for the signature's sake


class TradeStatus(StrEnum):
    WAIT_BUYER_PAY = "WAIT_BUYER_PAY"
    TRADE_CLOSED = "TRADE_CLOSED"  # nobody paid in time, or all of it was given back since
    TRADE_SUCCESS = "TRADE_SUCCESS"
    TRADE_FINISHED = "TRADE_FINISHED"  # paid, and too long ago to give back


PAID = frozenset({TradeStatus.TRADE_SUCCESS, TradeStatus.TRADE_FINISHED})


@dataclass(frozen=True, slots=True)
class Wish:
    """To be paid. Asked by QR code (`precreate`) or as a page on the payer's phone (`wap`), with the same content."""

    order: UUID
    amount_fen: int
    subject: str
    expires_at: datetime

    def content(self, *, on_this_phone: bool = False) -> dict[str, str]:
        product = {"product_code": PRODUCT_OF_WAP} if on_this_phone else {}
        return product | {
            "out_trade_no": number_of(self.order),
            "total_amount": yuan(self.amount_fen),
            "subject": self.subject.translate(FORBIDDEN_IN_SUBJECT)[:LONGEST_SUBJECT],
            "time_expire": as_in_china(self.expires_at),
        }

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Self:
        return cls(
            order=order_in(fields),
            amount_fen=fen_of_yuan(fields, "total_amount"),
            subject=text(fields, "subject", most=LONGEST_SUBJECT),
            expires_at=in_china(fields, "time_expire"),
        )


def order_in(fields: Mapping[str, Any]) -> UUID:
    return id_of(text(fields, "out_trade_no", most=64))


@dataclass(frozen=True, slots=True)
class Trade:
    """What the platform knows of an order that somebody scanned or opened. Reference and time only once money came."""

    order: UUID
    status: TradeStatus
    amount_fen: int
    reference: str | None = None
    paid_at: datetime | None = None

    @property
    def has_arrived(self) -> bool:
        """Also of one that is closed because all of it was given back: the money had come."""
        return self.paid_at is not None

    def content(self) -> dict[str, str | None]:
        """The answer to a query."""
        return {
            "code": OK,
            "msg": "Success",
            "trade_no": self.reference,
            "out_trade_no": number_of(self.order),
            "trade_status": self.status.value,
            "total_amount": yuan(self.amount_fen),
            "send_pay_date": as_in_china(self.paid_at) if self.paid_at else None,
        }

    @classmethod
    def read(cls, fields: Mapping[str, Any], *, paid_at: str = "send_pay_date") -> Self:
        """`paid_at` is what the field of the time is called, which a callback calls otherwise.

        Raises `BadMessage` for another shape, and for money without its number, sum or time.
        """
        try:
            status = TradeStatus(text(fields, "trade_status", most=32))
        except ValueError as error:
            raise (
                error
                if isinstance(error, BadMessage)
                else BadMessage("trade_status 不在已知状态之列 (unknown trade status)")
            ) from None
        arrived = status in PAID or (status is TradeStatus.TRADE_CLOSED and bool(fields.get(paid_at)))
        return cls(
            order=order_in(fields),
            status=status,
            amount_fen=fen_of_yuan(fields, "total_amount"),
            reference=reference(fields, "trade_no", most=LONGEST_TRADE_NO) if arrived else None,
            paid_at=in_china(fields, paid_at) if arrived else None,
        )
