"""随学费代收: a school's students by faculty, and the fees office's list: looked at row by row, then taken as one (R-32).

What was looked at goes to the reader and back as a signed text of keys; no number does.
"""

from collections import Counter
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import now, today
from canbao.access.may import Work
from canbao.access.record import record
from canbao.collection.domain.fees import (
    JudgedFees,
    collect_with_fees,
    judge_faculties,
    judge_fees,
    people_of,
    read_fees,
    students_among,
    students_sheet,
    units_of,
)
from canbao.collection.domain.students import SCHOOLS
from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Campaign
from canbao.enrolment.packs import pack_of
from canbao.enrolment.queries import current_campaign, roll_of
from canbao.kernel.refusal import Refusal
from canbao.web import words
from canbao.web.clerk.base import SPREADSHEET
from canbao.web.clerk.today import unit_of
from canbao.web.county.students import HOUR, SHOWN
from canbao.web.guards import staff_who_may

STUDENTS_A_PAGE = 50


class FeesForm(forms.Form):
    """Faculties to tick, or a file; both with the day on which the school took the money."""

    taken_on = forms.DateField(label=_("学校收费日期"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    faculty = forms.TypedMultipleChoiceField(
        label=_("全部收齐的院系"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    file = forms.FileField(
        label=_("财务处的收费表"),
        required=False,
        help_text=_("表格或文本：姓名、身份证号（或农户编码）；可有金额、收费日期"),
    )

    def __init__(self, *args: Any, units: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["faculty"].choices = units

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if bool(asked.get("file")) == bool(asked.get("faculty")):
            raise forms.ValidationError(_("勾选院系，或者上传收费表，二选一。"))
        return asked


@staff_who_may(Work.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def fees(request: HttpRequest) -> HttpResponse:
    """Who is to pay, by faculty; a list is looked at, and nothing is taken yet."""
    school, campaign = _school(request)
    if request.method != "POST":
        return _page(request, school, campaign)
    form = _form(school, campaign, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, school, campaign, form=form)
    asked = form.cleaned_data
    how = {"campaign": campaign, "taken_on": asked["taken_on"], "at": now()}
    try:
        if asked["file"]:
            rows = read_fees(asked["file"].read(), school)
            judged = judge_fees(rows, school, allow_synthetic=settings.CANBAO_SYNTHETIC_NUMBERS, **how)
        else:
            judged = judge_faculties(asked["faculty"], school, **how)
    except Refusal as no:
        return _page(request, school, campaign, form=form, no=no)
    return _look(request, school, judged)


@staff_who_may(Work.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def take_fees(request: HttpRequest) -> HttpResponse:
    """Those who were looked at are taken, by whoever looked at them, within the hour."""
    school, campaign = _school(request)
    if request.method != "POST":
        return redirect("fees")
    try:
        seen = signing.loads(request.POST.get("seen", ""), salt=_salt(request, school), max_age=HOUR)
    except signing.BadSignature:
        messages.info(request, gettext("名单过了时间，请重新上传。"))
        return redirect("fees")
    taken = {bill: date.fromisoformat(day) for bill, day in seen}
    try:
        done = collect_with_fees(taken, campaign=campaign, by=request.user, at=now())
    except Refusal as no:
        return _page(request, school, campaign, no=no)
    messages.success(request, gettext("已登记代收{people}人，票据已开。").format(people=done.people))
    if done.again:
        messages.info(request, gettext("{people}人先前已登记，没有重复。").format(people=done.again))
    if done.back:
        messages.info(
            request, gettext("{people}人刚刚已用别的方式缴费，学校收的这一笔转入退款。").format(people=done.back)
        )
    return redirect("fees")


@staff_who_may(Work.COLLECT)
@require_safe
def fees_of(request: HttpRequest, unit_id: int) -> HttpResponse:
    """The students of one faculty, by name: to pay, paid and how, not enrolled and why."""
    school, campaign = _school(request)
    unit = units_of(school).get(unit_id)
    if unit is None:
        raise Http404
    only = request.GET.get("only") == "to-pay"
    page = Paginator(people_of(unit, campaign, only_to_pay=only), STUDENTS_A_PAGE).get_page(request.GET.get("page"))
    glossary = pack_of(campaign).english
    found = students_among(list(page), campaign, school)
    students = [(one, words.reason(one.answer, glossary) if one.answer else "") for one in found]
    if len(page):
        record("fees.students_read", f"unit:{unit.pk}", county=campaign.county, residents=[one.pk for one in page])
    context = {
        "school": school,
        "unit": unit,
        "page": page,
        "students": students,
        "only": only,
        "roll": roll_of([unit], campaign)[unit.pk],
    }
    return render(request, "clerk/fees_of.html", context)


@staff_who_may(Work.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def fees_sheet(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Who is to pay, as a spreadsheet for the fees office. By POST: it is a copy of people, and goes on record."""
    school, campaign = _school(request)
    unit = units_of(school).get(unit_id)
    if unit is None:
        raise Http404
    if request.method != "POST":
        return redirect("fees")
    try:
        content = students_sheet(unit, campaign=campaign, by=request.user)
    except Refusal as no:
        return _page(request, school, campaign, no=no)
    disposition = content_disposition_header(as_attachment=True, filename=f"待缴-{unit.name}.xlsx")
    return HttpResponse(content, content_type=SPREADSHEET, headers={"Content-Disposition": disposition})


def _school(request: HttpRequest) -> tuple[CollectingUnit, Campaign]:
    school, campaign = unit_of(request.user), current_campaign(request.user.county)
    if school is None or campaign is None or school.kind not in SCHOOLS:
        raise Http404
    return school, campaign


def _salt(request: HttpRequest, school: CollectingUnit) -> str:
    return f"fees:{request.user.username}:{school.pk}"


def _form(school: CollectingUnit, campaign: Campaign, *given: Any) -> FeesForm:
    units = list(units_of(school).values())
    rolls = roll_of(units, campaign)
    ticked = [(one.pk, gettext("{name}（待缴{people}人）").format(name=one.name, people=rolls[one.pk].to_pay)) for one in units if rolls[one.pk].to_pay]  # fmt: skip
    return FeesForm(*given, units=ticked, **({} if given else {"initial": {"taken_on": today()}}))


def _look(request: HttpRequest, school: CollectingUnit, judged: JudgedFees) -> HttpResponse:
    seen = [(one.bill.pk, one.day.isoformat()) for one in judged.taking]
    context = {
        "school": school,
        "judged": judged,
        "taking": judged.taking[:SHOWN],
        "many": len(judged.taking),
        "more": max(0, len(judged.taking) - SHOWN),
        "by_faculty": sorted(Counter(one.bill.household.unit.name for one in judged.taking).items()),
        "bad": [(row, words.refusal_words(no)) for row, no in judged.bad],
        "seen": signing.dumps(seen, salt=_salt(request, school), compress=True) if seen else "",
    }
    shown = [one.bill.resident_id for one in judged.taking[:SHOWN]]
    if shown:
        record("fees.students_read", f"unit:{school.pk}", county=request.user.county, residents=shown)
    return render(request, "clerk/fees_look.html", context, status=422 if judged.bad else 200)


def _page(
    request: HttpRequest, school: CollectingUnit, campaign: Campaign, *, form: FeesForm | None = None, no: Refusal | None = None
) -> HttpResponse:  # fmt: skip
    units = list(units_of(school).values())
    rolls = roll_of(units, campaign)
    context = {
        "school": school,
        "campaign": campaign,
        "faculties": [
            (one, rolls[one.pk]) for one in units if one.pk != school.pk or rolls[one.pk].people or len(units) == 1
        ],
        "form": form or _form(school, campaign),
        "no": no,
    }
    return render(request, "clerk/fees.html", context, status=409 if no else 422 if form and form.errors else 200)
