"""`canbao serve`: the pages and the API, for a county that is set up. Refuses to start unsafe."""

import os
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from canbao.config.database import APP_URL, OWNER_URL
from canbao.config.management.arguments import check_free, given, port, workers
from canbao.config.safety import refuse_gateways_without_keys, refuse_unsafe
from canbao.config.season.processes import environment, serve_command, until_stopped


class Command(BaseCommand):
    help = "启动页面与接口 / serve the pages and the API"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=port, default=given("PORT", "8000"))
        parser.add_argument("--workers", type=workers, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_unsafe()
        refuse_gateways_without_keys()
        host, number = options["host"], options["port"]
        check_free(number, "--port（PORT=…）", host=host)
        call_command("collectstatic", interactive=False, verbosity=0)
        command = serve_command(host, number, workers=options["workers"])
        address = f"http://[{host}]:{number}" if ":" in host else f"http://{host}:{number}"
        self.stdout.write(
            f"参保系统在 {address} 提供服务；要停止，在这里按 Ctrl-C，或执行 kill {os.getpid()}"
            f" (serving at {address}; to stop it: Ctrl-C here, or kill {os.getpid()})"
        )
        self.stdout.write(
            "报送的名单由 canbao work 处理，请另外启动；没有它，名单一直等着 (lists wait until canbao work runs)"
        )
        self.stdout.flush()  # this process may become another program, which knows nothing of what was not written
        # the server is not told the owner's address. With a server of one's own that keeps the owner from whoever breaks
        # into the pages; the embedded one's passwords lie in this home, where this user's processes can read them
        if OWNER_URL in os.environ or APP_URL in os.environ:
            # this process becomes the server: one process to stop, and its exit code is the server's
            os.execve(command[0], command, environment())  # noqa: S606 - our own program
        raise SystemExit(until_stopped(command))  # we stay: the embedded database stops with us
