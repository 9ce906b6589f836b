"""What the stand-in does wrong on purpose. What happens to an order hangs on the seed and its number alone.

So a run is the same again whatever the threads do, as long as the orders have the same numbers.
"""

import random
from dataclasses import dataclass
from uuid import UUID

WRONG_BY_FEN = (-100, -1, 1, 100, 10_000)


@dataclass(frozen=True, slots=True)
class Faults:
    """`lose`, `double`, `wrong_amount`: shares of the payments, 0 to 1. `delay_s`: callbacks wait up to so long.

    Each waits for a time of its own, so with a delay they come out of order.
    """

    lose: float = 0.0
    double: float = 0.0
    delay_s: float = 0.0
    wrong_amount: float = 0.0
    slow_refunds: bool = False
    seed: int = 0

    def arrived_fen(self, order: UUID, asked_fen: int) -> int:
        """How much arrives for an order. A wrong sum is really that sum: callback, query and bill all say it."""
        draw = self._draws(order, "amount")
        if draw.random() >= self.wrong_amount:
            return asked_fen
        return max(1, asked_fen + draw.choice(WRONG_BY_FEN))

    def waits(self, order: UUID, *, lose: bool | None = None, double: bool | None = None) -> list[float]:
        """How many callbacks, and how many seconds each waits. `lose` and `double`, when given, are not drawn."""
        draw = self._draws(order, "callback")
        drawn_lose, drawn_double = draw.random() < self.lose, draw.random() < self.double
        if drawn_lose if lose is None else lose:
            return []
        times = 2 if (drawn_double if double is None else double) else 1
        return [draw.uniform(0, self.delay_s) for _ in range(times)]

    def _draws(self, order: UUID, about: str) -> random.Random:
        return random.Random(f"{self.seed}:{about}:{order}")  # noqa: S311 - faults, not secrets
