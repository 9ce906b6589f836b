"""Anybody who holds a receipt may ask whether it is real. The answer holds nothing personal."""

import re
import unicodedata
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from canbao.collection.domain.receipts import Verification, verify
from canbao.collection.models import Receipt
from canbao.kernel.refusal import Refusal
from canbao.web.limits import VERIFY_FROM_ADDRESS, address_of, count, give_back

_SPARE = re.compile(r"[\s\-‐-―−]+")  # what people type between the digits, or copy along with them
_LIKE_DIGITS = str.maketrans("OIL", "011")  # a check code is 0–9 and A–F: these letters can only be digits misread


def plain(typed: str) -> str:
    """What was typed, in half width and capitals, without spaces and hyphens."""
    return _SPARE.sub("", unicodedata.normalize("NFKC", typed.replace("№", ""))).upper()


class Digits(forms.CharField):
    """A number of the receipt. Its leading zeros may be left out, its digits be of full width or in groups."""

    def __init__(self, *, length: int, longest: int, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)
        self.length, self.longest = length, longest
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def to_python(self, value: Any) -> str:
        digits = plain(super().to_python(value))
        if digits and not (digits.isascii() and digits.isdecimal() and len(digits.lstrip("0")) <= self.longest):
            raise forms.ValidationError(_("只填票据上印的数字。"))
        return digits.lstrip("0").zfill(self.length) if digits else ""


class VerifyForm(forms.Form):
    series = Digits(label=_("票据代码"), help_text=_("票据左上角，4 位"), length=4, longest=4)
    number = Digits(label=_("票据号码"), help_text=_("票据右上角“№”后面，前面的 0 可以不填"), length=8, longest=10)
    code = forms.CharField(label=_("校验码"), help_text=_("票据左下方，10 位字母和数字"), max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
        }

    def clean_code(self) -> str:
        return plain(self.cleaned_data["code"]).translate(_LIKE_DIGITS)


def verify_url(receipt: Receipt) -> str:
    """What the QR code on a receipt leads to."""
    query = urlencode(
        {"series": f"{receipt.series:04d}", "number": f"{receipt.number:08d}", "code": receipt.check_code}
    )
    return f"{settings.BASE_URL}{reverse('verify')}?{query}"


@require_safe
@never_cache
def verify_receipt(request: HttpRequest) -> HttpResponse:
    form = VerifyForm(request.GET or None)
    context: dict[str, object] = {"form": form, "asked": form.is_bound and form.is_valid()}
    if context["asked"]:
        try:
            context["found"] = _verified(request, form.cleaned_data)
            context["form"] = VerifyForm(form.cleaned_data)  # as it was read: to be compared with the paper
        except Refusal as no:
            return render(request, "verify.html", context | {"asked": False, "no": no}, status=429)
    return render(request, "verify.html", context)


def _verified(request: HttpRequest, asked: dict) -> Verification | None:
    tries = [(VERIFY_FROM_ADDRESS, address_of(request))]
    count(tries)
    found = verify(series=int(asked["series"]), number=int(asked["number"]), check_code=asked["code"])
    if found is not None:
        give_back(tries)
    return found
