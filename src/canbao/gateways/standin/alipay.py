"""Alipay's side of the protocol: a signed request in, a signed answer out, and callbacks. Knows no socket.

As in life, an order whose code nobody has opened is no trade yet: it cannot be asked about and not be closed.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from canbao.gateways.alipay.bill import BILL, BillLine, day_in, write_bill
from canbao.gateways.alipay.notification import HEARD, Notification
from canbao.gateways.alipay.refund import REFUND, REFUND_QUERY, RefundAsk, RefundSeen, refund_in
from canbao.gateways.alipay.signature import answer, check_request
from canbao.gateways.alipay.trade import CLOSE, OK, PRECREATE, QUERY, WAP, Trade, TradeStatus, Wish, order_in
from canbao.gateways.fields import BadMessage, must_be, number_of
from canbao.gateways.standin import book
from canbao.gateways.standin.book import Book, Order, SaysNo
from canbao.gateways.standin.clock import Clock
from canbao.gateways.standin.faults import Whim
from canbao.gateways.standin.keys import ALIPAY_APP, ALIPAY_SELLER, alipay_merchant_key, alipay_platform_key
from canbao.gateways.standin.page import RETURN_TO
from canbao.gateways.standin.platform import Answer, Letter, Told
from canbao.kernel.fen import yuan

GATEWAY_PATH = "/gateway.do"
DOWNLOAD_PATH = "/alipay/bill"
BILLS_KEPT = 32
REFUSED = "40004"
CODES = {
    "ORDER_NOT_EXIST": "ACQ.TRADE_NOT_EXIST",
    "RESOURCE_NOT_EXISTS": "ACQ.TRADE_NOT_EXIST",
    "ORDERPAID": "ACQ.TRADE_HAS_SUCCESS",
    "ORDER_CLOSED": "ACQ.TRADE_HAS_CLOSE",
    "OUT_TRADE_NO_USED": "ACQ.CONTEXT_INCONSISTENT",
    "INVALID_REQUEST": "ACQ.DISCORDANT_REPEAT_REQUEST",
    "NOT_ENOUGH": "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
    "NO_STATEMENT_EXIST": "isp.bill_not_exist",
}


class AlipayPlatform:
    channel = "alipay"

    def __init__(
        self, book: Book, *, keys: Path, clock: Clock, faults: Whim, tell_refund: Callable[[Told, str], None]
    ) -> None:
        """`tell_refund`: has a callback about a refund carried to an address."""
        self._book, self._clock, self._faults, self._tell_refund = book, clock, faults, tell_refund
        self._key, self._merchant = alipay_platform_key(keys), alipay_merchant_key(keys).public_key()
        self._bills: OrderedDict[str, bytes] = OrderedDict()

    def letter(self, told: Told, *, at: datetime) -> Letter:
        trade = _trade(told.order, told_fen=told.told_fen)
        notification = Notification(ALIPAY_APP, ALIPAY_SELLER, trade, told.refund)
        body = notification.body(key=self._key, at=at, given_back_fen=told.order.given_back_fen)
        return {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, body

    def is_heard(self, status: int, body: bytes) -> bool:
        return status == 200 and body == HEARD

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes, *, origin: str) -> Answer:
        parts = urlsplit(path)
        if parts.path == DOWNLOAD_PATH:
            return self._download(dict(parse_qsl(parts.query)).get("token", ""))
        try:
            given = dict(parse_qsl(parts.query, errors="strict") + parse_qsl(body.decode(), errors="strict"))
        except ValueError:
            return Answer(400)
        asked = given.get("method", "")
        try:
            content = check_request(given, key=self._merchant, now=self._clock.real())
            must_be(given.get("app_id") == ALIPAY_APP, "app_id")
            if (method, asked) == ("GET", WAP):
                return self._to_page(content, given, origin)
            said = self._do(asked, content, given.get("notify_url", ""), origin)
        except SaysNo as no:
            said = {
                "code": REFUSED,
                "msg": "Business Failed",
                "sub_code": CODES.get(no.code, no.code),
                "sub_msg": no.says,
            }
        except BadMessage as bad:
            said = {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid", "sub_msg": bad.says}
        body = answer(asked, said, key=self._key)
        return Answer(200, body, {"Content-Type": "text/html;charset=utf-8"})  # as they do

    def _do(self, method: str, content: dict[str, Any], notify_url: str, origin: str) -> Mapping[str, str | None]:
        match method:
            case _ if method == PRECREATE:
                order = self._asked(content, notify_url)
                return _ok(out_trade_no=number_of(order.wish.order), qr_code=f"{origin}/pay/{order.token}")
            case _ if method == QUERY:
                order = self._book.seen(order_in(content), channel=self.channel)
                _must_be_opened(order)
                return _trade(order).content()
            case _ if method == CLOSE:
                order = self._book.find(order_in(content), channel=self.channel)
                _must_be_opened(order)
                if order.is_paid:
                    raise SaysNo(400, "ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
                self._book.close(order.wish.order, channel=self.channel)
                return _ok(out_trade_no=number_of(order.wish.order), trade_no=order.reference)
            case _ if method == REFUND:
                return self._refund(RefundAsk.read(content))
            case _ if method == REFUND_QUERY:
                return self._refund_seen(content)
            case _ if method == BILL:
                return self._bill(content, origin)
        raise SaysNo(400, "isv.invalid-method", "没有这个接口")

    def _asked(self, content: dict[str, Any], notify_url: str) -> Order:
        wish = Wish.read(content)
        return self._book.ask(
            book.Wish(self.channel, wish.order, wish.amount_fen, wish.subject, wish.expires_at, notify_url)
        )

    def _to_page(self, content: dict[str, Any], given: dict[str, str], origin: str) -> Answer:
        order = self._asked(content, given.get("notify_url", ""))
        back = f"?{urlencode({RETURN_TO: given['return_url']})}" if given.get("return_url") else ""
        return Answer(302, b"", {"Location": f"{origin}/pay/{order.token}{back}"})

    def _refund(self, ask: RefundAsk) -> Mapping[str, str | None]:
        order = self._book.find(ask.order, channel=self.channel)
        is_new = ask.refund not in order.refunds
        self._book.refund(channel=self.channel, order=ask.order, refund=ask.refund, fen=ask.amount_fen)
        if is_new:
            self._tell_refund(Told(order, refund=ask.refund), order.wish.notify_url)
        return _ok(
            trade_no=order.reference,
            out_trade_no=number_of(ask.order),
            fund_change="Y" if is_new else "N",
            refund_fee=yuan(order.given_back_fen),
        )

    def _refund_seen(self, content: dict[str, Any]) -> Mapping[str, str | None]:
        order = self._book.find(order_in(content), channel=self.channel)
        refund = refund_in(content)
        if refund not in order.refunds:
            return _ok()
        done = not self._faults.is_slow(refund)
        return RefundSeen(refund, order.wish.order, order.refunds[refund], order.reference, done).content()

    def _bill(self, content: dict[str, Any], origin: str) -> Mapping[str, str | None]:
        day = day_in(content)
        orders = self._book.arrived_on(day, channel=self.channel)
        if not orders:
            raise SaysNo(400, "NO_STATEMENT_EXIST", "账单不存在")
        lines = [BillLine(one.wish.order, one.reference, one.arrived_fen, one.paid_at) for one in orders if one.paid_at]
        token = secrets.token_urlsafe(16)
        self._bills[token] = write_bill(lines, account=ALIPAY_SELLER, day=day)
        while len(self._bills) > BILLS_KEPT:
            self._bills.popitem(last=False)
        return _ok(bill_download_url=f"{origin}{DOWNLOAD_PATH}?token={token}")

    def _download(self, token: str) -> Answer:
        content = self._bills.get(token)
        return Answer(404) if content is None else Answer(200, content, {"Content-Type": "application/zip"})


def _ok(**fields: str) -> dict[str, str | None]:
    return {"code": OK, "msg": "Success", **fields}


def _must_be_opened(order: Order) -> None:
    if not (order.is_opened or order.is_paid or order.is_closed):
        raise SaysNo(404, "ORDER_NOT_EXIST", "交易不存在")


def _trade(order: Order, *, told_fen: int | None = None) -> Trade:
    if order.is_paid:
        all_back = order.given_back_fen == order.arrived_fen
        status = TradeStatus.TRADE_CLOSED if all_back else TradeStatus.TRADE_SUCCESS
        return Trade(order.wish.order, status, told_fen or order.arrived_fen, order.reference, order.paid_at)
    status = TradeStatus.TRADE_CLOSED if order.is_closed else TradeStatus.WAIT_BUYER_PAY
    return Trade(order.wish.order, status, order.wish.amount_fen)
