"""Who pays which part of one line of somebody's bill.

Each subsidy rule that fits makes an offer. The combination says what several offers are together: the best single one
(most favourable), the payers in turn, each filling what is left under the cap (in order), all that the payers give
(stacking), or nobody said (not said). An offer whose amount is unknown, or of which nobody can tell whether it fits,
makes the answer unknown, unless it could not change it any more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from canbao.kernel.fen import share_of, short_yuan
from canbao.policy.assessment import Assumption, Share, Unknown, Waiver
from canbao.policy.fits import Fit, all_of, fits, holds
from canbao.policy.money_rules import BASIC, UNNAMED, Amount, Combination, Subsidy
from canbao.policy.person import Person, is_here
from canbao.policy.prices import Price, price_of

SUBSIDY_UNKNOWN = "{category}的资助金额：{unknown}（个人最多缴{most}元）"
SUBSIDY_OPEN = "{category}的资助：要先知道{what}（个人最多缴{most}元）"
PAYER_UNKNOWN = "{category}的资助由谁支付：{unknown}"
NOT_SAID = "同时有几个身份时怎样资助（个人最多缴{most}元）"


@dataclass(frozen=True, slots=True)
class Offer:
    """What one rule would give for one category. `missing`: what would have to be known to tell whether it fits.

    `base_unknown`: the price is not known of which it takes a share.
    """

    category: str
    rule: Subsidy
    missing: tuple[str, ...] = ()
    base_unknown: bool = False

    @property
    def is_open(self) -> bool:
        return bool(self.missing) or self.rule.unknown is not None

    @property
    def payer(self) -> str:
        """Whose turn it is."""
        return self.rule.payers[0] if self.rule.payers else ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one payer gives; nobody pays a waived part."""

    payer: str
    fen: int
    offer: Offer

    @property
    def waived(self) -> bool:
        return self.offer.rule.is_waiver


