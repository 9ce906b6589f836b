"""What is said in the messages: read back as it was meant, refused when it is anything else."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from canbao.gateways.fields import BadMessage, id_of, number_of
from canbao.gateways.wechat.notification import notification_body, read_notification_body
from canbao.gateways.wechat.order import NativeOrder, TradeState, Transaction, query_path
from canbao.gateways.wechat.refund import RefundAsk, RefundReport, RefundState
from canbao.gateways.wechat.resource import seal, unseal
from canbao.kernel.days import CHINA

KEY = b"0123456789abcdef0123456789ABCDEF"
ORDER = UUID("8d6a6f0a-9a51-4be2-9d0e-1f0b5f5f4a01")
PAID_AT = datetime(2021, 11, 15, 10, 34, 56, tzinfo=CHINA)
PAID = Transaction("wx1", "16", ORDER, TradeState.SUCCESS, 28000, "4200001", PAID_AT)
WISH = NativeOrder("wx1", "16", ORDER, 64000, "2022年度城乡居民医保 赵家", PAID_AT, "http://127.0.0.1/notify")


def test_an_order_number_is_the_32_characters_of_its_id() -> None:
    assert number_of(ORDER) == "8d6a6f0a9a514be29d0e1f0b5f5f4a01"
    assert id_of(number_of(ORDER)) == ORDER


@pytest.mark.parametrize("number", ["", "8d6a", "8D6A6F0A9A514BE29D0E1F0B5F5F4A01", str(ORDER), "g" * 32])
def test_a_number_that_we_never_gave_is_refused(number: str) -> None:
    with pytest.raises(BadMessage):
        id_of(number)


def test_an_order_says_what_the_platform_wants_to_know() -> None:
    assert json.loads(WISH.body()) == {
        "appid": "wx1",
        "mchid": "16",
        "description": "2022年度城乡居民医保 赵家",
        "out_trade_no": "8d6a6f0a9a514be29d0e1f0b5f5f4a01",
        "time_expire": "2021-11-15T10:34:56+08:00",
        "notify_url": "http://127.0.0.1/notify",
        "amount": {"total": 64000, "currency": "CNY"},
    }


def test_a_query_names_the_order_and_the_merchant() -> None:
    assert (
        query_path(ORDER, mchid="16") == "/v3/pay/transactions/out-trade-no/8d6a6f0a9a514be29d0e1f0b5f5f4a01?mchid=16"
    )


@pytest.mark.parametrize(
    "message",
    [
        WISH,
        PAID,
        Transaction("wx1", "16", ORDER, TradeState.NOTPAY),
        RefundAsk(ORDER, ORDER, 28000, 64000, "重复缴费"),
        RefundReport("5000", ORDER, ORDER, 28000, RefundState.PROCESSING),
    ],
    ids=lambda message: type(message).__name__,
)
def test_what_is_written_reads_back_the_same(message: Any) -> None:
    assert type(message).read(message.body()) == message


def test_an_instant_of_another_offset_is_the_same_instant() -> None:
    body = PAID.body().replace(b"2021-11-15T10:34:56+08:00", b"2021-11-15T02:34:56Z")
    assert Transaction.read(body).paid_at == datetime(2021, 11, 15, 2, 34, 56, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("out_trade_no", "another system's 17"),
        ("transaction_id", None),
        ("transaction_id", "42\u0000"),
        ("transaction_id", "4" * 33),
        ("trade_state", "PERHAPS"),
        ("success_time", "2021-11-15 10:34"),
        ("success_time", "yesterday"),
        ("amount", {"total": 0}),
        ("amount", {"total": -28000}),
        ("amount", {"total": 280.0}),
        ("amount", {"total": "28000"}),
        ("amount", {"total": True}),
        ("amount", {"total": 10**13}),
        ("amount", {"total": 28000, "currency": "USD"}),
        ("amount", None),
        ("mchid", 16),
    ],
)
def test_money_told_of_in_another_shape_is_refused(name: str, value: object) -> None:
    body = json.dumps(json.loads(PAID.body()) | {name: value}).encode()
    with pytest.raises(BadMessage, match=f"{name}|total"):
        Transaction.read(body)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(BadMessage):
        Transaction.read(body)


def test_a_resource_sealed_by_other_means_is_opened() -> None:
    encryptor = Cipher(algorithms.AES(KEY), modes.GCM(b"fdasfjihihih")).encryptor()
    encryptor.authenticate_additional_data(b"transaction")
    sealed = encryptor.update(b"what is inside") + encryptor.finalize() + encryptor.tag

    resource = {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": b64encode(sealed).decode(),
        "nonce": "fdasfjihihih",
        "associated_data": "transaction",
    }

    assert unseal(resource, key=KEY) == b"what is inside"
    assert (
        seal(b"what is inside", key=KEY, nonce="fdasfjihihih", kind="transaction")["ciphertext"]
        == resource["ciphertext"]
    )


def test_a_resource_without_associated_data_is_opened() -> None:
    resource = seal(b"inside", key=KEY, nonce="fdasfjihihih", kind="")
    del resource["associated_data"]  # type: ignore[attr-defined]
    assert unseal(resource, key=KEY) == b"inside"


@given(
    field=st.sampled_from(["ciphertext", "nonce", "associated_data", "algorithm"]),
    at=st.integers(0, 400),
    letter=st.characters(),
)
def test_one_changed_letter_of_a_resource_is_refused(field: str, at: int, letter: str) -> None:
    resource = seal(PAID.body(), key=KEY, nonce="fdasfjihihih", kind="transaction")
    before = resource[field]
    at %= len(before.rstrip("="))
    changed = before[:at] + letter + before[at + 1 :]
    if changed == before:
        return
    with pytest.raises(BadMessage):
        unseal(resource | {field: changed}, key=KEY)


def test_another_key_opens_nothing() -> None:
    resource = seal(b"inside", key=KEY, nonce="fdasfjihihih", kind="transaction")
    with pytest.raises(BadMessage, match="无法解密"):
        unseal(resource, key=KEY[::-1])


def test_a_notification_tells_of_the_money() -> None:
    body = notification_body(PAID, id="EV-1", at=PAID_AT, key=KEY, nonce="abcdefghijkl")
    assert read_notification_body(body, key=KEY) == PAID
    assert b"28000" not in body  # what it is about is sealed


@pytest.mark.parametrize("event", ["REFUND.SUCCESS", "", "TRANSACTION.success"])
def test_a_notification_of_another_event_is_refused(event: str) -> None:
    body = notification_body(PAID, id="EV-1", at=PAID_AT, key=KEY, nonce="abcdefghijkl")
    with pytest.raises(BadMessage):
        read_notification_body(json.dumps(json.loads(body) | {"event_type": event}).encode(), key=KEY)


def test_a_notification_of_success_without_money_is_refused() -> None:
    body = notification_body(
        Transaction("wx1", "16", ORDER, TradeState.NOTPAY), id="EV-1", at=PAID_AT, key=KEY, nonce="abcdefghijkl"
    )
    with pytest.raises(BadMessage, match="未支付"):
        read_notification_body(body, key=KEY)


def test_no_complaint_repeats_what_was_in_the_message() -> None:
    body = json.dumps(json.loads(PAID.body()) | {"success_time": "340621199001011234"}).encode()
    with pytest.raises(BadMessage) as complaint:
        Transaction.read(body)
    assert "340621199001011234" not in str(complaint.value)
