"""The page for people: complete, self-contained, and nothing in it can run."""

from html.parser import HTMLParser

import pytest

from canbao.policy import load_pack, load_pack_texts
from canbao.policy.show import clause_order, page
from canbao.policy.walk import rules
from tests.policy.tiny import changed, tiny, tiny_with_tiers

KEYS = ["dongzhi-2021", "hefei-2020", "hefei-2021", "huilong-2020", "suixi-2022"]


class Tags(HTMLParser):
    """Keeps the tags that stand open, and every tag seen."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("key", KEYS)
def test_the_page_is_well_formed_without_scripts_and_names_every_clause(key: str) -> None:
    pack = load_pack(key)
    html, tags = page(pack), Tags()

    tags.feed(html)

    assert tags.open == []
    assert tags.seen.isdisjoint({"script", "img", "link", "iframe"})
    assert all(f">{rule.clause}</th>" in html for _, rule in rules(pack) if rule.clause)


@pytest.mark.parametrize("key", KEYS)
def test_the_page_tells_every_assumption(key: str) -> None:
    pack = load_pack(key)

    assert all(rule.assumed in page(pack) for _, rule in rules(pack) if rule.assumed)


def test_the_page_computes_who_pays_with_the_engine() -> None:
    assert '<td class="n">375.00</td><td class="">医疗救助部门 250.00</td>' in page(load_pack("huilong-2020"))


def test_a_blank_target_is_shown_as_unknown() -> None:
    assert '<td class="">长丰县</td><td class="n">未知</td>' in page(load_pack("hefei-2020"))


def test_small_packs_have_a_page_too() -> None:
    assert "青禾县试验方案" in page(tiny())
    assert "二档" in page(tiny_with_tiers())


def test_words_of_a_pack_cannot_become_markup() -> None:
    html = page(load_pack_texts(changed("title: 青禾县试验方案", "title: <script>alert(1)</script>")))

    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_clauses_come_in_the_order_of_the_notice() -> None:
    clauses = ["附件", "十一", "二（十）", "二（二）", "二", "四（三）2", "四（三）10", "六1", "全文", "四（一）1（4）"]

    assert sorted(clauses, key=clause_order) == [
        "全文", "二", "二（二）", "二（十）", "四（一）1（4）", "四（三）2", "四（三）10", "六1", "十一", "附件",
    ]  # fmt: skip
