"""A household of the register: it splits, people go over to another, its papers are corrected, its tier changes, all taken back.

Like a person's change (`web/clerk/changes.py`): typed; then really done and rolled back, to show who is where and who owes
what before and after; then confirmed. A page that was confirmed twice changes once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from canbao.access.clock import now, today
from canbao.access.may import Work
from canbao.access.record import record
from canbao.collection.domain.households import with_bills
from canbao.enrolment.packs import children_apart, pack_in_force
from canbao.enrolment.queries import current_campaign
from canbao.kernel.refusal import Refusal
from canbao.register.domain import households
from canbao.register.domain.households import Regrouped, living_in
from canbao.register.domain.undoing import undo
from canbao.register.models import Change, Household, Resident
from canbao.register.queries import HouseholdFound, find_households, history_of_household, households_in, together_with
from canbao.register.refusals import HouseholdNotFound
from canbao.web.clerk.changes import GroundForm, said_beside
from canbao.web.guards import staff_who_may
from canbao.web.history import differences, told
from canbao.web.members import Member, State, members

Kind = Change.Kind
RELATIONS = ("户主", "配偶", "子女", "儿媳", "女婿", "父母", "孙子女", "兄弟姐妹", "其他亲属")


class PeopleForm(GroundForm):
    """Everybody of the household: who leaves, and how each is related to the head of where they are then."""

    how = _("勾选要走的人。两边各有一个户主：关系变了的，改“与户主关系”。")

    def __init__(self, home: Household, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = living_in(home)
        for one in self.people:
            self.fields[f"leaves-{one.pk}"] = forms.BooleanField(label=one.name, required=False)
            self.fields[f"relation-{one.pk}"] = forms.CharField(
                label=_("与户主关系"),
                required=False,
                initial=one.relation,
                widget=forms.TextInput({"autocomplete": "off", "list": "relations"}),
            )

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {"person": one, "leaves": self[f"leaves-{one.pk}"], "relation": self[f"relation-{one.pk}"]}
            for one in self.people
        ]

    @property
    def beside_people(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if not field.name.startswith(("leaves-", "relation-"))]

    def leaving(self) -> list[int]:
        return [one.pk for one in self.people if self.cleaned_data[f"leaves-{one.pk}"]]

    def relations(self) -> dict[int, str]:
        typed = {one: self.cleaned_data[f"relation-{one.pk}"] for one in self.people}
        return {one.pk: relation for one, relation in typed.items() if relation != one.relation}


def _typed(label: Any, *, required: bool = True, help_text: Any = "", **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("请填写{what}").format(what=label)} if required else {},
        **kwargs,
    )


class SplitForm(PeopleForm):
    code = _typed(_("农户编码"), help_text=_("新户自己的编码。"))
    passbook_account = _typed(_("涉农补贴折子账号"), required=False, help_text=_("新户自己的折子；还没有的先不填。"))
    address = _typed(_("地址"), required=False)
    field_order = ("code", "passbook_account", "address")

    def does(self, home: Household, **by: Any) -> Regrouped:
        said = {name: self.cleaned_data[name] for name in ("code", "passbook_account", "address")}
        return households.split_off(home, self.leaving(), relations=self.relations(), **said, **by)


class MoveForm(PeopleForm):
    into = _typed(_("迁入哪一户"), help_text=_("农户编码，或那一户里一个人的姓名。"))
    field_order = ("into",)
    home: Household | None = None  # the one that was meant, once it is found

    def does(self, home: Household, **by: Any) -> Regrouped:
        if self.home is None:
            raise HouseholdNotFound
        return households.move_over(home, self.leaving(), into=self.home, relations=self.relations(), **by)


class DetailsForm(GroundForm):
    code = _typed(_("农户编码"))
    passbook_account = _typed(_("涉农补贴折子账号"), required=False, help_text=_("没有折子的不填。"))
    address = _typed(_("地址"), required=False)
    field_order = ("code", "passbook_account", "address")

    def __init__(self, home: Household, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("code", "passbook_account", "address"):
            self.fields[name].initial = getattr(home, name)

    def does(self, home: Household, **by: Any) -> Regrouped:
        said = {name: self.cleaned_data[name] for name in ("code", "passbook_account", "address")}
        return households.correct_household(home, **said, **by)


class TierForm(GroundForm):
    tier = forms.ChoiceField(label=_("全家的档次"), error_messages={"invalid_choice": _("请选一个档次")})
    field_order = ("tier",)

    def __init__(self, home: Household, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tiers = tiers_of(home)
        self.fields["tier"].choices = [(tier, tier) for tier in self.tiers]
        self.fields["tier"].initial = home.tier

    def does(self, home: Household, **by: Any) -> Regrouped:
        return households.change_tier(home, self.cleaned_data["tier"], possible=self.tiers, **by)


FORMS: dict[Kind, type[SplitForm | MoveForm | DetailsForm | TierForm]] = {
    Kind.SPLIT: SplitForm,
    Kind.MOVED_HOME: MoveForm,
    Kind.HOUSEHOLD: DetailsForm,
    Kind.TIER: TierForm,
}
TITLES = {
    Kind.SPLIT: _("分户"),
    Kind.MOVED_HOME: _("迁入他户、并户"),
    Kind.HOUSEHOLD: _("更正户信息"),
    Kind.TIER: _("更换档次"),
}
# What it is, and what follows for those who have paid.
LEADS = {
    Kind.SPLIT: _("这一户的一部分人另立一户，例如子女成家。"),
    Kind.MOVED_HOME: _("有人到另一户去，例如结婚；全家都选就是并到那一户。"),
    Kind.TIER: _("一家人选同一档，全家一起换。"),
}


def tiers_of(home: Household) -> tuple[str, ...]:
    """The tiers of the notice in force here; none where all pay one price."""
    pack = pack_in_force(home.county)
    return pack.tiers if pack else ()


def possible_here(home: Household) -> list[tuple[Kind, Any]]:
    """What may be done with a household as it is now."""
    living = len(living_in(home))
    fits = {
        Kind.SPLIT: living > 1,
        Kind.MOVED_HOME: living > 0,
        Kind.HOUSEHOLD: True,
        Kind.TIER: living > 0 and len(tiers_of(home)) > 1,
    }
    return [(kind, title) for kind, title in TITLES.items() if fits[kind]]


@staff_who_may(Work.CHANGE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, household_id: int, kind: str) -> HttpResponse:
    """First the form; sent, what would become of everybody; confirmed, it is done."""
    if kind not in FORMS:
        raise Http404
    kind, home = Kind(kind), _home(request, household_id)
    if request.method == "POST":
        return _sent(request, home, kind)
    if kind not in [one for one, _title in possible_here(home)]:
        return redirect("household", home.pk)
    return _form_page(request, home, kind, FORMS[kind](home))


@dataclass(frozen=True, slots=True)
class Seen:
    """One household as it is, or as it would be, with everybody in it."""

    home: Household
    people: list[Member]


@dataclass(frozen=True, slots=True)
class Turn:
    """One person: where they were and owed what, and where they would be and owe what."""

    person: Resident
    was: Member | None
    becomes: Member | None
    was_in: Household | None
    is_in: Household
    back_fen: int  # of what was paid, what goes back by this

    @property
    def comes_over(self) -> bool:
        return self.was_in != self.is_in

    @property
    def differs(self) -> bool:
        return self.comes_over or self.back_fen > 0 or _sum(self.was) != _sum(self.becomes)


def _sum(member: Member | None) -> tuple[State, int | None] | None:
    return None if member is None else (member.state, member.due_fen)


def _sent(request: HttpRequest, home: Household, kind: Kind) -> HttpResponse:
    form = FORMS[kind](home, request.POST)
    if not form.is_valid():
        return _form_page(request, home, kind, form)
    offered = _look_for(request, home, form)
    if offered:
        return _form_page(request, home, kind, form, offered=offered)
    is_confirmed = "confirmed" in request.POST
    homes = [home, *([form.home] if isinstance(form, MoveForm) and form.home else [])]
    try:
        with transaction.atomic():
            _hold(homes)  # before it is asked what was the last: nobody changes them from now on
            goes_on = is_confirmed and (form.cleaned_data["last"] or 0) == _last(homes)
            if is_confirmed and not goes_on and _is_done(request, home, kind, form):
                return redirect("household", home.pk)
            before = _seen(homes)
            done = _made(request, homes, form)
            after = _seen({one.pk: one for one in (*homes, done.home, done.other)}.values())
            turns, written = _turns(before, after), list(Change.objects.filter(together=done.together).order_by("pk"))
            shown = [difference for one in written if one.resident_id is None for difference in differences(one)]
            transaction.set_rollback(not goes_on)
    except Refusal as no:
        return _form_page(request, home, kind, form, no=no)
    if goes_on:
        messages.success(request, gettext("已登记：{kind}。").format(kind=gettext(str(done.kind.label))))
        return redirect("household", home.pk)
    context = {
        "home": home, "other": done.other, "kind": kind, "title": done.kind.label, "turns": turns, "after": after, "differences": shown,
        "why": form.cleaned_data["why"], "is_stale": is_confirmed, "last": _last(homes),
        "sent": [(name, value) for name, value in request.POST.items() if name not in _NOT_SENT_ON],
    }  # fmt: skip
    _read(home)
    return render(request, "clerk/confirm_regrouping.html", context)


_NOT_SENT_ON = {"csrfmiddlewaretoken", "last", "confirmed"}


@staff_who_may(Work.CHANGE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, household_id: int, change_id: int) -> HttpResponse:
    """The page shows what would be as before, which is its confirmation; sent, it is, for everybody whom it concerned."""
    home = _home(request, household_id)
    made = get_object_or_404(Change, pk=change_id, together__isnull=False)
    form = GroundForm(request.POST or None)
    no = None
    if request.method == "POST" and form.is_valid():
        whole = list(together_with(made))
        touched = {one.household_id for one in whole} | {
            one.left_household_id for one in whole if one.left_household_id
        }
        people = Resident.objects.filter(household__in=touched).values_list("pk", flat=True)
        try:
            with_bills(
                lambda: undo(made, by=request.user, why=form.cleaned_data["why"], at=now()),
                county=home.county, residents=list(people), at=now(), actor=f"staff:{request.user.username}",
            )  # fmt: skip
        except Refusal as refused:
            no = refused
        else:
            messages.success(request, gettext("已撤销：{kind}。").format(kind=gettext(made.get_kind_display())))
            return redirect("household", home.pk)
    status = 409 if no else 422 if form.is_bound and form.errors else 200
    context = {"home": home, "all": told(together_with(made)), "form": form, "no": no, "made": made}
    _read(home)
    return render(request, "clerk/undo_regrouping.html", context, status=status)


# --- what both have in common -----------------------------------------------------------------------------------------


def _home(request: HttpRequest, household_id: int) -> Household:
    """Of the clerk's own place, else there is no such household."""
    return get_object_or_404(households_in(request.user.division), pk=household_id)


