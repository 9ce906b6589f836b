"""A name that a rule uses is declared, and means one thing."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from canbao.policy.category_names import plain, spelling
from canbao.policy.conditions import Condition
from canbao.policy.money_rules import BASIC
from canbao.policy.pack import Pack
from canbao.policy.people_rules import Category, Trait
from canbao.policy.reading import Path
from canbao.policy.walk import spots

_CATEGORY_KEYS = ("categories", "all_categories", "any_categories", "no_categories", "category")


def _uses(pack: Pack, keys: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    """Every name under one of these keys, with its place."""
    for spot in spots(pack):
        if spot.path[-1] in keys and spot.path[0] != spot.path[-1]:
            names = spot.value if isinstance(spot.value, tuple) else (spot.value,)
            for index, name in enumerate(names):
                if isinstance(name, str):
                    yield (*spot.path, index), name


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    """Several names run together, or the one that is nearly the same."""
    several = _names_in(name)
    if len(several) > 1:
        return f"；是几个名称的，分开写成几项：[{', '.join(several)}]"
    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"；是不是“{near[0]}”？" if near else ""


def _names_in(text: str) -> list[str]:
    """`甲、乙（一、二级）` is two names."""
    return [one for one in re.split(r"(?:[，；]|、(?![^（(]*[）)])) *", text) if one]


_A_FEW = 8  # names that are told although one of them is probably meant


def one_of(known: Iterable[str], name: str) -> str:
    """Those that there are, and which of them may have been meant."""
    names = sorted(known) if isinstance(known, set) else list(known)
    meant = _did_you_mean(name, names)
    said = f"{names[0]}等{len(names)}个" if meant and len(names) > _A_FEW else "、".join(names)
    return (said or "无") + meant


def categories_in_rules_are_known(pack: Pack) -> Iterator[tuple[Path, str]]:
    known = {category.name for category in pack.categories}
    for path, name in _uses(pack, _CATEGORY_KEYS):
        if pack.named_grade(name)[0] not in known:
            yield path, _unknown_category(pack, name)


def _unknown_category(pack: Pack, name: str) -> str:
    wide = name.replace("(", "（").replace(")", "）")
    before, bracket, grade = wide.partition("（")
    category = pack.category_names.by_name.get(before)
    if bracket and category is not None:
        if pack.named_grade(wide)[0] == before:
            return f"“{name}”的括号应是全角：{wide}"
        grades = "、".join(category.grades) or "无"
        return f"身份“{before}”没有等级“{grade.removesuffix('）')}”；它的 grades 里有：{grades}"
    found = pack.category_names.find(name)
    if found is not None:
        return f"没有声明身份“{name}”，它是“{found[0]}”的别名；规则里写正式名称"
    return f"没有声明身份“{name}”；categories 里有：{one_of(pack.category_names.by_name, name)}"


def traits_in_rules_are_known(pack: Pack) -> Iterator[tuple[Path, str]]:
    known = {trait.name for trait in pack.traits}
    for path, name in _uses(pack, ("all_traits", "any_traits", "no_traits", "presumed_unless")):
        if name in known:
            continue
        if name in pack.trait_names:
            yield path, f"没有声明情况“{name}”，它是“{pack.trait_names[name]}”的别名；规则里写正式名称"
        else:
            yield path, f"没有声明情况“{name}”；traits 里有：{one_of(known, name)}"


def tiers_in_rules_are_known(pack: Pack) -> Iterator[tuple[Path, str]]:
    for path, name in _uses(pack, ("tiers", "of_tier", "cap_tier", "enjoys")):
        if name not in pack.tiers:
            yield path, f"没有“{name}”这一档；standards 里有：{'、'.join(pack.tiers) or '不分档'}"


def lines_in_rules_are_known(pack: Pack) -> Iterator[tuple[Path, str]]:
    known = {BASIC, *(line.name for line in pack.lines)}
    for path, name in _uses(pack, ("line", "lines")):
        if path[0] == "standards" and name == BASIC:
            yield path, f"{BASIC}的标准不写 line"
        elif path[0] in ("standards", "subsidies") and name not in known:
            yield path, f"账单上没有“{name}”这一项；有：{one_of(known, name)}"


def held_is_asked_of_a_roster(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Only rosters say since when; a category by condition, or one grade of a category, has no such day."""
    for path, name in _uses(pack, ("category",)):
        if "held" not in path:
            continue
        category = pack.category_names.by_name.get(name)
        if category is not None and category.when is not None:
            yield path, f"“{name}”不由名册认定，没有从哪天起：held 只用于名册上的身份"
        elif category is None and pack.named_grade(name)[1] is not None:
            yield path, f"held 只写身份“{pack.named_grade(name)[0]}”，等级另写在 any_categories"


