"""What only a person can decide: who a row means, and whether the list counts. Two different people (R-24)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from canbao.access.clock import today
from canbao.access.may import Work
from canbao.kernel.refusal import Refusal
from canbao.rosters.domain.confirming import confirm_roster
from canbao.rosters.domain.mending import accept_row, refuse_row
from canbao.rosters.models import RosterRow
from canbao.web.department.roster import own_roster, roster_page
from canbao.web.department.rosters import own_rosters
from canbao.web.guards import staff_who_may


@staff_who_may(Work.CONFIRM_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, roster_id: int) -> HttpResponse:
    if request.method != "POST":
        return redirect("roster", roster_id)
    found = own_roster(request, roster_id)
    try:
        confirm_roster(found, by=request.user, on=today(), strike_off_confirmed="strike_off_confirmed" in request.POST)
    except Refusal as no:
        return roster_page(request, found, no=no)
    return redirect("roster", roster_id)


@staff_who_may(Work.IMPORT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, row_id: int) -> HttpResponse:
    """The row means the person who is offered, or it does not."""
    narrowed = {f"roster__{key}": value for key, value in own_rosters(request.user).items()}
    row = get_object_or_404(RosterRow.objects.select_related("roster"), pk=row_id, **narrowed)
    if request.method != "POST":
        return redirect("roster", row.roster_id)
    try:
        if "accept" in request.POST:
            accept_row(row, by=request.user, on=today())
        else:
            refuse_row(row, by=request.user, on=today(), why="经核对不是同一人。")
    except Refusal as no:
        return roster_page(request, row.roster, no=no)
    return redirect("roster", row.roster_id)
