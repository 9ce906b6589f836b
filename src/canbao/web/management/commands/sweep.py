"""`canbao sweep`: forget sessions that are over, tries that no limit looks at any more, and files that nobody handed in.
For every night."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from canbao.access.clock import now
from canbao.access.scope import Scope, within
from canbao.rosters.domain.uploading import forget_old_uploads
from canbao.web.limits import sweep


class Command(BaseCommand):
    help = "清理过期的会话、查询计数和没有报送的文件 / forget old sessions, tries and files that nobody handed in"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("clearsessions")
        sweep()
        with within(Scope(division="", actor="system:sweep")):
            forget_old_uploads(at=now())
