"""The packs of this installation keep their promises, and say what the published notices say.

The notices themselves are no part of the project. Where they lie beside the checkout, every figure is looked up in
them; elsewhere those tests are skipped.
"""

import re
from functools import cache
from pathlib import Path

import pytest

from canbao.policy import Pack, check, load_pack, look_up_figures, pack_folders
from canbao.policy.example_rules import Example
from canbao.policy.trial import Failure, failures

PACKS = [load_pack(folder) for folder in pack_folders()]
NOTICES = Path(__file__).resolve().parents[3] / "shared" / "sources"
FIGURES = {"dongzhi-2021": 20, "hefei-2020": 36, "hefei-2021": 36, "huilong-2020": 37, "suixi-2022": 60}


@cache
def failed(pack: Pack) -> list[Failure]:
    return list(failures(pack))


def promises() -> list[object]:
    return [
        pytest.param(pack, index, example, id=f"{pack.key}: {example.case}")
        for pack in PACKS
        for index, example in enumerate(pack.examples)
    ]


@pytest.mark.parametrize(("pack", "index", "example"), promises())
def test_a_worked_answer_holds(pack: Pack, index: int, example: Example) -> None:
    assert [str(failure) for failure in failed(pack) if failure.index == index] == []


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.key)
def test_a_pack_has_no_problems(pack: Pack) -> None:
    assert check(pack.key) == []


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.key)
def test_every_category_has_a_worked_answer(pack: Pack) -> None:
    held = {
        item if isinstance(item, str) else item["name"]
        for ex in pack.examples
        for item in ex.facts.get("categories", ())
    }
    names = {found[0][0] for text in held if isinstance(found := pack.normalise_category(text), list)}
    names |= {found[0] for text in held if (found := pack.category_names.find(text, "一级")) is not None}

    assert {category.name for category in pack.categories} - names <= {"部分计划生育家庭扶助对象"}


def notice(pack: Pack) -> str:
    path = NOTICES / f"{pack.key}.txt"
    if not path.exists():
        pytest.skip("the published notices do not lie beside this checkout")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.key)
def test_every_figure_stands_in_the_clause_that_it_cites(pack: Pack) -> None:
    result = look_up_figures(pack, notice(pack))

    assert [str(problem) for problem in result.problems] == []
    assert result.found == FIGURES[pack.key]


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.key)
def test_no_amount_can_change_in_the_notice_unnoticed(pack: Pack) -> None:
    text = notice(pack)
    for standard in pack.standards:
        price = str(standard.individual_fen // 100)
        altered = re.sub(rf"(?<!\d){price}(?!\d)", "7", text)

        assert look_up_figures(pack, altered).problems


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.key)
def test_the_pack_is_in_our_own_words(pack: Pack) -> None:
    """Names, titles and numbers are the notice's; a run of words as long as a sentence is not in the pack."""
    text = re.sub(r"\s", "", notice(pack))
    names = {name for c in pack.categories for name in (c.name, *c.aliases)} | {pack.document.title}
    names |= {pack.collecting.receipt.name} if pack.collecting.receipt else set()
    names |= {contact.name for contact in pack.contacts} | set(pack.document.annexes.values())
    names |= {unit.name for unit in pack.targets.units} if pack.targets else set()
    lines = [
        line
        for file in pack.texts.values()
        for line in file.splitlines()
        if not any(n in line for n in names if len(n) > 9)
    ]
    copied = [
        run
        for line in lines
        for run in re.findall(r"[\u4e00-\u9fff、，；]{16,}", line)
        for start in range(len(run) - 15)
        if run[start : start + 16] in text
    ]

    assert copied == []
