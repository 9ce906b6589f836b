"""A name that a rule uses is declared, and means one thing."""

from collections.abc import Iterator

from canbao.policy.category_names import plain
from canbao.policy.conditions import Condition
from canbao.policy.money_rules import BASIC
from canbao.policy.pack import Pack
from canbao.policy.reading import Path
from canbao.policy.walk import spots


def _uses(pack: Pack, keys: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    """Every name under one of these keys, with its place."""
    for spot in spots(pack):
        if spot.path[-1] in keys and spot.path[0] != spot.path[-1]:
            names = spot.value if isinstance(spot.value, tuple) else (spot.value,)
            for index, name in enumerate(names):
                if isinstance(name, str):
                    yield (*spot.path, index), name


_CATEGORY_KEYS = ("categories", "all_categories", "any_categories", "no_categories", "category")


def categories_in_rules_are_known(pack: Pack) -> Iterator[tuple[Path, str]]:
    known = {category.name for category in pack.categories}
    for path, name in _uses(pack, _CATEGORY_KEYS):
        category, _ = pack.named_grade(name)
        if category not in known:
            yield path, f"没有声明身份“{name}”；categories 里有：{'、'.join(sorted(known)) or '无'}"


def traits_in_rules_are_known(pack: Pack) -> Iterator[tuple[Path, str]]:
    known = {trait.name for trait in pack.traits}
    for path, name in _uses(pack, ("all_traits", "any_traits", "no_traits", "presumed_unless")):
        if name not in known:
            yield path, f"没有声明情况“{name}”；traits 里有：{'、'.join(sorted(known)) or '无'}"


def tiers_in_rules_are_known(pack: Pack) -> Iterator[tuple[Path, str]]:
    for path, name in _uses(pack, ("tiers", "of_tier", "cap_tier", "enjoys")):
        if name not in pack.tiers:
            yield path, f"没有“{name}”这一档；standards 里有：{'、'.join(pack.tiers) or '不分档'}"


def names_mean_one_thing(pack: Pack) -> Iterator[tuple[Path, str]]:
    """One spelling cannot name two categories, traits or tiers."""
    for topic, items in (("categories", pack.categories), ("traits", pack.traits)):
        yield from _twice(topic, [(item.name, (item.name, *item.aliases)) for item in items])
    yield from _twice("lines", [(line.name, (line.name,)) for line in pack.lines])
    yield from _twice("incentives", [(rule.name, (rule.name,)) for rule in pack.incentives])
    yield from _twice("refunds", [(rule.reason, (rule.reason,)) for rule in pack.refunds])
    yield from _tiers_twice(pack)


def _tiers_twice(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A tier may have several prices; another tier cannot have its name."""
    owner: dict[str, str] = {}
    for index, standard in enumerate(pack.standards):
        if standard.tier is None:
            continue
        for text in (standard.tier, *standard.aliases):
            first = owner.setdefault(plain(text), standard.tier)
            if first != standard.tier:
                yield ("standards", index), f"“{text}”既是“{standard.tier}”又是“{first}”的写法"


def lines_in_rules_are_known(pack: Pack) -> Iterator[tuple[Path, str]]:
    known = {BASIC, *(line.name for line in pack.lines)}
    for path, name in _uses(pack, ("line", "lines")):
        if path[0] in ("standards", "subsidies") and name not in known:
            yield path, f"账单上没有“{name}”这一项；有：{'、'.join(sorted(known))}"


def english_is_of_words_in_the_pack(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A translation of what no rule says is a slip: nobody would ever read it."""
    said: set[str] = set()
    for spot in spots(pack):
        values = spot.value if isinstance(spot.value, tuple) else (spot.value,)
        said.update(value for value in values if isinstance(value, str))
    for text in pack.english:
        if text not in said:
            yield ("english", text), f"方案里没有“{text}”这几个字，译文用不上"


def _twice(topic: str, items: list[tuple[str, tuple[str, ...]]]) -> Iterator[tuple[Path, str]]:
    owner: dict[str, int] = {}
    for index, (name, texts) in enumerate(items):
        for text in texts:
            first = owner.setdefault(plain(text), index)
            if first != index:
                yield (topic, index), f"“{text}”既是“{name}”又是“{items[first][0]}”的写法"


def categories_have_a_rule(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A category that no rule mentions would change nothing for anybody, and nobody would notice."""
    used = {pack.named_grade(name)[0] for _, name in _uses(pack, _CATEGORY_KEYS) if _[0] != "rosters"}
    for index, category in enumerate(pack.categories):
        if category.name not in used:
            yield ("categories", index), f"身份“{category.name}”没有任何规则：写资助、no_subsidy 或 unknown"


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


def eligibility_looks_at_words_only(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Who may enrol is decided by traits and categories; days and ages belong to the ways in."""
    for index, way in enumerate(pack.eligible):
        if way.when.asks_for_a_day:
            yield ("eligible", index, "when"), "参保资格只看情况和身份；与日子有关的写在 ways_in"
