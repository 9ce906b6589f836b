"""`canbao words`: bring the list of all texts up to date, compile the English, and say what has none yet."""

from typing import Any

from django.core.management.base import BaseCommand

from canbao.web.catalogue import PO, compiled, read_po, texts, write_po


class Command(BaseCommand):
    help = "更新页面文字清单与英文译文 / bring the pages' words and their English up to date"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = texts()
        write_po(read_po() if PO.exists() else {}, wanted)
        known = read_po()
        PO.with_suffix(".mo").write_bytes(compiled(known))
        for text in wanted:
            if not known.get(text):
                self.stdout.write(text)
