"""`canbao secrets FILE`: make a key file for production. Keep it in a safe, apart from the database's backups."""

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from canbao.config.home import new_secrets


class Command(BaseCommand):
    help = "生成生产环境的密钥文件 / make a key file for production"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            descriptor = os.open(options["file"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise CommandError(
                "文件已存在，不覆盖：丢了密钥就丢了所有证件号码 (the file exists and is not overwritten)"
            ) from error
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(new_secrets(), file, indent=1)
        self.stdout.write(f"已生成 {options['file']}；用 CANBAO_SECRETS 指明它 (name it with CANBAO_SECRETS)")
