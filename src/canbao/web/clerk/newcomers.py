"""Somebody new at the counter: in a household that is there (a child without a number, a person by the papers that they have), or in
a household of their own. Their bills follow at once.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from canbao.access.clock import now, today
from canbao.access.may import Work
from canbao.access.record import record, recorded_last
from canbao.collection.domain.readjustment import follow_register
from canbao.enrolment.packs import children_apart, pack_in_force
from canbao.kernel.refusal import Refusal
from canbao.register.domain.households import open_household, take_in
from canbao.register.domain.residents import register_newborn, register_unborn
from canbao.register.models import Household, Resident
from canbao.register.queries import unborn_in
from canbao.register.refusals import NumberTaken
from canbao.web.clerk.changes import said_beside
from canbao.web.clerk.household import household_at_desk
from canbao.web.clerk.newcomer_forms import (
    FORMS,
    ApartForm,
    HomeForm,
    NewbornForm,
    SomebodyForm,
    UnbornForm,
    carried,
    unborn_name,
    ways_to_register,
)
from canbao.web.guards import staff_who_may
from canbao.web.refusals import ChildThereAlready


@staff_who_may(Work.CHANGE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def newborn(request: HttpRequest, household_id: int) -> HttpResponse:
    home = household_at_desk(request, household_id)
    form = NewbornForm(request.POST if request.method == "POST" else None, home=home)
    if not form.is_bound or not form.is_valid():
        return _page(request, home, form, gettext("登记新生儿"), expected=unborn_in(home))
    asked = form.cleaned_data
    guardian = form.guardians[asked["guardian"]]
    name = form.name_of_child(guardian.name)
    try:
        with transaction.atomic(), recorded_last():
            child = take_in(
                home,
                lambda _: register_newborn(
                    guardian=guardian,
                    name=name,
                    sex=asked["sex"],
                    born_on=asked["born_on"],
                    order_of_birth=asked["order"],
                ),
                by=request.user,
            )
            _bills_follow(request, child)
    except NumberTaken:
        no = ChildThereAlready(guardian=guardian.name, born_on=asked["born_on"], order=asked["order"])
        return _page(request, home, form, gettext("登记新生儿"), no=no, expected=unborn_in(home))
    except Refusal as no:
        return _page(request, home, form, gettext("登记新生儿"), no=no, expected=unborn_in(home))
    messages.success(
        request, gettext("已登记{name}。取得证件号码后，打开他的页面登记号码和正式姓名。").format(name=child.name)
    )
    return redirect("household", home.pk)


@staff_who_may(Work.CHANGE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def unborn(request: HttpRequest, household_id: int) -> HttpResponse:
    """Where the notice lets a child be paid for before it is born; elsewhere there is no such page."""
    home = household_at_desk(request, household_id)
    pack = pack_in_force(home.county)
    rule = unborn_name(pack)
    if pack is None or rule is None:
        raise Http404
    form = UnbornForm(request.POST if request.method == "POST" else None, home=home)
    title, more = gettext("登记未出生的孩子"), {"clause": rule.clause}
    if not form.is_bound or not form.is_valid():
        return _page(request, home, form, title, **more)
    asked = form.cleaned_data
    guardian = form.guardians[asked["guardian"]]
    try:
        with transaction.atomic(), recorded_last():
            child = take_in(
                home,
                lambda _: register_unborn(
                    guardian=guardian,
                    suffix=rule.suffix,
                    due_on=asked["due_on"],
                    first=pack.period.first,
                    last=pack.period.last,
                    order_of_birth=asked["order"],
                ),
                by=request.user,
            )
            _bills_follow(request, child)
    except NumberTaken:
        no = ChildThereAlready(guardian=guardian.name, born_on=asked["due_on"], order=asked["order"])
        return _page(request, home, form, title, no=no, **more)
    except Refusal as no:
        return _page(request, home, form, title, no=no, **more)
    messages.success(request, gettext("已登记{name}。出生后，打开他的页面登记“已出生”。").format(name=child.name))
    return redirect("household", home.pk)


@staff_who_may(Work.CHANGE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, household_id: int, papers: str = "card") -> HttpResponse:
    home = household_at_desk(request, household_id)
    if papers not in FORMS:
        raise Http404
    form = FORMS[papers](**_sent_or_carried(request))
    if not form.is_bound or not form.is_valid():
        return _person_page(request, home, papers, form)
    try:
        with transaction.atomic(), recorded_last():
            made = take_in(home, lambda there: form.registers(there, on=today()), by=request.user)
            _bills_follow(request, made)
    except Refusal as no:
        return _person_page(request, home, papers, form, no=no)
    messages.success(request, gettext("已登记{name}。").format(name=made.name))
    return redirect("household", home.pk)


@staff_who_may(Work.CHANGE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def new_home(request: HttpRequest, papers: str = "card") -> HttpResponse:
    """A household that is not there yet, and whom it begins with. Whoever was looked for and not found comes here with what was typed."""
    pack = pack_in_force(request.user.county)
    ways = ways_to_register(pack)
    if papers not in ways:
        raise Http404
    data, tiers = _sent_or_carried(request), pack.tiers if pack else ()
    form = ways[papers](is_head=True, **data)
    home = HomeForm(data.get("data"), staff=request.user, tiers=tiers)
    if not form.is_bound or not all([home.is_valid(), form.is_valid()]):
        return _home_page(request, papers, home, form)
    try:
        with transaction.atomic(), recorded_last():
            made = open_household(
                home.in_village, lambda opened: form.registers(opened, on=today()), possible=tiers, by=request.user, **home.said()
            )  # fmt: skip
            _bills_follow(request, made)
    except Refusal as no:
        return _home_page(request, papers, home, form, no=_of_a_child(form, no))
    messages.success(request, gettext("已登记{name}，新立一户。").format(name=made.name))
    return redirect("household", made.household_id)


def _of_a_child(form: SomebodyForm | ApartForm, no: Refusal) -> Refusal:
    """The number on the form of a child apart is a parent's, and what is taken is not that number."""
    if not (isinstance(form, ApartForm) and isinstance(no, NumberTaken)):
        return no
    asked = form.cleaned_data
    return ChildThereAlready(guardian=asked["parents_name"], born_on=asked["born_on"], order=asked["order"])


