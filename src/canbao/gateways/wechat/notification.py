"""The callback that says that money has arrived (`TRANSACTION.SUCCESS`): an envelope around a sealed transaction."""

from datetime import datetime

from canbao.gateways.wechat.fields import BadMessage, from_body, part, rfc3339, text, to_body
from canbao.gateways.wechat.order import Transaction
from canbao.gateways.wechat.resource import seal, unseal

MONEY_ARRIVED = "TRANSACTION.SUCCESS"
KIND = "transaction"


def notification_body(transaction: Transaction, *, id: str, at: datetime, key: bytes, nonce: str) -> bytes:  # noqa: A002 - its name on the wire
    """`id` is the same for every telling of the same thing; `nonce` is a new one each time."""
    return to_body(
        {
            "id": id,
            "create_time": rfc3339(at),
            "resource_type": "encrypt-resource",
            "event_type": MONEY_ARRIVED,
            "summary": "支付成功",
            "resource": seal(transaction.body(), key=key, nonce=nonce, kind=KIND),
        }
    )


def read_notification_body(body: bytes, *, key: bytes) -> Transaction:
    """The transaction inside; the signature has been checked before. Raises `BadMessage` for any other event."""
    fields = from_body(body)
    if text(fields, "event_type", most=64) != MONEY_ARRIVED:
        raise BadMessage("不是支付成功的通知 (another event)")
    transaction = Transaction.read(unseal(part(fields, "resource"), key=key))
    if not transaction.has_arrived:
        raise BadMessage("通知称支付成功，内容却未支付 (says money arrived, holds none)")
    return transaction
