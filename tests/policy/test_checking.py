"""Each check has a county that it stops, and says so on the right line."""

import pytest

from canbao.policy import PackBroken, Problem, load_pack_texts
from canbao.policy.checking import reminders_of
from canbao.policy.checks import PACK_CHECKS
from tests.policy.tiny import TEXTS, TIERS, changed


def problems(texts: dict[str, str]) -> list[Problem]:
    with pytest.raises(PackBroken) as broken:
        load_pack_texts(texts, key="broken")
    return broken.value.problems


def line_of(texts: dict[str, str], file: str, words: str) -> int:
    return next(number for number, line in enumerate(texts[file].splitlines(), 1) if words in line)


MISTAKES = [
    # what is changed, into what, in which file and at which words the problem must be told, and in which words
    pytest.param(
        "乙\n    subsidy: {yuan: 300", "己\n    subsidy: {yuan: 300", "money.yaml", "己", "没有声明身份", id="category"
    ),
    pytest.param(
        "aliases: [乙等]",
        "aliases: [乙等，乙级]",
        "people.yaml",
        "name: 乙",
        "分开写成几项，[乙等, 乙级]",
        id="names-run-together",
    ),
    pytest.param(
        "collection_window:",
        "no_rule_for: [{clauses: [第四条], because: 宣传}]\ncollection_window:",
        "time.yaml",
        "第四条",
        "不是条款号",
        id="clause-without-a-rule",
    ),
    pytest.param(
        "    starts: {from: paid, plus: 1天}\n",
        "    starts: {from: paid, plus: 1天}\n    may_pay: unknown\n",
        "time.yaml",
        "may_pay",
        "同时写 unknown",
        id="may-pay-and-starts",
    ),
    pytest.param("any_traits: [晚归]", "any_traits: [早归]", "time.yaml", "早归", "没有声明情况", id="trait"),
    pytest.param("rate: 50%,", "rate: 50%, of_tier: 三档,", "money.yaml", "三档", "没有“三档”这一档", id="tier"),
    pytest.param("aliases: [乙等]", "aliases: [甲等]", "people.yaml", "name: 乙", "既是", id="alias-of-two"),
    pytest.param(
        "{name: 戊, dep", "{name: 己, dep", "people.yaml", "name: 己", "没有任何规则", id="category-without-rule"
    ),
    pytest.param(", clause: 三}\nexcl", "}\nexcl", "people.yaml", "有居住证的人", "缺少出处", id="no-clause"),
    pytest.param("clause: 二（一）", "clause: 第二条", "money.yaml", "第二条", "不是条款号", id="clause-shape"),
    pytest.param(
        "clause: 全文",
        "clause: 全文\n  derived: {titel: 推算}",
        "document.yaml",
        "derived",
        "不是这条规则的键",
        id="derived",
    ),
    pytest.param(
        "total_yuan: 1000", "total_yuan: 1001", "money.yaml", "individual_yuan", "个人加财政是 1000", id="total"
    ),
    pytest.param("government_yuan: 600, total_yuan: 1000, ", "", "money.yaml", "400", "二者选一", id="no-government"),
    pytest.param("{yuan: 300,", "{yuan: 401,", "money.yaml", "401", "超过个人缴费标准 400 元", id="over-the-price"),
    pytest.param("pays_yuan: 100", "pays_yuan: 99", "money.yaml", "pays_yuan", "标准减去资助是 100", id="own-part"),
    pytest.param("pays_rate: 50%", "pays_rate: 60%", "money.yaml", "pays_rate", "合计 110%", id="over-a-hundred"),
    pytest.param("rate: 50%, p", "rate: 150%, p", "money.yaml", "150%", "超过 100%", id="rate-over-a-hundred"),
    pytest.param("{yuan: 300, p", "{yuan: 300, full: true, p", "money.yaml", "300, full", "四者选一", id="two-amounts"),
    pytest.param("    no_subsidy: true\n", "", "money.yaml", "category: 戊", "三者选一", id="no-amount-at-all"),
    pytest.param(
        "另行规定\n    ask: 县医保局", "另行规定", "money.yaml", "category: 丁", "应向谁询问", id="nobody-to-ask"
    ),
    pytest.param("category: 丙", "category: 乙", "money.yaml", "rate: 50%", "有两条规则，没有写先后", id="no-order"),
    pytest.param(
        "most_favourable,",
        "most_favourable, payers: [县财政],",
        "money.yaml",
        "payers",
        "不用 payers",
        id="order-unused",
    ),
    pytest.param("until: 2031-02-28", "until: 2030-12-15", "time.yaml", "until", "重叠", id="overlapping-windows"),
    pytest.param(
        "until: 2031-02-28", "until: 2032-02-28", "time.yaml", "until", "晚于待遇期", id="window-after-the-end"
    ),
    pytest.param(
        "paid: in_window", "paid: in_window\n    until: 2030-11-01", "time.yaml", "2030-11-01", "只用于", id="until"
    ),
    pytest.param("last: 2030-12-31", "last: 2030-08-31", "time.yaml", "collection", "早于开始", id="window-backwards"),
    pytest.param(
        "2031-01-01, last: 2031-12-31", "2030-01-01, last: 2030-06-30", "time.yaml", "benefit", "之前就结束", id="p"
    ),
    pytest.param("    starts: {from: birth}\n", "", "time.yaml", "name: 新生儿", "二者选一", id="no-start"),
    pytest.param("起始日\n    ask: 县医保局", "起始日", "time.yaml", "大一点", "应向谁询问", id="start-nobody-to-ask"),
    pytest.param("born_since: window, ", "", "time.yaml", "大一点", "要和 born_since", id="every-adult-a-newborn"),
    pytest.param(
        "months_at_least: 1年", "months_at_least: 30天", "time.yaml", "停了职工", "请用年或月", id="months-in-days"
    ),
    pytest.param(
        "paid: in_window\n    starts: {from: paid, before_period: true}\n    clause: 一\n",
        "starts: {from: paid}\n    clause: 一\n  - {name: 又是晚归, when: {any_traits: [新生]}, starts: {from: paid}, clause: 一}\n",
        "time.yaml",
        "又是晚归",
        "永远轮不到",
        id="unreachable",
    ),
    pytest.param(
        "all_traits: [本地户籍]",
        "born_since: window",
        "people.yaml",
        "born_since",
        "写在 ways_in",
        id="eligible-by-age",
    ),
    pytest.param("people: 149", "people: 148", "work.yaml", "东镇", "得 149", id="target-row"),
    pytest.param(
        "total_people: 397", "total_people: 400", "work.yaml", "total_people", "各行之和是 397", id="target-total"
    ),
    pytest.param(", people: 149}", "}", "work.yaml", "targets", "要写 ask", id="blank-target"),
    pytest.param(
        "targets:",
        "calendar:\n  - {what: 宣传, who: 各镇, clause: 一}\ntargets:",
        "work.yaml",
        "宣传",
        "没有日子",
        id="task",
    ),
    # the shape
    pytest.param(
        "individual_yuan: 400", "individual_yuan: 4OO", "money.yaml", "4OO", "不是金额", id="letters-for-digits"
    ),
    pytest.param(
        "individual_yuan: 400", "individual_yuan: -400", "money.yaml", "-400", "不能小于零", id="below-nothing"
    ),
    pytest.param(
        "individual_yuan: 400", "individual_yuan: 400.005", "money.yaml", "400.005", "不是金额", id="half-a-fen"
    ),
    pytest.param("first: 2030-09-01", "first: 2030-9-1", "time.yaml", "2030-9-1", "不是日期", id="day-shape"),
    pytest.param("first: 2030-09-01", "first: 2030-09-31", "time.yaml", "09-31", "不是日历上的日期", id="no-such-day"),
    pytest.param("28天}", "28}", "time.yaml", "28}", "不是时间长度", id="span-without-unit"),
    pytest.param(
        "title: 青禾县试验方案", "titel: 青禾县试验方案", "document.yaml", "titel", "不认识的键 titel", id="key"
    ),
    pytest.param("  title: 青禾县试验方案\n", "", "document.yaml", "document", "缺少 title", id="missing-key"),
    pytest.param("  place: 青禾县\n", "  place: 甲\n  place: 乙\n", "document.yaml", "乙", "写了两次", id="key-twice"),
    pytest.param("document:", "document: [", "document.yaml", "document", "括号没有配对", id="yaml"),
    pytest.param("examples:", "document:", "work.yaml", "document", "不能写两次", id="topic-twice"),
    pytest.param("rule: most_favourable", "rule: best", "money.yaml", "best", "应是", id="no-such-rule"),
    pytest.param("place_code: 990101", "place_code: 9901", "document.yaml", "9901", "写法不对", id="place-code"),
    pytest.param("full: true", "full: 是", "money.yaml", "full: 是", "full 应是 true，而不是“是”", id="yes"),
    pytest.param(
        "individual_yuan: 400", "individual_yuan：400", "money.yaml", "400", "全角冒号", id="full-width-colon"
    ),
    pytest.param("from: birth", "from: brith", "time.yaml", "brith", "from 应是 period、", id="a-word-or-a-day"),
    pytest.param(
        "from: birth", "from: 2031-02-30", "time.yaml", "02-30", "from：“2031-02-30”不是日历上", id="a-day-or-a-word"
    ),
    pytest.param(
        "pays_yuan: 100, clause",
        "pays_yuan: 1o, clause",
        "work.yaml",
        "乙类",
        "“1o”不是金额",
        id="an-amount-or-unknown",
    ),
    pytest.param("300, payer", "300， payer", "money.yaml", "300，", "半角逗号", id="full-width-comma"),
    pytest.param("    clause: 二（一）", "\tclause: 二（一）", "money.yaml", "\t", "制表符", id="tab"),
    pytest.param("clause: 二（一）", 'clause: "二（一）', "money.yaml", '"', "引号没有配对", id="open-quote"),
    pytest.param("category: 丙", "category:丙", "money.yaml", "category:丙", "冒号后面要有一个空格", id="no-space"),
    pytest.param("any_traits: [晚归]", "any_traits: 晚归", "time.yaml", "晚归}", "应是列表", id="not-a-list"),
]


