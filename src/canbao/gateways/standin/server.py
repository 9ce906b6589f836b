"""The stand-in as a process: `python -m canbao.gateways.standin.server --keys FOLDER`. Loads no Django.

`/v3/…` is WeChat Pay's protocol, `/gateway.do` Alipay's, `/pay/…` the page for a person, `/control` pays by instruction
and `/control/faults` changes what goes wrong (from this machine only), `/health` says that it is there. The first line on standard output ends with the address it is reached at.
"""

import json
import os
import signal
import socket
import sys
import threading
import time
from argparse import ArgumentParser, Namespace
from dataclasses import asdict, fields
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from canbao.gateways.fields import BadMessage
from canbao.gateways.standin.alipay import AlipayPlatform
from canbao.gateways.standin.book import Book, SaysNo
from canbao.gateways.standin.clock import Clock
from canbao.gateways.standin.counter import Counter, Instruction
from canbao.gateways.standin.courier import Courier
from canbao.gateways.standin.faults import Faults, Hang, Whim
from canbao.gateways.standin.keys import ensure_keys
from canbao.gateways.standin.page import POLICY, RETURN_TO, pay_page, safe_return
from canbao.gateways.standin.platform import Answer, Platform, Told
from canbao.gateways.standin.wechat import WeChatPlatform

PORT = 8001
LARGEST_BODY = 1_000_000
_LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})


class StandInServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], *, keys: Path, journal: Path | None, clock: Clock, faults: Faults
    ) -> None:
        ensure_keys(keys)
        self.book, self.faults = Book(journal), Whim(faults)
        self.courier = Courier(clock=clock)
        self.platforms: dict[str, Platform] = {
            kind.channel: kind(self.book, keys=keys, clock=clock, faults=self.faults, tell_refund=self._tell_refund)
            for kind in (WeChatPlatform, AlipayPlatform)
        }
        self.counter = Counter(self.book, self.courier, platforms=self.platforms, clock=clock, faults=self.faults)
        super().__init__(address, _Desk)

    def _tell_refund(self, told: Told, to: str) -> None:
        if to:
            assert told.refund is not None
            waits = self.faults.now.waits(told.refund)
            self.courier.tell(told, self.platforms[told.order.wish.channel], waits, to=to)

    def server_bind(self) -> None:
        # the base class asks the name service who we are, which can take seconds
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # whoever hung up needs no answer
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    @property
    def url(self) -> str:
        return f"http://{self.server_name}:{self.server_port}"


class _Desk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "StandIn", ""
    disable_nagle_algorithm: ClassVar[bool] = True
    wbufsize = -1  # head and body leave together
    timeout = 60
    server: StandInServer

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Says nothing: addresses hold the tokens by which one pays."""

    def _handle(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        if not length.isdecimal() or int(length) > LARGEST_BODY or "Transfer-Encoding" in self.headers:
            self.close_connection = True  # what follows of the body would be read as a request
            return self._say(Answer(413))
        body = self.rfile.read(int(length))
        room = self.path.partition("?")[0].split("/")[1] if self.path.startswith("/") else ""
        match self.command, room:
            case _, "v3":
                self._platform("wechat", body)
            case _, "gateway.do" | "alipay":
                self._platform("alipay", body)
            case _, "pay":
                self._say(self._pay())
            case "POST", "control" if self.path == "/control/faults":
                self._say(self._change_faults(body))
            case "POST", "control":
                self._say(self._control(body))
            case "GET", "health":
                self._say(_json(200, {"orders": len(self.server.book)}))
            case _:
                self._say(Answer(404))
        return None

    def _platform(self, channel: str, body: bytes) -> None:
        hang = self.server.faults.hangs()
        if hang is not Hang.BEFORE:
            origin = f"http://{self.headers.get('Host') or urlsplit(self.server.url).netloc}"
            headers = dict(self.headers.items())
            said = self.server.platforms[channel].answer(self.command, self.path, headers, body, origin=origin)
        if hang is None:
            return self._say(said)
        time.sleep(self.server.faults.now.hang_s)
        self.close_connection = True  # without a word
        return None

    def _change_faults(self, body: bytes) -> Answer:
        if not self._may_control():
            return _json(403, {"code": "NO_AUTH"})
        try:
            return _json(200, asdict(self.server.faults.change(json.loads(body))))
        except BadMessage as bad:
            return _json(400, {"code": "PARAM_ERROR", "message": bad.says})
        except ValueError:
            return _json(400, {"code": "PARAM_ERROR", "message": "不是 JSON (not JSON)"})

    def _may_control(self) -> bool:
        """From this machine, and as JSON: a page in somebody's browser can send a form here, but not that."""
        return self.client_address[0] in _LOOPBACK and self.headers.get_content_type() == "application/json"

    def _pay(self) -> Answer:
        parts = urlsplit(self.path)
        order = self.server.book.behind(parts.path.removeprefix("/pay/"))
        if order is None:
            return _page(404, "<!doctype html><meta charset=utf-8><title>模拟支付渠道</title><h1>没有这个订单</h1>")
        order.is_opened = True
        return_to = safe_return(order, parse_qs(parts.query).get(RETURN_TO, [""])[0])
        too_late = self.server.counter.is_too_late(order)
        if self.command == "GET" or too_late:
            return _page(200, pay_page(order, return_to=return_to, too_late=too_late))
        try:
            if not order.is_paid:  # an impatient thumb pays once
                self.server.counter.pay(Instruction(order.wish.order))
        except SaysNo:
            return _page(409, pay_page(order, return_to=return_to, too_late=True))
        return Answer(303, b"", {"Location": return_to or parts.path})

    def _control(self, body: bytes) -> Answer:
        if not self._may_control():
            return _json(403, {"code": "NO_AUTH"})
        try:
            said = json.loads(body)
            many = isinstance(said, list)
            done = self.server.counter.pay_all([Instruction.read(one) for one in (said if many else [said])])
        except BadMessage as bad:
            return _json(400, {"code": "PARAM_ERROR", "message": bad.says})
        except ValueError:
            return _json(400, {"code": "PARAM_ERROR", "message": "不是 JSON (not JSON)"})
        return _json(200, done) if many else _json(200 if done[0]["code"] == "SUCCESS" else 409, done[0])

    def _say(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)


