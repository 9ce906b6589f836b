"""`canbao serve`: the pages of a county that is set up, by processes that know the application's role alone."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil
import pytest
from django.db import connections

from canbao.config.database import as_url, from_django
from canbao.config.home import CHECKOUT
from canbao.config.season.processes import free_port
from tests.config.asking import canbao, told
from tests.county import County


def address_of(alias: str) -> str:
    return as_url(from_django(connections[alias].settings_dict))


def test_it_says_where_it_serves_and_how_to_stop_it_and_a_taken_port_is_named(real_county: County) -> None:
    port = free_port()
    settings = {"CANBAO_APP_URL": address_of("default"), "PORT": str(port)}
    command = [sys.executable, "-m", "canbao", "serve"]
    with subprocess.Popen(command, env=told(**settings), cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        try:
            says, lists = process.stdout.readline(), process.stdout.readline()
            wait_for(port, process)
            second = canbao("serve", **settings)
        finally:
            os.kill(int(re.search(r"kill (\d+)", says)[1]), signal.SIGTERM)  # as it says
            code = process.wait(20)

    assert (f"http://127.0.0.1:{port} " in says, "Ctrl-C" in says, code) == (True, True, 0)
    assert "canbao work" in lists  # it starts none itself: one that crashes is not the pages' business
    assert (second.returncode, f"端口 {port} 用不了" in second.stderr, second.stdout) == (1, True, "")


def wait_for(port: int, process: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        try:
            if httpx2.get(f"http://127.0.0.1:{port}/api/health", trust_env=False).json() == {"database": True}:
                break
        except httpx2.HTTPError:
            assert process.poll() is None
            time.sleep(0.1)


@contextmanager
def served(**settings: str) -> Iterator[psutil.Process]:
    """Asked for and answering; then told to stop."""
    port = free_port()
    command = [sys.executable, "-m", "canbao", "serve"]
    with subprocess.Popen(command, env=told(PORT=str(port), **settings), cwd=CHECKOUT) as process:
        try:
            wait_for(port, process)
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(20)


@pytest.mark.parametrize("known", [("default", "owner"), ("default",)], ids=["told-both", "told-the-application-alone"])
def test_no_process_that_serves_knows_the_owner(real_county: County, known: tuple[str, ...]) -> None:
    names = {"default": "CANBAO_APP_URL", "owner": "DATABASE_URL"}
    addresses = {names[alias]: address_of(alias) for alias in known}
    password = str(connections["owner"].settings_dict["PASSWORD"])

    with served(**addresses) as server:
        everybody = [server, *server.children(recursive=True)]
        seen = [Path(f"/proc/{process.pid}/environ").read_text() for process in everybody]

    assert (len(seen) >= 2, ["canbao_app" in text for text in seen]) == (True, [True] * len(seen))
    assert [text for text in seen if password in text or "DATABASE_URL" in text] == []
    assert psutil.wait_procs(everybody, timeout=5)[1] == []


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="about the embedded server")
def test_with_the_embedded_server_the_pages_know_no_owner_either(real_county: County) -> None:
    password = str(connections["owner"].settings_dict["PASSWORD"])
    name = connections["default"].settings_dict["NAME"]

    with served(CANBAO_DATABASE=name) as ours:
        workers = ours.children(recursive=True)
        seen = [Path(f"/proc/{process.pid}/environ").read_text() for process in workers]

    assert [f"/{name}?" in text for text in seen] == [True] * len(seen)
    assert (len(seen) >= 2, [text for text in seen if password in text]) == (True, [])
    assert psutil.wait_procs(workers, timeout=5)[1] == []
