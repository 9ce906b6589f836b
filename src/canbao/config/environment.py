"""What the environment says, read and checked. A value that makes no sense is named, with what would make sense; it
never becomes the default in silence."""

import logging
import os
from datetime import date
from ipaddress import IPv4Network, IPv6Network, ip_network


class BadSetting(ValueError):
    """A setting makes no sense: the question was wrong, exit code 2. A secret's value is never repeated."""

    def __init__(self, name: str, says: str) -> None:
        super().__init__(f"设置 {name} 不对 (this setting makes no sense): {says}")


def one_of(name: str, *known: str) -> str:
    """The first of `known` where nothing is given."""
    given = os.environ.get(name) or known[0]
    if given not in known:
        raise BadSetting(name, f"“{given}”应是 {' 或 '.join(known)}")
    return given


def day(name: str) -> date | None:
    given = os.environ.get(name)
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as error:
        raise BadSetting(name, f"“{given}”应是日期，如 2021-11-15") from error


def web_address(name: str, otherwise: str) -> str:
    given = os.environ.get(name) or otherwise
    if not given.startswith(("http://", "https://")):
        raise BadSetting(name, f"“{given}”应以 http:// 或 https:// 开头")
    return given


def file_to_write(name: str) -> str | None:
    """A file that can be appended to, made for this user alone where it is not there; none where nothing is given."""
    given = os.environ.get(name)
    if given:
        try:
            os.close(os.open(given, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
        except OSError as error:
            raise BadSetting(name, f"{given} 写不进去（{error.strerror}）") from error
    return given or None


def networks(name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Addresses or networks, with commas; none where nothing is given."""
    given = [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]
    try:
        return tuple(ip_network(word) for word in given)
    except ValueError as error:
        raise BadSetting(name, f"“{','.join(given)}”应是地址或网段，如 127.0.0.1,10.0.8.0/24") from error


def log_level(name: str) -> str:
    given = os.environ.get(name) or "WARNING"
    if given not in logging.getLevelNamesMapping():
        raise BadSetting(name, f"“{given}”应是 DEBUG、INFO、WARNING、ERROR 或 CRITICAL")
    return given
