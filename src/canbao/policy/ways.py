"""Which way in applies to somebody, and from which day until which day they are covered.

A way in is tried in the order of the pack; the first that fits is taken. Nobody special pays in the collection window
and is covered with the benefit period.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from canbao.kernel.days import Period, days_after
from canbao.policy.assessment import Unknown
from canbao.policy.conditions import Anchor
from canbao.policy.fits import BIRTH, LAST_COVER, fits
from canbao.policy.pack import Pack
from canbao.policy.person import Begin, Person
from canbao.policy.time_rules import Start, Wait, WayIn
from canbao.policy.values import Span

START_OPEN = "待遇起始日：要先知道{what}"
MAY_PAY_UNKNOWN = "现在能不能缴费：{unknown}"


@dataclass(frozen=True, slots=True)
class Cover:
    """The first and last day of cover, or what is unknown about the first."""

    first: Begin | None
    last: date
    unknown: Unknown | None = None
    may_pay: bool = True
    """False: the notice does not say whether such people may pay at all, and nothing is promised to them."""


def paid_range(pack: Pack, way: WayIn) -> Period | None:
    """The days on which this way in is open; None when there are none.

    Who has some time from birth has it also where it runs past the end of the benefit period.
    """
    window, end = pack.window, pack.benefit_period.last
    if way.when.paid_within_of_birth is not None:
        end = way.when.paid_within_of_birth.after(end)
    must_end = min(way.until, end) if way.until else end
    first = window.first
    if way.paid == "in_window":
        must_end = min(must_end, pack.collection_window.last)
    elif way.paid == "after_window":
        first = days_after(pack.collection_window.last, 1)
    return Period(first, must_end) if first <= must_end else None


def way_for(person: Person) -> tuple[WayIn | None, Unknown | None]:
    """The first way in that is open on the day of payment and fits; None when only the collection window is left.

    Where an earlier one might fit as well, the start is unknown. Only somebody whose day of birth nobody says is taken
    for what most people are, no newborn.
    """
    unknown: Unknown | None = None
    for way in person.pack.ways_in:
        days = paid_range(person.pack, way)
        if days is None:
            continue
        assert days.last is not None
        if not person.paid_in(days.first, days.last):
            continue
        fit = fits(way.when, person)
        if fit.yes:
            return way, unknown
        if fit.yes is None and BIRTH not in fit.missing and unknown is None:
            unknown = Unknown(START_OPEN.format(what="、".join(fit.missing)), "本人或监护人", way.where)
    return None, unknown


def cover_in_window(person: Person) -> Cover:
    period = person.pack.benefit_period
    return Cover(_not_before_birth(person, Begin(period.first)), period.last)


def cover_by(person: Person, way: WayIn) -> Cover:
    """The cover of somebody who comes in this way."""
    period = person.pack.benefit_period
    if way.may_pay == "unknown":
        unknown = MAY_PAY_UNKNOWN.format(unknown=way.unknown or way.name)
        return Cover(None, period.last, Unknown(unknown, way.ask or "", way.where), may_pay=False)
    if way.starts is None:
        return Cover(None, period.last, Unknown(way.unknown or way.name, way.ask or "", way.where))
    last = way.starts.cover_until or period.last
    anchor = _anchor(person, way.starts.anchor)
    if anchor is None:
        return Cover(None, last, Unknown(START_OPEN.format(what=BIRTH), "监护人", way.where))
    first, missing = _first_day(person, way.starts, anchor)
    if missing is not None:
        return Cover(None, last, Unknown(START_OPEN.format(what=missing), "本人或监护人", way.where))
    if not way.starts.before_period and person.begins_by(first, period.first):
        first = Begin(period.first)
    return Cover(_not_before_birth(person, first), last)


def _anchor(person: Person, anchor: Anchor) -> Begin | None:
    if isinstance(anchor, date):
        return Begin(anchor)
    if anchor == "period":
        return Begin(person.pack.period.first)
    if anchor == "birth":
        return Begin("born") if person.known("born") else None
    return _AFTER_PAYING[anchor](person)


_AFTER_PAYING: dict[str, Callable[[Person], Begin]] = {
    "paid": lambda _: Begin("paid"),
    "next_day": lambda _: Begin("paid", Span(0, 1, "")),
    "month_paid": lambda person: Begin(person.month_paid),
    "next_month": lambda person: Begin(person.next_month),
}


def _first_day(person: Person, starts: Start, anchor: Begin) -> tuple[Begin, str | None]:
    """The first day, or what would have to be known to tell."""
    first = person.later(anchor, starts.plus) if starts.plus else anchor
    if starts.wait is None:
        return first, None
    if starts.wait.each_lapsed_year is None and starts.wait.long_lapse is None:
        return person.later(first, starts.wait.fixed), None
    lapsed = person.lapsed_years
    if lapsed is None:
        return first, LAST_COVER
    return _after_waiting(person, first, starts.wait, lapsed), None


def _after_waiting(person: Person, first: Begin, wait: Wait, lapsed: int) -> Begin:
    """The first day after the fixed wait and the part that grows with the lapsed years, less what was repaired."""
    steps = max(0, lapsed - wait.free_years)
    if wait.repaired:
        steps = max(0, steps - (person.facts.repaired_years or 0))
    one = wait.each_lapsed_year or Span(0, 0, "")
    whole = Span(wait.fixed.months + steps * one.months, wait.fixed.days + steps * one.days, "")
    if wait.long_lapse is None or lapsed < wait.long_lapse.years:
        return person.later(first, whole)
    least = wait.long_lapse.at_least
    if not whole.days and not least.days:
        return person.later(first, Span(max(whole.months, least.months), 0, ""))
    day = person.date_of(first)  # months and days can only be compared from a day on
    return Begin(max(whole.after(day), least.after(day)))


def _not_before_birth(person: Person, first: Begin) -> Begin:
    """Nobody is covered before they are born. Whoever was born before all this began need not tell the day."""
    horizon = min(person.pack.window.first, person.pack.period.first)
    if not person.begins_by(first, days_after(horizon, -1)) and person.reached("born", horizon) is not False:
        return first
    if first.day == "born" or not person.known("born"):
        return first
    return Begin("born") if person.begins_by(first, "born") else first
