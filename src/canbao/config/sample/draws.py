"""Chance that can be repeated: a number from (row, what it is for, seed), by the public splitmix64 mixing steps.

No state and no order: the draw for row 7 does not depend on how many rows there are, so columns can be made in any
order and in parallel. Each use has a name of its own; the same name gives the same draw.
"""

from collections.abc import Mapping, Sequence
from zlib import crc32

import polars as pl

_GOLDEN, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_MASK = (1 << 64) - 1
_FRACTION_BITS = 1 << 53


class Draws:
    """The draws of one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def whole(self, row: pl.Expr, use: str) -> pl.Expr:
        """A `UInt64`, every value as likely."""
        start = (crc32(use.encode()) * _GOLDEN + self.seed * _SECOND) & _MASK
        mixed = row.cast(pl.UInt64) * _u64(_GOLDEN) + _u64(start)
        mixed = (mixed ^ (mixed // _u64(1 << 30))) * _u64(_FIRST)
        mixed = (mixed ^ (mixed // _u64(1 << 27))) * _u64(_SECOND)
        return mixed ^ (mixed // _u64(1 << 31))

    def unit(self, row: pl.Expr, use: str) -> pl.Expr:
        """From 0 up to, not including, 1."""
        return (self.whole(row, use) // _u64(1 << 11)).cast(pl.Float64) / _FRACTION_BITS

    def between(self, row: pl.Expr, use: str, low: float | pl.Expr, high: float | pl.Expr) -> pl.Expr:
        """From `low` up to, not including, `high`."""
        return low + self.unit(row, use) * (high - low)

    def happens(self, row: pl.Expr, use: str, chance: float | pl.Expr) -> pl.Expr:
        return self.unit(row, use) < chance

    def one_of(self, row: pl.Expr, use: str, choices: Sequence[str]) -> pl.Expr:
        """One of the texts; one that stands twice is twice as likely."""
        return _pick(self.whole(row, use) % _u64(len(choices)), choices)

    def one_of_line(self, row: pl.Expr, use: str, lines: Sequence[Sequence[str]], line: pl.Expr) -> pl.Expr:
        """One of the texts of line number `line`; all lines are of one length."""
        width = len(lines[0])
        choices = [text for texts in lines for text in texts]
        if len(choices) != width * len(lines):
            raise ValueError("the lines differ in length")
        return _pick(line.cast(pl.UInt64) * width + self.whole(row, use) % _u64(width), choices)


def spread(weights: Mapping[str, int]) -> list[str]:
    """Each text as many times as its weight: the choices for `one_of`."""
    return [text for text, weight in weights.items() for _ in range(weight)]


def _pick(at: pl.Expr, choices: Sequence[str]) -> pl.Expr:
    series = pl.Series(choices)
    return at.map_batches(series.gather, return_dtype=pl.String)


def _u64(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.UInt64)
