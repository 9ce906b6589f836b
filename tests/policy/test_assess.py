"""Who pays what, and who is told no, in the invented county."""

from dataclasses import replace
from datetime import date

import pytest

from canbao.kernel.refusal import BrokenInvariant
from canbao.policy import (
    Assessment,
    EmployeeScheme,
    Facts,
    Held,
    OtherCover,
    Share,
    answers_by_day,
    assess,
    load_pack_texts,
)
from tests.policy.tiny import TEXTS, changed, tiny, tiny_with_tiers

PACK = tiny()
TIERS = tiny_with_tiers()
IN_WINDOW = date(2030, 10, 1)


def holding(*names: str, **facts: object) -> Facts:
    return replace(Facts(categories=tuple(Held(name) for name in names), paid_on=IN_WINDOW), **facts)  # type: ignore[arg-type]


def code(answer: Assessment) -> str | None:
    return answer.refusal.code if answer.refusal else None


@pytest.mark.parametrize(
    ("names", "pays_fen", "payers"),
    [
        pytest.param((), 40000, {}, id="nobody-special-pays-the-price"),
        pytest.param(("甲",), 0, {"救助基金": 40000}, id="in-full"),
        pytest.param(("乙",), 10000, {"救助基金": 30000}, id="a-sum"),
        pytest.param(("丙",), 20000, {"县财政": 20000}, id="a-share"),
        pytest.param(("戊",), 40000, {}, id="said-to-get-nothing"),
        pytest.param(("丙", "乙"), 10000, {"救助基金": 30000}, id="the-better-of-two"),
        pytest.param(("丁",), None, {}, id="unknown"),
        pytest.param(("丁", "乙"), None, {}, id="an-unknown-may-beat-what-is-known"),
        pytest.param(("丁", "甲"), 0, {"救助基金": 40000}, id="nothing-beats-all-of-it"),
    ],
)
def test_most_favourable_category_decides(names: tuple[str, ...], pays_fen: int | None, payers: dict[str, int]) -> None:
    answer = assess(PACK, holding(*names))

    assert answer.pays_fen == pays_fen
    assert {share.payer: share.fen for share in answer.shares} == payers


@pytest.mark.parametrize(
    ("names", "tier", "pays_fen", "payers"),
    [
        (("乙",), "一档", 10000, [("救助基金", 30000)]),
        (("乙",), "二档", 60000, [("救助基金", 30000)]),
        (("丙",), "二档", 50000, [("县财政", 40000)]),
        (("乙", "丙"), "一档", 0, [("救助基金", 30000), ("县财政", 10000)]),
        (("乙", "丙"), "二档", 50000, [("救助基金", 30000), ("县财政", 10000)]),
        (("戊",), "一档", 35000, [("县财政", 5000)]),
        (("戊", "乙"), "一档", 10000, [("救助基金", 30000)]),
        (("丁", "乙"), "一档", None, []),
    ],
)
def test_payers_take_turns_up_to_the_cap(
    names: tuple[str, ...], tier: str, pays_fen: int | None, payers: list[tuple[str, int]]
) -> None:
    answer = assess(TIERS, holding(*names, tier=tier))

    assert answer.pays_fen == pays_fen
    assert [(share.payer, share.fen) for share in answer.shares] == payers


def test_an_unknown_amount_says_what_is_unknown_whom_to_ask_and_the_most_it_can_be() -> None:
    (unknown,) = assess(PACK, holding("丁", "乙")).unknown

    assert unknown.as_json() == {
        "what": "丁的资助金额：另行规定（个人最多缴100元）",
        "ask": "县医保局",
        "clause": "二（三）",
    }


def test_an_unknown_amount_leaves_the_government_part_known() -> None:
    assert assess(PACK, holding("丁")).as_json()["government"] == "600.00"


def test_the_assumption_about_several_categories_is_told_only_to_those_who_have_several() -> None:
    assert [item.what for item in assess(PACK, holding("甲", "乙")).assumptions] == ["没有写"]
    assert assess(PACK, holding("乙")).assumptions == ()


def test_two_categories_of_one_payer_rest_on_an_assumption_of_their_own() -> None:
    assert [item.what for item in assess(TIERS, holding("甲", "乙", tier="一档")).assumptions] == ["没有写"]
    assert assess(TIERS, holding("乙", "丙", tier="一档")).assumptions == ()


