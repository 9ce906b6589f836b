"""Cash leaves the drawer (R-41): with the number of a tax payment certificate, its period, its headcount and sum."""

from uuid import uuid4

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from canbao.access.clock import now, today
from canbao.access.may import Work
from canbao.collection.domain.in_hand import CashInHand, cash_in_hand
from canbao.collection.domain.remittances import hand_in
from canbao.collection.models import Remittance
from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Campaign
from canbao.enrolment.queries import current_campaign
from canbao.kernel.fen import NotAnAmount, fen_from_yuan, yuan
from canbao.kernel.refusal import Refusal
from canbao.web.clerk.household import SAYS_HOW
from canbao.web.clerk.today import unit_of
from canbao.web.guards import staff_who_may


class HandInForm(forms.Form):
    """Sum and headcount are what the certificate says; the drawer is compared with it."""

    remittance_id = forms.UUIDField(widget=forms.HiddenInput)
    certificate = forms.CharField(
        label=_("税收缴款书号"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    period_from = forms.DateField(label=_("缴费时间段：从"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    period_until = forms.DateField(label=_("到"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    people = forms.IntegerField(label=_("缴费人数"), min_value=1)
    amount = forms.CharField(
        label=_("金额（元）"),
        max_length=14,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": SAYS_HOW},
    )

    def clean_amount(self) -> int:
        """Whole fen."""
        try:
            return fen_from_yuan(self.cleaned_data["amount"].strip().removesuffix("元").replace(",", ""))
        except NotAnAmount as error:
            raise forms.ValidationError(SAYS_HOW) from error


@staff_who_may(Work.REMIT)
@require_http_methods(["GET", "HEAD", "POST"])
def drawer_page(request: HttpRequest) -> HttpResponse:
    unit, campaign = _unit_and_campaign(request)
    if request.method != "POST":
        return _page(request, unit, campaign)
    form = HandInForm(request.POST)
    if not form.is_valid():
        return _page(request, unit, campaign, form)
    given = form.cleaned_data | {"amount_fen": form.cleaned_data["amount"]}
    del given["amount"]
    try:
        hand_in(**given, campaign=campaign, unit=unit, by=request.user, at=now())
    except Refusal as no:
        return _page(request, unit, campaign, form, no=no)
    return redirect("drawer")


def _unit_and_campaign(request: HttpRequest) -> tuple[CollectingUnit, Campaign]:
    unit, campaign = unit_of(request.user), current_campaign(request.user.county)
    if unit is None or campaign is None:
        raise Http404
    return unit, campaign


def _page(
    request: HttpRequest, unit: CollectingUnit, campaign: Campaign, form: HandInForm | None = None, *, no: Refusal | None = None
) -> HttpResponse:  # fmt: skip
    cash = cash_in_hand(unit, campaign, on=today())
    context = {
        "unit": unit,
        "cash": cash,
        "form": form or (_prefilled(cash) if cash.drawer.fen else None),
        "remittances": Remittance.objects.filter(unit=unit, campaign=campaign).order_by("-made_at"),
        "no": no,
    }
    return render(request, "clerk/drawer.html", context, status=409 if no else 422 if form and form.errors else 200)


def _prefilled(cash: CashInHand) -> HandInForm:
    return HandInForm(
        initial={
            "remittance_id": uuid4(),
            "period_from": cash.drawer.oldest,
            "period_until": today(),
            "people": cash.drawer.people,
            "amount": yuan(cash.drawer.fen),
        }
    )
