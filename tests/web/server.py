"""The pages on a real port, from this very process and its database: for a browser, which knows nothing of tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import override_settings

from canbao.collection.gateway import gateway
from canbao.gateways.standin.spawn import Control, spawned


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True  # a browser opens connections in advance and never uses them

    def process_request_thread(self, *args: object) -> None:
        try:
            super().process_request_thread(*args)
        finally:
            connections.close_all()  # they belong to this thread, and the database will be thrown away


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it so
        pass


@contextmanager
def served(*, control: Control | None = None) -> Iterator[str]:
    """The pages' address. With `control`, WeChat's money goes to that stand-in, and it tells this server."""
    with make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        changed = {"BASE_URL": url} | ({"CANBAO_GATEWAY_URL": control.url} if control else {})
        with override_settings(**changed):
            gateway.cache_clear()
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            try:
                yield url
            finally:
                server.shutdown()
                thread.join()
                gateway.cache_clear()


@contextmanager
def served_with_money() -> Iterator[tuple[str, Control]]:
    """The pages and a stand-in gateway as its own process; both live on the borrowed day."""
    with (
        spawned(keys=settings.CANBAO_GATEWAY_KEYS, today=settings.CANBAO_TODAY) as control,
        served(control=control) as url,
    ):
        yield url, control
