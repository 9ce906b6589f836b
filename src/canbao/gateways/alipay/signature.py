"""Signatures of Alipay (RSA2): who said this, and that not a value was changed.

A request is signed by the merchant over all its parameters, sorted and joined as `name=value&…`; an answer by the
platform over the very text of the object in it; a callback by the platform over its fields, without `sign` and
`sign_type`. An answer carries neither time nor nonce: that it is of today is TLS's to promise, and what it is about is
checked by whoever asked. No message names the key it was signed with, so while one replaces another each is tried.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from canbao.gateways.fields import BadMessage, as_in_china, from_body, in_china, text
from canbao.gateways.rsa import is_signed, signature

SIGN_TYPE = "RSA2"
CHARSET = "utf-8"
MOST_FIELDS = 100
FRESH = timedelta(minutes=15)  # of a request, on the platform's side
TOLD_FOR = timedelta(hours=26)  # a callback is repeated for 25 hours, and may carry the time of the first one
AHEAD = timedelta(minutes=5)


def request(
    method: str,
    content: Mapping[str, Any],
    *,
    app_id: str,
    key: RSAPrivateKey,
    at: datetime,
    notify_url: str = "",
    return_url: str = "",
) -> dict[str, str]:
    """Every parameter of a request, signed. What is empty is left out."""
    given = {
        "app_id": app_id,
        "method": method,
        "format": "JSON",
        "charset": CHARSET,
        "sign_type": SIGN_TYPE,
        "timestamp": as_in_china(at),
        "version": "1.0",
        "notify_url": notify_url,
        "return_url": return_url,
        "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
    }
    said = {name: value for name, value in given.items() if value}
    return said | {"sign": signature(key, _joined(said))}


def check_request(given: Mapping[str, str], *, key: RSAPublicKey, now: datetime) -> dict[str, Any]:
    """The content of a merchant's request. The platform's side. Raises `BadMessage`."""
    said = {name: value for name, value in given.items() if name != "sign"}
    if said.get("sign_type") != SIGN_TYPE or said.get("charset") != CHARSET:
        raise BadMessage("只接受 RSA2 与 utf-8 (another signature, or other letters)")
    if not is_signed(key, given.get("sign", ""), _joined(said)):
        raise BadMessage("签名不符 (wrong signature)")
    if abs(in_china(said, "timestamp") - now) > FRESH:
        raise BadMessage("请求已过期或超前 (stale, or ahead of our clock)")
    return from_body(said.get("biz_content", "").encode())


def answer(method: str, content: Mapping[str, Any], *, key: RSAPrivateKey) -> bytes:
    """The platform's answer to a request."""
    kept = {name: value for name, value in content.items() if value is not None}
    said = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    return f'{{"{_named(method)}":{said},"sign":"{signature(key, said.encode())}"}}'.encode()


def read_answer(method: str, body: bytes, *, keys: Sequence[RSAPublicKey]) -> dict[str, Any]:
    """The object in an answer, read from the very text that is signed. Raises `BadMessage`, also for a "no" without a
    signature: who would not pay for an order to be told that it does not exist?"""
    whole = from_body(body)
    try:
        # wherever it stands: what is read here is what the signature is held against
        _, mark, after = body.decode().partition(f'"{_named(method)}":')
        after = after.lstrip()
        value, end = json.JSONDecoder().raw_decode(after)
    except (ValueError, RecursionError):
        mark = ""
    if not mark:
        raise BadMessage("应答不是对这个接口的 (an answer to something else, or a refusal without a signature)")
    _check(text(whole, "sign", most=1024), after[:end].encode(), keys)
    if not isinstance(value, dict):
        raise BadMessage("应答不是 JSON 对象 (the answer is not a JSON object)")
    return value


def callback(fields: Mapping[str, str], *, key: RSAPrivateKey) -> bytes:
    """The platform tells the merchant something: a form, with its signature."""
    return urlencode({**fields, "sign_type": SIGN_TYPE, "sign": signature(key, _joined(fields))}).encode()


def read_callback(body: bytes, *, keys: Sequence[RSAPublicKey], now: datetime) -> dict[str, str]:
    """Its fields. Raises `BadMessage`, in this order: no form, a field twice, an `&` in a value (which the signature
    cannot tell from two fields), another way to sign, a wrong signature, told too late or ahead of our clock."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:  # a wrong letter, no `=`, or too many fields
        raise BadMessage("报文不是表单 (the body is not a form)") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BadMessage("同一字段出现两次 (a field comes twice)")
    if any("&" in value for value in fields.values()):
        raise BadMessage("字段内含有 &，签名分不清 (an & in a value, which the signature cannot tell from two fields)")
    given, kind = fields.pop("sign", ""), fields.pop("sign_type", "")
    if kind != SIGN_TYPE:
        raise BadMessage("只接受 RSA2 签名 (another kind of signature)")
    _check(given, _joined(fields), keys)
    age = now - in_china(fields, "notify_time")
    if age > TOLD_FOR or age < -AHEAD:
        raise BadMessage("报文已过期或超前于本机时间 (stale, or ahead of our clock)")
    return fields


def _check(given: str, content: bytes, keys: Sequence[RSAPublicKey]) -> None:
    if not any(is_signed(key, given, content) for key in keys):
        raise BadMessage("签名不符 (wrong signature)")


def _joined(fields: Mapping[str, str]) -> bytes:
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields)).encode()


def _named(method: str) -> str:
    return method.replace(".", "_") + "_response"
