"""A receipt at the counter, and its print. The first print is the original; every later one is marked (R-40)."""

from dataclasses import replace
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import now, today
from canbao.access.may import Work
from canbao.access.record import record
from canbao.collection.domain.receipts import ask_void, note_file_copy, note_print
from canbao.collection.models import Receipt
from canbao.collection.models.receipt import LONGEST_REASON
from canbao.collection.queries import receipts_in
from canbao.documents.receipts import Sheet, receipt_pdf
from canbao.kernel.refusal import Refusal
from canbao.web.guards import staff_who_may
from canbao.web.receipts import paper_of, shown


class SpoiledForm(forms.Form):
    voiding_id = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("作废原因"),
        help_text=_("例如打印错位、票面破损。作废的那一张请留好，交给核准的人看。"),
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@staff_who_may(Work.COLLECT, Work.SEE_PROGRESS)
@require_safe
def receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    return _page(request, _receipt(request, receipt_id))


@staff_who_may(Work.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def print_receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """The paper, as PDF. By POST: it is set first, since what cannot be printed is no print, and handed out when the print
    is counted and on record, so that of two at once one is the original. A page that did not yet know of the first print
    is answered with one that does. A void receipt is printed for the file only, and says that it is void.
    """
    if request.method != "POST":
        return redirect("receipt", receipt_id)
    found = _receipt(request, receipt_id)
    on = Sheet(request.POST["on"]) if request.POST.get("on") in set(Sheet) else Sheet.HALF_A4
    actor, expected = f"staff:{request.user.username}", found.prints + 1
    paper = paper_of(found, nth_print=expected, printed_on=today())
    try:
        if paper.is_void and "file" in request.POST:
            pdf = receipt_pdf(replace(paper, nth_print=1), on=on)
            note_file_copy(found, actor=actor)
        else:
            pdf = receipt_pdf(paper, on=on)
            nth = note_print(found, actor=actor, as_reprint="reprint" in request.POST)
            if nth != expected:
                pdf = receipt_pdf(replace(paper, nth_print=nth), on=on)
    except Refusal as no:
        return _page(request, found, no=no)
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="receipt-{found.full_number}.pdf"'},
    )


@staff_who_may(Work.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def spoil_receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """The paper is spoiled: ask that it be voided. The number of the asking was made with the page."""
    found = _receipt(request, receipt_id)
    form = SpoiledForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return redirect("receipt", receipt_id) if request.method != "POST" else _page(request, found, form=form)
    try:
        ask_void(found, **form.cleaned_data, by=request.user, at=now())
    except Refusal as no:
        return _page(request, found, form=form, no=no)
    return redirect("receipt", receipt_id)


def _receipt(request: HttpRequest, receipt_id: int) -> Receipt:
    return get_object_or_404(receipts_in(request.user.division), pk=receipt_id, takes_back_from__isnull=True)


def _page(
    request: HttpRequest, found: Receipt, *, form: SpoiledForm | None = None, no: Refusal | None = None
) -> HttpResponse:
    context = shown(found) | {"no": no, "form": form or SpoiledForm(initial={"voiding_id": uuid4()})}
    record("receipt.read", f"receipt:{found.pk}", county=found.county, household=found.household_id)
    return render(request, "clerk/receipt.html", context, status=409 if no else 422 if form and form.errors else 200)
