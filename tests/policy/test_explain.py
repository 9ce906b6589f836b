"""What a clerk reads aloud."""

import re
from datetime import date
from pathlib import Path

import pytest

from canbao.policy import Facts, Held, assess, explain, facts_from_json, load_pack, load_pack_texts
from canbao.policy.explain import explain_family, explain_person
from tests.policy.tiny import changed

SUIXI = load_pack("suixi-2022")


def said(*names: str, language: str = "zh", paid_on: date = date(2021, 11, 15)) -> str:
    answer = assess(SUIXI, Facts(categories=tuple(Held(name) for name in names), paid_on=paid_on))
    return explain(answer, language)  # type: ignore[arg-type]


def test_a_subsidised_person_hears_the_price_the_reason_and_the_clause() -> None:
    assert said("返贫致贫人口") == (
        "您应缴70.00元：个人缴费标准320元，您属于返贫致贫人口，由同级财政资助250元（依据：四（三））。"
        "待遇从2022-01-01到2022-12-31。"
    )


def test_the_same_in_english() -> None:
    assert said("返贫致贫人口", language="en") == (
        "You pay 70.00 yuan: the individual contribution is 320 yuan, 同级财政 pays 250 yuan, category 返贫致贫人口 "
        "(clause 四（三）). Cover runs from 2022-01-01 to 2022-12-31."
    )


def test_nobody_special_hears_the_price() -> None:
    assert said().startswith("您应缴320.00元，即个人缴费标准320元，没有资助。")
    assert said(language="en").startswith("You pay 320.00 yuan: the individual contribution is 320 yuan, without")


def test_what_is_unknown_is_said_with_whom_to_ask() -> None:
    assert said("重点优抚对象").startswith("您应缴多少现在还不能确定：个人缴费标准320元。")
    assert said("重点优抚对象").endswith("（依据：四（五）），请向县医保局询问。")
    assert "ask 县医保局" in said("重点优抚对象", language="en")


def test_an_assumption_is_said() -> None:
    assert said("低保对象", "监测人口").endswith(
        "这里有一个假定：通知没有写同时有几个身份怎么办，取资助最多的一项，不叠加。"
    )
    assert "rests on an assumption" in said("低保对象", "监测人口", language="en")


def test_a_refusal_is_said_with_what_would_help() -> None:
    late = date(2022, 2, 10)

    assert said(paid_on=late).startswith("集中缴费已于2021-12-31结束，也没有适用的补缴情形（依据：五）。属于下列情形")
    assert said(paid_on=late, language="en").startswith(
        "Collection ended on 2021-12-31, and none of the late ways in fits (clause 五)."
    )


PACKS = Path(__file__).parents[1] / "policies" / "packs"


def person(key: str, language: str = "zh", **facts: object) -> str:
    folder = PACKS / key
    return explain_person(load_pack(folder if folder.exists() else key), facts_from_json(facts), language)  # type: ignore[arg-type]


def family(key: str, *people: dict[str, object], language: str = "zh") -> list[str]:
    told = explain_family(load_pack(PACKS / key), [facts_from_json(one) for one in people], language)  # type: ignore[arg-type]
    return told.splitlines()


COUNTY = "yunling-county-2031"
GREW_UP = {"born_on": "1980-05-01", "paid_on": "2030-10-08"}


def test_a_person_hears_the_notice_every_line_who_helps_and_why_from_that_day() -> None:
    assert person(COUNTY, categories=["低保"], **GREW_UP) == (
        "按《云泉县2031年度居民医保工作通知》，您一共应缴240元，账单有2项："
        "基本医保480元（依据：云岭医保发〔2030〕8号二（四）、二（五）），"
        "因为您属于低保对象，由医疗救助基金资助240元（依据：二），本人缴240元；"
        "长期护理保险20元（适用于：满18周岁（按待遇期第一天算）；依据：云溪府办〔2030〕15号二），"
        "因为您属于低保对象，由县财政资助20元（依据：一），本人不用缴。"
        "待遇从2031年1月1日到2031年12月31日，因为在集中缴费期内缴费（依据：云岭医保发〔2030〕8号一（一））。"
        "财政另外补助700元。"
    )


def test_the_same_person_in_english() -> None:
    assert person(COUNTY, "en", categories=["低保"], **GREW_UP) == (
        "By “云泉县2031年度居民医保工作通知”: You pay 240 yuan in all, for 2 lines: "
        "basic insurance 480 yuan (clause 云岭医保发〔2030〕8号二（四）、二（五）), "
        "医疗救助基金 pays 240 yuan, category 低保对象 (clause 二), leaving 240 yuan; "
        "长期护理保险 20 yuan (the price for: 18 or older on the first day of the benefit period; "
        "clause 云溪府办〔2030〕15号二), 县财政 pays 20 yuan, category 低保对象 (clause 一), leaving nothing to pay. "
        "Cover runs from 1 January 2031 to 31 December 2031, "
        "because it is paid in the collection window (clause 云岭医保发〔2030〕8号一（一）). "
        "The government adds 700 yuan."
    )


