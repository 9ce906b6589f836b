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
from canbao.kernel.fen import NotAnAmount, fen_from_yuan

MOST_FEN = 10**12  # ten thousand million yuan: more than any county collects in a season
_REFERENCE = re.compile(r"[0-9A-Za-z_*-]{1,64}", re.ASCII)
SECONDS = "%Y-%m-%d %H:%M:%S"
_YUAN = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?", re.ASCII)
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


def reference(fields: Mapping[str, Any], name: str, *, most: int = 32) -> str:
    """The platform's own number for something: letters, digits and `_ - *`, no more than `most`."""
    value = text(fields, name, most=most)
    if not _REFERENCE.fullmatch(value):
        raise BadMessage(f"{name} 含有不应有的字符 (has characters that a number cannot have)")
    return value


def fen(fields: Mapping[str, Any], name: str) -> int:
    """A positive whole number of fen; JSON `true`, `1.0` and `"1"` are none."""
    value = fields.get(name)
    if type(value) is not int or not 0 < value <= MOST_FEN:
        raise BadMessage(f"{name} 不是正整数分 (not a positive whole number of fen)")
    return value


def fen_of_yuan(fields: Mapping[str, Any], name: str) -> int:
    """A positive amount in yuan as text (`"280.00"`), in fen: as one platform writes in messages, and both in bills."""
    value = text(fields, name, most=16)
    try:
        fen = fen_from_yuan(value) if _YUAN.fullmatch(value) else 0
    except NotAnAmount:
        fen = 0
    if not 0 < fen <= MOST_FEN:
        raise BadMessage(f"{name} 不是正的金额（元）(not a positive amount of yuan)")
    return fen


def in_china(fields: Mapping[str, Any], name: str) -> datetime:
    """`2021-11-15 10:34:56`, of China and without an offset."""
    try:
        return datetime.strptime(text(fields, name, most=19), SECONDS).replace(tzinfo=CHINA)
    except ValueError:  # BadMessage is one too
        raise BadMessage(f"{name} 不是 yyyy-MM-dd HH:mm:ss 时间 (not a time)") from None


def as_in_china(at: datetime) -> str:
    return at.astimezone(CHINA).strftime(SECONDS)


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


def must_be(same: bool, what: str) -> None:
    """Raises `BadMessage` naming the field in which they speak of something else."""
    if not same:
        raise BadMessage(f"{what} 与我们所问的不是一回事 (not what we asked about)")
