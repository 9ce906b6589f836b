"""A name that a rule uses is declared, and means one thing."""

from collections.abc import Iterator

from canbao.policy.category_names import plain
from canbao.policy.pack import Pack
from canbao.policy.people_rules import Condition
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


def categories_in_rules_are_known(pack: Pack) -> Iterator[tuple[Path, str]]:
    known = {category.name for category in pack.categories}
    for path, name in _uses(pack, ("categories", "any_categories", "unless")):
        if name not in known:
            yield path, f"没有声明身份“{name}”；categories 里有：{'、'.join(sorted(known)) or '无'}"


def traits_in_rules_are_known(pack: Pack) -> Iterator[tuple[Path, str]]:
    known = {trait.name for trait in pack.traits}
    for path, name in _uses(pack, ("all_traits", "any_traits", "no_traits", "presumed_unless")):
        if name not in known:
            yield path, f"没有声明情况“{name}”；traits 里有：{'、'.join(sorted(known)) or '无'}"


def tiers_in_rules_are_known(pack: Pack) -> Iterator[tuple[Path, str]]:
    for path, name in _uses(pack, ("tier", "of_tier", "cap_tier")):
        if path[0] != "standards" and name not in pack.tiers:
            yield path, f"没有“{name}”这一档；standards 里有：{'、'.join(pack.tiers) or '不分档'}"


def names_mean_one_thing(pack: Pack) -> Iterator[tuple[Path, str]]:
    """One spelling cannot name two categories, traits or tiers."""
    for topic, items in (("categories", pack.categories), ("traits", pack.traits)):
        yield from _twice(topic, [(item.name, (item.name, *item.aliases)) for item in items])
    tiers = [(standard.tier or "", (standard.tier or "", *standard.aliases)) for standard in pack.standards]
    yield from _twice("standards", [(tier, texts) for tier, texts in tiers if tier])


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
    used = {name for rule in pack.subsidies for name in (*rule.categories, *rule.unless)}
    conditions: list[Condition] = [way.when for way in pack.ways_in] + [way.when for way in pack.eligible]
    used |= {name for when in conditions for name in when.any_categories}
    for index, category in enumerate(pack.categories):
        if category.name not in used:
            yield ("categories", index), f"身份“{category.name}”没有任何规则：写资助、no_subsidy 或 unknown"


def eligibility_looks_at_words_only(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Who may enrol is decided by traits and categories; days and ages belong to the ways in."""
    for index, way in enumerate(pack.eligible):
        when = way.when
        if when.born_since or when.paid_within_of_birth or when.paid_later_than_birth_by or when.employee:
            yield ("eligible", index, "when"), "参保资格只看情况和身份；与日子有关的写在 ways_in"
