"""A command as somebody at a keyboard calls it: a process of its own, with the tests' home and nothing else said."""

import os
import subprocess
import sys

from canbao.config.home import CHECKOUT

KEPT = {"CANBAO_HOME", "CANBAO_ENV", "DATABASE_URL", "CANBAO_APP_URL"}


def told(**more: str) -> dict[str, str]:
    """The environment without what only the tests say."""
    ours = ("CANBAO_", "DJANGO_", "DATABASE_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours) or name in KEPT}
    return {name: value for name, value in clean.items() if name not in {"SAMPLE", "PORT", "GATEWAY_PORT"}} | {
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "160",
        **more,
    }


def canbao(*words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "canbao", *words],
        env=told(**more), cwd=CHECKOUT, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
