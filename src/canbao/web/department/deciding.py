"""What only a person can decide: what a row should have said, who it means, and whether the list counts (R-24)."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from canbao.access.clock import now
from canbao.access.may import Work
from canbao.collection.domain.readjustment import follow_list
from canbao.enrolment.packs import pack_of
from canbao.enrolment.queries import current_campaign
from canbao.kernel.refusal import Refusal
from canbao.rosters.domain import sentences
from canbao.rosters.domain.closing import close_roster
from canbao.rosters.domain.confirming import confirm_roster
from canbao.rosters.domain.handling import is_maker
from canbao.rosters.domain.mending import accept_row, mend_row, refuse_row
from canbao.rosters.models import Closing, Outcome, RosterRow
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
        with transaction.atomic():  # a list that counts, and the bills by it: both or neither
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
        if "accept" in request.POST:
            accept_row(row, by=request.user, at=now())
            said = _("第 {row} 行已采用。")
        else:
            refuse_row(row, by=request.user, at=now(), why=f"{why}。")
            said = _("第 {row} 行不采用了。")
    except Refusal as no:
        return roster_page(request, row.roster, no=no, at=row)
    messages.success(request, said.format(row=row.row))
    return redirect("roster", row.roster_id)


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
