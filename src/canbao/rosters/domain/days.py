"""Days as departments write them: 2021-09-01, 2021/9/1, 2021.9, 2021年9月1日, 20210901, 202109, or the count of a spreadsheet."""

import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache

_PARTS = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})?日?)?(?:\s+0?0:00(?::00)?)?")
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)?")
_SERIAL = re.compile(r"[1-7]\d{4}(?:\.0+)?")  # 1927 … 2119
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
