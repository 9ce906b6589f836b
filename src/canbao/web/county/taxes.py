"""与税务对账: the tax office's certificates beside our remittances. What differs is typed, and worked off with a note. For the tax office
and the county's bureau, with what else waits for them."""

from collections.abc import Callable, Collection
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from canbao.access.clock import now, today
from canbao.access.may import Work
from canbao.access.names import names_of_staff
from canbao.collection.domain.in_hand import units_to_ask
from canbao.collection.domain.tax_lists import reconcile_taxes, work_off
from canbao.collection.models import Mismatch, Statement, StatementKind
from canbao.collection.queries import refunds_in, remittances_in
from canbao.enrolment.models import Campaign
from canbao.enrolment.queries import current_campaign
from canbao.kernel.refusal import Refusal
from canbao.web.guards import staff_who_may

ROWS = 200
MOST_WORDS = 200  # of a note


class StatementForm(forms.Form):
    """Which days the list is about, as it says itself."""

    statement_id = forms.UUIDField(widget=forms.HiddenInput)
    file = forms.FileField(
        label=_("缴款书清单"), help_text=_("表格或文本：缴款书号、缴款日期、金额，有的再加人数、单位")
    )
    first = forms.DateField(label=_("清单从"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    last = forms.DateField(label=_("到"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        if given.get("first") and given.get("last") and given["first"] > given["last"]:
            self.add_error("last", _("止日不能早于起日"))
        return given


@staff_who_may(Work.RECONCILE)
@require_http_methods(["GET", "HEAD", "POST"])
def taxes(request: HttpRequest) -> HttpResponse:
    campaign = current_campaign(request.user.county)
    if campaign is None:
        raise Http404
    if request.method != "POST":
        return _page(request, campaign)
    form = StatementForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, campaign, form)
    given = dict(form.cleaned_data)
    file = given.pop("file")
    try:
        done = reconcile_taxes(
            **given, campaign=campaign, content=file.read(), file_name=file.name, by=request.user, at=now()
        )
    except Refusal as no:
        return _page(request, campaign, form, no=no)
    said = gettext("已核对 {lines} 行，{matched} 份缴款书相符。")
    messages.success(request, said.format(lines=done.lines, matched=done.matched))
    return redirect("taxes")


@staff_who_may(Work.RECONCILE)
@require_http_methods(["GET", "HEAD", "POST"])
def work_off_mismatch(request: HttpRequest, mismatch_id: int) -> HttpResponse:
    return worked_off(request, mismatch_id, kinds=[StatementKind.TAX], back="taxes", page=_page)


def worked_off(
    request: HttpRequest, mismatch_id: int, *, kinds: Collection[StatementKind], back: str, page: Callable[..., HttpResponse]
) -> HttpResponse:  # fmt: skip
    """A person writes down what a difference was; then `back` to the list. `page` shows the list with a no."""
    campaign = current_campaign(request.user.county)
    if campaign is None:
        raise Http404
    if request.method != "POST":
        return redirect(back)
    found = get_object_or_404(Mismatch, pk=mismatch_id, county=request.user.county, statement__kind__in=kinds)
    try:
        work_off(found, request.POST.get("note", "")[:MOST_WORDS], by=request.user, at=now())
    except Refusal as no:
        return page(request, campaign, no=no)
    return redirect(back)


def differences(campaign: Campaign, kinds: Collection[StatementKind]) -> dict[str, Any]:
    """The statements of a season of these kinds, what of them nobody has worked off yet (`count` of them), and what somebody has."""
    of_season = Mismatch.objects.filter(statement__campaign=campaign, statement__kind__in=kinds).select_related(
        "statement"
    )
    still_so = of_season.filter(worked_by__isnull=True, gone_with__isnull=True)
    done = list(of_season.filter(worked_by__isnull=False).order_by("-worked_at")[:ROWS])
    names = names_of_staff(one.worked_by for one in done)
    for one in done:
        one.worker = names.get(one.worked_by, "")
    return {
        "open": list(still_so.order_by("on", "key", "pk")[:ROWS]),
        "count": still_so.count(),
        "done": done,
        "statements": list(Statement.objects.filter(campaign=campaign, kind__in=kinds).order_by("-made_at")[:ROWS]),
    }


def _page(
    request: HttpRequest, campaign: Campaign, form: StatementForm | None = None, *, no: Refusal | None = None
) -> HttpResponse:
    begin = {"statement_id": uuid4(), "first": campaign.window_from, "last": today()}
    here = request.user.division
    context = {
        "form": form or StatementForm(initial=begin),
        **differences(campaign, [StatementKind.TAX]),
        "work_off": "work-off-mismatch",
        "remittances": remittances_in(here).filter(confirmed_at__isnull=True, rejected_at__isnull=True).count(),
        "refunds": refunds_in(here).filter(state="due").count(),
        "cash": units_to_ask(here, campaign, on=today()),
        "today": today(),
        "no": no,
    }
    return render(request, "county/taxes.html", context, status=409 if no else 422 if form and form.errors else 200)
