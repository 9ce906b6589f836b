"""What a clerk reads aloud."""

from datetime import date

from canbao.policy import Facts, Held, assess, explain, load_pack

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
