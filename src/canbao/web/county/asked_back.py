"""Askings that everything paid for one person goes back before cover begins: another person agrees, or says no and why."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import now
from canbao.access.may import Work, may
from canbao.access.names import names_of_staff
from canbao.access.record import record
from canbao.collection.domain.asking_back import answer_back
from canbao.collection.queries import asked_back_in
from canbao.kernel.refusal import Refusal
from canbao.web.guards import staff_who_may

ROWS = 200


@staff_who_may(Work.REVIEW_REFUND, Work.APPROVE_REFUND)
@require_safe
def asked_back(request: HttpRequest) -> HttpResponse:
    return _page(request)


@staff_who_may(Work.REVIEW_REFUND)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Nothing is agreed to by leaving something out: both answers are buttons with a word of their own."""
    agrees = {"agree": True, "refuse": False}.get(request.POST.get("answer", ""))
    if request.method != "POST" or agrees is None:
        return redirect("asked-back")
    found = get_object_or_404(asked_back_in(request.user.division), pk=request_id)
    try:
        answer_back(found, agrees=agrees, why=request.POST.get("why", ""), by=request.user, at=now())
    except Refusal as no:
        return _page(request, no=no)
    said = _("已同意：参保取消，钱进入待退款项，等税务部门复审。") if agrees else _("没有同意，参保照旧。")
    messages.success(request, said)
    return redirect("asked-back")


def _page(request: HttpRequest, *, no: Refusal | None = None) -> HttpResponse:
    found = list(asked_back_in(request.user.division)[:ROWS])
    names = names_of_staff(actor for one in found for actor in (one.asked_by, one.answered_by) if actor)
    for one in found:
        one.asker, one.answerer = names.get(one.asked_by, ""), names.get(one.answered_by or "", "")
        one.is_mine = one.asked_by == f"staff:{request.user.username}"
    context = {
        "waiting": [one for one in found if one.waits],
        "answered": [one for one in found if not one.waits],
        "answers": may(request.user, Work.REVIEW_REFUND),
        "no": no,
    }
    record(
        "refunds.asked_read", f"division:{request.user.division}", county=request.user.county,
        residents=[one.enrolment.resident_id for one in found],
    )  # fmt: skip
    return render(request, "county/asked_back.html", context, status=409 if no else 200)
