"""Cash beside the limits of the notice (R-41): in one drawer, and in those of a place that somebody should ask about."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Min, QuerySet, Sum

from canbao.collection.models import Channel, Payment, SettledLine
from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Campaign
from canbao.enrolment.packs import pack_of
from canbao.register.queries import inside

SOON_DAYS = 5  # so long before the last day a unit is reminded: one working week


class Drawer(NamedTuple):
    """Cash that lies with a unit: how much, of how many persons, since when."""

    fen: int
    people: int
    payments: int
    oldest: date | None

    def age_days(self, on: date) -> int:
        return (on - self.oldest).days if self.oldest else 0


def drawer(unit: CollectingUnit, campaign: Campaign) -> Drawer:
    """What one unit has in hand. Two queries."""
    found = _drawers(Payment.objects.filter(unit=unit), campaign)
    return found[0][1] if found else Drawer(0, 0, 0, None)


def drawers_in(division: str, campaign: Campaign) -> list[tuple[str, Drawer]]:
    """Every unit of a place that has cash in hand: its name, and what lies there. Two queries."""
    return _drawers(Payment.objects.filter(inside(division)), campaign)


def _drawers(payments: QuerySet[Payment], campaign: Campaign) -> list[tuple[str, Drawer]]:
    """By unit, what of these is cash that was not handed in. Who paid a difference later is one person, and not two."""
    held = payments.filter(channel=Channel.CASH, remittance__isnull=True, order__campaign=campaign)
    sums = held.values_list("unit", "unit__name").annotate(Sum("amount_fen"), Count("pk"), Min("paid_on"))
    lines = SettledLine.objects.filter(payment__in=held).values_list("payment__unit")
    persons = dict(lines.annotate(Count("bill__resident", distinct=True)))
    return [
        (name, Drawer(fen, persons.get(unit, 0), count, oldest))
        for unit, name, fen, count, oldest in sums.order_by("unit__name")
    ]


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
