"""Can two conditions fit the same person? "Apart" means that they provably cannot; anything else might."""

from datetime import date

from canbao.policy.conditions import AgeCondition, Condition, HeldFor, Times
from canbao.policy.pack import Pack


def apart(pack: Pack, one: Condition, other: Condition) -> bool:
    """Whether nobody can ever fit both."""
    return (
        _sets_apart(one.tiers, other.tiers)
        or _sets_apart(one.benefit_years, other.benefit_years)
        or _words_apart(pack, one, other)
        or _words_apart(pack, other, one)
        or _ages_apart(one.age, other.age)
        or _counts_apart(one.lapsed_years, other.lapsed_years)
        or _counts_apart(one.years_in_row, other.years_in_row)
        or (one.claimed is not None and other.claimed is not None and one.claimed != other.claimed)
        or _days_apart(one.paid_since, one.paid_until, other.paid_since, other.paid_until)
        or _held_apart(one.held, other.held)
        or any(_contains(none, other) for none in one.none_of)
        or any(_contains(none, one) for none in other.none_of)
    )


def _sets_apart(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return bool(one) and bool(other) and set(one).isdisjoint(other)


def _words_apart(pack: Pack, one: Condition, other: Condition) -> bool:
    """What one asks for, the other forbids; or one asks for a trait that another one, asked for, excludes."""
    asked = _asked_traits(one)
    if asked & set(other.no_traits) or _asked_categories(one) & set(other.no_categories):
        return True
    if one.any_categories and set(one.any_categories) <= set(other.no_categories):
        return True
    contrary = {
        (trait.name, name) for trait in pack.traits for name in trait.presumed_unless
    }  # who has the second is not presumed to have the first
    return any((mine, theirs) in contrary for mine in asked for theirs in _asked_traits(other))


def _asked_traits(when: Condition) -> set[str]:
    return {*when.all_traits, *(when.any_traits if len(when.any_traits) == 1 else ())}


def _asked_categories(when: Condition) -> set[str]:
    return {*when.all_categories, *(when.any_categories if len(when.any_categories) == 1 else ())}


def _ages_apart(one: AgeCondition | None, other: AgeCondition | None) -> bool:
    if one is None or other is None or one.on != other.on:
        return False
    return any(
        low.at_least is not None and high.under is not None and low.at_least >= high.under
        for low, high in ((one, other), (other, one))
    )


def _counts_apart(one: Times | None, other: Times | None) -> bool:
    if one is None or other is None:
        return False
    return any(
        low.at_least is not None and high.at_most is not None and low.at_least > high.at_most
        for low, high in ((one, other), (other, one))
    )


def _days_apart(since: date | None, until: date | None, other_since: date | None, other_until: date | None) -> bool:
    return (since is not None and other_until is not None and since > other_until) or (
        other_since is not None and until is not None and other_since > until
    )


def _held_apart(one: HeldFor | None, other: HeldFor | None) -> bool:
    if one is None or other is None or one.category != other.category:
        return False
    return any(
        low.at_least is not None and high.less_than is not None and not low.at_least.shorter_than(high.less_than)
        for low, high in ((one, other), (other, one))
    )


def _contains(wide: Condition, narrow: Condition) -> bool:
    """Whether everybody whom `narrow` fits also fits `wide`, as far as this is plain to see."""
    wanted = wide.model_dump(exclude_defaults=True)
    given = narrow.model_dump(exclude_defaults=True)
    return all(given.get(key) == value for key, value in wanted.items())
