"""Closed days (日结): the list, a place's figures with what differs, the signature, the certificate, and a certificate compared with the books."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import now, today
from canbao.access.may import Work, may
from canbao.access.names import names_of_staff
from canbao.access.record import record
from canbao.divisions.models import Division
from canbao.enrolment.queries import current_campaign
from canbao.kernel.division_code import DivisionCode, Level
from canbao.kernel.refusal import Refusal
from canbao.reports.closing_papers import closing_certificate
from canbao.reports.closings import Figures, check, close_by_hand, closings_in, figures_by_town, figures_of, sign
from canbao.reports.models import Closing, ClosingSignature
from canbao.web.county.four_ways import says
from canbao.web.guards import staff_who_may
from canbao.web.places import place_of

A_PAGE = 31
LOOKS = (Work.SIGN_CLOSING, Work.CONFIRM_REMITTANCE)
"""Who looks at closed days: towns, finance branches, tax, the county."""


@staff_who_may(*LOOKS)
@require_safe
def closings(request: HttpRequest) -> HttpResponse:
    return _list(request)


@staff_who_may(Work.CLOSE_DAY)
@require_http_methods(["POST"])
def close(request: HttpRequest) -> HttpResponse:
    campaign = current_campaign(request.user.county)
    if campaign is None:
        raise Http404
    try:
        made = close_by_hand(campaign, by=request.user, day=today(), at=now())
    except Refusal as no:
        return _list(request, no=no)
    return redirect("closing", made.pk, request.user.division)


def _list(request: HttpRequest, *, no: Refusal | None = None) -> HttpResponse:
    page = Paginator(closings_in(request.user.division), A_PAGE).get_page(request.GET.get("page"))
    signatures = ClosingSignature.objects.filter(closing__in=list(page), division=request.user.division)
    signer = dict(signatures.values_list("closing", "signed_by"))
    names = names_of_staff([*(one.closed_by for one in page), *signer.values()])
    rows = [(one, names.get(one.closed_by, ""), names.get(signer.get(one.pk, ""), "")) for one in page]
    context = {
        "rows": rows, "page": page, "no": no, "closes": may(request.user, Work.CLOSE_DAY) and current_campaign(request.user.county) is not None,
    }  # fmt: skip
    return render(request, "county/closings.html", context, status=409 if no else 200)


@staff_who_may(*LOOKS)
@require_safe
def closing(request: HttpRequest, closing_id: UUID, division: str) -> HttpResponse:
    return _page(request, *_found(request, closing_id, division))


@staff_who_may(Work.SIGN_CLOSING)
@require_http_methods(["POST"])
def sign_closing(request: HttpRequest, closing_id: UUID, division: str) -> HttpResponse:
    one, place = _found(request, closing_id, division)
    try:
        sign(one, place, by=request.user, at=now())
    except Refusal as no:
        return _page(request, one, place, no=no)
    messages.success(request, _("已签字：{place} {day} 的四个一致。").format(place=place.name, day=one.day.isoformat()))
    return redirect("closing", one.pk, place.code)


@staff_who_may(*LOOKS)
@require_safe
def certificate(request: HttpRequest, closing_id: UUID, division: str) -> HttpResponse:
    one, place = _found(request, closing_id, division)
    figures = figures_of(one, place)
    made = closing_certificate(figures, check_url=_check_url(figures))
    record("closing.printed", f"closing:{one.pk}", county=one.county, place=place.code)
    name = f"closing-{one.day.isoformat()}-{place.code}-{one.nth}.pdf"
    return HttpResponse(made, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})  # fmt: skip


@staff_who_may(*LOOKS)
@require_safe
def check_closing(request: HttpRequest) -> HttpResponse:
    """Where the QR code of a certificate leads to."""
    checked = check(request.GET.get("c", ""))
    elsewhere = checked is not None and not DivisionCode(request.user.division).covers(checked.place_code)
    return render(request, "county/closing_check.html", {"checked": checked, "elsewhere": elsewhere})


def _check_url(figures: Figures) -> str:
    return f"{settings.BASE_URL}{reverse('check-closing')}?{urlencode({'c': figures.signed})}"


def _found(request: HttpRequest, closing_id: UUID, division: str) -> tuple[Closing, Division]:
    place = place_of(request, division)
    if DivisionCode(place.code).level not in (Level.COUNTY, Level.TOWN):
        raise Http404
    return get_object_or_404(closings_in(place.code), pk=closing_id), place


def _page(request: HttpRequest, one: Closing, place: Division, *, no: Refusal | None = None) -> HttpResponse:
    figures = figures_of(one, place)
    signature = figures.signature
    names = names_of_staff([one.closed_by, signature.signed_by if signature else None])
    signs = may(request.user, Work.SIGN_CLOSING) and place.code == request.user.division and signature is None
    context = {
        "one": one, "place": place, "figures": figures, "differences": [says(difference) for difference in figures.differences],
        "closer": names.get(one.closed_by, ""), "signer": names.get(signature.signed_by, "") if signature else "",
        "signs": signs and figures.agree and one.closed_by != f"staff:{request.user.username}", "no": no,
        "towns": [town for town in figures_by_town(figures) if town.lines] if DivisionCode(place.code).level is Level.COUNTY else [],
    }  # fmt: skip
    residents = [difference.resident_id for difference in figures.differences if difference.resident_id]
    if residents:
        record("closing.read", f"closing:{one.pk}", county=one.county, residents=residents)
    return render(request, "county/closing.html", context, status=409 if no else 200)
