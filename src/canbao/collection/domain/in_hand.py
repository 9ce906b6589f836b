"""Cash beside the limits of the notice (R-41): in one drawer, and in those of a place that somebody should ask about."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Min, QuerySet, Sum

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.collection.models import Channel, Payment, SettledLine
from canbao.collection.refusals import NoLimitsOnCash
from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Campaign
from canbao.enrolment.packs import pack_of
from canbao.policy.work_rules import Cash
from canbao.register.queries import inside

SOON_DAYS = 5  # so long before the last day a unit is reminded: one working week
SOON_PERCENT = 80  # and from this share of the sum on: some families more, and it is reached


class DrawerOf(NamedTuple):
    """What lies with which unit."""

    unit_id: int
    unit: str
    drawer: "Drawer"


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
    return found[0].drawer if found else Drawer(0, 0, 0, None)


def drawers_in(division: str, campaign: Campaign) -> list[DrawerOf]:
    """Every unit of a place that has cash in hand. Two queries."""
    return _drawers(Payment.objects.filter(inside(division)), campaign)


def _drawers(payments: QuerySet[Payment], campaign: Campaign) -> list[DrawerOf]:
    """By unit, what of these is cash that was not handed in. Who paid a difference later is one person, and not two."""
    held = payments.filter(channel=Channel.CASH, remittance__isnull=True, order__campaign=campaign)
    sums = held.values_list("unit", "unit__name").annotate(Sum("amount_fen"), Count("pk"), Min("paid_on"))
    lines = SettledLine.objects.filter(payment__in=held).values_list("payment__unit")
    persons = dict(lines.annotate(Count("bill__resident", distinct=True)))
    return [
        DrawerOf(unit, name, Drawer(fen, persons.get(unit, 0), count, oldest))
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
    stops: bool  # the county's decision: at a limit, no more cash is taken

    @property
    def percent(self) -> int | None:
        """The share of the sum that obliges to hand in, rounded down: it is 100 only when it is reached."""
        return self.drawer.fen * 100 // self.limit_fen if self.limit_fen else None

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
        in_days = self.days_left is not None and self.days_left <= SOON_DAYS
        return not self.is_overdue and (in_days or self.is_nearly_full)

    @property
    def is_nearly_full(self) -> bool:
        return self.percent is not None and self.percent >= SOON_PERCENT

    @property
    def is_stopped(self) -> bool:
        """No cash is taken until this is handed in; `collection_drawer_takes` counts it again when somebody pays."""
        return self.stops and self.is_overdue


def cash_in_hand(unit: CollectingUnit, campaign: Campaign, *, on: date) -> CashInHand:
    rule = pack_of(campaign).collecting.cash
    return beside_the_limits(drawer(unit, campaign), rule, stops=campaign.cash_stops, on=on)


def beside_the_limits(held: Drawer, rule: Cash | None, *, stops: bool, on: date) -> CashInHand:
    """`collection_drawer_takes` says the same of the same drawer."""
    if rule is None:
        return CashInHand(held, held.age_days(on), None, None, "", stops=False)
    days_left = (rule.remit_within.after(held.oldest) - on).days if held.oldest and rule.remit_within else None
    return CashInHand(held, held.age_days(on), rule.on_reaching_fen, days_left, rule.where, stops)


@transaction.atomic
def decide_cash_stop(campaign: Campaign, *, stops: bool, by: Staff) -> None:
    """Whether collecting cash stops at the limits of the notice until the cash is handed in, or goes on and is shown to those
    above. Said again, nothing changes.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NoLimitsOnCash`.
    """
    check_may(by, Work.OPEN_CAMPAIGN, division=campaign.county.ljust(12, "0"))
    if stops and pack_of(campaign).collecting.cash is None:
        raise NoLimitsOnCash(title=campaign.title)
    if Campaign.objects.filter(pk=campaign.pk).exclude(cash_stops=stops).update(cash_stops=stops):
        record("cash.stop_decided", f"campaign:{campaign.pk}", county=campaign.county, actor=f"staff:{by.username}", stops=stops)  # fmt: skip
    campaign.cash_stops = stops


class UnitToAsk(NamedTuple):
    """A unit that somebody should ask about its cash, and whom there: who works for it."""

    unit: str
    cash: CashInHand
    clerks: tuple[str, ...]


def units_to_ask(division: str, campaign: Campaign, *, on: date) -> list[UnitToAsk]:
    """Units of a place whose cash should have been handed in, or should be soon; the oldest first. Three queries."""
    rule = pack_of(campaign).collecting.cash
    drawers = drawers_in(division, campaign)
    found = [(one, beside_the_limits(one.drawer, rule, stops=campaign.cash_stops, on=on)) for one in drawers]
    wanted = [(one, cash) for one, cash in found if cash.is_overdue or cash.is_due_soon]
    clerks: dict[int, list[str]] = {}
    staff = Staff.objects.filter(unit_id__in=[one.unit_id for one, _ in wanted], is_active=True)
    for unit_id, name in staff.order_by("full_name").values_list("unit_id", "full_name"):
        clerks.setdefault(unit_id, []).append(name)
    asked = [UnitToAsk(one.unit, cash, tuple(clerks.get(one.unit_id, ()))) for one, cash in wanted]
    return sorted(asked, key=lambda one: (not one.cash.is_overdue, -one.cash.age_days, one.unit))
