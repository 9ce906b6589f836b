"""The platform's certificates: several at once, new ones fetched once, expired ones worth nothing, and no hammering."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from canbao.collection.gateway import Arrival, GatewayBroke
from canbao.gateways.fields import BadMessage, to_body
from canbao.gateways.standin.client import account
from canbao.gateways.standin.keys import APPID, MCHID, api_v3_key
from canbao.gateways.wechat.certificates import certificates_body, read_certificates, serial_of
from canbao.gateways.wechat.client import WeChatPay
from canbao.gateways.wechat.notification import notification_body
from canbao.gateways.wechat.order import TradeState, Transaction
from canbao.gateways.wechat.resource import seal
from canbao.gateways.wechat.signature import Signer, platform_headers
from canbao.kernel.days import CHINA

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
ORDER = UUID(int=1)
PAID_AT = datetime(2021, 11, 15, 10, 34, 56, tzinfo=CHINA)
PAID = Transaction(APPID, MCHID, ORDER, TradeState.SUCCESS, 28000, "4200001", PAID_AT)
NONCES = [f"{nth:012d}" for nth in range(9)]


@dataclass(frozen=True)
class Issued:
    signer: Signer
    certificate: x509.Certificate


def issued(*, since: timedelta = timedelta(days=-1), until: timedelta = timedelta(days=300)) -> Issued:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "platform")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(NOW + since).not_valid_after(NOW + until)
        .sign(key, SHA256())
    )  # fmt: skip
    return Issued(Signer(serial_of(made), key), made)


OLD, NEW, STRANGER = issued(), issued(), issued()
EXPIRED, TO_COME = issued(until=timedelta(minutes=-1)), issued(since=timedelta(minutes=1))


@dataclass
class Town:
    """A platform that has these certificates and signs its list of them with the first; `asked` counts."""

    keys: Path
    has: list[Issued]
    asked: int = 0
    breaks: bool = False
    clock: list[datetime] = field(default_factory=lambda: [NOW])

    def __post_init__(self) -> None:
        given = replace(account(self.keys), platform={}, fetches=True)
        transport = httpx2.MockTransport(self._answer)
        self.client = WeChatPay(given, url="https://p.test", clock=lambda: self.clock[0], transport=transport)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        assert request.url.path == "/v3/certificates"
        self.asked += 1
        if self.breaks:
            return httpx2.Response(502, content=b"")
        certificates = [one.certificate for one in self.has]
        body = certificates_body(certificates, key=api_v3_key(self.keys), nonces=NONCES[: len(certificates)])
        headers = platform_headers(self.has[0].signer, body=body, at=self.clock[0], nonce="n")
        return httpx2.Response(200, content=body, headers=headers)

    def told(self, by: Issued) -> object:
        now = self.clock[0]
        body = notification_body(PAID, id="1", at=now, key=api_v3_key(self.keys), nonce="0" * 12)
        headers = platform_headers(by.signer, body=body, at=now, nonce="n")
        return self.client.read_notification(headers, body, now=now)


@pytest.fixture
def town(keys: Path) -> Callable[..., Town]:
    return lambda *has: Town(keys, list(has))


ARRIVED = Arrival("4200001", ORDER, 28000, PAID_AT)


def test_either_of_two_certificates_is_believed_and_they_are_fetched_once(town: Callable[..., Town]) -> None:
    platform = town(OLD, NEW)
    assert [platform.told(one) for one in (OLD, NEW, OLD)] == [ARRIVED] * 3
    assert platform.asked == 1


def test_a_new_certificate_is_fetched_when_it_is_first_seen(town: Callable[..., Town]) -> None:
    platform = town(OLD)
    assert platform.told(OLD) == ARRIVED
    platform.has.append(NEW)
    platform.clock[0] += timedelta(minutes=11)
    assert platform.told(NEW) == ARRIVED
    assert platform.asked == 2


def test_a_flood_of_forged_callbacks_asks_the_platform_once_in_ten_minutes(town: Callable[..., Town]) -> None:
    platform = town(OLD)
    for _ in range(50):
        with pytest.raises(GatewayBroke, match="未知的证书序列号"):
            platform.told(STRANGER)
    assert (platform.asked, platform.told(OLD)) == (1, ARRIVED)
    platform.clock[0] += timedelta(minutes=11)
    with pytest.raises(GatewayBroke, match="未知的证书序列号"):
        platform.told(STRANGER)
    assert platform.asked == 2


def test_many_at_once_fetch_once(town: Callable[..., Town]) -> None:
    platform = town(OLD)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: platform.told(OLD), range(40))) == [ARRIVED] * 40
    assert platform.asked == 1


@pytest.mark.parametrize("serial", ["", "x", "PUB_KEY_ID_01", "A" * 41, "a" * 40])
def test_what_is_no_serial_is_not_asked_about(town: Callable[..., Town], serial: str) -> None:
    platform = town(OLD)
    with pytest.raises(GatewayBroke):
        platform.told(replace(STRANGER, signer=replace(STRANGER.signer, serial=serial)))
    assert platform.asked == 0


@pytest.mark.parametrize("other", [EXPIRED, TO_COME], ids=["expired", "to-come"])
def test_a_certificate_out_of_its_days_is_worth_nothing(town: Callable[..., Town], other: Issued) -> None:
    with pytest.raises(GatewayBroke, match="未知的证书序列号"):
        town(OLD, other).told(other)


def test_one_that_expires_while_we_run_is_worth_nothing_from_then_on(town: Callable[..., Town]) -> None:
    ends = issued(until=timedelta(hours=1))
    platform = town(OLD, ends)
    assert platform.told(ends) == ARRIVED
    platform.clock[0] += timedelta(hours=2)
    with pytest.raises(GatewayBroke, match="未知的证书序列号"):
        platform.told(ends)


@pytest.mark.parametrize("signed_by", [STRANGER, EXPIRED], ids=["a-stranger", "an-expired-one"])
def test_a_list_that_none_of_its_own_has_signed_is_not_believed(town: Callable[..., Town], signed_by: Issued) -> None:
    platform = town(OLD)
    platform.has[0] = replace(OLD, signer=signed_by.signer)
    with pytest.raises(GatewayBroke, match="未知的证书序列号"):
        platform.told(OLD)


def test_when_they_do_not_answer_it_is_asked_again_later(town: Callable[..., Town]) -> None:
    platform = town(OLD)
    platform.breaks = True
    for _ in range(5):
        with pytest.raises(GatewayBroke):
            platform.told(OLD)
    assert platform.asked == 1
    platform.breaks = False
    platform.clock[0] += timedelta(minutes=11)
    assert platform.told(OLD) == ARRIVED


KEY = b"0123456789abcdef0123456789ABCDEF"
SEALED = seal(b"no certificate", key=KEY, nonce="0" * 12, kind="certificate")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        to_body({"data": []}),
        to_body({"data": ["x"]}),
        to_body({"data": [{"serial_no": "1", "encrypt_certificate": SEALED}]}),
        certificates_body([OLD.certificate], key=KEY, nonces=NONCES[:1]).replace(OLD.signer.serial.encode(), b"1F"),
        certificates_body([OLD.certificate], key=KEY[::-1], nonces=NONCES[:1]),
    ],
    ids=["nothing", "none", "no-object", "no-certificate", "another-serial", "another-key"],
)
def test_a_list_of_another_shape_is_refused(body: bytes) -> None:
    with pytest.raises(BadMessage):
        read_certificates(body, key=KEY)


def test_a_list_is_read_back() -> None:
    found = read_certificates(
        certificates_body([OLD.certificate, NEW.certificate], key=KEY, nonces=NONCES[:2]), key=KEY
    )
    assert list(found) == [OLD.signer.serial, NEW.signer.serial]
    assert found[OLD.signer.serial].key == OLD.signer.key.public_key()
