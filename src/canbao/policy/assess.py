"""The one policy engine: what a person pays, who pays the rest, from when they are covered, and why.

`assess` is a pure function of a pack and the facts; there is no second implementation. A population is this function
tabulated over the distinct facts (see `table.py`).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TypeVar

from canbao.kernel.refusal import Refusal
from canbao.policy import refusals
from canbao.policy.assessment import Assessment, Assumption, Earned, LineAnswer, Refused, Share, Unknown, Waiver
from canbao.policy.combine import Split, paid_back_elsewhere, split
from canbao.policy.facts import Facts
from canbao.policy.fits import fits
from canbao.policy.incentives import earned
from canbao.policy.money_rules import BASIC
from canbao.policy.pack import Pack
from canbao.policy.people_rules import Eligible
from canbao.policy.person import Person, Trace, known_as, settled
from canbao.policy.prices import Price, price_of, prices
from canbao.policy.refunds import refund
from canbao.policy.rule import Rule
from canbao.policy.time_rules import WayIn
from canbao.policy.values import Span
from canbao.policy.ways import Cover, cover_by, cover_in_window, way_for

T = TypeVar("T", Share, Waiver)


def assess(pack: Pack, facts: Facts, trace: Trace | None = None) -> Assessment:
    """The answer for one person. Never raises for what a person may say; a "no" is part of the answer.

    An amendment decides for whoever pays on its day or later; before it, what it amends does. `trace` collects what
    the answer rests on.
    """
    return _assess(person_under(pack, facts, trace))


def person_under(pack: Pack, facts: Facts, trace: Trace | None = None) -> Person:
    """The person, under the rules that decide: those of an amendment, or those that it amends."""
    if pack.before is not None:
        days = settled(pack, facts)  # the question is asked of this notice, whichever rules answer it
        facts = replace(facts, on=days["on"], paid_on=days["paid"])
    deciding = _deciding(pack, facts, trace)
    return Person(deciding, _in_the_words_of(deciding, pack, facts), trace)


def _deciding(pack: Pack, facts: Facts, trace: Trace | None) -> Pack:
    """The rules for this day of payment: an amendment's, or those that it amends."""
    while pack.before is not None:
        if Person(pack, facts, trace).reached(pack.document.holds_from or date.min, "paid"):
            return pack
        pack = pack.before
    return pack


def _in_the_words_of(deciding: Pack, newest: Pack, facts: Facts) -> Facts:
    """Words that only the other side of an amendment knows are no slip: they mean nothing under the rules that decide."""
    others: list[Pack] = []
    pack: Pack | None = newest
    while pack is not None:
        others += [] if pack is deciding else [pack]
        pack = pack.before
    if not others:
        return facts
    return replace(
        facts,
        categories=tuple(
            held
            for held in facts.categories
            if known_as(deciding, held) is not None or all(known_as(other, held) is None for other in others)
        ),
        traits=frozenset(
            trait
            for trait in facts.traits
            if trait in deciding.trait_names or all(trait not in other.trait_names for other in others)
        ),
        lines=frozenset(
            name
            for name in facts.lines
            if name in _lines(deciding) or all(name not in _lines(other) for other in others)
        ),
    )


def _lines(pack: Pack) -> set[str]:
    return {line.name for line in pack.lines}


def _assess(person: Person) -> Assessment:
    price = None
    try:
        _check_words(person)
        price = price_of(person, None)
        _check_cover_elsewhere(person)
        way_of_being_eligible = _eligible(person)
        _check_tier(person)
        cover, rules_used = _cover(person)
    except Refusal as no:
        return _refused(person, price or price_of(person, None), refusals.as_value(no))
    return _answer(person, cover, [way_of_being_eligible, *rules_used])


def answers_by_day(pack: Pack, facts: Facts, days: Iterable[date]) -> dict[date, Assessment]:
    """The answer for each day on which an order might be paid."""
    answered: list[tuple[Trace, Assessment]] = []
    found: dict[date, Assessment] = {}
    for day in days:
        paying = replace(facts, paid_on=day)
        person = Person(pack, paying)
        known = next(((trace, answer) for trace, answer in answered if trace.fits(person)), None)
        if known is None:
            trace = Trace()
            known = trace, assess(pack, paying, trace)
            answered.append(known)
        trace, answer = known
        begin = trace.covered_from
        found[day] = answer if begin is None else replace(answer, covered_from=begin.date(person.days))
    return found


