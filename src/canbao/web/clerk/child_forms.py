"""What is asked of a child without a number, whether it is born or expected: whose it is, and which of one birth."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from canbao.access.clock import today
from canbao.register.domain.residents import MOST_AT_ONCE
from canbao.register.models import Household
from canbao.register.queries import guardians_in

SEXES = [("男", _("男")), ("女", _("女"))]


class OneOfABirth(forms.Form):
    order = forms.TypedChoiceField(
        label=_("这一胎的第几个"), help_text=_("双胞胎、多胞胎逐个登记"), coerce=int, initial=1,
        choices=[(nth, str(nth)) for nth in range(1, MOST_AT_ONCE + 1)],
    )  # fmt: skip


class OfParentHere(forms.Form):
    guardian = forms.ChoiceField(
        label=_("父亲或母亲"), help_text=_("本户有证件号码的人"), widget=forms.Select({"lang": "zh-CN"})
    )  # names, whatever language the page is in

    def __init__(self, *args: Any, home: Household, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guardians = {str(one.pk): one for one in guardians_in(home, on=today())}
        self.fields["guardian"].choices = [(key, one.name) for key, one in self.guardians.items()]
