"""What the installation signs, so that a paper is believed without the database, and against it: Ed25519 (RFC 8032).

The private key is derived (HKDF, RFC 5869) from the index key, which lies with the secrets, never in the database, and is never replaced;
the public one may be told to everybody.
"""

import base64
import binascii
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings


@cache
def _key() -> Ed25519PrivateKey:
    index_key = bytes.fromhex(settings.CANBAO_KEYS["index_key"])
    derived = HKDF(SHA256(), length=32, salt=None, info=b"canbao: what the installation signs").derive(index_key)
    return Ed25519PrivateKey.from_private_bytes(derived)


def public_key() -> str:
    """As hex: 64 digits that whoever checks a signature elsewhere must know."""
    return _key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def signed(content: bytes) -> str:
    """Content and signature as one word for an address: base64url, a dot, base64url."""
    return f"{_word(content)}.{_word(_key().sign(content))}"


def content_of(word: str) -> bytes | None:
    """The content that `signed` made into this word; None: not ours, or something was changed."""
    content, dot, signature = word.partition(".")
    try:
        told = _bytes(content)
        _key().public_key().verify(_bytes(signature), told)
    except (InvalidSignature, binascii.Error, ValueError):
        return None
    return told if dot else None


def _word(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(word: str) -> bytes:
    return base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
