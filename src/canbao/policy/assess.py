"""The one policy engine: what a person pays, who pays the rest, from when they are covered, and why.

`assess` is a pure function of a pack and the facts; there is no second implementation. A population is this function
tabulated over the distinct facts (see `table.py`).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from canbao.kernel.refusal import Refusal
from canbao.policy import refusals
from canbao.policy.assessment import Assessment, Assumption, Refused, Unknown
from canbao.policy.combine import split
from canbao.policy.facts import Facts
from canbao.policy.money_rules import Standard
from canbao.policy.pack import Pack
from canbao.policy.people_rules import Eligible
from canbao.policy.reduce import known_as, reduce_facts
from canbao.policy.rule import Rule
from canbao.policy.ways import Cover, cover_by, cover_in_window, fits_person, traits_of, way_for


def assess(pack: Pack, facts: Facts) -> Assessment:
    """The answer for one person. Never raises for what a person may say; a "no" is part of the answer."""
    return assess_reduced(pack, reduce_facts(pack, facts))


def assess_reduced(pack: Pack, facts: Facts) -> Assessment:
    """The same for facts that `reduce_facts` has already been through."""
    paid = facts.paid_on or pack.window.first
    standard = _standard(pack, facts)
    try:
        _check_words(pack, facts)
        _check_cover_elsewhere(pack, facts)
        way_of_being_eligible = _eligible(pack, facts)
        if standard is None:
            raise _no_standard(pack, facts)
        cover, rules_used = _cover(pack, facts, paid)
    except Refusal as no:
        return _refused(pack, standard, refusals.as_value(no))
    return _answer(pack, facts, standard, cover, [way_of_being_eligible, *rules_used])


def start_by_day(pack: Pack, facts: Facts, days: Iterable[date]) -> dict[date, date | Refused | None]:
    """For each day on which an order might be paid: the first day of cover, a refusal, or None where it is unknown."""
    answers: dict[Facts, Assessment] = {}
    found: dict[date, date | Refused | None] = {}
    for day in days:
        reduced = reduce_facts(pack, replace(facts, paid_on=day))
        if reduced not in answers:
            answers[reduced] = assess_reduced(pack, reduced)
        answer = answers[reduced]
        found[day] = answer.refusal if answer.refusal is not None else answer.covered_from
    return found


def _check_words(pack: Pack, facts: Facts) -> None:
    known_traits = {trait.name for trait in pack.traits}
    for trait in sorted(facts.traits):
        if trait not in known_traits:
            raise refusals.UnknownTrait(what=trait, known="、".join(sorted(known_traits)) or "无")
    for held in facts.categories:
        if known_as(pack, held) is None:
            what = f"{held.name}（{held.grade}）" if held.grade else held.name
            raise refusals.UnknownCategory(what=what, known="、".join(c.name for c in pack.categories) or "无")


def _check_cover_elsewhere(pack: Pack, facts: Facts) -> None:
    scheme, other = facts.employee_scheme, facts.other_cover
    rule = pack.exclusions.in_employee_scheme
    if rule is not None and scheme is not None and scheme.left_on is None:
        raise refusals.InEmployeeScheme(clause=rule.clause or "", remedy=rule.remedy)
    rule = pack.exclusions.covered_elsewhere
    if rule is not None and other is not None:
        names = {"resident": "居民医保", "employee": "职工医保", None: "基本医疗保险"}
        raise refusals.CoveredElsewhere(
            clause=rule.clause or "",
            place=other.place or "其他地方",
            scheme=names.get(other.scheme, other.scheme),
            remedy=rule.remedy,
        )


def _eligible(pack: Pack, facts: Facts) -> Eligible:
    traits, names = traits_of(pack, facts), {held.name for held in facts.categories}
    for way in pack.eligible:
        if fits_person(way.when, traits, names):
            return way
    clauses = dict.fromkeys(way.clause for way in pack.eligible if way.clause)
    raise refusals.NotEligible(clause="、".join(clauses), who="；".join(way.who for way in pack.eligible))


def _standard(pack: Pack, facts: Facts) -> Standard | None:
    try:
        return pack.standard(facts.tier)
    except KeyError:
        return None


def _no_standard(pack: Pack, facts: Facts) -> Refusal:
    clause, tiers = pack.standards[0].clause or "", "、".join(pack.tiers) or "不分档"
    if facts.tier is None:
        return refusals.TierMissing(clause=clause, tiers=tiers)
    return refusals.UnknownTier(clause=clause, tier=facts.tier, tiers=tiers)


def _cover(pack: Pack, facts: Facts, paid: date) -> tuple[Cover, list[Rule]]:
    way, window = way_for(pack, facts, paid), pack.collection_window
    if way is None and paid not in window.period:
        raise _outside_window(pack, paid)
    cover = cover_in_window(pack, facts) if way is None else cover_by(pack, way, facts, paid)
    last = pack.benefit_period.last
    if cover.first is not None and cover.first > last:
        clause = (way.clause if way else window.clause) or ""
        raise refusals.StartsAfterPeriod(clause=clause, start=cover.first, last=last)
    return cover, [way or window, pack.benefit_period]


def _outside_window(pack: Pack, paid: date) -> Refusal:
    window = pack.collection_window
    clause = window.clause or ""
    if paid < window.first:
        return refusals.WindowNotOpen(clause=clause, first=window.first, last=window.last)
    others = [
        f"{way.name}（{way.clause}）" if way.clause else way.name for way in pack.ways_in if way.paid != "in_window"
    ]
    ways = refusals.LATE_WAYS.format(ways="、".join(others)) if others else ""
    afterwards = window.afterwards or refusals.AFTERWARDS
    return refusals.WindowClosed(clause=clause, last=window.last, ways=ways, afterwards=afterwards)


def _refused(pack: Pack, standard: Standard | None, refusal: Refused) -> Assessment:
    """A refusal keeps the price in view and claims nothing else."""
    assumed: list[Assumption] = []
    for code in ("in_employee_scheme", "covered_elsewhere"):
        rule = getattr(pack.exclusions, code)
        if refusal.code == code and rule is not None and rule.assumed:
            assumed.append(Assumption(rule.assumed, rule.clause or ""))
    return Assessment(
        individual_fen=standard.individual_fen if standard else None,
        pays_fen=None,
        shares=(),
        government_fen=standard.government_fen if standard else None,
        covered_from=None,
        covered_until=None,
        refusal=refusal,
        assumptions=tuple(assumed),
    )


def _answer(pack: Pack, facts: Facts, standard: Standard, cover: Cover, rules: list[Rule]) -> Assessment:
    parts = split(pack, standard, {held.name for held in facts.categories}, traits_of(pack, facts))
    unknown = list(parts.unknown)
    if standard.government is not None:
        unknown.append(Unknown(standard.government.unknown, standard.government.ask, standard.clause or ""))
    if cover.unknown is not None:
        unknown.append(cover.unknown)
    assumed = [Assumption(rule.assumed, rule.clause or "") for rule in (standard, *rules) if rule.assumed]
    return Assessment(
        individual_fen=standard.individual_fen,
        pays_fen=parts.pays_fen,
        shares=parts.shares,
        government_fen=standard.government_fen,
        covered_from=cover.first,
        covered_until=pack.benefit_period.last,
        unknown=tuple(unknown),
        assumptions=tuple(dict.fromkeys([*parts.assumptions, *assumed])),
    )
