"""Progress against target: by town, and by village of a town."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from canbao.access.clock import today
from canbao.access.may import Work, may
from canbao.collection.domain.in_hand import units_to_ask
from canbao.collection.queries import units_short_in
from canbao.enrolment.models import Campaign
from canbao.enrolment.queries import current_campaigns
from canbao.kernel.division_code import DivisionCode, Level
from canbao.reports.coverage import coverage, together
from canbao.web.guards import staff_who_may
from canbao.web.places import place_of
from canbao.web.progress import ranked, town_and_villages


@staff_who_may(Work.SEE_PROGRESS)
@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """Of the county; a city sees the county that it picks, the first one to begin with."""
    if DivisionCode(request.user.division).level > Level.COUNTY:
        return redirect("desk")  # of other towns they would see nothing, which is not zero
    campaigns = current_campaigns(request.user.division)
    asked = request.GET.get("county")
    campaign = next((one for one in campaigns if one.county == asked), campaigns[0] if campaigns else None)
    rows = coverage(campaign, on=today()) if campaign else []
    context = {
        "campaigns": campaigns,
        "code": campaign.county.ljust(12, "0") if campaign else "",
        "campaign": campaign,
        "rows": ranked(rows),
        "whole": together(rows, request.session.get("place", "")),
        "cash": units_to_ask(request.user.division, campaign, on=today()) if campaign else [],
        "short": units_short_in(request.user.division, on=today()) if may(request.user, Work.KEEP_STOCK) else 0,
        "days_left": (campaign.window_until - today()).days if campaign else 0,
    }
    return render(request, "county/progress.html", context)


@staff_who_may(Work.SEE_PROGRESS)
@require_safe
def town(request: HttpRequest, division: str) -> HttpResponse:
    place, campaign = place_of(request, division), campaign_of(request, division)
    whole, rows = town_and_villages(campaign, on=today(), division=place.code, name=place.name)
    context = {
        "campaign": campaign,
        "place": place,
        "rows": ranked(rows),
        "whole": whole,
        "cash": units_to_ask(place.code, campaign, on=today()),
    }
    return render(request, "county/town.html", context)


def campaign_of(request: HttpRequest, division: str) -> Campaign:
    for campaign in current_campaigns(request.user.division):
        if DivisionCode(campaign.county).covers(division):
            return campaign
    raise Http404
