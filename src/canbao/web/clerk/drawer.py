"""Cash leaves the drawer (R-41): with the number of a tax payment certificate, its period, its headcount and sum."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from canbao.access.clock import now, today
from canbao.access.may import Work
from canbao.collection.domain.in_hand import CashInHand, cash_in_hand
from canbao.collection.domain.remittances import Registration, hand_in, papers_wanted
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
    replaces = forms.UUIDField(widget=forms.HiddenInput, required=False)
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
    slip = forms.CharField(label=_("银行回单号"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    slip_on = forms.DateField(label=_("银行回单日期"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    tax_number = forms.CharField(label=_("税务组织临时登记号"), max_length=40, required=False)
    papers = forms.MultipleChoiceField(
        label=_("已向税务机关出示的材料"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, wanted: Sequence[str], **kwargs: Any) -> None:
        """`wanted`: what a unit without a tax registration shows before its first remittance; nothing once it did."""
        super().__init__(*args, **kwargs)
        self.fields["papers"].choices = [(paper, paper) for paper in wanted]
        if not wanted:
            del self.fields["tax_number"], self.fields["papers"]

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
    form = HandInForm(request.POST, wanted=papers_wanted(unit, campaign))
    if not form.is_valid():
        return _page(request, unit, campaign, form)
    given = form.cleaned_data | {"amount_fen": form.cleaned_data["amount"]}
    shown = Registration(given.pop("tax_number", "").strip(), tuple(given.pop("papers", ())))
    del given["amount"]
    try:
        hand_in(**given, registration=shown, campaign=campaign, unit=unit, by=request.user, at=now())
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
    wanted = papers_wanted(unit, campaign)
    remittances = list(
        Remittance.objects.filter(unit=unit, campaign=campaign).select_related("replaced_by").order_by("-made_at")
    )
    again = next((one for one in remittances if str(one.pk) == request.GET.get("again") and one.may_be_redone), None)
    context = {
        "unit": unit,
        "cash": cash,
        "form": form or (_prefilled(cash, wanted, again) if cash.drawer.fen else None),
        "wanted": wanted,
        "again": again,
        "remittances": remittances,
        "no": no,
    }
    return render(request, "clerk/drawer.html", context, status=409 if no else 422 if form and form.errors else 200)


def _prefilled(cash: CashInHand, wanted: Sequence[str], again: Remittance | None) -> HandInForm:
    """What the drawer holds; of what is redone, the papers that it had."""
    kept = {"replaces": again.pk, "certificate": again.certificate, "slip": again.slip} if again else {}
    return HandInForm(
        wanted=wanted,
        initial=kept
        | {
            "remittance_id": uuid4(),
            "period_from": cash.drawer.oldest,
            "period_until": today(),
            "people": cash.drawer.people,
            "amount": yuan(cash.drawer.fen),
            "slip_on": again.slip_on if again else today(),
        },
    )
