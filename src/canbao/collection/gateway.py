"""What a gateway must do. Collection asks for this and knows no gateway; `config` plugs one in for each channel.

A gateway is message code plus a thin sender. It never writes to the database: what it learns comes back as values,
and what those mean is decided by `collection_confirm` alone, for a callback, a query and a daily bill alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string


class GatewayBroke(Exception):
    """The gateway or its message broke the contract: no answer, a wrong signature, a stale time, an unknown key.

    Not a refusal: it is retried, or handed to a person. `says` never repeats what was in the message.
    """

    def __init__(self, says: str) -> None:
        self.says = says
        super().__init__(says)


class RefundFailed(GatewayBroke):
    """The gateway has given a refund up for good: nothing was paid back, and asking again changes nothing.

    A person must find another way for the money.
    """


@dataclass(frozen=True, slots=True)
class Arrival:
    """Money has arrived at a gateway: what a query or a line of a bill can say, and most callbacks do."""

    reference: str  # the gateway's own number for it
    order: UUID
    amount_fen: int
    paid_at: datetime  # aware


@dataclass(frozen=True, slots=True)
class Moved:
    """Fen that really came into the account at a gateway (positive) or left it: for a payment, a refund, a fee or anything
    else. `reference` is the gateway's number of the payment or the refund."""

    reference: str
    fen: int
    is_fee: bool = False


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    """What became of a refund that was asked for. `done` False: still under way, ask again."""

    reference: str
    done: bool


@dataclass(frozen=True, slots=True)
class RefundTold:
    """A callback says that something became of a refund. No more than which one is believed: what became of it is asked."""

    refund: UUID
    order: UUID


class Gateway(Protocol):
    """What collection asks for. `query_refund` asks about a refund that is under way, so that it need not be asked for
    again: a poll that moves nothing."""

    channel: str
    heard: tuple[str, bytes]  # what it wants to read when we have noted a callback: kind of content, and the content

    def ask(self, *, order: UUID, amount_fen: int, says: str, expires_at: datetime, notify_url: str) -> str:
        """Ask for a payment; returns the address to pay at (shown as a QR code). The same order again is the same.

        Raises `GatewayBroke`.
        """
        ...

    def page(
        self, *, order: UUID, amount_fen: int, says: str, expires_at: datetime, notify_url: str, return_url: str
    ) -> str | None:
        """Their page for paying on the phone that shows it, which then leads to `return_url`; nothing is sent. None: the
        address that `ask` gives is that page."""
        ...

    def read_notification(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime
    ) -> Arrival | RefundTold | None:
        """Check signature and age of a callback and read it; None when it is theirs and tells of nothing that moves
        (nobody paid in time). Raises `GatewayBroke`."""
        ...

    def query(self, order: UUID) -> Arrival | None:
        """What the gateway knows of an order: money, or none yet. Raises `GatewayBroke`."""
        ...

    def close(self, order: UUID) -> None:
        """No more money for this order. Raises `GatewayBroke`."""
        ...

    def bill(self, day: date) -> Sequence[Arrival]:
        """Everything that arrived on a day. Raises `GatewayBroke`."""
        ...

    def funds(self, day: date) -> Sequence[Moved] | None:
        """What was really moved on a day, to be held against the bill; None where the gateway is not asked. Raises
        `GatewayBroke`."""
        ...

    def refund(
        self, *, refund: UUID, order: UUID, amount_fen: int, total_fen: int, says: str, notify_url: str = ""
    ) -> RefundAnswer:
        """Ask to pay back; asking again with the same id asks for the same refund. With `notify_url` they tell there
        when something has become of it.

        Raises `RefundFailed` when they have given it up, else `GatewayBroke`.
        """
        ...

    def query_refund(self, *, refund: UUID, order: UUID, amount_fen: int) -> RefundAnswer | None:
        """What became of a refund that was asked for; None when they know of none: then it may be asked for (again).

        Moves nothing. Raises `RefundFailed` when they have given it up, `GatewayBroke` also when theirs is of another
        order or sum.
        """
        ...


@cache
def gateway(channel: str) -> Gateway:
    """The gateway that is plugged in for a channel. Raises `KeyError` for a channel that has none (cash)."""
    made: Gateway = import_string(settings.CANBAO_GATEWAYS[channel])()
    return made


def notify_url(channel: str) -> str:
    """Where a channel's gateway tells us things."""
    return f"{settings.BASE_URL}/api/gateways/{channel}/notify"
