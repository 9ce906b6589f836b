"""A merchant who only listens: a real HTTP server that keeps every callback and answers as it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep

Heard = tuple[dict[str, str], bytes]


@dataclass
class Receiver:
    url: str
    heard: list[Heard] = field(default_factory=list)
    yes: bytes = b""  # what the platform wants to hear
    says: list[int] = field(default_factory=list)  # what to answer, one after the other; 200 when there is nothing left

    def wait_for(self, count: int, *, within_s: float = 5.0) -> list[Heard]:
        until = monotonic() + within_s
        while len(self.heard) < count and monotonic() < until:
            sleep(0.01)
        return list(self.heard)


@contextmanager
def listening() -> Iterator[Receiver]:
    class Ear(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.heard.append((dict(self.headers.items()), body))
            self.send_response(receiver.says.pop(0) if receiver.says else 200)
            self.send_header("Content-Length", str(len(receiver.yes)))
            self.end_headers()
            self.wfile.write(receiver.yes)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    server.daemon_threads = True
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/notify")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield receiver
    server.shutdown()
    server.server_close()