def _check_words(person: Person) -> None:
    pack = person.pack
    known_traits = {trait.name for trait in pack.traits}
    for trait in sorted(person.said_traits):
        if trait not in known_traits:
            raise refusals.UnknownTrait(what=trait, known="、".join(sorted(known_traits)) or "无")
    for held in person.unknown_categories:
        what = f"{held.name}（{held.grade}）" if held.grade else held.name
        raise refusals.UnknownCategory(what=what, known="、".join(c.name for c in pack.categories) or "无")
    known_lines = [line.name for line in pack.lines]
    for line in sorted(person.facts.lines):
        if line not in known_lines:
            raise refusals.UnknownLine(what=line, known="、".join(known_lines) or "无")


def _check_cover_elsewhere(person: Person) -> None:
    pack, scheme, other = person.pack, person.facts.employee_scheme, person.facts.other_cover
    rule = pack.exclusions.in_employee_scheme
    if rule is not None and scheme is not None and not person.reached("left", "paid"):
        raise refusals.InEmployeeScheme(clause=rule.where, remedy=rule.remedy)
    rule = pack.exclusions.covered_elsewhere
    if rule is not None and other is not None and _reaches_into_this_cover(person):
        names = {"resident": "居民医保", "employee": "职工医保", None: "基本医疗保险"}
        raise refusals.CoveredElsewhere(
            clause=rule.where,
            place=other.place or "其他地方",
            scheme=names.get(other.scheme, other.scheme),
            remedy=rule.remedy,
        )


def _reaches_into_this_cover(person: Person) -> bool:
    """Other cover without a known end does."""
    if not person.known("other_until"):
        return True
    return bool(person.reached(person.pack.period.first, "other_until") and person.reached("paid", "other_until"))


def _eligible(person: Person) -> Eligible:
    pack = person.pack
    missing: list[str] = []
    for way in pack.eligible:
        fit = fits(way.when, person)
        if fit.yes:
            return way
        missing += fit.missing
    clauses = dict.fromkeys(way.where for way in pack.eligible if way.where)
    if missing:
        raise refusals.EligibilityUnknown(clause="、".join(clauses), what="、".join(dict.fromkeys(missing)))
    raise refusals.NotEligible(clause="、".join(clauses), who="；".join(way.who for way in pack.eligible))


def _check_tier(person: Person) -> None:
    pack, tiers = person.pack, "、".join(person.pack.tiers)
    clause = pack.standards[0].where
    if person.tier is None and tiers:
        raise refusals.TierMissing(clause=clause, tiers=tiers)
    if person.tier is not None and person.tier not in pack.tiers:
        raise refusals.UnknownTier(clause=clause, tier=person.tier, tiers=tiers or "不分档")
    if price_of(person, None).is_missing:
        clauses = dict.fromkeys(standard.where for standard in pack.standards)
        raise refusals.NoPrice(clause="、".join(clauses))


def _cover(person: Person) -> tuple[Cover, list[Rule]]:
    pack = person.pack
    way, unknown = way_for(person)
    if unknown is not None:
        return Cover(None, pack.benefit_period.last, unknown), [pack.collection_window, pack.benefit_period]
    if way is None and not person.in_window:
        raise _outside_window(person)
    cover = cover_in_window(person) if way is None else cover_by(person, way)
    if cover.first is not None and not person.begins_by(cover.first, cover.last):
        clause = (way or pack.collection_window).where
        raise refusals.StartsAfterPeriod(clause=clause, start=person.date_of(cover.first), last=cover.last)
    return cover, [way or pack.collection_window, pack.benefit_period]


def _outside_window(person: Person) -> Refusal:
    pack = person.pack
    window = pack.collection_window
    if not person.reached(window.first, "paid"):
        return refusals.WindowNotOpen(clause=window.where, first=window.first, last=window.last)
    late = [way for way in pack.ways_in if way.paid != "in_window" and not (way.is_for_newborns and _is_grown(person))]
    if not person.reached("paid", pack.benefit_period.last):
        late = [way for way in late if way.when.paid_within_of_birth]  # only a time from birth runs on past its end
    ways = _listed(refusals.LATE_WAYS, [way for way in late if way.may_pay is None])
    ways += _listed(refusals.LATE_WAYS_UNKNOWN, [way for way in late if way.may_pay is not None])
    afterwards = window.afterwards or refusals.AFTERWARDS
    return refusals.WindowClosed(clause=window.where, last=window.last, ways=ways, afterwards=afterwards)


