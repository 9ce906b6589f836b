"""Remittances: who collects does not verify, so somebody else says that the money has arrived."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import now, today
from canbao.access.may import Work
from canbao.access.names import names_of_staff
from canbao.collection.domain.remittances import confirm_remittance, reject_remittance
from canbao.collection.queries import remittances_in
from canbao.kernel.refusal import Refusal
from canbao.web import words
from canbao.web.guards import staff_who_may

ROWS = 200
MOST_WORDS = 200  # of a reason


@staff_who_may(Work.CONFIRM_REMITTANCE)
@require_safe
def remittances(request: HttpRequest) -> HttpResponse:
    return _page(request)


@staff_who_may(Work.CONFIRM_REMITTANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, remittance_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return redirect("remittances")
    found = get_object_or_404(remittances_in(request.user.division), pk=remittance_id)
    try:
        confirm_remittance(found, by=request.user, at=now())
    except Refusal as no:
        return _page(request, no=no)
    said = _("{unit}的汇缴已确认入库：{people} 人，{sum}。")
    messages.success(request, said.format(unit=found.unit.name, people=found.people, sum=words.money(found.amount_fen)))
    return redirect("remittances")


@staff_who_may(Work.CONFIRM_REMITTANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def reject(request: HttpRequest, remittance_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return redirect("remittances")
    found = get_object_or_404(remittances_in(request.user.division), pk=remittance_id)
    try:
        reject_remittance(found, request.POST.get("why", "")[:MOST_WORDS], by=request.user, at=now())
    except Refusal as no:
        return _page(request, no=no)
    said = _("{unit}的汇缴已退回，现金又记在该单位手上，等它重做。")
    messages.success(request, said.format(unit=found.unit.name))
    return redirect("remittances")


def _page(request: HttpRequest, *, no: Refusal | None = None) -> HttpResponse:
    found = list(remittances_in(request.user.division)[:ROWS])
    names = names_of_staff(actor for one in found for actor in (one.made_by, one.confirmed_by or one.rejected_by))
    for one in found:
        one.maker, one.checker = names.get(one.made_by, ""), names.get(one.confirmed_by or one.rejected_by or "", "")
    context = {
        "waiting": [one for one in found if one.confirmed_at is None and one.rejected_at is None],
        "confirmed": [one for one in found if one.confirmed_at is not None],
        "rejected": [one for one in found if one.rejected_at is not None],
        "no": no,
        "today": today(),
    }
    return render(request, "township/remittances.html", context, status=409 if no else 200)
