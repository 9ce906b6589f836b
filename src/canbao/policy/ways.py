"""Which way in applies to somebody, and from which day they are covered.

A way in is tried in the order of the pack; the first that fits is taken. Nobody special pays in the collection window
and is covered with the benefit period.
"""

from dataclasses import dataclass
from datetime import date

from canbao.kernel.days import Period, days_after
from canbao.policy.assessment import Unknown
from canbao.policy.facts import EmployeeScheme, Facts
from canbao.policy.pack import Pack
from canbao.policy.people_rules import Condition, EmployeeCondition
from canbao.policy.time_rules import WayIn


@dataclass(frozen=True, slots=True)
class Cover:
    """The first day of cover, or what is unknown about it."""

    first: date | None
    unknown: Unknown | None = None


def traits_of(pack: Pack, facts: Facts) -> frozenset[str]:
    """The traits that were said, and those that the pack presumes while the contrary was not said."""
    presumed = {
        trait.name
        for trait in pack.traits
        if trait.presumed_unless and not facts.traits & {trait.name, *trait.presumed_unless}
    }
    return facts.traits | presumed


def paid_range(pack: Pack, way: WayIn) -> Period | None:
    """The days on which this way in is open; None when there are none."""
    window, end = pack.window, pack.benefit_period.last
    must_end = min(way.until, end) if way.until else end
    first = window.first
    if way.paid == "in_window":
        must_end = min(must_end, pack.collection_window.last)
    elif way.paid == "after_window":
        first = days_after(pack.collection_window.last, 1)
    return Period(first, must_end) if first <= must_end else None


def ways_in_sight(pack: Pack, facts: Facts, paid: date) -> list[WayIn]:
    """The ways in that are open on that day to somebody with these words, and with something for each of their days."""
    traits = traits_of(pack, facts)
    names = {held.name for held in facts.categories}
    return [
        way
        for way in pack.ways_in
        if (days := paid_range(pack, way)) is not None
        and paid in days
        and fits_person(way.when, traits, names)
        and _has_days_for(way.when, facts)
    ]


def _has_days_for(when: Condition, facts: Facts) -> bool:
    """Whether the days that a condition looks at are known at all."""
    looks_at_birth = when.born_since or when.paid_within_of_birth or when.paid_later_than_birth_by
    if looks_at_birth and facts.born_on is None:
        return False
    return when.employee is None or (facts.employee_scheme is not None and facts.employee_scheme.left_on is not None)


def fits_person(when: Condition, traits: frozenset[str], categories: set[str]) -> bool:
    """The part of a condition that looks at words, not at days."""
    return (
        traits.issuperset(when.all_traits)
        and (not when.any_traits or not traits.isdisjoint(when.any_traits))
        and traits.isdisjoint(when.no_traits)
        and (not when.any_categories or not categories.isdisjoint(when.any_categories))
    )


def fits_days(pack: Pack, when: Condition, facts: Facts, paid: date) -> bool:
    """The part of a condition that looks at days. What is not known does not fit."""
    born = facts.born_on
    if when.born_since is not None:
        since = pack.window.first if when.born_since == "window" else pack.period.first
        if born is None or born < since:
            return False
    if when.paid_within_of_birth is not None and (
        born is None or not born <= paid <= when.paid_within_of_birth.after(born)
    ):
        return False
    if when.paid_later_than_birth_by is not None and (
        born is None or paid <= when.paid_later_than_birth_by.after(born)
    ):
        return False
    return when.employee is None or _fits_employee(when.employee, facts.employee_scheme, paid)


def _fits_employee(when: EmployeeCondition, scheme: EmployeeScheme | None, paid: date) -> bool:
    if scheme is None or scheme.left_on is None:
        return False
    if when.months_at_least is not None and (scheme.months is None or scheme.months < when.months_at_least.months):
        return False
    if when.back_paid is not None and scheme.back_paid != when.back_paid:
        return False
    if when.left_at_most is not None and paid > when.left_at_most.after(scheme.left_on):
        return False
    return when.left_longer_than is None or paid > when.left_longer_than.after(scheme.left_on)


def way_for(pack: Pack, facts: Facts, paid: date) -> WayIn | None:
    """The first way in that fits; None when only the collection window is left."""
    return next((way for way in ways_in_sight(pack, facts, paid) if fits_days(pack, way.when, facts, paid)), None)


def cover_in_window(pack: Pack, facts: Facts) -> Cover:
    return Cover(_not_before_birth(pack.period.first, facts))


def cover_by(pack: Pack, way: WayIn, facts: Facts, paid: date) -> Cover:
    """The first day of cover for somebody who comes in this way."""
    if way.starts is None:
        return Cover(None, Unknown(way.unknown or way.name, way.ask or "", way.clause or ""))
    anchor = {"period": pack.period.first, "paid": paid, "birth": facts.born_on}[way.starts.anchor]
    if anchor is None:
        return Cover(None, Unknown("待遇起始日：要先知道出生日期", "监护人", way.clause or ""))
    first = way.starts.plus.after(anchor) if way.starts.plus else anchor
    if not way.starts.before_period:
        first = max(first, pack.period.first)
    return Cover(_not_before_birth(first, facts))


def _not_before_birth(first: date, facts: Facts) -> date:
    return first if facts.born_on is None else max(first, facts.born_on)
