"""Everything that notices say, each in a small invented county: what it would write, its pack, and worked answers.

`SAID` maps every phrase to the pack and the worked answer that show it; the packs lie in `packs/`, a folder each, with
the notice they were written from. A phrase without an answer, and a pack that shows nothing, fail here.
"""

import re
from functools import cache
from pathlib import Path

import pytest

from canbao.policy import Pack, check, load_pack, look_up_figures
from canbao.policy.command import main
from canbao.policy.conditions import Condition
from canbao.policy.pack import Topics
from canbao.policy.trial import failures

FOLDER = Path(__file__).parent / "packs"
KEYS = sorted(path.name for path in FOLDER.iterdir())
COUNTIES = [key for key in KEYS if key.startswith(("yunling", "hekou", "shitan"))]
"""The three counties of docs/decisions/0008, complete."""
RULES = ("ways_in", "lines", "standards", "subsidies", "eligible", "incentives", "refunds")

SAID: dict[str, dict[str, tuple[str, str]]] = {
    "several prices": {
        "tiers that a household chooses": ("tiers-by-household", "没有身份，二档写作高档"),
        "tiers that a person chooses": ("tier-paid-and-enjoyed", "别人选三档"),
        "minors": ("prices-by-age", "待遇期第一天差一天满十八岁"),
        "students": ("prices-by-age", "大学生"),
        "the old, by age on a reference day": ("prices-by-age", "正好满六十岁"),
        "by being in another class": ("prices-by-age", "六十岁又是优待老人"),
        "by not being in another class": ("prices-by-age", "差一天满六十岁"),
        "the tier paid and the tier enjoyed differ": ("tier-paid-and-enjoyed", "特困，缴一档，享受三档"),
        "prices that step by the day of payment": ("prices-by-day", "晚一天"),
        "a part of the year by months left": ("prices-by-day", "三月一日，从四月起九个月，340×9÷12"),
        "its rounding": ("prices-by-day", "学生三月，从当月起十个月是233.33元，进到角"),
        "several lines: long-term care": ("several-lines", "正好满十八岁，两项"),
        "several lines: optional mutual aid": ("several-lines", "低保又自愿参加互助保障，互助没有资助"),
        "several lines: back payment for an earlier year": ("several-lines", "自愿补缴上年"),
        "several lines: back payment for lapsed years": ("several-lines", "补缴断保的两年"),
        "subsidies that apply to some lines only": ("several-lines", "低保，两项由两方资助"),
        "government contribution that differs by class": ("prices-by-age", "待遇期第一天正好满十八岁"),
    },
    "subsidies": {
        "full": ("subsidy-kinds", "全额"),
        "a sum": ("subsidy-kinds", "定额"),
        "a share of this tier's price": ("subsidy-kinds", "比例"),
        "a share of another tier's price": ("tiers-by-household", "低保，二档，还是300元的八成"),
        "the rest; split over several payers in order": ("subsidy-kinds", "三方先后：240，剩160的一半80，其余80"),
        "one sum split by rates": ("subsidy-kinds", "三方按比例分担一笔"),
        "a share with a most": ("subsidy-kinds", "八成是320元，封顶300元"),
        "the payer depends on the category": ("combine-most-favourable", "一个身份"),
        "the payer depends on the grade": ("payer-by-grade-and-place", "二级"),
        "the payer depends on where it was recognised": ("payer-by-grade-and-place", "邻县认定的，先缴后返"),
        "by tier": ("tiers-by-household", "残疾，二档"),
        "tapering by the person's years": ("taper-by-year", "正好满一年"),
        "tapering by the notice's year": ("taper-by-year", "搬迁户，今年是八成"),
        "a waiver is not a subsidy": ("waived-and-paid-back", "免缴，没有一方付"),
        "paid at once": ("waived-and-paid-back", "当时就付"),
        "paid back later": ("waived-and-paid-back", "先缴后返"),
        "paid although the person is insured elsewhere": (
            "waived-and-paid-back",
            "在别处参保，不能参保，但返还照给",
        ),
        "combined as most favourable": ("combine-most-favourable", "两个身份，取多的"),
        "combined in order with top-ups": ("combine-in-order", "240元在前，残联只补160元"),
        "combined with a cap": ("combine-in-order", "二档，合计还是到一档为止"),
        "stacking": ("combine-stacking", "200元加150元"),
        "not said at all": ("combine-not-said", "两个身份，不知道"),
    },
    "categories": {
        "with grades": ("payer-by-grade-and-place", "一级"),
        "aliases as rosters write them": ("categories-on-rosters", "别的写法"),
        "aliases that need a grade": ("categories-on-rosters", "写明等级才算的写法"),
        "who recognises them": ("payer-by-grade-and-place", "本县一个村认定的"),
        "from": ("categories-on-rosters", "身份的第一天"),
        "to": ("categories-on-rosters", "身份的最后一天"),
        "extension to family members": ("categories-on-rosters", "子女也算"),
        "defined by conditions: age and grade": ("categories-by-condition", "一级，正好六十岁"),
        "defined by conditions: one but not another": ("categories-by-condition", "低保又是特困"),
        "decided on the roster date": ("categories-decided-on-a-day", "名册那天已是低保"),
        "decided on the day of payment": ("categories-decided-on-a-day", "缴费那天是监测对象"),
        "decided at a cut-off instant": ("categories-decided-on-a-day", "缴费以后、截止日以前评上残疾"),
        "otherwise inside than outside the window": (
            "categories-decided-on-a-day",
            "名册以后才是低保，补缴时算",
        ),
    },
    "time": {
        "several windows": ("windows-and-starts", "补充缴费第一天，从次月一日起"),
        "from a fixed day": ("windows-and-starts", "海员，哪天缴都从三月一日起"),
        "from the day paid": ("windows-and-starts", "退役军人三月，从缴费那天起"),
        "from the day after": ("windows-and-starts", "外出务工的一月十日，次日起"),
        "from the first of next month": ("windows-and-starts", "补充缴费最后一天"),
        "from birth": ("newborns-by-days", "还没有出生就缴了，从出生起"),
        "from birth even before registration": ("newborns-by-days", "三月一日出生，第九十天缴，登记以前也算"),
        "newborns by days": ("newborns-by-days", "第九十一天缴，次日起"),
        "newborns by months": ("newborns-by-months", "满三个月那天缴"),
        "one premium for last year and this": ("newborns-by-days", "十一月出生，十二月缴，一次管两年"),
        "one premium for this year and the next": ("newborns-by-days", "下一个十一月一日出生，管到后年底"),
        "a wait in days": ("waits", "新迁入，从次日等六十天"),
        "a wait in months": ("waits", "补缴，从那天等三个月"),
        "counted from the payment's month": ("waits", "多一天，从当月一日等六个月"),
        "counted from 1 January": ("waits", "上年没有参保，从一月一日等六十天"),
        "exemptions": ("waits", "退役军人不等，上年没有参保也一样"),
        "a fixed wait of three months": ("lapses", "断保一年，等三个月"),
        "one month for each further lapsed year": ("lapses", "断保三年，等五个月"),
        "repairable by paying": ("lapses", "断保三年，补缴一年，等四个月"),
        "never under six after four": ("lapses", "断保四年，补缴三年，也不少于六个月"),
        "the first lapsed year does not count": ("lapses", "断保两年，等四个月"),
        "the first lapsed year counts": ("lapses-first-year-counts", "断保一年，等四个月"),
    },
    "incentives and refunds": {
        "four years in a row": ("incentives-and-refunds", "连续五年，提高一次"),
        "no claim last year": ("incentives-and-refunds", "上年没有报销"),
        "a ceiling has a ceiling": ("incentives-and-refunds", "连续十五年，也只到顶"),
        "refunds until when": ("incentives-and-refunds", "待遇期前一天参加职工医保"),
        "refunds for which reasons": ("incentives-and-refunds", "外出不退"),
        "refunds of the later of two payments": ("incentives-and-refunds", "缴了两次，年中才发现"),
        "refunds of the earlier of two payments": ("incentives-and-refunds", "外地参保，待遇期最后一天"),
    },
    "inheritance": {
        "a province's frame": ("yunling-province-2031", "低保的资助要问市里"),
        "a city's amounts": ("yunling-city-2031", "低保的资助市里写了"),
        "a county's additions": ("yunling-county-2031", "本县低保，两项由两方付"),
        "last year's with a few changes": ("hekou-2032", "残疾提高了"),
        "last year's where nothing changed": ("hekou-2032", "低保照上年"),
        "an amendment holds from its day": ("shitan-2031-amended", "修改那天缴的"),
        "and not before": ("shitan-2031-amended", "修改前一天缴的"),
        "what is amended": ("shitan-2031", "低保"),
        "a port city": ("hekou-2031", "特困，缴一档，享受三档，三方付"),
    },
    "silence": {
        "a price": ("silence", "价格不知道"),
        "the government's part": ("silence", "价格知道，财政补助不知道"),
        "a subsidy": ("silence", "资助不知道"),
        "several categories": ("silence", "两个身份怎么办不知道"),
        "a start": ("silence", "哪天起不知道"),
        "a refund": ("silence", "能不能退不知道"),
        "an incentive": ("incentives-and-refunds", "献过血，提高多少不知道"),
        "a target": ("silence", "任务不知道"),
    },
}


