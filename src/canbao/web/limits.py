"""How often one may try, so that nobody probes strangers by typing numbers.

Only failures stay counted: a try is counted before the answer is known, and given back when it was right. So a whole
village behind one address can look itself up all day, and a machine with a list cannot, from one address or many:
the number that is tried is counted too.
"""

from collections.abc import Collection
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from canbao.kernel.refusal import Refusal


class Limit(NamedTuple):
    """At most `tries` wrong ones of a kind within `within`."""

    kind: str
    tries: int
    within: timedelta


LOOK_UP_FROM_ADDRESS = Limit("look-up-address", 20, timedelta(minutes=10))
LOOK_UP_IN_SESSION = Limit("look-up-session", 5, timedelta(minutes=10))
LOOK_UP_OF_NUMBER = Limit("look-up-number", 10, timedelta(hours=24))
VISITOR_V6_BITS = 64  # what a provider gives one household or one server at least
VERIFY_FROM_ADDRESS = Limit("verify-address", 30, timedelta(minutes=10))
LONGEST = max(
    limit.within for limit in (LOOK_UP_FROM_ADDRESS, LOOK_UP_IN_SESSION, LOOK_UP_OF_NUMBER, VERIFY_FROM_ADDRESS)
)


class TooManyTries(Refusal):
    """Says the same whoever is asked about."""

    code = "too_many_tries"
    says_template = "查询次数太多，请稍后再试。"
    remedy_template = "请核对后过一段时间再试；急需办理的，请到村（居）委会。"


Try = tuple[Limit, str]


def address_of(request: HttpRequest) -> str:
    """Where a request comes from. Proxies named in `CANBAO_PROXIES` are believed, each about the one before it, from
    the last backwards; what a visitor writes into X-Forwarded-For stands in front of that and is never reached.

    An IPv6 visitor is their whole /64, told as its first address: within it anybody changes addresses at will."""
    address = _plain(str(request.META.get("REMOTE_ADDR", "")))
    told = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    while told and _is_proxy(address):
        before = _plain(told.pop().strip())
        if before is None:  # no address, such as `unknown`: the proxy is the last that we know
            break
        address = before
    if isinstance(address, IPv6Address):
        address = IPv6Network((address, VISITOR_V6_BITS), strict=False).network_address
    return str(address or "")


def _plain(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_proxy(address: IPv4Address | IPv6Address | None) -> bool:
    return address is not None and any(address in network for network in settings.CANBAO_PROXIES)


def count(tries: Collection[Try]) -> None:
    """Count these tries. Raises `TooManyTries` when one of them is over its limit; then they stay counted."""
    over = False
    with connection.cursor() as cursor:
        for limit, what in tries:
            cursor.execute(
                """INSERT INTO web_attempt AS a (key, since, count) VALUES (%(key)s, clock_timestamp(), 1)
                   ON CONFLICT (key) DO UPDATE SET
                      count = CASE WHEN a.since < clock_timestamp() - %(within)s THEN 1 ELSE a.count + 1 END,
                      since = CASE WHEN a.since < clock_timestamp() - %(within)s THEN clock_timestamp() ELSE a.since END
                   RETURNING count""",
                {"key": _key(limit, what), "within": limit.within},
            )
            over |= cursor.fetchone()[0] > limit.tries
    if over:
        raise TooManyTries


def give_back(tries: Collection[Try]) -> None:
    """It was right: these tries do not count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE web_attempt SET count = greatest(count - 1, 0) WHERE key = ANY (%s)",
            [[_key(limit, what) for limit, what in tries]],
        )


def sweep() -> int:
    """Forget what no limit looks at any more. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM web_attempt WHERE since < clock_timestamp() - %s", [LONGEST])
        return int(cursor.rowcount)


def _key(limit: Limit, what: str) -> str:
    return salted_hmac(f"canbao.web.limits.{limit.kind}", what, algorithm="sha256").hexdigest()
