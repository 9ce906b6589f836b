from canbao.collection.models.order import BY_HAND, Channel, Order, OrderLine
from canbao.collection.models.payment import Payment, PaymentOutcome, SettledLine
from canbao.collection.models.placing import Placing
from canbao.collection.models.receipt import HandOver, Loss, Receipt, ReceiptBook, ReceiptLine, Voiding
from canbao.collection.models.refund import Refund, RefundReason, RefundState
from canbao.collection.models.refund_request import RefundRequest
from canbao.collection.models.remittance import Remittance
from canbao.collection.models.statement import Mismatch, MismatchKind, Statement, StatementKind

__all__ = [
    "BY_HAND",
    "Channel",
    "HandOver",
    "Loss",
    "Mismatch",
    "MismatchKind",
    "Order",
    "OrderLine",
    "Payment",
    "PaymentOutcome",
    "Placing",
    "Receipt",
    "ReceiptBook",
    "ReceiptLine",
    "Refund",
    "RefundReason",
    "RefundRequest",
    "RefundState",
    "Remittance",
    "SettledLine",
    "Statement",
    "StatementKind",
    "Voiding",
]
