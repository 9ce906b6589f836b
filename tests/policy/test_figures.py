"""Figures are found in exactly the clause that they cite, however the text was converted."""

import re
from datetime import date
from decimal import Decimal

import pytest

from canbao.policy import load_pack_texts
from canbao.policy.figures import look_up_figures, said_as
from canbao.policy.notice import clauses_of
from canbao.policy.values import FigureKind, span_from_text
from tests.policy.tiny import TEXTS, changed, tiny

NOTICE = """\
青禾县试验方案
一、时间
２０３０ 年9月 1日至 12 月
31日缴费，2031年1月1日至2031年12月31日享受。晚归的到 2031年2月28日，次日（1天）起。婴儿28日内。
停保3个月内、参保1年以上的当日起。
二、标准
每人４００元，财政 600元，
合计1000 元。
（一）甲全额
（二）乙 300元，自付 100元；丙50%，自付50%
(三)丁另行规定
三、对象
附件
任务
东镇
150
99%
149
西镇
250
99%
248
合计
400
397
"""


HELP = "：改数字或 clause；由我们推算的，写 derived: {键: 理由}"


def found_problems(texts: dict[str, str], notice: str = NOTICE) -> list[str]:
    return [str(problem) for problem in look_up_figures(load_pack_texts(texts), notice).problems]


def test_every_figure_is_found_and_counted() -> None:
    result = look_up_figures(tiny(), NOTICE)

    assert result.problems == ()
    assert result.found == 24


def test_a_figure_that_its_clause_does_not_say_is_told_at_its_line() -> None:
    texts = changed("clause: 二（二）\n  - category: 丙", "clause: 二（一）\n  - category: 丙")

    assert found_problems(texts) == [
        "money.yaml:9: 二（一） 没有写 300（does not say 300）" + HELP,
        "money.yaml:10: 二（一） 没有写 100（does not say 100）" + HELP,
    ]


def test_a_clause_that_the_notice_does_not_have_is_told() -> None:
    texts = changed("clause: 三}\nexclusions", "clause: 三（四）}\nexclusions")

    assert found_problems(texts) == ["people.yaml:9: 通知里找不到条款 三（四）（no such clause）；里面有的是：三"]


def test_a_rule_may_stand_in_two_clauses_and_its_figures_in_either() -> None:
    apart = NOTICE.replace("每人４００元，财政 600元，\n合计1000 元。", "每人400元。").replace(
        "（一）甲", "（九）财政600元，合计1000元。\n（一）甲"
    )
    one, both = (
        changed("clause: 二}\ncombination", "clause: 二（九）}\ncombination"),
        changed("clause: 二}\ncombination", "clause: 一、二（九）}\ncombination"),
    )

    assert found_problems(one, apart) == ["money.yaml:2: 二（九） 没有写 400（does not say 400）" + HELP]
    assert found_problems(both, apart.replace("31日缴费", "31日缴400元")) == []


def test_each_of_two_clauses_must_be_there() -> None:
    assert found_problems(changed("clause: 二（一）}", "clause: 二（一）、九}")) == [
        "people.yaml:14: 通知里找不到条款 九（no such clause）；里面有的是：一、二、二（一）、二（二）、二（三）、三"
    ]


def test_what_is_marked_as_derived_or_assumed_is_not_looked_up() -> None:
    notice = NOTICE.replace("400元", "").replace("４００元", "")
    texts = changed("clause: 二}\ncomb", "clause: 二, derived: {individual_yuan: 合计减去财政}}\ncomb")

    assert found_problems(changed("clause: 一", "clause: 一"), notice) != []
    assert found_problems(texts, notice) == []


def test_a_word_in_the_place_of_a_day_is_not_counted_as_a_figure_that_is_ours() -> None:
    category = "{name: 戊, department: 民政局, clause: 二（三）%s}"
    assumed = category % ", decided: {in_window: %s, after_window: paid}, assumed: 没有写"

    def ours(day: str) -> int:
        texts = changed(category % "", assumed % day)
        return look_up_figures(load_pack_texts(texts), NOTICE).ours

    assert (ours("paid"), ours("2030-10-31")) == (0, 1)


