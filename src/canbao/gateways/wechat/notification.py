"""Callbacks: that money has arrived (`TRANSACTION.SUCCESS`), and what became of a refund (`REFUND.…`).

An envelope around a sealed object.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from canbao.gateways.fields import BadMessage, from_body, id_of, number_of, part, rfc3339, text, to_body
from canbao.gateways.wechat.order import CURRENCY, Transaction
from canbao.gateways.wechat.refund import RefundState
from canbao.gateways.wechat.resource import seal, unseal

MONEY_ARRIVED = "TRANSACTION.SUCCESS"
OF_A_REFUND = frozenset({"REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"})
HEARD = b'{"code":"SUCCESS"}'


@dataclass(frozen=True, slots=True)
class RefundNews:
    """What a callback says of a refund: that something became of it. What, is asked."""

    mchid: str
    order: UUID
    refund: UUID

    def body(self, *, reference: str, amount_fen: int, at: datetime) -> bytes:
        return to_body(
            {
                "mchid": self.mchid,
                "out_trade_no": number_of(self.order),
                "out_refund_no": number_of(self.refund),
                "refund_id": reference,
                "refund_status": RefundState.SUCCESS.value,
                "success_time": rfc3339(at),
                "amount": {"refund": amount_fen, "payer_refund": amount_fen, "currency": CURRENCY},
            }
        )

    @classmethod
    def read(cls, body: bytes) -> Self:
        fields = from_body(body)
        return cls(
            mchid=text(fields, "mchid", most=32),
            order=id_of(text(fields, "out_trade_no", most=32)),
            refund=id_of(text(fields, "out_refund_no", most=64), "out_refund_no"),
        )


def notification_body(transaction: Transaction, *, id: str, at: datetime, key: bytes, nonce: str) -> bytes:  # noqa: A002 - its name on the wire
    """`id` is the same for every telling of the same thing; `nonce` is a new one each time."""
    sealed = seal(transaction.body(), key=key, nonce=nonce, kind="transaction")
    return _envelope(id, MONEY_ARRIVED, "支付成功", sealed, at=at)


def refund_notification_body(inside: bytes, *, id: str, at: datetime, key: bytes, nonce: str) -> bytes:  # noqa: A002 - its name on the wire
    return _envelope(id, "REFUND.SUCCESS", "退款成功", seal(inside, key=key, nonce=nonce, kind="refund"), at=at)


def _envelope(number: str, event: str, summary: str, resource: dict[str, str], *, at: datetime) -> bytes:
    return to_body(
        {
            "id": number,
            "create_time": rfc3339(at),
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": summary,
            "resource": resource,
        }
    )


def read_notification_body(body: bytes, *, key: bytes) -> Transaction | RefundNews:
    """What is inside; the signature has been checked before. Raises `BadMessage` for any other event."""
    fields = from_body(body)
    event = text(fields, "event_type", most=64)
    if event in OF_A_REFUND:
        return RefundNews.read(unseal(part(fields, "resource"), key=key))
    if event != MONEY_ARRIVED:
        raise BadMessage("不是支付成功或退款的通知 (another event)")
    transaction = Transaction.read(unseal(part(fields, "resource"), key=key))
    if not transaction.has_arrived:
        raise BadMessage("通知称支付成功，内容却未支付 (says money arrived, holds none)")
    return transaction
