"""What several commands are asked with: a share of the people, a port, a pack. What makes no sense is said by the
parser, with exit code 2; a default from the environment is read in the same way as a flag."""

import os
import socket
from argparse import ArgumentTypeError

from django.core.management.base import CommandError

from canbao.config.sample.county import NoPlaces, places_of
from canbao.policy import Pack, PackBroken, PackNotFound, load_pack

SMALLEST_PERCENT = 0.3  # below, some department would have nobody to put on its list


def percent(text: str) -> float:
    """`SAMPLE` and `--sample`: how many per cent of the county's people are invented."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not SMALLEST_PERCENT <= value <= 100:
        raise ArgumentTypeError(
            f"“{text}”应是 {SMALLEST_PERCENT} 到 100 之间的数 (SAMPLE is a number from {SMALLEST_PERCENT} to 100)"
        )
    return value


def port(text: str) -> int:
    """`PORT` and `--port`."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 65535):
        raise ArgumentTypeError(f"“{text}”应是 1 到 65535 之间的端口号 (a port is a number from 1 to 65535)")
    return int(text)


def workers(text: str) -> int:
    """`--workers`: processes that answer side by side."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 256):
        raise ArgumentTypeError(f"“{text}”应是 1 到 256 之间的整数 (a number from 1 to 256)")
    return int(text)


def given(variable: str, otherwise: str | None) -> str | None:
    """What the environment says, as text: the parser reads it as it reads the flag."""
    return os.environ.get(variable) or otherwise


def check_free(number: int, flag: str, *, host: str = "127.0.0.1") -> None:
    """Says so when another program has the port, before anything is started."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((host, number))
        except OSError as error:
            raise CommandError(
                f"端口 {number} 用不了（{error.strerror}），请用 {flag} 另选一个 (this port cannot be used; choose another)"
            ) from error


def sample_pack(name: str) -> Pack:
    """The pack of a county whose places the sample knows. Exit code 2 when there is none of that name, 1 when it has
    problems."""
    try:
        pack = load_pack(name)
        places_of(pack)
    except (PackNotFound, NoPlaces) as problem:
        raise CommandError(str(problem), returncode=2) from problem
    except PackBroken as problem:
        raise CommandError(str(problem)) from problem
    return pack
