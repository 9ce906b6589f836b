"""Alipay as collection asks for it (`canbao.collection.gateway.Gateway`): the only file here that sends.

Whatever comes back is checked before it is believed: signature, and that it is about what we asked. Nothing is sent
inside a database transaction by this file; that is the caller's promise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import httpx2
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from canbao.collection.gateway import Arrival, GatewayBroke, Moved, RefundAnswer, RefundFailed, RefundTold
from canbao.gateways.alipay.bill import BILL, BillLine, bill_content, read_bill
from canbao.gateways.alipay.notification import HEARD, read_notification_body
from canbao.gateways.alipay.refund import REFUND, REFUND_QUERY, RefundAsk, RefundSeen, about
from canbao.gateways.alipay.signature import read_answer, request
from canbao.gateways.alipay.trade import CLOSE, OK, PRECREATE, QUERY, WAP, Trade, Wish, order_in
from canbao.gateways.caller import TIMEOUT, caller, or_broke, real_time
from canbao.gateways.fields import BadMessage, must_be, number_of, text

NO_SUCH_ORDER = frozenset({"ACQ.TRADE_NOT_EXIST"})
NO_MORE_MONEY = frozenset({"ACQ.REASON_TRADE_STATUS_INVALID", "ACQ.TRADE_STATUS_ERROR"}) | NO_SUCH_ORDER
NO_TRADES = frozenset({"isp.bill_not_exist", "isv.bill_not_exist", "BILL_NOT_EXIST"})
NEVER_GIVEN_BACK = frozenset({"ACQ.TRADE_HAS_FINISHED", "ACQ.TRADE_NOT_ALLOW_REFUND"})
THEIR_FILES = ".alipay.com"


@dataclass(frozen=True, slots=True)
class Account:
    """A merchant's account: our key, and theirs; several of theirs while one replaces another."""

    app_id: str
    seller_id: str
    key: RSAPrivateKey
    platform: Sequence[RSAPublicKey]


@dataclass(frozen=True, slots=True)
class _Answer:
    fields: dict[str, Any]

    @property
    def code(self) -> str:
        """The code of a "no"; "" for a "yes"."""
        if self.fields.get("code") == OK:
            return ""
        return str(self.fields.get("sub_code") or self.fields.get("code") or "?")


