"""What a measure says, and how it is taken: rounds of the two in turn, and the median of their ratios."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
SCALE = float(os.environ.get("SCALE", "1"))


@dataclass(frozen=True)
class Result:
    """`ratio` is the program's speed divided by the other's: 0.5 means that it takes twice as long."""

    name: str
    ratio: float
    against: str
    detail: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> str:
        said = {"name": self.name, "ratio": round(self.ratio, 4), "against": self.against, "detail": self.detail}
        return json.dumps(said, ensure_ascii=False)


def scaled(count: int, least: int) -> int:
    return max(least, round(count * SCALE))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def middle(values: list[float], digits: int = 3) -> float:
    return round(median(values), digits)
