"""Money owed back to people, by age, and the two reviews it needs: medical insurance first, tax second."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import today
from canbao.access.may import Work, may
from canbao.collection.domain.refunds import approve, review
from canbao.collection.queries import names_of_staff, refunds_in
from canbao.kernel.refusal import Refusal
from canbao.web.guards import staff_who_may

ROWS = 200


@staff_who_may(Work.REVIEW_REFUND, Work.APPROVE_REFUND)
@require_safe
def refunds(request: HttpRequest) -> HttpResponse:
    return _page(request)


@staff_who_may(Work.REVIEW_REFUND, Work.APPROVE_REFUND)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """Whoever reviews first reviews, whoever approves approves: the role says which of the two this is."""
    if request.method != "POST":
        return redirect("refunds")
    refund = get_object_or_404(refunds_in(request.user.division), pk=refund_id)
    say_yes = approve if may(request.user, Work.APPROVE_REFUND) else review
    try:
        say_yes(refund, by=request.user)
    except Refusal as no:
        return _page(request, no=no)
    return redirect("refunds")


def _page(request: HttpRequest, *, no: Refusal | None = None) -> HttpResponse:
    found = list(refunds_in(request.user.division)[:ROWS])
    names = names_of_staff(f"staff:{one.reviewed_by}" for one in found if one.reviewed_by)
    for one in found:
        one.age_days = (today() - one.due_on).days
        one.reviewer = names.get(f"staff:{one.reviewed_by}", "")
        one.waits_for_me = one.state == "due" and bool(one.reviewed_by) == may(request.user, Work.APPROVE_REFUND)
    context = {"refunds": found, "total_fen": sum(one.amount_fen for one in found), "no": no}
    return render(request, "county/refunds.html", context, status=409 if no else 200)
