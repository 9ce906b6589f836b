"""年度: the county takes a notice for a season, has the base table drawn up, and opens it: everybody gets a bill. For the county.

The rules are a pack of this installation; the page shows its days before anything is done. Opening is not taken back.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import now, today
from canbao.access.may import Work
from canbao.collection.domain.in_hand import decide_cash_stop
from canbao.enrolment.domain.base import draw_base_table
from canbao.enrolment.domain.campaigns import begin_season, check_can_open, is_of, open_campaign
from canbao.enrolment.models import BaseTable, Bill, Campaign
from canbao.enrolment.packs import pack_of
from canbao.kernel.refusal import Refusal
from canbao.policy import Pack, PackBroken, PackNotFound, load_pack, pack_folders
from canbao.register.models import Resident
from canbao.register.queries import inside
from canbao.rosters.models import Roster
from canbao.web.guards import staff_who_may


class SeasonForm(forms.Form):
    pack = forms.ChoiceField(label=_("方案"), help_text=_("本系统里管本县的方案；没有的，请系统管理员先放进来"))

    def __init__(self, *args: Any, county: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.packs = {pack.key: pack for pack in _packs(county)}
        self.fields["pack"].choices = [(key, pack.document.title) for key, pack in self.packs.items()]


@staff_who_may(Work.OPEN_CAMPAIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def seasons(request: HttpRequest) -> HttpResponse:
    """The county's seasons; a new one from a pack."""
    form = SeasonForm(request.POST or None, county=request.user.county)
    no = None
    if form.is_valid():
        try:
            done = begin_season(form.packs[form.cleaned_data["pack"]], county=request.user.county, by=request.user)
        except Refusal as refusal:
            no = refusal
        else:
            return redirect("season", done.campaign.pk)
    context = {
        "seasons": Campaign.objects.filter(county=request.user.county).order_by("-benefit_from", "-pk"),
        "form": form,
        "no": no,
    }
    return render(request, "county/seasons.html", context, status=409 if no else 422 if form.errors else 200)


@staff_who_may(Work.OPEN_CAMPAIGN)
@require_safe
def season(request: HttpRequest, campaign_id: int) -> HttpResponse:
    return _page(request, _mine(request, campaign_id))


@staff_who_may(Work.OPEN_CAMPAIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def draw(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """The base table, once."""
    campaign = _mine(request, campaign_id)
    if request.method == "POST":
        try:
            table = draw_base_table(campaign, by=request.user, at=now())
        except Refusal as no:
            return _page(request, campaign, no=no)
        messages.success(request, gettext("已编制底表：{people}人。").format(people=table.people))
    return redirect("season", campaign.pk)


@staff_who_may(Work.OPEN_CAMPAIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """First what it means, once more; then, confirmed, everybody gets a bill."""
    campaign = _mine(request, campaign_id)
    if request.method != "POST":
        return redirect("season", campaign.pk)
    try:
        check_can_open(campaign)
        if "confirmed" not in request.POST:
            return _page(request, campaign, asked=True)
        made = open_campaign(campaign, by=request.user, on=today())
    except Refusal as no:
        return _page(request, campaign, no=no)
    messages.success(
        request, gettext("已开启：生成{made}张账单。全额资助的人，在“按名单核定”里登记参保。").format(made=made)
    )
    return redirect("season", campaign.pk)


@staff_who_may(Work.OPEN_CAMPAIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def cash_stop(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Whether collecting cash stops at the limits of the notice."""
    campaign = _mine(request, campaign_id)
    if request.method == "POST":
        stops = request.POST.get("stops") == "1"
        try:
            decide_cash_stop(campaign, stops=stops, by=request.user)
        except Refusal as no:
            return _page(request, campaign, no=no)
        said = (
            gettext("从现在起，到限的单位先汇缴，再收现金。")
            if stops
            else gettext("从现在起，到限的单位可以继续收现金，上级会看到。")
        )
        messages.success(request, said)
    return redirect("season", campaign.pk)


def _packs(county: str) -> list[Pack]:
    """Those that can be read, are of the county and begin a season."""
    found = []
    for folder in pack_folders():
        try:
            pack = load_pack(folder)
        except (PackBroken, PackNotFound):
            continue
        if is_of(pack, county=county) and pack.document.holds_from is None:
            found.append(pack)
    return found


def _mine(request: HttpRequest, campaign_id: int) -> Campaign:
    return get_object_or_404(Campaign, pk=campaign_id, county=request.user.county)


def _page(request: HttpRequest, campaign: Campaign, *, asked: bool = False, no: Refusal | None = None) -> HttpResponse:
    campaign.refresh_from_db()
    targets = pack_of(campaign).targets
    here = set(campaign.targets.values_list("division__name", flat=True))
    rosters = Roster.objects.filter(county=campaign.county, confirmed_at__isnull=False, taken_back_at__isnull=True)
    newest = rosters.order_by("department", "-cut_off_on").distinct("department")
    context = {
        "campaign": campaign,
        "table": BaseTable.objects.filter(campaign=campaign).first(),
        "people": Resident.objects.filter(inside(campaign.county), died_on__isnull=True, moved_on__isnull=True).count(),
        "bills": Bill.objects.filter(campaign=campaign).values("resident").distinct().count()
        if campaign.opened_at
        else 0,
        "rosters": newest,
        "unknown": [unit.name for unit in targets.units if unit.name not in here] if targets else [],
        "cash": pack_of(campaign).collecting.cash,
        "is_over": campaign.window_until < today(),
        "asked": asked and campaign.opened_at is None,
        "no": no,
    }
    return render(request, "county/season.html", context, status=409 if no else 200)
