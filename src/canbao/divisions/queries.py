"""Questions about places that have a name."""

from datetime import date

from django.db.models import Q, QuerySet

from canbao.divisions.models import Division
from canbao.kernel.division_code import DivisionCode


def standing_on(day: date) -> Q:
    """Places that are one on that day."""
    return (Q(since__isnull=True) | Q(since__lte=day)) & (Q(until__isnull=True) | Q(until__gte=day))


def below(place: str, level: str) -> QuerySet[Division]:
    """Places of a level within a division, those that have ended among them; itself too where it is of that level."""
    first, after = DivisionCode(place).range()
    return Division.objects.filter(code__gte=first, code__lt=after, level=level)


def where_now(division: Division) -> Division:
    """Where the people of a place are by now: the place itself while it stands, else the last of its successors."""
    seen = {division.code}
    while division.successor is not None and division.successor_id not in seen:
        division = division.successor
        seen.add(division.code)
    return division
