"""学生名单: students of a school or of a university's faculties, by a list or one by one, with a verdict for each row. For the county.

What was looked at goes to the reader and back as a signed text of keys; no number does.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import is_naive
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from canbao.access.clock import now, today
from canbao.access.may import Work
from canbao.access.record import record
from canbao.collection.domain.students import (
    SCHOOLS,
    Batch,
    StudentRow,
    batches,
    judge,
    read_students,
    take_back_students,
    take_students,
)
from canbao.collection.refusals import NoStudents
from canbao.divisions.domain.keeping import LONGEST_WHY
from canbao.divisions.models import CollectingUnit
from canbao.kernel.refusal import Refusal
from canbao.web import words
from canbao.web.county.units import unit_of_mine
from canbao.web.guards import staff_who_may

HOUR = 3600
SHOWN = 200  # of those who go, by name
_TEXT = {"autocomplete": "off"}


class ListForm(forms.Form):
    file = forms.FileField(label=_("学生名单"), help_text=_("表格或文本：姓名、身份证号、院系"))


class StudentForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=60, widget=forms.TextInput(_TEXT))
    number = forms.CharField(label=_("证件号码"), max_length=30, widget=forms.TextInput(_TEXT))
    faculty = forms.ChoiceField(label=_("院系"), required=False)

    def __init__(self, *args: Any, school: CollectingUnit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        faculties = school.faculties.filter(until__isnull=True).values_list("name", flat=True)
        self.fields["faculty"].choices = [(name, name) for name in faculties]
        if not faculties:
            del self.fields["faculty"]


class WhyForm(forms.Form):
    why = forms.CharField(label=_("依据"), help_text=_("如“学校2021年新生名单”"), max_length=LONGEST_WHY, widget=forms.TextInput(_TEXT))  # fmt: skip


class BackForm(forms.Form):
    """Beside each list; which list is nobody's to type."""

    at = forms.CharField(max_length=40, widget=forms.HiddenInput)
    by = forms.CharField(max_length=80, widget=forms.HiddenInput)
    why = forms.CharField(label=_("为什么撤回"), max_length=LONGEST_WHY, widget=forms.TextInput(_TEXT))

    def clean_at(self) -> datetime:
        """A naive time names no moment; like any other text it is no list's."""
        try:
            at = datetime.fromisoformat(self.cleaned_data["at"])
        except ValueError:
            at = None
        if at is None or is_naive(at):
            raise forms.ValidationError(self.fields["at"].error_messages["required"])
        return at

    @classmethod
    def beside(cls, batch: Batch, nth: int) -> "BackForm":
        return cls(initial={"at": batch.at.isoformat(), "by": batch.by}, auto_id=f"back{nth}_%s")


@staff_who_may(Work.KEEP_DIVISIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def students(request: HttpRequest, unit_id: int) -> HttpResponse:
    """A list, or somebody by number: looked at; nobody goes yet."""
    school = _school(request, unit_id)
    if request.method != "POST":
        return _page(request, school)
    single = "number" in request.POST
    form = StudentForm(request.POST, school=school) if single else ListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, school, **{"single" if single else "whole": form})
    asked = form.cleaned_data
    try:
        if single:
            rows = [StudentRow(1, asked["name"], asked["number"], asked.get("faculty", ""))]
        else:
            rows = read_students(asked["file"].read(), school)
    except Refusal as no:
        return _page(request, school, no=no)
    return _look(request, school, rows)


@staff_who_may(Work.KEEP_DIVISIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Those who were looked at go, by whoever looked at them, within the hour."""
    school, form = _school(request, unit_id), WhyForm(request.POST)
    if request.method != "POST":
        return redirect("students", school.pk)
    try:
        seen = signing.loads(request.POST.get("seen", ""), salt=_salt(request, school), max_age=HOUR)
    except signing.BadSignature:
        messages.info(request, gettext("名单过了时间，请重新上传。"))
        return redirect("students", school.pk)
    if not form.is_valid():
        return _page(request, school, seen=request.POST["seen"], why=form)
    try:
        went = take_students(school, dict(seen), by=request.user, why=form.cleaned_data["why"], at=now())
    except Refusal as no:
        return _page(request, school, no=no)
    said = gettext("已有{count}人转到{school}参保。").format(count=went, school=school.name)
    messages.success(request, said)
    return redirect("students", school.pk)


@staff_who_may(Work.KEEP_DIVISIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, unit_id: int) -> HttpResponse:
    """A whole list is taken back."""
    school = _school(request, unit_id)
    if request.method != "POST":
        return redirect("students", school.pk)
    form = BackForm(request.POST, auto_id="back_%s")
    if not form.is_valid():
        if {"at", "by"} & set(form.errors):
            raise Http404
        return _page(request, school, back=form)
    asked = form.cleaned_data
    try:
        back = take_back_students(
            school, went_at=asked["at"], went_by=asked["by"], by=request.user, why=asked["why"], at=now()
        )
    except Refusal as no:
        return _page(request, school, no=no)
    messages.success(request, gettext("已撤回：{count}人回到原来的户。").format(count=back))
    return redirect("students", school.pk)


def _school(request: HttpRequest, unit_id: int) -> CollectingUnit:
    school = unit_of_mine(request, unit_id)
    if school.kind not in SCHOOLS or school.until is not None:
        raise Http404
    return school


def _salt(request: HttpRequest, school: CollectingUnit) -> str:
    return f"students:{request.user.username}:{school.pk}"


def _look(request: HttpRequest, school: CollectingUnit, rows: Sequence[StudentRow]) -> HttpResponse:
    judged = judge(rows, school, on=today(), allow_synthetic=settings.CANBAO_SYNTHETIC_NUMBERS)
    seen = [(one.student.pk, one.unit.pk) for one in judged.going]
    context = {
        "school": school,
        "going": judged.going[:SHOWN],
        "many": len(judged.going),
        "more": max(0, len(judged.going) - SHOWN),
        "by_faculty": sorted(Counter(one.unit.name for one in judged.going).items()),
        "there": len(judged.there),
        "bad": [(row, words.refusal_words(no)) for row, no in judged.bad],
        "seen": signing.dumps(seen, salt=_salt(request, school), compress=True) if seen else "",
        "why": WhyForm(),
        "no": None if seen or judged.there else NoStudents(unit=school.name),
    }
    if judged.going:
        shown = [one.student.pk for one in judged.going[:SHOWN]]
        record("students.read", f"unit:{school.pk}", county=request.user.county, residents=shown)
    return render(request, "county/students_look.html", context, status=422 if judged.bad else 200)


def _page(
    request: HttpRequest, school: CollectingUnit, *, whole: Any = None, single: Any = None, why: Any = None, seen: str = "",
    back: BackForm | None = None, no: Refusal | None = None,
) -> HttpResponse:  # fmt: skip
    context = {
        "school": school,
        "whole": whole or ListForm(),
        "single": single or StudentForm(school=school),
        "why": why,
        "seen": seen,
        "batches": [(one, BackForm.beside(one, nth)) for nth, one in enumerate(batches(school))],
        "back": back,
        "no": no,
    }
    wrong = any(form.errors for form in (whole, single, why, back) if form)
    return render(request, "county/students.html", context, status=409 if no else 422 if wrong else 200)
