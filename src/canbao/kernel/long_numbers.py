"""Long numbers in plain text: identity numbers, bank accounts and telephones that people type where words belong.

They stand where nobody expects them: in the name when two columns were swapped, in a remark, in a reason, in a file's name.
"""

import re

# What people put between digits: spaces of every width, zero-width marks, hyphens, dots, quotes.
_GAP = "[\\s\u200b-\u200f\u2060\ufeff'`’‘.·\\-\u2010-\u2015\u2212]{0,2}"
_LONG = re.compile(
    rf"[A-Za-zＡ-Ｚａ-ｚ]{{3}}(?:{_GAP}\d){{12,}}"  # the foreigners' card of before 2023
    rf"|\d(?:{_GAP}\d){{12,}}(?:{_GAP}[XxＸｘ×])?"  # identity numbers, also short by a few digits; bank accounts
    rf"|(?<!\d)1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)"  # a mobile phone
    r"|(?<!\d)0\d{2,3}[-\s]?\d{7,8}(?!\d)"  # a telephone
)
SHORTEST = 10
_TAIL = 4


def covered(text: str) -> str:
    """Long numbers covered but for their last four characters; dates, amounts and 12-digit codes stay."""
    if len(text) < SHORTEST:
        return text
    return _LONG.sub(lambda found: "*" * (len(found[0]) - _TAIL) + found[0][-_TAIL:], text)


MANY_DIGITS = 12
"""More than a name or a household code has at its end: an identity number, also one that lacks some."""


def has_many_digits(text: str) -> bool:
    """Whether what somebody looks for is a number rather than a name, however it is written."""
    return sum(character.isdecimal() for character in text) >= MANY_DIGITS


def has_long_number(text: str) -> bool:
    return len(text) >= SHORTEST and _LONG.search(text) is not None
