"""The platform's side of the protocol: a signed request in, a signed answer out. Knows no socket."""

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import parse_qs, urlsplit

from canbao.gateways.standin.book import Book, SaysNo
from canbao.gateways.standin.clock import Clock
from canbao.gateways.standin.keys import APPID, MCHID
from canbao.gateways.wechat.bill import BILL_PATH, BillLine, WhereTheBillLies, write_bill
from canbao.gateways.wechat.fields import BadMessage, from_body, id_of, to_body
from canbao.gateways.wechat.order import BY_NUMBER_PATH, NATIVE_PATH, NativeOrder, address_body
from canbao.gateways.wechat.refund import REFUND_PATH, RefundAsk
from canbao.gateways.wechat.signature import Signer, check_authorization, platform_headers

DOWNLOAD_PATH = "/v3/billdownload/file"
BILLS_KEPT = 32


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Platform:
    def __init__(
        self, book: Book, *, signer: Signer, merchant: Signer, clock: Clock, slow_refunds: bool = False
    ) -> None:
        self._book, self._signer, self._clock, self._slow_refunds = book, signer, clock, slow_refunds
        self._merchant_keys = {merchant.serial: merchant.key.public_key()}
        self._bills: OrderedDict[str, bytes] = OrderedDict()  # token → the file, as it was when it was asked for

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes, *, origin: str) -> Answer:
        """`path` with its query, as it came; `origin` is where this server is to be reached (`http://host:port`)."""
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
                return 200, self._book.refund(RefundAsk.read(body), slow=self._slow_refunds).body()
            case "GET", _ if refund != bare:
                return 200, self._book.refund_seen(id_of(refund, "out_refund_no")).body()
            case "GET", _ if bare == BILL_PATH:
                return self._bill(path, origin)
            case "GET", _ if number != bare:
                _must_be_ours(parse_qs(urlsplit(path).query).get("mchid", [""])[0])
                return 200, self._book.seen(id_of(number)).body()
            case "POST", _ if number != bare and number.endswith("/close"):
                _must_be_ours(from_body(body).get("mchid"))
                self._book.close(id_of(number.removesuffix("/close")))
                return 204, b""
        raise SaysNo(404, "RESOURCE_NOT_EXISTS", "没有这个接口")

    def _ask(self, body: bytes, origin: str) -> tuple[int, bytes]:
        wish = NativeOrder.read(body)
        _must_be_ours(wish.mchid)
        if wish.appid != APPID:
            raise SaysNo(400, "APPID_MCHID_NOT_MATCH", "appid 与商户号不匹配")
        return 200, address_body(f"{origin}/pay/{self._book.ask(wish).token}")

    def _bill(self, path: str, origin: str) -> tuple[int, bytes]:
        try:
            day = date.fromisoformat(parse_qs(urlsplit(path).query)["bill_date"][0])
        except (KeyError, ValueError):
            raise SaysNo(400, "PARAM_ERROR", "bill_date 不是日期") from None
        orders = self._book.arrived_on(day)
        if not orders:
            raise SaysNo(400, "NO_STATEMENT_EXIST", "账单文件不存在")
        content = write_bill(
            [
                BillLine(APPID, MCHID, order.wish.order, order.reference, order.arrived_fen, order.paid_at)
                for order in orders
                if order.paid_at is not None
            ]
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


def _must_be_ours(mchid: object) -> None:
    if mchid != MCHID:
        raise SaysNo(400, "MCH_NOT_EXISTS", "商户号不存在")