def _sent_or_carried(request: HttpRequest) -> dict[str, Any]:
    """For a form: what was sent, or what was typed elsewhere (by POST, so that no number is in an address)."""
    if request.method == "POST" and "typed" not in request.POST:
        return {"data": request.POST}
    return {"initial": carried(request.POST.get("typed", ""))}


def _bills_follow(request: HttpRequest, one: Resident) -> None:
    follow_register(one.county, [one.pk], at=now(), actor=f"staff:{request.user.username}")


def _person_page(
    request: HttpRequest, home: Household, papers: str, form: SomebodyForm, *, no: Refusal | None = None
) -> HttpResponse:
    ways = [
        (reverse("new-person-with", args=[home.pk, way]), one.papers_are, way == papers) for way, one in FORMS.items()
    ]
    return _page(request, home, form, gettext("登记新参保人"), no=no, ways=ways, typed=request.POST.get("typed", ""))


def _page(
    request: HttpRequest, home: Household, form: forms.Form, title: str, *, no: Refusal | None = None, **more: Any
) -> HttpResponse:
    status = 409 if no else 422 if form.errors else 200
    context = {"home": home, "form": form, "title": title, "no": said_beside(form, no), **more}
    record("household.read", f"household:{home.pk}", county=home.county)
    return render(request, "clerk/newcomer.html", context, status=status)


def _home_page(
    request: HttpRequest, papers: str, home: HomeForm, form: forms.Form, *, no: Refusal | None = None
) -> HttpResponse:
    status = 409 if no else 422 if form.errors or home.errors else 200
    pack = pack_in_force(request.user.county)
    ways = [
        (reverse("new-home-with", args=[way]), one.papers_are, way == papers)
        for way, one in ways_to_register(pack).items()
    ]
    context = {
        "home_form": home, "form": form, "no": said_beside(form, said_beside(home, no)), "ways": ways, "typed": request.POST.get("typed", ""),
        "apart": children_apart(pack),
    }  # fmt: skip
    return render(request, "clerk/new_home.html", context, status=status)
