"""A merchant's real accounts, from one file: `CANBAO_MERCHANT` names it, and the two classes here are what is plugged in.

    {"wechat": {"url": "https://api.mch.weixin.qq.com", "appid": "wx…", "mchid": "16…", "serial": "5157F09E…",
                "key": "wechat.pem", "api_v3_key": "wechat.v3", "platform": {"PUB_KEY_ID_01…": "wechat.platform.pem"}},
     "alipay": {"url": "https://openapi.alipay.com/gateway.do", "app_id": "2021…", "seller_id": "2088…",
                "key": "alipay.pem", "platform": ["alipay.platform.pem"]}}

Keys are PEM files beside it. An account in WeChat's older mode (平台证书) says `"platform": "certificates"`. Whatever is missing, wrong or readable by others is a `NotAnAccount`, which says so.
"""

import json
from pathlib import Path
from typing import Any

from django.conf import settings

from canbao.gateways import rsa
from canbao.gateways.alipay import client as alipay
from canbao.gateways.wechat import client as wechat
from canbao.gateways.wechat.signature import Signer

API_V3_KEY_LENGTH = 32
CERTIFICATES = "certificates"  # instead of pinned keys: whatever the platform says at /v3/certificates


class NotAnAccount(Exception):
    """What is wrong with the file of accounts, and where."""


class WeChat(wechat.WeChatPay):
    def __init__(self) -> None:
        said, folder = _section("wechat", "url", "appid", "mchid", "serial", "key", "api_v3_key", "platform")
        v3 = _secret(folder, said["api_v3_key"]).read_bytes().strip()
        if len(v3) != API_V3_KEY_LENGTH:
            raise NotAnAccount(f"wechat：APIv3 密钥应为 {API_V3_KEY_LENGTH} 字节 (the API v3 key has another length)")
        platform, fetches = said["platform"], said["platform"] == CERTIFICATES
        if not fetches and (not isinstance(platform, dict) or not platform):
            raise NotAnAccount(
                f"wechat：platform 应写明平台公钥的序列号与文件，或写 {CERTIFICATES} (serials and files of the platform's keys)"
            )
        signer = Signer(said["serial"], _key(rsa.private_key, _secret(folder, said["key"])))
        theirs = {} if fetches else {serial: _key(rsa.public_key, folder / name) for serial, name in platform.items()}
        account = wechat.Account(said["appid"], said["mchid"], signer, v3, theirs, fetches=fetches)
        super().__init__(account, url=_https(said["url"]))


class Alipay(alipay.Alipay):
    def __init__(self) -> None:
        said, folder = _section("alipay", "url", "app_id", "seller_id", "key", "platform")
        if not isinstance(said["platform"], list) or not said["platform"]:
            raise NotAnAccount("alipay：platform 应列出支付宝公钥文件 (a list of files of the platform's keys)")
        key = _key(rsa.private_key, _secret(folder, said["key"]))
        theirs = [_key(rsa.public_key, folder / name) for name in said["platform"]]
        super().__init__(alipay.Account(said["app_id"], said["seller_id"], key, theirs), url=_https(said["url"]))


def _section(channel: str, *names: str) -> tuple[dict[str, Any], Path]:
    named = settings.CANBAO_MERCHANT
    if not named:
        raise NotAnAccount(f"{channel}：没有用 CANBAO_MERCHANT 指明商户文件 (CANBAO_MERCHANT names no file)")
    path = Path(named)
    try:
        said = json.loads(_secret(path.parent, path.name).read_text("utf-8"))[channel]
        missing = [name for name in names if not said[name]]
    except OSError as error:
        raise NotAnAccount(f"{path}：{error.strerror} (the merchant's file cannot be read)") from None
    except (ValueError, KeyError, TypeError):
        raise NotAnAccount(f"{path}：缺少 {channel} 或其中一项 (something is missing: {', '.join(names)})") from None
    if missing:
        raise NotAnAccount(f"{path}：{channel} 的 {missing[0]} 是空的 (is empty)")
    return said, path.parent


def _secret(folder: Path, name: str) -> Path:
    path = folder / name
    try:
        if path.stat().st_mode & 0o077:
            raise NotAnAccount(f"{path} 可被他人读取，请执行 chmod 600 (others can read it)")
    except OSError as error:
        raise NotAnAccount(f"{path}：{error.strerror} (is not there)") from None
    return path


def _key(read: Any, path: Path) -> Any:
    try:
        return read(path)
    except (OSError, ValueError, TypeError):
        raise NotAnAccount(f"{path} 不是所需的 RSA 密钥 (not the RSA key that is needed, as PEM)") from None


def _https(url: str) -> str:
    if not url.startswith("https://"):
        raise NotAnAccount(f"{url}：应为 https 地址 (money goes over https alone)")
    return url
