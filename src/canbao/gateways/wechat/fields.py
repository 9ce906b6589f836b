"""Reading one field at a time out of a message that somebody else wrote, and writing it back the same way.

Every reader names the field in its complaint and never repeats the value: complaints are logged.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from canbao.kernel.days import CHINA

MOST_FEN = 10**12  # ten thousand million yuan: more than any county collects in a season
_REFERENCE = re.compile(r"[0-9A-Za-z_*-]{1,32}", re.ASCII)
_NUMBER = re.compile(r"[0-9a-f]{32}")


class BadMessage(ValueError):
    """A message that breaks the contract: signature, age, shape or content. `says` repeats nothing of it."""

    def __init__(self, says: str) -> None:
        self.says = says
        super().__init__(says)


def to_body(fields: Mapping[str, Any]) -> bytes:
    """JSON as it is signed: UTF-8, no spaces. Fields that are `None` are left out."""
    kept = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()


def from_body(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises `BadMessage` for anything else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise BadMessage("报文不是 JSON (the body is not JSON)") from None
    if not isinstance(value, dict):
        raise BadMessage("报文不是 JSON 对象 (the body is not a JSON object)")
    return value


def part(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = fields.get(name)
    if not isinstance(value, dict):
        raise BadMessage(f"{name} 缺失或不是对象 (missing, or not an object)")
    return value


def text(fields: Mapping[str, Any], name: str, *, most: int = 256) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= most:
        raise BadMessage(f"{name} 缺失或不是 1 至 {most} 字的文本 (missing, or not text of that length)")
    return value


def reference(fields: Mapping[str, Any], name: str) -> str:
    """The platform's own number for something: letters, digits and `_ - *`, at most 32."""
    value = text(fields, name, most=32)
    if not _REFERENCE.fullmatch(value):
        raise BadMessage(f"{name} 含有不应有的字符 (has characters that a number cannot have)")
    return value


def fen(fields: Mapping[str, Any], name: str) -> int:
    """A positive whole number of fen; JSON `true`, `1.0` and `"1"` are none."""
    value = fields.get(name)
    if type(value) is not int or not 0 < value <= MOST_FEN:
        raise BadMessage(f"{name} 不是正整数分 (not a positive whole number of fen)")
    return value


def instant(fields: Mapping[str, Any], name: str) -> datetime:
    """RFC 3339 with an offset, as `2021-11-15T10:34:56+08:00`."""
    try:
        at = datetime.fromisoformat(text(fields, name, most=40))
    except ValueError:
        raise BadMessage(f"{name} 不是 RFC 3339 时间 (not an RFC 3339 time)") from None
    if at.tzinfo is None:
        raise BadMessage(f"{name} 缺少时区 (no offset from UTC)")
    return at


def rfc3339(at: datetime) -> str:
    """To the second, in the time of China, as the platform writes."""
    return at.astimezone(CHINA).isoformat(timespec="seconds")


def number_of(order: UUID) -> str:
    """The number under which the platform knows one of our ids: its limit is 32 characters, just a UUID in hex."""
    return order.hex


def id_of(number: str, name: str = "out_trade_no") -> UUID:
    """The id behind a number of ours. Raises `BadMessage` for a number that we cannot have given."""
    if not _NUMBER.fullmatch(number):
        raise BadMessage(f"{name} 不是本系统的单号 (not a number of ours)")
    return UUID(number)
