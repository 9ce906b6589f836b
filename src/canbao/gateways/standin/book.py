"""What the stand-in knows: orders, what arrived for them, what was given back. In memory, with a journal beside it.

The journal is one JSON object a line; read again at the start, so that the bill of a day outlives a restart.
All methods may be called from several threads.
"""

import json
import secrets
import threading
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from canbao.gateways.standin.keys import APPID, MCHID
from canbao.gateways.wechat.order import NativeOrder, TradeState, Transaction
from canbao.gateways.wechat.refund import RefundAsk, RefundReport, RefundState
from canbao.kernel.days import CHINA


class SaysNo(Exception):
    """A "no" of the protocol: status, code and sentence of the answer."""

    def __init__(self, status: int, code: str, says: str) -> None:
        self.status, self.code, self.says = status, code, says
        super().__init__(code)


@dataclass(slots=True)
class Order:
    wish: NativeOrder
    token: str  # the secret part of the address to pay at
    state: TradeState = TradeState.NOTPAY
    paid_at: datetime | None = None
    arrived_fen: int = 0
    refunds: dict[UUID, RefundAsk] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """28 digits, as theirs; the same for the same order."""
        return "42" + str(int(sha256(self.wish.order.bytes).hexdigest(), 16))[:26].zfill(26)

    @property
    def is_paid(self) -> bool:
        return self.paid_at is not None

    def transaction(self) -> Transaction:
        paid = self.is_paid
        return Transaction(
            APPID,
            MCHID,
            self.wish.order,
            self.state,
            amount_fen=self.arrived_fen if paid else None,
            reference=self.reference if paid else None,
            paid_at=self.paid_at,
        )


