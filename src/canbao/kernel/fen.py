"""Money: whole fen (分) in an `int`, never a float, never a bare "amount".

A name that holds money ends in `_fen`. People read and write yuan (元); the two functions here are the only way
between them, and what cannot be said in whole fen is an error instead of being rounded on the way in.
"""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

FEN_A_YUAN = 100
_AS_PEOPLE_WRITE = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)\s*")  # \d: the wide digits of a Chinese keyboard too


class NotAnAmount(ValueError):
    """What was given is not an amount of yuan with at most two decimals."""


def fen_from_yuan(yuan: str | int | Decimal) -> int:
    """`"280"`, `"280.00"`, `280` → 28000. Raises `NotAnAmount` for a float, a third decimal, or no number at all.

    Text is a number as people write it: `"1e3"` and `"1_000"` are read by programmers alone, and are a slip of the hand.
    """
    if isinstance(yuan, bool | float):
        raise NotAnAmount(f"{yuan!r}: an amount is written as text or a whole number, not as a float")
    if isinstance(yuan, str) and not _AS_PEOPLE_WRITE.fullmatch(yuan):
        raise NotAnAmount(f"{yuan!r} is not an amount of yuan")
    try:
        fen = Decimal(yuan) * FEN_A_YUAN
    except (InvalidOperation, TypeError) as error:
        raise NotAnAmount(f"{yuan!r} is not an amount of yuan") from error
    if not fen.is_finite() or fen != fen.to_integral_value():
        raise NotAnAmount(f"{yuan!r} has more than two decimals or is not finite")
    return int(fen)


def yuan(fen: int) -> str:
    """28000 → `"280.00"`: the form of every amount in JSON, and of every printed receipt."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // FEN_A_YUAN}.{fen % FEN_A_YUAN:02d}"


def short_yuan(fen: int) -> str:
    """28000 → `"280"`, 28050 → `"280.50"`: for sentences, where people do not say the zeros."""
    text = yuan(fen)
    return text.removesuffix(".00")


def share_of(fen: int, rate: Decimal) -> int:
    """`rate` of `fen`, rounded half up to a whole fen (half up is what offices mean by 四舍五入)."""
    return int((fen * rate).quantize(Decimal(1), rounding=ROUND_HALF_UP))
