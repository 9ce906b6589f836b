"""Which database, and the two roles: the owner, who migrates, and the application, which owns nothing.

`DATABASE_URL` names a server of your own (15 or later), as the owner role. The application's role is `canbao_app`;
`CANBAO_APP_URL` names it where its password or address is not the one that setup gives it. A process that is told
`CANBAO_APP_URL` alone knows no owner: it can serve, and can make no tables. Pages are served by such processes. Without
either an embedded server starts.
"""

import os
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from canbao.config.environment import BadSetting
from canbao.config.home import PRODUCTION, UnsafeToStart, secret_values

APP_ROLE = "canbao_app"
OWNER_URL, APP_URL = "DATABASE_URL", "CANBAO_APP_URL"
LOOKS_LIKE = "不是数据库地址，应形如 postgresql://账号:口令@主机:5432/库名 (not the address of a database)"


def from_url(name: str, url: str) -> dict[str, Any]:
    """Connection parameters; what stands behind `?` (`sslmode=…`) goes to the server's library as it is.

    Raises `BadSetting` for what cannot be an address, and never repeats it: it holds a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
    except ValueError as error:
        raise BadSetting(name, LOOKS_LIKE) from error
    if not parts.scheme or not (parts.path.lstrip("/") or _named()):
        raise BadSetting(name, LOOKS_LIKE)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise UnsafeToStart(f"{name}：数据库必须是 PostgreSQL (the database must be PostgreSQL), not {parts.scheme!r}")
    query = dict(parse_qsl(parts.query))
    return {
        "host": query.pop("host", parts.hostname or ""),
        "port": port,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "dbname": unquote(parts.path.lstrip("/")),
        **query,
    }


def as_url(parameters: dict[str, Any]) -> str:
    """The other way round: an address with its password, for a child's environment."""
    given = dict(parameters)
    user, password, dbname = (quote(str(given.pop(key)), safe="") for key in ("user", "password", "dbname"))
    return f"postgresql://{user}:{password}@:{given.pop('port')}/{dbname}?{urlencode(given)}"


def connections() -> dict[str, dict[str, Any]]:
    """`{"default": …, "owner": …}`: connection parameters of the roles that this process may work as."""
    url, app_url = os.environ.get(OWNER_URL), os.environ.get(APP_URL)
    if url or app_url:
        owner = from_url(OWNER_URL, url) | _named() if url else None
        if app_url:
            app = from_url(APP_URL, app_url) | _named()
        else:
            app = (owner or {}) | {"user": APP_ROLE, "password": secret_values()["app_password"]}
        if app["user"] != APP_ROLE:
            raise UnsafeToStart(f"应用账号须名为 {APP_ROLE} (grants and guards name the application's role)")
        return {"default": app} | ({"owner": owner} if owner else {})
    if PRODUCTION:
        raise UnsafeToStart(
            "CANBAO_ENV=production 需要 DATABASE_URL（建库、升级）或 CANBAO_APP_URL（只提供服务） (production needs a server of its own)"
        )
    from canbao.config.embedded import embedded, parameters  # starts a server: only where nobody named one

    socket = embedded().socket
    return {"default": parameters(socket, APP_ROLE) | _named(), "owner": parameters(socket, "canbao_owner") | _named()}


def _named() -> dict[str, str]:
    """`CANBAO_DATABASE` chooses another database on the same server: a season that is played beside the real county."""
    name = os.environ.get("CANBAO_DATABASE")
    return {"dbname": name} if name else {}


_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def as_django(parameters: dict[str, Any], **options: Any) -> dict[str, Any]:
    more = {key: value for key, value in parameters.items() if key not in _NAMES}
    named = {ours: parameters[key] for key, ours in _NAMES.items()}
    return {"ENGINE": "django.db.backends.postgresql", **named, **({"OPTIONS": more} if more else {}), **options}


def from_django(settings: dict[str, Any]) -> dict[str, Any]:
    """The other way round, for what connects without Django."""
    return {key: settings[ours] for key, ours in _NAMES.items()} | settings.get("OPTIONS", {})


class OwnerMigrates:
    """Tables are made by the owner role alone; everything else goes through the application's role."""

    def allow_relation(self, first: object, second: object, **hints: object) -> bool:
        return True  # two roles, one database

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        return db == "owner"
