"""Packs and people at random: every notion of the format, in every combination that the checks let pass.

A pack is drawn as data, and what the checks complain of is taken out until nothing is left to complain of. So what is
drawn are packs that a county could publish, however odd.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from canbao.policy import Pack
from canbao.policy.checking import problems_of
from canbao.policy.checks import PACK_CHECKS
from canbao.policy.money_rules import UNNAMED
from canbao.policy.pack import Topics
from canbao.policy.reading import Reading

CATEGORIES = ["甲", "乙", "丙", "丁"]
NAMED = [*CATEGORIES, "丁（一级）", "丁（二级）", "老人", "只是甲"]
TRAITS = ["本地", "外地", "学生", "返乡"]
TIERS = ("一档", "二档")
LINES = ["长护", "互助", "补缴"]
PAYERS = ["省", "市", "县"]
REASONS = ["死亡", "重复"]
HERE, THERE = "990101", "990102"

WINDOW = (date(2030, 9, 1), date(2030, 12, 31))
LATE_WINDOW = (date(2030, 10, 15), date(2031, 2, 28))  # the benefit period begins within it
PERIOD = (date(2031, 1, 1), date(2031, 12, 31))
EDGES = [*WINDOW, *PERIOD, LATE_WINDOW[0], date(2030, 10, 31), date(2031, 2, 28), date(2031, 3, 1), date(2030, 11, 15)]


def some(items: Sequence[str], most: int = 2) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(items), min_size=1, max_size=most, unique=True)


def either(*several: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One of these, all alike (`st.one_of` gives more room to those that have more branches)."""
    return st.integers(0, len(several) - 1).flatmap(several.__getitem__)


def iso(days: st.SearchStrategy[date]) -> st.SearchStrategy[str]:
    return days.map(date.isoformat)


def near(day: date, most: int = 2) -> st.SearchStrategy[date]:
    return st.integers(-most, most).map(lambda days: day + timedelta(days=days))


@cache
def paying_days() -> st.SearchStrategy[date]:
    return st.sampled_from(EDGES).flatmap(near) | st.dates(date(2030, 8, 25), date(2032, 1, 5))


@cache
def birthdays() -> st.SearchStrategy[date]:
    edges = [date(2013, 1, 1), date(1971, 1, 1), date(2012, 2, 29), WINDOW[0], PERIOD[0], date(2031, 3, 1)]
    return st.sampled_from(edges).flatmap(near) | st.dates(date(1930, 1, 1), date(2031, 12, 31))


