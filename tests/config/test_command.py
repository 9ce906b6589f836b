"""One rule for all commands: 0 fine, 1 what was asked about is not right, 2 the question was wrong. Never a traceback."""

import os
from pathlib import Path

import pytest
from django.db import OperationalError

from canbao.config import command
from canbao.config.command import INTERRUPTED
from canbao.config.environment import file_to_write
from canbao.config.season import processes
from tests import databases
from tests.config.asking import canbao
from tests.policy.tiny import changed

pytestmark = pytest.mark.usefixtures("django_db_setup")  # the embedded server is up, and stays up


def test_what_was_asked_and_is_fine_ends_with_0() -> None:
    done = canbao("version")

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["seasn", "suixi-2022"], "没有 seasn 这个命令。是不是 season？", id="a-command"),
        pytest.param(["help", "seasn"], "没有 seasn 这个命令。是不是 season？", id="a-command-to-be-helped-with"),
        pytest.param(["season", "nosuch"], "没有名为 nosuch 的方案", id="a-pack"),
        pytest.param(["start", "--pack", "nosuch"], "没有名为 nosuch 的方案", id="a-pack-to-start-with"),
        pytest.param(["season", "hefei-2021"], "样例没有 340100 ", id="a-county-that-the-sample-does-not-know"),
        pytest.param(["season", "suixi-2022", "--sample", "0.1"], "“0.1”应是 0.3 到 100 之间的数", id="too-few-people"),
        pytest.param(["season", "suixi-2022", "--sample", "nan"], "“nan”应是 0.3 到 100 之间的数", id="no-number"),
        pytest.param(["start", "--port", "80000"], "“80000”应是 1 到 65535 之间的端口号", id="a-port"),
        pytest.param(["serve", "--workers", "0"], "“0”应是 1 到 256 之间的整数", id="workers"),
        pytest.param(["secrets", "/nowhere/keys.json"], "/nowhere/keys.json：写不进去", id="a-place-for-the-keys"),
        pytest.param(["nightly", "--days", "many"], "--days", id="a-number-of-days"),
        pytest.param(
            ["audit", "verify", "--county", "340621", "--noted", "1:abc"], "应是 序号:值", id="a-note-cut-too-short"
        ),
        pytest.param(["policy", "check", "nosuch"], "没有名为 nosuch 的方案", id="a-pack-to-check"),
    ],
)
def test_a_wrong_question_ends_with_2(words: list[str], says: str) -> None:
    done = canbao(*words)

    assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param({"SAMPLE": "abc"}, "“abc”应是 0.3 到 100 之间的数", id="SAMPLE"),
        pytest.param({"PORT": "abc"}, "“abc”应是 1 到 65535 之间的端口号", id="PORT"),
        pytest.param({"DATABASE_URL": "rubbish"}, "设置 DATABASE_URL 不对", id="DATABASE_URL"),
        pytest.param({"DATABASE_URL": "postgresql://a:secret@h:port/x"}, "设置 DATABASE_URL 不对", id="its-port"),
        pytest.param({"DATABASE_URL": "postgresql://a:secret@[h/x"}, "设置 DATABASE_URL 不对", id="its-host"),
        pytest.param({"DATABASE_URL": "postgresql://a:secret@h/"}, "设置 DATABASE_URL 不对", id="its-database"),
        pytest.param({"CANBAO_APP_URL": "secret"}, "设置 CANBAO_APP_URL 不对", id="CANBAO_APP_URL"),
        pytest.param({"CANBAO_APP_URL": "postgresql://canbao_app:secret@h/x"}, "设置 DATABASE_URL 不对", id="no-owner"),
        pytest.param({"CANBAO_TODAY": "2021-13-01"}, "“2021-13-01”应是日期", id="CANBAO_TODAY"),
        pytest.param({"CANBAO_ENV": "Production"}, "“Production”应是 local 或 production", id="CANBAO_ENV"),
        pytest.param({"CANBAO_PROXIES": "127.0.0.1,proxy"}, "“127.0.0.1,proxy”应是地址或网段", id="CANBAO_PROXIES"),
        pytest.param({"CANBAO_LOG": "loud"}, "“loud”应是 DEBUG", id="CANBAO_LOG"),
        pytest.param({"CANBAO_LOG_FILE": "/nowhere/web.log"}, "设置 CANBAO_LOG_FILE 不对", id="CANBAO_LOG_FILE"),
        pytest.param({"CANBAO_BASE_URL": "canbao.example"}, "应以 http:// 或 https:// 开头", id="CANBAO_BASE_URL"),
        pytest.param({"CANBAO_GATEWAY_URL": "8001"}, "应以 http:// 或 https:// 开头", id="CANBAO_GATEWAY_URL"),
        pytest.param({"CANBAO_HOME": "/dev/null/home"}, "设置 CANBAO_HOME 不对", id="CANBAO_HOME"),
        pytest.param({"CANBAO_POLICIES": "/nowhere"}, "找不到方案文件夹 /nowhere", id="CANBAO_POLICIES"),
    ],
)
def test_a_setting_that_makes_no_sense_ends_with_2_and_repeats_no_secret(settings: dict[str, str], says: str) -> None:
    done = canbao("start", "--load-only", **settings)

    seen = (done.returncode, says in done.stderr, "Traceback" in done.stderr, "secret" in done.stderr)
    assert seen == (2, True, False, False), done.stderr


