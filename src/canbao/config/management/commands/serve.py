"""`canbao serve`: the pages and the API, for a county that is set up. Refuses to start unsafe."""

import os
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from canbao.config.safety import refuse_unsafe
from canbao.config.season.processes import serve_command


class Command(BaseCommand):
    help = "启动页面与接口 / serve the pages and the API"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_unsafe()
        call_command("collectstatic", interactive=False, verbosity=0)
        # this process becomes the server: one process to stop, and its exit code is the server's
        command = serve_command(options["host"], options["port"], workers=options["workers"])
        os.execv(command[0], command)  # noqa: S606 - our own program
