"""Figures that only check others can be left out, and the rules say the same."""

import pytest

from canbao.policy import assess, facts_from_json, load_pack, load_pack_texts, pack_folders
from canbao.policy.check_figures import without_check_figures


@pytest.mark.parametrize("name", [folder.name for folder in pack_folders()])
def test_without_them_a_notice_says_the_same(name: str) -> None:
    pack = load_pack(name)
    bare = load_pack_texts({file: without_check_figures(text) for file, text in pack.texts.items()}, key=name)

    for category in pack.categories:
        for tier in pack.tiers or (None,):
            facts = facts_from_json({"categories": [category.name], "tier": tier})
            one, other = assess(pack, facts), assess(bare, facts)
            assert (one.pays_fen, one.shares) == (other.pays_fen, other.shares)


def test_what_stands_alone_is_no_check_figure() -> None:
    text = "subsidies:\n- {category: a, pays_yuan: 40}\nstandards:\n- {individual_yuan: 3, total_yuan: 9}\n"

    assert without_check_figures(text) == text


@pytest.mark.parametrize("text", ["standards: [", "- a\n", "subsidies: {a: 1}\n", ""])
def test_what_cannot_be_read_stays_as_it_is(text: str) -> None:
    assert without_check_figures(text) == text
