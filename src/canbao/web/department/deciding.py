"""What only a person can decide: what a row should have said, who it means, and whether the list counts (R-24)."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import now
from canbao.access.may import Work, check_may
from canbao.access.record import record, recorded_last
from canbao.collection.domain.readjustment import follow_holdings, follow_list
from canbao.divisions.models import Division
from canbao.enrolment.packs import pack_of
from canbao.enrolment.queries import current_campaign, enrolled_among
from canbao.kernel.division_code import DivisionCode
from canbao.kernel.refusal import Refusal
from canbao.register.models import Resident
from canbao.rosters.domain import sentences
from canbao.rosters.domain.candidates import find_candidates
from canbao.rosters.domain.closing import close_roster
from canbao.rosters.domain.confirming import confirm_roster
from canbao.rosters.domain.handling import is_maker
from canbao.rosters.domain.mending import accept_row, mend_row, refuse_row
from canbao.rosters.domain.taking_back import take_back_roster
from canbao.rosters.models import Closing, Outcome, RosterRow
from canbao.rosters.refusals import NobodyOffered
from canbao.web.department.roster import own_roster, page_of, roster_page
from canbao.web.department.rosters import own_rosters
from canbao.web.guards import staff_who_may


class ConfirmForm(forms.Form):
    """`leave_out`: so many rows that nobody looked at were on the page when the box was ticked."""

    leave_out = forms.IntegerField(required=False, min_value=0)


@staff_who_may(Work.CONFIRM_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, roster_id: int) -> HttpResponse:
    if request.method != "POST":
        return redirect("roster", roster_id)
    found, form = own_roster(request, roster_id), ConfirmForm(request.POST)
    leave_out = form.cleaned_data["leave_out"] or 0 if form.is_valid() else 0
    struck = "strike_off_confirmed" in request.POST
    try:
        with transaction.atomic(), recorded_last():  # a list that counts, and the bills by it: both or neither
            done = confirm_roster(found, by=request.user, at=now(), leave_out=leave_out, strike_off_confirmed=struck)
            follow_list(found, at=now(), actor=f"staff:{request.user.username}")
    except Refusal as no:
        return roster_page(request, found, no=no, left_out=leave_out)
    messages.success(
        request,
        _(
            "名单已确认：名单上 {people} 人，新增身份 {given} 项，原有身份 {kept} 项，取消身份 {struck} 人；还没缴费的，账单已按名单改好。"
        ).format(people=done.people, given=done.given, kept=done.kept, struck=done.struck_off),
    )
    return redirect("roster", roster_id)


@staff_who_may(Work.CONFIRM_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, roster_id: int) -> HttpResponse:
    """A list that should not have counted: it never did, and the bills of who has not paid follow."""
    if request.method != "POST":
        return redirect("roster", roster_id)
    found = own_roster(request, roster_id)
    try:
        with (
            transaction.atomic(),
            recorded_last(),
        ):  # a list that does not count any more, and the bills without it: both or neither
            done = take_back_roster(found, by=request.user, at=now(), why=request.POST.get("why", ""))
            follow_holdings(found.county, done.residents, at=now(), actor=f"staff:{request.user.username}")
    except Refusal as no:
        return roster_page(request, found, no=no)
    said = _("已撤销确认：名单给的身份 {given} 项不算，被它取消的身份 {resumed} 项恢复；还没缴费的，账单已改好。")
    messages.success(request, said.format(given=done.given, resumed=done.resumed))
    if stay := enrolled_among(found.county, done.residents):
        messages.info(
            request,
            _("这些人中有 {people} 人已经参保，仍然有效：缴过费的和由经办机构登记的，请按名单核定时逐个核实。").format(
                people=stay
            ),
        )
    return redirect("roster", roster_id)


@staff_who_may(Work.IMPORT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, roster_id: int) -> HttpResponse:
    """Whose list it is withdraws it; the medical insurance office sends it back."""
    if request.method != "POST":
        return redirect("roster", roster_id)
    found = own_roster(request, roster_id)
    try:
        closed = close_roster(found, by=request.user, at=now(), why=request.POST.get("why", ""))
    except Refusal as no:
        return roster_page(request, found, no=no)
    withdrawn = closed.closed_as == Closing.WITHDRAWN
    messages.success(request, _("名单已撤回。") if withdrawn else _("名单已退回，报送部门会看到原因。"))
    return redirect("roster", roster_id)


@staff_who_may(Work.IMPORT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, row_id: int) -> HttpResponse:
    """The row means the person who is offered, or it does not; or whoever sent it takes it back."""
    row = _own_row(request, row_id)
    if request.method != "POST":
        return redirect("roster", row.roster_id)
    why = sentences.WITHDRAWN if is_maker(request.user, row.roster) else sentences.NOT_THIS_PERSON
    try:
        if "whom" in request.POST:
            check_may(request.user, Work.CONFIRM_ROSTER, division=DivisionCode(row.county))
            accept_row(row, by=request.user, at=now(), resident=_pointed_at(request, row))
            said = _("第 {row} 行已采用。")
        elif "accept" in request.POST:
            accept_row(row, by=request.user, at=now())
            said = _("第 {row} 行已采用。")
        else:
            refuse_row(row, by=request.user, at=now(), why=f"{why}。")
            said = _("第 {row} 行不采用了。")
    except Refusal as no:
        return roster_page(request, row.roster, no=no, at=row)
    messages.success(request, said.format(row=row.row))
    return redirect("roster", row.roster_id)


@staff_who_may(Work.CONFIRM_ROSTER)
@require_safe
def whom(request: HttpRequest, row_id: int) -> HttpResponse:
    """Whom the row may mean: how near each is and why. Its number is unsealed for that, which goes on record."""
    row = _own_row(request, row_id)
    offered = find_candidates(row)
    record(
        "roster.row.read",
        f"roster_row:{row.pk}",
        county=row.county,
        residents=sorted(one.resident.pk for one in offered),
        households=sorted({one.resident.household_id for one in offered}),  # relatives and twins are named
    )
    names = dict(
        Division.objects.filter(code__in={one.resident.division for one in offered}).values_list("code", "name")
    )
    people = [(one, names.get(one.resident.division, "")) for one in offered]
    open_numbers = row.outcome == Outcome.REFUSED and row.decided_by is None and row.wrong == ["number"]
    may_point = (
        row.roster.confirmed_at is None
        and row.roster.closed_at is None
        and (row.outcome == Outcome.LOOK or open_numbers)
    )
    own = request.user.username in (row.roster.imported_by, row.mended_by)
    context = {"row": row, "roster": row.roster, "people": people, "may_point": may_point and not own, "own": own}
    return render(request, "department/whom.html", context)


def _pointed_at(request: HttpRequest, row: RosterRow) -> Resident:
    """One of those who were offered, and nobody else."""
    offered = {str(one.resident.pk): one.resident for one in find_candidates(row)}
    meant = offered.get(request.POST.get("whom", ""))
    if meant is None:
        raise NobodyOffered(row=row.row)
    return meant


@staff_who_may(Work.IMPORT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def mend(request: HttpRequest, row_id: int) -> HttpResponse:
    """A name or a number written anew; the answer is the page with what became of the row."""
    row, campaign = _own_row(request, row_id), current_campaign(request.user.county)
    if campaign is None:
        raise Http404
    if request.method != "POST":
        return redirect("roster", row.roster_id)
    name, number = (request.POST.get(field, "").strip() for field in ("name", "number"))
    try:
        row = mend_row(row, pack=pack_of(campaign), by=request.user, at=now(), name=name, number=number)
    except Refusal as no:
        return roster_page(request, row.roster, no=no, at=row)
    outcome = _(Outcome(row.outcome).label)
    messages.success(request, _("第 {row} 行已更正，核对结果：{outcome}。").format(row=row.row, outcome=outcome))
    return redirect(f"{reverse('roster', args=[row.roster_id])}?outcome={row.outcome}&page={page_of(row)}#row-{row.pk}")


def _own_row(request: HttpRequest, row_id: int) -> RosterRow:
    narrowed = {f"roster__{key}": value for key, value in own_rosters(request.user).items()}
    return get_object_or_404(RosterRow.objects.select_related("roster"), pk=row_id, **narrowed)
