"""The platform's keys, which come and go: some pinned by the merchant's file, others fetched as certificates.

WeChat Pay replaces its certificate (平台证书) every few years, and for a while signs with either. `/v3/certificates` tells which
there are, each sealed with the API v3 key: who can seal with it is the platform, so the first answer needs no key that was known before.
"""

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from canbao.gateways.fields import BadMessage, from_body, part, rfc3339, text, to_body
from canbao.gateways.wechat.resource import seal, unseal

CERTIFICATES_PATH = "/v3/certificates"
FETCHED_AT_MOST_EVERY = timedelta(minutes=10)
_SERIAL = re.compile(r"[0-9A-F]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Certificate:
    key: RSAPublicKey
    since: datetime
    until: datetime


def serial_of(certificate: x509.Certificate) -> str:
    return f"{certificate.serial_number:X}"


def certificates_body(certificates: Sequence[x509.Certificate], *, key: bytes, nonces: Sequence[str]) -> bytes:
    """The platform's side. A nonce for each."""
    return to_body(
        {
            "data": [
                {
                    "serial_no": serial_of(one),
                    "effective_time": rfc3339(one.not_valid_before_utc),
                    "expire_time": rfc3339(one.not_valid_after_utc),
                    "encrypt_certificate": seal(
                        one.public_bytes(Encoding.PEM), key=key, nonce=nonce, kind="certificate"
                    ),
                }
                for one, nonce in zip(certificates, nonces, strict=True)
            ]
        }
    )


def read_certificates(body: bytes, *, key: bytes) -> dict[str, Certificate]:
    """By serial. Days of validity are those of the certificate itself. Raises `BadMessage`."""
    listed = from_body(body).get("data")
    if not isinstance(listed, list) or not listed:
        raise BadMessage("没有平台证书 (no certificates)")
    found = {}
    for one in listed:
        if not isinstance(one, dict):
            raise BadMessage("平台证书不是对象 (a certificate is not an object)")
        try:
            certificate = x509.load_pem_x509_certificate(unseal(part(one, "encrypt_certificate"), key=key))
        except ValueError as error:
            raise error if isinstance(error, BadMessage) else BadMessage("不是证书 (not a certificate)") from None
        public, serial = certificate.public_key(), text(one, "serial_no", most=40)
        if serial_of(certificate) != serial.lstrip("0") or not isinstance(public, RSAPublicKey):
            raise BadMessage("平台证书与序列号不符，或不是 RSA (another serial, or not RSA)")
        found[serial] = Certificate(  # as they write it, with leading zeros perhaps: so it stands in what they sign
            public, certificate.not_valid_before_utc, certificate.not_valid_after_utc
        )
    return found


class KeyRing:
    """Which of the platform's keys are good now. `fetch` asks for its certificates; without it only `pinned` counts.

    An unknown serial makes it fetch, and is unknown if it is still not there. It does not fetch twice in ten minutes, whether it
    worked or not: who forges callbacks cannot make us hammer the platform. Threads that come meanwhile wait for the one.
    """

    def __init__(
        self, pinned: Mapping[str, RSAPublicKey], fetch: Callable[[], Mapping[str, Certificate]] | None = None
    ) -> None:
        self._pinned, self._fetch = pinned, fetch
        self._certificates: Mapping[str, Certificate] = {}
        self._fetched_at: datetime | None = None
        self._lock = threading.Lock()

    def keys(self, serial: str | None, *, now: datetime) -> dict[str, RSAPublicKey]:
        """Every key that is good at `now`. Raises what `fetch` raises."""
        if serial and serial not in self._pinned and serial not in self._good(now) and _SERIAL.fullmatch(serial):
            self._look_again(serial, now)
        return self._good(now)

    def _look_again(self, serial: str, now: datetime) -> None:
        if self._fetch is None:
            return
        with self._lock:
            if serial in self._good(now):  # somebody else has just fetched it
                return
            if self._fetched_at is not None and abs(now - self._fetched_at) < FETCHED_AT_MOST_EVERY:
                return
            self._fetched_at = now
            self._certificates = self._fetch()

    def _good(self, now: datetime) -> dict[str, RSAPublicKey]:
        valid = {serial: one.key for serial, one in self._certificates.items() if one.since <= now <= one.until}
        return {**valid, **self._pinned}
