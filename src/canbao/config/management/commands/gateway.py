"""`canbao gateway`: the stand-in payment channel, in the foreground. Without Django it is
`python -m canbao.gateways.standin.server --keys FOLDER`."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from canbao.gateways.standin.server import add_arguments, serve


class Command(BaseCommand):
    help = "模拟支付渠道（非真实支付）/ a payment channel for trying and testing"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser, keys=Path(settings.CANBAO_GATEWAY_KEYS))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            serve(Namespace(**options))
        except OSError as error:
            raise CommandError(
                f"{options['host']}:{options['port']} 用不了（{error.strerror}），请用 --port 另选 (this address cannot be used)"
            ) from error