def names_mean_one_thing(pack: Pack) -> Iterator[tuple[Path, str]]:
    """One spelling cannot name two categories, traits or tiers."""
    categories = [(item, "categories", index, spelling) for index, item in enumerate(pack.categories)]
    traits = [(item, "traits", index, plain) for index, item in enumerate(pack.traits)]
    for named in (categories, traits):
        yield from _twice(
            [
                (item.name, place, spelt(text), text)
                for item, topic, index, spelt in named
                for place, text in spellings(topic, index, item)
            ]
        )
    yield from _twice(
        [
            (item.name, ("categories", index, "aliases_with_grade", number), spelling(text), text)
            for index, item in enumerate(pack.categories)
            for number, text in enumerate(item.aliases_with_grade)
        ]
    )
    for topic, names in (
        ("lines", [line.name for line in pack.lines]),
        ("incentives", [rule.name for rule in pack.incentives]),
        ("refunds", [rule.reason for rule in pack.refunds]),
    ):
        for index, name in enumerate(names):
            if plain(name) in map(plain, names[:index]):
                yield (topic, index), f"“{name}”写了两次"
    yield from _tiers_twice(pack)


def spellings(topic: str, index: int, item: Category | Trait) -> Iterator[tuple[Path, str]]:
    """Every way to write a category or a trait, with its place."""
    yield (topic, index, "name"), item.name
    for number, text in enumerate(item.aliases):
        yield (topic, index, "aliases", number), text


def spellings_are_single(pack: Pack) -> Iterator[tuple[Path, str]]:
    """`[甲，乙]` with a full-width comma is one long name, which no roster writes."""
    several: list[tuple[str, int, Category | Trait]] = [("categories", n, one) for n, one in enumerate(pack.categories)]
    several += [("traits", n, one) for n, one in enumerate(pack.traits)]
    for topic, index, item in several:
        for place, text in spellings(topic, index, item):
            names = _names_in(text)
            if names != [text]:
                yield place, f"“{text}”像是几个名称：分开写成几项，[{', '.join(names)}]"


