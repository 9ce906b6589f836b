"""What is usually a slip, and may be right: reminders, which keep no pack from being used.

Each looks at one thing and yields (path, message), like the checks. What a pack takes over from another is that pack's
own concern.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import combinations

from canbao.kernel.days import months_after
from canbao.kernel.fen import short_yuan
from canbao.policy.assess import person_under
from canbao.policy.category_names import spelling
from canbao.policy.checks.names import spellings
from canbao.policy.checks.prices import prices_for
from canbao.policy.combine import speaks_for
from canbao.policy.conditions import Condition
from canbao.policy.example_rules import Example
from canbao.policy.facts import BadFacts, Facts, facts_from_json
from canbao.policy.inherit import data_above
from canbao.policy.money_rules import BASIC, Standard
from canbao.policy.pack import Pack
from canbao.policy.people_rules import Category
from canbao.policy.person import known_as, settled
from canbao.policy.reading import Path
from canbao.policy.refusals import StartsAfterPeriod
from canbao.policy.rule import Rule
from canbao.policy.values import Span
from canbao.policy.walk import models, spots
from canbao.policy.ways import way_for

_A_DAY = timedelta(days=1)
_ONE_SIZE = 8  # times
_FAR = 24  # months before the window or after the benefit period in which a day of the campaign hardly lies


def _facts(pack: Pack) -> Iterator[Facts]:
    """What the worked answers are about, as far as it can be read."""
    return _readable(pack.examples)


def _readable(examples: Iterable[Example]) -> Iterator[Facts]:
    for example in examples:
        try:
            yield facts_from_json(example.facts)
        except BadFacts:
            continue


def _own(rule: Rule) -> bool:
    return rule.notice is None


def every_category_has_an_example(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, category in _categories_without_example(pack):
        yield ("categories", index), f"“{category.name}”没有一个例子：在 examples 里写一个，别人好核对"


def _categories_without_example(pack: Pack) -> Iterator[tuple[int, Category]]:
    shown = {known.name for facts in _facts(pack) for one in facts.categories if (known := known_as(pack, one))}
    for index, category in enumerate(pack.categories):
        if category.department is not None and category.name not in shown and _own(category):
            yield index, category


def every_subsidy_has_an_example(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Beside another category the other's subsidy may be what comes out; so each has somebody who is nothing else."""
    people = [person_under(pack, facts) for facts in _facts(pack)]
    people = [one for one in people if one.pack is pack and len(one.held) <= 1]
    shown = {category.name for _, category in _categories_without_example(pack)}
    for index, rule in enumerate(pack.subsidies):
        if not _own(rule) or rule.no_subsidy:
            continue
        missing = [
            name
            for name in rule.categories
            if pack.named_grade(name)[0] not in shown and not any(speaks_for(one, rule, name) for one in people)
        ]
        if missing:
            names = "、".join(f"“{name}”" for name in missing)
            yield ("subsidies", index), f"{names}按这条的，没有一个例子：写一个只有这一身份、合这条条件的人"


