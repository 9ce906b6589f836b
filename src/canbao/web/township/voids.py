"""Spoiled receipts: who issued one asks to void it, and somebody else, with the paper before them, agrees or not (R-40)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import now
from canbao.access.may import Work
from canbao.access.names import names_of_staff
from canbao.collection.domain.receipts import answer_void
from canbao.collection.queries import voidings_in
from canbao.kernel.refusal import Refusal
from canbao.web.guards import staff_who_may

ROWS = 200


@staff_who_may(Work.AGREE_VOID)
@require_safe
def voids(request: HttpRequest) -> HttpResponse:
    return _page(request)


@staff_who_may(Work.AGREE_VOID)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, voiding_id: UUID) -> HttpResponse:
    """Nothing is agreed to by leaving something out: both answers are buttons with a word of their own."""
    agrees = {"agree": True, "decline": False}.get(request.POST.get("answer", ""))
    if request.method != "POST" or agrees is None:
        return redirect("voids")
    found = get_object_or_404(voidings_in(request.user.division), pk=voiding_id)
    try:
        counts = answer_void(found, agrees=agrees, by=request.user, at=now())
    except Refusal as no:
        return _page(request, no=no)
    said = _("№ {old} 已作废，№ {new} 替换它。") if agrees else _("没有同意作废，№ {old} 照常有效。")
    messages.success(request, said.format(old=found.receipt.full_number, new=counts.full_number))
    return redirect("voids")


def _page(request: HttpRequest, *, no: Refusal | None = None) -> HttpResponse:
    found = list(voidings_in(request.user.division)[:ROWS])
    names = names_of_staff(actor for one in found for actor in (one.asked_by, one.answered_by))
    for one in found:
        one.asker, one.answerer = names.get(one.asked_by, ""), names.get(one.answered_by or "", "")
    context = {
        "waiting": [one for one in found if one.is_agreed is None],
        "answered": [one for one in found if one.is_agreed is not None],
        "no": no,
    }
    return render(request, "township/voids.html", context, status=409 if no else 200)