class Alipay:
    channel = "alipay"
    heard = ("text/plain", HEARD)

    def __init__(
        self,
        account: Account,
        *,
        url: str,
        clock: Callable[[], datetime] = real_time,
        transport: httpx2.BaseTransport | None = None,
        timeout: httpx2.Timeout = TIMEOUT,
    ) -> None:
        """`url` with its path (`https://openapi.alipay.com/gateway.do`). `clock` must be the real one.

        `transport`: another way to send than over the network.
        """
        self._account, self._url, self._clock = account, url, clock
        self._origin = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
        self._http = caller(self._origin, transport=transport, timeout=timeout)

    @or_broke
    def ask(self, *, order: UUID, amount_fen: int, says: str, expires_at: datetime, notify_url: str) -> str:
        """By QR code: their app opens its address as well when it is touched on a phone."""
        wish = Wish(order, amount_fen, says, expires_at)
        said = _yes(self._send(PRECREATE, wish.content(), notify_url=notify_url))
        must_be(order_in(said) == order, "out_trade_no")
        return text(said, "qr_code", most=300)

    def page(
        self, *, order: UUID, amount_fen: int, says: str, expires_at: datetime, notify_url: str, return_url: str
    ) -> str:
        """Their page for paying on this phone (WAP), which needs no QR code and no app. Nothing is sent: the address
        itself is the request, signed."""
        wish = Wish(order, amount_fen, says, expires_at).content(on_this_phone=True)
        asked = request(
            WAP, wish, app_id=self._account.app_id, key=self._account.key, at=self._clock(),
            notify_url=notify_url, return_url=return_url,
        )  # fmt: skip
        return f"{self._url}?{urlencode(asked)}"

    @or_broke
    def read_notification(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime
    ) -> Arrival | RefundTold | None:
        """As the contract says. `now` is the real time, also where the county lives in another season."""
        told = read_notification_body(body, keys=self._account.platform, now=now)
        must_be((told.app_id, told.seller_id) == (self._account.app_id, self._account.seller_id), "app_id")
        if told.refund is not None:
            return RefundTold(told.refund, told.trade.order)
        return _arrival(told.trade) if told.trade.has_arrived else None

    @or_broke
    def query(self, order: UUID) -> Arrival | None:
        answer = self._send(QUERY, {"out_trade_no": number_of(order)})
        if answer.code in NO_SUCH_ORDER:
            return None  # also one whose code nobody has scanned yet
        trade = Trade.read(_yes(answer))
        must_be(trade.order == order, "out_trade_no")
        return _arrival(trade) if trade.has_arrived else None

    @or_broke
    def close(self, order: UUID) -> None:
        """Fine as well for an order that was closed or paid before: no more money comes.

        One whose code nobody has scanned does not exist for them yet, and cannot be closed: until its time is over
        somebody may still pay it, and that money is confirmed like any other that comes late. (`alipay.trade.cancel`
        would stop it, and would give money back past our books.)
        """
        answer = self._send(CLOSE, {"out_trade_no": number_of(order)})
        if answer.code not in NO_MORE_MONEY:
            must_be(order_in(_yes(answer)) == order, "out_trade_no")

    @or_broke
    def bill(self, day: date) -> Sequence[Arrival]:
        answer = self._send(BILL, bill_content(day))
        if answer.code in NO_TRADES:
            return []
        where = text(_yes(answer), "bill_download_url", most=2048)
        self._check_where(where)
        response = self._http.get(where)  # carries nothing of ours: the address alone lets one in
        if response.status_code != 200:
            raise GatewayBroke(f"账单下载失败 (the bill's download: {response.status_code})")
        return [_arrival(line) for line in read_bill(response.content)]

    def funds(self, day: date) -> Sequence[Moved] | None:
        """None: their bill of the account (账务账单) is not asked for."""
        return None

    def _check_where(self, address: str) -> None:
        """The file is signed by nobody, so it is taken only from them, over TLS."""
        parts = urlsplit(address)
        theirs = parts.scheme == "https" and (parts.hostname or "").endswith(THEIR_FILES)
        must_be(theirs or f"{parts.scheme}://{parts.netloc}" == self._origin, "bill_download_url")

    @or_broke
    def refund(
        self, *, refund: UUID, order: UUID, amount_fen: int, total_fen: int, says: str, notify_url: str = ""
    ) -> RefundAnswer:
        """A yes says that they have taken it on; whether it arrived is asked right away. They tell of it where they tell
        of the order's money, whatever is said here."""
        answer = self._send(REFUND, RefundAsk(refund, order, amount_fen, says).content())
        if answer.code in NEVER_GIVEN_BACK:
            raise RefundFailed(f"渠道未能退款，需人工处理 (they give it back no more: {answer.code})")
        said = _yes(answer)
        must_be(order_in(said) == order, "out_trade_no")
        seen = self._refund_seen(refund=refund, order=order, amount_fen=amount_fen)
        return seen or RefundAnswer(text(said, "trade_no", most=64), done=False)

    @or_broke
    def query_refund(self, *, refund: UUID, order: UUID, amount_fen: int) -> RefundAnswer | None:
        return self._refund_seen(refund=refund, order=order, amount_fen=amount_fen)

    def _refund_seen(self, *, refund: UUID, order: UUID, amount_fen: int) -> RefundAnswer | None:
        answer = self._send(REFUND_QUERY, about(refund=refund, order=order))
        if answer.code in NO_SUCH_ORDER:
            return None
        seen = RefundSeen.read(_yes(answer))
        if seen is None:
            return None
        must_be((seen.refund, seen.order, seen.amount_fen) == (refund, order, amount_fen), "refund")
        return RefundAnswer(seen.reference, done=seen.done)

    def _send(self, method: str, content: Mapping[str, Any], *, notify_url: str = "") -> _Answer:
        asked = request(
            method, content, app_id=self._account.app_id, key=self._account.key, at=self._clock(), notify_url=notify_url
        )
        what = asked.pop("biz_content")  # in the body, where logs on the way do not see it
        response = self._http.post(
            f"{self._url}?{urlencode(asked)}", data={"biz_content": what}, headers={"Accept-Encoding": "identity"}
        )
        return _Answer(read_answer(method, response.content, keys=self._account.platform))


def _yes(answer: _Answer) -> dict[str, Any]:
    if answer.code:
        # the code is a word of their list; their sentence may repeat what we sent, and stays out
        raise GatewayBroke(f"渠道拒绝了请求 (they said no: {answer.code[:60]})")
    return answer.fields


def _arrival(seen: Trade | BillLine) -> Arrival:
    if seen.reference is None or seen.paid_at is None:
        raise BadMessage("缺少流水号或时间 (no number or time)")
    return Arrival(seen.reference, seen.order, seen.amount_fen, seen.paid_at)
