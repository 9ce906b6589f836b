"""What of a notice no rule uses is told, at its line of the notice, until somebody says why it needs none."""

import pytest

from canbao.policy import load_pack_texts
from canbao.policy.unused import not_used
from tests.policy.test_figures import NOTICE
from tests.policy.tiny import TEXTS, changed


def told(notice: str, texts: dict[str, str] = TEXTS) -> list[str]:
    return [str(problem) for problem in not_used(load_pack_texts(texts), notice, "notice.txt")]


def test_nothing_is_told_of_a_notice_that_is_used_up() -> None:
    assert told(NOTICE) == []


def test_a_clause_that_nobody_cites_is_told_with_its_beginning() -> None:
    assert told(NOTICE.replace("三、对象", "(四)己200元\n三、对象")) == [
        "notice.txt:12: 提醒：二（四）（(四)己200元…）没有一条规则引用：漏写了规则？不用写的，在 no_rule_for 里说明"
    ]


def test_neighbours_are_told_together() -> None:
    (one,) = told(NOTICE.replace("附件\n", "四、宣传\n（一）广播\n五、考核\n附件\n"))

    assert one.startswith("notice.txt:13: 提醒：四、五没有一条规则引用")


def test_a_clause_cited_as_a_whole_speaks_for_its_parts_unless_one_of_them_is_cited_itself() -> None:
    parts = NOTICE.replace("三、对象", "三、对象\n（一）城里人\n（二）乡下人")

    assert told(parts) == []
    assert "三（二）" in told(parts, changed("clause: 三}\n  - {who", "clause: 三（一）}\n  - {who"))[0]


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("乙 300元", "乙 300元，其中老人350元", "350元"),
        ("丙50%", "丙50%（残疾的60%）", "60%"),
        ("婴儿28日内", "婴儿28日内，早产的40天内", "40天"),
        ("晚归的到", "1月15日起晚归的到", "1月15日"),
        ("乙 300元", "乙 300元，五级的不算", "五级"),
        ("乙 300元", "乙和孤儿 300元", "孤儿"),
        ("乙 300元", "乙 300元，其余全额资助", "全额资助"),
        ("(三)丁", "(三)庚不再享受，丁", "不再享受"),
    ],
)
def test_a_figure_or_name_in_a_clause_that_no_rule_under_it_uses_is_told(old: str, new: str, word: str) -> None:
    texts = changed("  - category: 戊\n    no_subsidy: true\n    clause: 二（三）\n", "").copy()
    texts["people.yaml"] = texts["people.yaml"].replace("  - {name: 戊, department: 民政局, clause: 二（三）}\n", "")
    assert old in NOTICE

    (one,) = told(NOTICE.replace(old, new), texts)

    assert f"“{word}”" in one
    assert "no_rule_for" in one


def test_a_day_that_another_clause_gives_is_only_said_again() -> None:
    assert told(NOTICE.replace("三、对象", "三、对象，2031年2月28日前")) == []


def test_whoever_says_why_is_not_asked_again() -> None:
    notice = NOTICE.replace("三、对象", "三、对象（工本费5元）").replace("附件\n", "四、宣传\n附件\n")
    silent = "no_rule_for:\n  - {clauses: [四], because: 宣传}\n  - {clauses: [三], words: [5元], because: 别处收}\n"

    assert len(told(notice)) == 2
    assert told(notice, {**TEXTS, "more.yaml": silent}) == []
    assert len(told(notice.replace("5元", "6元"), {**TEXTS, "more.yaml": silent})) == 1


def test_what_needs_no_rule_is_no_rule() -> None:
    texts = {**TEXTS, "more.yaml": "no_rule_for: [{clauses: [四], because: 宣传}]\n"}

    assert load_pack_texts(texts).digest == load_pack_texts(TEXTS).digest
