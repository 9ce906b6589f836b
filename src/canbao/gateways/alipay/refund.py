"""Refunds at Alipay: asking twice with the same `out_request_no` asks for the same refund.

The platform gives a refund no number of its own. What an answer to asking says of sums is of all refunds of the order
together, so whether *this* one arrived is read from a query alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from canbao.gateways.alipay.trade import LONGEST_TRADE_NO, OK, order_in
from canbao.gateways.fields import fen_of_yuan, id_of, number_of, reference, text
from canbao.kernel.fen import yuan

REFUND, REFUND_QUERY = "alipay.trade.refund", "alipay.trade.fastpay.refund.query"
LONGEST_REASON = 256
HAS_ARRIVED = "REFUND_SUCCESS"


def refund_in(fields: Mapping[str, Any], name: str = "out_request_no") -> UUID:
    return id_of(text(fields, name, most=64), name)


def about(*, refund: UUID, order: UUID) -> dict[str, str]:
    """What a query asks."""
    return {"out_trade_no": number_of(order), "out_request_no": number_of(refund)}


@dataclass(frozen=True, slots=True)
class RefundAsk:
    refund: UUID
    order: UUID
    amount_fen: int
    reason: str

    def content(self) -> dict[str, str]:
        asked = {"refund_amount": yuan(self.amount_fen), "refund_reason": self.reason[:LONGEST_REASON]}
        return about(refund=self.refund, order=self.order) | asked

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Self:
        return cls(
            refund_in(fields),
            order_in(fields),
            fen_of_yuan(fields, "refund_amount"),
            text(fields, "refund_reason", most=LONGEST_REASON),
        )


@dataclass(frozen=True, slots=True)
class RefundSeen:
    """What a query says of one refund that they know of. `reference` is the number of the payment it is of."""

    refund: UUID
    order: UUID
    amount_fen: int
    reference: str
    done: bool

    def content(self) -> dict[str, str | None]:
        return {
            "code": OK,
            "msg": "Success",
            **about(refund=self.refund, order=self.order),
            "refund_amount": yuan(self.amount_fen),
            "trade_no": self.reference,
            "refund_status": HAS_ARRIVED if self.done else None,
        }

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Self | None:
        """None when they know of no such refund: they say yes then, and leave its fields out."""
        if "refund_amount" not in fields:
            return None
        return cls(
            refund=refund_in(fields),
            order=order_in(fields),
            amount_fen=fen_of_yuan(fields, "refund_amount"),
            reference=reference(fields, "trade_no", most=LONGEST_TRADE_NO),
            done=fields.get("refund_status") == HAS_ARRIVED,
        )