@cache
def pack_of(key: str) -> Pack:
    return load_pack(FOLDER / key)


def notice_of(key: str) -> str:
    return (FOLDER / key / "notice.txt").read_text(encoding="utf-8")


def phrases() -> list[object]:
    return [
        pytest.param(key, case, id=f"{bullet}: {phrase}")
        for bullet, said in SAID.items()
        for phrase, (key, case) in said.items()
    ]


@pytest.mark.parametrize(("key", "case"), phrases())
def test_what_notices_say_is_shown_by_a_worked_answer(key: str, case: str) -> None:
    assert case in [example.case for example in pack_of(key).examples]


def test_every_pack_shows_something() -> None:
    assert sorted({key for said in SAID.values() for key, _ in said.values()}) == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_an_example_pack_is_whole_and_its_answers_hold(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert [str(problem) for problem in check(FOLDER / key)] == []
    assert main(["test", str(FOLDER / key)]) == 0
    assert capsys.readouterr().err.endswith("，0 处不符\n")


@pytest.mark.parametrize("key", KEYS)
def test_its_figures_stand_in_its_notice(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(FOLDER / key), "--notice", str(FOLDER / key / "notice.txt")]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("key", COUNTIES)
def test_a_complete_county_leaves_nothing_to_be_reminded_of(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(FOLDER / key)]) == 0
    assert "提醒" not in "".join(capsys.readouterr())


