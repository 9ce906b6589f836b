"""Does a condition fit a person? Yes, no, or it cannot be told: then it is said what would have to be known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from canbao.policy.conditions import AgeCondition, Condition, EmployeeCondition, HeldFor, Times, day_of
from canbao.policy.person import DayName, Person
from canbao.policy.values import Span

BIRTH = "出生日期"
PAID = "缴费日"
LAST_COVER = "上一次参保到哪天为止"
ROW = "已连续参保几年"
CLAIMED = "上一年是否报销过"
EMPLOYEE_MONTHS = "职工医保连续参保几个月"
EMPLOYEE_BACK_PAID = "职工医保有没有补缴"
EMPLOYEE_LEFT = "职工医保哪天停的"
GRADE = "{category}的等级"
SINCE = "从哪天起是{category}"
MISSING_ENGLISH = {
    BIRTH: "the day of birth",
    PAID: "the day of payment",
    LAST_COVER: "until when the last cover lasted",
    ROW: "how many years somebody has been covered in a row",
    CLAIMED: "whether there was a claim last year",
    EMPLOYEE_MONTHS: "how many months somebody was in the employee scheme",
    EMPLOYEE_BACK_PAID: "whether there were back payments to the employee scheme",
    EMPLOYEE_LEFT: "when somebody left the employee scheme",
}
"""What a condition may have to know, as answers name it."""


@dataclass(frozen=True, slots=True)
class Fit:
    """`yes` is None while it cannot be told; `missing` then names what is not known."""

    yes: bool | None
    missing: tuple[str, ...] = ()


YES, NO = Fit(True), Fit(False)


def fits(when: Condition, person: Person) -> Fit:
    """All parts of a condition together: one no is a no, whatever is not known beside it.

    Words come first, so that days are only asked about where they could still decide.
    """
    if not _words_fit(when, person):
        return NO
    return all_of(_parts(when, person))


def all_of(parts: Iterable[Fit]) -> Fit:
    missing: list[str] = []
    for part in parts:
        if part.yes is False:
            return NO
        missing += part.missing
    return Fit(None, tuple(dict.fromkeys(missing))) if missing else YES


def any_of(parts: Iterable[Fit]) -> Fit:
    missing: list[str] = []
    for part in parts:
        if part.yes:
            return YES
        missing += part.missing
    return Fit(None, tuple(dict.fromkeys(missing))) if missing else NO


def not_of(part: Fit) -> Fit:
    return part if part.yes is None else (NO if part.yes else YES)


def _words_fit(when: Condition, person: Person) -> bool:
    traits = person.traits
    if not traits.issuperset(when.all_traits) or not traits.isdisjoint(when.no_traits):
        return False
    if when.any_traits and traits.isdisjoint(when.any_traits):
        return False
    return not when.tiers or person.tier in when.tiers


def _parts(when: Condition, person: Person) -> Iterable[Fit]:
    """One after the other: what follows a no is not asked."""
    if when.benefit_years:
        yield Fit(person.pack.period.first.year in when.benefit_years)
    for name in when.all_categories:
        yield holds(person, name)
    for name in when.no_categories:
        yield not_of(holds(person, name))
    if when.any_categories:
        yield any_of(holds(person, name) for name in when.any_categories)
    if when.held is not None:
        yield _held_for(when.held, person)
    yield from _days(when, person)
    if when.employee is not None:
        yield from _employee(when.employee, person)
    if when.lapsed_years is not None:
        yield _times(when.lapsed_years, person.lapsed_years, LAST_COVER)
    if when.years_in_row is not None:
        yield _times(when.years_in_row, person.facts.years_in_row, ROW)
    if when.claimed is not None:
        claimed = person.facts.claimed_last_year
        yield Fit(None, (CLAIMED,)) if claimed is None else Fit(claimed == when.claimed)
    if when.any_of:
        yield any_of(fits(one, person) for one in when.any_of)
    for one in when.none_of:
        yield not_of(fits(one, person))


def holds(person: Person, name: str) -> Fit:
    """Whether somebody is in a category, perhaps in one of its grades (`重度残疾人员（一级）`)."""
    category, grade = person.pack.named_grade(name)
    rule = person.pack.category(category)
    if rule.when is not None:
        return fits(rule.when, person)
    if category not in person.held:
        return NO
    if grade is None:
        return YES
    grades = person.grades_of(category)
    if grade in grades:
        return YES
    return Fit(None, (GRADE.format(category=category),)) if None in grades else NO


def _held_for(when: HeldFor, person: Person) -> Fit:
    first = person.pack.period.first
    since = [one.since for one in person.held.get(when.category, ())]
    if not since:
        return NO
    return any_of(_long_enough(when, day, first) for day in since)


def _long_enough(when: HeldFor, since: date | None, first: date) -> Fit:
    if since is None:
        return Fit(None, (SINCE.format(category=when.category),))
    if when.at_least is not None and when.at_least.after(since) > first:
        return NO
    return Fit(when.less_than is None or when.less_than.after(since) > first)


def _days(when: Condition, person: Person) -> Iterable[Fit]:
    pack = person.pack
    if when.paid_since is not None:
        yield _known(person.reached(when.paid_since, "paid"), PAID)
    if when.paid_until is not None:
        yield _known(person.reached("paid", when.paid_until), PAID)
    if when.age is not None:
        yield from _age(when.age, person)
    if when.born_since is not None:
        yield _known(person.reached(day_of(when.born_since, pack.window.first, pack.period.first), "born"), BIRTH)
    if when.born_until is not None:
        yield _known(person.reached("born", when.born_until), BIRTH)
    if when.paid_within_of_birth is not None:
        yield _known(_within(person, when.paid_within_of_birth), BIRTH)
    if when.paid_later_than_birth_by is not None:
        yield not_of(_known(_at_most_after_birth(person, when.paid_later_than_birth_by), BIRTH))


_MONTHS_A_YEAR = 12


def _known(answer: bool | None, what: str) -> Fit:
    return Fit(None, (what,)) if answer is None else Fit(answer)


def _within(person: Person, span: Span) -> bool | None:
    """Paid on the day of birth or later, at most that long after it (the last day counts)."""
    born = person.reached("born", "paid")
    return _at_most_after_birth(person, span) if born else born


def _at_most_after_birth(person: Person, span: Span) -> bool | None:
    """`born + span >= paid`, asked the other way round: not (born + span + 1 day <= paid)."""
    late = person.reached("born", "paid", Span(span.months, span.days + 1, span.text))
    return None if late is None else not late


def _age(when: AgeCondition, person: Person) -> Iterable[Fit]:
    """周岁: somebody born on 29 February completes a year on the 28th where there is no 29th."""
    pack = person.pack
    day: DayName | date = "paid" if when.on == "paid" else day_of(when.on, pack.window.first, pack.period.first)
    if when.at_least is not None:
        yield _known(person.reached("born", day, Span(when.at_least * _MONTHS_A_YEAR, 0, "")), BIRTH)
    if when.under is not None:
        old = person.reached("born", day, Span(when.under * _MONTHS_A_YEAR, 0, ""))
        yield not_of(_known(old, BIRTH))


def _employee(when: EmployeeCondition, person: Person) -> Iterable[Fit]:
    scheme = person.facts.employee_scheme
    if scheme is None or not person.known("left"):
        yield NO  # never in it, or still in it: nothing has ended
        return
    if when.months_at_least is not None:
        yield _known(person.at_least("employee_months", when.months_at_least.months), EMPLOYEE_MONTHS)
    if when.back_paid is not None:
        back_paid = scheme.back_paid
        yield Fit(None, (EMPLOYEE_BACK_PAID,)) if back_paid is None else Fit(back_paid == when.back_paid)
    if when.left_at_most is not None:
        yield not_of(_known(_longer(person, when.left_at_most), EMPLOYEE_LEFT))
    if when.left_longer_than is not None:
        yield _known(_longer(person, when.left_longer_than), EMPLOYEE_LEFT)


def _longer(person: Person, span: Span) -> bool | None:
    return person.reached("left", "paid", Span(span.months, span.days + 1, span.text))


def _times(when: Times, count: int | None, what: str) -> Fit:
    if count is None:
        return Fit(None, (what,))
    return Fit((when.at_least is None or count >= when.at_least) and (when.at_most is None or count <= when.at_most))