@pytest.mark.parametrize(("old", "new", "file", "words", "message"), MISTAKES)
def test_a_mistake_is_told_at_its_line(old: str, new: str, file: str, words: str, message: str) -> None:
    texts = changed(old, new)

    found = problems(texts)

    line = line_of(texts, file, words)
    assert any(p.file == file and message in p.message and abs(p.line - line) <= 1 for p in found), found


def test_all_mistakes_are_told_at_once() -> None:
    texts = changed("{yuan: 300,", "{yuan: 401,")
    texts["time.yaml"] = texts["time.yaml"].replace("until: 2031-02-28", "until: 2030-12-15")
    texts["work.yaml"] = texts["work.yaml"].replace("people: 149", "people: 148")

    assert {problem.file for problem in problems(texts)} == {"money.yaml", "time.yaml", "work.yaml"}


def test_mistakes_in_shape_are_told_at_once_too() -> None:
    texts = changed("individual_yuan: 400", "individual_yuan: x")
    texts["document.yaml"] = "document: {}\n"

    assert {problem.file for problem in problems(texts)} == {"money.yaml", "document.yaml"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("payers: [救助基金, 县财政]", "payers: [救助基金]", "没有先后"),
        ("payers: [救助基金, 县财政]", "payers: [救助基金, 县财政, 县财政]", "写了两次"),
        ("cap_tier: 一档", "cap_tier: 三档", "没有“三档”这一档"),
        ("- {tier: 一档, ", "- {", "都要写档次名称"),
        ("aliases: [高档]", "aliases: [一档]", "既是"),
    ],
)
def test_mistakes_with_tiers_and_payers_in_turn_are_told(old: str, new: str, message: str) -> None:
    money = TIERS.replace(old, new)
    assert money != TIERS

    found = problems({**TEXTS, "money.yaml": money, "work.yaml": "targets: {clause: 附件, unknown: x, ask: y}\n"})

    assert any(message in problem.message for problem in found), found


