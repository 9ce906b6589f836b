"""The prices for which a subsidy speaks, and what its payers give at each: what the checks about money reckon with."""

from collections.abc import Iterator

from canbao.policy.checks.apart import apart, implies
from canbao.policy.money_rules import BASIC, Amount, Standard, Subsidy
from canbao.policy.pack import Pack


def prices_for(pack: Pack, rule: Subsidy) -> Iterator[Standard]:
    """Every price that somebody whom the rule speaks for can have."""
    conditions = {category.name: category.when for category in pack.categories}
    on_the_bill = {line.name: line.when for line in pack.lines}
    reached: set[tuple[str | None, str | None]] = set()
    for standard in pack.standards:
        here = (standard.line, standard.tier)
        if (standard.line or BASIC) not in rule.lines or here in reached:
            continue
        if standard.tier is not None and rule.when.tiers and standard.tier not in rule.when.tiers:
            continue
        whens = [conditions.get(name) for name in rule.categories]
        if apart(pack, standard.when, rule.when) or all(when and apart(pack, standard.when, when) for when in whens):
            continue
        if standard.line in on_the_bill and apart(pack, on_the_bill[standard.line], rule.when):
            continue
        yield standard
        if implies(pack, rule.when, standard.when):
            reached.add(here)  # the first that fits counts, and this one always does


def amounts_fen(pack: Pack, rule: Subsidy, standard: Standard) -> list[int]:
    """What each payer of a rule gives at this price, before anything is cut to what is left."""
    assert standard.individual_fen is not None
    found: list[int] = []
    for amount in rule.subsidy:
        left_fen = max(0, standard.individual_fen - sum(found))
        found.append(amount.gives_fen(_base_fen(pack, amount, standard), left_fen))
    return found


def _base_fen(pack: Pack, amount: Amount, standard: Standard) -> int:
    """The price that a share is taken of: this one, or that of the tier which the amount names."""
    if amount.of_tier is not None:
        for item in pack.standards_of(standard.line, amount.of_tier):
            if item.individual_fen is not None and not apart(pack, item.when, standard.when):
                return item.individual_fen
    return standard.individual_fen or 0
