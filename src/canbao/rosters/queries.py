"""Questions to rosters that have a name. Each within the scope of whoever asks."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from canbao.register.models import Resident
from canbao.rosters.models import Holding, Outcome, Roster, RosterRow


def counts_by_outcome(roster: Roster) -> dict[Outcome, int]:
    """How many rows had each outcome; every outcome is in the answer, also with 0."""
    counted = dict(RosterRow.objects.filter(roster=roster).values_list("outcome").annotate(rows=Count("pk")))
    return {outcome: counted.get(outcome.value, 0) for outcome in Outcome}


def rows_to_look_at(roster: Roster) -> QuerySet[RosterRow]:
    """In the order of the sheet, with the person who is offered."""
    return roster.rows.filter(outcome=Outcome.LOOK).select_related("resident__household").order_by("sheet", "row")


class HeldOn(NamedTuple):
    """A category on a day, and where it comes from: whose list, as of when, and which row of it (None: no row)."""

    category: str
    grade: str
    since: date
    until: date | None
    department: str
    cut_off_on: date
    roster: int
    row: int | None


def categories_on(resident: Resident, *, on: date) -> list[HeldOn]:
    """What a person was on a day by the lists confirmed so far; once a department, so the same category may recur."""
    held = Holding.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on), resident=resident, since__lte=on, roster__confirmed_at__isnull=False
    ).order_by("category", "grade", "since", "pk")
    return [
        HeldOn(*values)
        for values in held.values_list(
            "category", "grade", "since", "until", "roster__department", "roster__cut_off_on", "roster_id", "row__row"
        )
    ]


def other_lists(roster: Roster, residents: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    """By resident: (department, category) of what other departments' confirmed lists say on this list's day.

    For whoever checks the list. Its sender is not told: one department's list is none of another's business.
    """
    held = Holding.objects.filter(
        Q(until__isnull=True) | Q(until__gte=roster.cut_off_on),
        resident__in=residents, since__lte=roster.cut_off_on, roster__confirmed_at__isnull=False,
    ).exclude(roster__department=roster.department)  # fmt: skip
    said: dict[int, list[tuple[str, str]]] = defaultdict(list)
    lists = (
        held.values_list("resident_id", "roster__department", "category")
        .distinct()
        .order_by("roster__department", "category")
    )
    for resident, department, category in lists:
        said[resident].append((department, category))
    return dict(said)


def rosters_with_counts(*, county: str, department: str | None = None) -> QuerySet[Roster]:
    """A county's lists, the latest first, each with how many rows had each outcome (`taken`, `corrected`, `look`, `refused`)."""
    own = Roster.objects.filter(county=county, **({"department": department} if department else {}))
    counted = {outcome.value: Count("rows", filter=Q(rows__outcome=outcome)) for outcome in Outcome}
    return own.annotate(**counted).defer("hidden_marks").order_by("-imported_at", "-pk")
