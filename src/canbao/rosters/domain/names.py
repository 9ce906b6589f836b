"""Names compared as people write them: spaces, width and dots do not matter, one different character does.

A sentence about a difference never says what the register has: whoever types a stranger's number must not learn the
name from the answer.
"""

import re
import unicodedata

_REMARK = re.compile(r"\(.*?\)")  # 赵大（户主）
_NOISE = re.compile("[\\s\u200b-\u200f\u2060\ufeff]+")
_DOTS = str.maketrans(dict.fromkeys("•・.．‧∙⋅", "·"))


def plain_name(name: str) -> str:
    """One spelling for all: half width, no spaces, no remarks in brackets, one kind of dot."""
    return _REMARK.sub("", _NOISE.sub("", unicodedata.normalize("NFKC", name))).translate(_DOTS)


def name_difference(seen: str, registered: str) -> str:
    """How far two names are apart, for the sender; "" when they are the same."""
    ours, theirs = plain_name(registered), plain_name(seen)
    if ours == theirs:
        return ""
    if not theirs:
        return "没有填写姓名"
    if len(ours) != len(theirs):
        return f"姓名与登记不同（表中 {len(theirs)} 个字，登记为 {len(ours)} 个字）"
    places = [at for at, (one, other) in enumerate(zip(ours, theirs, strict=True), 1) if one != other]
    if len(places) == 1:
        return f"姓名第 {places[0]} 字与登记不同"
    return f"姓名有 {len(places)} 个字与登记不同"
