"""按名单核定: what the offices' lists of a day change, looked at by name before it is done (R-22). For the county.

What is confirmed is what was looked at: where somebody paid meanwhile, or a list came to count, it is shown anew. One person does it:
the lists were confirmed by two, and each refund is approved by two.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from canbao.access.clock import now, today
from canbao.access.may import Work
from canbao.access.record import record
from canbao.collection.domain.adjustment import Adjusted, Effect, adjust_to_lists
from canbao.collection.refusals import AdjustmentDiffers
from canbao.divisions.models import Division
from canbao.enrolment.models import Campaign
from canbao.enrolment.packs import pack_of
from canbao.enrolment.queries import current_campaign
from canbao.kernel.refusal import Refusal
from canbao.register.models import Resident
from canbao.reports.coverage import coverage
from canbao.web import words
from canbao.web.guards import staff_who_may

NAMES_SHOWN = 100  # of each effect


class AdjustForm(forms.Form):
    as_of = forms.DateField(
        label=_("按哪一天的名单"), help_text=_("按月调整的，写名单的截止日期；年末核定的，写通知规定的那一天"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )  # fmt: skip
    older = forms.BooleanField(label=_("虽然有更新的名单，仍按那一天的名单"), required=False)

    def clean_as_of(self) -> date:
        as_of: date = self.cleaned_data["as_of"]
        if as_of > today():
            raise forms.ValidationError(gettext("这一天还没有到，那天的名单还不知道。"))
        return as_of


@dataclass(frozen=True, slots=True)
class Group:
    """Everybody for whom the lists do the same: how many, how much in all, and the first of them with village and amount."""

    effect: Effect
    people: int
    fen: int
    rows: list[tuple[Resident, str, int | None]]

    @property
    def more(self) -> int:
        return self.people - len(self.rows)


@staff_who_may(Work.OPEN_CAMPAIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def adjust(request: HttpRequest) -> HttpResponse:
    """First what it would do, by name; then, confirmed, it is done."""
    campaign = current_campaign(request.user.county)
    if campaign is None:
        return render(request, "county/adjust.html", {"campaign": None})
    if request.method != "POST":
        return _page(request, campaign, AdjustForm(initial={"as_of": today()}))
    form = AdjustForm(request.POST)
    if not form.is_valid():
        return _page(request, campaign, form)
    asked: dict[str, Any] = {
        "as_of": form.cleaned_data["as_of"], "although_newer": form.cleaned_data["older"], "by": request.user, "at": now(),
    }  # fmt: skip
    return (_confirmed if "seen" in request.POST else _look)(request, campaign, form, asked)


def _confirmed(request: HttpRequest, campaign: Campaign, form: AdjustForm, asked: dict[str, Any]) -> HttpResponse:
    try:
        done = adjust_to_lists(campaign, **asked, as_seen=request.POST["seen"])
    except AdjustmentDiffers as no:
        return _look(request, campaign, form, asked, no=no)
    except Refusal as no:
        return _page(request, campaign, form, no=no)
    messages.success(request, _told(done))
    return redirect("adjust")


def _told(done: Adjusted) -> str:
    bills = done.readjusted
    said = gettext("已核定：由经办机构登记参保{enrolled}人，应退{back}人、{sum}，应补{owing}人，账单改了{billed}人。")
    return said.format(enrolled=done.enrolled_by_office, back=bills.to_give_back, sum=words.money(bills.give_back_fen), owing=bills.still_owing, billed=bills.billed_anew)  # fmt: skip


def _page(request: HttpRequest, campaign: Campaign, form: AdjustForm, *, no: Refusal | None = None) -> HttpResponse:
    waiting = [row for row in coverage(campaign, on=today()) if row.subsidised_open]
    context = {"campaign": campaign, "form": form, "waiting": waiting, "no": no}
    return render(request, "county/adjust.html", context, status=409 if no else 422 if form.errors else 200)


def _look(
    request: HttpRequest, campaign: Campaign, form: AdjustForm, asked: dict[str, Any], *, no: Refusal | None = None
) -> HttpResponse:
    try:
        done = adjust_to_lists(campaign, **asked, just_looking=True)
    except Refusal as refusal:
        return _page(request, campaign, form, no=refusal)
    groups = _groups(done)
    glossary = pack_of(campaign).english
    left_alone = Counter((words.of_the_notice(one.says, glossary), one.clause) for one in done.readjusted.skipped)
    context = {
        "campaign": campaign,
        "form": form,
        "as_of": form.cleaned_data["as_of"],
        "groups": groups,
        "left_alone": [(says, clause, people) for (says, clause), people in left_alone.most_common()],
        "seen": done.fingerprint,
        "no": no,
    }
    if residents := [resident.pk for group in groups for resident, _village, _fen in group.rows]:
        record("adjustment.read", f"campaign:{campaign.pk}", county=campaign.county, residents=residents)
    return render(request, "county/adjust_look.html", context, status=409 if no else 200)


def _groups(done: Adjusted) -> list[Group]:
    by_effect = {effect: [line for line in done.lines if line.effect is effect] for effect in Effect}
    shown = {line.resident_id for lines in by_effect.values() for line in lines[:NAMES_SHOWN]}
    people = Resident.objects.select_related("household").in_bulk(shown)
    villages = {one.division for one in people.values()}
    names = dict(Division.objects.filter(pk__in=villages).values_list("code", "name"))
    return [
        Group(
            effect,
            len({line.resident_id for line in lines}),
            sum(line.fen or 0 for line in lines),
            [
                (people[line.resident_id], names.get(people[line.resident_id].division, ""), line.fen)
                for line in lines[:NAMES_SHOWN]
            ],
        )
        for effect, lines in by_effect.items()
        if lines
    ]
