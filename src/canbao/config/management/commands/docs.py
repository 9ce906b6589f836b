"""`canbao docs`: write the pages that are made from the program itself; `--check` says whether they are up to date.

They are in `docs/generated/`: every refusal with its code, sentence and remedy, every fault of a department's list with its
verdict, and the JSON Schema of a pack.
"""

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

import canbao
from canbao.config.home import CHECKOUT
from canbao.kernel.refusal import Refusal

GENERATED = CHECKOUT / "docs" / "generated"


class Command(BaseCommand):
    help = "生成文档 / write the generated pages"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="只检查是否最新")

    def handle(self, *args: Any, **options: Any) -> None:
        pages = {
            GENERATED / "refusals.md": refusals(),
            GENERATED / "roster-faults.md": roster_faults(),
            GENERATED / "policy-schema.json": policy_schema(),
        }
        stale = [path for path, text in pages.items() if not path.exists() or path.read_text("utf-8") != text]
        if options["check"]:
            if stale:
                names = "、".join(path.name for path in stale)
                raise CommandError(f"已过时，请执行 make docs (out of date, run `make docs`): {names}")
            return
        GENERATED.mkdir(parents=True, exist_ok=True)
        for path in stale:
            path.write_text(pages[path], "utf-8")
            self.stdout.write(f"{path.relative_to(CHECKOUT)}")


def refusals() -> str:
    """Every no of the program, by room, as a table."""
    for module in pkgutil.walk_packages(canbao.__path__, "canbao."):
        if module.name.endswith("refusals") or Path(str(module.name)).name in {
            "canbao.kernel.identity",
            "canbao.kernel.division_code",
        }:
            importlib.import_module(module.name)
    lines = [
        "# Refusals", "", "Made by `canbao docs` from the code; every expected no, by room. In braces stands what is filled in.", "",
    ]  # fmt: skip
    rooms: dict[str, list[type[Refusal]]] = {}
    for refusal in _all(Refusal):
        if refusal.code:
            rooms.setdefault(refusal.__module__.split(".")[1], []).append(refusal)
    for room in sorted(rooms):
        lines += [f"## {room}", "", "| code | says | remedy |", "|---|---|---|"]
        lines += [
            f"| `{one.code}` | {one.says_template} | {one.remedy_template} |"
            for one in sorted(rooms[room], key=lambda one: one.code)
        ]
        lines.append("")
    return "\n".join(lines)


def _all(kind: type[Refusal]) -> list[type[Refusal]]:
    found = []
    for one in kind.__subclasses__():
        found += [one, *_all(one)]
    return found


def roster_faults() -> str:
    """Every fault that a department's list is tried with, and what is said about it."""
    from canbao.config.sample.faults import FAULTS, FURNITURE

    lines = [
        "# Faults in departments' lists", "",
        "Made by `canbao docs` from `config/sample/faults.py`. Lists with these faults are made from a known register, in three layouts,",
        "and the verdicts must find every one and condemn no good row (`tests/rosters/domain/test_faults.py`; 3 × 100 000 rows).", "",
        f"## {len(FAULTS)} faults in a row", "", "| fault | what is wrong | verdict | said |", "|---|---|---|---|",
    ]  # fmt: skip
    for fault in FAULTS:
        verdicts = " or ".join(verdict.label for verdict in fault.verdicts)
        said = " or ".join(f"…{piece}…" for piece in fault.why.split("|"))
        lines.append(f"| `{fault.name}` | {fault.what} | {verdicts} | {said} |")
    lines += [
        "", f"## {len(FURNITURE)} kinds of rows that are no people", "", "They are left out, and told at the list.", "",
        "| row | what it is | told as |", "|---|---|---|",
    ]  # fmt: skip
    lines += [f"| `{piece.name}` | {piece.what} | {piece.why or '—'} |" for piece in FURNITURE]
    return "\n".join([*lines, ""])


def policy_schema() -> str:
    from canbao.policy.schema import pack_schema

    return json.dumps(pack_schema(), ensure_ascii=False, indent=1) + "\n"