def test_a_log_is_made_for_this_user_alone_and_one_that_is_there_keeps_its_lines(tmp_path: Path) -> None:
    made, kept = tmp_path / "made.log", tmp_path / "kept.log"
    kept.write_text("before\n")
    before = os.umask(0o022)
    try:
        with pytest.MonkeyPatch.context() as told:
            for file in (made, kept):
                told.setenv("CANBAO_LOG_FILE", str(file))
                file_to_write("CANBAO_LOG_FILE")
    finally:
        os.umask(before)

    assert (oct(made.stat().st_mode & 0o777), made.read_text(), kept.read_text()) == ("0o600", "", "before\n")


def test_what_was_asked_about_and_is_not_right_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    for name, text in changed("pays_yuan: 100", "pays_yuan: 99").items():
        (tmp_path / "broken" / name).write_text(text, "utf-8")

    nobody_there = canbao("setup", DATABASE_URL="postgresql://canbao_owner:secret@127.0.0.1:1/canbao")
    broken = canbao("season", str(tmp_path / "broken"))

    assert (nobody_there.returncode, "数据库连不上" in nobody_there.stderr) == (1, True)
    assert ("Traceback" in nobody_there.stderr, "secret" in nobody_there.stderr) == (False, False)
    assert (broken.returncode, "money.yaml:10" in broken.stderr) == (1, True)


@pytest.mark.parametrize("command", ["nightly", "audit verify", "serve"])
def test_a_database_that_nobody_has_set_up_is_said_to_be(command: str) -> None:
    name = f"{databases.ROLLED_BACK}_bare"
    databases.drop(name)
    databases.as_owner("CREATE DATABASE {}", name)
    try:
        done = canbao(*command.split(), CANBAO_DATABASE=name)
    finally:
        databases.drop(name)

    assert (done.returncode, "还没有建好" in done.stderr, "Traceback" in done.stderr) == (1, True, False), done.stderr


def test_keys_are_never_written_over_and_hold_nothing_of_the_databases_owner(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"

    made, again = canbao("secrets", str(file)), canbao("secrets", str(file))

    assert (made.returncode, again.returncode, "不覆盖" in again.stderr) == (0, 2, True)
    assert ("app_password" in file.read_text(), "owner" in file.read_text(), file.stat().st_mode & 0o777) == (
        True, False, 0o600,
    )  # fmt: skip


@pytest.mark.parametrize(("asked", "ends"), [(True, INTERRUPTED), (False, None)])
def test_what_breaks_because_somebody_stopped_it_was_interrupted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: bool, ends: int | None
) -> None:
    """A sentence that a signal broke off comes back as an error of the database now and then."""

    def breaks(argv: list[str]) -> int:
        raise OperationalError("canceling statement")

    monkeypatch.setattr(command, "_with_django", breaks)
    monkeypatch.setattr(processes._waiting, "asked", asked)
    if ends is None:
        with pytest.raises(OperationalError):
            command.main(["start"])
    else:
        assert (command.main(["start"]), "已中断" in capsys.readouterr().err) == (ends, True)
