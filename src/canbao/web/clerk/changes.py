"""One person of the register: what happened to them, what can be registered now, and what is taken back.

Each change is typed, shown once more as it will be kept (from → to, by the change itself, made and rolled back), and then
confirmed. A page that was confirmed twice registers once.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import now
from canbao.access.may import Work
from canbao.access.record import record, recorded_last
from canbao.collection.domain.households import with_bills
from canbao.enrolment.queries import current_campaign, enrolled_of
from canbao.kernel.identity import IdentityRefusal
from canbao.kernel.passport import ChinesePassport, IssuerMissing, IssuerUnknown
from canbao.kernel.refusal import Refusal
from canbao.register.domain import changes
from canbao.register.domain.undoing import undo
from canbao.register.models import Change, Resident, WithoutNumber
from canbao.register.queries import changes_possible, history_of, residents_in
from canbao.register.refusals import (
    DayNotPossible,
    NumberOfSomebodyElse,
    NumberTaken,
    NumberThereAlready,
)
from canbao.web.clerk.child_forms import SEXES, OfParentHere, OneOfABirth
from canbao.web.guards import staff_who_may
from canbao.web.history import differences, scheme, told
from canbao.web.refusals import ChildThereAlready
from canbao.web.words import refusal_words

Kind = Change.Kind
NOT_A_DAY = _("请填写日期，例如 2021-11-15")


class GroundForm(forms.Form):
    """What every change says: the paper that somebody has seen."""

    last = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the latest change that the page knew of
    why = forms.CharField(
        label=_("变更依据"),
        help_text=_("看了什么材料，如：户口簿、死亡证明、迁移证。不要写号码。"),
        error_messages={"required": _("请写明看了什么材料")},
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def asked(self) -> dict[str, Any]:
        """What the verb of `register.domain.changes` is called with."""
        return {name: value for name, value in self.cleaned_data.items() if name != "last"}


class DayForm(GroundForm):
    on = forms.DateField(
        label=_("发生日期"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": NOT_A_DAY, "invalid": NOT_A_DAY},
    )
    field_order = ("on",)


class BornForm(OfParentHere, OneOfABirth, DayForm):
    on = forms.DateField(
        label=_("出生日期"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": NOT_A_DAY, "invalid": NOT_A_DAY},
    )
    sex = forms.ChoiceField(label=_("性别"), choices=[("", _("请选择")), *SEXES])
    name = forms.CharField(
        label=_("正式姓名"),
        required=False,
        help_text=_("起了名字的填写；还没有的不填。"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    field_order = ("on", "sex", "guardian", "order", "name")

    def asked(self) -> dict[str, Any]:
        said = super().asked()
        return said | {"guardian": self.guardians[said["guardian"]], "order_of_birth": said.pop("order")}


class NameForm(GroundForm):
    name = forms.CharField(
        label=_("正确的姓名"),
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("请填写姓名")},
    )
    field_order = ("name",)


class NumberForm(GroundForm):
    number = forms.CharField(
        label=_("证件号码"),
        help_text=_("照证件完整填写，加密保存。"),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("请填写证件号码")},
    )
    issuer = forms.CharField(
        label=_("护照签发国代码"),
        required=False,
        max_length=20,
        help_text=_("只有外国护照填：资料页上的三个字母，例如越南 VNM。其他证件不填。"),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ("number", "issuer")

    def asked(self) -> dict[str, Any]:
        return super().asked() | {"allow_synthetic": settings.CANBAO_SYNTHETIC_NUMBERS}


class NumberGivenForm(NumberForm):
    name = forms.CharField(
        label=_("正式姓名"),
        required=False,
        help_text=_("起了名字的填写；不变的不填。"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    field_order = ("number", "issuer", "name")


class DetailsForm(GroundForm):
    relation = forms.CharField(label=_("与户主关系"), required=False, widget=forms.TextInput({"autocomplete": "off"}))
    sex = forms.ChoiceField(
        label=_("性别"), required=False, choices=[("", _("未登记")), ("男", _("男")), ("女", _("女"))]
    )
    born_on = forms.DateField(
        label=_("出生日期"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": NOT_A_DAY, "invalid": NOT_A_DAY},
    )
    hukou = forms.ChoiceField(
        label=_("参保类型"), choices=[(value, _(label)) for value, label in Resident.Hukou.choices]
    )
    papers = forms.CharField(
        label=_("现有材料和证明人"),
        help_text=_("有什么材料、由谁证明。不要写号码。"),
        error_messages={"required": _("请写明有什么材料、由谁证明")},
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    field_order = ("relation", "sex", "born_on", "hukou", "papers")


class LeftForm(DayForm):
    on = forms.DateField(
        label=_("职工医保最后一天"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": NOT_A_DAY, "invalid": NOT_A_DAY},
    )
    months = forms.IntegerField(
        label=_("连续参保月数"),
        required=False,
        min_value=0,
        max_value=999,
        help_text=_("不清楚的不填。"),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _("请填写月数，例如 24；不清楚的不填")),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    back_paid = forms.TypedChoiceField(
        label=_("其中有没有补缴"),
        required=False,
        choices=[("", _("不清楚")), ("yes", _("有补缴")), ("no", _("没有补缴"))],
        coerce=lambda chosen: chosen == "yes",
        empty_value=None,
    )
    field_order = ("on", "months", "back_paid")


# What a page asks for each kind, and which verb then answers.
FORMS: dict[Kind, tuple[type[GroundForm], Callable[..., Change]]] = {
    Kind.NUMBER_GIVEN: (NumberGivenForm, changes.give_number),
    Kind.NUMBER: (NumberForm, changes.correct_number),
    Kind.BORN: (BornForm, changes.born),
    Kind.NOT_BORN: (GroundForm, changes.not_born),
    Kind.NAME: (NameForm, changes.correct_name),
    Kind.DETAILS: (DetailsForm, changes.correct_details),
    Kind.DIED: (DayForm, changes.died),
    Kind.MOVED: (DayForm, changes.moved_away),
    Kind.RETURNED: (DayForm, changes.returned),
    Kind.EMPLOYED: (DayForm, changes.joined_employee_scheme),
    Kind.LEFT_EMPLOYMENT: (LeftForm, changes.left_employee_scheme),
    Kind.WITHDRAWN: (GroundForm, changes.withdraw),
}
# What follows from a change beside what the register shows, where people ask for it.
FOLLOWS = {
    Kind.NUMBER_GIVEN: _("还是同一个人：账单、参保记录和票据都不变。"),
    Kind.NUMBER: _("还是同一个人：账单、参保记录和票据都不变。"),
    Kind.BORN: _("还是同一个人：账单、参保记录和票据都不变。待遇从出生那天算起，不早于待遇期的第一天。"),
    Kind.NOT_BORN: _("登记后从名册上撤下；已经缴的钱记入应退，审核后退还。"),
    Kind.DIED: _("登记后不再向这个人收费；已经缴的钱不会因此自动退还。"),
    Kind.MOVED: _("登记后不再向这个人收费；已经缴的钱不会因此自动退还。"),
    Kind.WITHDRAWN: _(
        "只用于不该登记的人，例如登记错了村、查无此人。迁走、死亡的请用“迁出”“死亡”；登记了两次的请到“疑似重复”合并。"
    ),
}


@staff_who_may(Work.CHANGE_REGISTER)
@require_safe
def resident(request: HttpRequest, resident_id: int) -> HttpResponse:
    return resident_page(request, _resident(request, resident_id))


@staff_who_may(Work.CHANGE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, resident_id: int, kind: str) -> HttpResponse:
    """First the form; sent, what would be kept; confirmed, it is kept."""
    if kind not in FORMS:
        raise Http404
    kind, person = Kind(kind), _resident(request, resident_id)
    if request.method == "POST":
        return _sent(request, person, kind)
    if kind not in changes_possible(person):
        return redirect("resident", person.pk)
    return _form_page(request, person, kind, _form(person, kind, initial=_initial(person)))


def _form(person: Resident, kind: Kind, sent: QueryDict | None = None, **initial: Any) -> GroundForm:
    """Of whoever has a number nobody asks by what else they are known."""
    more = {"home": person.household} if kind is Kind.BORN else {}
    form = FORMS[kind][0](sent, **initial, **more)
    if "papers" in form.fields and person.number_kind != WithoutNumber.WITHOUT_PAPERS:
        del form.fields["papers"]
    return form


def _sent(request: HttpRequest, person: Resident, kind: Kind) -> HttpResponse:
    form = _form(person, kind, request.POST)
    if not form.is_valid():
        return _form_page(request, person, kind, form)
    is_confirmed = "confirmed" in request.POST
    try:
        with transaction.atomic():
            person = _held(request, person.pk)  # before it is asked what was the last: nobody adds to it from now on
            goes_on = is_confirmed and (form.cleaned_data["last"] or 0) == _last(person)
            if is_confirmed and not goes_on and _is_done(request, person, kind, form):
                return redirect("resident", person.pk)
            if goes_on:
                made = _with_bills(request, person, lambda: _made(request, person, kind, form))
            else:
                with recorded_last():
                    made = _made(request, person, kind, form)
            transaction.set_rollback(not goes_on)
    except Refusal as no:
        if isinstance(form, BornForm) and isinstance(no, NumberTaken):
            guardian = form.guardians[form.cleaned_data["guardian"]]
            no = ChildThereAlready(guardian=guardian.name, born_on=form.cleaned_data["on"], order=form.cleaned_data["order"])  # fmt: skip
        if isinstance(no, NumberTaken):  # that says something of somebody else: it is on record who asked
            record("number.tried", f"resident:{person.pk}", county=person.county)
        return _form_page(request, person, kind, form, no=no)
    if not goes_on:
        return _confirm_page(request, person, kind, form, made, is_stale=is_confirmed)
    messages.success(request, gettext("已登记：{kind}。").format(kind=gettext(str(kind.label))))
    return redirect("resident", person.pk)


@staff_who_may(Work.CHANGE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, resident_id: int, change_id: int) -> HttpResponse:
    """The page shows what would be as before, which is its confirmation; sent, it is."""
    person = _resident(request, resident_id)
    made = get_object_or_404(history_of(person), pk=change_id)
    if made.together is not None:  # others are concerned, and their bills
        return redirect("undo-household-change", person.household_id, made.pk)
    if request.method != "POST":
        return _undo_page(request, person, made, GroundForm())
    form = GroundForm(request.POST)
    if not form.is_valid():
        return _undo_page(request, person, made, form)
    try:
        ground = form.cleaned_data["why"]
        _with_bills(request, person, lambda: undo(made, by=request.user, why=ground, at=now()))
    except Refusal as no:
        return _undo_page(request, person, made, form, no=no)
    messages.success(request, gettext("已撤销：{kind}。").format(kind=gettext(made.get_kind_display())))
    return redirect("resident", person.pk)


def _resident(request: HttpRequest, resident_id: int) -> Resident:
    """Of the clerk's own place, else there is nobody."""
    return get_object_or_404(residents_in(request.user.division), pk=resident_id)


