"""What the stand-in knows: orders, what arrived for them, what was given back. In memory, with a journal beside it.

It speaks neither platform's language: `wechat` and `alipay` beside it translate. The codes of its "no" are WeChat's
words. The journal is one JSON object a line; read again at the start, so that the bill of a day outlives a restart.
All methods may be called from several threads.
"""

import json
import secrets
import threading
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from canbao.kernel.days import CHINA

BEGINS = {"wechat": "42", "alipay": "20"}  # their numbers of payments


class SaysNo(Exception):
    """A "no" of the protocol: status, code and sentence of the answer."""

    def __init__(self, status: int, code: str, says: str) -> None:
        self.status, self.code, self.says = status, code, says
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a merchant asked to be paid, on which channel."""

    channel: str
    order: UUID
    amount_fen: int
    description: str
    expires_at: datetime
    notify_url: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"order": self.order.hex, "expires_at": self.expires_at.isoformat()}

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Self:
        at = datetime.fromisoformat(said["expires_at"])
        return cls(**said | {"order": UUID(said["order"]), "expires_at": at})


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A refund. `reference` is the number that WeChat gives it; Alipay gives none."""

    refund: UUID
    order: UUID
    amount_fen: int
    reference: str
    done: bool = True


@dataclass(slots=True)
class Order:
    wish: Wish
    token: str  # the secret part of the address to pay at
    is_closed: bool = False
    is_opened: bool = False  # somebody has scanned its code: before, Alipay knows of no such trade
    paid_at: datetime | None = None
    arrived_fen: int = 0
    refunds: dict[UUID, int] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """28 digits, as theirs; the same for the same order."""
        begins = BEGINS[self.wish.channel]
        return begins + str(int(sha256(self.wish.order.bytes).hexdigest(), 16))[:26].zfill(26)

    @property
    def is_paid(self) -> bool:
        return self.paid_at is not None

    @property
    def given_back_fen(self) -> int:
        return sum(self.refunds.values())

    def given_back(self, refund: UUID, *, done: bool = True) -> GivenBack:
        number = "50" + self.reference[2:20] + refund.hex[:8]
        return GivenBack(refund, self.wish.order, self.refunds[refund], number, done)


