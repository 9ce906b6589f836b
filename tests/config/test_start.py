"""`canbao start` from outside: what it loads, what it refuses, and how it ends."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil
import psycopg
import pytest
from django.db import connections

from canbao.config.database import from_django
from canbao.config.home import CHECKOUT, home
from canbao.config.season.processes import free_port
from canbao.divisions.models import Division
from tests import databases
from tests.config.asking import canbao, told
from tests.county import County

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="the sample is loaded beside only on the embedded server"),
]
SMALLEST = "0.3"


@pytest.fixture(scope="module")
def sample() -> Iterator[Path]:
    """A home with a sample county in it, the smallest there may be."""
    folder = home() / f"start-{os.getpid()}"
    done = canbao("start", "--load-only", CANBAO_HOME=str(folder), SAMPLE=SMALLEST)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def ask(question: str, *values: str) -> list[tuple[object, ...]]:
    owner = from_django(connections["owner"].settings_dict) | {"dbname": "postgres"}
    with psycopg.connect(**owner) as db:
        return db.execute(question, values).fetchall()


def until(happens: Callable[[], object], within_s: float = 60) -> None:
    deadline = time.monotonic() + within_s
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.1)


class Started:
    """`canbao start`, with what it said in a file."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, said: Path) -> None:
        self.process, self.port, self.said = process, port, said

    def children(self, words: str) -> list[psutil.Process]:
        """The children whose command line holds these words."""
        every = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in every if words in " ".join(child.cmdline())]

    def ended(self) -> tuple[int, str]:
        return self.process.wait(30), self.said.read_text()


@contextmanager
def started(sample: Path, said: Path, *, shell: str = "") -> Iterator[Started]:
    port = free_port()
    command = [sys.executable, "-m", "canbao", "start", f"--port={port}", f"--gateway-port={free_port()}"]
    command = ["sh", "-c", f'{shell} exec "$@"', "sh", *command] if shell else command
    with said.open("wb") as out, subprocess.Popen(
        command, env=told(CANBAO_HOME=str(sample)), cwd=CHECKOUT, stdout=out, stderr=out
    ) as process:  # fmt: skip
        try:
            until(lambda: "Ctrl-C" in said.read_text() or process.poll() is not None)
            yield Started(process, port, said)
        finally:
            if process.poll() is None:  # a test has failed; nobody is to outlive it
                for one in [*psutil.Process(process.pid).children(recursive=True), process]:
                    one.kill()


@pytest.mark.parametrize(
    ("words", "name", "log"),
    [
        pytest.param("granian", "网页服务", "web.log", id="the-web-server"),
        pytest.param("standin.server", "模拟支付渠道", "gateway.log", id="the-gateway"),
        pytest.param("canbao work", "名单处理", "work.log", id="the-worker"),
    ],
)
def test_when_a_child_dies_all_is_stopped_and_it_is_named_with_its_log(
    sample: Path, tmp_path: Path, words: str, name: str, log: str
) -> None:
    with started(sample, tmp_path / "said") as running:
        everybody = running.children("granian") + running.children("standin.server") + running.children("canbao work")
        running.children(words)[0].kill()

        code, said = running.ended()

    assert (code, f"{name}意外结束（信号 SIGKILL）" in said, str(sample / "log" / log) in said) == (1, True, True)
    assert (len(everybody) >= 4, psutil.wait_procs(everybody, timeout=5)[1]) == (True, [])


def test_a_night_passes_by_the_command_that_the_terminal_names(sample: Path, tmp_path: Path) -> None:
    with started(sample, tmp_path / "said") as running:
        named = re.search(r"CANBAO_GATEWAY_URL=(\S+) \.venv/bin/canbao nightly\n", running.said.read_text())
        night = canbao("nightly", CANBAO_HOME=str(sample), CANBAO_GATEWAY_URL=named[1] if named else "")
        running.process.send_signal(signal.SIGINT)
        running.ended()

    assert ("退款 0 笔" in night.stdout, "四个一致是" in night.stdout, night.stderr) == (True, True, "")


@pytest.mark.parametrize("one", [signal.SIGINT, signal.SIGTERM], ids=["INT", "TERM"])
def test_a_signal_stops_all_cleanly_even_where_it_came_ignored(sample: Path, tmp_path: Path, one: int) -> None:
    with started(sample, tmp_path / "said", shell="trap '' INT TERM;") as running:
        everybody = running.children("granian") + running.children("standin.server") + running.children("canbao work")
        running.process.send_signal(one)

        code, said = running.ended()

    assert (code, said.endswith("已停止\n"), "Traceback" in said) == (0, True, False)
    assert (len(everybody) >= 4, psutil.wait_procs(everybody, timeout=5)[1]) == (True, [])


