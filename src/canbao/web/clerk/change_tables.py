"""A village's change table on screen (R-13): the base table that came back, a verdict for every change, then taken or taken back."""

from collections import Counter

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import now
from canbao.access.may import Work
from canbao.access.names import names_of_staff
from canbao.access.record import record, recorded_last
from canbao.collection.domain.readjustment import follow_register
from canbao.divisions.models import Division
from canbao.enrolment.domain.change_tables import TAKEN, WHY_AT_MOST, hand_in, take, take_back
from canbao.enrolment.models import ChangeTable, ChangeTableRow
from canbao.kernel.division_code import DivisionCode
from canbao.kernel.refusal import Refusal
from canbao.reports.base_table import newest_base_table
from canbao.web.guards import staff_who_may

ROWS_AT_MOST = 2000  # shown; a village's changes are a few dozen


class ChangeTableForm(forms.Form):
    file = forms.FileField(label=_("填好变动的底表"), help_text=_("在下载的表格上填“变动”几栏，保存后上传"))
    why = forms.CharField(
        label=_("依据"),
        help_text=_("整份表共用，例如：入户核对"),
        max_length=WHY_AT_MOST,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class TakeBackForm(forms.Form):
    why = forms.CharField(
        label=_("为什么撤回"), max_length=WHY_AT_MOST, widget=forms.TextInput({"autocomplete": "off"})
    )


def handed_in(request: HttpRequest, village: Division, form: ChangeTableForm) -> HttpResponse:
    """To the page with its verdicts. Raises the refusals of `hand_in`."""
    table = newest_base_table(village.code[:6])
    if table is None:
        raise Http404
    file = form.cleaned_data["file"]
    made = hand_in(
        table, file.read(), village=village.code, file_name=file.name, why=form.cleaned_data["why"], by=request.user, at=now()
    )  # fmt: skip
    return redirect("change-table", made.pk)


@staff_who_may(Work.CHANGE_REGISTER)
@require_safe
def change_table(request: HttpRequest, change_table_id: int) -> HttpResponse:
    return _page(request, _mine(request, change_table_id))


@staff_who_may(Work.CHANGE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def take_changes(request: HttpRequest, change_table_id: int) -> HttpResponse:
    made = _mine(request, change_table_id)
    if request.method != "POST":
        return redirect("change-table", change_table_id)
    try:
        with transaction.atomic(), recorded_last():  # what the register says, and the bills by it: both or neither
            _bills_follow(take(made, by=request.user, at=now()), request)
    except Refusal as no:
        return _page(request, made, no=no)
    messages.success(request, gettext("已采用，登记册已经更新"))
    return redirect("change-table", change_table_id)


@staff_who_may(Work.CHANGE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def take_changes_back(request: HttpRequest, change_table_id: int) -> HttpResponse:
    made, form = _mine(request, change_table_id), TakeBackForm(request.POST)
    if request.method != "POST":
        return redirect("change-table", change_table_id)
    if not form.is_valid():
        return _page(request, made, form=form)
    try:
        with transaction.atomic(), recorded_last():
            _bills_follow(take_back(made, by=request.user, why=form.cleaned_data["why"], at=now()), request)
    except Refusal as no:
        return _page(request, made, form=form, no=no)
    messages.success(request, gettext("已撤回"))
    return redirect("change-table", change_table_id)


def _bills_follow(made: ChangeTable, request: HttpRequest) -> None:
    touched = made.rows.filter(outcome__in=TAKEN).values_list("resident_id", "added_id", "change__resident_id")
    people = sorted({pk for row in touched for pk in row if pk})
    follow_register(made.county, people, at=now(), actor=f"staff:{request.user.username}")


def _mine(request: HttpRequest, change_table_id: int) -> ChangeTable:
    made = get_object_or_404(ChangeTable, pk=change_table_id)
    if not DivisionCode(request.user.division).covers(made.division):
        raise Http404
    return made


def _page(
    request: HttpRequest, made: ChangeTable, *, form: TakeBackForm | None = None, no: Refusal | None = None
) -> HttpResponse:
    rows = list(made.rows.select_related("resident", "change")[:ROWS_AT_MOST])
    counts = Counter(row.outcome for row in rows)
    order = [ChangeTableRow.Outcome.REFUSED, ChangeTableRow.Outcome.LOOK, *TAKEN]
    rows.sort(key=lambda row: order.index(row.outcome))  # what has to be mended stands first
    context = {
        "made": made,
        "village": get_object_or_404(Division, pk=made.division),
        "rows": rows,
        "counts": [(one, counts[one]) for one in ChangeTableRow.Outcome],
        "good": sum(counts[one] for one in TAKEN),
        "wrong": counts[ChangeTableRow.Outcome.REFUSED] + counts[ChangeTableRow.Outcome.LOOK],
        "form": form or TakeBackForm(),
        "no": no,
    }
    names = names_of_staff([made.handed_in_by, made.taken_by, made.taken_back_by])
    for act in ("handed_in_by", "taken_by", "taken_back_by"):
        context[act] = names.get(getattr(made, act), getattr(made, act))
    changed = (row.change.resident_id for row in rows if row.change)
    residents = sorted({pk for row in rows for pk in (row.resident_id, row.added_id) if pk} | set(changed))
    record("change_table.read", f"change_table:{made.pk}", county=made.county, residents=residents)
    return render(
        request, "clerk/change_table.html", context, status=409 if no else 422 if form and form.errors else 200
    )
