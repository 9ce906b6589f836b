"""Signatures: right by OpenSSL's own hand, and wrong after any change."""

import shutil
import subprocess
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st

from canbao.gateways.fields import BadMessage
from canbao.gateways.wechat.signature import (
    Signer,
    authorization,
    check_authorization,
    check_platform,
    platform_headers,
)

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
BODY = '{"say":"医保"}'.encode()
SIGNER = Signer(
    "5157F09EFDC096DE15EBE81A47057A7232F1B8E1", rsa.generate_private_key(public_exponent=65537, key_size=2048)
)
KEYS = {SIGNER.serial: SIGNER.key.public_key()}
HEADERS = platform_headers(SIGNER, body=BODY, at=NOW, nonce="fdasflkja484w")
REQUEST = {"method": "POST", "path": "/v3/pay/transactions/native?a=1", "body": BODY}
CLAIM = authorization(SIGNER, mchid="1600000001", at=NOW, nonce="593BEC0C930BF1AFEB40B4A08C8FB242", **REQUEST)

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on the path")


@needs_openssl
def test_openssl_signs_the_same_bytes(tmp_path: Path) -> None:
    key_file = tmp_path / "key.pem"
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(key_file))
    key = load_pem_private_key(key_file.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)

    ours = platform_headers(Signer("1", key), body=BODY, at=NOW, nonce="abc")["Wechatpay-Signature"]

    message = f"{int(NOW.timestamp())}\nabc\n".encode() + BODY + b"\n"
    assert b64decode(ours) == openssl("dgst", "-sha256", "-sign", str(key_file), message=message)


@needs_openssl
def test_openssl_signs_a_request_over_its_five_lines(tmp_path: Path) -> None:
    key_file = tmp_path / "key.pem"
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(key_file))
    key = load_pem_private_key(key_file.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)

    header = authorization(
        Signer("1", key), mchid="16", method="GET", path="/v3/certificates", body=b"", at=NOW, nonce="n0nce"
    )

    message = f"GET\n/v3/certificates\n{int(NOW.timestamp())}\nn0nce\n\n".encode()
    signature = header.split('signature="')[1].split('"')[0]
    assert b64decode(signature) == openssl("dgst", "-sha256", "-sign", str(key_file), message=message)


def openssl(*arguments: str, message: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=message, capture_output=True, check=True).stdout


def test_what_the_platform_signed_is_believed() -> None:
    check_platform(HEADERS, BODY, keys=KEYS, now=NOW)


def test_names_of_headers_come_in_any_case() -> None:
    check_platform({name.upper(): value for name, value in HEADERS.items()}, BODY, keys=KEYS, now=NOW)


@given(
    data=st.data(),
    header=st.sampled_from(["Wechatpay-Serial", "Wechatpay-Signature", "Wechatpay-Timestamp", "Wechatpay-Nonce"]),
)
def test_one_changed_letter_of_a_header_is_refused(data: st.DataObject, header: str) -> None:
    headers = HEADERS | {header: data.draw(one_letter_changed(HEADERS[header]))}
    with pytest.raises(BadMessage):
        check_platform(headers, BODY, keys=KEYS, now=NOW)


@given(at=st.integers(0, len(BODY) - 1), flip=st.integers(1, 255))
def test_one_changed_byte_of_the_body_is_refused(at: int, flip: int) -> None:
    body = BODY[:at] + bytes([BODY[at] ^ flip]) + BODY[at + 1 :]
    with pytest.raises(BadMessage, match="签名不符"):
        check_platform(HEADERS, body, keys=KEYS, now=NOW)


@pytest.mark.parametrize(
    "header", ["Wechatpay-Serial", "Wechatpay-Signature", "Wechatpay-Timestamp", "Wechatpay-Nonce"]
)
def test_a_missing_header_is_refused(header: str) -> None:
    headers = {name: value for name, value in HEADERS.items() if name != header}
    with pytest.raises(BadMessage, match="缺少签名头"):
        check_platform(headers, BODY, keys=KEYS, now=NOW)


