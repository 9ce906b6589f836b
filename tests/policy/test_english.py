"""English is read back out of what an answer says in Chinese."""

from datetime import date

import pytest

from canbao.kernel.refusal import Refusal
from canbao.policy import assess, facts_from_json, load_pack
from canbao.policy.checking import problems_of
from canbao.policy.english import phrase, refusal_in_english
from canbao.policy.inherit import read_texts
from canbao.policy.refusals import ENGLISH, IN_ORDER

SUIXI = load_pack("suixi-2022")
HUILONG = load_pack("huilong-2020")


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_every_refusal_has_its_english_with_the_same_words() -> None:
    assert list(ENGLISH) == [kind.code for kind in IN_ORDER]


@pytest.mark.parametrize("kind", IN_ORDER, ids=lambda kind: kind.code)
def test_a_refusal_speaks_of_nobody_so_that_anybody_may_read_it(kind: type[Refusal]) -> None:
    assert ("您" in kind.says_template, "此人" in kind.says_template) == (False, False)


@pytest.mark.parametrize(
    ("facts", "says", "remedy"),
    [
        pytest.param(
            {"employee_scheme": {"months": 60}},
            "Still in the employee scheme on the day of payment; nobody can be in both.",
            "Come with the proof of having left the other scheme.",
            id="in_employee_scheme",
        ),
        pytest.param(
            {"other_cover": {"scheme": "resident", "place": "340100", "until": "2022-12-31"}},
            "Already in the resident scheme in 340100 for the same time; nobody is enrolled twice.",
            "First leave the scheme there, or bring the proof of having left; the insurance office checks it.",
            id="covered_elsewhere",
        ),
        pytest.param(
            {"paid_on": "2021-09-30"},
            "Collection begins on 2021-10-01; it is too early to pay.",
            "Pay from 2021-10-01 to 2021-12-31.",
            id="window_not_open",
        ),
    ],
)
def test_a_refusal_of_the_notice_in_english(facts: dict, says: str, remedy: str) -> None:
    answer = assess(SUIXI, facts_from_json(facts))

    assert refusal_in_english(answer.as_json()["refusal"], SUIXI.english) == (says, remedy)


def test_who_came_too_late_reads_every_late_way_in() -> None:
    answer = assess(SUIXI, facts_from_json({"paid_on": "2022-02-10"}))

    says, remedy = refusal_in_english(answer.as_json()["refusal"], SUIXI.english)

    assert says == "Collection ended on 2021-12-31, and none of the late ways in fits."
    assert remedy.startswith(
        "With proof, these may still pay: returning migrant workers (五), newborns within 90 days (五)"
    )
    assert remedy.endswith(". Others enrol in the next collection window, or ask the insurance office.")


def test_a_name_before_a_refusal_stays_before_it() -> None:
    refusal = assess(SUIXI, facts_from_json({"paid_on": "2022-02-10"})).as_json()["refusal"]

    says, _ = refusal_in_english(refusal | {"says": f"赵大：{refusal['says']}"}, SUIXI.english)

    assert says == "赵大: Collection ended on 2021-12-31, and none of the late ways in fits."


def test_an_amount_that_nobody_knows() -> None:
    unknown = assess(SUIXI, facts_from_json({"categories": ["重点优抚对象"]})).unknown[0]

    assert phrase(unknown.what, SUIXI.english) == (
        "the subsidy of veteran or dependant with special care: set by other documents, this notice gives no amount "
        "(the person pays 320 yuan at most)"
    )


def test_nothing_that_suixi_says_to_a_person_stays_chinese() -> None:
    said = [category.name for category in SUIXI.categories]
    said += [payer for rule in SUIXI.subsidies for payer in rule.payers]
    said += [text for rule in (*SUIXI.subsidies, *SUIXI.ways_in) for text in (rule.unknown, rule.ask) if text]
    said += [rule.assumed for rule in (*SUIXI.ways_in, *SUIXI.categories, SUIXI.combination) if rule.assumed]
    said += [way.who for way in SUIXI.eligible] + [way.name for way in SUIXI.ways_in]
    said += [rule.remedy for rule in (SUIXI.exclusions.in_employee_scheme, SUIXI.exclusions.covered_elsewhere) if rule]

    assert [text for text in said if has_chinese(phrase(text, SUIXI.english))] == []


def test_a_pack_without_english_keeps_its_names_and_our_own_words_are_english() -> None:
    late = assess(HUILONG, facts_from_json({"tier": "一档", "paid_on": date(2020, 6, 1).isoformat()}))

    says, _ = refusal_in_english(late.as_json()["refusal"], HUILONG.english)

    assert (HUILONG.english, has_chinese(says)) == ({}, False)
    assert phrase("低保对象、残疾人", {"低保对象": "poor"}) == "poor, 残疾人"


def test_what_was_not_made_with_a_template_is_left_as_it_is() -> None:
    assert refusal_in_english({"code": "window_closed", "says": "别的话", "remedy": "别的办法"}, {}) == (
        "别的话",
        "别的办法",
    )
    assert refusal_in_english({"code": "elsewhere", "says": "甲", "remedy": "乙"}, {}) == ("甲", "乙")


def test_english_changes_no_digest_and_must_be_of_words_in_the_pack() -> None:
    texts = dict(SUIXI.texts)
    plain = {name: text for name, text in texts.items() if name != "english.yaml"}
    slip = texts | {"english.yaml": texts["english.yaml"] + "  没有这句话: nobody says this\n"}

    pack, _ = problems_of(read_texts(plain), "suixi-2022", plain)
    _, problems = problems_of(read_texts(slip), "suixi-2022", slip)

    assert pack is not None
    assert pack.digest == SUIXI.digest
    assert [problem.message for problem in problems] == ["方案里没有“没有这句话”这几个字，译文用不上"]
    assert problems[0].line == slip["english.yaml"].count("\n")
