"""What differs between two packs, rule by rule and in words."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import BaseModel

from canbao.policy import load_pack, load_pack_texts
from canbao.policy.command import main
from canbao.policy.diff import _NOT_SAID, _WHOLE, Spoken, difference
from canbao.policy.diff_words import CODES, LABELS, in_words
from canbao.policy.example_rules import Example
from canbao.policy.pack import Topics
from canbao.policy.rule import NoRule
from tests.policy.tiny import TEXTS, changed, tiny

PACKS = Path(__file__).parents[1] / "policies" / "packs"
KEYS = sorted(path.name for path in PACKS.iterdir())


def said(texts: dict[str, str], language: str = "zh") -> list[str]:
    """What a changed county says differently, without the line of the titles."""
    lines = in_words(difference(tiny(), load_pack_texts(texts)), language)  # type: ignore[arg-type]
    return [line.strip() for line in lines if "→" not in line or line.startswith("  ")]


@pytest.mark.parametrize(
    ("old", "new", "lines", "english"),
    [
        pytest.param(
            "yuan: 300, payer: 救助基金}\n    pays_yuan: 100",
            "yuan: 310, payer: 救助基金}\n    pays_yuan: 90",
            ["改变（1）", "资助 乙：资助 由救助基金资助 300 元 → 由救助基金资助 310 元；个人应缴 100元 → 90元（二（二））"],
            [
                "Changed (1)",
                "Subsidy 乙: subsidy 300 yuan by 救助基金 → 310 yuan by 救助基金; the person pays 100 yuan → 90 yuan (二（二）)",
            ],
            id="a-figure",
        ),
        pytest.param(
            "until: 2031-02-28",
            "until: 2031-03-31",
            ["改变（1）", "其他缴费情形 晚归的人：最晚 2031-02-28 → 2031-03-31（一）"],
            ["Changed (1)", "Other ways in 晚归的人: until 2031-02-28 → 2031-03-31 (一)"],
            id="a-day",
        ),
        pytest.param(
            "starts: {from: birth}\n    clause: 一",
            "starts: {from: birth}\n    clause: 二",
            ["内容没有变，只是出处变了（1）", "其他缴费情形 新生儿：一 → 二"],
            ["The same words from another place (1)", "Other ways in 新生儿: 一 → 二"],
            id="a-clause",
        ),
        pytest.param(
            "  - category: 戊\n    no_subsidy: true\n    clause: 二（三）\n",
            "  - category: 戊\n    subsidy: {rate: 10%, payer: 县财政}\n    clause: 二（三）\n",
            ["改变（1）", "资助 戊：不再资助 是 → 没有；资助 没有 → 由县财政资助个人缴费标准的 10%（二（三））"],
            [
                "Changed (1)",
                "Subsidy 戊: no subsidy any more yes → none; subsidy none → 10% of the price by 县财政 (二（三）)",
            ],
            id="one-kind-of-rule-for-another",
        ),
        pytest.param(
            "  - name: 新生\n    when: {any_traits: [新生]}\n    paid: in_window\n    starts: {from: paid, before_period: true}\n    clause: 一\n",
            "",
            ["去掉（1）", "其他缴费情形：新生（新生）：集中缴费期内缴费；待遇从缴费当天开始，可以早于待遇期。（一）"],
            [
                "Gone (1)",
                ("Other ways in: 新生 (新生): paid in the collection window; cover begins on the day of payment, "
                "also before the benefit period. (一)"),
            ],
            id="a-rule-less",
        ),
        pytest.param(
            "targets:\n  rate: 99%",
            "contacts:\n  - {name: 县医保局, phone: 12393, clause: 全文}\ntargets:\n  rate: 99%",
            ["增加（1）", "电话：县医保局 12393。（全文）"],
            ["Added (1)", "Telephone: 县医保局 12393. (全文)"],
            id="a-rule-more",
        ),
        pytest.param(
            "{name: 西镇, population: 250, people: 248}\n  total_population: 400\n  total_people: 397",
            "{name: 西镇, population: 350, people: 347}\n  total_population: 500\n  total_people: 496",
            ["改变（1）", "任务：西镇 户籍人口 250 → 350；西镇 任务数 248 → 347；人口合计 400 → 500；任务合计 397 → 496（附件）"],
            [
                "Changed (1)",
                ("Targets: 西镇 population 250 → 350; 西镇 target 248 → 347; population in all 400 → 500; "
                "targets in all 397 → 496 (附件)"),
            ],
            id="a-row-of-the-table",
        ),
        pytest.param(
            "means: 有居住证",
            "means: 有居住证满半年",
            ["改变（1）", "情况 居住证：意思 有居住证 → 有居住证满半年"],
            ["Changed (1)", "Circumstance 居住证: means 有居住证 → 有居住证满半年"],
            id="a-word",
        ),
        pytest.param(
            "when: {employee: {left_at_most: 3个月, months_at_least: 1年}}",
            "when: {employee: {left_at_most: 2个月, months_at_least: 1年}}",
            ["改变（1）", "其他缴费情形 停了职工医保：哪些人 职工医保连续1年以上、中断不超过3个月 → 职工医保连续1年以上、中断不超过2个月（一）"],
            [
                "Changed (1)",
                ("Other ways in 停了职工医保: who 1 year or longer in the employee scheme, left it at most 3 months ago "
                "→ 1 year or longer in the employee scheme, left it at most 2 months ago (一)"),
            ],
            id="a-condition",
        ),
        pytest.param(
            "rule: most_favourable, assumed: 没有写",
            "rule: not_said, ask: 县医保局, clause: 二",
            ["改变（1）", "几个身份：假定 没有写 → 没有；怎样合并 取最多的一项 → 没有写；问谁 没有 → 县医保局（没有 → 二）"],
            [
                "Changed (1)",
                ("Several categories: assumed 没有写 → none; how they combine the largest → not said; "
                "whom to ask none → 县医保局 (none → 二)"),
            ],
            id="a-word-of-the-format",
        ),
    ],
)  # fmt: skip
def test_a_change_is_told_with_what_it_was_and_what_it_is(
    old: str, new: str, lines: list[str], english: list[str]
) -> None:
    assert said(changed(old, new)) == lines
    assert said(changed(old, new), "en") == english


def test_rules_in_another_order_are_told_where_the_order_counts() -> None:
    first = "  - name: 晚归的人\n    when: {any_traits: [晚归]}\n    until: 2031-02-28\n    starts: {from: paid, plus: 1天}\n    clause: 一\n"
    texts = changed(first, "")
    texts["time.yaml"] += first

    assert said(texts) == ["先后变了，第一个适用的算（1）", "其他缴费情形"]


def test_two_rules_of_one_name_are_told_apart_by_their_conditions() -> None:
    """The first of three prices goes, and another is not mistaken for it."""
    early = "  - {when: {paid_until: 2030-09-30}, individual_yuan: 300, government_yuan: 600, clause: 二}\n"
    young = "  - {when: {age: {under: 18}}, individual_yuan: 350, government_yuan: 600, clause: 二}\n"
    last = "  - {individual_yuan: 400, government_yuan: 600, clause: 二}\ncombination: {rule: most_favourable, assumed: 无}\n"
    people = TEXTS["people.yaml"].split("categories:", maxsplit=1)[0]
    others = {**TEXTS, "people.yaml": people, "work.yaml": WORK}
    three = load_pack_texts({**others, "money.yaml": f"standards:\n{early}{young}{last}"})
    two = load_pack_texts({**others, "money.yaml": f"standards:\n{young}{last}"})

    found = difference(three, two)

    assert ([one.rule for one in found.gone], found.changed, found.added) == ([three.standards[0]], (), ())


WORK = "targets: {clause: 附件, unknown: x, ask: y}\n"


def test_an_amendment_differs_from_what_it_amends_in_what_it_says_only() -> None:
    lines = in_words(difference(load_pack(PACKS / "shitan-2031"), load_pack(PACKS / "shitan-2031-amended")))

    assert [line.strip().split("：")[0] for line in lines[1:]] == [
        "改变（2）",
        "文件",
        "资助 低保对象",
        "增加（2）",
        "资助",
        "身份",
    ]
    assert "从哪天起 没有 → 2030-11-15" in lines[2]


def test_comments_examples_and_what_we_worked_out_make_no_difference() -> None:
    texts = {**TEXTS, "time.yaml": "# 注\n" + TEXTS["time.yaml"]}
    texts["work.yaml"] = texts["work.yaml"].split("examples:")[0]
    texts["document.yaml"] += "  derived: {place_code: 查表}\n"

    assert difference(tiny(), load_pack_texts(texts)).is_none


@pytest.mark.parametrize("key", KEYS)
def test_a_pack_does_not_differ_from_itself(key: str) -> None:
    assert difference(load_pack(PACKS / key), load_pack(PACKS / key)).is_none


@pytest.mark.parametrize(("old", "new"), list(pairwise(KEYS)))
def test_whatever_differs_can_be_told_in_both_languages(old: str, new: str) -> None:
    found = difference(load_pack(PACKS / old), load_pack(PACKS / new))
    told = "\n".join(in_words(found, "en"))
    theirs = "".join((*found.old.texts.values(), *found.new.texts.values()))

    assert [word for word in re.findall(r"[\u4e00-\u9fff]{2,}", told.replace("号", "号 ")) if word not in theirs] == []
    assert "None" not in told + "\n".join(in_words(found))


def spoken_keys(model: type[BaseModel], seen: set[type]) -> set[str]:
    """Every key that may stand in a change."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        if name in _NOT_SAID:
            continue
        inner = [kind for kind in classes_in(field.annotation) if kind not in (Example, NoRule)]
        open_ones = [kind for kind in inner if not issubclass(kind, _WHOLE)]
        if not open_ones and model != Topics:
            found.add(field.alias or name)
        for kind in open_ones:
            if kind not in seen:
                seen.add(kind)
                found |= spoken_keys(kind, seen)
    return found


def classes_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [kind for inner in getattr(annotation, "__args__", ()) for kind in classes_in(inner)]


def test_every_key_has_its_label() -> None:
    assert sorted(spoken_keys(Topics, set()) - set(LABELS) - {"english"}) == []
    assert all(all(texts) for texts in (*LABELS.values(), *CODES.values()))


def test_a_rule_is_known_by_what_it_is_about() -> None:
    pack = tiny()

    assert Spoken(("ways_in", 0), pack.ways_in[0], "").name == "晚归的人"
    assert Spoken(("subsidies", 0), pack.subsidies[0], "").name == "甲"


def test_the_command_says_the_same_and_leaves_1_for_different(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    old, new = str(PACKS / "hekou-2031"), str(PACKS / "hekou-2032")

    assert main(["diff", old, old]) == 0
    assert capsys.readouterr().out == "没有不同。\n"
    assert main(["diff", old, new, "--language", "en"]) == 1
    assert "Subsidy 重度残疾人员: subsidy 100 yuan by 区财政 → 150 yuan by 区财政" in capsys.readouterr().out

    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "x.yaml").write_text("document: {}\n", encoding="utf-8")
    assert main(["diff", old, str(tmp_path / "broken")]) == 2
    assert "broken" in capsys.readouterr().err
