"""Twenty thousand callbacks of each gateway with something changed: none is accepted, and none makes us stumble."""

import random
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TypeAlias
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

import pytest
from django.test.client import ClientHandler, RequestFactory

from canbao.access.models import Record
from canbao.access.scope import within
from canbao.collection.models import Order, Payment
from tests.api.conftest import NOTIFY, NOTIFY_ALIPAY, PAID, AlipayPlatform, Platform
from tests.county import everybody

pytestmark = pytest.mark.long

MANY = 20_000
Message: TypeAlias = tuple[dict[str, str], bytes]
SIGNED = ("Wechatpay-Serial", "Wechatpay-Signature", "Wechatpay-Timestamp", "Wechatpay-Nonce")
LETTERS = [chr(code) for code in range(32, 127)] + ["", "é", "居", "\x00", "\r\n"]


class Door:
    """Straight to the program as a server calls it; an exception would be a 500 and is raised here."""

    def __init__(self, address: str) -> None:
        self._address, self._handler, self._factory = address, ClientHandler(enforce_csrf_checks=True), RequestFactory()

    def knock(self, message: Message) -> int:
        headers, body = message
        environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        request = self._factory._base_environ(
            REQUEST_METHOD="POST", PATH_INFO=self._address, CONTENT_TYPE="application/octet-stream",
            CONTENT_LENGTH=str(len(body)), **{"wsgi.input": BytesIO(body)}, **environ,
        )  # fmt: skip
        return int(self._handler(request).status_code)


def one_letter(draw: random.Random, text: str) -> str:
    at = draw.randrange(len(text) + 1)
    return text[:at] + draw.choice(LETTERS) + text[at + draw.randrange(2) :]


def one_byte(draw: random.Random, body: bytes) -> bytes:
    at = draw.randrange(len(body))
    return draw.choice(
        [
            body[:at],
            body[at:],
            body[:at] + bytes([body[at] ^ draw.randrange(1, 256)]) + body[at + 1 :],
            body[:at] + draw.randbytes(draw.randrange(1, 9)) + body[at:],
            body + body,
        ]
    )


def test_no_mutated_callback_of_wechat_is_accepted(platform: Platform, order: Order) -> None:
    draw, right = random.Random(20211115), platform.signed(replace(PAID, order=order.pk))
    others = [platform.signed(replace(PAID, order=order.pk, amount_fen=fen))[1] for fen in (1, 127999, 12800000)]

    def header(name: str) -> Callable[[], Message]:
        return lambda: (right[0] | {name: one_letter(draw, right[0][name])}, right[1])

    def another_time() -> Message:
        seconds = int(right[0]["Wechatpay-Timestamp"]) + draw.randrange(-(10**6), 10**6)
        return right[0] | {"Wechatpay-Timestamp": str(seconds)}, right[1]

    def missing() -> Message:
        left_out = draw.sample(SIGNED, draw.randrange(1, 5))
        return {name: value for name, value in right[0].items() if name not in left_out}, right[1]

    ways: dict[str, Callable[[], Message]] = {
        "signature": header("Wechatpay-Signature"),
        "another signature": lambda: (right[0] | {"Wechatpay-Signature": b64encode(draw.randbytes(256)).decode()}, right[1]),
        "serial": header("Wechatpay-Serial"),
        "nonce": header("Wechatpay-Nonce"),
        "time": another_time,
        "a time that is none": header("Wechatpay-Timestamp"),
        "body": lambda: (right[0], one_byte(draw, right[1])),
        "amount": lambda: (right[0], draw.choice(others)),  # sealed with the right key, under another's signature
        "missing": missing,
    }  # fmt: skip
    none_of_them(Door(NOTIFY), right, ways, draw)
    stale = [platform.signed(replace(PAID, order=order.pk), at=datetime.now(UTC) - age) for age in AGES]
    assert {Door(NOTIFY).knock(one) for one in stale} == {401}
    accepted_at_last(Door(NOTIFY), right)