def test_a_target_table_without_rows_must_say_so() -> None:
    found = problems({**TEXTS, "work.yaml": "targets: {clause: 附件, ask: y}\n"})

    assert [problem.message for problem in found] == ["没有任务表：写 unknown 说明什么不知道"]


def test_a_target_unit_cannot_stand_twice() -> None:
    found = problems(changed("西镇", "东镇"))

    assert any("写了两次" in problem.message for problem in found)


def test_a_topic_that_no_file_holds_is_told() -> None:
    without = {name: text for name, text in TEXTS.items() if name != "document.yaml"}

    assert [str(problem).split("（")[0] for problem in problems(without)] == ["*.yaml:0: 缺少主题 document"]


def test_a_file_that_cannot_be_read_is_the_only_problem_told_about_its_topics() -> None:
    found = problems({**TEXTS, "document.yaml": "document: ["})

    assert [(problem.file, problem.line) for problem in found] == [("document.yaml", 1)]


def test_every_check_has_a_name_that_says_what_must_hold() -> None:
    assert len({check.__name__ for check in PACK_CHECKS}) == len(PACK_CHECKS)


def test_brackets_of_the_wrong_width_are_told_once_however_many() -> None:
    found = problems(changed("clause: 二（二）\n  - category: 丙", "clause: 二(一)、二(二)\n  - category: 丙"))

    assert [problem.message for problem in found] == [
        "“二(一)、二(二)”请写成 二（一）、二（二）：括号用全角，几处之间用顿号"
    ]


