"""Who is on the register without a number: a list to work through, until every one of them has one."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from canbao.access.clock import today
from canbao.access.may import Work
from canbao.access.record import record
from canbao.register.queries import without_a_number
from canbao.web.guards import staff_who_may
from canbao.web.places import place_of

PEOPLE_A_PAGE = 50


@staff_who_may(Work.CHANGE_REGISTER)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    return redirect("without-number-of", request.user.division)


@staff_who_may(Work.CHANGE_REGISTER)
@require_safe
def without_number(request: HttpRequest, division: str) -> HttpResponse:
    place = place_of(request, division)
    people = Paginator(without_a_number(place.code, on=today()), PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    residents = [one.pk for one in people]
    record("without_number.read", f"division:{place.code}", county=request.user.county, residents=residents)
    return render(request, "clerk/without_number.html", {"place": place, "people": people, "today": today()})