def _hold(homes: Sequence[Household]) -> None:
    list(Household.objects.select_for_update(no_key=True).filter(pk__in=[one.pk for one in homes]).order_by("pk"))


def _last(homes: Sequence[Household]) -> int:
    """The latest change of these households or of anybody in them."""
    these = Q(household__in=homes) | Q(left_household__in=homes)
    return Change.objects.filter(these).aggregate(last=Max("pk"))["last"] or 0


def _look_for(request: HttpRequest, home: Household, form: forms.Form) -> list[HouseholdFound]:
    """The other household, by what was typed of it: several, and the page offers them; one, and it is meant."""
    if not isinstance(form, MoveForm):
        return []
    text = "".join(form.cleaned_data["into"].split())
    found = find_households(text, division=request.user.division)
    exact = [one for one in found if one.code == text]
    found = exact or [one for one in found if one.id != home.pk]
    if len(found) == 1:
        form.home = households_in(request.user.division).get(pk=found[0].id)
        return []
    return found


def _made(request: HttpRequest, homes: Sequence[Household], form: Any) -> Regrouped:
    people = Resident.objects.filter(household__in=homes).values_list("pk", flat=True)
    at = now()
    return with_bills(
        lambda: form.does(homes[0], by=request.user, why=form.cleaned_data["why"], at=at),
        county=homes[0].county, residents=list(people), at=at, actor=f"staff:{request.user.username}",
    )  # fmt: skip


