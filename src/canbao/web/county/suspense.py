"""Money that has arrived and that nobody could place: on a list with its age, until two people have worked it off.

Whoever looks for a family's money finds it here by the channel's number, the amount or the day, whatever became of it.
"""

from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import now, today
from canbao.access.may import Work, may
from canbao.access.names import names_of_staff
from canbao.access.record import record
from canbao.collection.domain.suspense import confirm_placing, drop_placing, propose_placing
from canbao.collection.models import Payment, Placing
from canbao.collection.queries import IN_SUSPENSE, SUSPENSE_DAYS, money_found, suspense_in
from canbao.enrolment.models import Bill, BillState
from canbao.kernel.refusal import Refusal
from canbao.register.models import Household
from canbao.register.queries import find_households, households_in, inside
from canbao.web.guards import staff_who_may
from canbao.web.members import bills_asked
from canbao.web.money_form import MoneyForm

ROWS_A_PAGE = 100


@staff_who_may(Work.REVIEW_REFUND, Work.APPROVE_REFUND)
@require_safe
def suspense(request: HttpRequest) -> HttpResponse:
    form = MoneyForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    searched = any(asked.values())
    waiting = suspense_in(request.user.division)
    rows = (
        money_found(request.user.division, asked["reference"].strip(), asked["amount"], asked["on"])
        if searched
        else waiting
    )
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    proposed = set(
        Placing.objects.filter(payment__in=[one.pk for one in page], state=Placing.State.PROPOSED).values_list(
            "payment_id", flat=True
        )
    )
    for one in page:
        one.age_days = (today() - one.paid_on).days
        one.waits = one.outcome in IN_SUSPENSE
        one.is_old = one.waits and one.age_days > SUSPENSE_DAYS
        one.is_proposed = one.pk in proposed
    context = {
        "payments": page,
        "form": form,
        "searched": searched,
        "total_fen": sum(waiting.values_list("amount_fen", flat=True)),
        "days": SUSPENSE_DAYS,
    }
    return render(request, "county/suspense.html", context, status=422 if form.errors else 200)


@staff_who_may(Work.REVIEW_REFUND, Work.APPROVE_REFUND)
@require_http_methods(["GET", "HEAD", "POST"])
def suspended(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """One payment, what the channel said, and what becomes of it. By POST a household is looked for."""
    payment = _payment(request, payment_id)
    text = "".join(request.POST.get("text", "").split())
    found = find_households(text, division=request.user.division) if text else []
    if len(found) == 1:
        return redirect(f"{request.path}?household={found[0].id}")
    return _page(request, payment, found=found, text=text)


@staff_who_may(Work.REVIEW_REFUND)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return redirect("suspended", payment_id)
    payment = _payment(request, payment_id)
    try:
        asked = UUID(request.POST.get("placing_id", ""))
    except ValueError:
        return redirect("suspended", payment_id)
    bills = [] if "all_back" in request.POST else bills_asked(request)
    if not bills and "all_back" not in request.POST:
        messages.warning(request, _("还没有选要缴的人。"))
        return redirect("suspended", payment_id)
    try:
        propose_placing(
            payment, placing_id=asked, bills=bills, why=request.POST.get("why", "")[:200], by=request.user, at=now()
        )
    except Refusal as no:
        return _page(request, payment, no=no)
    messages.success(request, _("已提出，等税务部门复核；复核以前钱不动。"))
    return redirect("suspense")


@staff_who_may(Work.REVIEW_REFUND, Work.APPROVE_REFUND)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, placing_id: UUID) -> HttpResponse:
    """The second person agrees, or not; the first may take it back."""
    placing = get_object_or_404(Placing.objects.select_related("payment"), pk=placing_id)
    payment = _payment(request, placing.payment_id)
    if request.method != "POST":
        return redirect("suspended", payment.pk)
    try:
        if "drop" in request.POST:
            drop_placing(placing, why=request.POST.get("why", "")[:200], by=request.user, at=now())
            messages.success(request, _("没有办理，原因已记下；可以另提意见。"))
        else:
            confirm_placing(placing, by=request.user, at=now())
            messages.success(request, _("已办理：入账的已开票参保，退回的今晚退回原来的缴费渠道。"))
    except Refusal as no:
        return _page(request, payment, no=no)
    return redirect("suspended", payment.pk)


def _payment(request: HttpRequest, payment_id: UUID) -> Payment:
    return get_object_or_404(
        Payment.objects.filter(inside(request.user.division)).select_related("order", "unit"), pk=payment_id
    )


def _page(
    request: HttpRequest,
    payment: Payment,
    *,
    found: object = (),
    text: str = "",
    no: Refusal | None = None,
) -> HttpResponse:
    placings = list(payment.placings.order_by("-made_at"))
    names = names_of_staff(who for one in placings for who in (one.made_by, one.decided_by))
    homes: set[int] = set()
    for one in placings:
        one.people = list(Bill.objects.filter(pk__in=one.bills).select_related("resident").order_by("resident_id"))
        homes |= {bill.household_id for bill in one.people}
        one.maker, one.checker = names.get(one.made_by, ""), names.get(one.decided_by, "")
    waits = payment.outcome in IN_SUSPENSE
    open_one = next((one for one in placings if one.state == Placing.State.PROPOSED), None)
    proposes = waits and open_one is None and may(request.user, Work.REVIEW_REFUND)
    home = _home(request, payment) if proposes else None
    on_order = (
        list(payment.order.lines.select_related("bill__resident").order_by("bill__resident")) if payment.order else []
    )
    homes |= {line.bill.household_id for line in on_order} | ({home.pk} if home else set())
    context = {
        "payment": payment,
        "age_days": (today() - payment.paid_on).days,
        "on_order": on_order,
        "placings": placings,
        "open_one": open_one,
        "is_mine": open_one is not None and open_one.made_by == f"staff:{request.user.username}",
        "confirms": may(request.user, Work.APPROVE_REFUND),
        "waits": waits,
        "proposes": proposes,
        "home": home,
        "bills": _open_bills(home) if home else [],
        "asked": bills_asked(request),
        "why": request.POST.get("why", ""),
        "refunds": payment.refunds.select_related("resident"),
        "receipts": payment.receipts.filter(state="valid"),
        "placing_id": uuid4(),
        "found": found,
        "text": text,
        "no": no,
    }
    record(
        "payment.read", f"payment:{payment.pk}", county=request.user.county,
        households=sorted(homes | {one.id for one in found}),  # type: ignore[attr-defined]
    )  # fmt: skip
    return render(request, "county/suspended.html", context, status=409 if no else 200)


def _home(request: HttpRequest, payment: Payment) -> Household | None:
    """The household that was chosen; else the one whose order the money named."""
    chosen = request.GET.get("household", "") or request.POST.get("household", "")
    key = int(chosen) if chosen.isdecimal() and len(chosen) < 16 else payment.household_id
    return households_in(request.user.division).filter(pk=key).first() if key else None


def _open_bills(home: Household) -> list[Bill]:
    found = Bill.objects.filter(household=home, state=BillState.OPEN, due_fen__gt=0)
    return list(found.select_related("resident", "campaign").order_by("campaign", "resident_id"))
