"""Who stands behind a figure of the progress page: everybody who has not paid, whose amount nobody knows, or whom the
government helps and who is not enrolled. Counted like `coverage`, so that the list is as long as the figure says.

A county has a million of them, and the planner cannot see through the scope of row-level security: asked for bills
with their people in one sentence it begins with the households, and looks through all bills once for each (measured:
56 s for a tenth of a county). So a page is two sentences: which bills, then whose.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from canbao.enrolment.domain.bills import planned_for_a_county
from canbao.enrolment.models import Bill, BillState, Campaign, Enrolment
from canbao.register.queries import inside

PEOPLE_A_PAGE = 100
BY_PLACE = ("division", "household", "pk")


class Which(StrEnum):
    """`CoverageRow.to_pay`, `.unknown` and `.subsidised_open`."""

    TO_PAY = "to-pay"
    UNKNOWN = "unknown"
    SUBSIDISED = "subsidised"


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Bills of one page by place, each with `resident`, `household`, `unit` and `assessment`.

    Others stand before the bill `previous` and after the bill `next`; None where there are none.
    """

    bills: list[Bill]
    previous: int | None
    next: int | None


_MEANT = {
    Which.TO_PAY: ~Q(due_fen=0) | Q(due_fen__isnull=True),
    Which.UNKNOWN: Q(due_fen__isnull=True),
    Which.SUBSIDISED: ~Q(assessment__shares=[]),
}


def bills_behind(campaign: Campaign, which: Which, *, division: str, unit: int | None = None) -> QuerySet[Bill]:
    """The open bill of each of these people: of a place, or of those in it who pay through one unit."""
    return _not_enrolled(campaign, division, unit).filter(_MEANT[which])


def page_behind(
    campaign: Campaign,
    which: Which,
    *,
    division: str,
    unit: int | None = None,
    after: int | None = None,
    before: int | None = None,
    size: int = PEOPLE_A_PAGE,
) -> PeoplePage:
    """The first `size` of them, or those that follow the bill `after`, or precede the bill `before`.

    A page is found by its neighbour and not by its number, so the last one costs no more than the first, and nobody is
    passed over because somebody on an earlier page has paid meanwhile. A bill that is not there leads to the first page.
    """
    ahead, behind = _beyond(campaign, after, "gt"), _beyond(campaign, before, "lt")
    beyond, backward = ahead or behind, ahead is None and behind is not None
    order = [f"-{field}" for field in BY_PLACE] if backward else BY_PLACE
    found = bills_behind(campaign, which, division=division, unit=unit).filter(beyond or Q()).order_by(*order)
    with transaction.atomic(), planned_for_a_county(whole=True):
        keys = list(found.values_list("pk", flat=True)[: size + 1])
    if beyond and not keys:  # all of these have paid meanwhile
        return page_behind(campaign, which, division=division, unit=unit, size=size)
    related = Bill.objects.select_related("resident", "household", "unit", "assessment")
    bills = list(related.filter(pk__in=keys[:size]).order_by(*BY_PLACE))
    there_is_more = len(keys) > size
    has_previous, has_next = (there_is_more, True) if backward else (beyond is not None, there_is_more)
    first, last = (bills[0].pk, bills[-1].pk) if bills else (None, None)
    return PeoplePage(bills, first if has_previous else None, last if has_next else None)


def _beyond(campaign: Campaign, bill: int | None, than: Literal["gt", "lt"]) -> Q | None:
    """What stands after a bill by place, or before it; None if there is no such bill."""
    place = bill and Bill.objects.filter(campaign=campaign, pk=bill).values_list(*BY_PLACE).first()
    if not place:
        return None
    division, household, pk = place
    return Q(**{f"division__{than}e": division}) & (
        Q(**{f"division__{than}": division})
        | Q(division=division, **{f"household__{than}": household})
        | Q(division=division, household=household, **{f"pk__{than}": pk})
    )


def how_many(campaign: Campaign, *, division: str, unit: int | None = None) -> dict[Which, int]:
    """Of each kind, how many. One query."""
    counts = {which.name: Count("pk", filter=meant) for which, meant in _MEANT.items()}
    with transaction.atomic(), planned_for_a_county(whole=True):
        counted = _not_enrolled(campaign, division, unit).aggregate(**counts)
    return {which: counted[which.name] for which in Which}


def _not_enrolled(campaign: Campaign, division: str, unit: int | None) -> QuerySet[Bill]:
    """Whoever paid and owes a difference is enrolled; a first bill that is open says that nobody has paid."""
    enrolled = Enrolment.objects.filter(campaign=campaign, resident=OuterRef("resident"), ended_on__isnull=True)
    bills = Bill.objects.filter(inside(division), campaign=campaign, state=BillState.OPEN)
    if unit is not None:
        bills = bills.filter(unit=unit)
    return bills.filter(Q(version=1) | ~Exists(enrolled))