def _held(request: HttpRequest, resident_id: int) -> Resident:
    """As they are registered now, and nobody else changes them until the transaction ends."""
    of_mine = residents_in(request.user.division).select_for_update(of=("self",))
    return get_object_or_404(of_mine, pk=resident_id)


def _with_bills(request: HttpRequest, person: Resident, change: Callable[[], Change]) -> Change:
    """The register and the bills by it, both or neither."""
    return with_bills(change, county=person.county, residents=[person.pk], at=now(), actor=f"staff:{request.user.username}")  # fmt: skip


def _last(person: Resident) -> int:
    return history_of(person).values_list("pk", flat=True).first() or 0


def _made(request: HttpRequest, person: Resident, kind: Kind, form: GroundForm) -> Change:
    return FORMS[kind][1](person, by=request.user, at=now(), **_changed(form, person))


def _is_done(request: HttpRequest, person: Resident, kind: Kind, form: GroundForm) -> bool:
    """A doubled click: since the page was shown, the same clerk has registered what this form says, and that still holds.

    The register itself is asked: were that change not there, what would this form write?
    """
    mine = {"kind": kind, "by": f"staff:{request.user.username}", "why": " ".join(form.cleaned_data["why"].split())}
    since = history_of(person).filter(pk__gt=form.cleaned_data["last"] or 0, is_undone=False, **mine)
    return any(_says(_anew(request, one, kind, form)) == _says(one) for one in since)


