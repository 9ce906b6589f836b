"""What staying covered, or claiming nothing, earns: a higher ceiling (国办发〔2024〕38号)."""

from collections.abc import Iterator

from canbao.kernel.fen import share_of
from canbao.policy.assessment import Earned
from canbao.policy.fits import fits
from canbao.policy.person import Person
from canbao.policy.time_rules import Incentive


def earned(person: Person) -> Iterator[Earned]:
    """Everything that fits; what cannot be told is not promised."""
    for rule in person.pack.incentives:
        if fits(rule.when, person).yes:
            fen = _fen(rule, person.facts.years_in_row)
            if fen > 0:
                yield Earned(rule.name, fen, rule.where)


def _fen(rule: Incentive, years_in_row: int | None) -> int:
    times = 1
    if rule.each_year_from is not None:
        times = max(0, (years_in_row or 0) - rule.each_year_from)
    fen = rule.ceiling_fen * times
    if rule.at_most_rate is not None and rule.base_ceiling_fen is not None:
        fen = min(fen, share_of(rule.base_ceiling_fen, rule.at_most_rate))
    return fen
