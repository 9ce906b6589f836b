"""Somebody new in a household: a child that has no number yet, a person with a card or a passport, a person without any papers.
Their bills follow at once.
"""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from canbao.access.clock import now, today
from canbao.access.may import Work
from canbao.access.record import record, recorded_last
from canbao.collection.domain.readjustment import follow_register
from canbao.enrolment.packs import traits_known
from canbao.enrolment.queries import current_campaign
from canbao.kernel.refusal import Refusal
from canbao.register.domain.residents import register_newborn, register_resident, register_without_papers
from canbao.register.models import Household, Resident
from canbao.register.refusals import NumberTaken
from canbao.web.clerk.changes import NOT_A_DAY, said_beside
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


# How notices write of whoever is of another state, and of why they are here.
_HERE_BECAUSE = {Resident.Hukou.PERMIT: "居住证", Resident.Hukou.STUDENT: "在校学生"}


def _foreign(home: Household, hukou: str) -> list[str]:
    traits = ("外籍", *(word for why, word in _HERE_BECAUSE.items() if why == hukou))
    return traits_known(current_campaign(home.county), *traits)


class SomebodyForm(forms.Form):
    """Somebody who is no newborn, by the papers that they have."""

    papers_are: Any  # how the page names those who have such papers
    name = forms.CharField(label=_("姓名"), widget=forms.TextInput(_TEXT))
    relation = forms.CharField(label=_("与户主关系"), widget=forms.TextInput(_TEXT))

    def registers(self, home: Household, *, on: date) -> Resident:
        """Says no like the verb of `register.domain.residents` that it calls."""
        raise NotImplementedError


class CardForm(SomebodyForm):
    papers_are = _("有身份证、居住证或永久居留证")
    number = forms.CharField(
        label=_("证件号码"),
        help_text=_("居民身份证、港澳台居民居住证、外国人永久居留身份证（包括旧版），照证件完整填写，加密保存。"),
        widget=forms.TextInput(_TEXT | {"spellcheck": "false"}),
    )
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
    field_order = ("name", "number", "relation")

    def registers(self, home: Household, *, on: date) -> Resident:
        return register_resident(
            household=home, on=on, allow_synthetic=settings.CANBAO_SYNTHETIC_NUMBERS, if_foreign=_foreign(home, self.cleaned_data["hukou"]),
            **self.cleaned_data,
        )  # fmt: skip


class PassportForm(SomebodyForm):
    papers_are = _("只有外国护照")
    issuer = forms.CharField(
        label=_("护照签发国代码"),
        help_text=_("资料页上的三个字母，例如越南 VNM、美国 USA；德国只有一个字母 D。"),
        max_length=20,
        widget=forms.TextInput(_TEXT | {"spellcheck": "false"}),
    )
    number = forms.CharField(
        label=_("护照号码"),
        help_text=_("照资料页完整填写，加密保存。"),
        widget=forms.TextInput(_TEXT | {"spellcheck": "false"}),
    )
    born_on = forms.DateField(
        label=_("出生日期"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": NOT_A_DAY, "invalid": NOT_A_DAY},
    )  # fmt: skip
    sex = forms.ChoiceField(label=_("性别"), choices=[("", _("请选择")), *_SEXES])
    hukou = forms.ChoiceField(
        label=_("参保类型"),
        choices=[(value, _(label)) for value, label in Resident.Hukou.choices if value != Resident.Hukou.REGISTERED],
    )
    field_order = ("name", "issuer", "number", "born_on", "sex", "relation")

    def registers(self, home: Household, *, on: date) -> Resident:
        return register_resident(
            household=home, on=on, allow_synthetic=False, if_foreign=_foreign(home, self.cleaned_data["hukou"]), **self.cleaned_data,
        )  # fmt: skip


class WithoutPapersForm(SomebodyForm):
    papers_are = _("没有任何证件号码")
    born_on = forms.DateField(
        label=_("出生日期"), help_text=_("照现有材料填写；只知道大概的，填最接近的一天"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": NOT_A_DAY, "invalid": NOT_A_DAY},
    )  # fmt: skip
    sex = forms.ChoiceField(label=_("性别"), choices=[("", _("请选择")), *_SEXES])
    papers = forms.CharField(
        label=_("现有材料和证明人"),
        help_text=_("如：出生医学证明复印件，村委会主任证明。不要写号码。"),
        widget=forms.TextInput(_TEXT),
    )
    field_order = ("name", "born_on", "sex", "relation", "papers")

    def registers(self, home: Household, *, on: date) -> Resident:
        return register_without_papers(household=home, on=on, **self.cleaned_data)


FORMS: dict[str, type[SomebodyForm]] = {"card": CardForm, "passport": PassportForm, "none": WithoutPapersForm}


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
def person(request: HttpRequest, household_id: int, papers: str = "card") -> HttpResponse:
    home = household_at_desk(request, household_id)
    if papers not in FORMS:
        raise Http404
    form = FORMS[papers](request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return _person_page(request, home, papers, form)
    try:
        with transaction.atomic(), recorded_last():
            made = form.registers(home, on=today())
            _bills_follow(request, made)
    except Refusal as no:
        return _person_page(request, home, papers, form, no=no)
    messages.success(request, gettext("已登记{name}。").format(name=made.name))
    return redirect("household", home.pk)


def _bills_follow(request: HttpRequest, one: Resident) -> None:
    follow_register(one.county, [one.pk], at=now(), actor=f"staff:{request.user.username}")


def _person_page(
    request: HttpRequest, home: Household, papers: str, form: SomebodyForm, *, no: Refusal | None = None
) -> HttpResponse:
    ways = [(way, one.papers_are, way == papers) for way, one in FORMS.items()]
    return _page(request, home, form, gettext("登记新参保人"), no=no, ways=ways)


def _page(
    request: HttpRequest, home: Household, form: forms.Form, title: str, *, no: Refusal | None = None, **more: Any
) -> HttpResponse:
    status = 409 if no else 422 if form.errors else 200
    context = {"home": home, "form": form, "title": title, "no": said_beside(form, no), **more}
    record("household.read", f"household:{home.pk}", county=home.county)
    return render(request, "clerk/newcomer.html", context, status=status)
