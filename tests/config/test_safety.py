"""The program refuses to start unsafe: a spoilt database, and a careless production."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connections

from canbao.collection.gateway import gateway
from canbao.config.home import CHECKOUT, UnsafeToStart, new_secrets
from canbao.config.safety import refuse_gateways_without_keys, refuse_unsafe
from canbao.gateways.rsa import private_key
from canbao.gateways.standin.keys import ensure_keys
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

GOOD = {
    "DATABASE_URL": "postgresql://canbao_owner:x@127.0.0.1/canbao",
    "CANBAO_WECHAT": "somewhere.real.Gateway",
    "CANBAO_ALIPAY": "",
}


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
        pytest.param({"CANBAO_ALIPAY": "canbao.gateways.standin.client.StandInAlipay"}, "模拟支付渠道", id="with-the-other-stand-in"),
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


# --- the accounts at the gateways ------------------------------------------------------------------------------------

WECHAT = {
    "url": "https://api.mch.weixin.qq.com", "appid": "wx1", "mchid": "16", "serial": "5157", "key": "merchant.pem",
    "api_v3_key": "api_v3.key", "platform": {"PUB_KEY_ID_01": "wechat.pub"},
}  # fmt: skip
ALIPAY = {
    "url": "https://openapi.alipay.com/gateway.do", "app_id": "2021", "seller_id": "2088", "key": "alipay_merchant.pem",
    "platform": ["alipay.pub"],
}  # fmt: skip


@pytest.fixture
def accounts(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A folder with a merchant's file and keys, for both channels."""
    ensure_keys(tmp_path)
    for name, whose in (("wechat.pub", "platform.pem"), ("alipay.pub", "alipay_platform.pem")):
        theirs = private_key(tmp_path / whose).public_key()
        (tmp_path / name).write_bytes(theirs.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    settings.CANBAO_GATEWAYS = {
        "wechat": "canbao.gateways.merchant.WeChat",
        "alipay": "canbao.gateways.merchant.Alipay",
    }
    settings.CANBAO_MERCHANT = str(tmp_path / "merchant.json")
    say(tmp_path)
    gateway.cache_clear()
    yield tmp_path
    gateway.cache_clear()


def say(folder: Path, **changes: object) -> None:
    said = {"wechat": WECHAT, "alipay": ALIPAY}
    for channel, change in changes.items():
        said[channel] = said[channel] | change  # type: ignore[operator]
    path = folder / "merchant.json"
    path.write_text(json.dumps(said))
    path.chmod(0o600)


def test_whole_accounts_are_plugged_in(accounts: Path) -> None:
    refuse_gateways_without_keys()
    assert [gateway(channel).channel for channel in ("wechat", "alipay")] == ["wechat", "alipay"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"wechat": {"mchid": ""}}, "mchid 是空的", id="an-empty-word"),
        pytest.param({"wechat": {"url": "http://api.mch.weixin.qq.com"}}, "https", id="not-over-tls"),
        pytest.param({"wechat": {"key": "nowhere.pem"}}, "nowhere.pem", id="a-key-that-is-not-there"),
        pytest.param({"wechat": {"key": "api_v3.key"}}, "RSA", id="a-key-that-is-none"),
        pytest.param({"wechat": {"api_v3_key": "merchant.pem"}}, "32 字节", id="a-key-of-another-length"),
        pytest.param({"wechat": {"platform": "certificate"}}, "certificates", id="another-word"),
        pytest.param({"wechat": {"platform": {"1": "merchant.pem"}}}, "RSA", id="a-private-key-as-theirs"),
        pytest.param({"wechat": {"platform": ["wechat.pub"]}}, "序列号", id="a-key-without-a-serial"),
        pytest.param({"alipay": {"platform": []}}, "platform", id="no-key-of-theirs"),
        pytest.param({"alipay": {"platform": "alipay.pub"}}, "列出", id="a-key-not-in-a-list"),
        pytest.param({"alipay": {"url": "http://x"}}, "https", id="alipay-not-over-tls"),
    ],
)
def test_half_an_account_does_not_start(accounts: Path, changes: dict[str, Any], says: str) -> None:
    say(accounts, **changes)
    with pytest.raises(UnsafeToStart, match=says):
        refuse_gateways_without_keys()


def test_an_account_with_certificates_needs_no_key_of_theirs(accounts: Path) -> None:
    say(accounts, wechat={"platform": "certificates"})
    refuse_gateways_without_keys()


@pytest.mark.parametrize("name", ["merchant.json", "merchant.pem", "api_v3.key", "alipay_merchant.pem"])
def test_what_is_secret_of_an_account_is_for_its_owner_alone(accounts: Path, name: str) -> None:
    (accounts / name).chmod(0o640)
    with pytest.raises(UnsafeToStart, match="chmod 600"):
        refuse_gateways_without_keys()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"wechat": {}}'])
def test_a_file_that_holds_no_account_does_not_start(accounts: Path, content: str) -> None:
    (accounts / "merchant.json").write_text(content)
    with pytest.raises(UnsafeToStart, match="缺少"):
        refuse_gateways_without_keys()


def test_no_file_of_accounts_and_no_such_gateway_do_not_start(accounts: Path, settings: Any) -> None:
    settings.CANBAO_MERCHANT = ""
    with pytest.raises(UnsafeToStart, match="CANBAO_MERCHANT"):
        refuse_gateways_without_keys()
    settings.CANBAO_GATEWAYS = {"wechat": "somewhere.real.Gateway"}
    with pytest.raises(UnsafeToStart, match="没有这个支付渠道"):
        refuse_gateways_without_keys()
