"""The children of a command: watched, stopped whole, and told no more than they need."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import ClassVar

import httpx2
import psutil
import pytest
from django.conf import settings
from django.db import connections

from canbao.config.home import CHECKOUT, server_passwords
from canbao.config.season.processes import (
    Child,
    environment,
    first_to_die,
    free_port,
    stand_in,
    wait_until_ready,
    web_server,
)
from tests.county import County

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_of_several_children_the_one_that_died_is_named() -> None:
    with subprocess.Popen(SLEEPS) as one, subprocess.Popen(SLEEPS) as other:
        children = [Child(name, process, Path("log"), "") for name, process in (("one", one), ("other", other))]
        other.kill()

        dead = first_to_die(children)

        assert (dead.name, one.poll()) == ("other", None)
        one.kill()


class _NotYet(BaseHTTPRequestHandler):
    """A server that is there and has no database yet, for the first two questions."""

    asked: ClassVar[list[float]] = []

    def do_GET(self) -> None:
        self.asked.append(time.monotonic())
        self.send_response(503 if len(self.asked) <= 2 else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


def test_a_server_that_is_not_ready_is_asked_again_after_a_while_and_not_at_once(monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    pause_s = 1.5  # more than one question takes on any machine
    monkeypatch.setattr("canbao.config.season.processes.ASKED_EVERY_S", pause_s)
    with ThreadingHTTPServer(("127.0.0.1", 0), _NotYet) as server, subprocess.Popen(SLEEPS) as process:
        Thread(target=server.serve_forever, daemon=True).start()

        wait_until_ready(Child("one", process, Path("log"), f"http://127.0.0.1:{server.server_port}"))

        pauses = [after - before for before, after in pairwise(_NotYet.asked)]
        server.shutdown()
        process.kill()
    assert (len(pauses), min(pauses) >= pause_s) == (2, True)


SIGNALS = """
import os, signal, subprocess, sys, weakref
import django; django.setup()
from canbao.config.season.processes import heed_signals, stop_on_signals, undisturbed

class Thing: pass

stop_on_signals()
how = sys.argv[1]
try:
    if how == "while a child is being started":
        with undisturbed():
            os.kill(os.getpid(), signal.SIGTERM)
            print("started")
    elif how == "where a library swallows it":
        thing = Thing()
        keep = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGTERM))
        del thing
        print("went on")
        heed_signals()
    print("never")
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize(
    ("how", "said"),
    [("while a child is being started", "started\nstopped\n"), ("where a library swallows it", "went on\nstopped\n")],
)
def test_a_signal_is_heard_at_a_good_moment_and_is_never_lost(how: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SIGNALS, how], env=os.environ | {"DJANGO_SETTINGS_MODULE": "canbao.config.settings"},
        cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    assert done.stdout == said


def what_is_known(told: dict[str, str]) -> tuple[list[str], list[str], str]:
    """What a process with this environment knows: its databases, its secrets, and how it may connect as the owner."""
    code = (
        "import json, django; django.setup();"
        "from django.conf import settings; from canbao.config.home import secret_values;"
        "print(json.dumps([sorted(settings.DATABASES), sorted(secret_values()), repr(vars(settings._wrapped))]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=told | {"DJANGO_SETTINGS_MODULE": "canbao.config.settings"},
        cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    names, secrets, everything = json.loads(done.stdout)
    return names, secrets, everything


def owners_password() -> str:
    return str(connections["owner"].settings_dict["PASSWORD"])


def test_who_serves_pages_knows_the_application_and_nothing_above_it(real_county: County) -> None:
    ours = what_is_known(dict(os.environ))
    names, secrets, everything = what_is_known(environment())

    assert (ours[0], owners_password() in ours[2]) == (["default", "owner"], True)
    assert (names, owners_password() in everything) == (["default"], False)
    assert [name for name in secrets if "owner" in name or "superuser" in name] == []


def test_a_served_process_has_no_owner_in_its_environment_and_serves_all_the_same(real_county: County) -> None:
    unwanted = [owners_password(), "DATABASE_URL"]
    if "DATABASE_URL" not in os.environ:
        unwanted += server_passwords().values()

    with web_server(free_port()) as web:
        processes = [psutil.Process(web.process.pid), *psutil.Process(web.process.pid).children(recursive=True)]
        seen = [Path(f"/proc/{process.pid}/environ").read_text() for process in processes]
        with httpx2.Client(base_url=web.url, trust_env=False, follow_redirects=True) as visitor:
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', visitor.get("/sign-in/").text)
            assert token is not None
            desk = visitor.post(
                "/sign-in/",
                data={
                    "username": "clerk",
                    "password": "kept for the tests alone",
                    "csrfmiddlewaretoken": token[1],
                },
            )

    assert len(seen) >= 2
    assert [word for word in unwanted for text in seen if word in text] == []
    assert ["canbao_app" in text for text in seen] == [True] * len(seen)
    assert (desk.status_code, "村经办员" in desk.text) == (200, True)


def test_what_visitors_mistype_goes_to_the_log_and_not_to_the_terminal(
    real_county: County, capfd: pytest.CaptureFixture[str]
) -> None:
    with web_server(free_port()) as web:
        answers = [
            httpx2.get(f"{web.url}/{path}", trust_env=False).status_code
            for path in ("nowhere-to-be-found", "favicon.ico")
        ]
    said = capfd.readouterr()

    assert answers == [404, 302]
    assert ("nowhere" in said.out + said.err, "Not Found: /nowhere-to-be-found" in web.log.read_text()) == (False, True)
    assert web.log.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("real_county")
def test_no_worker_outlives_a_server_that_was_killed() -> None:
    with web_server(free_port()) as web:
        workers = psutil.Process(web.process.pid).children(recursive=True)
        os.kill(web.process.pid, signal.SIGKILL)

        assert first_to_die([web]).name == "网页服务"

    _, alive = psutil.wait_procs(workers, timeout=5)
    assert (len(workers) > 0, alive) == (True, [])


def test_the_stand_in_is_told_nothing_of_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://canbao_owner:secret@h/x")

    with stand_in(keys=settings.CANBAO_GATEWAY_KEYS) as (_, gateway):
        told = Path(f"/proc/{gateway.process.pid}/environ").read_text()

    assert ("secret" in told, "PATH=" in told) == (False, True)