@pytest.mark.parametrize(
    ("key", "facts", "chinese", "english"),
    [
        pytest.param(
            "waived-and-paid-back",
            {"categories": ["烈士遗属"]},
            "您不用缴费：个人缴费标准400元（依据：一），因为您属于烈士遗属，免缴400元，不由别人代付（依据：二（一））。",
            "You pay nothing: the individual contribution is 400 yuan (clause 一), "
            "400 yuan are waived and nobody pays them, category 烈士遗属 (clause 二（一）).",
            id="waived",
        ),
        pytest.param(
            "waived-and-paid-back",
            {"categories": ["困难学生"]},
            "缴费以后，因为您属于困难学生，由教育局返还150元（依据：二（三））。",
            "After payment, 教育局 gives back 150 yuan, category 困难学生 (clause 二（三）).",
            id="given-back",
        ),
        pytest.param(
            "waived-and-paid-back",
            {"categories": ["退捕渔民"], "other_cover": {"scheme": "resident"}},
            "虽然不在这里参保，因为您属于退捕渔民，由农业农村局返还200元（依据：二（四））。",
            "Although not enrolled here, 农业农村局 gives back 200 yuan, category 退捕渔民 (clause 二（四）).",
            id="given-back-to-who-is-covered-elsewhere",
        ),
        pytest.param(
            "subsidy-kinds",
            {"categories": ["孤儿"]},
            "因为您属于孤儿，由省级财政资助200元、市级财政资助100元、县级财政资助100元（依据：二（五））。",
            "省级财政 pays 200 yuan and 市级财政 pays 100 yuan and 县级财政 pays 100 yuan, category 孤儿 (clause 二（五）).",
            id="several-payers",
        ),
        pytest.param(
            "hekou-2031",
            {"categories": ["特困"], "tier": "一档"},
            "缴的是这一档，享受的是三档的待遇。",
            "This tier is paid, and the benefits are those of 三档.",
            id="another-tier-enjoyed",
        ),
        pytest.param(
            "prices-by-day",
            {"paid_on": "2031-04-10"},
            "个人缴费标准227元（全年340元，按剩余月数算；依据：二（三））",
            "the individual contribution is 227 yuan (for the months left, of 340 yuan a year; clause 二（三）)",
            id="months-left",
        ),
        pytest.param(
            "lapses",
            {"last_covered_until": "2026-12-31", "repaired_years": 3},
            "因为适用“断保后集中缴费期内参保”（依据：二）：从待遇期第一天算起，固定等3个月；"
            "您断保4年（前1年不加），再加3个月；补缴3年，减3个月；断保这么久的合计不少于6个月。",
            "counted from the first day of the benefit period, a fixed wait of 3 months, 3 months more for 4 years "
            "without cover (the first 1 not counted), 3 months less for 3 years repaired, but never under 6 months "
            "after so long.",
            id="a-wait-that-grew-and-was-repaired",
        ),
        pytest.param(
            "waits",
            {"traits": ["新迁入"], "paid_on": "2031-03-10"},
            "因为适用“新迁入的”（依据：二（四））：从缴费次日起再过 60天开始。",
            "by “新迁入的” (clause 二（四）): cover begins on the day after payment, 60 days later.",
            id="a-fixed-wait",
        ),
        pytest.param(
            "newborns-by-days",
            {"born_on": "2031-02-15"},
            "待遇从2031年2月15日到2031年12月31日，因为那天出生（依据：一）。",
            "Cover runs from 15 February 2031 to 31 December 2031, from birth (clause 一).",
            id="born-later",
        ),
        pytest.param(
            "incentives-and-refunds",
            {"years_in_row": 5},
            "因为连续参保，最高支付限额提高2000元（依据：二（一））。",
            "连续参保: the ceiling is 2000 yuan higher (clause 二（一）).",
            id="earned",
        ),
        pytest.param(
            "incentives-and-refunds",
            {"traits": ["献过血"]},
            "还不知道：献血：按市里的文件（依据：二（三）），请向市医保局询问。",
            "Not known: 献血：按市里的文件 (clause 二（三）); ask 市医保局.",
            id="earned-but-unknown",
        ),
        pytest.param(
            "incentives-and-refunds",
            {"refund": {"reason": "死亡", "asked_on": "2031-01-01"}},
            "因死亡要求退费：不退，待遇期从2031-01-01开始，开始以后不再退费（依据：三（二））。",
            "Refund asked for because of 死亡 (clause 三（二）): nothing is given back. "
            "The benefit period began on 2031-01-01; from then on nothing is given back.",
            id="refund-too-late",
        ),
        pytest.param(
            "incentives-and-refunds",
            {"refund": {"reason": "缴了两次"}},
            "因缴了两次要求退费：退还后缴的一笔（依据：三（三））。",
            "Refund asked for because of 缴了两次 (clause 三（三）): The later payment is given back.",
            id="refund-of-the-later",
        ),
        pytest.param(
            "prices-by-age",
            {},
            "您应缴多少现在还不能确定。",
            "What you owe cannot be said yet.",
            id="no-price-yet",
        ),
        pytest.param(
            "prices-by-age",
            {},
            "还不能确定基本医保的缴费标准：要先知道出生日期（依据：二（一）；二（三）），请向本人或监护人了解。",
            "Not known yet: the price of basic insurance: the day of birth must be known first "
            "(clause 二（一）；二（三）); ask the person or the guardian.",
            id="what-the-person-has-to-tell",
        ),
        pytest.param(
            "combine-not-said",
            {"categories": ["低保对象", "重度残疾人员"]},
            "还不知道：同时有几个身份时怎样资助（个人最多缴400元）（依据：一），请向县医保局询问。",
            "Not known: what holds for several categories at once (the person pays 400 yuan at most) "
            "(clause 一); ask 县医保局.",
            id="what-the-notice-leaves-to-others",
        ),
    ],
)
def test_every_notion_has_its_sentence(key: str, facts: dict[str, object], chinese: str, english: str) -> None:
    paid = {"paid_on": "2030-10-08", **facts}

    assert chinese in person(key, **paid)
    assert english in person(key, "en", **paid)


