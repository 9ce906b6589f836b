"""Asking back what was paid for one person before cover begins: the papers are seen here, somebody else answers."""

from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from canbao.access.clock import now
from canbao.access.may import Work
from canbao.access.names import names_of_staff
from canbao.access.record import record
from canbao.collection.domain.asking_back import answer_back, ask_back
from canbao.collection.models import RefundRequest
from canbao.collection.queries import asked_back_in
from canbao.enrolment.models import Enrolment
from canbao.enrolment.queries import current_campaign, enrolled_of
from canbao.kernel.refusal import Refusal
from canbao.register.models import Resident
from canbao.register.queries import residents_in
from canbao.web.guards import staff_who_may

LONGEST_PAPERS = 200


class AskingForm(forms.Form):
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    ground = forms.ChoiceField(
        label=_("退费原因"), widget=forms.RadioSelect, error_messages={"required": _("请选一个原因")}
    )
    papers = forms.CharField(
        label=_("看过的材料"),
        help_text=_("例如死亡证明、职工参保证明、缴费人的说明。不要写号码。"),
        max_length=LONGEST_PAPERS,
        error_messages={"required": _("请写明看了什么材料")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = [(one.value, gettext(one.label)) for one in RefundRequest.Ground]


@staff_who_may(Work.ASK_REFUND)
@require_http_methods(["GET", "HEAD", "POST"])
def asking_back(request: HttpRequest, resident_id: int) -> HttpResponse:
    person = get_object_or_404(residents_in(request.user.division), pk=resident_id)
    if request.method != "POST":
        return _page(request, person, AskingForm(initial={"request_id": uuid4()}))
    form, enrolment = AskingForm(request.POST), _enrolment(person)
    if enrolment is None:
        raise Http404
    if not form.is_valid():
        return _page(request, person, form)
    try:
        ask_back(
            enrolment, request_id=form.cleaned_data["request_id"], ground=RefundRequest.Ground(form.cleaned_data["ground"]),
            papers=form.cleaned_data["papers"], by=request.user, at=now(),
        )  # fmt: skip
    except Refusal as no:
        return _page(request, person, form, no=no)
    messages.success(request, gettext("已申请，等乡镇或县医保局初审。"))
    return redirect("ask-back", person.pk)


@staff_who_may(Work.ASK_REFUND)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back_asking(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Whoever asked chose the wrong person, or the family thinks otherwise."""
    found = get_object_or_404(asked_back_in(request.user.division), pk=request_id)
    person = found.enrolment.resident
    if request.method == "POST":
        try:
            answer_back(found, agrees=False, why=request.POST.get("why", ""), by=request.user, at=now())
        except Refusal as no:
            return _page(request, person, AskingForm(initial={"request_id": uuid4()}), no=no)
        messages.success(request, gettext("已撤回，参保照旧。"))
    return redirect("ask-back", person.pk)


def _enrolment(person: Resident) -> Enrolment | None:
    """Theirs now; else the last one in this season, which may have been ended by an asking that is sent again."""
    campaign = current_campaign(person.county)
    if campaign is None:
        return None
    return (
        enrolled_of(campaign, [person.pk]).get(person.pk)
        or Enrolment.objects.filter(campaign=campaign, resident=person).order_by("pk").last()
    )


def _page(request: HttpRequest, person: Resident, form: AskingForm, *, no: Refusal | None = None) -> HttpResponse:
    enrolment = _enrolment(person)
    asked = list(asked_back_in(request.user.division).filter(enrolment__resident=person))
    names = names_of_staff(actor for one in asked for actor in (one.asked_by, one.answered_by) if actor)
    for one in asked:
        one.asker, one.answerer = names.get(one.asked_by, ""), names.get(one.answered_by or "", "")
        one.is_mine = one.asked_by == f"staff:{request.user.username}"
    can_ask = enrolment is not None and enrolment.ended_on is None and enrolment.paid_fen > 0
    context = {
        "person": person,
        "enrolment": enrolment,
        "asked": asked,
        "form": form if can_ask and not any(one.waits for one in asked) else None,
        "no": no,
    }
    record("resident.read", f"resident:{person.pk}", county=person.county, residents=[person.pk])
    return render(request, "clerk/ask_back.html", context, status=409 if no else 422 if form.errors else 200)
