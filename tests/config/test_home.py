"""Where an installation keeps its things, and its keys."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

from canbao.config.home import CHECKOUT, new_secrets


def keys_of(folder: Path, **environment: str) -> dict[str, str]:
    """The keys as a program of its own reads (or makes) them."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CANBAO_", "DATABASE_"))}
    done = subprocess.run(
        [sys.executable, "-c", "import json; from canbao.config.home import secret_values; print(json.dumps(secret_values()))"],
        env=clean | {"CANBAO_HOME": str(folder), "PYTHONIOENCODING": "utf-8"} | environment,
        cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_keys_are_made_at_the_first_start_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "a new home"

    first, second = keys_of(folder), keys_of(folder)

    assert (first == second, first.keys() == new_secrets().keys()) == (True, True)
    assert stat.S_IMODE((folder / "secrets.json").stat().st_mode) == 0o600


def test_two_installations_have_no_key_in_common(tmp_path: Path) -> None:
    one, other = keys_of(tmp_path / "one"), keys_of(tmp_path / "other")

    assert {name for name in one if one[name] == other[name]} == {"seal_key_id"}


def test_named_keys_are_read_where_they_are_and_not_copied(tmp_path: Path) -> None:
    named = tmp_path / "safe.json"
    named.write_text(json.dumps(new_secrets()))
    named.chmod(0o600)

    keys = keys_of(tmp_path / "home", CANBAO_SECRETS=str(named))

    assert (keys, (tmp_path / "home" / "secrets.json").exists()) == (json.loads(named.read_text()), False)