def test_an_amended_notice_is_named_by_who_pays_before_and_after() -> None:
    assert person("shitan-2031-amended", paid_on="2030-11-14").startswith(
        "按《石滩县2031年度居民医保参保缴费实施方案》"
    )
    assert person("shitan-2031-amended", paid_on="2030-11-15").startswith("按《石滩县关于调整低保对象资助标准的通知》")


def test_a_family_hears_what_it_owes_together_and_then_about_each() -> None:
    people = ({**GREW_UP, "categories": ["低保"]}, {}, {"employee_scheme": {"months": 3}})
    together, first, second, third = family(COUNTY, *people)

    assert together == (
        "按《云泉县2031年度居民医保工作通知》，您家3口人一共应缴240元；其中1人应缴多少还不能确定，没有算在里面；"
        "1人现在不能参保，没有算在里面；另有资助260元。"
    )
    assert first.startswith("第1人（1980年5月1日出生）一共应缴240元，账单有2项：")
    assert "因为属于低保对象" in first
    assert second.startswith("第2人一共应缴多少现在还不能确定。")
    assert third.startswith("第3人：缴费当日仍在参加职工医保")
    supposed = "没有说哪天缴费的，按2030年9月1日缴费算。"
    assert [line.endswith(supposed) for line in (first, second, third)] == [False, True, True]

    assert family(COUNTY, *people, language="en")[0] == (
        "By “云泉县2031年度居民医保工作通知”: Your household of 3 pays 240 yuan; "
        "for one person the amount cannot be said yet and is not in this sum; one person cannot enrol now; "
        "others pay 260 yuan for you."
    )


def test_a_family_in_two_tiers_is_told_where_the_notice_wants_one() -> None:
    people = ({"tier": "一档"}, {"tier": "高档"})

    assert "您家选了一档、二档，但全家要选同一档（依据：二），请先商量好" in family("tiers-by-household", *people)[0]
    assert "a whole household takes one tier (clause 二)" in family("tiers-by-household", *people, language="en")[0]
    assert "同一档" not in family("tier-paid-and-enjoyed", {"tier": "一档"}, {"tier": "二档"})[0]


@pytest.mark.parametrize("key", sorted(path.name for path in PACKS.iterdir()))
def test_every_worked_answer_can_be_told_and_its_english_borrows_only_the_notices_words(key: str) -> None:
    pack = load_pack(PACKS / key)
    theirs = "".join(pack.texts.values())
    for example in pack.examples:
        if example.target is not None:
            continue
        facts = facts_from_json(example.facts)
        told = explain_person(pack, facts, "en")
        borrowed = re.findall(r"[\u4e00-\u9fff]{2,}", told.replace("号", "号 "))  # a notice's number, then its clause

        assert explain_person(pack, facts).endswith("。")
        assert [word for word in borrowed if word not in theirs] == [], told