def _is_done(request: HttpRequest, home: Household, kind: Kind, form: Any) -> bool:
    """A doubled click: since the page was shown, the same clerk has done this, on the same ground, to the same people."""
    kinds = [kind, Kind.JOINED] if kind is Kind.MOVED_HOME else [kind]
    mine = history_of_household(home).filter(
        pk__gt=form.cleaned_data["last"] or 0, kind__in=kinds, by=f"staff:{request.user.username}",
        why=" ".join(form.cleaned_data["why"].split()), is_undone=False,
    )  # fmt: skip
    chosen = {int(name.removeprefix("leaves-")) for name in request.POST if name.startswith("leaves-")}
    for one in mine:
        whole = list(together_with(one))
        if {each.resident_id for each in whole if each.left_household_id} == chosen and _says_the_same(whole, form):
            return True
    return False


def _says_the_same(whole: Iterable[Change], form: Any) -> bool:
    """What the form says of a household is what is registered of it since."""
    asked = {
        name: form.cleaned_data[name] for name in ("code", "passbook_account", "tier") if name in form.cleaned_data
    }
    for one in whole:
        if one.left_household_id or one.resident_id is None:
            home = Household.objects.get(pk=one.household_id)
            return all((getattr(home, name) or "") == "".join(value.split()) for name, value in asked.items())
    return False


