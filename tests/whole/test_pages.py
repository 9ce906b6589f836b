"""The pages for people are true where a machine can tell: links lead somewhere, words and settings are all there."""

import re
from argparse import ArgumentParser
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands, load_command_class

from canbao.policy.pack import Topics

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
DJANGOS = {
    "help",
    "version",
    "verbosity",
    "settings",
    "pythonpath",
    "traceback",
    "no-color",
    "force-color",
    "skip-checks",
}


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r'\]\((?!https?:)([^)#]+)|src="([^"]+)"', page.read_text("utf-8"))

    assert [link for found in links for link in found if link and not (page.parent / link).exists()] == []


def test_every_table_and_every_topic_of_a_pack_has_its_word() -> None:
    tables = {model.__name__ for model in apps.get_models() if model.__module__.startswith("canbao.")}
    named = set(re.findall(r"`(\w+)`", text("GLOSSARY.md")))

    topics = set(Topics.model_fields)

    assert sorted((tables | topics) - named) == []
    assert sorted(named - words_of_the_program()) == []


def words_of_the_program() -> set[str]:
    sources = [path for kind in ("py", "sql", "yaml") for path in (ROOT / "src").rglob(f"*.{kind}")]
    return set(re.findall(r"\w+", " ".join(path.read_text("utf-8") for path in sources)))


def test_every_setting_that_is_read_is_explained() -> None:
    page = text("docs/reference/environment.md")
    sources = [path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py")]
    read = set(re.findall(r'"((?:CANBAO_[A-Z_]+|DATABASE_URL|SAMPLE|PORT))"', " ".join(sources)))
    kept_inside = {"CANBAO_KEYS", "CANBAO_GATEWAYS", "CANBAO_GATEWAY_KEYS", "CANBAO_SYNTHETIC_NUMBERS"}

    assert sorted(name for name in read - kept_inside if f"`{name}`" not in page) == []


def test_every_command_and_flag_is_explained() -> None:
    page = text("docs/reference/commands.md")
    missing = []
    for name, room in get_commands().items():
        if str(room).startswith("canbao."):
            section = re.search(rf"### canbao {name}\b(.*?)(?=\n##|\Z)", page, re.DOTALL)
            flags = flags_of(load_command_class(str(room), name).create_parser("canbao", name))
            missing += [f"{name} --{flag}" for flag in flags if section is None or f"`--{flag}" not in section.group(1)]
            missing += [] if section else [name]

    assert missing == []


def flags_of(parser: ArgumentParser) -> list[str]:
    flags = [option.removeprefix("--") for action in parser._actions for option in action.option_strings]
    return [flag for flag in flags if not flag.startswith("-") and flag not in DJANGOS]
