"""The other processes of a season: the web server that takes the callbacks, and the stand-in gateway."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from django.conf import settings
from django.db import connections

from canbao.collection.gateway import gateway
from canbao.config.home import home
from canbao.gateways.standin.faults import Faults
from canbao.gateways.standin.spawn import Control, spawned

READY_WITHIN_S = 30


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def environment() -> dict[str, str]:
    """What a child must know to work on the same database: where it is and which one."""
    parameters = connections["default"].settings_dict
    told = {"CANBAO_DATABASE": parameters["NAME"]}
    if "DATABASE_URL" not in os.environ:
        told["CANBAO_EMBEDDED_SOCKET"] = parameters["HOST"]
    return os.environ | told


def serve_command(host: str, port: int, *, workers: int) -> list[str]:
    """How the web server is called: four threads a worker, since a request mostly waits for the database."""
    options = {"--interface": "wsgi", "--host": host, "--port": port, "--workers": workers, "--blocking-threads": 4}
    words = [str(word) for option in options.items() for word in option]
    return [
        sys.executable,
        "-m",
        "granian",
        *words,
        "--no-ws",
        "--log-level",
        "error",
        "canbao.config.wsgi:application",
    ]


@contextmanager
def web_server(port: int, **more: str) -> Iterator[str]:
    """The pages and the API on a port of this machine; the block begins when it answers."""
    command = serve_command("127.0.0.1", port, workers=1)
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, env=environment() | {"CANBAO_BASE_URL": url} | more) as process:  # noqa: S603 - our own program
        try:
            _wait(url, process)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit("网页服务未能启动，请看上面的信息 (the web server did not start; see above)")
        try:
            if httpx2.get(f"{url}/api/health", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx2.HTTPError:
            time.sleep(0.1)
    raise SystemExit("网页服务没有按时就绪 (the web server was not ready in time)")


@contextmanager
def plugged_in(faults: Faults, journal: Path | None = None) -> Iterator[Control]:
    """A gateway that misbehaves as told, and a web server that it calls back; this process asks that gateway."""
    before = settings.BASE_URL, settings.CANBAO_GATEWAY_URL
    keys = settings.CANBAO_GATEWAY_KEYS
    (home() / "log").mkdir(exist_ok=True)
    with (
        spawned(keys=keys, today=settings.CANBAO_TODAY, faults=faults, journal=journal) as control,
        web_server(free_port(), CANBAO_GATEWAY_URL=control.url) as url,
    ):
        settings.BASE_URL, settings.CANBAO_GATEWAY_URL = url, control.url
        gateway.cache_clear()
        try:
            yield control
        finally:
            settings.BASE_URL, settings.CANBAO_GATEWAY_URL = before
            gateway.cache_clear()
