"""What staying covered, or claiming nothing, earns: a higher ceiling (国办发〔2024〕38号)."""

from collections.abc import Iterator

from canbao.kernel.fen import share_of
from canbao.policy.assessment import Earned, Unknown
from canbao.policy.fits import fits
from canbao.policy.person import Person
from canbao.policy.time_rules import Incentive


def earned(person: Person) -> Iterator[Earned | Unknown]:
    """Everything that fits; what cannot be told is not promised, and an amount that stands elsewhere is unknown."""
    for rule in person.pack.incentives:
        if not fits(rule.when, person).yes:
            continue
        if rule.ceiling_fen is None:
            yield Earned(rule.name, None, rule.where)
            yield Unknown(f"{rule.name}：{rule.unknown}", rule.ask or "", rule.where)
            continue
        fen = _fen(rule, rule.ceiling_fen, person.facts.years_in_row)
        if fen > 0:
            yield Earned(rule.name, fen, rule.where)


def _fen(rule: Incentive, ceiling_fen: int, years_in_row: int | None) -> int:
    times = 1
    if rule.each_year_from is not None:
        times = max(0, (years_in_row or 0) - rule.each_year_from)
    fen = ceiling_fen * times
    if rule.at_most_rate is not None and rule.base_ceiling_fen is not None:
        fen = min(fen, share_of(rule.base_ceiling_fen, rule.at_most_rate))
    return fen
