"""Whatever a county may publish and whoever asks: money adds up, what is not known is not guessed, the order of lists
changes nothing that it should not, and a population is answered like each of its people.

Many more packs than in every run: `pytest tests/policy/test_any_pack.py --hypothesis-profile=long`.
"""

import copy
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from itertools import product
from typing import Any, Literal, get_args, get_origin

import polars as pl
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from canbao.policy import Assessment, Pack, assess, facts_from_json, tabulate
from canbao.policy.combine import offers_for, parts_of
from canbao.policy.conditions import AgeCondition, Condition, EmployeeCondition, HeldFor, Times
from canbao.policy.explain import explain
from canbao.policy.money_rules import BASIC, UNNAMED, Amount, Combination, Line, PartOfYear, Standard, Subsidy
from canbao.policy.people_rules import Category, Decided, Eligible, Exclusion, Exclusions, Trait
from canbao.policy.people_table import SCHEMA
from canbao.policy.person import Person, Trace
from canbao.policy.prices import price_of
from canbao.policy.show import page
from canbao.policy.time_rules import Incentive, LongLapse, RefundRule, Start, Wait, WayIn
from canbao.policy.walk import spots
from tests.policy.any_pack import DAYS, crowd, loaded, packs, people, sound_data, unchecked

TIMES = 40 if settings.get_current_profile_name() == "long" else 1


def often(packs: int) -> settings:
    """Try so many packs."""
    return settings(max_examples=packs * TIMES, deadline=None, suppress_health_check=list(HealthCheck))


def fen(parts: Any) -> int:
    return sum(part.fen for part in parts)


@often(20)
@given(drawn=st.data())
def test_shares_waivers_and_the_own_part_always_add_up_to_the_bill(drawn: st.DataObject) -> None:
    pack = drawn.draw(packs())
    for facts in crowd(drawn.draw, pack):
        answer = assess(pack, facts_from_json(facts))
        if answer.pays_fen is None:
            assert (answer.shares, answer.waived) == ((), ())
            continue
        assert answer.pays_fen + fen(answer.shares) + fen(answer.waived) == answer.individual_fen
        assert sum(line.pays_fen or 0 for line in answer.lines) in (0, answer.pays_fen)
        for line in answer.lines:
            name = None if line.line == BASIC else line.line
            given_fen = sum(part.fen for part in (*answer.shares, *answer.waived) if part.line == name)
            assert line.pays_fen is not None
            assert line.pays_fen + given_fen == line.individual_fen
        if answer.lines:
            assert sum(line.individual_fen or 0 for line in answer.lines) == answer.individual_fen


@often(20)
@given(drawn=st.data())
def test_nobody_pays_less_than_nothing_and_nobody_gives_it(drawn: st.DataObject) -> None:
    pack = drawn.draw(packs())
    for facts in crowd(drawn.draw, pack):
        answer = assess(pack, facts_from_json(facts))

        assert (answer.pays_fen or 0) >= 0
        assert all((line.pays_fen or 0) >= 0 for line in answer.lines)
        assert all(part.fen > 0 for part in (*answer.shares, *answer.waived, *answer.paid_back))
        assert all(earned.fen is None or earned.fen > 0 for earned in answer.incentives)
        if answer.pays_fen is not None:
            assert fen(answer.paid_back) <= answer.pays_fen


LACKING: tuple[tuple[str, ...], ...] = (
    ("born_on",),
    ("last_covered_until",),
    ("years_in_row",),
    ("claimed_last_year",),
    ("employee_scheme", "months"),
    ("employee_scheme", "back_paid"),
    ("categories", "grade"),
)
"""Facts that may be missing because nobody knows them. (Nobody can have a trait or a category without its being said.)"""


def without(facts: dict[str, Any], lacking: tuple[str, ...]) -> dict[str, Any]:
    less = copy.deepcopy(facts)
    holder = less if len(lacking) == 1 else less[lacking[0]]
    for one in holder if isinstance(holder, list) else [holder]:
        if one is not None and one.get(lacking[-1]) != "三级":  # outside: that is no such person at all
            one[lacking[-1]] = None
    return less


def same_or_open(poor: Assessment, full: Assessment) -> None:
    """Knowing less, the answer is the same, or open with a question: never another amount."""
    assert poor.individual_fen in (None, full.individual_fen)
    assert poor.pays_fen in (None, full.pays_fen)
    assert poor.pays_fen is not None or poor.unknown
    assert {earned.what for earned in poor.incentives} <= {earned.what for earned in full.incentives}
    if poor.pays_fen is not None:
        assert amounts(poor)[:4] == amounts(full)[:4]  # who gives it may be another, of two who would give the same


