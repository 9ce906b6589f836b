"""How both clients call: not over a proxy, not for ever, and whatever goes wrong on the way is the gateway's fault."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import ParamSpec, TypeVar

import httpx2

from canbao.collection.gateway import GatewayBroke
from canbao.gateways.fields import BadMessage

TIMEOUT = httpx2.Timeout(10, connect=3)

_P = ParamSpec("_P")
_R = TypeVar("_R")


def or_broke(call: Callable[_P, _R]) -> Callable[_P, _R]:
    """A bad message, or none, is the gateway's fault."""

    @wraps(call)
    def told(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return call(*args, **kwargs)
        except BadMessage as bad:
            raise GatewayBroke(bad.says) from None
        except httpx2.HTTPError as error:
            raise GatewayBroke(f"渠道没有应答 (no answer: {type(error).__name__})") from None

    return told


def caller(origin: str, *, transport: httpx2.BaseTransport | None, timeout: httpx2.Timeout = TIMEOUT) -> httpx2.Client:
    # proxies of the environment are for browsing, not for money
    return httpx2.Client(base_url=origin, timeout=timeout, trust_env=False, transport=transport)


def real_time() -> datetime:
    return datetime.now(UTC)
