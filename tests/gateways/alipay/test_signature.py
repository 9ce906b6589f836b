"""Signatures: those of others are read, ours are OpenSSL's, and none survives a change.

`vectors.json` was signed by python-alipay-sdk 3.4 with a key that was thrown away.
"""

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from canbao.gateways.alipay.notification import read_notification_body
from canbao.gateways.alipay.signature import answer, callback, check_request, read_answer, read_callback, request
from canbao.gateways.alipay.trade import PRECREATE, QUERY, Trade, TradeStatus
from canbao.gateways.fields import BadMessage
from canbao.gateways.rsa import private_key
from canbao.kernel.days import CHINA

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))
THEN = datetime(2021, 11, 15, 10, 34, 58, tzinfo=CHINA)
ORDER = UUID("8d6a6f0a9a514be29d0e1f0b5f5f4a01")
PAID_AT = datetime(2021, 11, 15, 10, 34, 56, tzinfo=CHINA)
PAID = Trade(ORDER, TradeStatus.TRADE_SUCCESS, 28000, "2021111522001424330505846521", PAID_AT)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
FIELDS = {"notify_time": "2026-03-01 16:30:00", "total_amount": "280.00", "subject": "居民医保", "empty": ""}

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on the path")


def theirs() -> RSAPublicKey:
    key = load_pem_public_key(VECTORS["public_key"].encode())
    assert isinstance(key, RSAPublicKey)
    return key


def test_a_callback_that_another_library_signed_is_read() -> None:
    told = read_notification_body(VECTORS["callback"].encode(), keys=[theirs()], now=THEN)
    assert (told.app_id, told.seller_id, told.refund, told.trade) == (
        "2021000000000001", "2088000000000001", None, PAID,
    )  # fmt: skip


@pytest.mark.parametrize("which", ["answer", "answer_with_the_signature_first"])
def test_an_answer_that_another_library_signed_is_read(which: str) -> None:
    assert Trade.read(read_answer(QUERY, VECTORS[which].encode(), keys=[theirs()])) == PAID


def test_a_request_that_another_library_signed_is_read() -> None:
    given = dict(parse_qsl(VECTORS["request"], strict_parsing=True))
    assert check_request(given, key=theirs(), now=THEN)["out_trade_no"] == ORDER.hex


@needs_openssl
def test_openssl_signs_the_same_request(tmp_path: Path) -> None:
    key_file = tmp_path / "key.pem"
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(key_file))
    said = request(
        PRECREATE, {"a": "居民"}, app_id="2021", key=private_key(key_file), at=NOW, notify_url="https://c/n?a=1"
    )

    content = (
        'app_id=2021&biz_content={"a":"居民"}&charset=utf-8&format=JSON&method=alipay.trade.precreate'
        "&notify_url=https://c/n?a=1&sign_type=RSA2&timestamp=2026-03-01 16:30:00&version=1.0"
    )
    signed = openssl("dgst", "-sha256", "-sign", str(key_file), message=content.encode())
    assert openssl("base64", "-A", message=signed).decode() == said["sign"]


def openssl(*what: str, message: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *what], input=message, capture_output=True, check=True).stdout


def test_each_of_several_keys_is_believed_and_no_other() -> None:
    body = answer(QUERY, {"code": "10000"}, key=KEY)
    assert read_answer(QUERY, body, keys=[OTHER.public_key(), KEY.public_key()]) == {"code": "10000"}
    with pytest.raises(BadMessage, match="签名不符"):
        read_answer(QUERY, body, keys=[OTHER.public_key()])


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(b"<html>busy</html>", "不是 JSON", id="a-page"),
        pytest.param(b"[]", "对象", id="a-list"),
        pytest.param('{"x":1}'.encode("utf-16"), "不是对这个接口", id="other-letters"),
        pytest.param(b'{"error_response":{"code":"20000"}}', "不是对这个接口", id="a-no-without-a-signature"),
        pytest.param(b'{"alipay_trade_query_response":{"code":"10000"}}', "sign", id="a-yes-without-a-signature"),
        pytest.param(answer(PRECREATE, {"code": "10000"}, key=KEY), "不是对这个接口", id="of-something-else"),
        pytest.param(
            answer(QUERY, {"code": "10000"}, key=KEY).replace(b"10000", b"40004"), "签名不符", id="changed"
        ),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_theirs_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(BadMessage, match=says):
        read_answer(QUERY, body, keys=[KEY.public_key()])


