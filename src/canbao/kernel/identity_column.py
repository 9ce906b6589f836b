"""Whole columns of identity numbers: which of them need no second look.

A county's list has a million numbers, and nearly all are written as a card has them. Those are recognised here, a column at
a time; every other one is read by itself by `identity`, which alone says what is wrong with it.
"""

from datetime import date

import numpy as np
import polars as pl

from canbao.kernel.division_code import PROVINCES
from canbao.kernel.identity import OLDEST_YEARS, SYNTHETIC_PLACE

_WEIGHTS = np.array([pow(2, 17 - at, 11) for at in range(17)], np.int16)
_CHECK = np.frombuffer(b"10X98765432", np.uint8)  # by the weighted sum modulo 11 (ISO 7064 MOD 11-2)
_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] + [0] * 87, np.int16)
_MAINLAND = frozenset(PROVINCES) - {"81", "82"}  # 81 to 83 are residence permits, which are read one by one


def written_as_on_the_card(numbers: pl.Series, *, on: date, allow_synthetic: bool) -> pl.Series:
    """True where the text is a citizen's number of 18 characters that `parse_identity` takes on that day without a correction.

    False says nothing: the number may be good all the same.
    """
    shaped = numbers.str.contains(r"^[0-9]{17}[0-9X]$").fill_null(value=False)
    texts = numbers.filter(shaped)
    signs = np.frombuffer("".join(texts.to_list()).encode("ascii"), np.uint8).reshape(-1, 18)
    digits = (signs[:, :17] - ord("0")).astype(np.int16)
    good = signs[:, 17] == _CHECK[digits @ _WEIGHTS % 11]
    places = np.array(
        [f"{two:02}" in _MAINLAND or (allow_synthetic and f"{two:02}" == SYNTHETIC_PLACE) for two in range(100)]
    )
    good &= places[_number(digits[:, :2])]
    year, month, day = _number(digits[:, 6:10]), _number(digits[:, 10:12]), _number(digits[:, 12:14])
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    good &= (day >= 1) & (day <= _DAYS[month]) & ((month != 2) | (day < 29) | leap)
    good &= (year >= 1) & (on.year - year <= OLDEST_YEARS)
    good &= year * 10_000 + month * 100 + day <= on.year * 10_000 + on.month * 100 + on.day
    found = np.zeros(len(numbers), bool)
    found[shaped.to_numpy()] = good
    return pl.Series(found)


def _number(digits: np.ndarray) -> np.ndarray:
    """The digits of each row as one number."""
    units = 10 ** np.arange(digits.shape[1] - 1, -1, -1, dtype=np.int32)
    return np.asarray(digits.astype(np.int32) @ units)
