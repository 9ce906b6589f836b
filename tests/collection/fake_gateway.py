"""A gateway that gives money back on paper: it remembers what it was asked, and answers as it is told to.

Refunds are the only thing that these tests need of one; the stand-in with its real protocol has tests of its own.
"""

from dataclasses import dataclass, field
from uuid import UUID

from canbao.collection.gateway import GatewayBroke, RefundAnswer


@dataclass
class Book:
    asked: list[tuple[UUID, UUID, int, int]] = field(default_factory=list)
    is_done: bool = True
    is_broken: bool = False


book = Book()


class FakeGateway:
    channel = "wechat"
    heard = ("text/plain", b"heard")

    def refund(
        self, *, refund: UUID, order: UUID, amount_fen: int, total_fen: int, says: str, notify_url: str = ""
    ) -> RefundAnswer:
        book.asked.append((refund, order, amount_fen, total_fen))
        if book.is_broken:
            raise GatewayBroke("no answer")
        return RefundAnswer(reference=refund.hex, done=book.is_done)

    def query_refund(self, *, refund: UUID, order: UUID, amount_fen: int) -> RefundAnswer | None:
        if book.is_broken:
            raise GatewayBroke("no answer")
        known = any(one[0] == refund for one in book.asked)
        return RefundAnswer(reference=refund.hex, done=book.is_done) if known else None
