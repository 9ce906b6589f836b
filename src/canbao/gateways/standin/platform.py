"""What a platform is to the rest of the stand-in: it answers requests, and it writes letters to the merchant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias
from uuid import UUID

from canbao.gateways.standin.book import Order

Letter: TypeAlias = tuple[dict[str, str], bytes]  # headers and body of a callback


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What a callback is about: what came for an order, or one refund of it. `told_fen`: said instead of the truth."""

    order: Order
    told_fen: int | None = None
    refund: UUID | None = None


class Platform(Protocol):
    channel: str

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes, *, origin: str) -> Answer:
        """`path` with its query, as it came; `origin` is where this server is to be reached (`http://host:port`)."""
        ...

    def letter(self, told: Told, *, at: datetime) -> Letter:
        """Signed anew each time that it is sent."""
        ...

    def is_heard(self, status: int, body: bytes) -> bool:
        """Is this a merchant's yes?"""
        ...
