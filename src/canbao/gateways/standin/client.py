"""The stand-in as collection sees it: WeChat Pay's client with the stand-in's account, keys and address.

Reads the settings `CANBAO_GATEWAY_URL` (text) and `CANBAO_GATEWAY_KEYS` (a folder), unless it is told otherwise.
"""

from pathlib import Path

from django.conf import settings

from canbao.gateways.standin.keys import APPID, MCHID, api_v3_key, ensure_keys, merchant_signer, platform_signer
from canbao.gateways.wechat.client import Account, WeChatPay


class StandIn(WeChatPay):
    def __init__(self, url: str | None = None, keys: Path | None = None) -> None:
        super().__init__(account(keys or Path(settings.CANBAO_GATEWAY_KEYS)), url=url or settings.CANBAO_GATEWAY_URL)


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
