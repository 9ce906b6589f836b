"""How alike two names are, and how alike two numbers: the slips that people make when they copy a card."""

from enum import StrEnum
from functools import lru_cache

from pypinyin import Style, pinyin

from canbao.kernel.identity import check_character
from canbao.rosters.domain import sentences
from canbao.rosters.domain.names import plain_name


class NameLikeness(StrEnum):
    """From near to far; the value is the sentence for whoever decides."""

    SAME = sentences.NAME_SAME
    SAME_SOUND = sentences.NAME_SAME_SOUND
    RARE = sentences.NAME_RARE
    TURNED = sentences.NAME_TURNED
    ONE_OFF = sentences.NAME_ONE_OFF
    PART = sentences.NAME_PART


class NumberSlip(StrEnum):
    """What one slip makes of a number."""

    NONE = sentences.NUMBER_FITS
    ONE_OFF = sentences.NUMBER_ONE_OFF
    SWAPPED = sentences.NUMBER_SWAPPED
    ONE_LESS = sentences.NUMBER_ONE_LESS
    ONE_MORE = sentences.NUMBER_ONE_MORE


def name_likeness(seen: str, registered: str) -> NameLikeness | None:
    """`None` where nobody would take one for the other."""
    ours, theirs = plain_name(registered), plain_name(seen)
    if not ours or not theirs:
        return None
    if ours == theirs:
        return NameLikeness.SAME
    if len(ours) == len(theirs):
        return _character_by_character(ours, theirs)
    shorter, longer = sorted((ours, theirs), key=len)
    return NameLikeness.PART if len(shorter) > 1 and shorter in longer else None


def _character_by_character(ours: str, theirs: str) -> NameLikeness | None:
    if all(readings(one) & readings(other) for one, other in zip(ours, theirs, strict=True)):
        return NameLikeness.SAME_SOUND
    if sorted(ours) == sorted(theirs):
        return NameLikeness.TURNED
    differing = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
    if len(differing) > 1 or len(ours) == 1:
        return None
    return NameLikeness.RARE if any(map(_is_rare, differing[0])) else NameLikeness.ONE_OFF


@lru_cache(maxsize=32768)
def readings(character: str) -> frozenset[str]:
    """Every way to say a character, without tones; the character itself where nobody knows."""
    return frozenset(pinyin(character, style=Style.NORMAL, heteronym=True)[0])


def _is_rare(character: str) -> bool:
    """Too rare to have a reading, or a sign that stands for what a system could not show."""
    return readings(character) == {character}


_DIGITS = "0123456789"


def numbers_near(typed: str) -> dict[str, NumberSlip]:
    """Every well-formed number of eighteen characters that one slip of the pen may have made this of."""
    made: dict[str, NumberSlip] = {}
    length = len(typed)
    if length == 18:
        for at in range(18):
            made |= {typed[:at] + digit + typed[at + 1 :]: NumberSlip.ONE_OFF for digit in _DIGITS + "X" * (at == 17)}
        made |= {typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :]: NumberSlip.SWAPPED for at in range(17)}
    elif length == 17:
        for at in range(18):
            made |= {typed[:at] + digit + typed[at:]: NumberSlip.ONE_LESS for digit in _DIGITS + "X" * (at == 17)}
    elif length == 19:
        made |= {typed[:at] + typed[at + 1 :]: NumberSlip.ONE_MORE for at in range(19)}
    near = {number: slip for number, slip in made.items() if number != typed and _is_whole(number)}
    return near | ({typed: NumberSlip.NONE} if _is_whole(typed) else {})


def _is_whole(number: str) -> bool:
    return (
        len(number) == 18
        and number[:17].isascii()
        and number[:17].isdigit()
        and check_character(number[:17]) == number[17]
    )
