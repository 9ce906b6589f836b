"""Somebody new in a household: a child that has no number yet, or a person with a card. Their bills follow at once."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from canbao.access.clock import now, today
from canbao.access.may import Work
from canbao.access.record import record, recorded_last
from canbao.collection.domain.readjustment import follow_register
from canbao.kernel.identity import IdentityRefusal
from canbao.kernel.refusal import Refusal
from canbao.register.domain.residents import register_newborn, register_resident
from canbao.register.models import Household, Resident
from canbao.register.refusals import NumberTaken
from canbao.web.clerk.changes import NOT_A_DAY
from canbao.web.clerk.household import household_at_desk
from canbao.web.guards import staff_who_may
from canbao.web.refusals import ChildThereAlready

MOST_AT_ONCE = 5  # children of one birth
_TEXT = {"autocomplete": "off"}
_SEXES = [("男", _("男")), ("女", _("女"))]
_NTH = ("", "", "二", "三", "四", "五")


class NewbornForm(forms.Form):
    guardian = forms.ChoiceField(label=_("父亲或母亲"), help_text=_("本户有证件号码的人"))
    born_on = forms.DateField(
        label=_("出生日期"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": NOT_A_DAY, "invalid": NOT_A_DAY},
    )
    sex = forms.ChoiceField(label=_("性别"), choices=[("", _("请选择")), *_SEXES])
    order = forms.TypedChoiceField(
        label=_("这一胎的第几个"), help_text=_("双胞胎、多胞胎逐个登记"), coerce=int, initial=1,
        choices=[(nth, str(nth)) for nth in range(1, MOST_AT_ONCE + 1)],
    )  # fmt: skip
    name = forms.CharField(
        label=_("姓名"), help_text=_("还没有起名的不填，记作父亲或母亲的姓名加“宝宝”"), required=False,
        widget=forms.TextInput(_TEXT),
    )  # fmt: skip

    def __init__(self, *args: Any, home: Household, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guardians = {str(one.pk): one for one in guardians_in(home)}
        self.fields["guardian"].choices = [(key, one.name) for key, one in self.guardians.items()]

    def clean_born_on(self) -> date:
        born_on: date = self.cleaned_data["born_on"]
        if born_on > today():
            raise forms.ValidationError(_("出生日期不能晚于今天；还没有出生的，出生后再登记"))
        return born_on


class PersonForm(forms.Form):
    name = forms.CharField(label=_("姓名"), widget=forms.TextInput(_TEXT))
    number = forms.CharField(
        label=_("证件号码"),
        help_text=_("居民身份证、港澳台居民居住证、外国人永久居留身份证（包括旧版），照证件完整填写，加密保存。"),
        widget=forms.TextInput(_TEXT | {"spellcheck": "false"}),
    )
    relation = forms.CharField(label=_("与户主关系"), widget=forms.TextInput(_TEXT))
    hukou = forms.ChoiceField(
        label=_("参保类型"), choices=[(value, _(label)) for value, label in Resident.Hukou.choices]
    )
    born_on = forms.DateField(
        label=_("出生日期"), help_text=_("外国人永久居留证（旧版）必填；其他证件不用填"), required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), error_messages={"invalid": NOT_A_DAY},
    )  # fmt: skip
    sex = forms.ChoiceField(
        label=_("性别"), help_text=_("同上"), required=False, choices=[("", _("看证件号码")), *_SEXES]
    )


def guardians_in(home: Household) -> list[Resident]:
    """Whose number a child's provisional identity can be made of."""
    here = home.residents.filter(died_on__isnull=True, moved_on__isnull=True, number_sealed__isnull=False)
    return list(here.order_by("pk"))


@staff_who_may(Work.CHANGE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def newborn(request: HttpRequest, household_id: int) -> HttpResponse:
    home = household_at_desk(request, household_id)
    form = NewbornForm(request.POST if request.method == "POST" else None, home=home)
    if not form.is_bound or not form.is_valid():
        return _page(request, home, form, gettext("登记新生儿"))
    asked = form.cleaned_data
    guardian = form.guardians[asked["guardian"]]
    name = asked["name"] or f"{guardian.name}宝宝{_NTH[asked['order']]}"
    try:
        with transaction.atomic(), recorded_last():
            child = register_newborn(guardian=guardian, name=name, sex=asked["sex"], born_on=asked["born_on"], order_of_birth=asked["order"])  # fmt: skip
            _bills_follow(request, child)
    except NumberTaken:
        no = ChildThereAlready(guardian=guardian.name, born_on=asked["born_on"], order=asked["order"])
        return _page(request, home, form, gettext("登记新生儿"), no=no)
    except Refusal as no:
        return _page(request, home, form, gettext("登记新生儿"), no=no)
    messages.success(
        request, gettext("已登记{name}。取得证件号码后，打开他的页面登记号码和正式姓名。").format(name=child.name)
    )
    return redirect("household", home.pk)


@staff_who_may(Work.CHANGE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, household_id: int) -> HttpResponse:
    home = household_at_desk(request, household_id)
    form = PersonForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return _page(request, home, form, gettext("登记新参保人"))
    try:
        with transaction.atomic(), recorded_last():
            made = register_resident(household=home, on=today(), allow_synthetic=settings.CANBAO_SYNTHETIC_NUMBERS, **form.cleaned_data)  # fmt: skip
            _bills_follow(request, made)
    except IdentityRefusal as no:
        form.add_error("number", no.says)
        return _page(request, home, form, gettext("登记新参保人"))
    except Refusal as no:
        return _page(request, home, form, gettext("登记新参保人"), no=no)
    messages.success(request, gettext("已登记{name}。").format(name=made.name))
    return redirect("household", home.pk)


def _bills_follow(request: HttpRequest, one: Resident) -> None:
    follow_register(one.county, [one.pk], at=now(), actor=f"staff:{request.user.username}")


def _page(request: HttpRequest, home: Household, form: forms.Form, title: str, *, no: Refusal | None = None) -> HttpResponse:  # fmt: skip
    context = {"home": home, "form": form, "title": title, "no": no}
    record("household.read", f"household:{home.pk}", county=home.county)
    return render(request, "clerk/newcomer.html", context, status=409 if no else 422 if form.errors else 200)