@cache
def amounts(least: int = 1, most: int = 9_000) -> st.SearchStrategy[str]:
    """Yuan as people write them, with odd fen among them; subsidies are mostly smaller than prices."""
    fen = st.sampled_from([least, (least + most) // 2, most]) | st.integers(least, most)
    return fen.map(lambda fen: f"{fen // 100}.{fen % 100:02d}")


@cache
def costs() -> st.SearchStrategy[str]:
    return amounts(9_000, 90_000)


LENGTHS = st.sampled_from(["1天", "28天", "90天", "1个月", "3个月", "6个月", "1年"])
SHORT = st.sampled_from(["1天", "30天", "1个月", "3个月"])


@cache
def condition(depth: int = 1) -> st.SearchStrategy[dict[str, Any]]:
    """None, one or two things to ask."""
    years = st.fixed_dictionaries({"at_least": st.integers(0, 5)}) | st.fixed_dictionaries(
        {"at_most": st.integers(0, 5)}
    )
    keys: dict[str, st.SearchStrategy[Any]] = {
        "all_traits": some(TRAITS, 1),
        "any_traits": some(TRAITS),
        "no_traits": some(TRAITS),
        "all_categories": some(NAMED, 1),
        "any_categories": some(NAMED),
        "no_categories": some(NAMED),
        "tiers": some(TIERS, 1),
        "held": merged(
            st.sampled_from(CATEGORIES).map(lambda name: {"category": name}),
            st.sampled_from([{"at_least": "1年"}, {"less_than": "6个月"}, {"at_least": "6个月", "less_than": "2年"}]),
        ),
        "age": st.sampled_from(
            [
                {"under": 18},
                {"at_least": 60, "on": "paid"},
                {"under": 18, "on": "period"},
                {"at_least": 18, "under": 60, "on": "window"},
                {"under": 18, "on": "2031-09-01"},
            ]
        ),
        "born_since": st.sampled_from(["window", "period", "2030-11-01"]),
        "born_until": st.just("2030-12-31"),
        "paid_since": st.sampled_from(["2030-11-15", "2031-03-01"]),
        "paid_until": st.sampled_from(["2030-10-31", "2031-02-28"]),
        "paid_within_of_birth": LENGTHS,
        "paid_later_than_birth_by": LENGTHS,
        "employee": st.fixed_dictionaries({"left_at_most": LENGTHS})
        | st.fixed_dictionaries({"left_longer_than": LENGTHS, "back_paid": st.just(False)})
        | st.fixed_dictionaries({"months_at_least": st.just("2年")}),
        "lapsed_years": years,
        "years_in_row": years,
        "claimed": st.booleans(),
        "benefit_years": st.just([2031]),
    }
    if depth:
        keys["any_of"] = st.lists(condition(depth - 1), min_size=1, max_size=2)
        keys["none_of"] = st.lists(condition(depth - 1), min_size=1, max_size=1)
    names = st.lists(st.sampled_from(sorted(keys)), max_size=2, unique=True)
    return names.flatmap(lambda names: st.fixed_dictionaries({name: keys[name] for name in names}))


ASSUMED = st.sampled_from([{}, {}, {"assumed": "没有写"}])


def rarely(key: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return either(st.just({}), st.just({}), values.map(lambda value: {key: value}))


def merged(*parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*parts).map(lambda parts: {key: value for part in parts for key, value in part.items()})


def amount(*hows: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """One of these ways, by one payer or several."""
    who = either(
        st.sampled_from(PAYERS).map(lambda payer: {"payer": payer}),
        st.just({"payer_unknown": {"unknown": "没有写谁付", "ask": "县医保局"}}),
        st.permutations(PAYERS).map(lambda some: {"payers": {some[0]: "60%", some[1]: "40%"}}),
        st.permutations(PAYERS).map(lambda all_: {"payers": dict(zip(all_, ("33.3%", "33.3%", "33.4%"), strict=True))}),
    )
    return merged(st.sampled_from(hows), who)


@cache
def amounts_given(tiers: tuple[str, ...]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """What the payers of a rule give, one after the other."""
    shares: list[dict[str, Any]] = [
        {"rate": "33.3%"},
        {"rate": "50%"},
        {"rate": "60%"},
        {"rate": "90%", "at_most_yuan": "80"},
    ]
    of_tier = [{**share, "of_tier": TIERS[0]} for share in shares[:2]] if tiers else []
    sums = merged(amounts().map(lambda yuan: {"yuan": yuan}), amount({}))
    part = either(amount(*shares, *of_tier), sums)
    rest = amount({"rest": True})
    of_rest = amount({"rate": "50%", "of_rest": True}, {"rate": "33.3%", "of_rest": True})
    return either(
        st.tuples(amount({"full": True}, {"rate": "100%"})),
        st.tuples(amount({"full": True})),
        *[st.tuples(part)] * 6,
        st.tuples(part, rest),
        st.tuples(part, of_rest),
        st.tuples(part, of_rest, rest),
    ).map(list)


@cache
def subsidy(tiers: tuple[str, ...], lines: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    several = amounts_given(tiers).map(lambda several: {"subsidy": several})
    given_by = either(
        *[several] * 8,
        st.just({"subsidy": [{"full": True, "waived": True}]}),
        amounts().map(lambda yuan: {"subsidy": [{"yuan": yuan, "waived": True}]}),
        st.sampled_from(PAYERS).map(lambda payer: {"unknown": "另行规定", "ask": "县医保局", "payer": payer}),
        st.just({"no_subsidy": True}),
    )
    return merged(
        st.fixed_dictionaries({"categories": some(NAMED), "clause": st.just("二")}),
        given_by,
        st.one_of(*[st.just({})] * 4, condition().map(lambda when: {"when": when})),
        rarely("lines", st.permutations(["基本医保", *lines])) if lines else st.just({}),
        st.sampled_from([*[{}] * 5, *({"lines": [line]} for line in lines)]),
        st.sampled_from([*[{}] * 6, {"recognised": "here"}, {"recognised": "elsewhere"}]),
        st.sampled_from([*[{}] * 5, {"only_if_nothing_before": True}]),
        st.sampled_from(
            [*[{}] * 5, {"paid_back": True}, *[{"paid_back": True, "also_if_covered_elsewhere": True}] * 2]
        ),
        ASSUMED,
    )


@cache
def price(line: str | None, tier: str | None, *, always: bool) -> st.SearchStrategy[dict[str, Any]]:
    part = st.fixed_dictionaries(
        {
            "counts_from": st.sampled_from(["month_paid", "next_month"]),
            "rounded": st.sampled_from(["half_up", "up", "down"]),
            "to": st.sampled_from(["yuan", "jiao", "fen"]),
        }
    )
    own = costs().map(lambda yuan: {"individual_yuan": yuan})
    silent = st.just({"individual": {"unknown": f"{line or tier or ''}缴多少", "ask": "学校"}})
    return merged(
        st.just({"clause": "二"} | ({"line": line} if line else {}) | ({"tier": tier} if tier else {})),
        either(own, own, own, own, own, own, own, silent),
        either(
            costs().map(lambda yuan: {"government_yuan": yuan}),
            st.sampled_from([{"government_yuan": "640"}, {"government": {"unknown": "补助多少", "ask": "财政局"}}]),
        ),
        st.just({}) if always else condition().filter(bool).map(lambda when: {"when": when}),
        rarely("part_of_year", part),
        ASSUMED,
        rarely("enjoys", st.just(TIERS[1])) if tier == TIERS[0] else st.just({}),
    )


@cache
def prices(line: str | None, tiers: tuple[str, ...]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """For a line, and each tier: a few prices with conditions, and mostly one for everybody at the end."""
    several = []
    for tier in tiers if line is None and tiers else [None]:
        last = either(*[price(line, tier, always=True)] * 5, price(line, tier, always=False))
        several.append(
            st.tuples(st.lists(price(line, tier, always=False), max_size=2), last).map(lambda some: [*some[0], some[1]])
        )
    return st.tuples(*several).map(lambda some: [one for group in some for one in group])


@cache
def way_in() -> st.SearchStrategy[dict[str, Any]]:
    wait = merged(
        st.fixed_dictionaries({"fixed": SHORT}),
        st.sampled_from(
            [{}, {"each_lapsed_year": "1个月", "repaired": True}, {"each_lapsed_year": "20天", "free_years": 0}]
        ),
        rarely("long_lapse", st.just({"years": 4, "at_least": "6个月"})),
    )
    anchors = ["period", "paid", "next_day", "month_paid", "next_month", "birth", "2031-02-01"]
    early = ["paid", "next_day", "month_paid", "next_month", "birth", "2030-12-01"]
    starts = merged(
        either(
            st.sampled_from(anchors).map(lambda anchor: {"from": anchor}),
            st.sampled_from(early).map(lambda anchor: {"from": anchor, "before_period": True}),
        ),
        either(st.just({}), SHORT.map(lambda plus: {"plus": plus}), wait.map(lambda wait: {"wait": wait})),
        st.sampled_from([{}, {}, *({"cover_until": day} for day in ("2031-06-30", "2031-02-28", "2032-12-31"))]),
    ).map(lambda starts: {"starts": starts})
    return merged(
        st.just({"name": "情形", "clause": "一"}),
        ASSUMED,
        condition().map(lambda when: {"when": when}),
        rarely("paid", st.sampled_from(["in_window", "any_time", "after_window"])),
        rarely("until", st.sampled_from(["2031-02-28", "2031-06-30"])),
        either(
            *[starts] * 4,
            st.sampled_from([{}, {"may_pay": "unknown"}]).map(
                lambda may: {"unknown": "起始日", "ask": "县医保局"} | may
            ),
        ),
    )


@cache
def combination(payers: tuple[str, ...], tiers: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    kinds = [
        st.just({"rule": "most_favourable", "assumed": "没有写"}),
        st.just({"rule": "not_said", "ask": "县医保局"}),
    ]
    if payers:
        in_turn = merged(
            st.sampled_from([{"rule": "in_order"}, {"rule": "stacking"}]),
            st.permutations(payers).map(lambda order: {"payers": list(order)}),
            st.sampled_from([{}, {"cap_tier": TIERS[0]}]) if tiers else st.just({}),
        )
        kinds += [in_turn] * 4
    return either(*kinds).map(lambda rule: {**rule, "clause": "二"})


CATEGORY_RULES: list[dict[str, Any]] = [
    {"name": "甲", "aliases": ["甲等"], "department": "民政局", "clause": "二"},
    {
        "name": "乙",
        "department": "民政局",
        "clause": "二",
    },
    {"name": "丙", "department": "残联", "extends_to": ["子女"], "clause": "二"},
    {"name": "丁", "department": "残联", "grades": ["一级", "二级"], "outside_grades": ["三级"], "clause": "二"},
    {"name": "老人", "when": {"age": {"at_least": 60}}, "clause": "二"},
    {"name": "只是甲", "when": {"all_categories": ["甲"], "no_categories": ["丙"]}, "clause": "二"},
]
TRAIT_RULES = [
    {"name": "本地", "means": "户口", "presumed_unless": ["外地"]},
    {"name": "外地", "means": "户口", "aliases": ["外县"]},
    {"name": "学生", "means": "在校"},
    {"name": "返乡", "means": "证明"},
]


DECIDED = st.sampled_from(["asked", "paid", "2030-12-25"])


def categories() -> st.SearchStrategy[list[dict[str, Any]]]:
    """All of them, and the days whose rosters decide."""
    decided = st.fixed_dictionaries({"in_window": DECIDED, "after_window": DECIDED})
    both = either(st.just({}), decided.map(lambda both: {"decided": both}))
    rules = [merged(st.just(rule), ASSUMED, both) if "when" not in rule else st.just(rule) for rule in CATEGORY_RULES]
    return st.tuples(*rules).map(list)


EXCLUSIONS = {
    "in_employee_scheme": {"clause": "三", "remedy": "先停保"},
    "covered_elsewhere": {"clause": "三", "remedy": "先停保", "assumed": "没有写"},
}


def _several(one: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[list[Any]]:
    """None or a few, all numbers alike."""
    return st.integers(0, most).flatmap(lambda size: st.lists(one, min_size=size, max_size=size))


@st.composite
def data(draw: st.DrawFn) -> dict[str, Any]:
    """The topics of a pack; not everything in them holds together."""
    tiers = draw(st.sampled_from([(), TIERS]))
    lines = tuple(draw(st.lists(st.sampled_from(LINES), max_size=2, unique=True)))
    subsidies = draw(_several(subsidy(tiers, lines), 8))
    subsidies = [
        {**rule, "clause": f"二（{number}）"} for rule, number in zip(subsidies, "一二三四五六七八", strict=False)
    ]
    mentioned = {name for rule in subsidies for name in rule["categories"]}
    unused = [name for name in ("甲", "乙", "丙", "丁", "老人", "只是甲") if not {name, f"{name}（一级）"} & mentioned]
    subsidies += [
        {**_NOTHING, "categories": [name]} for name in unused if name != "丁" or "丁（二级）" not in mentioned
    ]
    used = {payer for rule in subsidies for one in rule.get("subsidy", ()) for payer in _payers(one)}
    used |= {rule["payer"] for rule in subsidies if "payer" in rule}
    ways = draw(_several(way_in(), 4))
    window = draw(st.sampled_from([WINDOW, WINDOW, LATE_WINDOW]))
    return {
        "document": {"title": "甲县办法", "place": "甲县", "place_code": HERE, "issuer": "甲县", "clause": "全文"},
        "collection_window": {"first": window[0].isoformat(), "last": window[1].isoformat(), "clause": "一"},
        "benefit_period": {"first": PERIOD[0].isoformat(), "last": PERIOD[1].isoformat(), "clause": "一"},
        "ways_in": [{**way, "name": f"情形{number}"} for number, way in enumerate(ways)],
        "lines": [draw(_line(name)) for name in lines],
        "standards": [one for line in (None, *lines) for one in draw(prices(line, tiers))],
        "combination": draw(combination(tuple(sorted(used)), tiers)),
        "subsidies": subsidies,
        "traits": TRAIT_RULES,
        "categories": draw(categories()),
        "eligible": draw(
            st.sampled_from(
                [
                    [{"who": "人人", "when": {}, "clause": "三"}],
                    [
                        {"who": "本地人", "when": {"all_traits": ["本地"]}, "clause": "三"},
                        {"who": "学生", "when": {"any_traits": ["学生"]}, "assumed": "没有写"},
                        {"who": "甲类", "when": {"any_categories": ["甲"]}, "clause": "三"},
                    ],
                ]
            )
        ),
        "exclusions": draw(st.sampled_from([EXCLUSIONS, EXCLUSIONS, {}])),
        "incentives": [{**one, "name": f"激励{n}"} for n, one in enumerate(draw(_several(INCENTIVE, 2)))],
        "refunds": [{**draw(REFUND), "reason": reason} for reason in REASONS],
    }


INCENTIVE = merged(
    st.just({"clause": "三"}),
    ASSUMED,
    condition().filter(bool).map(lambda when: {"when": when}),
    either(
        st.just({"unknown": "提高多少", "ask": "市医保局"}),
        amounts().map(lambda yuan: {"ceiling_yuan": yuan}),
        amounts().map(lambda yuan: {"ceiling_yuan": yuan, "at_most_rate": "20%", "base_ceiling_yuan": "200"}),
    ),
    rarely("each_year_from", st.integers(1, 4)),
)
REFUND = merged(
    st.just({"clause": "四"}),
    ASSUMED,
    st.sampled_from(
        [
            *({"allowed": allowed} for allowed in ("before_period", "in_period", "any_time", "never")),
            {"unknown": "退不退", "ask": "税务局"},
        ]
    ),
    rarely("within", st.just("30天")),
    rarely("until", st.just("2031-03-01")),
    rarely("of", st.sampled_from(["all", "later", "earlier", "difference"])),
)


def _payers(amount: dict[str, Any]) -> list[str]:
    unnamed = [UNNAMED] if "payer_unknown" in amount else []
    return [*amount.get("payers", {}), *([amount["payer"]] if "payer" in amount else unnamed)]


@cache
def _line(name: str) -> st.SearchStrategy[dict[str, Any]]:
    if name == "补缴":
        return st.just({"name": name, "times": "repaired_years", "clause": "二"})
    choice = rarely("by_choice", st.just(True))
    return merged(st.just({"name": name, "clause": "二"}), ASSUMED, choice, rarely("when", condition()))


def unchecked(topics: dict[str, Any]) -> Pack:
    """A pack of the right shape, whatever its rules say together."""
    read = Topics.model_validate(topics)
    fields = {name: getattr(read, name) for name in Topics.model_fields}
    return Pack.model_construct(**fields, key="any", digest="", texts={}, before=None)


def sound(topics: dict[str, Any]) -> dict[str, Any] | None:
    """The topics without the entries that the checks complain of; None where they cannot be made to hold together."""
    topics = {name: list(value) if isinstance(value, list) else value for name, value in topics.items()}
    for _ in range(40):
        pack = unchecked(topics)
        complaints = [path for check in PACK_CHECKS for path, _ in check(pack)]
        if not complaints:
            return topics
        if not _without(topics, complaints):
            return None
    return None


def _without(topics: dict[str, Any], complaints: list[tuple[str | int, ...]]) -> bool:
    """In each topic, take the last entry out that is complained of, or make what cannot go agree with the rest."""
    last = {str(path[0]): path for path in complaints}
    mended = [_mended(topics, topic, path) for topic, path in last.items()]
    return any(mended)


def _mended(topics: dict[str, Any], topic: str, path: tuple[str | int, ...]) -> bool:
    index = path[1] if len(path) > 1 and isinstance(path[1], int) else None
    if topic == "combination" and len(path) > 2 and isinstance(path[2], int):  # somebody who pays nothing any more
        payers = [payer for number, payer in enumerate(topics[topic]["payers"]) if number != path[2]]
        topics[topic] = {**topics[topic], "payers": payers}
    elif topic == "combination":
        topics[topic] = {"rule": "most_favourable", "assumed": "没有写"}
    elif topic == "categories" and index is not None:  # no rule mentions it
        topics["subsidies"] = [*topics["subsidies"], {**_NOTHING, "categories": [CATEGORY_RULES[index]["name"]]}]
    elif index is None or len(topics[topic]) <= (topic == "standards"):
        return False
    else:
        rest = {key: value for key, value in topics[topic][index].items() if key != "only_if_nothing_before"}
        instead = [rest] if "only_if_nothing_before" in path else []
        topics[topic] = [*topics[topic][:index], *instead, *topics[topic][index + 1 :]]
    return True


_NOTHING = {"no_subsidy": True, "clause": "二"}


def loaded(topics: dict[str, Any], amends: dict[str, Any] | None = None) -> Pack:
    """Through the same door as a pack that is read from files; perhaps as an amendment in mid-season."""
    reading = Reading(data=topics)
    if amends is not None:
        reading.data = {**topics, "document": {**topics["document"], "extends": "any", "holds_from": "2030-11-15"}}
        reading.before = Reading(data=amends)
    pack, problems = problems_of(reading, "any", {})
    assert pack is not None and not problems, [str(problem) for problem in problems]  # noqa: PT018
    return pack


@st.composite
def sound_data(draw: st.DrawFn) -> dict[str, Any]:
    topics = sound(draw(data()))
    assume(topics is not None)
    assert topics is not None
    return topics


def packs() -> st.SearchStrategy[Pack]:
    alone = sound_data().map(loaded)
    return either(alone, alone, alone, st.builds(loaded, sound_data(), sound_data()))


@cache
def held(meant: tuple[tuple[str, str | None], ...]) -> st.SearchStrategy[dict[str, Any]]:
    days = either(*[st.none()] * 5, iso(st.dates(date(2028, 1, 1), date(2031, 12, 31))))
    others = st.tuples(
        st.sampled_from([*CATEGORIES * 4, "甲等", "没有的"]), st.sampled_from([None, None, "一级", "二级", "三级"])
    )
    named = either(*[st.sampled_from(meant)] * 3, others) if meant else others
    rest = st.fixed_dictionaries(
        {
            "since": days,
            "until": st.none() | days,
            "place": st.sampled_from([None, None, None, HERE, THERE, "990101001000"]),
            "relation": st.sampled_from([*[None] * 6, "子女"]),
        }
    )
    return st.tuples(named, rest).map(lambda both: {"name": both[0][0], "grade": both[0][1], **both[1]})


@st.composite
def people(draw: st.DrawFn, pack: Pack) -> dict[str, Any]:
    """The facts of somebody, as JSON has them."""
    lines = [line.name for line in pack.lines]
    helped = [pack.named_grade(name) for rule in pack.subsidies if not rule.no_subsidy for name in rule.categories]
    meant = tuple(sorted({one for one in helped if one[0] in CATEGORIES}, key=str))
    employee = st.fixed_dictionaries(
        {
            "months": st.sampled_from([None, 11, 24]),
            "back_paid": st.sampled_from([None, True, False]),
            "left_on": st.sampled_from(["2030-08-31", "2030-08-31", None])
            | iso(st.dates(date(2030, 1, 1), date(2031, 6, 30))),
        }
    )
    other = st.fixed_dictionaries(
        {
            "scheme": st.sampled_from(["resident", "employee", None]),
            "place": st.sampled_from(["乙县", None]),
            "until": st.none() | iso(st.sampled_from([*PERIOD, WINDOW[1]])),
        }
    )
    refund = st.fixed_dictionaries(
        {"reason": st.sampled_from([*REASONS, "别的"]), "asked_on": st.none() | iso(paying_days())}
    )
    return {
        "categories": draw(st.lists(held(meant), min_size=draw(st.sampled_from([2, 3, 1, 0])), max_size=3)),
        "tier": draw(st.sampled_from([*pack.tiers, *pack.tiers, *pack.tiers, None])),
        "lines": draw(st.lists(st.sampled_from(lines), unique=True)) if lines else [],
        "traits": draw(st.lists(st.sampled_from([*TRAITS, "外县"]), max_size=2, unique=True)),
        "born_on": draw(st.none() | iso(birthdays()) | iso(birthdays())),
        "paid_on": draw(either(*[iso(st.dates(pack.window.first, pack.window.last))] * 2, iso(paying_days()))),
        "on": draw(st.none() | st.none() | iso(paying_days())),
        "employee_scheme": draw(employee) if draw(st.integers(0, 3)) == 3 else None,
        "other_cover": draw(other) if draw(st.integers(0, 4)) == 4 else None,
        "last_covered_until": draw(st.none() | iso(st.dates(date(2024, 1, 1), date(2030, 12, 31)))),
        "repaired_years": draw(st.none() | st.integers(0, 3)),
        "years_in_row": draw(st.none() | st.integers(0, 7)),
        "claimed_last_year": draw(st.none() | st.booleans()),
        "refund": draw(st.none() | st.none() | refund),
    }


DAYS = ("born_on", "paid_on", "on", "last_covered_until")


def crowd(draw: Callable[[st.SearchStrategy[Any]], Any], pack: Pack, most: int = 3) -> list[dict[str, Any]]:
    """A few people, and people with the words of one and the days of another, or of the day after."""
    few = [draw(people(pack)) for _ in range(draw(st.integers(1, most)))]
    days = [{day: one[day] for day in DAYS} for one in few]
    days += [{**one, **{day: _day_after(one[day]) for day in ("paid_on", "born_on")}} for one in days]
    return [_possible({**one, **other}) for one in few for other in days]


def _day_after(day: str | None) -> str | None:
    return day and (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _possible(facts: dict[str, Any]) -> dict[str, Any]:
    """Nobody was covered before their birth."""
    born, covered = facts["born_on"], facts["last_covered_until"]
    return {**facts, "last_covered_until": None} if born and covered and covered < born else facts
