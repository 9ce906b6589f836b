"""What both platforms sign with: RSA PKCS#1 v1.5 with SHA-256, in base64."""

from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key


def signature(key: RSAPrivateKey, content: bytes) -> str:
    return b64encode(key.sign(content, PKCS1v15(), SHA256())).decode()


def is_signed(key: RSAPublicKey, given: str, content: bytes) -> bool:
    """Is `given` the signature of just this by the owner of `key`? Base64 leaves spare bits in its last letter: one
    signature must have one spelling."""
    try:
        raw = b64decode(given, validate=True)
        key.verify(raw, content, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return b64encode(raw).decode() == given


def private_key(path: Path) -> RSAPrivateKey:
    """From a PEM file without a password. Raises `OSError`, `ValueError` or `TypeError`."""
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError(f"{path.name} 不是 RSA 私钥 (not an RSA private key)")
    return key


def public_key(path: Path) -> RSAPublicKey:
    """As `private_key`."""
    key = load_pem_public_key(path.read_bytes())
    if not isinstance(key, RSAPublicKey):
        raise TypeError(f"{path.name} 不是 RSA 公钥 (not an RSA public key)")
    return key
