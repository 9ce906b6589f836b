"""The sealed part of a callback (`resource`): AEAD_AES_256_GCM (RFC 5116) with the merchant's API v3 key of 32 bytes.

The nonce and the associated data are text beside the ciphertext; the tag is its last 16 bytes; all in base64.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from canbao.gateways.fields import BadMessage, text

ALGORITHM = "AEAD_AES_256_GCM"
NONCE_LENGTH = 12
MOST_SEALED = 65_536  # letters of base64; the platform itself promises 1 MB and sends about 1 KB


def seal(plain: bytes, *, key: bytes, nonce: str, kind: str) -> dict[str, str]:
    """The `resource` object for `plain`; `kind` is what it is (`transaction`), and is bound to it.

    A nonce is used once: two messages under one nonce give the key away.
    """
    sealed = AESGCM(key).encrypt(nonce.encode(), plain, kind.encode())
    return {
        "original_type": kind,
        "algorithm": ALGORITHM,
        "ciphertext": b64encode(sealed).decode(),
        "associated_data": kind,
        "nonce": nonce,
    }


def unseal(resource: Mapping[str, Any], *, key: bytes) -> bytes:
    """What is inside. Raises `BadMessage` for another algorithm, a wrong key, or anything changed."""
    if text(resource, "algorithm") != ALGORITHM:
        raise BadMessage("resource 的加密算法不是 AEAD_AES_256_GCM (another algorithm)")
    nonce, ciphertext = text(resource, "nonce", most=NONCE_LENGTH), text(resource, "ciphertext", most=MOST_SEALED)
    bound = resource.get("associated_data") or ""  # the platform may leave it empty, or out
    if not isinstance(bound, str):
        raise BadMessage("resource 的附加数据不是文本 (associated data)")
    try:
        return AESGCM(key).decrypt(nonce.encode(), b64decode(ciphertext, validate=True), bound.encode())
    except (InvalidTag, ValueError):  # ValueError: not base64, no text (half a surrogate pair), a nonce too short
        raise BadMessage("resource 无法解密 (cannot be opened)") from None
