"""Two conditions side by side: can both fit the same person, and does one hold whenever the other does?

`apart` and `implies` say yes only where it is certain; everything else might be, and is treated so.
"""

from collections.abc import Iterable
from datetime import date

from canbao.policy.conditions import AgeCondition, Condition, EmployeeCondition, HeldFor, Times, day_of
from canbao.policy.pack import Pack
from canbao.policy.values import Span


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
        or _ends_apart(one.paid_since, other.paid_until)
        or _ends_apart(other.paid_since, one.paid_until)
        or _ends_apart(_born_since(pack, one), other.born_until)
        or _ends_apart(_born_since(pack, other), one.born_until)
        or _late_apart(one, other)
        or _late_apart(other, one)
        or _held_apart(one.held, other.held)
        or _employees_apart(one.employee, other.employee)
        or any(implies(pack, other, none) for none in one.none_of)
        or any(implies(pack, one, none) for none in other.none_of)
        or (bool(one.any_of) and all(apart(pack, branch, other) for branch in one.any_of))
        or (bool(other.any_of) and all(apart(pack, one, branch) for branch in other.any_of))
    )


def implies(pack: Pack, narrow: Condition, wide: Condition) -> bool:
    """Whether everybody whom `narrow` fits also fits `wide`."""
    if narrow.any_of and all(implies(pack, branch, wide) for branch in narrow.any_of):
        return True
    return (
        _traits_implied(narrow, wide)
        and _categories_implied(pack, narrow, wide)
        and (not wide.tiers or (bool(narrow.tiers) and set(narrow.tiers) <= set(wide.tiers)))
        and (not wide.benefit_years or pack.period.first.year in wide.benefit_years)
        and _age_implied(narrow.age, wide.age)
        and _since_implied(_born_since(pack, narrow), _born_since(pack, wide))
        and _until_implied(narrow.born_until, wide.born_until)
        and _since_implied(narrow.paid_since, wide.paid_since)
        and _until_implied(narrow.paid_until, wide.paid_until)
        and _at_most_implied(narrow.paid_within_of_birth, wide.paid_within_of_birth)
        and _at_least_implied(narrow.paid_later_than_birth_by, wide.paid_later_than_birth_by)
        and _held_implied(narrow.held, wide.held)
        and _employee_implied(narrow.employee, wide.employee)
        and _times_implied(narrow.lapsed_years, wide.lapsed_years)
        and _times_implied(narrow.years_in_row, wide.years_in_row)
        and wide.claimed in (None, narrow.claimed)
        and (not wide.any_of or _one_implied(pack, narrow, wide.any_of))
        and all(none in narrow.none_of or apart(pack, narrow, none) for none in wide.none_of)
    )


def covers(pack: Pack, wide: str, narrow: str) -> bool:
    """Whether whoever is in the category `narrow` is in `wide`: the same, or one of its grades."""
    (wide_name, wide_grade), (name, grade) = pack.named_grade(wide), pack.named_grade(narrow)
    return wide_name == name and wide_grade in (None, grade)


def overlap(pack: Pack, one: str, other: str) -> bool:
    """Whether somebody can be in both as one category: the same, or one a grade of the other."""
    return covers(pack, one, other) or covers(pack, other, one)


