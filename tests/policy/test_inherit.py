"""A pack that stands on another: what it takes, what it changes, and whose rule each is then."""

import pytest

from canbao.policy import Pack, PackBroken, load_pack_texts
from tests.policy.tiny import TEXTS

OWN = """\
document: {title: 乙县细则, place: 乙县, place_code: 990102, issuer: 乙县, extends: qinghe-2031, clause: 全文}
"""


def standing(changes: str, **above_too: str) -> Pack:
    """The pack of a county that takes over the small county's rules and says something of its own."""
    above = {f"qinghe-2031/{name}": text for name, text in TEXTS.items()}
    above |= {f"qinghe-2031/{name}.yaml": text for name, text in above_too.items()}
    return load_pack_texts({**above, "document.yaml": OWN, "changes.yaml": changes}, key="yi-2031")


def complaints(changes: str) -> list[str]:
    with pytest.raises(PackBroken) as broken:
        standing(changes)
    return [str(problem) for problem in broken.value.problems]


def test_a_rule_that_is_taken_over_is_cited_with_its_notice() -> None:
    pack = standing("")

    assert {rule.where for rule in pack.subsidies} == {
        f"《青禾县试验方案》{c}" for c in ("二（一）", "二（二）", "二（三）")
    }


def test_a_rule_that_is_changed_in_part_is_the_own_notices() -> None:
    window = standing("collection_window+: {last: 2031-01-15, clause: 一}").collection_window

    assert (str(window.first), str(window.last), window.where) == ("2030-09-01", "2031-01-15", "一")
    assert window.derived == {"first": "沿用《青禾县试验方案》"}


def test_a_rule_that_is_changed_in_part_needs_a_clause_of_its_own() -> None:
    assert complaints("collection_window+: {last: 2031-01-15}") == [
        "changes.yaml:1: 缺少出处：写 clause（条款号），通知没有写的写 assumed（假定的理由）"
    ]


def test_a_part_that_holds_no_rule_itself_needs_no_clause() -> None:
    pack = standing("exclusions+: {covered_elsewhere: {remedy: 先问, clause: 五}}")

    assert (pack.exclusions.rules["covered_elsewhere"].where, len(pack.exclusions.rules)) == ("五", 2)


def test_whose_rule_it_is_cannot_be_written_by_hand() -> None:
    assert complaints("contacts: [{name: 甲, phone: 12393, notice: 省里的, clause: 全文}]") == [
        "changes.yaml:1: notice 由程序填写，不用自己写"
    ]


def test_a_translation_goes_with_what_it_translates() -> None:
    english = "english: {救助基金: relief fund, 另行规定: set elsewhere}"

    pack = standing(
        "subsidies+: [{drop: 丁}]\ncategories+: [{drop: 丁}]\nenglish+: {县财政: county treasury}", english=english
    )

    assert pack.english == {"救助基金": "relief fund", "县财政": "county treasury"}
