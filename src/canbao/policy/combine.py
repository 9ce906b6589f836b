"""Who pays which part of one person's contribution.

Each subsidy rule that fits makes an offer. Either the best single offer is taken (most favourable), or the payers take
turns in the order of the notice, each filling what is left under the cap (in order). An offer whose amount is unknown
makes the answer unknown, unless it could not change it any more.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from canbao.kernel.fen import share_of, short_yuan
from canbao.policy.assessment import Assumption, Share, Unknown
from canbao.policy.money_rules import Amount, Standard, Subsidy
from canbao.policy.pack import Pack

SUBSIDY_UNKNOWN = "{category}的资助金额：{unknown}（个人最多缴{most}元）"


@dataclass(frozen=True, slots=True)
class Offer:
    """What one rule would give for one category; `fen` is None where the notice leaves the amount to others."""

    category: str
    payer: str
    fen: int | None
    rule: Subsidy

    @property
    def known_fen(self) -> int:
        return self.fen or 0


@dataclass(frozen=True, slots=True)
class Split:
    """The contribution, divided. `pays_fen` is None when an unknown could change it; then no share is claimed."""

    pays_fen: int | None
    shares: tuple[Share, ...]
    unknown: tuple[Unknown, ...]
    assumptions: tuple[Assumption, ...]


def split(pack: Pack, standard: Standard, categories: AbstractSet[str], traits: AbstractSet[str]) -> Split:
    """Divide a price among the person and the payers, for somebody with these categories and traits."""
    offers = offers_for(pack, standard, categories, traits)
    if pack.combination.rule == "most_favourable":
        taken, open_offers = _most_favourable(standard.individual_fen, offers)
    else:
        taken, open_offers = _in_order(pack, standard, offers)
    covered_fen = sum(offer.known_fen for offer in taken)
    if open_offers:
        unknown = tuple(_unknown(offer, standard.individual_fen - covered_fen) for offer in open_offers)
        return Split(None, (), unknown, _assumptions(pack, offers, [*taken, *open_offers]))
    shares = tuple(Share(offer.payer, offer.known_fen, offer.rule.clause or "", offer.category) for offer in taken)
    return Split(standard.individual_fen - covered_fen, shares, (), _assumptions(pack, offers, taken))


def offers_for(pack: Pack, standard: Standard, categories: AbstractSet[str], traits: AbstractSet[str]) -> list[Offer]:
    """All offers of all rules that fit, in the order of the pack."""
    return [
        Offer(category, _payer(rule), _amount_fen(pack, standard, rule.subsidy), rule)
        for rule in pack.subsidies
        if not rule.no_subsidy and rule.tier in (None, standard.tier)
        if not rule.any_traits or not traits.isdisjoint(rule.any_traits)
        for category in rule.categories
        if category in categories and categories.isdisjoint(rule.unless)
    ]


def _payer(rule: Subsidy) -> str:
    return rule.subsidy.payer if rule.subsidy else (rule.payer or "")


def _amount_fen(pack: Pack, standard: Standard, amount: Amount | None) -> int | None:
    if amount is None:
        return None
    price_fen = (pack.standard(amount.of_tier) if amount.of_tier else standard).individual_fen
    if amount.full:
        return price_fen
    return share_of(price_fen, amount.rate) if amount.rate is not None else amount.yuan_fen


def _most_favourable(individual_fen: int, offers: list[Offer]) -> tuple[list[Offer], list[Offer]]:
    """The best known offer (the first listed of equals), and the unknown ones that might beat it."""
    best = max((offer for offer in offers if offer.fen), key=lambda offer: offer.known_fen, default=None)
    best_fen = best.known_fen if best else 0
    unknown = [offer for offer in offers if offer.fen is None and best_fen < individual_fen]
    return ([best] if best else []), unknown


def _in_order(pack: Pack, standard: Standard, offers: list[Offer]) -> tuple[list[Offer], list[Offer]]:
    """Each payer in turn fills what is left under the cap; the order is the notice's and is never sorted here."""
    cap_tier = pack.combination.cap_tier
    cap_fen = min(
        standard.individual_fen, pack.standard(cap_tier).individual_fen if cap_tier else standard.individual_fen
    )
    taken: list[Offer] = []
    unknown: list[Offer] = []
    left_fen, earlier = cap_fen, False
    for payer in pack.combination.payers:
        own = [o for o in offers if o.payer == payer and not (earlier and o.rule.only_if_nothing_before)]
        earlier = earlier or bool(own)
        best, open_offers = _most_favourable(left_fen, own)
        if left_fen > 0 and not unknown:
            for offer in best:
                fen = min(offer.known_fen, left_fen)
                taken.append(Offer(offer.category, offer.payer, fen, offer.rule))
                left_fen -= fen
        unknown += open_offers
    return taken, unknown


def _unknown(offer: Offer, at_most_fen: int) -> Unknown:
    what = SUBSIDY_UNKNOWN.format(category=offer.category, unknown=offer.rule.unknown, most=short_yuan(at_most_fen))
    return Unknown(what, offer.rule.ask or "", offer.rule.clause or "")


def _assumptions(pack: Pack, offers: list[Offer], used: list[Offer]) -> tuple[Assumption, ...]:
    combination = pack.combination
    found = [Assumption(o.rule.assumed, o.rule.clause or "") for o in used if o.rule.assumed]
    if combination.assumed and len({offer.category for offer in offers}) > 1:
        found.append(Assumption(combination.assumed, combination.clause or ""))
    by_payer = {(offer.payer, offer.category) for offer in offers}
    if combination.same_payer_assumed and len({payer for payer, _ in by_payer}) < len(by_payer):
        found.append(Assumption(combination.same_payer_assumed, combination.clause or ""))
    return tuple(dict.fromkeys(found))
