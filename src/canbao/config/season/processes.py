"""The other processes of a season: the web server that takes the callbacks, and the stand-in gateway."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import httpx2
from django.conf import settings
from django.db import connections

from canbao.collection.gateway import gateway
from canbao.config.database import APP_URL, OWNER_URL, as_url, from_django
from canbao.config.home import home
from canbao.gateways.standin.faults import Faults
from canbao.gateways.standin.spawn import Control, spawned

READY_WITHIN_S = 30
STOPS_WITHIN_S = 10
LOOKED_AT_EVERY_S = 0.5
ASKED_EVERY_S = 0.1  # a server that is not ready yet
LONGEST_LOG = 10_000_000  # a log that has grown longer is begun anew, with the old one beside it


@dataclass(frozen=True)
class Child:
    """A process that a command started and must watch."""

    name: str
    process: "subprocess.Popen[bytes] | subprocess.Popen[str]"
    log: Path
    url: str


def log_file(name: str) -> Path:
    """`<home>/log/<name>`, readable by this user alone: addresses that people mistyped stand in it."""
    folder = home() / "log"
    folder.mkdir(exist_ok=True)
    path = folder / name
    if path.exists() and path.stat().st_size > LONGEST_LOG:
        path.replace(path.with_suffix(".old.log"))
    path.touch(mode=0o600)
    return path


def stop_on_signals() -> None:
    """Ctrl-C, TERM and a terminal that closes all end in `KeyboardInterrupt`, once: what is then stopped is not
    disturbed by a second.

    INT is taken up also where it came ignored, as it does behind `&` in a script; a hang-up is not, since `nohup`
    means it.
    """
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signals.append(signal.SIGHUP)

    def stop(signum: int, frame: FrameType | None) -> None:
        for one in signals:
            signal.signal(one, signal.SIG_IGN)
        _waiting.asked = True
        if not _waiting.undisturbed:
            raise KeyboardInterrupt

    for one in signals:
        signal.signal(one, stop)


class _Waiting:
    """Whether a signal has come, and whether it must wait."""

    asked = undisturbed = False


_waiting = _Waiting()


def was_asked_to_stop() -> bool:
    return _waiting.asked


def heed_signals() -> None:
    """Stop now if a signal has come. It raises by itself, but what it raises is lost where a library calls back into
    Python, as the database's does for its notices; so long work asks at every step."""
    if _waiting.asked and not _waiting.undisturbed:
        raise KeyboardInterrupt


@contextmanager
def undisturbed() -> Iterator[None]:
    """A signal that comes meanwhile is heard afterwards: for starting a child, which nobody would know of if it were
    interrupted half-way, and for stopping one."""
    before, _waiting.undisturbed, heard = _waiting.undisturbed, True, _waiting.asked
    try:
        yield
    finally:
        _waiting.undisturbed = before
    if _waiting.asked and not heard:
        raise KeyboardInterrupt


def first_to_die(children: Sequence[Child]) -> Child:
    """Waits until one of them is not there any more, and says which. None of them ever ends by itself."""
    while True:
        heed_signals()
        for child in children:
            if child.process.poll() is not None:
                return child
        time.sleep(LOOKED_AT_EVERY_S)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def environment() -> dict[str, str]:
    """What a child that serves pages is told: this process's database, as the application's role, and no other role."""
    kept = {name: value for name, value in os.environ.items() if name not in {OWNER_URL, "CANBAO_DATABASE"}}
    return kept | {APP_URL: as_url(from_django(connections["default"].settings_dict))}


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
def web_server(port: int, **more: str) -> Iterator[Child]:
    """The pages and the API on a port of this machine; the block begins when it answers. Its log goes to a file, and
    errors to the terminal too."""
    command = serve_command("127.0.0.1", port, workers=1)
    url, log = f"http://127.0.0.1:{port}", log_file("web.log")
    told = environment() | {"CANBAO_BASE_URL": url, "CANBAO_LOG_FILE": str(log)} | more
    with _server(command, told) as process:
        child = Child("网页服务", process, log, url)
        wait_until_ready(child)
        yield child


@contextmanager
def worker(**more: str) -> Iterator[Child]:
    """What makes rosters of the files that are handed in, as the application's role; errors go to the terminal, too."""
    log = log_file("work.log")
    told = environment() | {"CANBAO_LOG_FILE": str(log)} | more
    with _server([sys.executable, "-m", "canbao", "work", "--verbosity=0"], told) as process:
        yield Child("名单处理", process, log, "")


def until_stopped(command: list[str]) -> int:
    """Run a server in the foreground until it ends or a signal ends it; its exit code, 0 where we ended it."""
    stop_on_signals()
    with _server(command, environment()) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            return 0


@contextmanager
def _server(command: list[str], told: Mapping[str, str]) -> "Iterator[subprocess.Popen[bytes]]":
    """A web server for as long as the block lasts. It has a process group of its own: Ctrl-C reaches us alone, and no
    worker outlives a server that was killed."""
    process: subprocess.Popen[bytes] | None = None
    try:
        with undisturbed():
            process = subprocess.Popen(command, env=told, process_group=0)  # noqa: S603 - our own program
        yield process
    finally:
        if process is not None:
            with undisturbed():
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(STOPS_WITHIN_S)
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def wait_until_ready(child: Child) -> None:
    """Until its health page says yes. Raises `SystemExit` when it ends before, or takes too long."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        if child.process.poll() is not None:
            raise SystemExit("网页服务未能启动，请看上面的信息 (the web server did not start; see above)")
        with contextlib.suppress(httpx2.HTTPError):
            if httpx2.get(f"{child.url}/api/health", timeout=2, trust_env=False).status_code == 200:
                return
        time.sleep(ASKED_EVERY_S)
    raise SystemExit(
        f"网页服务没有按时就绪，日志在 {child.log} (the web server was not ready in time; its log is there)"
    )


@contextmanager
def stand_in(port: int = 0, **told: object) -> Iterator[tuple[Control, Child]]:
    """The stand-in gateway beside this command, with its log in a file."""
    log = log_file("gateway.log")
    with log.open("ab") as errors, spawned(port=port, errors=errors, **told) as control:  # type: ignore[arg-type]
        yield control, Child("模拟支付渠道", control.process, log, control.url)


@contextmanager
def plugged_in(faults: Faults, journal: Path | None = None) -> Iterator[Control]:
    """A gateway that misbehaves as told, and a web server that it calls back; this process asks that gateway."""
    before = settings.BASE_URL, settings.CANBAO_GATEWAY_URL
    keys = settings.CANBAO_GATEWAY_KEYS
    with (
        stand_in(keys=keys, today=settings.CANBAO_TODAY, faults=faults, journal=journal) as (control, _),
        web_server(free_port(), CANBAO_GATEWAY_URL=control.url) as web,
    ):
        settings.BASE_URL, settings.CANBAO_GATEWAY_URL = web.url, control.url
        gateway.cache_clear()
        try:
            yield control
        finally:
            settings.BASE_URL, settings.CANBAO_GATEWAY_URL = before
            gateway.cache_clear()
