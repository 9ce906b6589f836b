"""Names compared as people write them: spaces, width and dots do not matter, one different character does.

A sentence about a difference never says what the register has: whoever types a stranger's number must not learn the
name from the answer.
"""

import re
import unicodedata

from canbao.rosters.domain import sentences

_REMARK = re.compile(r"[(\[【〔〈].*?[)\]】〕〉]")  # 赵大（户主）
_NOISE = re.compile("[\\s\u200b-\u200f\u2060\ufeff]+")
_DOTS = str.maketrans(dict.fromkeys("•・.．‧∙⋅", "·"))


def plain_name(name: str) -> str:
    """One spelling for all: half width, no spaces, no remarks in brackets, one kind of dot."""
    return _REMARK.sub("", _NOISE.sub("", unicodedata.normalize("NFKC", name))).translate(_DOTS)


def name_difference(seen: str, registered: str) -> str:
    """Whether two names differ, for the sender; "" when they are the same. Not how far: with a number and some patience,
    which character is wrong would tell the name."""
    ours, theirs = plain_name(registered), plain_name(seen)
    if ours == theirs:
        return ""
    return sentences.NAME_DIFFERS if theirs else sentences.NAME_MISSING
