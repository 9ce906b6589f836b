"""Money that has arrived and that nobody could place: on a list with its age, until somebody has found out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from canbao.access.clock import today
from canbao.access.may import Work
from canbao.collection.queries import suspense_in
from canbao.web.guards import staff_who_may

ROWS = 200


@staff_who_may(Work.REVIEW_REFUND, Work.APPROVE_REFUND)
@require_safe
def suspense(request: HttpRequest) -> HttpResponse:
    found = list(suspense_in(request.user.division)[:ROWS])
    for one in found:
        one.age_days = (today() - one.paid_on).days
    return render(
        request, "county/suspense.html", {"payments": found, "total_fen": sum(one.amount_fen for one in found)}
    )
