"""WeChat Pay's side of the protocol: a signed request in, a signed answer out, and callbacks. Knows no socket."""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from canbao.gateways.fields import BadMessage, from_body, id_of, to_body
from canbao.gateways.standin.book import Book, GivenBack, Order, SaysNo, Wish
from canbao.gateways.standin.clock import Clock
from canbao.gateways.standin.faults import Whim
from canbao.gateways.standin.keys import APPID, MCHID, api_v3_key, merchant_signer, platform_signer
from canbao.gateways.standin.platform import Answer, Letter, Told
from canbao.gateways.wechat.bill import BILL_PATH, BillLine, WhereTheBillLies, write_bill
from canbao.gateways.wechat.funds import FUNDS_PATH, TRADE, FundLine, write_funds
from canbao.gateways.wechat.notification import RefundNews, notification_body, refund_notification_body
from canbao.gateways.wechat.order import (
    BY_NUMBER_PATH,
    NATIVE_PATH,
    NativeOrder,
    TradeState,
    Transaction,
    address_body,
)
from canbao.gateways.wechat.refund import REFUND_PATH, RefundAsk, RefundReport, RefundState
from canbao.gateways.wechat.signature import check_authorization, platform_headers

DOWNLOAD_PATH = "/v3/billdownload/file"
BILLS_KEPT = 32


