"""Start the stand-in beside a program, and pay by instruction: for the sample's season and for tests."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from subprocess import PIPE
from typing import IO, Any
from uuid import UUID

import httpx2

from canbao.gateways.standin.faults import Faults

STOPS_WITHIN_S = 5
NOT_FOR_A_GATEWAY = frozenset({"DATABASE_URL", "CANBAO_APP_URL", "CANBAO_SECRETS"})  # it has no business there


class Control:
    """The control endpoint of a running stand-in. Raises `httpx2.HTTPError` when it is not there."""

    def __init__(self, url: str, process: "subprocess.Popen[str]") -> None:
        self.url = url
        self.process = process
        self._http = httpx2.Client(base_url=url, timeout=120, trust_env=False)

    def pay(self, order: UUID, **instruction: Any) -> dict[str, Any]:
        """Let money arrive for an order; the words are those of `counter.Instruction`."""
        return self.pay_all([instruction | {"order": order}])[0]

    def pay_all(self, instructions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Many at once, answered in the same order: `code` is SUCCESS, or why not (ORDER_CLOSED, ORDER_NOT_EXIST).

        Raises `ValueError` for an instruction that makes no sense; then nothing was paid.
        """
        body = json.dumps(list(instructions), default=_plain)
        response = self._http.post("/control", content=body, headers={"Content-Type": "application/json"})
        if response.status_code == 400:
            raise ValueError(response.json()["message"])
        done: list[dict[str, Any]] = response.raise_for_status().json()
        return done

    def misbehave(self, **faults: Any) -> dict[str, Any]:
        """From now on; the words are those of `faults.Faults`, and what is not named stays. Raises `ValueError`."""
        response = self._http.post("/control/faults", json=faults)
        if response.status_code == 400:
            raise ValueError(response.json()["message"])
        now: dict[str, Any] = response.raise_for_status().json()
        return now


@contextmanager
def spawned(
    *,
    keys: Path,
    port: int = 0,
    today: date | None = None,
    faults: Faults | None = None,
    journal: Path | None = None,
    errors: IO[bytes] | None = None,
) -> Iterator[Control]:
    """A stand-in of one's own for as long as the block lasts; its address is `control.url`. Port 0 takes a free one.
    `errors` is where it writes what goes wrong; without it, where this process does.

    It ends with this process, however that ends.
    """
    faults = faults or Faults()
    options: dict[str, object] = {
        "--keys": keys,
        "--port": port,
        "--lose": faults.lose,
        "--double": faults.double,
        "--wrong-amount": faults.wrong_amount,
        "--delay": faults.delay_s,
        "--lie": faults.lie,
        "--corrupt": faults.corrupt,
        "--hang": faults.hang,
        "--hang-s": faults.hang_s,
        "--seed": faults.seed,
        "--today": today,
        "--journal": journal,
    }
    command = [sys.executable, "-m", "canbao.gateways.standin.server", "--until-stdin-closes"]
    command += ["--slow-refunds"] if faults.slow_refunds else []
    command += [f"{name}={value}" for name, value in options.items() if value is not None]
    told = {name: value for name, value in os.environ.items() if name not in NOT_FOR_A_GATEWAY}
    with subprocess.Popen(  # noqa: S603 - ours
        command, env=told, stdin=PIPE, stdout=PIPE, stderr=errors, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        try:
            ready = process.stdout.readline().split()
            if not ready:
                raise RuntimeError("模拟支付渠道未能启动 (the stand-in did not start; the port may be taken)")
            yield Control(ready[-1], process)
        finally:
            process.terminate()
            try:
                process.wait(STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
