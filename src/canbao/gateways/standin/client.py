"""The stand-in as collection sees it: each platform's client with the stand-in's account, keys and address.

Reads the settings `CANBAO_GATEWAY_URL` (text) and `CANBAO_GATEWAY_KEYS` (a folder), unless it is told otherwise.
"""

from pathlib import Path
from typing import Any

from django.conf import settings

from canbao.gateways.alipay import client as alipay
from canbao.gateways.standin.keys import (
    ALIPAY_APP,
    ALIPAY_SELLER,
    APPID,
    MCHID,
    alipay_merchant_key,
    alipay_platform_key,
    api_v3_key,
    ensure_keys,
    merchant_signer,
    platform_signer,
)
from canbao.gateways.wechat.client import Account, WeChatPay


class StandIn(WeChatPay):
    def __init__(self, url: str | None = None, keys: Path | None = None, **how: Any) -> None:
        folder = keys or Path(settings.CANBAO_GATEWAY_KEYS)
        super().__init__(account(folder), url=url or settings.CANBAO_GATEWAY_URL, **how)


class StandInAlipay(alipay.Alipay):
    def __init__(self, url: str | None = None, keys: Path | None = None, **how: Any) -> None:
        folder = keys or Path(settings.CANBAO_GATEWAY_KEYS)
        super().__init__(alipay_account(folder), url=f"{url or settings.CANBAO_GATEWAY_URL}/gateway.do", **how)


def account(folder: Path) -> Account:
    """The merchant's view of the stand-in's account; makes the keys when they are not there yet."""
    ensure_keys(folder)
    platform = platform_signer(folder)
    return Account(
        appid=APPID,
        mchid=MCHID,
        signer=merchant_signer(folder),
        api_v3_key=api_v3_key(folder),
        platform={platform.serial: platform.key.public_key()},
    )


def alipay_account(folder: Path) -> alipay.Account:
    """As `account`."""
    ensure_keys(folder)
    platform = alipay_platform_key(folder).public_key()
    return alipay.Account(ALIPAY_APP, ALIPAY_SELLER, alipay_merchant_key(folder), (platform,))