class WeChatPlatform:
    channel = "wechat"

    def __init__(
        self, book: Book, *, keys: Path, clock: Clock, faults: Whim, tell_refund: Callable[[Told, str], None]
    ) -> None:
        """`tell_refund`: has a callback about a refund carried to an address."""
        merchant = merchant_signer(keys)
        self._book, self._clock, self._faults, self._tell_refund = book, clock, faults, tell_refund
        self._signer, self._key = platform_signer(keys), api_v3_key(keys)
        self._merchant_keys = {merchant.serial: merchant.key.public_key()}
        self._bills: OrderedDict[str, bytes] = OrderedDict()  # token → the file, as it was when it was asked for

    def letter(self, told: Told, *, at: datetime) -> Letter:
        number, nonce = told.order.wish.order.hex, secrets.token_hex(6)
        if told.refund is None:
            said = _transaction(told.order, told_fen=told.told_fen)
            body = notification_body(said, id=f"EV-{number}", at=at, key=self._key, nonce=nonce)
        else:
            back = told.order.given_back(told.refund)
            news = RefundNews(MCHID, back.order, back.refund).body(
                reference=back.reference, amount_fen=back.amount_fen, at=at
            )
            body = refund_notification_body(news, id=f"RF-{back.refund.hex}", at=at, key=self._key, nonce=nonce)
        headers = platform_headers(self._signer, body=body, at=at, nonce=secrets.token_hex(16))
        return headers | {"Content-Type": "application/json"}, body

    def is_heard(self, status: int, body: bytes) -> bool:
        return 200 <= status < 300

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes, *, origin: str) -> Answer:
        try:
            self._check_sender(method, path, headers, body)
            if (method, urlsplit(path).path) == ("GET", DOWNLOAD_PATH):
                return self._download(path)  # comes unsigned in life too
            return self._signed(*self._do(method, path, body, origin))
        except SaysNo as no:
            return self._signed(no.status, to_body({"code": no.code, "message": no.says}))
        except BadMessage as bad:
            return self._signed(400, to_body({"code": "PARAM_ERROR", "message": bad.says}))

    def _check_sender(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> None:
        header = next((value for name, value in headers.items() if name.lower() == "authorization"), None)
        now = self._clock.real()
        try:
            mchid = check_authorization(header, method=method, path=path, body=body, keys=self._merchant_keys, now=now)
        except BadMessage as bad:
            raise SaysNo(401, "SIGN_ERROR", bad.says) from None
        if mchid != MCHID:
            raise SaysNo(401, "SIGN_ERROR", "商户号与签名不符")

    def _do(self, method: str, path: str, body: bytes, origin: str) -> tuple[int, bytes]:
        bare = urlsplit(path).path
        number, refund = bare.removeprefix(BY_NUMBER_PATH), bare.removeprefix(f"{REFUND_PATH}/")
        match method, bare:
            case "POST", _ if bare == NATIVE_PATH:
                return self._ask(body, origin)
            case "POST", _ if bare == REFUND_PATH:
                return 200, self._refund(RefundAsk.read(body))
            case "GET", _ if refund != bare:
                asked = id_of(refund, "out_refund_no")
                return 200, _report(self._book.refund_seen(asked, channel=self.channel)).body()
            case "GET", _ if bare in (BILL_PATH, FUNDS_PATH):
                return self._bill(path, origin)
            case "GET", _ if number != bare:
                _must_be_ours(parse_qs(urlsplit(path).query).get("mchid", [""])[0])
                return 200, _transaction(self._book.seen(id_of(number), channel=self.channel)).body()
            case "POST", _ if number != bare and number.endswith("/close"):
                _must_be_ours(from_body(body).get("mchid"))
                self._book.close(id_of(number.removesuffix("/close")), channel=self.channel)
                return 204, b""
        raise SaysNo(404, "RESOURCE_NOT_EXISTS", "没有这个接口")

    def _ask(self, body: bytes, origin: str) -> tuple[int, bytes]:
        wish = NativeOrder.read(body)
        _must_be_ours(wish.mchid)
        if wish.appid != APPID:
            raise SaysNo(400, "APPID_MCHID_NOT_MATCH", "appid 与商户号不匹配")
        asked = Wish(
            self.channel, wish.order, wish.amount_fen, wish.description, wish.expires_at, notify_url=wish.notify_url
        )
        return 200, address_body(f"{origin}/pay/{self._book.ask(asked).token}")

    def _refund(self, ask: RefundAsk) -> bytes:
        back = self._book.refund(
            channel=self.channel, order=ask.order, refund=ask.refund, fen=ask.amount_fen, total_fen=ask.total_fen,
            slow=self._faults.now.slow_refunds,
        )  # fmt: skip
        if ask.notify_url:
            self._tell_refund(Told(self._book.find(ask.order), refund=ask.refund), ask.notify_url)
        return _report(back).body()

    def _bill(self, path: str, origin: str) -> tuple[int, bytes]:
        try:
            day = date.fromisoformat(parse_qs(urlsplit(path).query)["bill_date"][0])
        except (KeyError, ValueError):
            raise SaysNo(400, "PARAM_ERROR", "bill_date 不是日期") from None
        paid = [(one, one.paid_at) for one in self._book.arrived_on(day, channel=self.channel) if one.paid_at]
        if not paid:
            raise SaysNo(400, "NO_STATEMENT_EXIST", "账单文件不存在")
        if urlsplit(path).path == FUNDS_PATH:
            content = write_funds([FundLine(at, one.reference, TRADE, one.arrived_fen) for one, at in paid])
        else:
            content = write_bill(
                [BillLine(APPID, MCHID, one.wish.order, one.reference, one.arrived_fen, at) for one, at in paid]
            )
        token = secrets.token_urlsafe(16)
        self._bills[token] = content
        while len(self._bills) > BILLS_KEPT:
            self._bills.popitem(last=False)
        return 200, WhereTheBillLies.of(content, f"{origin}{DOWNLOAD_PATH}?token={token}").body()

    def _download(self, path: str) -> Answer:
        content = self._bills.get(parse_qs(urlsplit(path).query).get("token", [""])[0])
        if content is None:
            raise SaysNo(404, "RESOURCE_NOT_EXISTS", "账单下载地址已失效")
        return Answer(200, content, {"Content-Type": "text/plain; charset=utf-8"})

    def _signed(self, status: int, body: bytes) -> Answer:
        headers = platform_headers(self._signer, body=body, at=self._clock.real(), nonce=secrets.token_hex(16))
        return Answer(status, body, headers | {"Content-Type": "application/json; charset=utf-8"})


def _transaction(order: Order, *, told_fen: int | None = None) -> Transaction:
    if not order.is_paid:
        state = TradeState.CLOSED if order.is_closed else TradeState.NOTPAY
        return Transaction(APPID, MCHID, order.wish.order, state)
    state = TradeState.REFUND if order.refunds else TradeState.SUCCESS
    fen = told_fen or order.arrived_fen
    return Transaction(APPID, MCHID, order.wish.order, state, fen, order.reference, order.paid_at)


def _report(back: GivenBack) -> RefundReport:
    state = RefundState.SUCCESS if back.done else RefundState.PROCESSING
    return RefundReport(back.reference, back.refund, back.order, back.amount_fen, state)


def _must_be_ours(mchid: object) -> None:
    if mchid != MCHID:
        raise SaysNo(400, "MCH_NOT_EXISTS", "商户号不存在")
