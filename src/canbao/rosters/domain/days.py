"""Days as departments write them: 2021-09-01, 2021/9/1, 2021.9, 2021年9月1号, 20210901, 202109, or the count of a spreadsheet,
each with or without a time of day, which says nothing."""

import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache

_TIME = r"(?:(?:T|\s*)(?:[上下]午|[AP]M)?\s*\d{1,2}[:时点]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?秒?|分)?\s*(?:[AP]M|Z|[+-]\d\d:?\d\d)?)?"
_PARTS = re.compile(
    rf"(\d{{4}})\s*[-/.年]\s*(\d{{1,2}})(?:\s*[-/.月]\s*(?:(\d{{1,2}})\s*[日号]?{_TIME})?)?", re.IGNORECASE
)
_DIGITS = re.compile(rf"(\d{{4}})(\d\d)(?:(\d\d)(?:\s+{_TIME})?)?", re.IGNORECASE)
_SERIAL = re.compile(r"[1-7]\d{4}(?:\.\d+)?")  # 1927 … 2119; the fraction is the time of day
_VAGUE = re.compile(r"(?:19|20)\d\d\s*(?:年|年度)?|不详|不祥|不明|不清|不清楚|未知|待查")
_ZERO = date(1899, 12, 30)  # what a spreadsheet counts from, for days since March 1900
_NONE = {"", "无", "-", "—", "/", "\\", "长期", "至今", "永久", "未退出", "在册", "否", "没有", "0"}


@lru_cache(maxsize=65536)
def read_day(text: str) -> date | str | None:
    """The day (the first one of a month without a day), `None` where none is meant, or the text as it could not be read."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain in _NONE:
        return None
    if _SERIAL.fullmatch(plain):
        return _ZERO + timedelta(days=int(plain[:5]))
    parts = _PARTS.fullmatch(plain) or _DIGITS.fullmatch(plain)
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3] or 1)) if parts else plain
    except ValueError:
        return plain


def is_vague(text: str) -> bool:
    """A bare year, or that nobody knows: an honest answer where a day is asked for, and no day."""
    return _VAGUE.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None