def test_a_category_counts_from_its_first_to_its_last_day_on_the_day_of_the_question() -> None:
    held = Held("乙", since=date(2030, 11, 1), until=date(2030, 12, 30))
    facts = Facts(categories=(held,), paid_on=IN_WINDOW)

    pays = [
        assess(PACK, replace(facts, on=day)).pays_fen
        for day in (None, date(2030, 11, 1), date(2030, 12, 30), date(2030, 12, 31))
    ]

    assert pays == [40000, 10000, 10000, 40000]


def test_a_tier_may_be_written_in_other_words() -> None:
    assert assess(TIERS, holding(tier="高档")).individual_fen == 90000


def test_a_grade_outside_the_category_counts_for_nothing() -> None:
    assert assess(PACK, Facts(categories=(Held("残疾人", "三级"),), paid_on=IN_WINDOW)).pays_fen == 40000
    assert assess(PACK, Facts(categories=(Held("残疾人", "一级"),), paid_on=IN_WINDOW)).pays_fen is None


def test_who_may_enrol_by_something_unknown_is_asked_for_it_and_not_turned_away_for_good() -> None:
    """People from elsewhere may enrol with the first grade: without the grade nobody can say."""
    eligible = "when: {all_traits: [外地户籍, 居住证]}"
    pack = load_pack_texts(changed(eligible, "when: {all_traits: [外地户籍], all_categories: [丁（一级）]}"))

    def refused(grade: str | None) -> tuple[str, str]:
        facts = Facts(categories=(Held("丁", grade),), traits=frozenset({"外地户籍"}), paid_on=IN_WINDOW)
        no = assess(pack, facts).refusal
        return (no.code, no.says) if no else ("", "")

    assert refused(None) == ("eligibility_unknown", "还不知道是不是参保对象：没有写丁的等级。")
    assert refused("一级") == ("", "")
    assert refused("二级")[0] == "not_eligible"


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        pytest.param(holding(traits=frozenset({"会飞"})), "unknown_trait", id="trait"),
        pytest.param(holding("己"), "unknown_category", id="category"),
        pytest.param(Facts(categories=(Held("丁", "九级"),)), "unknown_category", id="grade"),
        pytest.param(holding("残疾人"), "unknown_category", id="needs-its-grade"),
        pytest.param(holding(employee_scheme=EmployeeScheme(12)), "in_employee_scheme", id="still-employed"),
        pytest.param(
            holding(employee_scheme=EmployeeScheme(left_on=date(2030, 10, 2))), "in_employee_scheme", id="leaves-later"
        ),
        pytest.param(holding(other_cover=OtherCover("resident")), "covered_elsewhere", id="elsewhere"),
        pytest.param(
            holding(other_cover=OtherCover(until=date(2031, 1, 1))), "covered_elsewhere", id="overlaps-by-a-day"
        ),
        pytest.param(holding(traits=frozenset({"外地户籍"})), "not_eligible", id="not-from-here"),
        pytest.param(holding(tier="一档"), "unknown_tier", id="no-tiers-here"),
        pytest.param(holding(paid_on=date(2030, 8, 31)), "window_not_open", id="too-early"),
        pytest.param(holding(paid_on=date(2031, 1, 1)), "window_closed", id="too-late"),
        pytest.param(
            holding(traits=frozenset({"晚归"}), paid_on=date(2031, 3, 1)), "window_closed", id="late-too-late"
        ),
        pytest.param(
            holding(born_on=date(2032, 1, 1), paid_on=IN_WINDOW), "starts_after_period", id="born-after-the-period"
        ),
    ],
)
def test_a_refusal_has_its_code_its_remedy_and_no_money(facts: Facts, refusal: str) -> None:
    answer = assess(PACK, facts)

    assert code(answer) == refusal
    assert answer.refusal is not None
    assert answer.refusal.remedy
    assert (answer.pays_fen, answer.shares, answer.covered_from) == (None, (), None)


@pytest.mark.parametrize(("tier", "refusal"), [(None, "tier_missing"), ("三档", "unknown_tier")])
def test_a_pack_with_tiers_needs_one_of_them(tier: str | None, refusal: str) -> None:
    assert code(assess(TIERS, holding(tier=tier))) == refusal


def test_the_first_refusal_in_order_is_the_one_that_is_told() -> None:
    everything_wrong = Facts(
        categories=(Held("己"),),
        traits=frozenset({"外地户籍"}),
        employee_scheme=EmployeeScheme(),
        paid_on=date(2031, 1, 1),
    )

    assert code(assess(PACK, everything_wrong)) == "unknown_category"
    assert code(assess(PACK, replace(everything_wrong, categories=()))) == "in_employee_scheme"