def _seen(homes: Iterable[Household]) -> list[Seen]:
    """As they are registered at this moment, in the order in which they are given."""
    keys = [home.pk for home in homes]
    fresh = Household.objects.select_related("unit").in_bulk(keys)
    campaign = current_campaign(fresh[keys[0]].county)
    return [Seen(fresh[key], members(campaign, fresh[key], on=today()) if campaign else []) for key in keys]


def _turns(before: Sequence[Seen], after: Sequence[Seen]) -> list[Turn]:
    """Everybody of the households, before and after; who owes or is owed another sum is among those that differ."""
    was = {member.resident.pk: (seen, member) for seen in before for member in seen.people}
    becomes = {member.resident.pk: (seen, member) for seen in after for member in seen.people}
    turns = []
    for pk, (seen, member) in becomes.items():
        old_home, old = was.get(pk, (None, None))
        back = _going_back(member) - (_going_back(old) if old else 0)
        turns.append(Turn(member.resident, old, member, old_home.home if old_home else None, seen.home, back))
    return turns


def _going_back(member: Member) -> int:
    return sum(one.returned_fen + one.to_return_fen for one in member.paid)


def _form_page(
    request: HttpRequest,
    home: Household,
    kind: Kind,
    form: Any,
    *,
    no: Refusal | None = None,
    offered: Sequence[HouseholdFound] = (),
) -> HttpResponse:
    status = 409 if no else 422 if form.errors else 200
    no = said_beside(form, no)
    context = {
        "home": home, "kind": kind, "title": TITLES[kind], "lead": LEADS.get(kind), "apart": children_apart(pack_in_force(home.county)) if kind is Kind.SPLIT else "", "form": form, "no": no, "offered": offered,
        "last": _last([home, *([form.home] if isinstance(form, MoveForm) and form.home else [])]), "relations": RELATIONS,
    }  # fmt: skip
    _read(home)
    return render(request, "clerk/regroup.html", context, status=status)


def _read(home: Household) -> None:
    record("household.read", f"household:{home.pk}", county=home.county)