def test_what_is_read_is_what_was_signed() -> None:
    """A second object of the same name, or one inside a text, is nothing that the signature is of."""
    told = answer(QUERY, {"code": "40004"}, key=KEY)
    twice = told[:-1] + b',"alipay_trade_query_response":{"code":"10000"}}'
    assert read_answer(QUERY, twice, keys=[KEY.public_key()]) == {"code": "40004"}
    before = b'{"alipay_trade_query_response":{"code":"10000"},' + told[1:]
    with pytest.raises(BadMessage, match="签名不符"):
        read_answer(QUERY, before, keys=[KEY.public_key()])


def told(fields: dict[str, str] | None = None, *, now: datetime = NOW) -> dict[str, str]:
    return read_callback(callback(fields or FIELDS, key=KEY), keys=[KEY.public_key()], now=now)


def test_a_callback_is_read_as_it_was_told() -> None:
    assert told() == FIELDS


@pytest.mark.parametrize("age", [timedelta(hours=25), timedelta(0), timedelta(minutes=-4)])
def test_a_callback_is_repeated_for_a_day(age: timedelta) -> None:
    assert told(now=NOW + age) == FIELDS


@pytest.mark.parametrize("age", [timedelta(hours=27), timedelta(minutes=-6)])
def test_a_stale_callback_is_refused(age: timedelta) -> None:
    with pytest.raises(BadMessage, match="过期"):
        told(now=NOW + age)


def test_an_ampersand_in_a_value_is_refused() -> None:
    """The signature is over `a=1&b=2` whichever it was: one field or two."""
    two, one = {**FIELDS, "a": "1", "b": "2"}, {**FIELDS, "a": "1&b=2"}
    sign = dict(parse_qsl(callback(two, key=KEY).decode()))["sign"]
    merged = urlencode({**one, "sign": sign, "sign_type": "RSA2"}).encode()
    with pytest.raises(BadMessage, match="&"):
        read_callback(merged, keys=[KEY.public_key()], now=NOW)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "RSA2"),
        (b"a", "表单"),
        (b"a=%ff", "表单"),
        ("a=居".encode(), "表单"),
        (b"&".join(b"a%d=1" % n for n in range(200)), "表单"),
        (b"a=1&a=1", "两次"),
        (b"a=1&sign_type=RSA&sign=x", "RSA2"),
        (b"a=1&sign_type=RSA2", "签名不符"),
        (callback(FIELDS, key=KEY) + b"&extra=", "签名不符"),
        (callback({**FIELDS, "notify_time": "today"}, key=KEY), "notify_time"),
    ],
)
def test_a_callback_that_is_none_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(BadMessage, match=says):
        read_callback(body, keys=[KEY.public_key()], now=NOW)


@pytest.mark.parametrize("change", [{"charset": "GBK"}, {"sign_type": "RSA"}, {"sign": "x"}, {"app_id": "9"}])
def test_a_request_that_was_changed_is_refused_by_the_platform(change: dict[str, str]) -> None:
    asked = request(QUERY, {}, app_id="2021", key=KEY, at=NOW)
    with pytest.raises(BadMessage):
        check_request(asked | change, key=KEY.public_key(), now=NOW)
    with pytest.raises(BadMessage, match="过期"):
        check_request(asked, key=KEY.public_key(), now=NOW + timedelta(minutes=16))
