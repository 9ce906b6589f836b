"""A township's day: how far its villages are, and what waits for its confirmation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from canbao.access.clock import today
from canbao.access.may import Work, may
from canbao.collection.domain.in_hand import units_to_ask
from canbao.collection.queries import remittances_in, units_short_in
from canbao.enrolment.queries import current_campaign
from canbao.reports.coverage import together
from canbao.web.guards import staff_who_may
from canbao.web.progress import ranked, town_and_villages


@staff_who_may(Work.CONFIRM_REMITTANCE)
@require_safe
def township(request: HttpRequest) -> HttpResponse:
    division, campaign = request.user.division, current_campaign(request.user.county)
    place = request.session.get("place", "")
    whole, rows = (
        town_and_villages(campaign, on=today(), division=division, name=place)
        if campaign
        else (together([], place), [])
    )
    context = {
        "campaign": campaign,
        "rows": ranked(rows),
        "whole": whole,
        "cash": units_to_ask(division, campaign, on=today()) if campaign else [],
        "short": units_short_in(division, on=today()) if may(request.user, Work.KEEP_STOCK) else 0,
        "waiting": remittances_in(division).filter(confirmed_at__isnull=True, rejected_at__isnull=True).count(),
    }
    return render(request, "township/township.html", context)