def without(pack: Pack, topic: str, index: int) -> Pack:
    """The same pack without one rule, unchecked."""
    topics = {name: getattr(pack, name) for name in Topics.model_fields}
    rules = topics[topic]
    topics[topic] = (*rules[:index], *rules[index + 1 :])
    topics[topic] = topics[topic] or ((rules[0].model_copy(update=NOBODY),) if topic == "standards" else ())
    return Pack.model_construct(**topics, key=pack.key, digest="", texts={}, before=pack.before)


NOBODY = {"when": Condition(any_traits=("nobody",))}


@pytest.mark.parametrize("key", KEYS)
def test_no_rule_can_be_taken_away_unnoticed(key: str) -> None:
    """Every rule of the pack itself decides some worked answer; inherited ones are tried where they were written."""
    pack = pack_of(key)
    unnoticed = [
        (topic, index)
        for topic in RULES
        for index, rule in enumerate(getattr(pack, topic))
        if rule.notice is None and not any(failures(without(pack, topic, index)))
    ]

    assert unnoticed == WITHOUT_EFFECT.get(key, [])


WITHOUT_EFFECT = {
    "incentives-and-refunds": [("refunds", 8)],  # whom to ask: without the rule, nobody knows either
    "silence": [("refunds", 0)],
    "subsidy-kinds": [("subsidies", 6)],  # said to get nothing: the same as saying nothing
    "taper-by-year": [("subsidies", 3), ("subsidies", 5)],  # other years'
}


@pytest.mark.parametrize("key", COUNTIES)
def test_no_number_of_a_notice_can_change_unnoticed(key: str) -> None:
    """Each number below the heading is changed wherever it stands, and the look-up misses it."""
    head, body = re.split(r"(?=\n一、)", notice_of(key), maxsplit=1)
    unnoticed = []
    for number in sorted(set(re.findall(r"\d+", body)), key=int):
        altered = re.sub(rf"(?<!\d){number}(?!\d)", f"{int(number)}7", body)
        if not look_up_figures(pack_of(key), head + altered).problems:
            unnoticed.append(number)

    assert unnoticed == NOT_THE_PACKS.get(key, [])


NOT_THE_PACKS = {
    "yunling-city-2031": ["1", "2031"],  # the age is counted on the first day of the period, which the province says
    "hekou-2031": ["3"],  # 1 March: the pack says the last day before, derived
    "shitan-2031-amended": ["220"],  # what it was until then
}