class Book:
    def __init__(self, journal: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._orders: dict[UUID, Order] = {}
        self._by_token: dict[str, Order] = {}
        self._by_refund: dict[UUID, Order] = {}
        self._journal = None
        if journal is not None:
            for line in _whole_lines(journal):
                self._replay(json.loads(line))
            self._journal = journal.open("a", encoding="utf-8")

    def __len__(self) -> int:
        return len(self._orders)

    def find(self, order: UUID, *, channel: str | None = None) -> Order:
        """`channel`: whose customers ask; the other channel's orders are not theirs to see."""
        with self._lock:
            known = self._orders.get(order)
            if known is None or channel not in (None, known.wish.channel):
                raise SaysNo(404, "ORDER_NOT_EXIST", "订单不存在")
            return known

    def behind(self, token: str) -> Order | None:
        return self._by_token.get(token)

    def ask(self, wish: Wish) -> Order:
        """The same order again is the same; with other content it is refused."""
        with self._lock:
            known = self._orders.get(wish.order)
            if known is None:
                return self._asked(wish, secrets.token_urlsafe(9), note=True)
            if known.is_paid:
                raise SaysNo(400, "ORDERPAID", "订单已支付")
            if known.is_closed:
                raise SaysNo(400, "ORDER_CLOSED", "订单已关闭")
            if replace(wish, expires_at=known.wish.expires_at) != known.wish:
                raise SaysNo(403, "OUT_TRADE_NO_USED", "商户订单号重复，且内容不同")
            return known

    def pay(self, order: UUID, *, at: datetime, fen: int) -> Order:
        """Money arrives, once. A second time changes nothing and gives the first."""
        with self._lock:
            known = self.find(order)
            if known.is_closed:
                raise SaysNo(400, "ORDER_CLOSED", "订单已关闭")
            if not known.is_paid:
                self._paid(known, at, fen, note=True)
            return known

    def close(self, order: UUID, *, channel: str) -> None:
        with self._lock:
            known = self.find(order, channel=channel)
            if known.is_paid:
                raise SaysNo(400, "ORDERPAID", "订单已支付")
            if not known.is_closed:
                known.is_closed = True
                self._note("closed", order=order.hex)

    def refund(
        self, *, channel: str, order: UUID, refund: UUID, fen: int, total_fen: int | None = None, slow: bool = False
    ) -> GivenBack:
        """The same id asks for the same refund; what is given back never exceeds what arrived.

        `total_fen`: what the merchant says has arrived, where they have to.
        """
        with self._lock:
            known = self.find(order, channel=channel)
            again = refund in known.refunds
            if again and known.refunds[refund] != fen:
                raise SaysNo(400, "INVALID_REQUEST", "退款单号重复，且内容不同")
            if not again:
                if not known.is_paid or total_fen not in (None, known.arrived_fen):
                    raise SaysNo(400, "INVALID_REQUEST", "订单金额或状态与退款请求不一致")
                if known.given_back_fen + fen > known.arrived_fen:
                    raise SaysNo(403, "NOT_ENOUGH", "退款总额超过实收金额")
                self._refunded(known, refund, fen, note=True)
            return known.given_back(refund, done=again or not slow)

    def refund_seen(self, refund: UUID, *, channel: str) -> GivenBack:
        """What became of a refund; one that was slow has arrived by the time that somebody asks about it."""
        with self._lock:
            known = self._by_refund.get(refund)
            if known is None or known.wish.channel != channel:
                raise SaysNo(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
            return known.given_back(refund)

    def seen(self, order: UUID, *, channel: str) -> Order:
        """What is known of an order at one moment, never half of a payment."""
        with self._lock:
            return replace(self.find(order, channel=channel))

    def arrived_on(self, day: date, *, channel: str) -> list[Order]:
        """In the order in which the money came."""
        with self._lock:
            mine = [order for order in self._orders.values() if order.wish.channel == channel]
            paid = [(order.paid_at, replace(order)) for order in mine if order.paid_at is not None]
        of_day = [(at, order) for at, order in paid if at.astimezone(CHINA).date() == day]
        return [order for _, order in sorted(of_day, key=lambda pair: (pair[0], pair[1].reference))]

    def _asked(self, wish: Wish, token: str, *, note: bool) -> Order:
        order = Order(wish, token)
        self._orders[wish.order] = self._by_token[token] = order
        if note:
            self._note("asked", token=token, wish=wish.to_json())
        return order

    def _paid(self, order: Order, at: datetime, fen: int, *, note: bool) -> None:
        order.paid_at, order.arrived_fen = at, fen
        if note:
            self._note("paid", order=order.wish.order.hex, at=at.isoformat(), fen=fen)

    def _refunded(self, order: Order, refund: UUID, fen: int, *, note: bool) -> None:
        order.refunds = order.refunds | {refund: fen}  # a copy that somebody is reading stays as it was
        self._by_refund[refund] = order
        if note:
            self._note("refunded", order=order.wish.order.hex, refund=refund.hex, fen=fen)

    def _note(self, event: str, **what: Any) -> None:
        if self._journal is not None:
            self._journal.write(json.dumps({"event": event, **what}, ensure_ascii=False) + "\n")
            self._journal.flush()

    def _replay(self, line: dict[str, Any]) -> None:
        match line["event"]:
            case "asked":
                self._asked(Wish.from_json(line["wish"]), line["token"], note=False)
            case "paid":
                at = datetime.fromisoformat(line["at"])
                self._paid(self._orders[UUID(line["order"])], at, int(line["fen"]), note=False)
            case "closed":
                self._orders[UUID(line["order"])].is_closed = True
            case "refunded":
                self._refunded(self._orders[UUID(line["order"])], UUID(line["refund"]), int(line["fen"]), note=False)


def _whole_lines(journal: Path) -> list[str]:
    """The lines so far. One that was torn when the process was killed is cut off, in the file too."""
    if not journal.exists():
        return []
    *lines, torn = journal.read_text("utf-8", errors="replace").split("\n")
    if torn:
        journal.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return lines
