"""`canbao setup`: tables, functions, guards and rights, as the owner role; then the safety questions."""

from typing import Any

from django.core.management.base import BaseCommand

from canbao.config.databases import need_owner
from canbao.config.safety import refuse_unsafe
from canbao.config.setup import set_up_database


class Command(BaseCommand):
    help = "建库建表，并设置行级安全与权限 / make tables, functions, guards and rights"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        need_owner()
        set_up_database()
        refuse_unsafe()
        self.stdout.write("数据库已就绪 / the database is ready")
