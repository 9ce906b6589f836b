"""One list with the verdict of every row; and the department's own file back, with the reasons beside the rows."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.may import Work
from canbao.kernel.refusal import Refusal
from canbao.rosters.domain.returning import give_back
from canbao.rosters.models import Outcome, Roster
from canbao.rosters.queries import counts_by_outcome
from canbao.rosters.refusals import TooManyStruckOff
from canbao.web.department.rosters import own_rosters
from canbao.web.guards import staff_who_may

ROWS_A_PAGE = 100


@staff_who_may(Work.IMPORT_ROSTER, Work.CONFIRM_ROSTER)
@require_safe
def roster(request: HttpRequest, roster_id: int) -> HttpResponse:
    return roster_page(request, own_roster(request, roster_id))


@staff_who_may(Work.IMPORT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def file_back(request: HttpRequest, roster_id: int) -> HttpResponse:
    """By POST: numbers are unsealed for it, which goes on record."""
    if request.method != "POST":
        return redirect("roster", roster_id)
    found = own_roster(request, roster_id)
    try:
        content = give_back(found, by=request.user)
    except Refusal as no:
        return roster_page(request, found, no=no)
    return HttpResponse(
        content,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": f'attachment; filename="roster-{found.pk}.xlsx"'},
    )


def own_roster(request: HttpRequest, roster_id: int) -> Roster:
    return get_object_or_404(Roster, pk=roster_id, **own_rosters(request.user))


def roster_page(request: HttpRequest, found: Roster, *, no: Refusal | None = None) -> HttpResponse:
    """The rows of one outcome: the one that is asked for, else those that a person must look at, if there are any."""
    counts = counts_by_outcome(found)
    first = Outcome.LOOK if counts[Outcome.LOOK] else Outcome.REFUSED if counts[Outcome.REFUSED] else Outcome.TAKEN
    asked = request.GET.get("outcome")
    shown = Outcome(asked) if asked in Outcome.values else first
    rows = found.rows.filter(outcome=shown).select_related("resident").order_by("sheet", "row")
    context = {
        "roster": found,
        "counts": counts.items(),
        "shown": shown,
        "rows": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "towns": no.words["towns"] if isinstance(no, TooManyStruckOff) else (),
        "no": no,
    }
    return render(request, "department/roster.html", context, status=409 if no else 200)
