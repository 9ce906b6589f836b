"""Money, people, roster and receipts counted apart and laid beside each other (四个一致)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from canbao.access.clock import today
from canbao.access.may import Work
from canbao.divisions.models import Division
from canbao.divisions.queries import below, standing_on
from canbao.reports.four_ways import Difference, four_ways_agree
from canbao.web.county.progress import campaign_of
from canbao.web.guards import staff_who_may
from canbao.web.places import place_of

_BELOW = {Division.Level.COUNTY: Division.Level.TOWN, Division.Level.TOWN: Division.Level.VILLAGE}
"""Which level to step down to."""


@staff_who_may(Work.CONFIRM_REMITTANCE, Work.REVIEW_REFUND, Work.READ_RECORD)
@require_safe
def four_ways(request: HttpRequest) -> HttpResponse:
    """For one's own division, or for a place in it (`?place=`)."""
    place = place_of(request, request.GET.get("place") or request.user.division)
    counted = four_ways_agree(campaign_of(request, place.code), division=place.code)
    # what has been merged away has nobody; its people are counted where they are
    steps = below(place.code, _BELOW[place.level]).filter(standing_on(today())) if place.level in _BELOW else []
    context = {"place": place, "counted": counted, "below": steps, "differences": map(says, counted.differences)}
    return render(request, "county/four_ways.html", context)


def says(one: Difference) -> str:
    """The report's sentence in the reader's language."""
    return _(one.template).format(**one.words)
