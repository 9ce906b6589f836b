"""Suspected duplicates: a list to work through. Somebody says "the same person" or "two people", and takes it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from canbao.access.clock import now, today
from canbao.access.may import Work
from canbao.access.names import names_of_staff
from canbao.access.record import record
from canbao.collection.domain.duplicates import merge, which_stays
from canbao.collection.queries import Paid, paid_by_person
from canbao.divisions.models import Division
from canbao.enrolment.domain.facts import facts_of
from canbao.enrolment.packs import pack_of
from canbao.enrolment.queries import current_campaign
from canbao.kernel.division_code import DivisionCode, Level
from canbao.kernel.refusal import Refusal
from canbao.register.domain.duplicates import (
    LISTED_AT_MOST,
    are_two_people,
    how_many_in,
    suspects_in,
    take_back_two_people,
)
from canbao.register.models import Change, Resident, TwoPeople
from canbao.register.queries import history_of, inside, residents_in
from canbao.web.clerk.changes import GroundForm
from canbao.web.guards import staff_who_may
from canbao.web.members import Member, members
from canbao.web.places import place_of

DECIDED_SHOWN = 50


@staff_who_may(Work.CHANGE_REGISTER)
@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """For a county the towns, with how many there are; for a town or a village the list."""
    division = request.user.division
    if DivisionCode(division).level >= Level.TOWN:
        return redirect("duplicates-of", division)
    found = how_many_in(division)
    names = dict(Division.objects.filter(pk__in=found).values_list("pk", "name"))
    towns = [(code, names.get(code, code), many) for code, many in sorted(found.items())]
    record("duplicates.counted", f"division:{division}", county=request.user.county)
    return render(request, "clerk/duplicate_towns.html", {"towns": towns, "total": sum(found.values())})


@staff_who_may(Work.CHANGE_REGISTER)
@require_safe
def duplicates_of(request: HttpRequest, division: str) -> HttpResponse:
    place = place_of(request, division)
    found = suspects_in(place.code)
    two = TwoPeople.objects.filter(one__in=Resident.objects.filter(inside(place.code)), taken_back_at__isnull=True)
    merged = Resident.objects.filter(inside(place.code), same_as__isnull=False).select_related("same_as", "household")
    two = list(two.select_related("one", "other").order_by("-said_at")[:DECIDED_SHOWN])
    by = names_of_staff(one.said_by for one in two)
    context = {
        "place": place,
        "found": found,
        "at_most": LISTED_AT_MOST,
        "two": [(one, by.get(one.said_by, one.said_by)) for one in two],
        "merged": [
            (one, history_of(one).filter(kind="merged").first()) for one in merged.order_by("-pk")[:DECIDED_SHOWN]
        ],
    }
    shown = [(one.one, one.other) for one in (*found, *two)] + [(one, one.same_as) for one, _ in context["merged"]]
    people = sorted({row.pk for pair in shown for row in pair})
    record("duplicates.read", f"division:{place.code}", county=request.user.county, residents=people)
    return render(request, "clerk/duplicates.html", context)


class SameForm(GroundForm):
    right = forms.ChoiceField(
        label=_("姓名和证件号码，哪一条是对的"),
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一条"), "invalid_choice": _("请选一条")},
    )
    field_order = ("right",)

    def __init__(self, pair: "Pair", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["right"].choices = [(str(one.row.pk), one.says) for one in pair.both]


@dataclass(frozen=True, slots=True)
class One:
    """One of two rows, with where they stand in the season."""

    row: Resident
    member: Member | None
    stays: bool

    @property
    def says(self) -> str:
        return f"{self.row.name} {self.row.masked_number[-8:] if self.row.number_tail else gettext('暂无证件号码')}"


@dataclass(frozen=True, slots=True)
class Pair:
    both: tuple[One, One]

    @property
    def is_merged(self) -> bool:
        first, second = (one.row for one in self.both)
        return first.same_as_id == second.pk or second.same_as_id == first.pk

    @property
    def both_paid(self) -> bool:
        return all(one.member is not None and one.member.standing.enrolment is not None for one in self.both)


@dataclass(frozen=True, slots=True)
class Side:
    """A row as it is at this moment: who it says somebody is, where, what they owe and have paid, and what they hold."""

    row: Resident
    member: Member | None
    held: list[str]
    paid: dict[int, Sequence[Paid]]  # of everybody in the household, those too whose rows were merged

    @property
    def mine(self) -> Sequence[Paid]:
        return self.paid.get(self.row.pk, ())

    def going_back(self, whose: int) -> int:
        """What of a row's payments goes back, whole fen."""
        return sum(one.returned_fen + one.to_return_fen for one in self.paid.get(whose, ()))


