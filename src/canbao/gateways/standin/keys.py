"""The stand-in's account and its keys, in one folder that both sides read: in life each side has only its own half."""

import os
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from canbao.gateways.wechat.signature import Signer

APPID = "wxstandin000000001"
MCHID = "1600000001"

MERCHANT, PLATFORM, API_V3 = "merchant.pem", "platform.pem", "api_v3.key"


def ensure_keys(folder: Path) -> Path:
    """Make what is missing: two RSA keys of 2048 bits and the API v3 key of 32 bytes, readable by the owner only.

    Two processes may call this at once: each file appears whole, and whoever comes second takes the first one's.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (MERCHANT, PLATFORM):
        if not (folder / name).exists():
            _put_once(folder / name, _new_private_key())
    if not (folder / API_V3).exists():
        _put_once(folder / API_V3, secrets.token_hex(16).encode())
    return folder


def merchant_signer(folder: Path) -> Signer:
    return _signer(folder / MERCHANT, "")


def platform_signer(folder: Path) -> Signer:
    return _signer(folder / PLATFORM, "PUB_KEY_ID_")


def api_v3_key(folder: Path) -> bytes:
    return (folder / API_V3).read_bytes()


def _signer(path: Path, prefix: str) -> Signer:
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{path.name} 不是 RSA 私钥 (not an RSA private key)")
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Signer(prefix + sha256(public).hexdigest()[:40].upper(), key)


def _new_private_key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _put_once(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)  # unlike a rename, leaves alone what is there
    draft.unlink()
