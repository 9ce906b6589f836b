"""代收单位: who collects in the county beside the villages' committees, and a unit's own page: faculties, staff, people who pay there."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import now, today
from canbao.access.may import Work
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.collection.domain.students import SCHOOLS
from canbao.collection.domain.units import close_unit, open_unit, rename_unit
from canbao.divisions.domain.keeping import LONGEST_NAME
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.enrolment.queries import current_campaign, roll_of
from canbao.kernel.division_code import DivisionCode
from canbao.kernel.refusal import Refusal
from canbao.register.models import Resident
from canbao.web.guards import staff_who_may
from canbao.web.places import place_of

PEOPLE_A_PAGE = 50
_TEXT = {"autocomplete": "off"}


class UnitForm(forms.Form):
    kind = forms.ChoiceField(label=_("类型"))
    name = forms.CharField(label=_("名称"), max_length=LONGEST_NAME, widget=forms.TextInput(_TEXT))

    def __init__(self, *args: Any, place: Division, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        at_village = place.level == Division.Level.VILLAGE
        kinds = [kind for kind in UnitKind if kind != UnitKind.FACULTY and (at_village or kind != UnitKind.VILLAGE)]
        self.fields["kind"].choices = [(kind.value, _(kind.label)) for kind in kinds]


class FacultyForm(forms.Form):
    name = forms.CharField(label=_("院系名称"), max_length=LONGEST_NAME, widget=forms.TextInput(_TEXT))


class UnitNameForm(forms.Form):
    name = forms.CharField(label=_("新名称"), max_length=LONGEST_NAME, widget=forms.TextInput(_TEXT))


class CloseForm(forms.Form):
    on = forms.DateField(label=_("最后一天"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))


@staff_who_may(Work.KEEP_DIVISIONS)
@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """Schools, universities and banks; a village's committee stands on its village's page."""
    first, after = DivisionCode(request.user.division).range()
    found = CollectingUnit.objects.filter(division__gte=first, division__lt=after, parent=None)
    found = found.exclude(kind=UnitKind.VILLAGE).select_related("division").order_by("kind", "division", "name")
    collecting = Count("faculties", filter=Q(faculties__until__isnull=True))
    context = {
        "units": found.annotate(many_faculties=collecting),
        "county": get_object_or_404(Division, pk=request.user.division),
    }
    return render(request, "county/units.html", context)


@staff_who_may(Work.KEEP_DIVISIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def new_unit(request: HttpRequest, division: str) -> HttpResponse:
    place = place_of(request, division)
    form = UnitForm(request.POST if request.method == "POST" else None, place=place)
    no = None
    if form.is_bound and form.is_valid():
        try:
            made = open_unit(UnitKind(form.cleaned_data["kind"]), form.cleaned_data["name"], division=place, by=request.user, at=now())  # fmt: skip
        except Refusal as refusal:
            no = refusal
        else:
            messages.success(request, gettext("已建好代收单位{name}。").format(name=made.name))
            return redirect("unit", made.pk)
    context = {"place": place, "form": form, "no": no}
    return render(request, "county/new_unit.html", context, status=409 if no else 422 if form.errors else 200)


@staff_who_may(Work.KEEP_DIVISIONS)
@require_safe
def unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    return _page(request, unit_of_mine(request, unit_id))


@staff_who_may(Work.KEEP_DIVISIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def change_unit(request: HttpRequest, unit_id: int, what: str) -> HttpResponse:
    """A faculty more, another name, or the last day."""
    one = unit_of_mine(request, unit_id)
    if what not in _FORMS:
        raise Http404
    if request.method != "POST":
        return redirect("unit", one.pk)
    form = _FORMS[what](request.POST)
    if not form.is_valid():
        return _page(request, one, **{what: form})
    try:
        if what == "faculty":
            open_unit(UnitKind.FACULTY, form.cleaned_data["name"], division=one.division, university=one, by=request.user, at=now())  # fmt: skip
        elif what == "rename":
            rename_unit(one, form.cleaned_data["name"], by=request.user)
        else:
            close_unit(one, on=form.cleaned_data["on"], by=request.user, at=now())
    except Refusal as no:
        return _page(request, one, no=no, **{what: form})
    messages.success(request, gettext("已登记。"))
    return redirect("unit", one.pk)


_FORMS: dict[str, type[forms.Form]] = {"faculty": FacultyForm, "rename": UnitNameForm, "close": CloseForm}


def unit_of_mine(request: HttpRequest, unit_id: int) -> CollectingUnit:
    """A unit of one's own county; any other is not there."""
    one = get_object_or_404(CollectingUnit.objects.select_related("division", "parent"), pk=unit_id)
    if not DivisionCode(request.user.division).covers(one.division_id):
        raise Http404
    return one


def _page(request: HttpRequest, one: CollectingUnit, *, no: Refusal | None = None, **given: forms.Form) -> HttpResponse:
    people = Resident.objects.filter(household__unit=one, died_on__isnull=True, moved_on__isnull=True)
    page = Paginator(people.select_related("household").order_by("household__code", "pk"), PEOPLE_A_PAGE).get_page(
        request.GET.get("page")
    )
    faculties = list(one.faculties.order_by("name"))
    standing = roll_of([one, *faculties], current_campaign(request.user.county))
    staff = Staff.objects.filter(unit_id__in=[one.pk, *(faculty.pk for faculty in faculties)], is_active=True)
    working: dict[int, list[str]] = {}
    for person in staff.order_by("username"):
        working.setdefault(person.unit_id or 0, []).append(person.full_name)
    context = {
        "unit": one,
        "staff": working.get(one.pk, []),
        "faculties": [(faculty, standing[faculty.pk], working.get(faculty.pk, [])) for faculty in faculties],
        "standing": standing[one.pk],
        "is_school": one.kind in SCHOOLS and one.until is None,
        "is_university": one.kind == UnitKind.UNIVERSITY,
        "people": page,
        "many": people.count(),
        "forms": {name: given.get(name) or kind(initial={"on": today()}) for name, kind in _FORMS.items()},
        "no": no,
    }
    if len(page):
        record("unit.people_read", f"unit:{one.pk}", county=request.user.county, residents=[who.pk for who in page])
    wrong = any(form.errors for form in given.values())
    return render(request, "county/unit.html", context, status=409 if no else 422 if wrong else 200)