@pytest.mark.parametrize("figure", ["300", "100", "50%", "28日", "3个月", "1年", "2031年2月28日", "149", "250"])
def test_a_figure_gone_from_the_notice_is_missed(figure: str) -> None:
    assert found_problems(TEXTS, NOTICE.replace(figure, "若干")) != []


def test_numbers_in_cells_of_a_table_do_not_run_together() -> None:
    assert clauses_of("一、x\n附件\n150\n149\n", {})["附件"] == "附件150|149"


def test_an_annex_is_found_by_its_title_where_nothing_else_marks_it() -> None:
    clauses = clauses_of("一、任务见附件1\n目标\n二、其他\n目标\n东镇\n9", {"附件1": "目标"})

    assert clauses["附件1"] == "目标东镇9"
    assert clauses["二"] == "二、其他"


def test_clauses_nest_even_where_a_kind_of_heading_is_skipped() -> None:
    clauses = clauses_of("一、甲\n（一）乙\n1.丙\n（1）丁\n(2)戊\n2.己\n二、庚\n1.辛", {})

    assert clauses["一（一）1（2）"] == "(2)戊"
    assert clauses["一（一）1"] == "1.丙(1)丁(2)戊"
    assert clauses["二1"] == "1.辛"
    assert "一（一）1（2）2" not in clauses


def test_a_number_before_a_year_is_a_heading_and_a_number_with_a_point_is_none() -> None:
    clauses = clauses_of("一、甲\n1.2021年的名单\n1.5万元上缴\n2.2022年的名单\n3.2021-2022年度\n3.20000元", {})

    assert clauses["一1"] == "1.2021年的名单1.5万元上缴"
    assert clauses["一2"] == "2.2022年的名单"
    assert clauses["一3"] == "3.2021-2022年度3.20000元"


@pytest.mark.parametrize(
    ("kind", "value", "text", "said"),
    [
        ("yuan", 25000, "按250元资助", True),
        ("yuan", 0, "个人不缴费", True),
        ("yuan", 0, "予以全额资助", True),
        ("yuan", 0, "个人缴300元", False),
        ("yuan", 25000, "按1250元资助", False),
        ("yuan", 25000, "按250.5元资助", False),
        ("yuan", 25000, "在250天内", False),
        ("yuan", 20000000, "达到20万元", True),
        ("yuan", 20000000, "达到120万元", False),
        ("rate", Decimal("0.9"), "补助90%", True),
        ("rate", Decimal("0.9"), "补助190%", False),
        ("rate", Decimal("0.125"), "补助12.5%", True),
        ("day", date(2030, 12, 31), "9月1日至12月31日", True),
        ("day", date(2030, 12, 31), "2030年12月31日", True),
        ("day", date(2030, 12, 31), "2029年12月31日", False),
        ("day", date(2030, 9, 25), "9月1日至25日", True),
        ("day", date(2030, 2, 1), "12月1日", False),
        ("day_of_month", 5, "每月5日前", True),
        ("day_of_month", 5, "每月15日前", False),
        ("month", "2030-08", "8月份在册", True),
        ("month", "2030-08", "18月", False),
        ("span", span_from_text("90天"), "出生90日内", True),
        ("span", span_from_text("3个月"), "三个月内", True),
        ("span", span_from_text("2年"), "满24个月", True),
        ("span", span_from_text("2年"), "12年", False),
        ("count", 149, "任务149人", True),
        ("count", 149, "任务1490人", False),
        ("phone", "12366", "热线12366", True),
    ],
)
def test_the_ways_in_which_a_notice_says_a_figure(kind: FigureKind, value: object, text: str, *, said: bool) -> None:
    assert (re.search(said_as(kind, value)[1], text) is not None) is said
