"""Counting tries: what is over is forgotten, and a window begins anew."""

from datetime import date, timedelta
from hashlib import sha256
from ipaddress import ip_network

import pytest
from axes.models import AccessAttempt
from django.conf import LazySettings
from django.db import connection
from django.test import Client, RequestFactory

from canbao.access.attempts import FAILURES_OF_A_NAME
from canbao.web.limits import LONGEST, LOOK_UP_FROM_ADDRESS, Limit, TooManyTries, address_of, count, sweep
from canbao.web.models import Attempt
from tests.county import PASSWORD, County, number

TWICE = Limit("test", 2, timedelta(minutes=10))


def later(by: timedelta) -> None:
    """As if this time had gone by."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE web_attempt SET since = since - %s", [by])


def test_the_third_of_two_is_one_too_many(db: None) -> None:
    count([(TWICE, "somebody")])
    count([(TWICE, "somebody")])

    with pytest.raises(TooManyTries):
        count([(TWICE, "somebody")])
    count([(TWICE, "somebody else")])


def test_after_a_while_one_may_try_again(db: None) -> None:
    for _ in range(2):
        count([(TWICE, "somebody")])

    later(timedelta(minutes=11))

    count([(TWICE, "somebody")])


def test_no_key_says_who_it_was(db: None) -> None:
    count([(TWICE, "203.0.113.7")])

    key = Attempt.objects.get().key
    assert (len(key), "203.0.113.7" in key, sha256(b"203.0.113.7").hexdigest() == key) == (64, False, False)


def test_what_is_over_is_swept(db: None) -> None:
    count([(TWICE, "somebody")])
    before = sweep()

    later(LONGEST + timedelta(seconds=1))

    assert (before, sweep(), Attempt.objects.count()) == (0, 1, 0)


# --- whose address ----------------------------------------------------------------------------------------------------

PROXY, INNER, VISITOR, FORGED = "10.0.8.1", "10.0.9.7", "203.0.113.7", "198.51.100.9"


@pytest.mark.parametrize(
    ("proxies", "comes_from", "header", "address"),
    [
        pytest.param("", VISITOR, FORGED, VISITOR, id="nobody-is-trusted-unless-named"),
        pytest.param("", PROXY, VISITOR, PROXY, id="not-even-a-proxy"),
        pytest.param(PROXY, PROXY, VISITOR, VISITOR, id="a-named-proxy-is-believed"),
        pytest.param(PROXY, VISITOR, FORGED, VISITOR, id="who-goes-round-the-proxy-is-not"),
        pytest.param(PROXY, PROXY, f"{FORGED}, {VISITOR}", VISITOR, id="what-the-visitor-wrote-stands-in-front"),
        pytest.param(PROXY, PROXY, f"{FORGED}, {PROXY}, {VISITOR}", VISITOR, id="even-a-forged-proxy"),
        pytest.param("10.0.8.0/23", PROXY, f"{FORGED}, {VISITOR}, {INNER}", VISITOR, id="two-proxies-of-one-network"),
        pytest.param(PROXY, PROXY, f"{VISITOR}, {INNER}", INNER, id="an-inner-proxy-that-nobody-named"),
        pytest.param(PROXY, PROXY, None, PROXY, id="a-proxy-that-says-nothing"),
        pytest.param(PROXY, PROXY, "unknown", PROXY, id="a-proxy-that-does-not-know"),
        pytest.param(PROXY, PROXY, f"{FORGED}, rubbish", PROXY, id="rubbish-is-not-stepped-over"),
        pytest.param(PROXY, f"::ffff:{PROXY}", VISITOR, VISITOR, id="an-old-address-in-new-clothes"),
        pytest.param("2001:db8::1", "2001:db8::1", "2001:DB8:0::7", "2001:db8::", id="new-addresses"),
        pytest.param("", "2001:db8:7:8:9:a:b:c", None, "2001:db8:7:8::", id="a-new-address-is-its-whole-64"),
    ],
)
def test_the_address_is_the_last_one_that_a_trusted_proxy_has_seen(
    settings: LazySettings, proxies: str, comes_from: str, header: str | None, address: str
) -> None:
    settings.CANBAO_PROXIES = [ip_network(proxies)] if proxies else []
    headers = {"X-Forwarded-For": header} if header else {}

    assert address_of(RequestFactory().get("/", headers=headers, REMOTE_ADDR=comes_from)) == address


def look_up(nth: int) -> str:
    """A wrong look-up through the proxy, by a visitor who writes another address into the header each time."""
    header = {"X-Forwarded-For": f"198.51.100.{nth}, {VISITOR}"}
    answer = Client(headers=header, REMOTE_ADDR=PROXY).post(
        "/my/enter/", {"name": "谁", "number": number(date(1999, 9, 9), nth + 1)}
    )
    return answer.content.decode()


def test_a_forged_header_does_not_escape_the_limit(db: None, settings: LazySettings) -> None:
    settings.CANBAO_PROXIES = [ip_network(PROXY)]
    for nth in range(LOOK_UP_FROM_ADDRESS.tries):
        assert "查询次数太多" not in look_up(nth)

    assert "查询次数太多" in look_up(99)


def test_a_failed_sign_in_is_counted_by_the_visitors_address_too(db: None, settings: LazySettings) -> None:
    settings.CANBAO_PROXIES = [ip_network(PROXY)]
    header = {"X-Forwarded-For": f"{FORGED}, {VISITOR}"}

    Client(headers=header, REMOTE_ADDR=PROXY).post("/sign-in/", {"username": "clerk", "password": "wrong"})

    assert list(AccessAttempt.objects.values_list("ip_address", flat=True)) == [VISITOR]


def test_a_visitor_with_a_network_of_new_addresses_has_one_limit(db: None) -> None:
    def verify(nth: int) -> str:
        page = Client(REMOTE_ADDR=f"2001:db8:7:8::{nth:x}").post(
            "/my/enter/", {"name": "谁", "number": number(date(1999, 9, 9), nth + 1)}
        )
        return page.content.decode()

    for nth in range(LOOK_UP_FROM_ADDRESS.tries):
        assert "查询次数太多" not in verify(nth)

    assert "查询次数太多" in verify(99)


def sign_in_from(nth: int, username: str, password: str) -> int:
    given = {"username": username, "password": password}
    return Client(REMOTE_ADDR=f"198.51.100.{nth}").post("/sign-in/", given).status_code


def test_a_name_that_fails_from_many_addresses_is_locked_for_all_and_no_other_is(county: County) -> None:
    for username in ("clerk", "county"):
        county.staff(username)
    for nth in range(FAILURES_OF_A_NAME - 1):
        assert sign_in_from(nth, "clerk", "wrong") == 200

    last = sign_in_from(200, "clerk", "wrong")
    right = sign_in_from(201, "clerk", PASSWORD)
    other = sign_in_from(201, "county", PASSWORD)

    assert (last, right, other) == (429, 429, 302)
