from collections.abc import Iterator
from typing import Any

from canbao.policy.pack import Pack


def failures(pack: Pack) -> Iterator[Any]:
    yield from ()
