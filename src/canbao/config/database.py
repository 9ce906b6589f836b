"""Which database, and the two roles: the owner, who migrates, and the application, which owns nothing.

`DATABASE_URL` names a server of your own (15 or later), as the owner role. The application's role is
`canbao_app`; `CANBAO_APP_URL` names it where its password or address is not the one that setup gives it. Without `DATABASE_URL` an embedded server starts.
"""

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from canbao.config.home import PRODUCTION, UnsafeToStart, secret_values

APP_ROLE = "canbao_app"


def _from_url(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise UnsafeToStart(f"数据库必须是 PostgreSQL (the database must be PostgreSQL), not {parts.scheme!r}")
    query = dict(parse_qsl(parts.query))
    return {
        "host": query.pop("host", parts.hostname or ""),
        "port": parts.port or 5432,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "dbname": parts.path.lstrip("/"),
    }


def connections() -> dict[str, dict[str, Any]]:
    """`{"owner": …, "default": …}`: connection parameters of the two roles."""
    url = os.environ.get("DATABASE_URL")
    if url:
        owner = _from_url(url) | _named()
        app_url = os.environ.get("CANBAO_APP_URL")
        app = (
            _from_url(app_url) | _named()
            if app_url
            else owner | {"user": APP_ROLE, "password": secret_values()["app_password"]}
        )
        if app["user"] != APP_ROLE:
            raise UnsafeToStart(f"应用账号须名为 {APP_ROLE} (grants and guards name the application's role)")
        return {"owner": owner, "default": app}
    if PRODUCTION:
        raise UnsafeToStart("CANBAO_ENV=production 需要 DATABASE_URL (production needs a server of its own)")
    from canbao.config.embedded import embedded, parameters  # starts a server: only where nobody named one

    # a child of ours is told where the server is, so that it is not counted among those who keep it running
    socket = os.environ.get("CANBAO_EMBEDDED_SOCKET") or embedded().socket
    return {"owner": parameters(socket, "canbao_owner") | _named(), "default": parameters(socket, APP_ROLE) | _named()}


def _named() -> dict[str, str]:
    """`CANBAO_DATABASE` chooses another database on the same server: a season that is played beside the real county."""
    name = os.environ.get("CANBAO_DATABASE")
    return {"dbname": name} if name else {}


def as_django(parameters: dict[str, Any], **options: Any) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parameters["dbname"],
        "USER": parameters["user"],
        "PASSWORD": parameters["password"],
        "HOST": parameters["host"],
        "PORT": parameters["port"],
        **options,
    }


class OwnerMigrates:
    """Tables are made by the owner role alone; everything else goes through the application's role."""

    def allow_relation(self, first: object, second: object, **hints: object) -> bool:
        return True  # two roles, one database

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        return db == "owner"
