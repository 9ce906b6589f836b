"""Reduce what is known about a person to what the pack looks at.

Two people with the same reduced facts get the same answer, which is what makes a population cheap: a million people
have a few hundred. `assess` itself begins with this reduction, so a table of reduced facts cannot disagree with it.

What happens: the instant of the question is settled; categories that do not hold on it fall away, and so do words that
no rule mentions; days that no rule can tell apart become one.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from canbao.kernel.days import days_after, months_after
from canbao.policy.facts import EmployeeScheme, Facts, Held, OtherCover
from canbao.policy.pack import Pack
from canbao.policy.people_rules import Condition
from canbao.policy.ways import paid_range, ways_in_sight

_SLACK_DAYS = 3  # months differ in length; a little too early only keeps a birth date that no rule needs


@dataclass(frozen=True, slots=True)
class Sight:
    """What the rules of a pack mention at all."""

    traits: frozenset[str]
    categories: frozenset[str]
    born_from: date  # nobody born before this day is looked at for their birth


@lru_cache(maxsize=64)
def sight(pack: Pack) -> Sight:
    conditions = [way.when for way in pack.ways_in] + [way.when for way in pack.eligible]
    traits = {name for when in conditions for name in (*when.all_traits, *when.any_traits, *when.no_traits)}
    categories = {name for when in conditions for name in when.any_categories}
    for rule in pack.subsidies:
        traits.update(rule.any_traits)
        categories.update(rule.unless)
        if not rule.no_subsidy:
            categories.update(rule.categories)
    contrary = {name for trait in pack.traits if trait.name in traits for name in trait.presumed_unless}
    return Sight(frozenset(traits | contrary), frozenset(categories), _born_from(pack, conditions))


def _born_from(pack: Pack, conditions: list[Condition]) -> date:
    earliest = first = min(pack.window.first, pack.period.first)
    for when in conditions:
        if when.paid_within_of_birth is not None:
            span = when.paid_within_of_birth
            earliest = min(earliest, days_after(months_after(first, -span.months), -span.days - _SLACK_DAYS))
        if when.paid_later_than_birth_by is not None and when.born_since is None:
            return date.min
    return earliest


def reduce_facts(pack: Pack, facts: Facts) -> Facts:
    """The same person, as the pack sees them; reducing twice changes nothing more."""
    on = facts.on or facts.paid_on or pack.window.first
    paid = facts.paid_on or on
    reduced = Facts(
        categories=_categories(pack, facts.categories, on),
        tier=pack.tier_names.get(facts.tier, facts.tier) if facts.tier else None,
        traits=_traits(pack, facts.traits),
        born_on=_seen_birth(pack, facts.born_on),
        paid_on=paid,
        employee_scheme=_still_employed(pack, facts.employee_scheme, paid),
        other_cover=_overlap(pack, facts.other_cover, paid),
    )
    return _days(pack, reduced, paid)


def known_as(pack: Pack, held: Held) -> str | None:
    """The name of the category meant; None where the pack does not know it or its grade; "" where it does not count."""
    found = pack.category_names.find(held.name, held.grade)
    if found is None:
        return None
    name, grade = found
    category = pack.category(name)
    if grade is None or not category.grades or grade in category.grades:
        return name
    return "" if grade in category.outside_grades else None


def _categories(pack: Pack, held: tuple[Held, ...], on: date) -> tuple[Held, ...]:
    """Those that hold on the day and that a rule mentions, by name; the unknown stay as they were written."""
    seen = sight(pack).categories
    kept: set[Held] = set()
    for one in held:
        if one.holds_on(on):
            name = known_as(pack, one)
            if name is None:
                kept.add(Held(one.name, one.grade))
            elif name in seen:
                kept.add(Held(name))
    return tuple(sorted(kept, key=lambda one: (one.name, one.grade or "")))


def _traits(pack: Pack, traits: frozenset[str]) -> frozenset[str]:
    """Those that a rule mentions, by name; the unknown stay as they were written."""
    names = {pack.trait_names.get(text, text) for text in traits}
    known = set(pack.trait_names.values())
    return frozenset(name for name in names if name in sight(pack).traits or name not in known)


def _overlap(pack: Pack, other: OtherCover | None, paid: date) -> OtherCover | None:
    """Cover elsewhere counts when it reaches into the cover that would be bought here."""
    if other is None or pack.exclusions.covered_elsewhere is None:
        return None
    if other.until is not None and other.until < max(pack.period.first, paid):
        return None
    return OtherCover(other.scheme, other.place)


def _days(pack: Pack, facts: Facts, paid: date) -> Facts:
    """One day for all days that no rule can tell apart."""
    window, ways = pack.window, ways_in_sight(pack, facts, paid)
    employee = facts.employee_scheme
    if employee is not None and employee.left_on is not None and not any(way.when.employee for way in ways):
        employee = None
    born = facts.born_on
    if not ways and not _opens_on_first_day(pack, facts):
        if paid in window:
            paid, born = window.first, _born_later_than(pack.period.first, born)
        elif paid < window.first:
            paid, born = days_after(window.first, -1), None
        else:
            paid, born = _after_everything(pack), None
    return Facts(facts.categories, facts.tier, facts.traits, born, paid, None, employee, facts.other_cover)


def _seen_birth(pack: Pack, born: date | None) -> date | None:
    return born if born is not None and born >= sight(pack).born_from else None


def _born_later_than(day: date, born: date | None) -> date | None:
    return born if born is not None and born > day else None


def _opens_on_first_day(pack: Pack, facts: Facts) -> bool:
    return bool(ways_in_sight(pack, facts, pack.window.first))


def _after_everything(pack: Pack) -> date:
    ends = [days.last for way in pack.ways_in if (days := paid_range(pack, way)) is not None and days.last]
    return days_after(max([pack.benefit_period.last, pack.collection_window.last, *ends]), 1)


def _still_employed(pack: Pack, scheme: EmployeeScheme | None, paid: date) -> EmployeeScheme | None:
    """Whoever is still in the employee scheme is refused, however long they have been in it."""
    if scheme is None or (scheme.left_on is not None and scheme.left_on <= paid):
        return scheme
    return EmployeeScheme() if pack.exclusions.in_employee_scheme else None