class Book:
    def __init__(self, journal: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._orders: dict[UUID, Order] = {}
        self._by_token: dict[str, Order] = {}
        self._journal = None
        if journal is not None:
            for line in _whole_lines(journal):
                self._replay(json.loads(line))
            self._journal = journal.open("a", encoding="utf-8")

    def __len__(self) -> int:
        return len(self._orders)

    def find(self, order: UUID) -> Order:
        with self._lock:
            if order not in self._orders:
                raise SaysNo(404, "ORDER_NOT_EXIST", "订单不存在")
            return self._orders[order]

    def behind(self, token: str) -> Order | None:
        return self._by_token.get(token)

    def ask(self, wish: NativeOrder) -> Order:
        """The same order again is the same; with other content it is refused."""
        with self._lock:
            known = self._orders.get(wish.order)
            if known is None:
                return self._asked(wish, secrets.token_urlsafe(9), note=True)
            if known.is_paid:
                raise SaysNo(400, "ORDERPAID", "订单已支付")
            if known.state is TradeState.CLOSED:
                raise SaysNo(400, "ORDER_CLOSED", "订单已关闭")
            if replace(wish, expires_at=known.wish.expires_at) != known.wish:
                raise SaysNo(403, "OUT_TRADE_NO_USED", "商户订单号重复，且内容不同")
            return known

    def pay(self, order: UUID, *, at: datetime, fen: int) -> Order:
        """Money arrives, once. A second time changes nothing and gives the first."""
        with self._lock:
            known = self.find(order)
            if known.state is TradeState.CLOSED:
                raise SaysNo(400, "ORDER_CLOSED", "订单已关闭")
            if not known.is_paid:
                self._paid(known, at, fen, note=True)
            return known

    def close(self, order: UUID) -> None:
        with self._lock:
            known = self.find(order)
            if known.is_paid:
                raise SaysNo(400, "ORDERPAID", "订单已支付")
            if known.state is not TradeState.CLOSED:
                known.state = TradeState.CLOSED
                self._note("closed", order=order.hex)

    def refund(self, ask: RefundAsk, *, slow: bool = False) -> RefundReport:
        """The same id asks for the same refund; what is given back never exceeds what arrived."""
        with self._lock:
            known = self.find(ask.order)
            again = ask.refund in known.refunds
            if again and known.refunds[ask.refund] != ask:
                raise SaysNo(400, "INVALID_REQUEST", "退款单号重复，且内容不同")
            if not again:
                given_back = sum(before.amount_fen for before in known.refunds.values())
                if not known.is_paid or ask.total_fen != known.arrived_fen:
                    raise SaysNo(400, "INVALID_REQUEST", "订单金额或状态与退款请求不一致")
                if given_back + ask.amount_fen > known.arrived_fen:
                    raise SaysNo(403, "NOT_ENOUGH", "退款总额超过实收金额")
                self._refunded(known, ask, note=True)
            return _report(known, ask, RefundState.PROCESSING if slow and not again else RefundState.SUCCESS)

    def refund_seen(self, refund: UUID) -> RefundReport:
        """What became of a refund; one that was slow has arrived by the time that somebody asks about it."""
        with self._lock:
            for known in self._orders.values():
                if refund in known.refunds:
                    return _report(known, known.refunds[refund], RefundState.SUCCESS)
        raise SaysNo(404, "RESOURCE_NOT_EXISTS", "退款单不存在")

    def seen(self, order: UUID) -> Transaction:
        """What is known of an order at one moment, never half of a payment."""
        with self._lock:
            return self.find(order).transaction()

    def arrived_on(self, day: date) -> list[Order]:
        """In the order in which the money came."""
        with self._lock:
            paid = [(order.paid_at, replace(order)) for order in self._orders.values() if order.paid_at is not None]
        of_day = [(at, order) for at, order in paid if at.astimezone(CHINA).date() == day]
        return [order for _, order in sorted(of_day, key=lambda pair: (pair[0], pair[1].reference))]

    def _asked(self, wish: NativeOrder, token: str, *, note: bool) -> Order:
        order = Order(wish, token)
        self._orders[wish.order] = self._by_token[token] = order
        if note:
            self._note("asked", token=token, body=wish.body().decode())
        return order

    def _paid(self, order: Order, at: datetime, fen: int, *, note: bool) -> None:
        order.paid_at, order.arrived_fen, order.state = at, fen, TradeState.SUCCESS
        if note:
            self._note("paid", order=order.wish.order.hex, at=at.isoformat(), fen=fen)

    def _refunded(self, order: Order, ask: RefundAsk, *, note: bool) -> None:
        order.refunds[ask.refund] = ask
        order.state = TradeState.REFUND
        if note:
            self._note("refunded", body=ask.body().decode())

    def _note(self, event: str, **what: str | int) -> None:
        if self._journal is not None:
            self._journal.write(json.dumps({"event": event, **what}, ensure_ascii=False) + "\n")
            self._journal.flush()

    def _replay(self, line: dict[str, str]) -> None:
        match line["event"]:
            case "asked":
                self._asked(NativeOrder.read(line["body"].encode()), line["token"], note=False)
            case "paid":
                at = datetime.fromisoformat(line["at"])
                self._paid(self._orders[UUID(line["order"])], at, int(line["fen"]), note=False)
            case "closed":
                self._orders[UUID(line["order"])].state = TradeState.CLOSED
            case "refunded":
                ask = RefundAsk.read(line["body"].encode())
                self._refunded(self._orders[ask.order], ask, note=False)


def _report(order: Order, ask: RefundAsk, state: RefundState) -> RefundReport:
    reference = "50" + order.reference[2:20] + ask.refund.hex[:8]
    return RefundReport(reference, ask.refund, ask.order, ask.amount_fen, state)


def _whole_lines(journal: Path) -> list[str]:
    """The lines so far. One that was torn when the process was killed is cut off, in the file too."""
    if not journal.exists():
        return []
    *lines, torn = journal.read_text("utf-8", errors="replace").split("\n")
    if torn:
        journal.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return lines