def _sets_apart(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return bool(one) and bool(other) and set(one).isdisjoint(other)


def _words_apart(pack: Pack, one: Condition, other: Condition) -> bool:
    """What one asks for, the other forbids; or one asks for a trait that another one, asked for, excludes."""
    asked = _asked_traits(one)
    if asked & set(other.no_traits) or (one.any_traits and set(one.any_traits) <= set(other.no_traits)):
        return True
    if any(covers(pack, no, name) for no in other.no_categories for name in _asked_categories(one)):
        return True
    if one.any_categories and _all_covered(pack, one.any_categories, other.no_categories):
        return True
    contrary = {
        (trait.name, name) for trait in pack.traits for name in trait.presumed_unless
    }  # who has the second is not presumed to have the first
    return any((mine, theirs) in contrary for mine in asked for theirs in _asked_traits(other))


def _all_covered(pack: Pack, names: Iterable[str], by: tuple[str, ...]) -> bool:
    return all(any(covers(pack, wide, name) for wide in by) for name in names)


def _asked_traits(when: Condition) -> set[str]:
    return {*when.all_traits, *(when.any_traits if len(when.any_traits) == 1 else ())}


def _asked_categories(when: Condition) -> set[str]:
    return {*when.all_categories, *(when.any_categories if len(when.any_categories) == 1 else ())}


def _traits_implied(narrow: Condition, wide: Condition) -> bool:
    asked = _asked_traits(narrow)
    any_of = not wide.any_traits or bool(
        asked & set(wide.any_traits) or (narrow.any_traits and set(narrow.any_traits) <= set(wide.any_traits))
    )
    return set(wide.all_traits) <= asked and set(wide.no_traits) <= set(narrow.no_traits) and any_of


def _categories_implied(pack: Pack, narrow: Condition, wide: Condition) -> bool:
    asked = _asked_categories(narrow)
    any_of = not wide.any_categories or (
        any(covers(pack, name, mine) for name in wide.any_categories for mine in asked)
        or (bool(narrow.any_categories) and _all_covered(pack, narrow.any_categories, wide.any_categories))
    )
    return (
        any_of
        and all(any(covers(pack, name, mine) for mine in asked) for name in wide.all_categories)
        and _all_covered(pack, wide.no_categories, narrow.no_categories)
    )


def _one_implied(pack: Pack, narrow: Condition, branches: tuple[Condition, ...]) -> bool:
    if any(implies(pack, narrow, branch) for branch in branches):
        return True
    mine = narrow.any_of
    return bool(mine) and all(any(implies(pack, one, branch) for branch in branches) for one in mine)


def _ages_apart(one: AgeCondition | None, other: AgeCondition | None) -> bool:
    if one is None or other is None or one.on != other.on:
        return False
    return any(
        low.at_least is not None and high.under is not None and low.at_least >= high.under
        for low, high in ((one, other), (other, one))
    )


def _age_implied(narrow: AgeCondition | None, wide: AgeCondition | None) -> bool:
    if wide is None:
        return True
    if narrow is None or narrow.on != wide.on:
        return False
    low = wide.at_least is None or (narrow.at_least is not None and narrow.at_least >= wide.at_least)
    return low and (wide.under is None or (narrow.under is not None and narrow.under <= wide.under))


def _counts_apart(one: Times | None, other: Times | None) -> bool:
    if one is None or other is None:
        return False
    return any(
        low.at_least is not None and high.at_most is not None and low.at_least > high.at_most
        for low, high in ((one, other), (other, one))
    )


def _times_implied(narrow: Times | None, wide: Times | None) -> bool:
    if wide is None:
        return True
    if narrow is None:
        return False
    low = wide.at_least is None or (narrow.at_least is not None and narrow.at_least >= wide.at_least)
    return low and (wide.at_most is None or (narrow.at_most is not None and narrow.at_most <= wide.at_most))


def _born_since(pack: Pack, when: Condition) -> date | None:
    return None if when.born_since is None else day_of(when.born_since, pack.window.first, pack.period.first)


def _ends_apart(since: date | None, until: date | None) -> bool:
    return since is not None and until is not None and since > until


def _since_implied(narrow: date | None, wide: date | None) -> bool:
    return wide is None or (narrow is not None and narrow >= wide)


def _until_implied(narrow: date | None, wide: date | None) -> bool:
    return wide is None or (narrow is not None and narrow <= wide)


def _surely_at_most(one: Span, other: Span) -> bool:
    """Only lengths of one kind compare for certain: three months are now 89 days and now 92."""
    return one.months <= other.months and one.days <= other.days


def _at_most_implied(narrow: Span | None, wide: Span | None) -> bool:
    return wide is None or (narrow is not None and _surely_at_most(narrow, wide))


def _at_least_implied(narrow: Span | None, wide: Span | None) -> bool:
    return wide is None or (narrow is not None and _surely_at_most(wide, narrow))


def _late_apart(one: Condition, other: Condition) -> bool:
    within, later = one.paid_within_of_birth, other.paid_later_than_birth_by
    return within is not None and later is not None and _surely_at_most(within, later)


def _held_apart(one: HeldFor | None, other: HeldFor | None) -> bool:
    if one is None or other is None or one.category != other.category:
        return False
    return any(
        low.at_least is not None and high.less_than is not None and not low.at_least.shorter_than(high.less_than)
        for low, high in ((one, other), (other, one))
    )


def _held_implied(narrow: HeldFor | None, wide: HeldFor | None) -> bool:
    if wide is None:
        return True
    if narrow is None or narrow.category != wide.category:
        return False
    return _at_least_implied(narrow.at_least, wide.at_least) and _at_most_implied(narrow.less_than, wide.less_than)


def _employees_apart(one: EmployeeCondition | None, other: EmployeeCondition | None) -> bool:
    if one is None or other is None:
        return False
    if one.back_paid is not None and other.back_paid is not None and one.back_paid != other.back_paid:
        return True
    return any(
        recent.left_at_most is not None
        and long_ago.left_longer_than is not None
        and _surely_at_most(recent.left_at_most, long_ago.left_longer_than)
        for recent, long_ago in ((one, other), (other, one))
    )


def _employee_implied(narrow: EmployeeCondition | None, wide: EmployeeCondition | None) -> bool:
    if wide is None:
        return True
    return (
        narrow is not None
        and wide.back_paid in (None, narrow.back_paid)
        and _at_least_implied(narrow.months_at_least, wide.months_at_least)
        and _at_most_implied(narrow.left_at_most, wide.left_at_most)
        and _at_least_implied(narrow.left_longer_than, wide.left_longer_than)
    )
