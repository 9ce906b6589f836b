"""Personal numbers: sealed for keeping, found again by a keyed token, shown by their tail.

Sealed = key id, nonce and AES-256-GCM; the key id is inside, so that keys rotate by adding one and re-sealing later.
The token is HMAC-SHA256 under a key of its own over the normalised number: the same person gives the same token in every
county of the installation, and nobody without the key can try numbers against it.

`unseal` is for a reason that goes on record; screens need only the tail.
"""

import hmac
import json
import os
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE_BYTES = 12


@cache
def _ciphers() -> dict[int, AESGCM]:
    keys = json.loads(settings.CANBAO_KEYS["seal_keys"])
    return {int(key_id): AESGCM(bytes.fromhex(key)) for key_id, key in keys.items()}


def seal(text: str, *, purpose: str = "number") -> bytes:
    """Encrypt. `purpose` is bound in: a sealed phone number cannot be passed off as an identity number."""
    return next(seal_all([text], purpose=purpose))


def seal_all(texts: Iterable[str], *, purpose: str = "number") -> Iterator[bytes]:
    """`seal` for each of many."""
    return _sealed((text.encode() for text in texts), purpose)


def unseal(sealed: bytes | memoryview, *, purpose: str = "number") -> str:
    """Decrypt. Raises `cryptography.exceptions.InvalidTag` if a byte was changed or the purpose differs."""
    return unseal_bytes(sealed, purpose=purpose).decode()


def seal_bytes(content: bytes, *, purpose: str) -> bytes:
    """Encrypt what is no text, such as a file full of numbers that waits for somebody."""
    return next(_sealed([content], purpose))


def _sealed(contents: Iterable[bytes], purpose: str) -> Iterator[bytes]:
    key_id = int(settings.CANBAO_KEYS["seal_key_id"])
    first, encrypt, bound = bytes([key_id]), _ciphers()[key_id].encrypt, purpose.encode()
    for content in contents:
        nonce = os.urandom(_NONCE_BYTES)
        yield first + nonce + encrypt(nonce, content, bound)


def unseal_bytes(sealed: bytes | memoryview, *, purpose: str) -> bytes:
    """Raises as `unseal` does."""
    sealed = bytes(sealed)
    nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    return _ciphers()[sealed[0]].decrypt(nonce, body, purpose.encode())


@cache
def _index_key() -> bytes:
    return bytes.fromhex(settings.CANBAO_KEYS["index_key"])


def person_token(number: str) -> bytes:
    """32 bytes that stand for a normalised number; equal for equal numbers and for nothing else."""
    return hmac.digest(_index_key(), number.encode(), sha256)


def phone_token(phone: str) -> bytes | None:
    """8 bytes that stand for the last four digits of a telephone number, by which a clerk finds somebody; None where there
    are fewer. Without the key nobody reads the digits out of it, and with it nobody learns the rest of the number.
    """
    digits = "".join(character for character in phone if character in "0123456789")[-4:]
    return person_token(f"手机尾号|{digits}")[:8] if len(digits) == 4 else None


def provisional_token(guardian_number: str, born_on: str, order_of_birth: int) -> bytes:
    """The token of a child that has no number yet; twins differ by their order of birth."""
    return person_token(f"宝宝|{guardian_number}|{born_on}|{order_of_birth}")