def _anew(request: HttpRequest, done: Change, kind: Kind, form: GroundForm) -> Change | None:
    """What the form would write in place of `done`; nothing of it stays. None: it, or taking that back, is refused."""
    try:
        with transaction.atomic():
            undo(done, by=request.user, why=done.why, at=now())
            made = _made(request, _resident(request, done.resident_id), kind, form)
            transaction.set_rollback(True)
            return made
    except Refusal:
        return None


def _says(change: Change | None) -> tuple[date, dict[str, Any]] | None:
    """Without sealed texts, which are others each time: the token beside them says whether it is the same number."""
    if change is None:
        return None
    return change.on, {name: value for name, value in change.after.items() if not name.endswith("_sealed")}


def _initial(person: Resident) -> dict[str, Any]:
    details = {column: getattr(person, column) for column in changes.DETAILS}
    return details | {"name": "" if person.number_sealed is None else person.name}


def _changed(form: GroundForm, person: Resident) -> dict[str, Any]:
    """Of the details only what is to be another: what stays is no correction."""
    asked = form.asked()
    if not isinstance(form, DetailsForm):
        return asked
    stays = {column for column in changes.DETAILS if asked.get(column) == getattr(person, column)}
    return {name: value for name, value in asked.items() if name not in stays}


# Which field a refusal is about: by its code, else by what it names.
_BY_CODE = {
    "birth_not_possible": "born_on",
    "birthday_missing": "born_on",
    "due_elsewhen": "due_on",
    "ground_missing": "why",
    "household_code_taken": "code",
    "household_not_found": "into",
    "passbook_taken": "passbook_account",
    "same_household": "into",
    "tier_not_possible": "tier",
    **{no.code: "issuer" for no in (IssuerMissing, IssuerUnknown, ChinesePassport)},
}
_BY_WHAT = {
    "姓名": "name",
    "依据": "why",
    "与户主关系": "relation",
    "性别": "sex",
    "出生日期": "born_on",
    "参保类型": "hukou",
    "现有材料和证明人": "papers",
    "农户编码": "code",
    "涉农补贴折子账号": "passbook_account",
    "地址": "address",
}


