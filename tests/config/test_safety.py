"""The program refuses to start unsafe: a spoilt database, and a careless production."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from canbao.config.home import CHECKOUT, UnsafeToStart, new_secrets
from canbao.config.safety import refuse_unsafe
from tests.own_server import Server, own_server


@pytest.fixture(scope="module")
def server(django_db_blocker: pytest.FixtureRequest) -> Iterator[Server]:
    with django_db_blocker.unblock(), own_server("unsafe") as server:
        yield server


@pytest.fixture
def asking(server: Server, django_db_blocker: pytest.FixtureRequest) -> Iterator[Server]:
    """The program connects anew for each question."""
    with django_db_blocker.unblock():
        connections["default"].close()
        yield server
        connections["default"].close()


RELOAD = "SELECT pg_reload_conf()"


def test_what_setup_made_is_safe(asking: Server) -> None:
    refuse_unsafe()


@pytest.mark.parametrize(
    ("spoil", "mend", "says"),
    [
        pytest.param(
            ["ALTER ROLE canbao_app SUPERUSER"], ["ALTER ROLE canbao_app NOSUPERUSER"], "绕过行级安全", id="a-superuser"
        ),
        pytest.param(
            ["ALTER ROLE canbao_app BYPASSRLS"], ["ALTER ROLE canbao_app NOBYPASSRLS"], "绕过行级安全", id="a-role-that-bypasses"
        ),
        pytest.param(
            ["GRANT postgres TO canbao_app"], ["REVOKE postgres FROM canbao_app"], "绕过行级安全", id="a-role-that-may-become-a-superuser"
        ),
        pytest.param(
            ["ALTER TABLE ledger_account OWNER TO canbao_app"], ["ALTER TABLE ledger_account OWNER TO canbao_owner"],
            "不得拥有数据表", id="an-owner-of-a-table",
        ),
        pytest.param(
            ["GRANT canbao_owner TO canbao_app"], ["REVOKE canbao_owner FROM canbao_app"], "不得拥有数据表", id="a-role-that-may-become-the-owner"
        ),
        pytest.param(
            ["ALTER SYSTEM SET fsync = off", RELOAD], ["ALTER SYSTEM RESET fsync", RELOAD], "fsync=off", id="fsync-off"
        ),
        pytest.param(
            ["ALTER SYSTEM SET full_page_writes = off", RELOAD], ["ALTER SYSTEM RESET full_page_writes", RELOAD],
            "full_page_writes=off", id="full-page-writes-off",
        ),
        pytest.param(
            ["ALTER ROLE canbao_app SET synchronous_commit = off"], ["ALTER ROLE canbao_app RESET synchronous_commit"],
            "synchronous_commit=off", id="synchronous-commit-off",
        ),
        pytest.param(
            ["ALTER TABLE register_resident DISABLE ROW LEVEL SECURITY"], ["ALTER TABLE register_resident ENABLE ROW LEVEL SECURITY"],
            "行级安全 (these tables have no row-level security): register_resident", id="people-without-a-guard",
        ),
        pytest.param(
            ["ALTER TABLE collection_receiptline DISABLE ROW LEVEL SECURITY"],
            ["ALTER TABLE collection_receiptline ENABLE ROW LEVEL SECURITY"],
            "行级安全 (these tables have no row-level security): collection_receiptline", id="lines-with-their-guard-switched-off",
        ),
    ],
)  # fmt: skip
def test_a_spoilt_database_is_refused_and_a_mended_one_is_not(
    asking: Server, spoil: list[str], mend: list[str], says: str
) -> None:
    asking.superuser(*spoil)
    try:
        with pytest.raises(UnsafeToStart) as why:
            refuse_unsafe()
    finally:
        asking.superuser(*mend)
        connections["default"].close()

    assert (says in str(why.value), "拒绝启动" in str(why.value)) == (True, True)
    refuse_unsafe()


# --- production ------------------------------------------------------------------------------------------------------

GOOD = {"DATABASE_URL": "postgresql://canbao_owner:x@127.0.0.1/canbao", "CANBAO_WECHAT": "somewhere.real.Gateway"}


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "secrets.json"
    path.write_text(json.dumps(new_secrets()))
    path.chmod(0o600)
    return path


def start(home: Path, **environment: str) -> tuple[int, str]:
    """Read the settings as a production server would; exit code and what it said. No database is asked."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("CANBAO_", "DATABASE_", "DJANGO_"))
    }
    done = subprocess.run(
        [sys.executable, "-c", "import canbao.config.settings"],
        env=clean | {"CANBAO_ENV": "production", "CANBAO_HOME": str(home), "PYTHONIOENCODING": "utf-8"} | environment,
        cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


def test_a_careful_production_starts(tmp_path: Path, keys: Path) -> None:
    assert start(tmp_path, CANBAO_SECRETS=str(keys), **GOOD) == (0, "")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"CANBAO_SECRETS": ""}, "CANBAO_SECRETS", id="without-keys"),
        pytest.param({"CANBAO_SECRETS": "/nowhere/secrets.json"}, "不存在", id="with-keys-that-are-not-there"),
        pytest.param({"CANBAO_WECHAT": "canbao.gateways.standin.client.StandIn"}, "模拟支付渠道", id="with-the-stand-in"),
        pytest.param({"CANBAO_TODAY": "2021-11-15"}, "CANBAO_TODAY", id="with-a-borrowed-day"),
        pytest.param({"DATABASE_URL": ""}, "DATABASE_URL", id="without-a-server-of-its-own"),
        pytest.param({"DATABASE_URL": "mysql://x@127.0.0.1/x"}, "PostgreSQL", id="with-another-database"),
        pytest.param({"CANBAO_APP_URL": "postgresql://postgres:x@127.0.0.1/canbao"}, "canbao_app", id="as-another-role"),
    ],
)  # fmt: skip
def test_a_careless_production_does_not_start(tmp_path: Path, keys: Path, changes: dict[str, str], says: str) -> None:
    code, said = start(tmp_path, **{"CANBAO_SECRETS": str(keys)} | GOOD | changes)

    assert (code, said.startswith("参保系统拒绝启动 / refusing to start: "), says in said) == (1, True, True)


def test_keys_that_others_can_read_are_refused(tmp_path: Path, keys: Path) -> None:
    keys.chmod(0o644)

    code, said = start(tmp_path, CANBAO_SECRETS=str(keys), **GOOD)

    assert (code, "chmod 600" in said) == (1, True)


def test_a_key_file_with_a_key_missing_is_refused(tmp_path: Path, keys: Path) -> None:
    keys.write_text(json.dumps({name: key for name, key in new_secrets().items() if name != "index_key"}))

    code, said = start(tmp_path, CANBAO_SECRETS=str(keys), **GOOD)

    assert (code, "['index_key']" in said) == (1, True)


def test_the_stand_in_is_what_production_has_unless_told_otherwise_and_so_it_does_not_start(
    tmp_path: Path, keys: Path
) -> None:
    code, said = start(tmp_path, CANBAO_SECRETS=str(keys), DATABASE_URL=GOOD["DATABASE_URL"])

    assert (code, "stand-in" in said) == (1, True)