def test_a_wrong_address_does_not_push_the_table_of_accounts_away(sample: Path, tmp_path: Path) -> None:
    with started(sample, tmp_path / "said") as running:
        before = running.said.read_text()
        missing = httpx2.get(f"http://127.0.0.1:{running.port}/nowhere", trust_env=False).status_code
        after = running.said.read_text()
        running.process.terminate()
        running.ended()

    assert (missing, "cun100200" in before, after) == (404, True, before)
    assert sorted(set(re.findall(r"\bxian\d?\b", before))) == ["xian", "xian2", "xian3"]  # importer, decider, confirmer


def test_the_port_that_is_asked_for_is_used_and_a_taken_one_is_named(sample: Path, tmp_path: Path) -> None:
    with started(sample, tmp_path / "said") as running:
        again = canbao("start", f"--port={running.port}", CANBAO_HOME=str(sample))
        front = httpx2.get(f"http://127.0.0.1:{running.port}/", trust_env=False).status_code
        running.process.terminate()
        running.ended()

    assert (front, again.returncode, f"端口 {running.port} 用不了" in again.stderr) == (200, 1, True)


@pytest.mark.parametrize(
    ("words", "settings", "says"),
    [
        pytest.param(["--pack", "hefei-2021"], {}, "政策包 suixi-2022，不是 hefei-2021", id="another-pack"),
        pytest.param([], {"SAMPLE": "1"}, "人口的 0.3%，不是 1.0%", id="another-size"),
    ],
)
def test_another_sample_than_the_one_that_is_there_is_refused_with_what_to_do(
    sample: Path, words: list[str], settings: dict[str, str], says: str
) -> None:
    other = canbao("start", "--load-only", *words, CANBAO_HOME=str(sample), **settings)
    same = canbao("start", "--load-only", "--pack", "policies/suixi-2022", CANBAO_HOME=str(sample), SAMPLE=SMALLEST)

    assert (other.returncode, says in other.stderr, "make clean" in other.stderr) == (2, True, True)
    assert (same.returncode, same.stderr) == (0, "")


def noted(sample: Path, note: str) -> str:
    """Change what this home's database says of the files that made it; says what it is noted to have been before."""
    code = f"""
from django.db import connections
with connections["owner"].cursor() as cursor:
    cursor.execute("SELECT obj_description('django_migrations'::regclass, 'pg_class')")
    print(cursor.fetchone()[0])
    cursor.execute({f"COMMENT ON TABLE django_migrations IS '{note}'"!r})
"""
    done = canbao("shell", "--no-imports", "-c", code, CANBAO_HOME=str(sample))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def test_a_sample_of_an_earlier_version_is_brought_level_or_said_to_be_thrown_away(sample: Path) -> None:
    words = ["start", "--load-only"]
    whole = noted(sample, "")
    noted(sample, re.sub(r'"sql": "\w+"', '"sql": "0"', whole))
    level = canbao(*words, CANBAO_HOME=str(sample))
    after = noted(sample, re.sub(r'"access.0001_initial": "\w+"', '"access.0001_initial": "0"', whole))
    older = canbao(*words, CANBAO_HOME=str(sample))
    noted(sample, whole)

    assert (level.returncode, level.stderr, after) == (0, "", whole)
    assert (older.returncode, "make clean" in older.stderr, "Traceback" in older.stderr) == (1, True, False)


def test_a_county_that_is_not_the_sample_is_neither_shown_nor_touched(real_county: County) -> None:
    before = sorted(Division.objects.values_list("code", "name"))
    name = connections["owner"].settings_dict["NAME"]

    for words in (["start"], ["start", "--load-only"]):
        done = canbao(*words, CANBAO_DATABASE=name, PORT=str(free_port()))
        assert (done.returncode, "不是这里装入的样例" in done.stderr) == (1, True)

    assert (sorted(Division.objects.values_list("code", "name")), len(before)) == (before, 8)


def test_a_sample_of_another_database_is_not_taken_for_the_one_that_is_there(sample: Path) -> None:
    file = sample / "sample.json"
    whole = file.read_text()
    file.write_text(re.sub(r'"database": "\d+/', '"database": "1/', whole))
    try:
        done = canbao("start", "--load-only", CANBAO_HOME=str(sample))
    finally:
        file.write_text(whole)

    assert (done.returncode, "不是这里装入的样例" in done.stderr) == (1, True)


def test_a_sample_that_is_interrupted_leaves_no_half_of_itself(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> None:
    name = f"{databases.ROLLED_BACK}_empty"
    loading = f"{name}_loading"
    with django_db_blocker.unblock():
        databases.drop(name)
        databases.as_owner("CREATE DATABASE {}", name)
        names = "SELECT datname FROM pg_database WHERE datname LIKE %s"
        try:
            with subprocess.Popen(
                [sys.executable, "-m", "canbao", "start", "--load-only", "--sample", "1"],
                env=told(CANBAO_DATABASE=name), cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            ) as process:  # fmt: skip
                until(lambda: ask(names, loading))
                half = ask(names, loading)
                process.terminate()
                _, said = process.communicate(timeout=60)

            assert (half, process.returncode, "已中断" in said.decode()) == ([(loading,)], 130, True), said.decode()
            assert ask(names, f"{name}%") == [(name,)]
        finally:
            databases.drop(name)
