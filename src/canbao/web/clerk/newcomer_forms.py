"""What is asked of somebody new: of a newborn, of somebody by the papers that they have, and of a household that is not there yet."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from canbao.access.clock import today
from canbao.access.models import Staff
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.divisions.queries import below
from canbao.enrolment.packs import children_apart, traits_known
from canbao.kernel.division_code import DivisionCode, Level
from canbao.kernel.identity import half_width
from canbao.kernel.long_numbers import has_many_digits
from canbao.kernel.passport import passports_like
from canbao.kernel.refusal import must
from canbao.policy import Pack, UnbornName
from canbao.register.domain.entries import HEAD
from canbao.register.domain.residents import (
    name_of_child,
    register_newborn_apart,
    register_resident,
    register_without_papers,
)
from canbao.register.models import Household, Resident, WithoutNumber
from canbao.web.clerk.changes import NOT_A_DAY
from canbao.web.clerk.child_forms import SEXES, OfParentHere, OneOfABirth

_TEXT = {"autocomplete": "off"}


class BirthForm(OneOfABirth):
    """What is asked of every newborn, whoever the parents are."""

    born_on = forms.DateField(
        label=_("出生日期"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": NOT_A_DAY, "invalid": NOT_A_DAY},
    )
    sex = forms.ChoiceField(label=_("性别"), choices=[("", _("请选择")), *SEXES])
    name = forms.CharField(
        label=_("姓名"), help_text=_("还没有起名的不填，记作父亲或母亲的姓名加“宝宝”"), required=False,
        widget=forms.TextInput(_TEXT),
    )  # fmt: skip
    field_order = ("born_on", "sex", "order", "name")

    def clean_born_on(self) -> date:
        born_on: date = self.cleaned_data["born_on"]
        if born_on > today():
            raise forms.ValidationError(_("出生日期不能晚于今天；还没有出生的，出生后再登记"))
        return born_on

    def name_of_child(self, parent: str) -> str:
        return self.cleaned_data["name"] or name_of_child(parent, "宝宝", self.cleaned_data["order"])


class NewbornForm(OfParentHere, BirthForm):
    field_order = ("guardian", *BirthForm.field_order)


class UnbornForm(OfParentHere, OneOfABirth):
    """Of a child who is paid for before it is born."""

    due_on = forms.DateField(
        label=_("预产期"), help_text=_("照产检材料填写；出生后登记实际的出生日期"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), error_messages={"required": NOT_A_DAY, "invalid": NOT_A_DAY},
    )  # fmt: skip
    field_order = ("guardian", "due_on", "order")


def unborn_name(pack: Pack | None) -> UnbornName | None:
    """How an unborn child is registered; None where the notice does not let it be paid for ahead."""
    return pack.household.unborn_name if pack and traits_known(pack, WithoutNumber.UNBORN.value) else None


class SomebodyForm(forms.Form):
    """Somebody who is no newborn, by the papers that they have."""

    papers_are: Any  # how the page names those who have such papers
    name = forms.CharField(label=_("姓名"), widget=forms.TextInput(_TEXT))
    relation = forms.CharField(label=_("与户主关系"), widget=forms.TextInput(_TEXT))

    def __init__(self, *args: Any, is_head: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_head = is_head  # of a household that begins with them
        if is_head:
            del self.fields["relation"]

    def said(self) -> dict[str, Any]:
        return self.cleaned_data | ({"relation": HEAD} if self.is_head else {})

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
        label=_("性别"), help_text=_("同上"), required=False, choices=[("", _("看证件号码")), *SEXES]
    )
    field_order = ("name", "number", "relation")

    def registers(self, home: Household, *, on: date) -> Resident:
        return register_resident(
            household=home, on=on, allow_synthetic=settings.CANBAO_SYNTHETIC_NUMBERS,
            **self.said(),
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
    sex = forms.ChoiceField(label=_("性别"), choices=[("", _("请选择")), *SEXES])
    hukou = forms.ChoiceField(
        label=_("参保类型"),
        choices=[(value, _(label)) for value, label in Resident.Hukou.choices if value != Resident.Hukou.REGISTERED],
    )
    field_order = ("name", "issuer", "number", "born_on", "sex", "relation")

    def registers(self, home: Household, *, on: date) -> Resident:
        return register_resident(
            household=home, on=on, allow_synthetic=False, **self.said(),
        )  # fmt: skip


class WithoutPapersForm(SomebodyForm):
    papers_are = _("没有任何证件号码")
    born_on = forms.DateField(
        label=_("出生日期"), help_text=_("照现有材料填写；只知道大概的，填最接近的一天"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": NOT_A_DAY, "invalid": NOT_A_DAY},
    )  # fmt: skip
    sex = forms.ChoiceField(label=_("性别"), choices=[("", _("请选择")), *SEXES])
    papers = forms.CharField(
        label=_("现有材料和证明人"),
        help_text=_("如：出生医学证明复印件，村委会主任证明。不要写号码。"),
        widget=forms.TextInput(_TEXT),
    )
    field_order = ("name", "born_on", "sex", "relation", "papers")

    def registers(self, home: Household, *, on: date) -> Resident:
        return register_without_papers(household=home, on=on, **self.said())


FORMS: dict[str, type[SomebodyForm]] = {"card": CardForm, "passport": PassportForm, "none": WithoutPapersForm}


class ApartForm(BirthForm):
    """A newborn whose parents are both in the employee scheme."""

    papers_are = _("父母都参加职工医保的新生儿")
    parents_name = forms.CharField(label=_("父亲或母亲的姓名"), widget=forms.TextInput(_TEXT))
    number = forms.CharField(
        label=_("父亲或母亲的证件号码"),
        help_text=_("只用来认出这个孩子，不保存。"),
        widget=forms.TextInput(_TEXT | {"spellcheck": "false"}),
    )
    field_order = ("parents_name", "number", *BirthForm.field_order)

    def __init__(self, data: QueryDict | None = None, *, is_head: bool, initial: dict[str, Any] | None = None) -> None:
        must(is_head, "a child of these parents is in no household of theirs")
        super().__init__(data)  # whoever was looked for is no parent: nothing of `initial`

    def registers(self, home: Household, *, on: date) -> Resident:
        """Says no like `register_newborn_apart`."""
        asked = self.cleaned_data
        return register_newborn_apart(
            household=home, parents_number=asked["number"], name=self.name_of_child("".join(asked["parents_name"].split())), sex=asked["sex"],
            born_on=asked["born_on"], order_of_birth=asked["order"], on=on, allow_synthetic=settings.CANBAO_SYNTHETIC_NUMBERS,
        )  # fmt: skip


class HomeForm(forms.Form):
    """A household that is not there yet."""

    village = forms.ChoiceField(label=_("村（社区）"), error_messages={"required": _("请选一个村（社区）")})
    code = forms.CharField(label=_("农户编码"), help_text=_("新户自己的编码。"), widget=forms.TextInput(_TEXT))
    passbook_account = forms.CharField(
        label=_("涉农补贴折子账号"), required=False, help_text=_("一个账号只对应一户；还没有的先不填。"), widget=forms.TextInput(_TEXT),
    )  # fmt: skip
    address = forms.CharField(label=_("地址"), required=False, widget=forms.TextInput(_TEXT))
    tier = forms.ChoiceField(label=_("全家的档次"), error_messages={"required": _("请选一个档次")})

    def __init__(self, *args: Any, staff: Staff, tiers: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.here = None if DivisionCode(staff.division).level < Level.VILLAGE else staff.division
        if self.here is None:
            self.fields["village"].choices = [("", _("请选择")), *_villages(staff.division)]
        else:
            del self.fields["village"]
        if tiers:
            self.fields["tier"].choices = [("", _("请选择")), *((tier, tier) for tier in tiers)]
        else:
            del self.fields["tier"]

    @property
    def in_village(self) -> str:
        return self.here or str(self.cleaned_data["village"])

    def said(self) -> dict[str, Any]:
        """What `register.domain.households.open_household` is told of it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "village"}


def _villages(division: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Villages that have a committee, under their towns."""
    committees = CollectingUnit.objects.filter(kind=UnitKind.VILLAGE, until__isnull=True).values("division")
    towns = dict(Division.objects.filter(level=Division.Level.TOWN).values_list("code", "name"))
    found: dict[str, list[tuple[str, str]]] = {}
    for village in below(division, Division.Level.VILLAGE).filter(pk__in=committees):
        found.setdefault(village.code[:9], []).append((village.code, village.name))
    return [(towns.get(f"{town}000", ""), villages) for town, villages in found.items()]


def ways_to_register(pack: Pack | None) -> dict[str, type[SomebodyForm | ApartForm]]:
    """By which papers the head of a new household is registered; children apart from their parents where the notice says so."""
    return {**FORMS, **({"apart": ApartForm} if children_apart(pack) else {})}


def carried(typed: str) -> dict[str, str]:
    """What a clerk looked for and did not find, as the beginning of a form: a name, or a number."""
    typed = "".join(half_width(typed).split())
    if passports_like(typed) or has_many_digits(typed):
        return {"number": typed}
    return {} if typed.isascii() else {"name": typed}
