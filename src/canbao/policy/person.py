"""A person as a pack sees them: words under their proper names, and days and counts that can only be asked about.

Days are never handed out for nothing. A rule asks whether one day is reached by another (`reached`), or takes a day
because the answer repeats it (`day`); of a count it asks whether it is so high (`at_least`). Whoever wants to know what
an answer rests on gives a `Trace`: two people with the same words who give the same answers to the questions in it get
the same assessment. That is what makes a population cheap (see `table.py`), and it cannot be forgotten in a new rule,
because there is no other way to a day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from canbao.kernel.days import first_of_next_month
from canbao.policy.facts import Facts, Held
from canbao.policy.pack import Pack
from canbao.policy.people_rules import Category
from canbao.policy.values import Span

DayName = Literal["on", "paid", "born", "left", "other_until", "last_covered", "refund_asked"]
DAY_NAMES: tuple[DayName, ...] = ("on", "paid", "born", "left", "other_until", "last_covered", "refund_asked")
CountName = Literal["employee_months"]
COUNT_NAMES: tuple[CountName, ...] = ("employee_months",)
_ALWAYS_KNOWN = ("on", "paid")
NOTHING = Span(0, 0, "")


@dataclass(frozen=True, slots=True)
class Question:
    """Is `early` (a person's day or a day of the notice) plus `span` on or before `late`?"""

    early: DayName | date
    span: Span
    late: DayName | date


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Is that count of a person so high?"""

    count: CountName
    number: int


@dataclass(frozen=True, slots=True)
class Begin:
    """A day of the notice, or a day of the person and how long after it."""

    day: DayName | date
    after: Span = NOTHING

    def date(self, days: "Mapping[DayName, date | None]") -> date:
        """The day itself, for somebody with these days."""
        day = self.day if isinstance(self.day, date) else days[self.day]
        assert day is not None, "only a known day begins anything"
        return self.after.after(day)


@dataclass(slots=True)
class Trace:
    """What one assessment asked, in order: the questions about days and counts, and the days that it took as they are.

    `covered_from` is a day of the person that the answer repeats, perhaps so long after it; nothing else hangs on it.
    """

    heard: "dict[Question | AtLeast | DayName, bool | date | None]" = field(default_factory=dict)
    covered_from: "Begin | None" = None

    def fits(self, person: "Person") -> bool:
        """Whether somebody with the same words gives the same answers to everything in it."""
        return all(
            (person.days[one] if isinstance(one, str) else answer_to(one, person.days, person.counts)) == said
            for one, said in self.heard.items()
        )


def answer_to(
    question: Question | AtLeast,
    days: "Mapping[DayName, date | None]",
    counts: "Mapping[CountName, int | None]",
) -> bool | None:
    """None where one of the days, or the count, is not known."""
    if isinstance(question, AtLeast):
        count = counts[question.count]
        return None if count is None else count >= question.number
    early = question.early if isinstance(question.early, date) else days[question.early]
    late = question.late if isinstance(question.late, date) else days[question.late]
    if early is None or late is None:
        return None
    return question.span.after(early) <= late


def settled(pack: Pack, facts: Facts) -> dict[DayName, date | None]:
    """Every day of a person, the instant of the question and the day of payment filled in."""
    on = facts.on or facts.paid_on or pack.window.first
    paid = facts.paid_on or on
    return {
        "on": on,
        "paid": paid,
        "born": facts.born_on,
        "left": facts.employee_scheme.left_on if facts.employee_scheme else None,
        "other_until": facts.other_cover.until if facts.other_cover else None,
        "last_covered": facts.last_covered_until,
        "refund_asked": (facts.refund.asked_on or on) if facts.refund else None,
    }


def counts_of(facts: Facts) -> dict[CountName, int | None]:
    """Every count of a person."""
    return {"employee_months": facts.employee_scheme.months if facts.employee_scheme else None}


class Person:
    """The facts of one person under one pack. Days and counts are asked about; everything else is read."""

    def __init__(self, pack: Pack, facts: Facts, trace: Trace | None = None) -> None:
        self.pack, self.facts, self.trace = pack, facts, trace
        self.days, self.counts = settled(pack, facts), counts_of(facts)

    def reached(self, early: DayName | date, late: DayName | date, span: Span | None = None) -> bool | None:
        """Whether `early` plus `span` is on or before `late`; None where one of the days is not known.

        Before two days of a person are compared it is asked whether both are known, because that is easier to look up.
        """
        if isinstance(early, str) and isinstance(late, str) and early != late:
            compared: tuple[DayName, ...] = (early, late)
            if not all(day in _ALWAYS_KNOWN or self.known(day) for day in compared):
                return None
        return self._answer_to(Question(early, span or NOTHING, late))

    def at_least(self, count: CountName, number: int) -> bool | None:
        """Whether that count is so high; None where it is not known."""
        return self._answer_to(AtLeast(count, number))

    def _answer_to(self, question: Question | AtLeast) -> bool | None:
        answer = answer_to(question, self.days, self.counts)
        if self.trace is not None:
            self.trace.heard[question] = answer
        return answer

    def day(self, name: DayName) -> date | None:
        """The day itself, for an answer that repeats it."""
        if self.trace is not None:
            self.trace.heard[name] = self.days[name]
        return self.days[name]

    def known(self, name: DayName) -> bool:
        """Whether the day is known at all."""
        return self.reached(name, name) is not None

    @property
    def paid(self) -> date:
        """The day of payment; it is always known, because a question without one is asked for paying on that day."""
        paid = self.day("paid")
        assert paid is not None
        return paid

    def paid_in(self, first: date, last: date) -> bool:
        return bool(self.reached(first, "paid")) and bool(self.reached("paid", last))

    @cached_property
    def tier(self) -> str | None:
        tier = self.facts.tier
        return self.pack.tier_names.get(tier, tier) if tier else None

    @cached_property
    def said_traits(self) -> frozenset[str]:
        """The traits that were said, by name; unknown ones as they were written."""
        return frozenset(self.pack.trait_names.get(text, text) for text in self.facts.traits)

    @cached_property
    def traits(self) -> frozenset[str]:
        """The traits that were said, and those that the pack presumes while the contrary was not said."""
        said = self.said_traits
        presumed = {
            trait.name
            for trait in self.pack.traits
            if trait.presumed_unless and not said & {trait.name, *trait.presumed_unless}
        }
        return said | presumed

    @cached_property
    def in_window(self) -> bool:
        window = self.pack.collection_window
        return self.paid_in(window.first, window.last)

    @cached_property
    def lapsed_years(self) -> int | None:
        """Whole years without cover before the benefit period; None where nobody knows when cover ended.

        Nobody goes without before they are born: whoever was born less than a year before it has not gone without for one.
        """
        first, years = self.pack.period.first, 0
        if not self.known("last_covered"):
            return 0 if self.reached("born", first, Span(12, 0, "")) is False else None
        while (
            years < _NO_LIFE_IS_LONGER
            and self.reached("last_covered", first, Span(12 * (years + 1), 1, ""))
            and self.reached("born", first, Span(12 * (years + 1), 0, "")) is not False
        ):
            years += 1
        return years

    @cached_property
    def unknown_categories(self) -> tuple[Held, ...]:
        """What rosters bring and the pack does not know, in a settled order."""
        unknown = {
            Held(one.name, one.grade)
            for one in self.facts.categories
            if known_as(self.pack, one) is None and self._holds_on(one, "on")
        }
        return tuple(sorted(unknown, key=lambda one: (one.name, one.grade or "")))

    @cached_property
    def held(self) -> dict[str, tuple[Held, ...]]:
        """The categories that rosters bring and that hold on the day that decides: name → each time it is held."""
        found: dict[str, list[Held]] = {}
        for one in self.facts.categories:
            category = counted_as(self.pack, one)
            if category is not None and self._holds(category, one):
                found.setdefault(category.name, []).append(one)
        return {name: tuple(sorted(found[name], key=_as_text)) for name in sorted(found)}

    @cached_property
    def brought(self) -> tuple[str, ...]:
        """The categories that rosters bring, whether they hold on the day that decides or not."""
        known = (counted_as(self.pack, one) for one in self.facts.categories)
        return tuple(sorted({category.name for category in known if category is not None}))

    def _holds(self, category: Category, one: Held) -> bool:
        if one.since is None and one.until is None:
            return True
        again = self.pack.readjustment
        if again is not None and self.reached("paid", again.roster_of) and self.reached(again.roster_of, "on"):
            return self._holds_on(one, again.roster_of)  # from then on that roster is the last word about this payment
        decided = category.decided
        rule = decided.in_window
        if decided.after_window != decided.in_window and not self.in_window:
            rule = decided.after_window
        return self._holds_on(one, rule if isinstance(rule, date) else "paid" if rule == "paid" else "on")

    def _holds_on(self, one: Held, when: DayName | date) -> bool:
        if one.since is None and one.until is None:
            return True
        since = one.since is None or self.reached(one.since, when)
        return bool(since and (one.until is None or self.reached(when, one.until)))

    def grades_of(self, name: str) -> frozenset[str | None]:
        """The grades with which a category is held; None among them where one is not known."""
        grades = (self.pack.category_names.find(one.name, one.grade) for one in self.held.get(name, ()))
        return frozenset(found[1] for found in grades if found is not None)

    @cached_property
    def month_paid(self) -> date:
        """The first day of the month of payment. It is asked for month by month, because the day itself does not matter."""
        month = self.pack.window.first.replace(day=1)
        if not self.reached(month, "paid"):
            return self.paid.replace(day=1)
        while self.reached(first_of_next_month(month), "paid"):
            month = first_of_next_month(month)
            if month > self.pack.benefit_period.last:
                return self.paid.replace(day=1)
        return month

    @property
    def next_month(self) -> date:
        return first_of_next_month(self.month_paid)

    def later(self, begin: Begin, span: Span) -> Begin:
        """That long after."""
        if isinstance(begin.day, date):
            return Begin(span.after(begin.day))
        if begin.after == NOTHING or not span.months:
            return Begin(begin.day, Span(begin.after.months + span.months, begin.after.days + span.days, ""))
        return Begin(span.after(self.date_of(begin)))  # a month and a day is not a day and a month

    def begins_by(self, begin: Begin, late: DayName | date) -> bool | None:
        """Whether it is that day or earlier."""
        return self.reached(begin.day, late, begin.after)

    def date_of(self, begin: Begin) -> date:
        if not isinstance(begin.day, date):
            self.day(begin.day)
        return begin.date(self.days)

    def covered_from(self, begin: Begin) -> date:
        """The day for the answer to repeat."""
        if self.trace is not None:
            self.trace.covered_from = None if isinstance(begin.day, date) else begin
        return begin.date(self.days)


_NO_LIFE_IS_LONGER = 120
_COUNTY = 6  # digits of a county's code


def _as_text(one: Held) -> tuple[str, ...]:
    return tuple(str(value) for value in (one.grade, one.place, one.relation, one.since, one.until))


def known_as(pack: Pack, held: Held) -> Category | None:
    """The category meant; None where the pack does not know it or its grade."""
    found = pack.category_names.find(held.name, held.grade)
    if found is None:
        return None
    name, grade = found
    category = pack.category(name)
    if grade is None or not category.grades or grade in (*category.grades, *category.outside_grades):
        return category
    return None


def counted_as(pack: Pack, held: Held) -> Category | None:
    """The same, but None also for a grade that does not belong to it, and for a relative whom it does not reach."""
    category = known_as(pack, held)
    if category is None:
        return None
    found = pack.category_names.find(held.name, held.grade)
    if found is not None and found[1] in category.outside_grades:
        return None
    if held.relation is not None and held.relation not in category.extends_to:
        return None
    return category


def is_here(pack: Pack, held: Held) -> bool:
    """Whether a category was recognised in the place of the notice; said nothing, it was.

    Counties recognise people: a town's notice means its county, and another town of it is here too. What the province
    or city above recognised is here as well, and for a city all that its counties did.
    """
    if held.place is None:
        return True
    here, there = (_own_digits(code)[:_COUNTY] for code in (pack.document.place_code, held.place))
    return there.startswith(here) or here.startswith(there)


def _own_digits(code: str) -> str:
    """A division's code without the zeros of the levels below it: 341000 is 3410, and 3410 is no part of 341100."""
    code = code.ljust(_COUNTY, "0")
    while len(code) > _COUNTY and code.endswith("000"):
        code = code[:-3]
    while len(code) <= _COUNTY and code.endswith("00"):
        code = code[:-2]
    return code


def names(items: Iterable[str]) -> str:
    return "、".join(items) or "无"
