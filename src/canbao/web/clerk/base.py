"""The base table on screen (R-13): last year's enrolled people by place, and of one village by name, to be handed out as a
spreadsheet or a list to tick."""

from collections.abc import Callable
from functools import partial

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import now
from canbao.access.may import Work
from canbao.access.record import record
from canbao.divisions.models import Division
from canbao.enrolment.domain.base import number_of
from canbao.enrolment.domain.change_tables import TAKEN
from canbao.enrolment.models import BaseTable, ChangeTable
from canbao.enrolment.refusals import NoBaseTable
from canbao.enrolment.standing import standing_of
from canbao.kernel.division_code import DivisionCode, Level
from canbao.kernel.refusal import Refusal
from canbao.reports.base_papers import base_list, base_sheet
from canbao.reports.base_table import base_by_place, base_rows, newest_base_table, together
from canbao.reports.nobody_lost import nobody_lost
from canbao.web.clerk.change_tables import ChangeTableForm, handed_in
from canbao.web.guards import staff_who_may
from canbao.web.places import place_of

PEOPLE_A_PAGE = 100
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@staff_who_may(Work.CHANGE_REGISTER)
@require_safe
def base(request: HttpRequest) -> HttpResponse:
    """Where one's own work is."""
    return redirect("base-place", request.user.division)


@staff_who_may(Work.CHANGE_REGISTER)
@require_safe
def base_place(request: HttpRequest, division: str) -> HttpResponse:
    return _page(request, place_of(request, division))


@staff_who_may(Work.CHANGE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def base_spreadsheet(request: HttpRequest, division: str) -> HttpResponse:
    because = request.POST.get("because", "") if "whole" in request.POST else None
    return _handed_out(request, division, partial(base_sheet, whole_because=because), kind=SPREADSHEET, ending="xlsx")


@staff_who_may(Work.CHANGE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def base_printed(request: HttpRequest, division: str) -> HttpResponse:
    return _handed_out(request, division, partial(base_list, at=now()), kind="application/pdf", ending="pdf")


def _handed_out(
    request: HttpRequest, division: str, make: Callable[..., bytes], *, kind: str, ending: str
) -> HttpResponse:
    """By POST: it is a copy of a village's people, and goes on record. A PDF is shown, all else is for keeping."""
    village, table = _village(request, division)
    if request.method != "POST":
        return redirect("base-place", division)
    try:
        content = make(table, village, by=request.user)
    except Refusal as no:
        return _page(request, village, no=no)
    name = f"底表-{village.name}-{number_of(table, village.code)}.{ending}"
    disposition = content_disposition_header(as_attachment=ending != "pdf", filename=name)
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})


@staff_who_may(Work.CHANGE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def base_changes(request: HttpRequest, division: str) -> HttpResponse:
    """The base table comes back with what changed."""
    village, _ = _village(request, division)
    if request.method != "POST":
        return redirect("base-place", division)
    form = ChangeTableForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, village, form=form)
    try:
        return handed_in(request, village, form)
    except Refusal as no:
        return _page(request, village, form=form, no=no)


@staff_who_may(Work.CHANGE_REGISTER)
@require_safe
def base_proof(request: HttpRequest, division: str) -> HttpResponse:
    """Last year's people = kept + gone, by village, with whoever does not add up by name."""
    place, table = place_of(request, division), newest_base_table(request.user.county)
    if table is None:
        raise Http404
    proof = nobody_lost(table, division=place.code)
    if residents := [one.resident for one in proof.lost if one.resident]:
        record("base_table.proof.read", f"division:{place.code}", county=table.county, residents=residents)
    return render(request, "clerk/base_proof.html", {"place": place, "table": table, "proof": proof})


def _village(request: HttpRequest, division: str) -> tuple[Division, BaseTable]:
    place, table = place_of(request, division), newest_base_table(request.user.county)
    if table is None or DivisionCode(place.code).level is not Level.VILLAGE:
        raise Http404
    return place, table


def _page(
    request: HttpRequest, place: Division, *, form: ChangeTableForm | None = None, no: Refusal | None = None
) -> HttpResponse:
    """Of a town or a county the places in it; of a village its people. As many questions, however many people."""
    table = newest_base_table(place.code[:6])
    if table is None:
        return render(request, "clerk/base.html", {"place": place, "no": no or NoBaseTable()})
    is_village = DivisionCode(place.code).level is Level.VILLAGE
    places = base_by_place(table, division=place.code)
    context = {
        "place": place,
        "above": _above(request, place),
        "table": table,
        "number": number_of(table, place.code) if is_village else "",
        "places": places,
        "whole": together(places, place),
        "is_village": is_village,
        "no": no,
    }
    if is_village:
        rows = Paginator(base_rows(table, place.code), PEOPLE_A_PAGE).get_page(request.GET.get("page"))
        for row in rows:
            row.standing = standing_of(row.resident)
        context |= {"rows": rows, "form": form or ChangeTableForm(), "handed_in": _handed_in(table, place)}
        residents = [row.resident_id for row in rows]
        record("base_table.read", f"division:{place.code}", county=table.county, residents=residents)
    return render(request, "clerk/base.html", context, status=409 if no else 422 if form and form.errors else 200)


def _handed_in(table: BaseTable, village: Division) -> QuerySet[ChangeTable]:
    """What this village sent back, the latest first, with how many rows were good."""
    good = Count("rows", filter=Q(rows__outcome__in=TAKEN))
    return ChangeTable.objects.filter(table=table, division=village.code).annotate(good=good, changes=Count("rows"))


def _above(request: HttpRequest, place: Division) -> Division | None:
    """The place that this one lies in, unless the reader's own work ends here."""
    above = DivisionCode(place.code).parent
    if above is None or not DivisionCode(request.user.division).covers(above):
        return None
    return Division.objects.filter(pk=above).first()
