"""Money owed back to people, by age, and the two reviews it needs: medical insurance first, tax second."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import today
from canbao.access.may import Work, may
from canbao.access.names import names_of_staff
from canbao.access.record import record
from canbao.collection.domain.refunds import approve, pay_out, review
from canbao.collection.models import BY_HAND, Refund, RefundReason, RefundState
from canbao.collection.queries import REFUND_DAYS, asked_back_in, refunds_in, refunds_overdue, refunds_paid_in
from canbao.kernel.refusal import Refusal
from canbao.web.guards import staff_who_may

A_PAGE = 50


class FilterForm(forms.Form):
    """What is empty narrows nothing."""

    reason = forms.ChoiceField(label=gettext_lazy("原因"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("进度"), required=False)
    overdue = forms.BooleanField(label=gettext_lazy("只看超期的"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", _("全部"))
        open_states = [one for one in RefundState if one != RefundState.PAID]
        self.fields["reason"].choices = [everything, *((one.value, _(one.label)) for one in RefundReason)]
        self.fields["state"].choices = [everything, *((one.value, _(one.label)) for one in open_states)]


@staff_who_may(Work.REVIEW_REFUND, Work.APPROVE_REFUND)
@require_safe
def refunds(request: HttpRequest) -> HttpResponse:
    return _page(request)


@staff_who_may(Work.REVIEW_REFUND, Work.APPROVE_REFUND)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """Whoever reviews first reviews, whoever approves approves: the role says which of the two this is."""
    if request.method != "POST":
        return redirect("refunds")
    refund = get_object_or_404(refunds_in(request.user.division), pk=refund_id)
    say_yes = approve if may(request.user, Work.APPROVE_REFUND) else review
    try:
        say_yes(refund, by=request.user)
    except Refusal as no:
        return _page(request, no=no)
    refund.refresh_from_db()
    messages.success(request, what_next(refund))
    return redirect("refunds")


@staff_who_may(Work.APPROVE_REFUND)
@require_http_methods(["GET", "HEAD", "POST"])
def paid_out(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """Cash that was handed back or transferred, says who did it. Everything else goes back by its channel at night."""
    if request.method != "POST":
        return redirect("refunds")
    refund = get_object_or_404(refunds_in(request.user.division), pk=refund_id)
    try:
        pay_out(refund, by=request.user, on=today())
    except Refusal as no:
        return _page(request, no=no)
    messages.success(request, _("已登记：钱已退还给缴费人。"))
    return redirect("refunds")


def what_next(refund: Refund) -> str:
    """What a refund waits for, once somebody has said yes to it."""
    if refund.state == RefundState.DUE:
        return _("初审已通过，等税务部门复审。")
    if refund.channel in BY_HAND:
        return _("复审已通过。请当面退还或转账给缴费人，再在这里登记。")
    return _("复审已通过，今晚自动退回原来的缴费渠道。")


def _page(request: HttpRequest, *, no: Refusal | None = None) -> HttpResponse:
    form = FilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    everything = (
        refunds_overdue(request.user.division, on=today())
        if asked.get("overdue")
        else refunds_in(request.user.division)
    )
    everything = everything.filter(**{name: asked[name] for name in ("reason", "state") if asked.get(name)})
    waiting = Paginator(everything, A_PAGE).get_page(request.GET.get("waiting"))
    paid = Paginator(refunds_paid_in(request.user.division), A_PAGE).get_page(request.GET.get("page"))
    shown = [*waiting, *paid]
    names = names_of_staff(f"staff:{who}" for one in shown for who in (one.reviewed_by, one.approved_by) if who)
    for one in shown:
        one.age_days = (today() - one.due_on).days
        one.is_overdue = one.age_days > REFUND_DAYS
        one.reviewer = names.get(f"staff:{one.reviewed_by}", "")
        one.approver = names.get(f"staff:{one.approved_by}", "")
        one.is_by_hand = one.channel in BY_HAND
        one.waits_for_me = one.state == "due" and bool(one.reviewed_by) == may(request.user, Work.APPROVE_REFUND)
    context = {
        "refunds": waiting,
        "total_fen": sum(everything.values_list("amount_fen", flat=True)),
        "form": form,
        "days": REFUND_DAYS,
        "query": urlencode({name: "on" if value is True else value for name, value in asked.items() if value}),
        "paid": paid,
        "pays_out": may(request.user, Work.APPROVE_REFUND),
        "reviews": may(request.user, Work.REVIEW_REFUND),
        "asked": asked_back_in(request.user.division).filter(is_agreed=None).count(),
        "no": no,
    }
    record(
        "refunds.read",
        f"division:{request.user.division}",
        county=request.user.county,
        refunds=[one.pk for one in shown],
    )
    return render(request, "county/refunds.html", context, status=409 if no else 200)