@often(20)
@given(drawn=st.data())
def test_a_fact_that_nobody_knows_never_becomes_a_number(drawn: st.DataObject) -> None:
    pack = drawn.draw(packs())
    for facts in crowd(drawn.draw, pack):
        full = assess(pack, facts_from_json(facts))
        for lacking in LACKING:
            poor = assess(pack, facts_from_json(without(facts, lacking)))
            newborn = lacking == ("born_on",)  # whoever does not say it is presumed to be no newborn

            if poor.refusal is not None:
                assert newborn or full.refusal is not None
            elif full.refusal is None:
                same_or_open(poor, full)
                assert newborn or poor.covered_from in (None, full.covered_from)
            else:  # who might be refused is promised nothing
                assert newborn or poor.covered_from is None or poor.pays_fen is None


def silenced(topics: dict[str, Any], topic: str, index: int) -> dict[str, Any]:
    """The same notice, which says nothing any more about one price, one subsidy's amount or one way's start."""
    rule = topics[topic][index]
    asked = {"unknown": "另行规定", "ask": "县医保局"}
    if topic == "standards":
        silent = {"individual": asked} | {key: value for key, value in rule.items() if key != "individual_yuan"}
    elif topic == "ways_in":
        silent = {key: value for key, value in rule.items() if key != "starts"} | asked
    elif "subsidy" in rule and not any("waived" in amount for amount in rule["subsidy"]):
        first = rule["subsidy"][0]
        payer = first["payer"] if "payer" in first else next(iter(first.get("payers", ())), UNNAMED)
        silent = {key: value for key, value in rule.items() if key != "subsidy"} | asked | {"payer": payer}
    else:
        return topics
    return {**topics, topic: [silent if number == index else one for number, one in enumerate(topics[topic])]}


@often(20)
@given(drawn=st.data())
def test_what_a_notice_leaves_to_others_never_becomes_a_number(drawn: st.DataObject) -> None:
    topics = drawn.draw(sound_data())
    pack = loaded(topics)
    rules = [(topic, at) for topic in ("standards", "subsidies", "ways_in") for at in range(len(topics[topic]))]
    silent_packs = [unchecked(silenced(topics, topic, at)) for topic, at in rules]
    for one in crowd(drawn.draw, pack):
        facts = facts_from_json(one)
        full = assess(pack, facts)
        for silent in silent_packs:
            poor = assess(silent, facts)

            assert poor.refusal is None or full.refusal is not None
            if poor.refusal is None and full.refusal is None:
                same_or_open(poor, full)
                assert poor.covered_from in (None, full.covered_from)


Order = Callable[[list[Any]], list[Any]]


def mixed(rule: Any, order: Order) -> Any:
    """The same, with every list in it in another order; only who pays after whom stays."""
    if isinstance(rule, dict):
        return {key: value if key == "subsidy" else mixed(value, order) for key, value in rule.items()}
    if isinstance(rule, list):
        return [mixed(one, order) for one in order(rule)]
    return rule


UNORDERED = ("subsidies", "categories", "traits", "lines", "eligible", "incentives", "refunds")


def reordered(topics: dict[str, Any], order: Order) -> dict[str, Any]:
    """The same notice, its lists in another order: of ways in, and of prices for one thing, the first that fits counts."""
    others = {name: mixed(topics[name], order) for name in UNORDERED}
    ways = [mixed(way, order) for way in topics["ways_in"]]
    prices: dict[tuple[Any, ...], list[Any]] = {}
    for one in topics["standards"]:
        prices.setdefault((one.get("line"), one.get("tier")), []).append(mixed(one, order))
    groups = order(list(prices))
    return {**topics, **others, "ways_in": ways, "standards": [one for group in groups for one in prices[group]]}


def amounts(answer: Assessment) -> tuple[Any, ...]:
    given_fen = fen(answer.shares) + fen(answer.waived)
    code = answer.refusal.code if answer.refusal else None
    return answer.individual_fen, answer.pays_fen, given_fen, fen(answer.paid_back), answer.government_fen, code


def open_questions(answer: Assessment) -> set[tuple[str, str, str]]:
    """What is asked, whichever word comes first; of two equal subsidies the first listed is shown, and who pays that."""
    asked = [unknown for unknown in answer.unknown if "由谁支付" not in unknown.what]
    return {("".join(sorted(unknown.what)), unknown.ask, unknown.clause) for unknown in asked}


def by_payer(answer: Assessment) -> dict[str, int]:
    found: dict[str, int] = {}
    for share in (*answer.shares, *answer.paid_back):
        found[share.payer] = found.get(share.payer, 0) + share.fen
    return found


def has_equals(pack: Pack, facts: dict[str, Any]) -> bool:
    """Whether two offers give the same, so that the first listed is shown."""
    person = Person(pack, facts_from_json(facts))
    for price in (price_of(person, None), *(price_of(person, line) for line in pack.lines)):
        left_fen = price.individual_fen
        known = [offer for offer in offers_for(person, price) if not offer.is_open] if left_fen is not None else []
        given_fen = [fen(parts_of(person, price, offer, left_fen or 0)) for offer in known]
        if len(set(given_fen)) < len(given_fen):
            return True
    return False


