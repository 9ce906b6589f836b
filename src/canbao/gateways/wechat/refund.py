"""Refunds (`/v3/refund/domestic/refunds`): asking twice with the same `out_refund_no` asks for the same refund."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from uuid import UUID

from canbao.gateways.fields import BadMessage, fen, from_body, id_of, number_of, part, reference, text, to_body
from canbao.gateways.wechat.order import CURRENCY

REFUND_PATH = "/v3/refund/domestic/refunds"
LONGEST_REASON = 80


def refund_path(refund: UUID) -> str:
    """Where one refund is asked about."""
    return f"{REFUND_PATH}/{number_of(refund)}"


class RefundState(StrEnum):
    SUCCESS = "SUCCESS"
    PROCESSING = "PROCESSING"
    CLOSED = "CLOSED"  # given up; nothing was paid back
    ABNORMAL = "ABNORMAL"  # the payer's account does not take it; a person must look


@dataclass(frozen=True, slots=True)
class RefundAsk:
    """Pay `amount_fen` of the `total_fen` of an order back. `reason` is cut at 80 characters, the platform's limit.

    `notify_url`: where they tell what became of it; without one they do not.
    """

    refund: UUID
    order: UUID
    amount_fen: int
    total_fen: int
    reason: str
    notify_url: str = ""

    def body(self) -> bytes:
        return to_body(
            {
                "out_trade_no": number_of(self.order),
                "out_refund_no": number_of(self.refund),
                "reason": self.reason[:LONGEST_REASON],
                "notify_url": self.notify_url or None,
                "amount": {"refund": self.amount_fen, "total": self.total_fen, "currency": CURRENCY},
            }
        )

    @classmethod
    def read(cls, body: bytes) -> Self:
        fields = from_body(body)
        amount = part(fields, "amount")
        return cls(
            refund=id_of(text(fields, "out_refund_no", most=64), "out_refund_no"),
            order=id_of(text(fields, "out_trade_no", most=32)),
            amount_fen=fen(amount, "refund"),
            total_fen=fen(amount, "total"),
            reason=text(fields, "reason", most=LONGEST_REASON),
            notify_url=text(fields, "notify_url", most=255) if "notify_url" in fields else "",
        )


@dataclass(frozen=True, slots=True)
class RefundReport:
    """What became of a refund. `reference` is the platform's `refund_id`."""

    reference: str
    refund: UUID
    order: UUID
    amount_fen: int
    state: RefundState

    def body(self) -> bytes:
        return to_body(
            {
                "refund_id": self.reference,
                "out_refund_no": number_of(self.refund),
                "out_trade_no": number_of(self.order),
                "channel": "ORIGINAL",
                "status": self.state.value,
                "amount": {"refund": self.amount_fen, "currency": CURRENCY},
            }
        )

    @classmethod
    def read(cls, body: bytes) -> Self:
        fields = from_body(body)
        try:
            state = RefundState(text(fields, "status", most=32))
        except ValueError:
            raise BadMessage("status 不在已知状态之列 (unknown refund state)") from None
        return cls(
            reference=reference(fields, "refund_id"),
            refund=id_of(text(fields, "out_refund_no", most=64), "out_refund_no"),
            order=id_of(text(fields, "out_trade_no", most=32)),
            amount_fen=fen(part(fields, "amount"), "refund"),
            state=state,
        )
