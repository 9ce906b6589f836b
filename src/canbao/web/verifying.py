"""Anybody who holds a receipt may ask whether it is real. The answer holds nothing personal."""

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


class VerifyForm(forms.Form):
    series = forms.IntegerField(label=_("票据代码"), min_value=0, max_value=9999)
    number = forms.IntegerField(label=_("票据号码"), min_value=0, max_value=10**10 - 1)
    code = forms.CharField(label=_("校验码"), max_length=12)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name in ("series", "number"):
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        self.fields["code"].widget.attrs |= {"autocomplete": "off", "autocapitalize": "characters"}


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
        except Refusal as no:
            return render(request, "verify.html", context | {"asked": False, "no": no}, status=429)
    return render(request, "verify.html", context)


def _verified(request: HttpRequest, asked: dict) -> Verification | None:
    tries = [(VERIFY_FROM_ADDRESS, address_of(request))]
    count(tries)
    found = verify(series=asked["series"], number=asked["number"], check_code=asked["code"].strip())
    if found is not None:
        give_back(tries)
    return found
