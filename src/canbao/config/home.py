"""Where this installation keeps its things: one folder that can be seen, named, backed up and thrown away.

`CANBAO_HOME` names it; without it, `var/` beside the checkout. Inside: `postgres/` (the embedded server's data),
`secrets.json` (keys and passwords, mode 0600), `log/`, `files/` (what the sample county's departments sent).
"""

import json
import os
import secrets
from datetime import date
from functools import cache
from pathlib import Path

from canbao.config.environment import BadSetting, one_of

CHECKOUT = Path(__file__).resolve().parents[3]
PRODUCTION = one_of("CANBAO_ENV", "local", "production") == "production"


def home() -> Path:
    folder = Path(os.environ.get("CANBAO_HOME") or CHECKOUT / "var").expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting("CANBAO_HOME", f"建不了文件夹 {folder}（{error.strerror}）") from error
    return folder


class UnsafeToStart(SystemExit):
    """The program refuses to start. The message says what is unsafe and what would make it safe."""

    def __init__(self, why: str) -> None:
        super().__init__(f"参保系统拒绝启动 / refusing to start: {why}")


def new_secrets() -> dict[str, str]:
    """What a program that serves pages must know, and nothing of the database's owner."""
    return {
        "django": secrets.token_urlsafe(48),
        "seal_key_id": "1",
        "seal_keys": json.dumps({"1": secrets.token_hex(32)}),
        "index_key": secrets.token_hex(32),
        "scope_key": secrets.token_hex(32),
        "app_password": secrets.token_urlsafe(24),
    }


def new_server_passwords() -> dict[str, str]:
    """For the embedded server alone; a server of your own has its own."""
    return {"owner_password": secrets.token_urlsafe(24), "superuser_password": secrets.token_urlsafe(24)}


@cache
def secret_values() -> dict[str, str]:
    """Keys, and the application role's password. Made at the first start on a local machine; in production they must
    be handed in.

    `CANBAO_SECRETS` names the file. Losing it means losing every personal number: it belongs in a safe, apart from
    the database's backups.
    """
    named = os.environ.get("CANBAO_SECRETS")
    if PRODUCTION and not named:
        raise UnsafeToStart(
            "CANBAO_ENV=production 需要 CANBAO_SECRETS 指明密钥文件 (name the key file with CANBAO_SECRETS)"
        )
    if named and not Path(named).exists():
        raise UnsafeToStart(f"{named} 不存在 (the key file is not there); canbao secrets 可生成一份 (makes one)")
    path = Path(named) if named else _own_secrets()
    values = _read(path)
    missing = new_secrets().keys() - values.keys()
    if missing:
        raise UnsafeToStart(f"{path} 缺少 {sorted(missing)} (keys are missing from the key file)")
    return {name: values[name] for name in new_secrets()}


def server_passwords() -> dict[str, str]:
    """The passwords of the embedded server's owner and superuser: for who starts it, never for who serves pages."""
    path = _own_secrets()
    values = _read(path)
    if not new_server_passwords().keys() <= values.keys():
        raise UnsafeToStart(
            f"{path} 没有内置数据库的口令 (the embedded server's passwords are not in it)；样例可 make clean 重来"
        )
    return {name: values[name] for name in new_server_passwords()}


def _own_secrets() -> Path:
    """The key file of this home; made when it is asked for the first time."""
    path = home() / "secrets.json"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(new_secrets() | new_server_passwords(), file, indent=1)
    return path


def _read(path: Path) -> dict[str, str]:
    if path.stat().st_mode & 0o077:
        raise UnsafeToStart(f"{path} 可被他人读取，请执行 chmod 600 (others can read the key file)")
    try:
        values = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise UnsafeToStart(f"{path} 不是密钥文件 (this is no key file)") from error
    if not isinstance(values, dict):
        raise UnsafeToStart(f"{path} 不是密钥文件 (this is no key file)")
    return values


def sample_values() -> dict[str, str]:
    """What is known of a sample county that lives in this home: its `today` and the password of its people. Empty: none.

    Tests and the commands that play a season set `CANBAO_TODAY` themselves.
    """
    path = home() / "sample.json"
    if PRODUCTION or not path.exists():
        return {}
    values: dict[str, str] = json.loads(path.read_text("utf-8"))
    return values


def sample_today() -> date | None:
    """The day on which the sample county of this home lives."""
    values = sample_values()
    return date.fromisoformat(values["today"]) if values else None


def keep_sample_values(values: dict[str, str]) -> None:
    path = home() / "sample.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(values, ensure_ascii=False), "utf-8")
