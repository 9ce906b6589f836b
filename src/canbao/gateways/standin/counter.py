"""Paying: what the page's button and the control endpoint both do. The money arrives, then the merchant is told."""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from canbao.gateways.fields import BadMessage, fen, instant
from canbao.gateways.standin.book import Book, Order, SaysNo
from canbao.gateways.standin.clock import Clock
from canbao.gateways.standin.courier import MERCHANT_MAY_TAKE_S, Courier
from canbao.gateways.standin.faults import Whim
from canbao.gateways.standin.platform import Platform, Told

WAIT_S = MERCHANT_MAY_TAKE_S + 2


@dataclass(frozen=True, slots=True)
class Instruction:
    """Pay `order`. What is `None` is left to the faults: how much arrives, whether the callback is lost or doubled.

    `told_fen`: the callback alone says this sum, while query and bill tell the truth. `wait`: answer after the first
    attempts at telling.
    """

    order: UUID
    paid_at: datetime | None = None
    amount_fen: int | None = None
    told_fen: int | None = None
    lose: bool | None = None
    double: bool | None = None
    wait: bool = False

    @classmethod
    def read(cls, fields: Any) -> Self:
        """From JSON. Raises `BadMessage`, also for a name that is not known: a slip must not pay otherwise than meant."""
        if not isinstance(fields, dict) or fields.keys() - cls.__dataclass_fields__.keys():
            raise BadMessage("不认识的字段 (a field that is not known)")
        try:
            order = UUID(str(fields.get("order")))
        except ValueError:
            raise BadMessage("order 不是 UUID (not a UUID)") from None
        given = {name: value for name, value in fields.items() if value is not None and name != "order"}
        for name in ("lose", "double", "wait"):
            if not isinstance(given.get(name, False), bool):
                raise BadMessage(f"{name} 应为 true 或 false")
        read: dict[str, Any] = {name: fen(given, name) for name in ("amount_fen", "told_fen") if name in given}
        if "paid_at" in given:
            read["paid_at"] = instant(given, "paid_at")
        return cls(order, **given | read)


class Counter:
    def __init__(
        self, book: Book, courier: Courier, *, platforms: Mapping[str, Platform], clock: Clock, faults: Whim
    ) -> None:
        self._book, self._courier, self._platforms = book, courier, platforms
        self._clock, self._faults = clock, faults

    def is_too_late(self, order: Order) -> bool:
        return order.wish.expires_at < self._clock.here()

    def pay(self, instruction: Instruction) -> tuple[Order, "list[Future[int]]"]:
        """The order, and the answers to come. Raises `SaysNo` for an order that is unknown or closed.

        Paying again pays nothing more, but tells again. The order's own time limit is for the page: whoever instructs
        may let money arrive late.
        """
        order, faults = self._book.find(instruction.order), self._faults.now
        asked = instruction.amount_fen or faults.arrived_fen(instruction.order, order.wish.amount_fen)
        order = self._book.pay(instruction.order, at=instruction.paid_at or self._clock.here(), fen=asked)
        told_fen = instruction.told_fen or faults.told_fen(instruction.order, order.arrived_fen)
        waits = faults.waits(instruction.order, lose=instruction.lose, double=instruction.double)
        told = Told(replace(order), told_fen=told_fen)  # as it is now, also where the telling comes late
        return order, self._courier.tell(
            told, self._platforms[order.wish.channel], waits, to=order.wish.notify_url,
            spoil=lambda body: faults.corrupts(instruction.order, body),
        )  # fmt: skip

    def pay_all(self, instructions: list[Instruction]) -> list[dict[str, Any]]:
        """One after the other, telling at once; an answer for each, in the same order. A "no" stops none of the rest."""
        done = [self._paid(one) for one in instructions]
        for answer, futures, wait in done:
            if wait:
                answer["answers"] = [future.result(WAIT_S + self._faults.now.delay_s) for future in futures]
        return [answer for answer, _, _ in done]

    def _paid(self, instruction: Instruction) -> tuple[dict[str, Any], "list[Future[int]]", bool]:
        try:
            order, futures = self.pay(instruction)
        except SaysNo as no:
            return {"order": str(instruction.order), "code": no.code}, [], False
        answer = {
            "order": str(instruction.order),
            "code": "SUCCESS",
            "reference": order.reference,
            "amount_fen": order.arrived_fen,
            "tellings": len(futures),
        }
        return answer, futures, instruction.wait