def test_cover_elsewhere_that_ends_before_ours_begins_is_no_obstacle() -> None:
    assert code(assess(PACK, holding(other_cover=OtherCover(until=date(2030, 12, 31))))) is None


def test_a_closed_window_names_the_late_ways_in_that_there_are() -> None:
    refusal = assess(PACK, holding(paid_on=date(2031, 1, 1))).refusal

    assert refusal is not None
    assert "晚归的人（一）" in refusal.remedy
    assert "新生（一）" not in refusal.remedy  # that one is for the window itself


def test_an_answer_in_json_has_exactly_the_agreed_keys() -> None:
    assert assess(PACK, holding("乙")).as_json() == {
        "individual": "400.00",
        "pays": "100.00",
        "shares": [{"payer": "救助基金", "amount": "300.00", "clause": "二（二）", "category": "乙"}],
        "government": "600.00",
        "price_clause": "二",
        "covered_from": "2031-01-01",
        "covered_until": "2031-12-31",
        "refusal": None,
        "unknown": [],
        "assumptions": [],
    }


def test_money_that_does_not_add_up_cannot_be_an_answer() -> None:
    with pytest.raises(BrokenInvariant, match="do not add up"):
        Assessment(40000, 10000, (Share("县财政", 20000, "二", "丙"),), 60000, None, None)


def test_an_amount_cannot_be_missing_without_a_reason() -> None:
    with pytest.raises(BrokenInvariant, match="without a reason"):
        Assessment(40000, None, (), 60000, None, None)


def test_each_day_on_which_an_order_might_be_paid_has_its_own_answer() -> None:
    days = [date(2030, 8, 31), date(2030, 12, 31), date(2031, 2, 27), date(2031, 2, 28), date(2031, 3, 1)]

    found = answers_by_day(PACK, Facts(traits=frozenset({"晚归"})), days)

    assert [code(answer) or answer.covered_from for answer in found.values()] == [
        "window_not_open",
        date(2031, 1, 1),
        date(2031, 2, 28),
        date(2031, 3, 1),
        "window_closed",
    ]


def test_a_start_that_the_notice_leaves_open_is_none() -> None:
    facts = Facts(born_on=date(2031, 1, 1))

    found = answers_by_day(PACK, facts, [date(2031, 1, 29), date(2031, 1, 30)])

    assert [answer.covered_from for answer in found.values()] == [date(2031, 1, 1), None]


@pytest.mark.parametrize(
    ("left_on", "months", "paid_on", "covered_from"),
    [
        pytest.param(date(2031, 1, 31), 12, date(2031, 4, 30), date(2031, 4, 30), id="three-months-to-the-day"),
        pytest.param(date(2031, 1, 31), 12, date(2031, 5, 1), None, id="a-day-more"),
        pytest.param(date(2031, 1, 31), 11, date(2031, 4, 30), None, id="a-month-short"),
    ],
)
def test_leaving_the_employee_scheme_opens_a_way_in(
    left_on: date, months: int, paid_on: date, covered_from: date | None
) -> None:
    facts = Facts(employee_scheme=EmployeeScheme(months, left_on=left_on), paid_on=paid_on)

    assert assess(PACK, facts).covered_from == covered_from


def test_a_new_student_is_covered_before_the_period_from_the_day_of_payment() -> None:
    answer = assess(PACK, Facts(traits=frozenset({"新生"}), paid_on=IN_WINDOW))

    assert (answer.covered_from, answer.covered_until) == (IN_WINDOW, date(2031, 12, 31))


def test_without_any_day_the_question_is_asked_on_the_first_day_of_the_window() -> None:
    assert assess(PACK, Facts()) == assess(PACK, Facts(on=PACK.window.first))


def test_without_a_day_of_payment_the_answer_is_as_if_paid_on_the_day_of_the_question() -> None:
    late = Facts(traits=frozenset({"晚归"}), on=date(2031, 2, 1))

    assert assess(PACK, late).covered_from == date(2031, 2, 2)