@dataclass(frozen=True, slots=True)
class Split:
    """A price, divided. `pays_fen` is None when something unknown could change it; then no share is claimed."""

    pays_fen: int | None
    shares: tuple[Share, ...] = ()
    waived: tuple[Waiver, ...] = ()
    paid_back: tuple[Share, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    assumptions: tuple[Assumption, ...] = ()


def split(person: Person, price: Price) -> Split:
    """Divide one line's price among the person and the payers."""
    if price.individual_fen is None:
        return Split(None, unknown=price.unknown)
    offers = list(offers_for(person, price))
    parts, still_open = _combined(person, price, offers)
    if still_open:
        given_fen = sum(part.fen for part in parts if not part.offer.rule.paid_back)
        unknown = tuple(_unknown(person, offer, price.individual_fen - given_fen) for offer in still_open)
        used = [*(part.offer for part in parts), *still_open]
        return Split(None, unknown=unknown, assumptions=_assumptions(person, offers, used))
    at_once = [part for part in parts if not part.offer.rule.paid_back]
    return Split(
        pays_fen=price.individual_fen - sum(part.fen for part in at_once),
        shares=tuple(_share(part, price.line) for part in at_once if not part.waived),
        waived=tuple(_waiver(part, price.line) for part in at_once if part.waived),
        paid_back=tuple(_share(part, price.line) for part in parts if part.offer.rule.paid_back),
        unknown=(*price.unknown, *_unknown_payers(parts)),
        assumptions=_assumptions(person, offers, [part.offer for part in parts]),
    )


def paid_back_elsewhere(person: Person, price: Price) -> tuple[Share, ...]:
    """What is given back to somebody who is covered elsewhere and therefore refused here."""
    if price.individual_fen is None:
        return ()
    offers = [o for o in offers_for(person, price) if o.rule.also_if_covered_elsewhere]
    parts, still_open = _combined(person, price, offers)
    return () if still_open else tuple(_share(part, price.line) for part in parts if not part.waived)


def offers_for(person: Person, price: Price) -> Iterator[Offer]:
    """All offers of all rules that fit, or of which it cannot be told, in the order of the pack."""
    for rule in person.pack.subsidies:
        if rule.no_subsidy or (price.line or BASIC) not in rule.lines:
            continue
        for category in rule.categories:
            fit = _fits(person, rule, category)
            if fit.yes is not False:
                base = _missing_base(person, price, rule)
                yield Offer(category, rule, tuple(dict.fromkeys(fit.missing + base)), bool(base))


def _missing_base(person: Person, price: Price, rule: Subsidy) -> tuple[str, ...]:
    """What would have to be known to tell the prices of other tiers that the rule takes shares of."""
    tiers = [amount.of_tier for amount in rule.subsidy if amount.of_tier is not None]
    bases = [price_of(person, price.rule, tier) for tier in tiers]
    return tuple(what for base in bases if base.individual_fen is None for what in base.missing)


def speaks_for(person: Person, rule: Subsidy, category: str) -> bool:
    """Whether a rule is about this person, as somebody of that category; also where it gives them nothing."""
    return _fits(person, rule, category).yes is not False


def _fits(person: Person, rule: Subsidy, category: str) -> Fit:
    held = holds(person, category)
    if held.yes is False or not _recognised(person, rule, category):
        return Fit(False)
    return all_of(part for part in (held, fits(rule.when, person)))


def _recognised(person: Person, rule: Subsidy, category: str) -> bool:
    if rule.recognised is None:
        return True
    held = person.held.get(person.pack.named_grade(category)[0], ())
    here = any(is_here(person.pack, one) for one in held) or not held
    return here if rule.recognised == "here" else any(not is_here(person.pack, one) for one in held)


def _combined(person: Person, price: Price, offers: list[Offer]) -> tuple[list[Part], list[Offer]]:
    """The parts that are given, and the offers that leave the answer open."""
    assert price.individual_fen is not None
    match person.pack.combination.rule:
        case "most_favourable":
            return _most_favourable(person, price, price.individual_fen, offers)
        case "not_said":
            if len({offer.category for offer in offers}) > 1:
                return [], offers
            return _most_favourable(person, price, price.individual_fen, offers)
        case _:
            return _in_turn(person, price, offers)


def parts_of(person: Person, price: Price, offer: Offer, left_fen: int) -> list[Part]:
    """What the payers of one offer give, one after the other, out of what is left; never more than that."""
    parts: list[Part] = []
    for amount in offer.rule.subsidy:
        fen = min(amount.gives_fen(_base_fen(person, price, amount), left_fen), left_fen)
        left_fen -= fen
        parts += [Part(payer, part, offer) for payer, part in _divided(amount, fen) if part > 0]
    return parts


def _base_fen(person: Person, price: Price, amount: Amount) -> int:
    """The price that a share is taken of: this person's, or that of the tier which the rule names."""
    assert price.individual_fen is not None
    if amount.of_tier is None:
        return price.individual_fen
    base_fen = price_of(person, price.rule, amount.of_tier).individual_fen
    assert base_fen is not None, "an offer of a share of an unknown price is open, and its amount is not asked for"
    return base_fen


def _divided(amount: Amount, fen: int) -> Iterator[tuple[str, int]]:
    """A sum among those who share it, to the fen: the last named takes what rounding leaves."""
    *first, (last, _) = amount.payer_rates
    left_fen = fen
    for payer, rate in first:
        part = min(share_of(fen, rate), left_fen)
        left_fen -= part
        yield payer, part
    yield last, left_fen


def _fen(parts: Sequence[Part]) -> int:
    return sum(part.fen for part in parts)


def _most_favourable(
    person: Person, price: Price, left_fen: int, offers: list[Offer]
) -> tuple[list[Part], list[Offer]]:
    """The best known offer, and the open ones that might beat it.

    Of equals, what is given at once is better than what is given back later; then the first listed is shown.
    """
    known = [parts_of(person, price, offer, left_fen) for offer in offers if not offer.is_open]
    best = max(known, key=_rank, default=[])
    open_offers = [
        offer
        for offer in offers
        if offer.is_open and (_at_most_fen(person, price, offer, left_fen), not offer.rule.paid_back) > _rank(best)
    ]
    return best, open_offers


def _rank(parts: Sequence[Part]) -> tuple[int, bool]:
    return _fen(parts), not any(part.offer.rule.paid_back for part in parts)


def _at_most_fen(person: Person, price: Price, offer: Offer, left_fen: int) -> int:
    """The most that an open offer could give."""
    if offer.rule.unknown is not None or offer.base_unknown:
        return left_fen
    return _fen(parts_of(person, price, offer, left_fen))


def _in_turn(person: Person, price: Price, offers: list[Offer]) -> tuple[list[Part], list[Offer]]:
    """Each payer in turn fills what is left under the cap; the order is the notice's and is never sorted here.

    In order, the best offer of each payer counts; stacking, all of them do, as the list of payers has them and what is
    given at once before what is given back. A waiver comes before everybody.
    """
    combination = person.pack.combination
    assert price.individual_fen is not None
    left_fen = price.individual_fen
    if combination.cap_tier is not None:
        cap = price_of(person, price.rule, combination.cap_tier)
        if cap.individual_fen is None:
            return [], [replace(offer, missing=offer.missing + cap.missing) for offer in offers]
        left_fen = min(left_fen, cap.individual_fen)
    taken: list[Part] = []
    still_open: list[Offer] = []
    earlier = False
    for payer in ("", *combination.payers):
        own = [o for o in offers if o.payer == payer and not (earlier and o.rule.only_if_nothing_before)]
        earlier = earlier or bool(own)
        for group in [own] if combination.rule == "in_order" else [[offer] for offer in _in_line(own, combination)]:
            best, open_offers = _most_favourable(person, price, left_fen, group)
            if left_fen > 0:  # also behind an open offer: whatever that gives, in all no less is given
                taken += best
                left_fen -= _fen(best)
            still_open += open_offers
    return taken, still_open


def _in_line(offers: list[Offer], combination: Combination) -> list[Offer]:
    """Offers that begin with one payer: who pays alone before who shares, in the order of the payers.

    Of those alike, what is known comes before what is open; then the name decides, so that the order of lists does not.
    """

    def place(offer: Offer) -> tuple[bool, list[int], str, bool, str]:
        payers = [combination.payers.index(payer) for payer in offer.rule.payers]
        rates = str([amount.payer_rates for amount in offer.rule.subsidy])
        return bool(offer.rule.paid_back), payers, rates, offer.is_open, offer.category

    return sorted(offers, key=place)


def _share(part: Part, line: str | None) -> Share:
    return Share(part.payer, part.fen, part.offer.rule.where, part.offer.category, line)


def _waiver(part: Part, line: str | None) -> Waiver:
    return Waiver(part.fen, part.offer.rule.where, part.offer.category, line)


def _unknown(person: Person, offer: Offer, at_most_fen: int) -> Unknown:
    rule, most = offer.rule, short_yuan(at_most_fen)
    if rule.unknown is not None:
        what = SUBSIDY_UNKNOWN.format(category=offer.category, unknown=rule.unknown, most=most)
        return Unknown(what, rule.ask or "", rule.where)
    if offer.missing:
        what = SUBSIDY_OPEN.format(category=offer.category, what="、".join(offer.missing), most=most)
        return Unknown(what, "本人或监护人", rule.where)
    combination = person.pack.combination
    return Unknown(NOT_SAID.format(most=most), combination.ask or "", combination.where)


def _unknown_payers(parts: Sequence[Part]) -> Iterator[Unknown]:
    """Who pays is not said; how much is, and so is what the person pays."""
    for part in parts:
        silent = next((one.payer_unknown for one in part.offer.rule.subsidy if one.payer_unknown), None)
        if silent is not None and part.payer == UNNAMED:
            what = PAYER_UNKNOWN.format(category=part.offer.category, unknown=silent.unknown)
            yield Unknown(what, silent.ask, part.offer.rule.where)


def _assumptions(person: Person, offers: list[Offer], used: list[Offer]) -> tuple[Assumption, ...]:
    combination = person.pack.combination
    names = [person.pack.named_grade(offer.category)[0] for offer in used]
    # that a category does not count may be our reading as well as that it does
    categories = [person.pack.category(name) for name in dict.fromkeys([*names, *person.brought])]
    rules = (*(offer.rule for offer in used), *categories)
    found = [Assumption(rule.assumed, rule.where) for rule in rules if rule.assumed]
    if combination.assumed and len({offer.category for offer in offers}) > 1:
        found.append(Assumption(combination.assumed, combination.where))
    by_payer = {(offer.payer, offer.category) for offer in offers}
    if combination.same_payer_assumed and len({payer for payer, _ in by_payer}) < len(by_payer):
        found.append(Assumption(combination.same_payer_assumed, combination.where))
    return tuple(dict.fromkeys(found))
