"""PostgreSQL for whoever has none: reached through its own socket alone, and never without a password."""

import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from canbao.config.embedded import parameters
from canbao.config.home import CHECKOUT
from tests.own_server import Server, own_server


@pytest.fixture(scope="module")
def server(django_db_blocker: pytest.FixtureRequest) -> Iterator[Server]:
    with django_db_blocker.unblock(), own_server("embedded") as server:
        yield server


def ask(server: Server, question: str, role: str = "canbao_app", **changes: str) -> str:
    with psycopg.connect(**parameters(server.embedded.socket, role) | changes) as db:
        return str(db.execute(question).fetchone()[0])  # type: ignore[index]


def test_it_listens_on_its_socket_and_on_nothing_else(server: Server) -> None:
    assert ask(server, "SHOW listen_addresses") == ""
    assert ask(server, "SHOW unix_socket_directories", "postgres") == server.embedded.socket


@pytest.mark.parametrize("role", ["canbao_app", "canbao_owner", "postgres"])
@pytest.mark.parametrize("password", ["", "guessed"])
def test_no_role_comes_in_without_its_password(server: Server, role: str, password: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        ask(server, "SELECT 1", role, password=password)


@pytest.mark.parametrize(
    ("role", "may"),
    [("canbao_app", "(f,f,f,f)"), ("canbao_owner", "(f,f,t,f)")],
)
def test_neither_of_our_roles_is_a_superuser_or_goes_round_the_guards(server: Server, role: str, may: str) -> None:
    rights = (
        "SELECT (rolsuper, rolbypassrls, rolcreatedb, rolcreaterole)::text FROM pg_roles WHERE rolname = current_user"
    )

    assert ask(server, rights, role) == may


def test_a_commit_is_durable_and_the_day_is_counted_in_china(server: Server) -> None:
    assert [ask(server, f"SHOW {name}") for name in ("fsync", "full_page_writes", "synchronous_commit", "timezone")] == [
        "on", "on", "on", "Asia/Shanghai",
    ]  # fmt: skip


def test_a_second_process_joins_the_server_that_runs_and_leaves_it_running(server: Server) -> None:
    code = (
        "import sys; from pathlib import Path; from canbao.config.embedded import Embedded;"
        "server = Embedded(Path(sys.argv[1])); print(server.pid); server.stop()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(server.embedded.data)],
        cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    assert (int(done.stdout), ask(server, "SELECT 1")) == (server.embedded.pid, "1")


def test_what_was_written_is_there_after_a_kill(server: Server) -> None:
    with psycopg.connect(**parameters(server.embedded.socket, "canbao_owner"), autocommit=True) as db:
        db.execute("CREATE TABLE kept (word text)")
        db.execute("INSERT INTO kept VALUES ('here')")

    server.kill()
    server.start()

    assert ask(server, "SELECT word FROM kept", "canbao_owner") == "here"