def test_no_mutated_callback_of_alipay_is_accepted(alipay: AlipayPlatform, order: Order) -> None:
    draw, right = random.Random(20211115), alipay.signed(order.pk)
    fields = dict(parse_qsl(right[1].decode(), keep_blank_values=True))

    def said(**changes: str) -> Message:
        return {}, urlencode(fields | changes).encode()

    def field() -> Message:
        name = draw.choice(list(fields))
        return said(**{name: one_letter(draw, fields[name])})

    def another_time() -> Message:
        at = datetime.now(UTC) + timedelta(seconds=draw.randrange(-(10**5), 10**5))
        return said(notify_time=f"{at:%Y-%m-%d %H:%M:%S}")

    def body() -> Message:
        """A byte of the form as it is sent; not one that spells the same letter otherwise (`%2f`, `%2F`)."""
        while True:
            changed = one_byte(draw, right[1])
            if parse_qsl(changed.decode("latin-1"), keep_blank_values=True, encoding="latin-1") != parse_qsl(
                right[1].decode(), keep_blank_values=True, encoding="latin-1"
            ):
                return {}, changed

    def rearranged() -> Message:
        """Two fields in one, one left out, one twice, one more."""
        pairs = list(fields.items())
        at = draw.randrange(len(pairs) - 1)
        merged = [
            *pairs[:at],
            (pairs[at][0], f"{pairs[at][1]}&{pairs[at + 1][0]}={pairs[at + 1][1]}"),
            *pairs[at + 2 :],
        ]
        choices = [
            merged,
            [*pairs[:at], *pairs[at + 1 :]],
            [*pairs, pairs[at]],
            [*pairs, ("extra", draw.choice(["", "1"]))],
        ]
        return {}, urlencode(draw.choice(choices)).encode()

    ways: dict[str, Callable[[], Message]] = {
        "signature": lambda: said(sign=one_letter(draw, fields["sign"])),
        "another signature": lambda: said(sign=b64encode(draw.randbytes(256)).decode()),
        "whose key": lambda: said(app_id=str(draw.randrange(10**15, 10**16)), seller_id=f"2088{draw.randrange(10**12)}"),
        "amount": lambda: said(total_amount=draw.choice(["0.01", "1279.99", "12800.00", "-1280.00", "1280", "NaN", "1e3"])),
        "order": lambda: said(out_trade_no=uuid4().hex),
        "time": another_time,
        "field": field,
        "body": body,
        "rearranged": rearranged,
    }  # fmt: skip
    none_of_them(Door(NOTIFY_ALIPAY), right, ways, draw)
    stale = [alipay.signed(order.pk, at=datetime.now(UTC) - age) for age in (*AGES[1:], timedelta(minutes=-6))]
    assert {Door(NOTIFY_ALIPAY).knock(one) for one in stale} == {401}
    accepted_at_last(Door(NOTIFY_ALIPAY), right)


AGES = (timedelta(minutes=6), timedelta(hours=27), timedelta(days=400))


def none_of_them(door: Door, right: Message, ways: dict[str, Callable[[], Message]], draw: random.Random) -> None:
    answers: Counter[int] = Counter()
    used: Counter[str] = Counter()
    while used.total() < MANY:
        way = draw.choice(list(ways))
        changed = ways[way]()
        if changed != right:
            used[way] += 1
            answers[door.knock(changed)] += 1
    assert answers == {401: MANY}
    assert min(used[way] for way in ways) > MANY / len(ways) / 2
    with within(everybody()):
        assert not Payment.objects.exists()
        assert not Record.objects.filter(verb__startswith="gateway.").exists()


def accepted_at_last(door: Door, right: Message) -> None:
    """The control: nothing was wrong with the message but what was changed."""
    assert door.knock(right) == 200
    with within(everybody()):
        assert Payment.objects.count() == 1
