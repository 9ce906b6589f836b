"""The stand-in's account and its keys, in one folder that both sides read: in life each side has only its own half."""

import os
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from canbao.gateways.rsa import private_key
from canbao.gateways.wechat.signature import Signer

APPID = "wxstandin000000001"
MCHID = "1600000001"
ALIPAY_APP = "2021000000000001"
ALIPAY_SELLER = "2088000000000001"

MERCHANT, PLATFORM, API_V3 = "merchant.pem", "platform.pem", "api_v3.key"
ALIPAY_MERCHANT, ALIPAY_PLATFORM = "alipay_merchant.pem", "alipay_platform.pem"


def ensure_keys(folder: Path) -> Path:
    """Make what is missing: for each channel two RSA keys of 2048 bits, and WeChat's API v3 key of 32 bytes, readable
    by the owner only.

    Two processes may call this at once: each file appears whole, and whoever comes second takes the first one's.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (MERCHANT, PLATFORM, ALIPAY_MERCHANT, ALIPAY_PLATFORM):
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


def alipay_merchant_key(folder: Path) -> rsa.RSAPrivateKey:
    return private_key(folder / ALIPAY_MERCHANT)


def alipay_platform_key(folder: Path) -> rsa.RSAPrivateKey:
    return private_key(folder / ALIPAY_PLATFORM)


def _signer(path: Path, prefix: str) -> Signer:
    key = private_key(path)
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