@staff_who_may(Work.CHANGE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest, one_id: int, other_id: int) -> HttpResponse:
    """Both side by side, and what somebody says of them. That they are one person is really done and rolled back first, to show
    what becomes of both; then confirmed.
    """
    one, other = (get_object_or_404(residents_in(request.user.division), pk=pk) for pk in (one_id, other_id))
    seen = _pair(one, other)
    if request.method != "POST":
        return _pair_page(request, seen, SameForm(seen), GroundForm(prefix="two"))
    if "same" in request.POST:
        return _same(request, seen)
    two = GroundForm(request.POST, prefix="two")
    if not two.is_valid():
        return _pair_page(request, seen, SameForm(seen), two)
    try:
        are_two_people(one, other, by=request.user, why=two.cleaned_data["why"], at=now())
    except Refusal as no:
        return _pair_page(request, seen, SameForm(seen), two, no=no)
    messages.success(request, gettext("已登记：是两个人，不再列出。"))
    return redirect("duplicates")


def _same(request: HttpRequest, seen: Pair) -> HttpResponse:
    form = SameForm(seen, request.POST)
    if not form.is_valid():
        return _pair_page(request, seen, form, GroundForm(prefix="two"))
    is_confirmed, rows = "confirmed" in request.POST, [one.row for one in seen.both]
    if is_confirmed and seen.is_merged:  # a doubled click
        return redirect("duplicates")
    right = next(row for row in rows if form.cleaned_data["right"] == str(row.pk))
    try:
        with transaction.atomic():
            last = _last_of(rows)
            goes_on = is_confirmed and form.cleaned_data["last"] == last
            before = {row.pk: _side(row) for row in rows}
            done = merge(*rows, right=right, by=request.user, why=form.cleaned_data["why"], at=now())
            after = _side(done.stays)
            transaction.set_rollback(not goes_on)
    except Refusal as no:
        return _pair_page(request, seen, form, GroundForm(prefix="two"), no=no)
    if goes_on:
        messages.success(request, gettext("已登记：是同一个人。"))
        return redirect("duplicates")
    context = {
        "pair": seen, "stays": before[done.stays.pk], "goes": before[done.goes.pk], "after": after, "sent": form.cleaned_data | {"last": last},
        "is_stale": is_confirmed, "back": after.going_back(done.goes.pk),
    }  # fmt: skip
    record("resident.read", f"resident:{rows[0].pk}", county=rows[0].county, residents=[row.pk for row in rows])
    return render(request, "clerk/confirm_duplicate.html", context)


@staff_who_may(Work.CHANGE_REGISTER)
@require_POST
def take_back(request: HttpRequest, two_people_id: int) -> HttpResponse:
    made = get_object_or_404(TwoPeople, pk=two_people_id)
    try:
        take_back_two_people(made, by=request.user, why=request.POST.get("why", ""), at=now())
    except Refusal as no:
        context = {"no": no, "place": None}
        return render(request, "clerk/duplicates.html", context, status=409)
    messages.success(request, gettext("已撤回，重新列入名单。"))
    return redirect("duplicates")


def _pair(one: Resident, other: Resident) -> Pair:
    campaign, stays = current_campaign(one.county), which_stays(one, other).stays
    found: dict[int, Member] = {}
    if campaign is not None:
        for home in {row.household_id: row.household for row in (one, other)}.values():
            found |= {member.resident.pk: member for member in members(campaign, home, on=today())}
    first, second = (One(row, found.get(row.pk), row.pk == stays.pk) for row in (one, other))
    return Pair((first, second))


def _side(row: Resident) -> Side:
    row = Resident.objects.select_related("household__unit").get(pk=row.pk)
    campaign = current_campaign(row.county)
    if campaign is None:
        return Side(row, None, [], {})
    found = {member.resident.pk: member for member in members(campaign, row.household, on=today())}
    facts = facts_of([row.pk], county=row.county, on=today(), pack=pack_of(campaign)).get(row.pk, {})
    held = [one if isinstance(one, str) else f"{one['name']}（{one['grade']}）" for one in facts.get("categories", [])]
    return Side(row, found.get(row.pk), held, paid_by_person(row.household_id, campaign))


def _last_of(rows: Sequence[Resident]) -> int:
    """The latest change of either; nobody adds to it until the transaction ends."""
    keys = [row.pk for row in rows]
    list(Resident.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    return Change.objects.filter(resident__in=keys).aggregate(last=Max("pk"))["last"] or 0


def _pair_page(
    request: HttpRequest, seen: Pair, same: SameForm, two: GroundForm, *, no: Refusal | None = None
) -> HttpResponse:
    status = 409 if no else 422 if same.errors or two.errors else 200
    rows = [one.row for one in seen.both]
    gone = any(row.same_as_id is not None or row.moved_on or row.died_on for row in rows)
    record("resident.read", f"resident:{rows[0].pk}", county=rows[0].county, residents=[row.pk for row in rows])
    context = {"pair": seen, "same": same, "two": two, "no": no, "gone": gone}
    return render(request, "clerk/duplicate_pair.html", context, status=status)
