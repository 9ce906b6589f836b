"""The whole road on the command line, small: it ends in agreement, and says so when somebody has been at the receipts."""

import os
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.long


def season(*more: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name != "CANBAO_TODAY"}
    return subprocess.run(
        [sys.executable, "-m", "canbao", "season", "suixi-2022", "--sample", "0.3", "--households", "60", *more],
        env=environment | {"COLUMNS": "160"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.usefixtures("django_db_setup")  # the embedded server is up, and stays up
def test_a_season_ends_with_the_four_ways_agreeing_and_the_ledger_balanced() -> None:
    played = season()

    assert (played.returncode, played.stderr) == (0, "")
    assert "四个一致：是" in played.stdout
    assert "操作记录链：完整" in played.stdout
    assert re.findall(r"[A-Za-z]+", played.stdout) == []  # no code of ours: people read the field's words
    assert ("代办参保" in played.stdout, "拒绝，如：集中缴费已于" in played.stdout) == (True, True)
    story = played.stdout.partition("一季经过")[2].partition("参保进度")[0]
    counts = [line.split("│")[2].strip() for line in story.splitlines() if line.count("│") == 3]
    assert [one for one in counts if one and not re.fullmatch(r"[\d,]+ [张人户笔次行]", one)] == []
    assert len([one for one in counts if one]) > 10
    total = next(
        line for line in played.stdout.splitlines() if "合计" in line and "0.00" in line and line.count("│") == 5
    )
    debits, credits_, balance = (cell.strip() for cell in total.split("│")[2:5])
    assert (debits, balance) == (credits_, "0.00")


@pytest.mark.usefixtures("django_db_setup")
def test_a_receipt_that_somebody_removed_is_named_and_the_exit_code_says_so() -> None:
    played = season("--plant", "receipt")

    assert played.returncode == 1
    named = [line for line in played.stdout.splitlines() if line.startswith("不一致：")]
    assert any("票据0.00元" in line for line in named)
    assert named[-1].endswith("号码已用，票据不见了")
    assert "四个一致：否" in played.stdout
