"""Cash beside the limits of the notice (R-41): in one drawer, and in those of a place that somebody should ask about."""

from dataclasses import dataclass
from datetime import date

from canbao.collection.queries import Drawer, drawer, drawers_in
from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Campaign
from canbao.enrolment.packs import pack_of

SOON_DAYS = 5  # so long before the last day a unit is reminded: one working week


@dataclass(frozen=True, slots=True)
class CashInHand:
    """The drawer beside the limits of the notice; a limit that it does not set is None, and then nothing is overdue."""

    drawer: Drawer
    age_days: int
    limit_fen: int | None
    days_left: int | None
    clause: str

    @property
    def is_too_old(self) -> bool:
        return self.days_left is not None and self.days_left < 0

    @property
    def is_too_much(self) -> bool:
        return self.limit_fen is not None and self.drawer.fen >= self.limit_fen

    @property
    def is_overdue(self) -> bool:
        return self.is_too_old or self.is_too_much

    @property
    def is_due_soon(self) -> bool:
        return not self.is_overdue and self.days_left is not None and self.days_left <= SOON_DAYS


def cash_in_hand(unit: CollectingUnit, campaign: Campaign, *, on: date) -> CashInHand:
    return _beside_the_limits(drawer(unit, campaign), campaign, on=on)


def _beside_the_limits(held: Drawer, campaign: Campaign, *, on: date) -> CashInHand:
    rule = pack_of(campaign).collecting.cash
    if rule is None:
        return CashInHand(held, held.age_days(on), None, None, "")
    days_left = (rule.remit_within.after(held.oldest) - on).days if held.oldest else None
    return CashInHand(held, held.age_days(on), rule.on_reaching_fen, days_left, rule.clause)


def units_to_ask(division: str, campaign: Campaign, *, on: date) -> list[tuple[str, CashInHand]]:
    """Units of a place whose cash should have been handed in, or should be within days; the oldest first. Two queries."""
    found = [(unit, _beside_the_limits(held, campaign, on=on)) for unit, held in drawers_in(division, campaign)]
    wanted = [(unit, cash) for unit, cash in found if cash.is_overdue or cash.is_due_soon]
    return sorted(wanted, key=lambda item: (not item[1].is_overdue, -item[1].age_days, item[0]))
