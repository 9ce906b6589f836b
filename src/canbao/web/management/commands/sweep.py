"""`canbao sweep`: forget sessions that are over and tries that no limit looks at any more. For every night."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from canbao.web.limits import sweep


class Command(BaseCommand):
    help = "清理过期的会话和查询计数 / forget old sessions and tries"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("clearsessions")
        sweep()