@pytest.mark.parametrize(
    ("starts", "paid_on", "covered_from"),
    [
        pytest.param(
            "{from: next_day, plus: 1个月}", date(2031, 1, 30), date(2031, 2, 28), id="a-day-and-then-a-month"
        ),
        pytest.param("{from: paid, plus: 1个月}", date(2031, 1, 30), date(2031, 2, 28), id="a-month"),
        pytest.param(
            "{from: next_day, plus: 1个月}", date(2031, 2, 27), date(2031, 3, 28), id="from-the-last-of-february"
        ),
        pytest.param("{from: next_day, plus: 30天}", date(2031, 1, 30), date(2031, 3, 2), id="a-day-and-thirty"),
        pytest.param(
            "{from: month_paid, plus: 1个月}", date(2031, 1, 31), date(2031, 2, 1), id="from-the-month-of-payment"
        ),
        pytest.param("{from: next_month, plus: 5天}", date(2031, 2, 28), date(2031, 3, 6), id="from-the-next-month"),
    ],
)
def test_a_start_is_counted_by_the_calendar(starts: str, paid_on: date, covered_from: date) -> None:
    pack = load_pack_texts(changed("until: 2031-02-28\n    starts: {from: paid, plus: 1天}", f"starts: {starts}"))

    assert assess(pack, Facts(traits=frozenset({"晚归"}), paid_on=paid_on)).covered_from == covered_from


def test_an_amendment_is_asked_on_its_own_first_day_whichever_rules_answer() -> None:
    """It shifts the window; without a day the question is one of its window, and the older rules hold on that day."""
    amended = PACK.model_copy(
        update={
            "before": PACK,
            "document": PACK.document.model_copy(update={"holds_from": date(2030, 12, 1)}),
            "collection_window": PACK.collection_window.model_copy(update={"first": date(2030, 8, 1)}),
        }
    )

    assert amended.window.first == date(2030, 8, 1)
    assert code(assess(amended, Facts())) == code(assess(PACK, Facts(on=date(2030, 8, 1)))) == "window_not_open"


def paying(texts: dict[str, str], facts: Facts) -> Assessment:
    return assess(load_pack_texts(texts), facts)


AGAIN = {**TEXTS, "again.yaml": "readjustment: {roster_of: 2030-12-31, clause: 一}\n"}
OCTOBER = {
    name: text.replace(
        "{name: 乙, aliases: [乙等], department: 民政局,",
        "{name: 乙, aliases: [乙等], department: 民政局, decided: {in_window: 2030-10-31, after_window: paid},",
    )
    for name, text in AGAIN.items()
}


@pytest.mark.parametrize(
    ("since", "until", "paid_on", "on", "pays"),
    [
        pytest.param("2030-11-10", None, "2030-11-20", "2030-11-20", 400, id="came-later-than-the-first-roster"),
        pytest.param("2030-11-10", None, "2030-11-20", "2030-12-30", 400, id="not-yet-decided-again"),
        pytest.param("2030-11-10", None, "2030-11-20", "2030-12-31", 100, id="decided-again"),
        pytest.param("2030-11-10", "2031-01-05", "2030-11-20", "2031-03-01", 100, id="left-after-that-day"),
        pytest.param(None, "2030-11-30", "2030-10-20", "2030-10-20", 100, id="on-the-first-roster"),
        pytest.param(None, "2030-11-30", "2030-10-20", "2031-03-01", 400, id="not-on-the-second"),
        pytest.param("2031-03-01", None, "2031-02-10", "2031-03-05", 400, id="paid-later-and-not-held-then"),
        pytest.param("2031-02-01", None, "2031-02-10", "2031-03-05", 100, id="paid-later"),
    ],
)
def test_the_second_roster_day_decides_for_good_about_who_has_paid_by_then(
    since: str | None, until: str | None, paid_on: str, on: str, pays: int
) -> None:
    held = Held("乙", since=since and date.fromisoformat(since), until=until and date.fromisoformat(until))
    facts = Facts((held,), traits=frozenset({"晚归"}), paid_on=date.fromisoformat(paid_on), on=date.fromisoformat(on))

    assert paying(OCTOBER, facts).pays_fen == pays * 100


def test_once_the_benefit_period_is_over_nobody_is_told_of_a_way_to_make_good() -> None:
    told = [assess(PACK, Facts(paid_on=day)).refusal for day in (date(2031, 12, 31), date(2032, 1, 1))]

    assert ["停了职工医保" in one.remedy for one in told if one is not None] == [True, False]
    assert ["新生儿" in one.remedy for one in told if one is not None] == [True, True]  # theirs runs on


def test_whom_an_assumption_keeps_out_of_a_category_is_told_of_it_as_well() -> None:
    """On which day's roster a category counts is our reading for those whom it leaves out, too."""
    category = "{name: 戊, department: 民政局, clause: 二（三）%s}"
    texts = changed(category % "", category % ", decided: {in_window: 2030-10-31}, assumed: 没有写按哪天的名册")
    late = Held("戊", since=date(2030, 11, 1))

    answer = assess(load_pack_texts(texts), Facts((late,), paid_on=date(2030, 12, 1)))

    assert "没有写按哪天的名册" in [one.what for one in answer.assumptions]