def _json(status: int, value: object) -> Answer:
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), {"Content-Type": "application/json"})


def _page(status: int, html: str) -> Answer:
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-store",
    }
    return Answer(status, html.encode(), headers | {"Referrer-Policy": "no-referrer"})


def add_arguments(parser: ArgumentParser, *, keys: Path | None = None) -> None:
    """`keys`: the folder that is used when none is named."""
    shares = {
        "--lose": "丢失回调的比例 / share of callbacks lost",
        "--double": "重复回调的比例 / share of callbacks sent twice",
        "--wrong-amount": "实收金额不符的比例 / share of payments of another sum",
        "--lie": "回调金额与实收不符的比例 / share of callbacks that say another sum than arrived",
        "--corrupt": "回调内容损坏的比例 / share of callbacks whose bytes are spoilt",
        "--hang": "请求没有应答的比例 / share of our requests that nobody answers",
    }
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--port", type=int, default=PORT, help=f"端口，缺省 {PORT}；0 为任选空闲端口 / 0 takes a free one"
    )
    parser.add_argument(
        "--keys", type=Path, default=keys, required=keys is None, help="密钥所在文件夹 / folder of the keys"
    )
    parser.add_argument("--journal", type=Path, help="记事文件，重启后仍在 / remembers across restarts")
    parser.add_argument(
        "--today",
        type=date.fromisoformat,
        default=os.environ.get("CANBAO_TODAY") or None,
        help="借用的日期 / a borrowed day",
    )
    for name, says in shares.items():
        parser.add_argument(name, type=_share, default=0.0, metavar="0..1", help=says)
    parser.add_argument(
        "--delay", type=float, default=0.0, metavar="S", help="回调最多迟到几秒，并因此乱序 / up to so late"
    )
    parser.add_argument(
        "--hang-s", type=float, default=15.0, metavar="S", help="没有应答的请求几秒后断开 / cut off after so long"
    )
    parser.add_argument(
        "--slow-refunds", action="store_true", help="退款第二次询问才完成 / refunds finish when asked again"
    )
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="随启动者一同结束 / end with whoever started it"
    )
    parser.add_argument("--seed", type=int, default=0, help="同一种子，同样的差错 / the same faults again")


def serve(options: Namespace) -> None:
    """Until it is interrupted or told to terminate."""
    names = {"delay_s": "delay"}
    faults = Faults(**{one.name: getattr(options, names.get(one.name, one.name)) for one in fields(Faults)})
    server = StandInServer(
        (options.host, options.port),
        keys=options.keys,
        journal=options.journal,
        clock=Clock(options.today),
        faults=faults,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.stdout.write(f"模拟支付渠道（非真实支付）已就绪 {server.url}\n")
        sys.stdout.flush()
        if options.until_stdin_closes:
            threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
        server.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        pass
    finally:
        server.courier.stop()
        server.server_close()


def main(argv: list[str] | None = None) -> int:
    parser = ArgumentParser(
        prog="canbao gateway", description="模拟支付渠道 / a payment channel for trying and testing"
    )
    add_arguments(parser)
    serve(parser.parse_args(argv))
    return 0


def _end_with_stdin(server: StandInServer) -> None:
    # read without Python's buffer, whose lock would be held when the program ends; comes back empty when whoever
    # holds the other end is gone, even by kill -9
    while os.read(sys.stdin.fileno(), 4096):
        pass
    server.shutdown()


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError(text)
    return value


if __name__ == "__main__":
    raise SystemExit(main())
