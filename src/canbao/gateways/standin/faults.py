"""What the stand-in does wrong on purpose. What happens to an order hangs on the seed and its number alone.

So a run is the same again whatever the threads do, as long as the orders have the same numbers. Only which of our
requests hangs is told by their order of coming.
"""

import itertools
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from canbao.gateways.fields import BadMessage

WRONG_BY_FEN = (-100, -1, 1, 100, 10_000)
SHARES = ("lose", "double", "wrong_amount", "lie", "corrupt", "hang")


class Hang(StrEnum):
    BEFORE = "before"  # nothing was done
    AFTER = "after"  # it was done, and nobody hears of it


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares, 0 to 1. `lose`, `double`, `wrong_amount`: of the payments. `lie`: of the payments, whose callback alone
    says another sum. `corrupt`: of the callbacks, whose first sending has a byte changed. `hang`: of our requests,
    which nobody answers; after `hang_s` the line is cut.

    `delay_s`: callbacks wait up to so long. Each waits for a time of its own, so with a delay they come out of order.
    """

    lose: float = 0.0
    double: float = 0.0
    delay_s: float = 0.0
    wrong_amount: float = 0.0
    slow_refunds: bool = False
    lie: float = 0.0
    corrupt: float = 0.0
    hang: float = 0.0
    hang_s: float = 15.0
    seed: int = 0

    def arrived_fen(self, order: UUID, asked_fen: int) -> int:
        """How much arrives for an order. A wrong sum is really that sum: callback, query and bill all say it."""
        return self._another_sum(order, "amount", asked_fen, self.wrong_amount)

    def told_fen(self, order: UUID, arrived_fen: int) -> int:
        """How much the callback says, and it alone."""
        return self._another_sum(order, "lie", arrived_fen, self.lie)

    def corrupts(self, order: UUID, body: bytes) -> bytes:
        draw = self._draws(order, "corrupt")
        if draw.random() >= self.corrupt:
            return body
        at = draw.randrange(len(body))
        return body[:at] + bytes([body[at] ^ draw.randrange(1, 256)]) + body[at + 1 :]

    def waits(self, order: UUID, *, lose: bool | None = None, double: bool | None = None) -> list[float]:
        """How many callbacks, and how many seconds each waits. `lose` and `double`, when given, are not drawn."""
        draw = self._draws(order, "callback")
        drawn_lose, drawn_double = draw.random() < self.lose, draw.random() < self.double
        if drawn_lose if lose is None else lose:
            return []
        times = 2 if (drawn_double if double is None else double) else 1
        return [draw.uniform(0, self.delay_s) for _ in range(times)]

    def hangs(self, nth: int) -> Hang | None:
        """Whether the request that came as the `nth` is left hanging, and when."""
        draw = random.Random(f"{self.seed}:hang:{nth}")  # noqa: S311 - faults, not secrets
        return draw.choice(list(Hang)) if draw.random() < self.hang else None

    def _another_sum(self, order: UUID, about: str, fen: int, share: float) -> int:
        draw = self._draws(order, about)
        return fen if draw.random() >= share else max(1, fen + draw.choice(WRONG_BY_FEN))

    def _draws(self, order: UUID, about: str) -> random.Random:
        return random.Random(f"{self.seed}:{about}:{order}")  # noqa: S311 - faults, not secrets


@dataclass(slots=True)
class Whim:
    """The faults as they are now: they can be changed while it runs."""

    now: Faults
    _slow: set[UUID] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _requests: "itertools.count[int]" = field(default_factory=itertools.count)

    def change(self, said: Any) -> Faults:
        """From JSON; what is not named stays. Raises `BadMessage`, and then nothing has changed."""
        kinds: dict[str, Callable[[Any], bool]] = {one.name: _is_number for one in fields(Faults)}
        kinds |= dict.fromkeys(SHARES, lambda value: _is_number(value) and value <= 1)
        kinds |= {"slow_refunds": lambda value: isinstance(value, bool)}
        if not isinstance(said, dict) or not all(name in kinds and kinds[name](value) for name, value in said.items()):
            raise BadMessage(
                "不认识的差错，或比例不在 0 到 1 之间 (a fault that is not known, or a share out of 0 to 1)"
            )
        self.now = replace(self.now, **said)
        return self.now

    def hangs(self) -> Hang | None:
        return self.now.hangs(next(self._requests)) if self.now.hang else None

    def is_slow(self, refund: UUID) -> bool:
        """True the first time that somebody asks about a refund, where refunds are slow."""
        with self._lock:
            first = refund not in self._slow
            self._slow.add(refund)
        return self.now.slow_refunds and first


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
