"""Every no of the whole program: a code of its own, a sentence, something that helps, and a test that heard it."""

import importlib
import pkgutil
import re
from functools import cache
from pathlib import Path

import pytest

import canbao
from canbao.kernel.refusal import Refusal

TESTS = Path(__file__).parents[1]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
CODE = re.compile(r"[a-z]+(?:[_-][a-z0-9]+)*")
# A word that the notice itself gives: its sentence and its code come from the pack.
FROM_THE_PACK = {"NoticeSaysNo"}


@cache
def refusals() -> tuple[type[Refusal], ...]:
    """Every refusal that somebody could say: the classes that have no further ones below them."""
    for module in pkgutil.walk_packages(canbao.__path__, "canbao."):
        if not re.search(r"\.migrations|\.commands\.|__main__|\.wsgi|\.management", module.name):
            importlib.import_module(module.name)
    found: dict[str, type[Refusal]] = {}

    def gather(kind: type[Refusal]) -> None:
        for below in kind.__subclasses__():
            gather(below)
            if not below.__subclasses__() and below.__module__.startswith("canbao."):
                found[f"{below.__module__}.{below.__qualname__}"] = below

    gather(Refusal)
    return tuple(found[name] for name in sorted(found))


def own(kind: type[Refusal]) -> bool:
    return kind.__name__ not in FROM_THE_PACK


def test_there_are_refusals_to_look_at() -> None:
    assert len(refusals()) > 50


def test_every_code_is_said_by_one_refusal_alone() -> None:
    said: dict[str, list[str]] = {}
    for kind in filter(own, refusals()):
        said.setdefault(kind.code, []).append(kind.__qualname__)

    assert {code: names for code, names in said.items() if len(set(names)) > 1 or len(names) > 1} == {}


@pytest.mark.parametrize("kind", [kind for kind in refusals() if own(kind)], ids=lambda kind: kind.__name__)
def test_a_refusal_has_a_code_a_sentence_and_a_remedy(kind: type[Refusal]) -> None:
    assert CODE.fullmatch(kind.code), kind.code
    assert CHINESE.search(kind.says_template), kind.says_template
    assert CHINESE.search(kind.remedy_template) or kind.remedy_template.startswith("{"), kind.remedy_template
    assert kind.__doc__ is None or not kind.__doc__.startswith("The base")


@cache
def text_of_the_tests() -> str:
    here = Path(__file__).resolve()
    return "\n".join(path.read_text("utf-8") for path in TESTS.rglob("*.py") if path.resolve() != here)


def names_of(kind: type[Refusal]) -> set[str]:
    """By what a test may ask for it: the class, the code, or the sentence that people read."""
    begins = kind.says_template.split("{")[0]
    return {kind.__name__, kind.code} | ({begins} if len(begins) > 5 else set())


@pytest.mark.parametrize("kind", refusals(), ids=lambda kind: kind.__name__)
def test_every_refusal_was_heard_by_some_test(kind: type[Refusal]) -> None:
    assert [name for name in names_of(kind) if name and name in text_of_the_tests()] != []