def test_a_newborns_time_may_run_past_the_end_of_the_benefit_period() -> None:
    born = Facts(born_on=date(2031, 12, 15), paid_on=date(2032, 1, 12))

    answer = assess(PACK, born)

    assert (answer.covered_from, answer.covered_until) == (date(2031, 12, 15), date(2031, 12, 31))
    assert code(assess(PACK, replace(born, paid_on=date(2032, 1, 13)))) == "window_closed"
    assert code(assess(PACK, replace(born, born_on=date(2032, 1, 1)))) == "starts_after_period"
    assert code(assess(PACK, replace(born, born_on=None))) == "window_closed"


MAY_PAY = changed("unknown: 起始日", "may_pay: unknown\n    unknown: 满月以后能不能缴")


def test_where_it_is_not_said_whether_they_may_pay_nothing_is_promised() -> None:
    answer = paying(MAY_PAY, Facts((Held("乙"),), born_on=date(2031, 1, 1), paid_on=date(2031, 3, 1)))

    assert (answer.refusal, answer.pays_fen, answer.shares) == (None, None, ())
    assert (answer.covered_from, answer.covered_until) == (None, None)
    assert answer.individual_fen == 40000
    assert answer.unknown[0].as_json() == {
        "what": "现在能不能缴费：满月以后能不能缴",
        "ask": "县医保局",
        "clause": "一",
    }


def test_a_refusal_promises_no_way_in_of_which_it_is_not_known_and_no_newborns_to_the_grown() -> None:
    late = Facts(paid_on=date(2031, 5, 1))
    unsaid, grown = (paying(MAY_PAY, facts).refusal for facts in (late, replace(late, born_on=date(1980, 1, 1))))

    assert unsaid is not None
    assert grown is not None
    assert "可凭证明补办：晚归的人（一）、新生儿（一）、停了职工医保（一）。" in unsaid.remedy
    assert "先问医保部门的：大一点的婴儿（一）。" in unsaid.remedy
    assert "可凭证明补办：晚归的人（一）、停了职工医保（一）。" in grown.remedy
    assert "婴儿" not in grown.remedy


def test_who_pays_may_be_unknown_while_the_amount_is_known() -> None:
    texts = changed(
        "{yuan: 300, payer: 救助基金}", "{yuan: 300, payer_unknown: {unknown: 没有写由谁出, ask: 县医保局}}"
    )

    answer = paying(texts, holding("乙"))

    assert answer.pays_fen == 10000
    assert [(share.payer, share.fen) for share in answer.shares] == [("通知没有写明的一方", 30000)]
    assert [one.what for one in answer.unknown] == ["乙的资助由谁支付：没有写由谁出"]
    assert assess(load_pack_texts(texts), holding("甲", "乙")).unknown == ()


@pytest.mark.parametrize(
    ("notice", "recognised", "pays"),
    [
        pytest.param("990101", "990101", 100, id="county-and-county"),
        pytest.param("990101", "990101104", 100, id="a-town-of-the-county"),
        pytest.param("990101", "990102", 400, id="another-county"),
        pytest.param("990101", "990102104", 400, id="a-town-of-another-county"),
        pytest.param("990101104", "990101", 100, id="a-towns-notice-and-its-county"),
        pytest.param("990101104", "990101105", 100, id="a-towns-notice-and-another-town-of-the-county"),
        pytest.param("990101104", "990102", 400, id="a-towns-notice-and-another-county"),
        pytest.param("990101", "990100", 100, id="the-city-above"),
        pytest.param("990100", "990102104", 100, id="a-citys-notice-and-a-town-of-it"),
        pytest.param("990100", "990201", 400, id="a-citys-notice-and-another-citys-county"),
    ],
)
def test_here_is_the_county_of_the_notice_however_long_the_codes(notice: str, recognised: str, pays: int) -> None:
    texts = changed("category: 乙\n", "category: 乙\n    recognised: here\n")
    texts["document.yaml"] = texts["document.yaml"].replace("990101", notice)

    assert paying(texts, Facts((Held("乙", place=recognised),))).pays_fen == pays * 100


def test_a_reason_not_to_enrol_may_come_without_a_remedy() -> None:
    refusal = paying(
        changed("{clause: 三, remedy: 先停保}", "{clause: 三}"), holding(employee_scheme=EmployeeScheme())
    ).refusal

    assert refusal is not None
    assert refusal.remedy == "请向医保部门询问怎么办。"
