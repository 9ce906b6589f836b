"""What an explanation is made of besides the answer: which prices were taken, who helps, what a household owes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from canbao.policy.assess import person_under
from canbao.policy.assessment import Assessment, Share, Unknown, Waiver
from canbao.policy.combine import speaks_for
from canbao.policy.facts import Facts
from canbao.policy.pack import Pack
from canbao.policy.person import Person
from canbao.policy.prices import Price, prices
from canbao.policy.time_rules import WayIn
from canbao.policy.values import Span
from canbao.policy.ways import way_for


@dataclass(frozen=True, slots=True)
class Reasons:
    """What an assessment does not repeat: which prices were taken, and by which way in somebody comes."""

    person: Person
    prices: tuple[Price, ...]
    way: WayIn | None

    @property
    def pack(self) -> Pack:
        """The rules that decided."""
        return self.person.pack


@dataclass(frozen=True, slots=True)
class Waited:
    """How a waiting period came about: a fixed part, what lapsed years added, what repaired ones took off."""

    fixed: Span
    added: Span
    lapsed: int
    free_years: int
    taken_off: Span
    repaired: int
    never_under: Span | None  # what counts instead, after a long lapse


@dataclass(frozen=True, slots=True)
class Help:
    """What one rule gives somebody for one line of the bill: by several payers perhaps, or nobody (waived)."""

    category: str
    clause: str
    parts: tuple[Share | Waiver, ...]

    @property
    def is_waiver(self) -> bool:
        return isinstance(self.parts[0], Waiver)


@dataclass(frozen=True, slots=True)
class NoHelp:
    """A category for which somebody gets nothing, where that is written, and why: the notice gives `nothing`, its
    conditions are for `others`, somebody paid `before`, it would be `less` than what they get, or they are not on the roster
    of the `day` that decides."""

    category: str
    clause: str
    why: Literal["nothing", "others", "before", "less", "day"]


@dataclass(frozen=True, slots=True)
class Household:
    """What a family owes together. `pays_fen` is the sum of what is known."""

    people: int
    pays_fen: int
    helped_fen: int
    unknown: int
    refused: int
    tiers: tuple[str, ...]  # more than one, where the notice wants one


def reasons(pack: Pack, facts: Facts) -> Reasons:
    person = person_under(pack, facts)
    way, start_is_open = way_for(person)
    return Reasons(person, tuple(prices(person)), None if start_is_open else way)


def price_of_line(why: Reasons | None, line: str | None) -> Price | None:
    """The price that was taken for a line (None: the basic contribution)."""
    return next((price for price in why.prices if price.line == line), None) if why is not None else None


def whole_year_fen(price: Price) -> int | None:
    """The price of a whole year, where the person pays for a part of it."""
    standard = price.standard
    if standard is None or standard.part_of_year is None or standard.individual_fen == price.individual_fen:
        return None
    return standard.individual_fen


def merged(unknown: Sequence[Unknown]) -> list[Unknown]:
    """The same thing unknown under several clauses is said once."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in unknown:
        found.setdefault((one.what, one.ask), []).append(one.clause)
    return [Unknown(what, ask, "；".join(dict.fromkeys(clauses))) for (what, ask), clauses in found.items()]


def waited(why: Reasons) -> Waited | None:
    """The parts of somebody's wait; None where there is none that grows."""
    wait = why.way.starts.wait if why.way is not None and why.way.starts is not None else None
    lapsed = why.person.lapsed_years
    if wait is None or wait.each_lapsed_year is None or lapsed is None:
        return None
    steps = max(0, lapsed - wait.free_years)
    repaired = min(steps, why.person.facts.repaired_years or 0) if wait.repaired else 0
    fixed_and_steps = wait.fixed.months + (steps - repaired) * wait.each_lapsed_year.months
    floor = wait.long_lapse.at_least if wait.long_lapse and lapsed >= wait.long_lapse.years else None
    return Waited(
        fixed=wait.fixed,
        added=wait.each_lapsed_year.times(steps),
        lapsed=lapsed,
        free_years=wait.free_years,
        taken_off=wait.each_lapsed_year.times(repaired),
        repaired=repaired,
        never_under=floor if floor is not None and floor.months > fixed_and_steps else None,
    )


def without_help(answer: Assessment, why: Reasons | None) -> list[NoHelp]:
    """The categories that rosters bring and that give somebody nothing; nothing is said while an amount is open."""
    if why is None or answer.pays_fen is None:
        return []
    person = why.person
    helped = {share.category for share in (*answer.shares, *answer.paid_back)}
    helped |= {waiver.category for waiver in answer.waived}
    found: dict[str, NoHelp] = {}
    for rule in why.pack.subsidies:
        for name in rule.categories:
            category = why.pack.named_grade(name)[0]
            if category not in person.held or name in helped or category in helped:
                continue
            fits = speaks_for(person, rule, name)
            if not fits and category in found:
                continue
            reason: Literal["nothing", "others", "before", "less"] = (
                "others"
                if not fits
                else "nothing"
                if rule.no_subsidy
                else "before"
                if rule.only_if_nothing_before
                else "less"
            )
            found[category] = NoHelp(category, rule.where, reason)
    missed = [why.pack.category(name) for name in person.brought if name not in person.held]
    return [*found.values(), *(NoHelp(category.name, category.where, "day") for category in missed)]


def begins_later_than_its_rule(answer: Assessment, why: Reasons) -> bool:
    """Whether the rule's own day lies before the benefit period, which nobody is covered before."""
    starts = why.way.starts if why.way is not None else None
    own = (
        {"birth": why.person.days["born"], "paid": why.person.days["paid"]}.get(str(starts.anchor)) if starts else None
    )
    return own is not None and answer.covered_from == why.pack.period.first and own < why.pack.period.first


def household(pack: Pack, answers: Sequence[Assessment], why: Sequence[Reasons]) -> Household:
    tiers = dict.fromkeys(reason.person.tier for reason in why if reason.person.tier)
    return Household(
        people=len(answers),
        pays_fen=sum(answer.pays_fen or 0 for answer in answers),
        helped_fen=sum(share.fen for answer in answers for share in answer.shares),
        unknown=sum(answer.pays_fen is None and answer.refusal is None for answer in answers),
        refused=sum(answer.refusal is not None for answer in answers),
        tiers=tuple(tiers) if pack.household.same_tier is not None and len(tiers) > 1 else (),
    )


def helps(answer: Assessment, line: str | None) -> list[Help]:
    """Who pays or waives what of one line (None: of the basic contribution), one entry a rule."""
    found: dict[tuple[str, str, bool], list[Share | Waiver]] = {}
    given: list[Share | Waiver] = [*answer.waived, *answer.shares]
    for part in given:
        if part.line == line:
            found.setdefault((part.category, part.clause, isinstance(part, Waiver)), []).append(part)
    return [Help(category, clause, tuple(parts)) for (category, clause, _), parts in found.items()]