@pytest.mark.parametrize(
    ("key", "facts", "chinese", "english"),
    [
        pytest.param(
            "huilong-2020",
            {"categories": ["重残", "已脱贫"], "tier": "一档"},
            "您属于已脱贫建档立卡人口，前面已有资助的不再给（依据：四（一）3）",
            "nothing more after another subsidy (clause 四（一）3)",
            id="somebody-before",
        ),
        pytest.param(
            "huilong-2020",
            {"categories": ["残疾军人（六级）"], "tier": "一档"},
            "没有资助；您属于一至六级残疾军人，没有资助（依据：四（一）1（4））",
            "without a subsidy; for category",
            id="nothing-is-given",
        ),
        pytest.param(
            "huilong-2020",
            {"categories": ["低保"], "traits": ["市外户籍", "居住证"], "tier": "一档"},
            "您属于城乡低保对象，不合资助的条件（依据：四（一）1）",
            "its conditions are not met (clause 四（一）1)",
            id="not-for-them",
        ),
        pytest.param(
            "suixi-2022",
            {"categories": ["低保", "监测人口"]},
            "您属于监测人口，资助不比上面的多（依据：四（四））",
            "not more than the above (clause 四（四）)",
            id="less",
        ),
        pytest.param(
            "dongzhi-2021",
            {"categories": [{"name": "低保", "since": "2020-11-10"}], "paid_on": "2020-11-20"},
            "名册上的农村低保户没有算，因为您在规定要看的那一天不在册（依据：四（三）1、四（四））",
            "not on the roster of the day that decides (clause 四（三）1、四（四）)",
            id="not-on-the-day",
        ),
        pytest.param(
            "dongzhi-2021",
            {"born_on": "2020-11-20", "paid_on": "2021-02-05"},
            "从出生当天开始；早于待遇期的，从待遇期第一天起。",
            "and not before the benefit period.",
            id="born-before-the-period",
        ),
        pytest.param(
            "dongzhi-2021",
            {"born_on": "2021-03-01", "paid_on": "2021-06-02"},
            "您现在能不能缴费还不能确定。还不知道：现在能不能缴费：",
            "Whether you may pay now cannot be said yet. Not known: whether they may pay now: ",
            id="not-said-whether-they-may",
        ),
        pytest.param(
            "huilong-2020",
            {"categories": ["建档立卡"], "tier": "一档"},
            "还不知道：建档立卡贫困人口的资助金额：名册没有注明是否脱贫",
            "Not known: the subsidy of",
            id="the-roster-does-not-say-and-not-the-notice",
        ),
    ],
)
def test_why_there_is_no_more_is_said(key: str, facts: dict[str, object], chinese: str, english: str) -> None:
    assert chinese in person(key, **facts)
    assert english in person(key, "en", **facts)


def test_what_helps_ends_before_the_next_sentence_begins() -> None:
    texts = changed("covered_elsewhere: {clause: 三,", "covered_elsewhere: {assumed: 国家规定,")
    facts = facts_from_json({"other_cover": {"scheme": "resident"}})

    assert "先停保。这里有一个假定：国家规定。" in explain(assess(load_pack_texts(texts), facts))


def test_whoever_gives_no_day_of_payment_hears_for_which_day_the_answer_holds() -> None:
    assert person("suixi-2022").endswith("没有说哪天缴费的，按2021年10月1日缴费算。")
    assert person("suixi-2022", "en").endswith(
        ". Where no day of payment was given, this is for paying on 1 October 2021."
    )
    assert person("suixi-2022", on="2022-02-10").endswith("没有说哪天缴费的，按2022年2月10日缴费算。")
    assert "哪天缴费" not in person("suixi-2022", paid_on="2021-10-01")


def test_an_amendment_answers_for_the_first_day_of_the_window_too() -> None:
    assert person("shitan-2031-amended").endswith("没有说哪天缴费的，按2030年9月1日缴费算。")


def test_a_family_hears_it_once_or_each_for_another_day() -> None:
    paid, not_paid, asked_later = {"paid_on": "2030-10-08"}, {}, {"on": "2030-11-01"}

    once = family(COUNTY, not_paid, {"born_on": "1980-05-01"})
    each = family(COUNTY, paid, not_paid, asked_later)
    english = family(COUNTY, not_paid, language="en")

    assert [line.count("没有说哪天缴费的，按2030年9月1日缴费算。") for line in once] == [1, 0, 0]
    assert [line.rpartition("没有说哪天缴费的，按")[2] for line in each[2:]] == [
        "2030年9月1日缴费算。",
        "2030年11月1日缴费算。",
    ]
    assert "哪天缴费" not in each[0] + each[1]
    assert english[0].endswith(". Where no day of payment was given, this is for paying on 1 September 2030.")
