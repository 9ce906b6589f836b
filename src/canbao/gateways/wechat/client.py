"""WeChat Pay as collection asks for it (`canbao.collection.gateway.Gateway`): the only file here that sends.

Whatever comes back is checked before it is believed: signature, age, and that it is about our account. Nothing is sent
inside a database transaction by this file; that is the caller's promise.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from canbao.collection.gateway import Arrival, GatewayBroke, RefundAnswer, RefundFailed
from canbao.gateways.wechat.bill import BillLine, WhereTheBillLies, bill_path, read_bill
from canbao.gateways.wechat.fields import BadMessage, from_body
from canbao.gateways.wechat.notification import read_notification_body
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
from canbao.gateways.wechat.signature import Signer, authorization, check_platform

JSON = "application/json"
TIMEOUT = httpx2.Timeout(10, connect=3)
NO_SUCH_ORDER = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"})
NO_MORE_MONEY = frozenset({"ORDER_CLOSED", "ORDERPAID", "ORDER_PAID"}) | NO_SUCH_ORDER
NO_SUCH_REFUND = frozenset({"RESOURCE_NOT_EXISTS"})
NO_TRADES = frozenset({"NO_STATEMENT_EXIST"})

_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Account:
    """A merchant's account, and the keys on both sides. `platform` may hold several keys while one replaces another."""

    appid: str
    mchid: str
    signer: Signer
    api_v3_key: bytes
    platform: Mapping[str, RSAPublicKey]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes

    @property
    def code(self) -> str:
        """The code of a "no"; "" for a "yes"."""
        return "" if self.status < 300 else str(from_body(self.body).get("code", ""))


def _or_broke(call: Callable[_P, _R]) -> Callable[_P, _R]:
    """A bad message, or none, is the gateway's fault."""

    @wraps(call)
    def told(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return call(*args, **kwargs)
        except BadMessage as bad:
            raise GatewayBroke(bad.says) from None
        except httpx2.HTTPError as error:
            raise GatewayBroke(f"渠道没有应答 (no answer: {type(error).__name__})") from None

    return told


def _real_time() -> datetime:
    return datetime.now(UTC)


class WeChatPay:
    channel = "wechat"

    def __init__(
        self,
        account: Account,
        *,
        url: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        """`clock` must be the real one: messages age by it, in whatever season the county lives.

        `transport`: another way to send than over the network.
        """
        self._account = account
        self._origin = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
        self._clock = clock
        # proxies of the environment are for browsing, not for money
        self._http = httpx2.Client(base_url=self._origin, timeout=TIMEOUT, trust_env=False, transport=transport)

    @_or_broke
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

    @_or_broke
    def read_notification(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Arrival:
        """As the contract says. `now` is the real time, also where the county lives in another season."""
        check_platform(headers, body, keys=self._account.platform, now=now)
        return self._arrival(read_notification_body(body, key=self._account.api_v3_key))

    @_or_broke
    def query(self, order: UUID) -> Arrival | None:
        answer = self._send("GET", query_path(order, mchid=self._account.mchid))
        if answer.code in NO_SUCH_ORDER:
            return None
        transaction = Transaction.read(_yes(answer))
        _must_be(transaction.order == order, "order")
        return self._arrival(transaction) if transaction.has_arrived else None

    @_or_broke
    def close(self, order: UUID) -> None:
        """Fine as well for an order that was closed or paid before, or never reached them: no more money comes.

        Whether some came is what `query` says.
        """
        answer = self._send("POST", close_path(order), close_body(mchid=self._account.mchid))
        if answer.code not in NO_MORE_MONEY:
            _yes(answer)

    @_or_broke
    def bill(self, day: date) -> Sequence[Arrival]:
        answer = self._send("GET", bill_path(day))
        if answer.code in NO_TRADES:
            return []
        where = WhereTheBillLies.read(_yes(answer))
        parts = urlsplit(where.download_url)
        # our signature goes along: only to whom we trade with
        _must_be(f"{parts.scheme}://{parts.netloc}" == self._origin, "download_url")
        path = f"{parts.path}?{parts.query}"
        response = self._http.get(path, headers=self._headers("GET", path, b""))
        if response.status_code != 200:
            raise GatewayBroke(f"账单下载失败 (the bill's download: {response.status_code})")
        where.check(response.content)
        return [self._arrival(line) for line in read_bill(response.content)]

    @_or_broke
    def refund(self, *, refund: UUID, order: UUID, amount_fen: int, total_fen: int, says: str) -> RefundAnswer:
        ask = RefundAsk(refund, order, amount_fen, total_fen, says)
        return _became_of(_yes(self._send("POST", REFUND_PATH, ask.body())), (refund, order, amount_fen))

    @_or_broke
    def query_refund(self, *, refund: UUID, order: UUID, amount_fen: int) -> RefundAnswer | None:
        answer = self._send("GET", refund_path(refund))
        if answer.code in NO_SUCH_REFUND:
            return None
        return _became_of(_yes(answer), (refund, order, amount_fen))

    def _arrival(self, seen: Transaction | BillLine) -> Arrival:
        _must_be((seen.appid, seen.mchid) == (self._account.appid, self._account.mchid), "mchid")
        if seen.reference is None or seen.amount_fen is None or seen.paid_at is None:
            raise BadMessage("缺少流水号、金额或时间 (no number, sum or time)")
        return Arrival(seen.reference, seen.order, seen.amount_fen, seen.paid_at)

    def _send(self, method: str, path: str, body: bytes = b"") -> _Answer:
        response = self._http.request(method, path, content=body, headers=self._headers(method, path, body))
        check_platform(response.headers, response.content, keys=self._account.platform, now=self._clock())
        return _Answer(response.status_code, response.content)

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
    _must_be((report.refund, report.order, report.amount_fen) == asked, "refund")
    if report.state in {RefundState.CLOSED, RefundState.ABNORMAL}:
        raise RefundFailed(f"渠道未能退款，需人工处理 (the refund is {report.state}: a person must look)")
    return RefundAnswer(report.reference, done=report.state is RefundState.SUCCESS)


def _must_be(same: bool, what: str) -> None:
    if not same:
        raise BadMessage(f"{what} 与我们所问的不是一回事 (not what we asked about)")
