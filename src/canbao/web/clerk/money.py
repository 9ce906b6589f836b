"""A family has paid and does not see it: where its money is, by what stands on the payer's telephone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from canbao.access.may import Work
from canbao.access.record import record
from canbao.collection.queries import IN_SUSPENSE, what_became_of
from canbao.web.guards import staff_who_may
from canbao.web.money_form import MoneyForm


@staff_who_may(Work.COLLECT, Work.SEE_PROGRESS)
@require_http_methods(["GET", "HEAD", "POST"])
def money(request: HttpRequest) -> HttpResponse:
    """By POST, so that nothing of it is in an address. Says where the money is and not whose it is."""
    form = MoneyForm(request.POST if request.method == "POST" else None, all_needed=True)
    found = None
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        found = what_became_of(asked["reference"].strip(), fen=asked["amount"], on=asked["on"])
        record("money.searched", f"division:{request.user.division}", county=request.user.county, found=len(found))
    context = {"form": form, "found": found, "in_suspense": IN_SUSPENSE}
    return render(request, "clerk/money.html", context, status=422 if form.errors else 200)
