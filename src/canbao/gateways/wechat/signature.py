"""Signatures of WeChat Pay v3: who said this, when, and that not a byte was changed.

A request is signed by the merchant over `method, path with query, timestamp, nonce, body`; an answer or a callback by
the platform over `timestamp, nonce, body`; each part ends with a line feed, RSA PKCS#1 v1.5 with SHA-256, in base64.
The platform may have several keys at once (rotation): the serial says which, and one that we were not told of is
refused. A message more than five minutes old, or as much ahead, is refused, so that a recording of it is worth nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from canbao.gateways.fields import BadMessage
from canbao.gateways.rsa import is_signed, signature

SCHEME = "WECHATPAY2-SHA256-RSA2048"
FRESH = timedelta(minutes=5)

SERIAL, SIGNATURE, TIMESTAMP, NONCE = (
    "Wechatpay-Serial",
    "Wechatpay-Signature",
    "Wechatpay-Timestamp",
    "Wechatpay-Nonce",
)

_SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)
_CLAIM = re.compile(r'(\w{1,20})="([^"]{1,600})"', re.ASCII)
_CLAIMS = {"mchid", "serial_no", "nonce_str", "timestamp", "signature"}


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key and the serial that others know it by."""

    serial: str
    key: RSAPrivateKey

    def sign(self, *parts: str | bytes) -> str:
        return signature(self.key, _lines(parts))


def authorization(signer: Signer, *, mchid: str, method: str, path: str, body: bytes, at: datetime, nonce: str) -> str:
    """The merchant's `Authorization` header. `path` includes the query, as sent."""
    seconds = str(int(at.timestamp()))
    signed = signer.sign(method, path, seconds, nonce, body)
    return (
        f'{SCHEME} mchid="{mchid}",nonce_str="{nonce}",signature="{signed}",'
        f'timestamp="{seconds}",serial_no="{signer.serial}"'
    )


def check_authorization(
    header: str | None, *, method: str, path: str, body: bytes, keys: Mapping[str, RSAPublicKey], now: datetime
) -> str:
    """The merchant's id, when the header is right. The platform's side. Raises `BadMessage`."""
    scheme, _, claims = (header or "").partition(" ")
    pairs: list[tuple[str, str]] = _CLAIM.findall(claims)
    said = dict(pairs)
    # built again from what was read: anything between or around the claims is refused
    if scheme != SCHEME or ",".join(f'{name}="{value}"' for name, value in pairs) != claims or said.keys() != _CLAIMS:
        raise BadMessage("Authorization 头格式不对 (malformed)")
    key = _key(keys, said["serial_no"])
    _check_age(said["timestamp"], now)
    _verify(key, said["signature"], method, path, said["timestamp"], said["nonce_str"], body)
    return said["mchid"]


def platform_headers(signer: Signer, *, body: bytes, at: datetime, nonce: str) -> dict[str, str]:
    """What the platform sends with an answer or a callback."""
    seconds = str(int(at.timestamp()))
    return {
        SERIAL: signer.serial,
        TIMESTAMP: seconds,
        NONCE: nonce,
        SIGNATURE: signer.sign(seconds, nonce, body),
        "Wechatpay-Signature-Type": SCHEME,
    }


def check_platform(headers: Mapping[str, str], body: bytes, *, keys: Mapping[str, RSAPublicKey], now: datetime) -> None:
    """Did the platform say this, just now? Names of headers in any case. Raises `BadMessage`.

    Refused in this order: a header missing, an unknown serial, too old or ahead, a wrong signature.
    """
    said = {name.lower(): value for name, value in headers.items()}
    try:
        serial, signed, seconds, nonce = (said[name.lower()] for name in (SERIAL, SIGNATURE, TIMESTAMP, NONCE))
    except KeyError:
        raise BadMessage("缺少签名头 (a signature header is missing)") from None
    key = _key(keys, serial)
    _check_age(seconds, now)
    _verify(key, signed, seconds, nonce, body)


def _key(keys: Mapping[str, RSAPublicKey], serial: str) -> RSAPublicKey:
    if serial not in keys:
        raise BadMessage("未知的证书序列号 (unknown serial)")
    return keys[serial]


def _check_age(seconds: str, now: datetime) -> None:
    if not _SECONDS.fullmatch(seconds):
        raise BadMessage("时间戳不是整秒 (the timestamp is not whole seconds)")
    if abs(now.timestamp() - int(seconds)) > FRESH.total_seconds():
        raise BadMessage("报文已过期或超前于本机时间 (stale, or ahead of our clock)")


def _verify(key: RSAPublicKey, signed: str, *parts: str | bytes) -> None:
    if not is_signed(key, signed, _lines(parts)):
        raise BadMessage("签名不符 (wrong signature)")


def _lines(parts: tuple[str | bytes, ...]) -> bytes:
    return b"".join((part if isinstance(part, bytes) else part.encode()) + b"\n" for part in parts)