def _tiers_twice(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A tier may have several prices; another tier cannot have its name."""
    owner: dict[str, str] = {}
    for index, standard in enumerate(pack.standards):
        if standard.tier is None:
            continue
        for number, text in enumerate((standard.tier, *standard.aliases)):
            first = owner.setdefault(plain(text), standard.tier)
            if first != standard.tier:
                place: Path = ("standards", index, "aliases", number - 1) if number else ("standards", index, "tier")
                yield place, f"“{text}”既是“{standard.tier}”又是“{first}”的写法"


def english_is_of_words_in_the_pack(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A translation of what no rule says is a slip: nobody would ever read it."""
    said: set[str] = set()
    for spot in spots(pack):
        values = spot.value if isinstance(spot.value, tuple) else (spot.value,)
        said.update(value for value in values if isinstance(value, str))
    for text in pack.english:
        if text not in said:
            yield ("english", text), f"方案里没有“{text}”这几个字，译文用不上"


def _twice(items: list[tuple[str, Path, str, str]]) -> Iterator[tuple[Path, str]]:
    """Whose name it is, where it stands, what two spellings have in common, and how it is written."""
    owner: dict[str, tuple[str, Path]] = {}
    for name, place, spelt, text in items:
        first, first_place = owner.setdefault(spelt, (name, place))
        if first_place[:2] == place[:2]:
            continue
        if text == name == first:
            yield place, f"“{name}”写了两次"
        else:
            says = f"“{text}”既是“{name}”又是“{first}”的写法：只留给一个；分不清时另写一个身份，放进同一条资助"
            yield place, says


def lists_name_nothing_twice(pack: Pack) -> Iterator[tuple[Path, str]]:
    for spot in spots(pack):
        if isinstance(spot.value, tuple) and spot.value and all(isinstance(item, str) for item in spot.value):
            for index, item in enumerate(spot.value):
                if item in spot.value[:index]:
                    yield (*spot.path, index), f"{spot.path[-1]} 里“{item}”写了两次"


def categories_have_a_rule(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A category that no rule mentions would change nothing for anybody, and nobody would notice."""
    used = {pack.named_grade(name)[0] for _, name in _uses(pack, _CATEGORY_KEYS) if _[0] not in _LISTS_OF_PEOPLE}
    for index, category in enumerate(pack.categories):
        if category.name not in used:
            yield ("categories", index), f"身份“{category.name}”没有任何规则：写资助、no_subsidy 或 unknown"


_LISTS_OF_PEOPLE = ("rosters", "monthly_adjustment")


def categories_say_who_decides(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A department's roster, or a condition; and no circle of conditions."""
    for index, category in enumerate(pack.categories):
        path: Path = ("categories", index)
        if (category.department is None) == (category.when is None):
            yield path, "由谁认定：按名册的写 department（部门），按条件的写 when，二者选一"
        if category.when is not None and (category.grades or category.extends_to):
            yield path, "按条件的身份没有等级，也不及于家人"
        if category.when is not None and category.name in _reached_from(pack, category.name):
            yield (*path, "when"), f"身份“{category.name}”的条件绕了一圈又要看它自己"
        if category.when is not None and "decided" in category.model_fields_set:
            yield (*path, "decided"), "按条件的身份不看名册：不写 decided"
        for grade in category.outside_grades:
            if grade in category.grades:
                yield (*path, "outside_grades"), f"“{grade}”既在 grades（算）又在 outside_grades（不算）里"
        if category.aliases_with_grade and not category.grades:
            yield (*path, "aliases_with_grade"), "aliases_with_grade 要写明等级才算，而这个身份没有 grades"


def _reached_from(pack: Pack, name: str) -> set[str]:
    """All categories that a category's condition looks at, and those that theirs do."""
    reached: set[str] = set()
    ahead = [name]
    while ahead:
        for category in pack.categories:
            if category.name == ahead[0] and category.when is not None:
                new = _mentioned(pack, category.when) - reached
                reached |= new
                ahead += new
        ahead.pop(0)
    return reached


def _mentioned(pack: Pack, when: Condition) -> set[str]:
    names = {*when.all_categories, *when.any_categories, *when.no_categories}
    names |= {when.held.category} if when.held else set()
    inner = set().union(*(_mentioned(pack, one) for one in (*when.any_of, *when.none_of)))
    return {pack.named_grade(name)[0] for name in names} | inner


def lists_of_people_come_from_rosters(pack: Pack) -> Iterator[tuple[Path, str]]:
    """No department hands in a list of those whom a condition finds."""
    for path, name in _uses(pack, ("categories",)):
        if path[0] in _LISTS_OF_PEOPLE:
            category = pack.category_names.by_name.get(name)
            if category is not None and category.when is not None:
                yield path, f"“{name}”按条件认定，没有部门报送它的名单"


def eligibility_looks_at_words_only(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Who may enrol is decided by traits and categories; days and ages belong to the ways in."""
    for index, way in enumerate(pack.eligible):
        if way.when.asks_for_a_day or any(_asks_for_a_day(pack, name) for name in _mentioned(pack, way.when)):
            yield ("eligible", index, "when"), "参保资格只看情况和身份；与日子有关的写在 ways_in"
        if way.when.tiers:
            yield ("eligible", index, "when"), "参保资格不看选了哪一档"


def _asks_for_a_day(pack: Pack, name: str) -> bool:
    return any(
        category.when is not None and category.when.asks_for_a_day
        for category in pack.categories
        if category.name in {name, *_reached_from(pack, name)}
    )