def test_a_mark_inside_brackets_does_not_part_a_name() -> None:
    found = problems(changed("- category: 甲", "- category: 甲（一、二级）"))

    assert not any("分开写成几项" in problem.message for problem in found), found


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("last: 2030-12-31", "last: 2031-12-31", "“晚归的人”等 3 种期后缴费没有一天可以缴：年份对不对？"),
        ("last: 2030-12-31", "last: 2032-12-31", "待遇期在集中缴费期之前就结束了（缴费到 2032-12-31"),
        ("first: 2030-09-01, last: 2030-12-31", "first: 2029-09-01, last: 2029-12-31", "中间隔了一年多，年份对不对？"),
        ("first: 2031-01-01, last: 2031-12-31", "first: 2030-01-01, last: 2030-11-30", "待遇期在集中缴费期之前就"),
    ],
)
def test_a_year_mistyped_in_the_window_is_told_once_and_nothing_that_follows_from_it(
    old: str, new: str, says: str
) -> None:
    texts = changed(old, new)

    (problem,) = problems(texts)

    assert says in problem.message
    assert [one.message for one in reminders_of(texts, "qinghe") if "20" in one.message] == []


def test_what_a_year_of_the_window_does_not_explain_is_told_beside_it() -> None:
    texts = changed("last: 2030-12-31", "last: 2032-12-31")
    texts["money.yaml"] = texts["money.yaml"].replace("{yuan: 300,", "{yuan: 401,")

    assert {problem.file for problem in problems(texts)} == {"time.yaml", "money.yaml"}


def test_a_late_window_inside_the_window_is_told_once() -> None:
    (problem,) = problems(changed("until: 2031-02-28", "until: 2030-12-15"))

    assert "重叠" in problem.message


def reminded(texts: dict[str, str]) -> list[str]:
    return [one.message for one in reminders_of(texts, "qinghe") if "一个这样缴费的人" in one.message]


def test_a_way_in_that_no_worked_answer_takes_is_asked_for_one() -> None:
    example = (
        "  - {case: 停了一个月, facts: {employee_scheme: {months: 12, left_on: 2031-02-01}, paid_on: 2031-03-01},"
        " covered_from: 2031-03-01, clause: 一}\n"
    )

    assert len(reminded(TEXTS)) == 5
    left = reminded({**TEXTS, "work.yaml": TEXTS["work.yaml"] + example})
    assert [message.split("”")[0] for message in left] == [
        "提醒：“晚归的人",
        "提醒：“新生儿",
        "提醒：“大一点的婴儿",
        "提醒：“新生",
    ]


def test_whoever_is_refused_shows_no_way_in() -> None:
    example = (
        "  - {case: 还在别处, facts: {traits: [晚归], paid_on: 2031-02-01, other_cover: {until: 2031-12-31}},"
        " refused: covered_elsewhere, clause: 三}\n"
    )

    assert len(reminded({**TEXTS, "work.yaml": TEXTS["work.yaml"] + example})) == 5
