"""The program refuses to start unsafe (decision 18): the questions it asks the database before it serves anybody."""

from django.conf import settings
from django.db import connections

from canbao.collection.gateway import gateway
from canbao.config.home import UnsafeToStart
from canbao.config.standing import Standing, refuse_other_tables, standing
from canbao.gateways.merchant import NotAnAccount

_QUESTIONS = """
SELECT current_setting('server_version_num')::int AS version,
       EXISTS (SELECT FROM pg_roles s WHERE (s.rolsuper OR s.rolbypassrls) AND pg_has_role(r.oid, s.oid, 'MEMBER')) AS bypasses,
       EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relkind = 'r'
                 AND c.relnamespace = 'public'::regnamespace) AS owns_tables,
       pg_has_role(r.rolname, (SELECT relowner FROM pg_class WHERE oid = to_regclass('ledger_transfer')), 'MEMBER') AS may_become_owner,
       to_regclass('ledger_transfer') IS NULL AS bare,
       current_setting('fsync') AS fsync,
       current_setting('full_page_writes') AS full_page_writes,
       current_setting('synchronous_commit') AS synchronous_commit,
       (SELECT array_agg(c.relname ORDER BY c.relname) FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT c.relrowsecurity
           AND (EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'household_id' AND NOT a.attisdropped)
                OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))) AS unguarded
  FROM pg_roles r WHERE r.rolname = current_user
"""


def refuse_gateways_without_keys() -> None:
    """Make every gateway that is plugged in, which reads its keys. Raises `UnsafeToStart`: better no page than one on
    which nobody can pay, or a callback that nobody can check."""
    for channel, path in settings.CANBAO_GATEWAYS.items():
        try:
            gateway(channel)
        except NotAnAccount as error:
            raise UnsafeToStart(f"支付渠道没有配好 (a gateway is not set up): {error}") from None
        except ImportError as error:
            raise UnsafeToStart(f"{path}：没有这个支付渠道 (there is no such gateway): {error}") from None


def refuse_unsafe(alias: str = "default") -> None:
    """Ask the database what this role may do and whether a commit is durable. Raises `UnsafeToStart`."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_QUESTIONS)
        names = [column.name for column in cursor.description]
        seen = dict(zip(names, cursor.fetchone(), strict=True))
    if seen["version"] < 150000:
        raise UnsafeToStart(f"PostgreSQL 需 15 及以上 (15 or later is needed), not {seen['version'] // 10000}")
    if seen["bare"]:
        raise UnsafeToStart("数据库还没有建好，请先执行 canbao setup (the database is not set up)")
    stands = standing(alias)
    if stands is Standing.OTHER_TABLES:
        raise refuse_other_tables()
    if stands is not Standing.LEVEL:
        raise UnsafeToStart(
            "数据库比程序旧，请先执行 canbao setup (the database is older than the program; canbao setup brings it level)"
        )
    if seen["bypasses"]:  # itself, or through a role that it may become
        raise UnsafeToStart("应用账号不得是超级用户或绕过行级安全 (the application's role bypasses row-level security)")
    if seen["owns_tables"] or seen["may_become_owner"]:
        raise UnsafeToStart(
            "应用账号不得拥有数据表 (the application's role owns tables, so row-level security would not bind it)"
        )
    for setting in ("fsync", "full_page_writes"):
        if seen[setting] != "on":
            raise UnsafeToStart(
                f"{setting}={seen[setting]}：断电会丢失已确认的缴费 (a power cut would lose confirmed money)"
            )
    if seen["synchronous_commit"] not in {"on", "remote_write", "remote_apply", "local"}:
        raise UnsafeToStart(
            f"synchronous_commit={seen['synchronous_commit']}：崩溃会丢失已确认的缴费 (a crash would lose confirmed money)"
        )
    if seen["unguarded"]:
        raise UnsafeToStart(
            f"这些表没有行级安全 (these tables have no row-level security): {', '.join(seen['unguarded'])}"
        )