def every_way_in_has_an_example(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Somebody who comes in that way, or whose cover by it would begin too late."""
    people = [
        person_under(pack, facts)
        for example in pack.examples
        if example.refused in (None, StartsAfterPeriod.code)
        for facts in _readable([example])
    ]
    shown = [way_for(one)[0] for one in people if one.pack is pack]
    for index, way in enumerate(pack.ways_in):
        if _own(way) and not any(way is one for one in shown):
            yield ("ways_in", index), f"“{way.name}”没有一个例子：写一个这样缴费的人，待遇从哪天起"


def every_limit_has_examples_on_both_sides(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Paying on the last day of a window and on the day after it, and the same of every other limit."""
    days = [settled(pack, facts) for facts in _facts(pack)]
    paid = {day["paid"] for day in days}
    for path, day, what in _last_days(pack):
        missing = [one for one in (day, day + _A_DAY) if one not in paid]
        if missing:
            yield path, f"{what}的界限没有例子：写 {'、'.join(map(str, missing))} 缴费的"
    for path, span in _newborn_limits(pack):
        ages = {(day["born"], day["paid"]) for day in days if day["born"] is not None}
        last = {born for born, day in ages if born is not None and span.after(born) == day}
        after = {
            born for born, day in ages if born is not None and day is not None and span.after(born) == day - _A_DAY
        }
        if not last or not after:
            yield path, f"出生后 {span} 的界限没有例子：写最后一天缴费、第二天缴费的各一个"


def _last_days(pack: Pack) -> Iterator[tuple[Path, date, str]]:
    if _own(pack.collection_window):
        yield ("collection_window", "last"), pack.collection_window.last, "集中缴费期"
    for index, way in enumerate(pack.ways_in):
        if way.until is not None and _own(way):
            yield ("ways_in", index, "until"), way.until, f"“{way.name}”"
    for index, standard in enumerate(pack.standards):
        if standard.when.paid_until is not None and _own(standard):
            yield ("standards", index, "when", "paid_until"), standard.when.paid_until, "按缴费日分的标准"


def _newborn_limits(pack: Pack) -> Iterator[tuple[Path, Span]]:
    for index, way in enumerate(pack.ways_in):
        if way.when.paid_within_of_birth is not None and _own(way):
            yield ("ways_in", index, "when", "paid_within_of_birth"), way.when.paid_within_of_birth


def no_spelling_nearly_means_another_category(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A roster's slip of one character would then be somebody else's subsidy."""
    spelt = [
        (index, place, text, spelling(text))
        for index, category in enumerate(pack.categories)
        for place, text in spellings("categories", index, category)
        if _own(category)
    ]
    for (first, _, one, a), (index, place, other, b) in combinations(spelt, 2):
        if first != index and min(len(a), len(b)) >= _LONG_ENOUGH and _one_character_apart(a, b):
            yield place, f"“{other}”和“{pack.categories[first].name}”的写法“{one}”只差一个字，会不会写错了"


_LONG_ENOUGH = 5  # characters; short names (低保户, 五保户) are told apart by one on purpose
_TELLING = set("未已无有不非是新老城乡农省市县区镇村州国男女父母夫妻前后内外本零一二三四五六七八九十0123456789")


def _one_character_apart(one: str, other: str) -> bool:
    """One character changed, added or left out; numbers and opposites are what tells names apart on purpose."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1 or short == long:
        return False
    start = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) == len(long):
        return short[start + 1 :] == long[start + 1 :] and not {short[start], long[start]} <= _TELLING
    return short[start:] == long[start + 1 :] and long[start] not in _TELLING


def every_department_has_one_name(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Rosters come from who recognises the category, and an office is not called now so and now so."""
    by_category = {category.name: category.department for category in pack.categories}
    said: dict[str, str] = {}
    for index, category in enumerate(pack.categories):
        if category.department is not None:
            first = said.setdefault(_office(category.department), category.department)
            if first != category.department and _own(category):
                yield (
                    ("categories", index, "department"),
                    f"“{category.department}”和“{first}”是不是同一个部门？写法要一致",
                )
    for index, roster in enumerate(pack.rosters):
        for number, name in enumerate(roster.categories):
            department = by_category.get(name)
            if department is not None and department != roster.department and _own(roster):
                path: Path = ("rosters", index, "categories", number)
                yield path, f"“{name}”的 department 是“{department}”，名册却由“{roster.department}”交"


def _office(name: str) -> str:
    return re.sub(r"^[省市县区州]|(部门|办公室|委员会|[局厅委办处科])$", "", name)


def every_payer_has_one_name(pack: Pack) -> Iterator[tuple[Path, str]]:
    first_at: dict[str, Path] = {}
    for index, rule in enumerate(pack.subsidies):
        for payer in rule.payers:
            first_at.setdefault(payer, ("subsidies", index))
    for one, other in combinations(first_at, 2):
        alike = spelling(one) == spelling(other) or _fund(one) == _fund(other) or _one_character_apart(one, other)
        if alike and min(len(one), len(other)) > len("财政"):
            yield first_at[other], f"“{other}”和“{one}”是不是同一个支付方？写法要一致"


def _fund(name: str) -> str:
    return re.sub(r"(基金|资金|专户|账户|部门|局)$", "", name)


def the_benefit_period_is_whole(pack: Pack) -> Iterator[tuple[Path, str]]:
    period = pack.benefit_period
    if not _own(period):
        return
    if months_after(period.first, 12) != period.last + _A_DAY:
        yield ("benefit_period", "last"), f"待遇期从 {period.first} 到 {period.last}，不是整整一年"
    if pack.collection_window.last - pack.collection_window.first > timedelta(days=366):
        window = pack.collection_window
        yield ("collection_window", "first"), f"集中缴费期从 {window.first} 到 {window.last}，长过一年：年份对不对？"


def days_lie_near_the_campaign(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A year that was mistyped, or was left from the notice before."""
    first = months_after(pack.window.first, -_FAR)
    last = months_after(pack.benefit_period.last, _FAR)
    for spot in spots(pack):
        if not isinstance(spot.value, date) or (spot.rule is not None and not _own(spot.rule)):
            continue
        if spot.path[-1] in ("born_since", "born_until", "on"):
            continue
        if not first <= spot.value <= last:
            yield spot.path, f"{spot.value} 离缴费期（{pack.window.first} 起）很远，年份对不对？"
    if pack.document.issued_on is not None and pack.document.issued_on > pack.collection_window.last:
        yield ("document", "issued_on"), f"{pack.document.issued_on} 印发时，集中缴费期已经过了"
    if pack.window.first > pack.period.first and _own(pack.collection_window):
        says = f"{pack.window.first} 才开始缴费，待遇期从 {pack.period.first} 已经开始了：年份对不对？"
        yield ("collection_window", "first"), says


def rosters_come_in_time(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, roster in enumerate(pack.rosters):
        if roster.due is not None and roster.due > pack.collection_window.last and _own(roster):
            yield (
                ("rosters", index, "due"),
                f"{roster.due} 交名册时，集中缴费期（到 {pack.collection_window.last}）已经过了",
            )


def this_year_is_not_last_year(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Days and prices that a pack on last year's leaves as they were, or writes again as they were."""
    above = data_above(pack.texts)
    document = above.get("document")
    code = document.get("place_code") if isinstance(document, dict) else None
    if pack.document.holds_from is not None or str(code) != pack.document.place_code:
        return  # an amendment, or another place's frame
    for topic, rule in (("collection_window", pack.collection_window), ("benefit_period", pack.benefit_period)):
        if not _own(rule):
            yield ("document", "extends"), f"{topic} 沿用{rule.notice}，还是那一年的日子"
    old = above.get("standards")
    old_prices = (
        {str(one.get("individual_yuan")) for one in old if isinstance(one, dict)} if isinstance(old, list) else ()
    )
    for index, standard in enumerate(pack.standards):
        if standard.individual_fen is not None and short_yuan(standard.individual_fen) in old_prices:
            says = f"{short_yuan(standard.individual_fen)} 元和上一年的标准一样，今年没有变吗？"
            yield ("standards", index, "individual_yuan"), says


def prices_of_another_year(pack: Pack, other: Pack) -> Iterator[tuple[Path, str]]:
    """What a pack that was written from the same place's pack of another year may still have from there."""
    if pack.document.place_code != other.document.place_code or pack.period == other.period:
        return
    theirs = {standard.individual_fen for standard in other.standards if standard.individual_fen is not None}
    for index, standard in enumerate(pack.standards):
        if standard.individual_fen in theirs and _own(standard):
            says = f"{short_yuan(standard.individual_fen or 0)} 元和 {other.key} 的标准一样，是不是忘了改？"
            yield ("standards", index, "individual_yuan"), says
    for day in ("first", "last"):
        if getattr(pack.collection_window, day) == getattr(other.collection_window, day):
            yield ("collection_window", day), f"集中缴费期的这一天和 {other.key} 的一样，是不是忘了改？"


def figures_are_of_one_size(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A digit too many or too few: the person's part and the treasury's are of one size, as are the tiers' prices."""
    for index, standard in enumerate(pack.standards):
        own_fen, government_fen = standard.individual_fen, standard.government_fen
        if not _own(standard) or standard.line is not None:
            continue
        if own_fen == 0:
            yield ("standards", index, "individual_yuan"), "个人缴费标准是 0 元：都不用缴吗？"
        elif own_fen and government_fen and not 1 / _ONE_SIZE < own_fen / government_fen < _ONE_SIZE:
            yield (
                ("standards", index, "individual_yuan"),
                f"个人 {short_yuan(own_fen)} 元、财政 {short_yuan(government_fen)} 元，相差太大，位数对不对？",
            )


def lines_by_choice_cost_something(pack: Pack) -> Iterator[tuple[Path, str]]:
    chosen = {line.name for line in pack.lines if line.by_choice}
    for index, standard in enumerate(pack.standards):
        if standard.line in chosen and standard.individual_fen == 0:
            yield ("standards", index, "individual_yuan"), f"“{standard.line}”是自愿的，却不收钱：选不选都一样"
    for index, rule in enumerate(pack.subsidies):
        full = [amount for amount in rule.subsidy if amount.full or amount.rate == 1]
        for number, line in enumerate(rule.lines):
            if line in chosen and full:
                yield (
                    ("subsidies", index, "lines", number),
                    f"“{line}”是自愿的，却全额资助：是不是应该都有（去掉 by_choice）？",
                )


def whoever_comes_in_late_has_a_start(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Monthly lists bring people after the window; without a way in they are refused."""
    monthly = pack.monthly_adjustment
    if monthly is None or not _own(monthly):
        return
    let_in = {
        pack.named_grade(name)[0]
        for way in pack.ways_in
        if way.paid != "in_window"
        for name in (*way.when.any_categories, *way.when.all_categories)
    }
    everybody = any(way.paid != "in_window" and way.when.always for way in pack.ways_in)
    for number, name in enumerate(monthly.categories):
        if name not in let_in and not everybody:
            path: Path = ("monthly_adjustment", "categories", number)
            yield path, f"集中缴费期后动态纳入的“{name}”没有办法缴费：加一条 ways_in，写从哪天起享受待遇"


def everybody_has_a_price(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Where every price has a condition, somebody may be left without one."""
    last: dict[tuple[str | None, str | None], int] = {}
    for index, standard in enumerate(pack.standards):
        last[standard.line, standard.tier] = index
    for index in last.values():
        standard = pack.standards[index]
        others = [one for one in pack.standards if (one.line, one.tier) == (standard.line, standard.tier)]
        if any(one.when.always for one in others) or not _own(standard) or _together_everybody(pack, others):
            continue
        line = next((line for line in pack.lines if line.name == standard.line), None)
        if line is None or any(one.when != line.when for one in others):
            yield (
                ("standards", index),
                f"{standard.line or BASIC}的标准都有条件：都不符合的人没有标准。最后写一条没有 when 的？",
            )


def _together_everybody(pack: Pack, standards: list[Standard]) -> bool:
    """Two prices that part at one age or one day of payment, and ask nothing else."""
    for one, other in combinations([standard.when for standard in standards], 2):
        if _only(one, "age") and _only(other, "age") and one.age and other.age and one.age.on == other.age.on:
            ends = {(one.age.under, other.age.at_least), (other.age.under, one.age.at_least)}
            if any(under is not None and under == at_least for under, at_least in ends):
                return True
        for early, late in ((one, other), (other, one)):
            if _only(early, "paid_until") and _only(late, "paid_since") and _meet(early.paid_until, late.paid_since):
                return True
    return False


def _meet(until: date | None, since: date | None) -> bool:
    return until is not None and since is not None and since <= until + _A_DAY


def _only(when: Condition, key: str) -> bool:
    return set(when.model_dump(exclude_defaults=True)) == {key}


def prices_by_day_meet(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A price until a day, and the next from a day that is not the one after it."""
    for one, (index, other) in combinations(list(enumerate(pack.standards)), 2):
        early, late = (one[1], other) if one[1].when.paid_until else (other, one[1])
        until, since = early.when.paid_until, late.when.paid_since
        if until is None or since is None or (early.line, early.tier) != (late.line, late.tier) or not _own(other):
            continue
        if (
            _without_days(early.when) == _without_days(late.when)
            and abs((since - until).days) <= 31
            and since != until + _A_DAY
        ):
            gap = f"{until + _A_DAY} 起没有标准" if since > until else f"{since} 起两个标准都算"
            yield ("standards", index, "when"), f"一个标准到 {until}，另一个从 {since} 起：{gap}"


def _without_days(when: Condition) -> Condition:
    return when.model_copy(update={"paid_since": None, "paid_until": None})


def entries_have_names_of_their_own(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A pack that stands on this one can only change what it can name; and people read the names of ways in."""
    for topic, names in (
        ("ways_in", [way.name for way in pack.ways_in]),
        ("standards", [standard.name for standard in pack.standards]),
        ("subsidies", [rule.name for rule in pack.subsidies]),
    ):
        for index, name in enumerate(names):
            if name is not None and name in names[:index]:
                yield (topic, index, "name"), f"“{name}”这个名称前面用过了"


def cases_are_told_once(pack: Pack) -> Iterator[tuple[Path, str]]:
    seen: set[str] = set()
    for index, example in enumerate(pack.examples):
        if example.case in seen and example.target is None:
            yield ("examples", index, "case"), f"例子“{example.case}”前面写过了，是不是忘了改？"
        seen.add(example.case)


def every_trait_is_looked_at(pack: Pack) -> Iterator[tuple[Path, str]]:
    used: set[str] = set()
    for _, model in models(pack):
        if isinstance(model, Condition):
            used |= {*model.all_traits, *model.any_traits, *model.no_traits}
    used |= {name for trait in pack.traits for name in trait.presumed_unless}
    if pack.document.extends is not None:
        return  # the pack above may have it for others
    for index, trait in enumerate(pack.traits):
        if trait.name not in used:
            yield ("traits", index), f"没有一条规则看“{trait.name}”这一情况：是漏写了规则，还是多写了情况？"


def every_tier_and_grade_has_its_rule(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A category with a subsidy in one tier, or for one of its grades, and not a word about the others."""
    for index, category in enumerate(pack.categories):
        mine = [
            rule for rule in pack.subsidies if any(pack.named_grade(n)[0] == category.name for n in rule.categories)
        ]
        if not mine or not _own(category):
            continue
        priced = {standard.tier for rule in mine for standard in prices_for(pack, rule) if standard.line is None}
        for tier in pack.tiers:
            if priced and None not in priced and tier not in priced:
                yield ("categories", index), f"“{category.name}”选“{tier}”时没有写资助：没有就写 no_subsidy: true"
        if {rule.recognised for rule in mine} == {"here"}:
            yield (
                ("categories", index),
                f"“{category.name}”由外地认定时没有写资助：没有就写 recognised: elsewhere 和 no_subsidy: true",
            )
        grades = {
            pack.named_grade(n)[1] for rule in mine for n in rule.categories if pack.named_grade(n)[0] == category.name
        }
        for grade in category.grades:
            if None not in grades and grade not in grades:
                yield (
                    ("categories", index),
                    f"“{category.name}”的{grade}没有写资助：没有就写 no_subsidy: true，或移到 outside_grades",
                )


def nobody_is_covered_twice(pack: Pack) -> Iterator[tuple[Path, str]]:
    if all(rule.notice is not None for rule in pack.exclusions.rules.values()) and pack.document.extends is not None:
        return
    who = {"in_employee_scheme": "仍在职工医保", "covered_elsewhere": "已在别处参保"}
    missing = [code for code in who if code not in pack.exclusions.rules]
    if missing:
        people = "、".join(who[code] for code in missing)
        path = ("exclusions",) if pack.exclusions.rules else ("eligible",)
        yield path, f"exclusions 没有写 {'、'.join(missing)}：{people}的人照样可以参保吗？"


def same_households_choose_a_tier(pack: Pack) -> Iterator[tuple[Path, str]]:
    if pack.household.same_tier is not None and not pack.tiers:
        yield ("household", "same_tier"), "不分档，same_tier（全家同一档）不起作用"
