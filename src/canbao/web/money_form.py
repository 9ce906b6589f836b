"""How money that has arrived is looked for."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from canbao.kernel.fen import NotAnAmount, fen_from_yuan


class MoneyForm(forms.Form):
    """What the payer's telephone shows them: any of the three, or all of them where all are needed."""

    reference = forms.CharField(label=gettext_lazy("渠道流水号"), max_length=64, required=False)
    amount = forms.CharField(label=gettext_lazy("金额（元）"), max_length=12, required=False)
    on = forms.DateField(
        label=gettext_lazy("付款日"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    def __init__(self, *args: Any, all_needed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = all_needed

    def clean_amount(self) -> int | None:
        typed = self.cleaned_data["amount"].strip()
        try:
            return fen_from_yuan(typed) if typed else None
        except NotAnAmount:
            raise forms.ValidationError(_("请填写金额，例如 320 或 320.00")) from None