_A_YEAR = Span(12, 0, "")


def _is_grown(person: Person) -> bool:
    """Born so long before the window that no rule about the newborn is meant; not where nobody says when."""
    return person.reached("born", person.pack.window.first, _A_YEAR) is True


def _listed(template: str, several: list[WayIn]) -> str:
    names = [f"{way.name}（{way.where}）" if way.where else way.name for way in several]
    return template.format(ways="、".join(names)) if names else ""


def _refused(person: Person, price: Price, refusal: Refused) -> Assessment:
    """A refusal keeps the price in view and claims nothing else but what is given back to who is covered elsewhere."""
    assumed: list[Assumption] = []
    paid_back: tuple[Share, ...] = ()
    rule = person.pack.exclusions.rules.get(refusal.code)
    if rule is not None:
        paid_back = paid_back_elsewhere(person, price)
        if rule.assumed:
            assumed.append(Assumption(rule.assumed, rule.where))
    return Assessment(
        individual_fen=price.individual_fen,
        pays_fen=None,
        shares=(),
        government_fen=price.government_fen,
        covered_from=None,
        covered_until=None,
        refusal=refusal,
        assumptions=tuple(assumed),
        paid_back=paid_back,
        refund=refund(person),
        price_clause=price.clause,
    )


def _answer(person: Person, cover: Cover, rules: list[Rule]) -> Assessment:
    bill = [(price, split(person, price)) for price in prices(person)]
    unknown = [one for price, parts in bill for one in _unknown(price, parts)]
    if cover.unknown is not None:
        unknown.insert(len(unknown) if cover.may_pay else 0, cover.unknown)
    earns = list(earned(person))
    unknown += [one for one in earns if isinstance(one, Unknown)]
    standards = [price.standard for price, _ in bill if price.standard is not None]
    lines = [price.rule for price, _ in bill if price.rule is not None]
    assumed = [Assumption(rule.assumed, rule.where) for rule in (*standards, *lines, *rules) if rule.assumed]
    pays_fen = _sum(parts.pays_fen for _, parts in bill) if cover.may_pay else None
    known = pays_fen is not None  # one unknown line leaves the whole open, and then no share is claimed
    return Assessment(
        individual_fen=_sum(price.individual_fen for price, _ in bill),
        pays_fen=pays_fen,
        shares=_all(parts.shares for _, parts in bill) if known else (),
        government_fen=_government_fen(bill),
        covered_from=person.covered_from(cover.first) if cover.first is not None else None,
        covered_until=cover.last if cover.may_pay else None,
        unknown=tuple(dict.fromkeys(unknown)),
        assumptions=tuple(dict.fromkeys([*(one for _, parts in bill for one in parts.assumptions), *assumed])),
        lines=tuple(_line(price, parts) for price, parts in bill) if person.pack.lines else (),
        waived=_all(parts.waived for _, parts in bill) if known else (),
        paid_back=_all(parts.paid_back for _, parts in bill) if known else (),
        enjoys=next((price.standard.enjoys for price, _ in bill if price.standard and not price.line), None),
        incentives=tuple(one for one in earns if isinstance(one, Earned)),
        refund=refund(person),
        price_clause=bill[0][0].clause,  # the basic contribution comes first
    )


def _unknown(price: Price, parts: Split) -> list[Unknown]:
    """What is not known about one line of the bill; the government's part does not change what anybody pays."""
    unknown = list(parts.unknown)
    standard = price.standard
    if standard is not None and standard.government is not None:
        unknown.append(Unknown(standard.government.unknown, standard.government.ask, standard.where))
    return unknown


def _sum(amounts: "Iterable[int | None]") -> int | None:
    """The sum, or None where one is unknown."""
    total_fen = 0
    for fen in amounts:
        if fen is None:
            return None
        total_fen += fen
    return total_fen


def _all(parts: "Iterable[tuple[T, ...]]") -> "tuple[T, ...]":
    return tuple(one for several in parts for one in several)


def _government_fen(bill: list[tuple[Price, Split]]) -> int | None:
    """The government's part of the basic contribution, and of those other lines for which the notice names one."""
    basic, *others = (price for price, _ in bill)
    if basic.government_fen is None:
        return None
    return basic.government_fen + sum(price.government_fen or 0 for price in others)


def _line(price: Price, parts: Split) -> LineAnswer:
    return LineAnswer(price.line or BASIC, price.individual_fen, parts.pays_fen, price.government_fen, price.clause)