@often(60)
@given(drawn=st.data())
def test_the_order_of_lists_changes_nothing_but_which_of_equals_is_shown(drawn: st.DataObject) -> None:
    """Backwards, which changes every list, and in any order."""
    topics = drawn.draw(sound_data())
    orders: tuple[Order, ...] = (lambda some: some[::-1], lambda some: drawn.draw(st.permutations(some)))
    pack, *others = loaded(topics), *(loaded(reordered(topics, order)) for order in orders)

    for facts, other_pack in product(crowd(drawn.draw, pack, 5), others):
        one, other = (assess(which, facts_from_json(facts)) for which in (pack, other_pack))

        assert amounts(one) == amounts(other)
        days = one.covered_from, one.covered_until, one.enjoys
        assert days == (other.covered_from, other.covered_until, other.enjoys)
        assert open_questions(one) == open_questions(other)
        assert set(one.incentives) == set(other.incentives)
        assert one.refund == other.refund or one.refund is None or one.refund.clause == ""
        if not has_equals(pack, facts):
            assert by_payer(one) == by_payer(other)
            assert set(one.shares) == set(other.shares)


@often(10)
@given(drawn=st.data())
def test_the_order_in_which_somebody_is_described_changes_nothing(drawn: st.DataObject) -> None:
    pack = drawn.draw(packs())
    for facts in crowd(drawn.draw, pack):
        lists = ("categories", "traits", "lines")
        other = {**facts, **{name: drawn.draw(st.permutations(facts[name])) for name in lists}}

        assert assess(pack, facts_from_json(facts)) == assess(pack, facts_from_json(other))


INNER_DAYS = ("since", "until", "left_on", "asked_on")
ANSWERS = {"lines": "bill_lines", "refund": "refund_answer"}


def with_days(data: Any, key: str = "") -> Any:
    """Facts as a table holds them: days as days."""
    if isinstance(data, dict):
        return {name: with_days(value, name) for name, value in data.items()}
    if isinstance(data, list):
        return [with_days(one) for one in data]
    return date.fromisoformat(data) if key in (*DAYS, *INNER_DAYS) and data is not None else data


def plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


@often(20)
@given(drawn=st.data())
def test_a_population_is_answered_like_each_of_its_people(drawn: st.DataObject) -> None:
    """Also people who differ in nothing but their days, or in nothing but their words."""
    pack = drawn.draw(packs())
    rows = crowd(drawn.draw, pack, 5)

    table = tabulate(pack, pl.DataFrame([with_days(row) for row in rows], schema=SCHEMA))

    for row, found in zip(rows, table.drop(*SCHEMA).to_dicts(), strict=True):
        answer = assess(pack, facts_from_json(row))
        expected = {ANSWERS.get(one.name, one.name): plain(getattr(answer, one.name)) for one in fields(Assessment)}
        assert found == {name: expected[name] for name in found}
        assert all(not expected[name] for name in expected.keys() - found.keys()), "a column is missing"


@often(10)
@given(drawn=st.data())
def test_whoever_answers_the_same_questions_alike_gets_the_same_answer(drawn: st.DataObject) -> None:
    pack = drawn.draw(packs())
    one, *others = (drawn.draw(people(pack)) for _ in range(5))
    trace = Trace()

    answer = assess(pack, facts_from_json(one), trace)

    for other in others:
        alike = {**one, **{name: other[name] for name in DAYS}}
        if trace.fits(Person(pack, facts_from_json(alike))) and trace.covered_from is None:
            assert assess(pack, facts_from_json(alike)) == answer


@often(10)
@given(drawn=st.data())
def test_every_pack_can_be_printed_and_every_answer_read_aloud(drawn: st.DataObject) -> None:
    pack = drawn.draw(packs())
    assert pack.document.title in page(pack)

    for facts in crowd(drawn.draw, pack):
        answer = assess(pack, facts_from_json(facts))
        assert all(explain(answer, language) for language in ("zh", "en"))


RULES: tuple[type[BaseModel], ...] = (
    Line,
    PartOfYear,
    Standard,
    Amount,
    Subsidy,
    Combination,
    Condition,
    AgeCondition,
    Times,
    HeldFor,
    EmployeeCondition,
    WayIn,
    Start,
    Wait,
    LongLapse,
    Incentive,
    RefundRule,
    Category,
    Decided,
    Trait,
    Eligible,
    Exclusions,
    Exclusion,
)
FOR_READERS = {"says", "derived", "notice", "name", "means", "who", "remedy", "clause", "department"}
NOT_NEEDED = {
    "Standard.aliases": "a spelling, like those of categories",
    "Standard.total_yuan": "only checked",
    "Subsidy.pays_yuan": "only checked",
    "Subsidy.pays_rate": "only checked",
    "Combination.same_payer_assumed": "a word beside the answer",
    "Category.aliases_with_grade": "a spelling, like the others",
}


