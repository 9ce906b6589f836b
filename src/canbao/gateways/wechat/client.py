"""WeChat Pay as collection asks for it (`canbao.collection.gateway.Gateway`): the only file here that sends.

Whatever comes back is checked before it is believed: signature, age, and that it is about our account. Nothing is sent
inside a database transaction by this file; that is the caller's promise.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from canbao.collection.gateway import Arrival, GatewayBroke, Moved, RefundAnswer, RefundFailed, RefundTold
from canbao.gateways.caller import TIMEOUT, caller, or_broke, real_time
from canbao.gateways.fields import BadMessage, from_body, must_be
from canbao.gateways.wechat.bill import BillLine, WhereTheBillLies, bill_path, read_bill
from canbao.gateways.wechat.certificates import CERTIFICATES_PATH, Certificate, KeyRing, read_certificates
from canbao.gateways.wechat.funds import FEE, funds_path, read_funds
from canbao.gateways.wechat.notification import HEARD, RefundNews, read_notification_body
from canbao.gateways.wechat.order import (
    NATIVE_PATH,
    NativeOrder,
    Transaction,
    close_body,
    close_path,
    query_path,
    read_address,
)
from canbao.gateways.wechat.refund import REFUND_PATH, RefundAsk, RefundReport, RefundState, refund_path
from canbao.gateways.wechat.signature import SERIAL, Signer, authorization, check_platform

JSON = "application/json"
NO_SUCH_ORDER = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"})
NO_MORE_MONEY = frozenset({"ORDER_CLOSED", "ORDERPAID", "ORDER_PAID"}) | NO_SUCH_ORDER
NO_SUCH_REFUND = frozenset({"RESOURCE_NOT_EXISTS"})
NO_TRADES = frozenset({"NO_STATEMENT_EXIST"})


@dataclass(frozen=True, slots=True)
class Account:
    """A merchant's account, and the keys on both sides. `platform` may hold several keys while one replaces another;
    with `fetches` the platform is asked for its certificates when it signs with one that is not known."""

    appid: str
    mchid: str
    signer: Signer
    api_v3_key: bytes
    platform: Mapping[str, RSAPublicKey]
    fetches: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes

    @property
    def code(self) -> str:
        """The code of a "no"; "" for a "yes"."""
        return "" if self.status < 300 else str(from_body(self.body).get("code", ""))


class WeChatPay:
    channel = "wechat"
    heard = ("application/json", HEARD)

    def __init__(
        self,
        account: Account,
        *,
        url: str,
        clock: Callable[[], datetime] = real_time,
        transport: httpx2.BaseTransport | None = None,
        timeout: httpx2.Timeout = TIMEOUT,
    ) -> None:
        """`clock` must be the real one: messages age by it, in whatever season the county lives.

        `transport`: another way to send than over the network.
        """
        self._account = account
        self._origin = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
        self._clock = clock
        self._ring = KeyRing(account.platform, self._certificates if account.fetches else None)
        self._http = caller(self._origin, transport=transport, timeout=timeout)

    @or_broke
    def ask(self, *, order: UUID, amount_fen: int, says: str, expires_at: datetime, notify_url: str) -> str:
        wish = NativeOrder(
            appid=self._account.appid,
            mchid=self._account.mchid,
            order=order,
            amount_fen=amount_fen,
            description=says,
            expires_at=expires_at,
            notify_url=notify_url,
        )
        return read_address(_yes(self._send("POST", NATIVE_PATH, wish.body())))

    def page(
        self, *, order: UUID, amount_fen: int, says: str, expires_at: datetime, notify_url: str, return_url: str
    ) -> str | None:
        """None: on a phone the address of a Native order is opened as it is."""
        return None

    @or_broke
    def read_notification(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime
    ) -> Arrival | RefundTold | None:
        """As the contract says. `now` is the real time, also where the county lives in another season."""
        self._check(headers, body, now)
        told = read_notification_body(body, key=self._account.api_v3_key)
        if isinstance(told, RefundNews):
            must_be(told.mchid == self._account.mchid, "mchid")
            return RefundTold(told.refund, told.order)
        return self._arrival(told)

    @or_broke
    def query(self, order: UUID) -> Arrival | None:
        answer = self._send("GET", query_path(order, mchid=self._account.mchid))
        if answer.code in NO_SUCH_ORDER:
            return None
        transaction = Transaction.read(_yes(answer))
        must_be(transaction.order == order, "order")
        return self._arrival(transaction) if transaction.has_arrived else None

    @or_broke
    def close(self, order: UUID) -> None:
        """Fine as well for an order that was closed or paid before, or never reached them: no more money comes.

        Whether some came is what `query` says.
        """
        answer = self._send("POST", close_path(order), close_body(mchid=self._account.mchid))
        if answer.code not in NO_MORE_MONEY:
            _yes(answer)

    @or_broke
    def bill(self, day: date) -> Sequence[Arrival]:
        answer = self._send("GET", bill_path(day))
        if answer.code in NO_TRADES:
            return []
        return [self._arrival(line) for line in read_bill(self._file(answer))]

    @or_broke
    def funds(self, day: date) -> Sequence[Moved]:
        answer = self._send("GET", funds_path(day))
        if answer.code in NO_TRADES:
            return []
        return [Moved(line.reference, line.fen, is_fee=line.kind == FEE) for line in read_funds(self._file(answer))]

    def _file(self, answer: _Answer) -> bytes:
        """The file that an answer says where it lies."""
        where = WhereTheBillLies.read(_yes(answer))
        parts = urlsplit(where.download_url)
        # our signature goes along: only to whom we trade with
        must_be(f"{parts.scheme}://{parts.netloc}" == self._origin, "download_url")
        path = f"{parts.path}?{parts.query}"
        response = self._http.get(path, headers=self._headers("GET", path, b""))
        if response.status_code != 200:
            raise GatewayBroke(f"账单下载失败 (the bill's download: {response.status_code})")
        where.check(response.content)
        return response.content

    @or_broke
    def refund(
        self, *, refund: UUID, order: UUID, amount_fen: int, total_fen: int, says: str, notify_url: str = ""
    ) -> RefundAnswer:
        ask = RefundAsk(refund, order, amount_fen, total_fen, says, notify_url)
        return _became_of(_yes(self._send("POST", REFUND_PATH, ask.body())), (refund, order, amount_fen))

    @or_broke
    def query_refund(self, *, refund: UUID, order: UUID, amount_fen: int) -> RefundAnswer | None:
        answer = self._send("GET", refund_path(refund))
        if answer.code in NO_SUCH_REFUND:
            return None
        return _became_of(_yes(answer), (refund, order, amount_fen))

    def _arrival(self, seen: Transaction | BillLine) -> Arrival:
        must_be((seen.appid, seen.mchid) == (self._account.appid, self._account.mchid), "mchid")
        if seen.reference is None or seen.amount_fen is None or seen.paid_at is None:
            raise BadMessage("缺少流水号、金额或时间 (no number, sum or time)")
        return Arrival(seen.reference, seen.order, seen.amount_fen, seen.paid_at)

    def _send(self, method: str, path: str, body: bytes = b"") -> _Answer:
        response = self._http.request(method, path, content=body, headers=self._headers(method, path, body))
        self._check(response.headers, response.content, self._clock())
        return _Answer(response.status_code, response.content)

    def _check(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        serial = {name.lower(): value for name, value in headers.items()}.get(SERIAL.lower())
        check_platform(headers, body, keys=self._ring.keys(serial, now=now), now=now)

    def _certificates(self) -> Mapping[str, Certificate]:
        """Those of the platform, from an answer that one of them has signed."""
        response = self._http.get(CERTIFICATES_PATH, headers=self._headers("GET", CERTIFICATES_PATH, b""))
        found = read_certificates(response.content, key=self._account.api_v3_key)
        now = self._clock()
        good = {serial: one.key for serial, one in found.items() if one.since <= now <= one.until}
        check_platform(response.headers, response.content, keys=good, now=now)
        return found

    def _headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        claim = authorization(
            self._account.signer,
            mchid=self._account.mchid,
            method=method,
            path=path,
            body=body,
            at=self._clock(),
            nonce=secrets.token_hex(16),
        )
        return {"Authorization": claim, "Accept": JSON, "Content-Type": JSON, "Accept-Encoding": "identity"}


def _yes(answer: _Answer) -> bytes:
    if answer.status >= 300:
        # the code is a word of their list; their sentence may repeat what we sent, and stays out
        raise GatewayBroke(f"渠道拒绝了请求 (they said no: {answer.status} {answer.code[:40]})")
    return answer.body


def _became_of(body: bytes, asked: tuple[UUID, UUID, int]) -> RefundAnswer:
    report = RefundReport.read(body)
    must_be((report.refund, report.order, report.amount_fen) == asked, "refund")
    if report.state in {RefundState.CLOSED, RefundState.ABNORMAL}:
        raise RefundFailed(f"渠道未能退款，需人工处理 (the refund is {report.state}: a person must look)")
    return RefundAnswer(report.reference, done=report.state is RefundState.SUCCESS)