def test_an_unknown_serial_is_refused_before_anything_is_computed() -> None:
    with pytest.raises(BadMessage, match="未知的证书序列号"):
        check_platform(HEADERS | {"Wechatpay-Serial": "0" * 40}, BODY, keys=KEYS, now=NOW)


def test_a_new_key_is_believed_beside_the_old_one() -> None:
    new = Signer("PUB_KEY_ID_2", rsa.generate_private_key(public_exponent=65537, key_size=2048))
    both = KEYS | {new.serial: new.key.public_key()}
    check_platform(HEADERS, BODY, keys=both, now=NOW)
    check_platform(platform_headers(new, body=BODY, at=NOW, nonce="x"), BODY, keys=both, now=NOW)


def test_the_serial_of_one_key_does_not_serve_for_another() -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(BadMessage, match="签名不符"):
        check_platform(HEADERS, BODY, keys={SIGNER.serial: other.public_key()}, now=NOW)


@pytest.mark.parametrize(
    ("later", "is_fresh"),
    [
        pytest.param(timedelta(minutes=5), True, id="five-minutes-old"),
        pytest.param(timedelta(minutes=5, seconds=1), False, id="a-second-more"),
        pytest.param(timedelta(hours=1), False, id="an-hour-old"),
        pytest.param(timedelta(minutes=-5), True, id="five-minutes-ahead"),
        pytest.param(timedelta(minutes=-5, seconds=-1), False, id="a-second-more-ahead"),
    ],
)
def test_a_message_is_believed_for_five_minutes(later: timedelta, is_fresh: bool) -> None:
    if is_fresh:
        return check_platform(HEADERS, BODY, keys=KEYS, now=NOW + later)
    with pytest.raises(BadMessage, match="过期或超前"):
        check_platform(HEADERS, BODY, keys=KEYS, now=NOW + later)
    return None


@pytest.mark.parametrize("seconds", ["", "-1", "1e9", "１７７２３５３８００", "1772353800.0", "9" * 30, " 1772353800"])
def test_a_timestamp_that_is_no_number_of_seconds_is_refused(seconds: str) -> None:
    with pytest.raises(BadMessage, match="时间戳"):
        check_platform(HEADERS | {"Wechatpay-Timestamp": seconds}, BODY, keys=KEYS, now=NOW)


def test_a_request_signed_by_the_merchant_is_believed() -> None:
    assert check_authorization(CLAIM, keys=KEYS, now=NOW, **REQUEST) == "1600000001"


@given(data=st.data())
def test_one_changed_letter_of_what_is_signed_in_a_request_is_refused(data: st.DataObject) -> None:
    # the merchant's id alone is outside the signature: it is compared with the key's owner by the platform
    start = CLAIM.index("nonce_str")
    claim = CLAIM[:start] + data.draw(one_letter_changed(CLAIM[start:]))
    with pytest.raises(BadMessage):
        check_authorization(claim, keys=KEYS, now=NOW, **REQUEST)


@pytest.mark.parametrize(
    "change",
    [{"method": "GET"}, {"path": "/v3/pay/transactions/native?a=2"}, {"body": BODY + b" "}],
    ids=["method", "path", "body"],
)
def test_a_signature_for_one_request_does_not_serve_for_another(change: dict[str, object]) -> None:
    with pytest.raises(BadMessage, match="签名不符"):
        check_authorization(CLAIM, keys=KEYS, now=NOW, **(REQUEST | change))


@pytest.mark.parametrize(
    "header", [None, "", "Basic abc", CLAIM + ",more", CLAIM.replace("mchid", "mchjd"), CLAIM.replace(",", ", ")]
)
def test_an_authorization_of_another_shape_is_refused(header: str | None) -> None:
    with pytest.raises(BadMessage, match="格式不对"):
        check_authorization(header, keys=KEYS, now=NOW, **REQUEST)


def one_letter_changed(text: str) -> st.SearchStrategy[str]:
    return (
        st.tuples(st.integers(0, len(text) - 1), st.characters(min_codepoint=32, max_codepoint=0x2FF))
        .map(lambda change: text[: change[0]] + change[1] + text[change[0] + 1 :])
        .filter(lambda changed: changed != text)
    )
