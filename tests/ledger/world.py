"""What lies outside of the program, as far as money goes: a gateway that knows what was really paid there, and callbacks that may be
lost, doubled, late and in any order. It is the truth that the ledger is held against.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from canbao.collection.domain.confirmation import Told
from canbao.collection.gateway import Arrival, GatewayBroke, Moved, RefundAnswer
from canbao.collection.models import Channel, Order
from canbao.kernel.days import CHINA


@dataclass
class World:
    """`paid` is what residents really paid at the gateway, by reference; `waiting` are callbacks that have not arrived yet."""

    paid: dict[str, Arrival] = field(default_factory=dict)
    closed: set[UUID] = field(default_factory=set)
    waiting: list[Told] = field(default_factory=list)
    refunds: dict[UUID, int] = field(default_factory=dict)
    refunds_are_slow: bool = False
    is_silent: bool = False
    cash_fen: int = 0
    given_by_hand_fen: int = 0

    def pays(self, order: Order | UUID, *, fen: int, at: datetime) -> Told:
        """Somebody pays, whatever we think of it; the callback is made and on its way."""
        number = order if isinstance(order, UUID) else order.pk
        arrival = Arrival(uuid4().hex, number, fen, at)
        self.paid[arrival.reference] = arrival
        return Told(Channel.WECHAT, arrival)

    @property
    def paid_fen(self) -> int:
        return sum(one.amount_fen for one in self.paid.values())


world = World()


class WorldsGateway:
    """The gateway's side of `collection.gateway.Gateway`, as far as these tests ask for it."""

    channel = "wechat"
    heard = ("text/plain", b"heard")

    def query(self, order: UUID) -> Arrival | None:
        self._speaks()
        return next((one for one in world.paid.values() if one.order == order), None)

    def close(self, order: UUID) -> None:
        self._speaks()
        world.closed.add(order)

    def bill(self, day: date) -> Sequence[Arrival]:
        self._speaks()
        return [one for one in world.paid.values() if one.paid_at.astimezone(CHINA).date() == day]

    def funds(self, day: date) -> Sequence[Moved]:
        return [Moved(one.reference, one.amount_fen) for one in self.bill(day)]

    def refund(
        self, *, refund: UUID, order: UUID, amount_fen: int, total_fen: int, says: str, notify_url: str = ""
    ) -> RefundAnswer:
        self._speaks()
        world.refunds[refund] = amount_fen
        return RefundAnswer(reference=refund.hex, done=not world.refunds_are_slow)

    def query_refund(self, *, refund: UUID, order: UUID, amount_fen: int) -> RefundAnswer | None:
        self._speaks()
        return RefundAnswer(reference=refund.hex, done=not world.refunds_are_slow) if refund in world.refunds else None

    def _speaks(self) -> None:
        if world.is_silent:
            raise GatewayBroke("no answer")