def beside(no: Refusal, form: forms.Form) -> str | None:
    """The field that a refusal is about; None: it is about the person, or the household."""
    if no.code in _BY_CODE:
        field = _BY_CODE[no.code]
    elif isinstance(no, (IdentityRefusal, NumberTaken, NumberOfSomebodyElse, NumberThereAlready)):
        field = "number"
    elif isinstance(no, DayNotPossible):
        field = "on" if "on" in form.fields else "born_on"
    else:
        field = _BY_WHAT.get(str(no.words.get("what", "")), "")
    return field if field in form.fields else None


def said_beside(form: forms.Form, no: Refusal | None) -> Refusal | None:
    """What a field is told; what is left for the head of the page is given back."""
    field = beside(no, form) if no else None
    if no is None or field is None:
        return no
    words = refusal_words(no)
    form.add_error(
        field, f"{words['says']}{gettext('怎么办：')}{words['remedy']}" if words["remedy"] else words["says"]
    )
    return None


def resident_page(request: HttpRequest, person: Resident) -> HttpResponse:
    campaign = current_campaign(person.county)
    context = {
        "person": person,
        "scheme": scheme(person.circumstances["employee_scheme"]) if "employee_scheme" in person.circumstances else "",
        "history": told(history_of(person)),
        "possible": changes_possible(person),
        "is_enrolled": campaign is not None and person.pk in enrolled_of(campaign, [person.pk]),
    }
    _read(person)
    return render(request, "clerk/resident.html", context)


def _form_page(
    request: HttpRequest, person: Resident, kind: Kind, form: GroundForm, *, no: Refusal | None = None
) -> HttpResponse:
    status = 409 if no else 422 if form.errors else 200
    no = said_beside(form, no)
    context = {
        "person": person,
        "kind": kind,
        "form": form,
        "no": no,
        "follows": FOLLOWS.get(kind),
        "last": _last(person),
    }
    _read(person)
    return render(request, "clerk/change.html", context, status=status)


def _confirm_page(
    request: HttpRequest, person: Resident, kind: Kind, form: GroundForm, made: Change, *, is_stale: bool
) -> HttpResponse:
    sent = [(name, request.POST[name]) for name in form.fields if name in request.POST and name != "last"]
    context = {
        "person": person, "kind": kind, "made": made, "differences": differences(made), "sent": sent, "is_stale": is_stale,
        "follows": FOLLOWS.get(kind), "last": _last(person), "is_dated": "on" in form.fields,
    }  # fmt: skip
    _read(person)
    return render(request, "clerk/confirm_change.html", context)


def _undo_page(
    request: HttpRequest, person: Resident, made: Change, form: GroundForm, *, no: Refusal | None = None
) -> HttpResponse:
    status = 409 if no else 422 if form.errors else 200
    no = said_beside(form, no)
    context = {"person": person, "one": told([made])[0], "form": form, "no": no}
    _read(person)
    return render(request, "clerk/undo.html", context, status=status)


def _read(person: Resident) -> None:
    record("resident.read", f"resident:{person.pk}", county=person.county, residents=[person.pk])
