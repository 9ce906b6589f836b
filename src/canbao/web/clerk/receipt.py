"""A receipt at the counter, and its print. The first print is the original; every later one is marked (R-40)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import today
from canbao.access.may import Work
from canbao.access.record import record
from canbao.collection.domain.receipts import note_print
from canbao.collection.models import Receipt
from canbao.collection.queries import receipts_in
from canbao.documents.receipts import check_fonts, receipt_pdf
from canbao.kernel.refusal import Refusal
from canbao.web.guards import staff_who_may
from canbao.web.receipts import paper_of, shown


@staff_who_may(Work.COLLECT, Work.SEE_PROGRESS)
@require_safe
def receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    return _page(request, _receipt(request, receipt_id))


@staff_who_may(Work.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def print_receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """The paper, as PDF. By POST: a print is counted and on record before it is made, so that of two at once one is the
    original; a page that did not yet know of the first print is answered with one that does. Only whether the machine
    has the fonts is asked beforehand: what cannot be printed is no print.
    """
    if request.method != "POST":
        return redirect("receipt", receipt_id)
    found = _receipt(request, receipt_id)
    try:
        check_fonts()
        nth = note_print(found, actor=f"staff:{request.user.username}", as_reprint="reprint" in request.POST)
    except Refusal as no:
        return _page(request, found, no=no)
    pdf = receipt_pdf(paper_of(found, nth_print=nth, printed_on=today()))
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="receipt-{found.full_number}.pdf"'},
    )


def _receipt(request: HttpRequest, receipt_id: int) -> Receipt:
    return get_object_or_404(receipts_in(request.user.division), pk=receipt_id, takes_back_from__isnull=True)


def _page(request: HttpRequest, found: Receipt, *, no: Refusal | None = None) -> HttpResponse:
    context = shown(found) | {"no": no}
    record("receipt.read", f"receipt:{found.pk}", county=found.county, household=found.household_id)
    return render(request, "clerk/receipt.html", context, status=409 if no else 200)