def notions(of: type[BaseModel]) -> set[str]:
    """Every key of a rule, and every word that stands for a way of doing it."""
    found = set()
    for name, field in of.model_fields.items():
        key = f"{of.__name__}.{field.alias or name}"
        words = [word for one in (field.annotation, *get_args(field.annotation)) for word in _words(one)]
        if name not in FOR_READERS and key not in NOT_NEEDED:
            found |= {f"{key}: {word}" for word in words} or {key}
    return found


def _words(annotation: Any) -> list[str]:
    return [word for word in get_args(annotation) if isinstance(word, str)] if get_origin(annotation) is Literal else []


def notions_in(pack: Pack) -> set[str]:
    found = set()
    for spot in spots(pack):
        owner = OWNERS.get(id(spot.field))
        key = f"{owner}.{spot.path[-1]}"
        found |= {key, f"{key}: {spot.value}"}
    return found


OWNERS = {id(field): rule.__name__ for rule in RULES for field in rule.model_fields.values()}
OUTCOMES: dict[str, Callable[[Assessment], bool]] = {
    "somebody pays all of it": lambda answer: answer.pays_fen is not None and answer.pays_fen == answer.individual_fen,
    "somebody pays a part": lambda answer: 0 < (answer.pays_fen or 0) < (answer.individual_fen or 0),
    "somebody pays nothing": lambda answer: answer.pays_fen == 0,
    "several payers share": lambda answer: len({share.payer for share in answer.shares}) > 1,
    "several rules help with one line": lambda answer: len({(s.category, s.clause) for s in answer.shares}) > 1,
    "nobody has to pay a part": lambda answer: bool(answer.waived),
    "something is given back later": lambda answer: bool(answer.paid_back) and answer.refusal is None,
    "something is given back although refused": lambda answer: bool(answer.paid_back) and answer.refusal is not None,
    "the bill has lines": lambda answer: len(answer.lines) > 1,
    "the price is unknown": lambda answer: answer.individual_fen is None and answer.refusal is None,
    "only the share is unknown": lambda answer: (
        answer.individual_fen is not None and bool(answer.unknown and answer.pays_fen is None)
    ),
    "only the start is unknown": lambda answer: (
        answer.pays_fen is not None and bool(answer.unknown and answer.covered_from is None)
    ),
    "cover starts in the period": lambda answer: (
        answer.covered_from is not None and answer.covered_from > date(2031, 1, 1)
    ),
    "cover starts before the period": lambda answer: (
        answer.covered_from is not None and answer.covered_from < date(2031, 1, 1)
    ),
    "a ceiling is raised": lambda answer: any(earned.fen for earned in answer.incentives),
    "a refund is allowed": lambda answer: answer.refund is not None and answer.refund.allowed is True,
    "a refund is too late": lambda answer: answer.refund is not None and answer.refund.allowed is False,
    "another tier is enjoyed": lambda answer: answer.enjoys is not None,
    "something is assumed": lambda answer: bool(answer.assumptions),
    **{
        f"refused: {code}": lambda answer, code=code: answer.refusal is not None and answer.refusal.code == code  # type: ignore[misc]
        for code in (
            "in_employee_scheme",
            "covered_elsewhere",
            "not_eligible",
            "no_price",
            "tier_missing",
            "unknown_category",
            "window_not_open",
            "window_closed",
            "starts_after_period",
        )
    },
}


@pytest.mark.long
def test_the_random_packs_and_people_reach_every_notion_and_every_outcome() -> None:
    """Otherwise the sentences above say nothing about it. A new key of the format belongs into `any_pack.py` too."""
    wanted = sorted({notion for rule in RULES for notion in notions(rule)} | OUTCOMES.keys())
    reached: Counter[str] = Counter()

    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(drawn=st.data())
    def count(drawn: st.DataObject) -> None:
        pack = unchecked(drawn.draw(sound_data()))
        answers = [assess(pack, facts_from_json(facts)) for facts in crowd(drawn.draw, pack)]
        reached.update(notions_in(pack) | {name for name, holds in OUTCOMES.items() if any(map(holds, answers))})
        reached["packs"] += 1

    for number in range(20):  # mostly three or four are enough
        seed(number)(count)()
        if all(reached[notion] for notion in wanted):
            break

    print(*(f"{reached[notion]:5} {notion}" for notion in ("packs", *wanted)), sep="\n")  # shown with `-s`
    assert [notion for notion in wanted if not reached[notion]] == []
