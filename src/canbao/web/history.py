"""What happened to a person of the register, in plain words: what it was, since when, on what ground, and who said so."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from canbao.access.names import names_of_staff
from canbao.divisions.models import Division
from canbao.register.models import Change, Household, Resident
from canbao.web.templatetags.canbao import day, tail

_LABELS = {
    "name": gettext_lazy("姓名"),
    "relation": gettext_lazy("与户主关系"),
    "sex": gettext_lazy("性别"),
    "born_on": gettext_lazy("出生日期"),
    "number_kind": gettext_lazy("证件类型"),
    "number_tail": gettext_lazy("证件号码"),
    "papers": gettext_lazy("现有材料和证明人"),
    "hukou": gettext_lazy("参保类型"),
    "died_on": gettext_lazy("死亡日期"),
    "moved_on": gettext_lazy("迁出日期"),
    "division": gettext_lazy("村（社区）"),
    "household_id": gettext_lazy("所在的户"),
    "same_as_id": gettext_lazy("并入"),
    "code": gettext_lazy("农户编码"),
    "passbook_account": gettext_lazy("涉农补贴折子账号"),
    "tier": gettext_lazy("档次"),
    "address": gettext_lazy("地址"),
}
_HIDDEN = {
    "number_sealed",
    "person_token",
    "phone_sealed",
    "phone_token",
    "county",
    "unit_id",
    "withdrawn",
}  # sealed, or said by another column


@dataclass(frozen=True, slots=True)
class Difference:
    """One column as it was and as it became, in the reader's words."""

    what: str
    was: str
    became: str


@dataclass(frozen=True, slots=True)
class Told:
    change: Change
    by: str
    differences: list[Difference]

    @property
    def can_be_undone(self) -> bool:
        """The last of its chain, as far as the history alone says; `register.domain.undoing.undo` has the last word."""
        return self.change.sees_all and not self.change.is_answered


def told(changes: Iterable[Change]) -> list[Told]:
    """Of `register.queries.history_of`. Two queries, and one for each household or village that somebody left or came to."""
    changes = list(changes)
    names = names_of_staff(change.by for change in changes)
    return [Told(change, names.get(change.by, change.by), differences(change)) for change in changes]


def differences(change: Change) -> list[Difference]:
    """Column by column, in the order of the register. Numbers are shown by their tails, places and households by name."""
    order = {field.column: nth for nth, field in enumerate(Resident._meta.fields)}
    columns = sorted(set(change.before) - _HIDDEN, key=lambda column: (order.get(column, len(order)), column))
    found = []
    for column in columns:
        if column == "circumstances":
            found += _of_circumstances(change.before[column], change.after[column])
        else:
            found.append(
                Difference(_label(column), _said(column, change.before[column]), _said(column, change.after[column]))
            )
    if not found and {"number_sealed", "person_token"} & set(change.before):  # two numbers with the same last four
        found.append(Difference(_label("number_tail"), _("（原号码）"), _("（新号码）")))
    return found


def _label(column: str) -> str:
    return str(_LABELS.get(column, _("其他登记项目")))


def _said(column: str, value: Any) -> str:
    if column == "number_tail":
        return tail(value or "")
    if value in (None, ""):
        return _("无")
    if column in _SAYS:
        return _SAYS[column](value)
    return _(value) if column in {"relation", "sex", "number_kind"} else str(value)


def _say_hukou(value: str) -> str:
    return _(str(Resident.Hukou(value).label)) if value in Resident.Hukou.values else value


def _say_day(value: str) -> str:
    return day(date.fromisoformat(value))


def _say_household(pk: int) -> str:
    return Household.objects.filter(pk=pk).values_list("code", flat=True).first() or _("外村的户")


def _say_village(code: str) -> str:
    return Division.objects.filter(pk=code).values_list("name", flat=True).first() or code


_SAYS: dict[str, Callable[[Any], str]] = {
    "hukou": _say_hukou,
    "born_on": _say_day,
    "died_on": _say_day,
    "moved_on": _say_day,
    "household_id": _say_household,
    "division": _say_village,
    "same_as_id": lambda pk: Resident.objects.filter(pk=pk).values_list("name", flat=True).first() or str(pk),
    "passbook_account": lambda account: tail(account[-4:]),
}


def _of_circumstances(was: Mapping[str, Any], became: Mapping[str, Any]) -> list[Difference]:
    """Only what differs of them: the employee scheme in words, anything else by its name."""
    found = []
    for key in sorted(set(was) | set(became)):
        if was.get(key) == became.get(key):
            continue
        if key == "employee_scheme":
            found.append(Difference(_("职工医保"), scheme(was.get(key)), scheme(became.get(key))))
        else:
            found.append(Difference(_("其他情况"), str(was.get(key, "")), str(became.get(key, ""))))
    return found


def scheme(facts: Mapping[str, Any] | None) -> str:
    """Where somebody stands in the employee scheme."""
    if facts is None:
        return _("没有参加")
    parts = [_("{day}停止").format(day=facts["left_on"]) if "left_on" in facts else _("正在参加")]
    if "months" in facts:
        parts.append(_("连续{months}个月").format(months=facts["months"]))
    if "back_paid" in facts:
        parts.append(_("其中有补缴") if facts["back_paid"] else _("其中没有补缴"))
    return _("，").join(parts)
