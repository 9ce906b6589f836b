"""The keys: made once, whoever comes first, and nobody else's to read."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from canbao.gateways.standin.keys import ensure_keys, merchant_signer, platform_signer

MAKE = "import sys, pathlib; from canbao.gateways.standin.keys import *; print(merchant_signer(ensure_keys(pathlib.Path(sys.argv[1]))).serial)"


def test_keys_are_made_once(tmp_path: Path) -> None:
    ensure_keys(tmp_path / "gateway")
    before = {path.name: path.read_bytes() for path in (tmp_path / "gateway").iterdir()}
    ensure_keys(tmp_path / "gateway")
    assert {path.name: path.read_bytes() for path in (tmp_path / "gateway").iterdir()} == before
    assert before.keys() == {
        "merchant.pem", "platform.pem", "api_v3.key", "alipay_merchant.pem", "alipay_platform.pem",
    }  # fmt: skip


def test_only_the_owner_reads_them(tmp_path: Path) -> None:
    folder = ensure_keys(tmp_path / "gateway")
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_processes_that_come_at_once_agree(tmp_path: Path) -> None:
    def serial(_: int) -> str:
        command = [sys.executable, "-c", MAKE, str(tmp_path / "gateway")]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(serial, range(4)))) == 1


def test_merchant_and_platform_are_two(tmp_path: Path) -> None:
    folder = ensure_keys(tmp_path)
    assert merchant_signer(folder).serial != platform_signer(folder).serial
    assert platform_signer(folder).serial.startswith("PUB_KEY_ID_")
