"""Every rule can be said in Chinese and in English."""

import re
from datetime import date
from pathlib import Path

import pytest

from canbao.policy import Pack, load_pack, load_pack_texts, pack_folders
from canbao.policy.conditions import AgeCondition, Condition, EmployeeCondition, HeldFor, Times
from canbao.policy.sentences import condition_text, label_of, sentence
from canbao.policy.sentences_english import Sentences
from canbao.policy.time_rules import Task
from canbao.policy.values import span_from_text
from canbao.policy.walk import rules
from tests.policy.tiny import changed

PACKS = [*pack_folders(), *sorted((Path(__file__).parents[1] / "policies" / "packs").iterdir())]


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_every_rule_is_a_sentence_in_both_languages(folder: Path) -> None:
    pack = load_pack(folder)
    theirs = "".join(pack.texts.values())
    english = Sentences(pack.english)
    for path, rule in rules(pack):
        chinese = sentence(path, rule)
        told = f"{english.label(rule)}: {english.sentence(path, rule)}"
        borrowed = re.findall(r"[\u4e00-\u9fff]{2,}", told)

        assert len(chinese) > 2, path
        assert label_of(rule)
        assert told.endswith(("。", ".")), told
        assert [word for word in borrowed if word not in theirs] == [], told
        assert "None" not in told + chinese, told + chinese


@pytest.mark.parametrize(
    ("when", "chinese", "english"),
    [
        (Condition(age=AgeCondition(at_least=18, under=60)), "满18周岁、不满60周岁（按待遇期第一天算）", "18 or older and under 60 on the first day of the benefit period"),
        (Condition(no_categories=("甲", "乙")), "不是甲、乙", "not 甲, 乙"),
        (Condition(any_of=(Condition(any_traits=("丙",)), Condition(claimed=False))), "（丙）或（上一年没有报销过）", "(丙) or (without a claim last year)"),
        (Condition(none_of=(Condition(all_categories=("甲", "乙")),)), "不是（同时是甲、乙）", "not (甲 and 乙)"),
        (Condition(held=HeldFor(category="甲", at_least=span_from_text("1年"), less_than=span_from_text("2年"))), "是甲满1年、不满2年", "甲 for 1 year or longer and for less than 2 years"),
        (Condition(employee=EmployeeCondition(left_at_most=span_from_text("3个月"), back_paid=False)), "不含补缴、中断不超过3个月", "without back payments, left it at most 3 months ago"),
        (Condition(lapsed_years=Times(at_least=1, at_most=3)), "断保1年以上、不超过3年", "without cover for at least 1 and at most 3 years"),
        (Condition(years_in_row=Times(at_least=4)), "连续参保4年以上", "covered at least 4 years in a row"),
        (Condition(benefit_years=(2031,)), "2031年度", "cover in 2031"),
    ],
)  # fmt: skip
def test_conditions_in_words(when: Condition, chinese: str, english: str) -> None:
    assert condition_text(when) == chinese
    assert Sentences({}).condition(when) == english


def test_english_takes_the_packs_own_words() -> None:
    pack: Pack = load_pack("suixi-2022")
    rule = next(rule for _, rule in rules(pack) if "四（二）" in rule.clauses and hasattr(rule, "subsidy"))

    assert Sentences(pack.english).sentence(("subsidies", 1), rule) == (
        "Recipient of the minimum living allowance: 280 yuan by the county's treasury, the person pays 40 yuan."
    )


def test_what_people_can_do_who_missed_the_window_is_said_in_both_languages() -> None:
    texts = changed("last: 2030-12-31, clause: 一}", "last: 2030-12-31, afterwards: 打县里的电话。, clause: 一}")
    pack = load_pack_texts({**texts, "english.yaml": "english: {打县里的电话。: Call the county.}\n"})
    path, window = next((path, rule) for path, rule in rules(pack) if path == ("collection_window",))

    assert sentence(path, window).endswith("；错过的人：打县里的电话。")
    assert Sentences(pack.english).sentence(path, window).endswith("2030-12-31; who missed it: Call the county.")


def test_a_task_of_some_months_that_is_due_on_a_day_of_each_says_both() -> None:
    task = Task(
        what="上缴", who="各镇", first=date(2030, 9, 1), last=date(2030, 12, 31), every_month_on=20, clause="一"
    )

    assert sentence(("calendar", 0), task) == "2030-09-01 至 2030-12-31，每月 20 日：各镇，上缴。"
    assert "2030-09-01 to 2030-12-31, on day 20 of each month" in Sentences({}).sentence(("calendar", 0), task)
