"""A household at the counter: found by name, code or number; everyone with amount and reason; cash taken."""

from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import now, today
from canbao.access.may import Work, may
from canbao.access.record import record
from canbao.collection.domain.cash import take_cash
from canbao.collection.domain.in_hand import cash_in_hand
from canbao.collection.models import Receipt, Refund
from canbao.collection.refusals import OrderTaken
from canbao.enrolment.models import Campaign
from canbao.enrolment.packs import pack_of
from canbao.enrolment.queries import current_campaign
from canbao.kernel.fen import NotAnAmount, fen_from_yuan
from canbao.kernel.long_numbers import has_many_digits
from canbao.kernel.refusal import Refusal
from canbao.register.domain.residents import find_by_number, find_by_passport
from canbao.register.models import Household
from canbao.register.queries import (
    FOUND_AT_MOST,
    HouseholdFound,
    find_households,
    history_of_household,
    households_in,
    last_changes,
)
from canbao.web.clerk.newcomer_forms import unborn_name
from canbao.web.clerk.regrouping import possible_here
from canbao.web.guards import staff_who_may
from canbao.web.history import told
from canbao.web.members import bills_asked, members, total_fen
from canbao.web.refusals import NobodyChosen


@staff_who_may(Work.COLLECT, Work.SEE_PROGRESS)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """One box for whatever a clerk has of somebody (`find_households`) or a whole number; by POST, so that none of it is in
    an address.
    """
    text = "".join(request.POST.get("text", "").split())
    if not text:
        return redirect("desk")
    try:
        found = _find(request, text)
    except Refusal as no:
        return render(request, "clerk/found.html", {"no": no}, status=422)
    record(
        "household.searched", f"division:{request.user.division}", county=request.user.county, found=len(found),
        households=[home.id for home in found],
    )  # fmt: skip
    somebody_new = request.POST.get("typed", "")  # whom this household is looked for
    if len(found) == 1 and not somebody_new:
        return redirect("household", found[0].id)
    context = {"found": found, "at_most": FOUND_AT_MOST, "typed": somebody_new or text, "joins": bool(somebody_new)}
    return render(request, "clerk/found.html", context)


def _find(request: HttpRequest, text: str) -> list[HouseholdFound]:
    found = find_households(text, division=request.user.division)
    if found:
        return found
    people = find_by_passport(text)
    if has_many_digits(text):
        resident = find_by_number(text, on=today(), allow_synthetic=settings.CANBAO_SYNTHETIC_NUMBERS)
        people = [resident] if resident else []
    codes = dict.fromkeys(resident.household.code for resident in people)
    return [home for code in codes for home in find_households(code, division=request.user.division)]


SAYS_HOW = _("请填写金额，例如 320 或 320.00")  # whether nothing was typed, or what is no amount


class CashForm(forms.Form):
    order_id = forms.UUIDField(widget=forms.HiddenInput)
    amount = forms.CharField(
        label=_("实收现金（元）"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "autofocus": True}),
        error_messages={"required": SAYS_HOW},
    )

    def clean_amount(self) -> int:
        """Whole fen."""
        try:
            fen = fen_from_yuan(self.cleaned_data["amount"].strip().removesuffix("元").replace(",", ""))
        except NotAnAmount as error:
            raise forms.ValidationError(SAYS_HOW) from error
        if fen <= 0:
            raise forms.ValidationError(_("金额要大于零"))
        return fen


@staff_who_may(Work.COLLECT, Work.SEE_PROGRESS)
@require_safe
def household(request: HttpRequest, household_id: int) -> HttpResponse:
    home = household_at_desk(request, household_id)
    return household_page(request, home, CashForm(initial={"order_id": uuid4()}))


@staff_who_may(Work.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def cash(request: HttpRequest, household_id: int) -> HttpResponse:
    if request.method != "POST":
        return redirect("household", household_id)
    home, form = household_at_desk(request, household_id), CashForm(request.POST)
    if not form.is_valid():
        return household_page(request, home, form)
    try:
        bills = bills_asked(request)
        if not bills:
            raise NobodyChosen
        receipt = take_cash(
            order_id=form.cleaned_data["order_id"],
            campaign=_campaign_of(home),
            household=home,
            bills=bills,
            given_fen=form.cleaned_data["amount"],
            clerk=request.user,
            at=now(),
        )
    except Refusal as no:
        return household_page(request, home, _again(form, no), no=no)
    return redirect("receipt", receipt.pk)


def household_at_desk(request: HttpRequest, household_id: int) -> Household:
    """Of the clerk's own place, else there is no such household."""
    return get_object_or_404(households_in(request.user.division), pk=household_id)


def household_page(request: HttpRequest, home: Household, form: CashForm, *, no: Refusal | None = None) -> HttpResponse:
    campaign = current_campaign(home.county)
    people = members(campaign, home, on=today()) if campaign else []
    takes_cash = may(request.user, Work.COLLECT) and request.user.unit_id == home.unit_id
    form_shown = form if takes_cash and any(member.can_pay for member in people) else None
    context = {
        "home": home,
        "campaign": campaign,
        "people": people,
        "total_fen": total_fen(people),
        "form": form_shown,
        "stopped": form_shown
        and campaign
        and campaign.cash_stops
        and cash_in_hand(home.unit, campaign, on=today()).is_stopped,
        "asked": bills_asked(request) if form.is_bound else [member.bill_id for member in people if member.can_pay],
        "receipts": Receipt.objects.filter(household=home, takes_back_from__isnull=True).order_by("-issued_at"),
        "refunds": Refund.objects.filter(household_id=home.pk).select_related("resident", "payment").order_by("due_on"),
        **(_register(home, campaign) if may(request.user, Work.CHANGE_REGISTER) else {}),
        "no": no,
    }
    record("household.read", f"household:{home.pk}", county=home.county)
    return render(request, "clerk/household.html", context, status=409 if no else 422 if form.errors else 200)


def _register(home: Household, campaign: Campaign | None) -> dict[str, Any]:
    """Everybody who is or was registered here, also who died or moved away, each with the latest change; and what can be, and
    was, done with the household as a whole.
    """
    last = last_changes(home)
    return {
        "register": [{"resident": one, "last": last.get(one.pk)} for one in home.residents.order_by("pk")],
        "regroupings": possible_here(home),
        "may_be_unborn": campaign is not None and unborn_name(pack_of(campaign)) is not None,
        "regrouped": told(history_of_household(home)),
    }


def _campaign_of(home: Household) -> Campaign:
    campaign = current_campaign(home.county)
    if campaign is None:
        raise Http404
    return campaign


def _again(form: CashForm, no: Refusal) -> CashForm:
    """Nothing of what was typed is lost. The order's id stays, for nothing has happened under it, unless it is taken."""
    if not isinstance(no, OrderTaken):
        return form
    return CashForm({"order_id": str(uuid4()), "amount": form.data.get("amount", "")})
