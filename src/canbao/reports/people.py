"""Who stands behind a figure of the progress page: everybody who has not paid, whose amount nobody knows, or whom the
government helps and who is not enrolled. Counted like `coverage`, so that the list is as long as the figure says.
"""

from enum import StrEnum

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from canbao.enrolment.models import Bill, BillState, Campaign, Enrolment
from canbao.register.queries import inside


class Which(StrEnum):
    """`CoverageRow.to_pay`, `.unknown` and `.subsidised_open`."""

    TO_PAY = "to-pay"
    UNKNOWN = "unknown"
    SUBSIDISED = "subsidised"


_MEANT = {
    Which.TO_PAY: ~Q(due_fen=0) | Q(due_fen__isnull=True),
    Which.UNKNOWN: Q(due_fen__isnull=True),
    Which.SUBSIDISED: ~Q(assessment__shares=[]),
}


def bills_behind(campaign: Campaign, which: Which, *, division: str) -> QuerySet[Bill]:
    """The open bill of each of these people, with `resident`, `household`, `unit` and `assessment`; by place."""
    found = _not_enrolled(campaign, division).filter(_MEANT[which])
    return found.select_related("resident", "household", "unit", "assessment").order_by("division", "household", "pk")


def how_many(campaign: Campaign, *, division: str) -> dict[Which, int]:
    """Of each kind, how many. One query."""
    counts = {which.name: Count("pk", filter=meant) for which, meant in _MEANT.items()}
    counted = _not_enrolled(campaign, division).aggregate(**counts)
    return {which: counted[which.name] for which in Which}


def _not_enrolled(campaign: Campaign, division: str) -> QuerySet[Bill]:
    """Whoever paid and owes a difference is enrolled; a first bill that is open says that nobody has paid."""
    enrolled = Enrolment.objects.filter(campaign=campaign, resident=OuterRef("resident"), ended_on__isnull=True)
    bills = Bill.objects.filter(inside(division), campaign=campaign, state=BillState.OPEN)
    return bills.filter(Q(version=1) | ~Exists(enrolled))
