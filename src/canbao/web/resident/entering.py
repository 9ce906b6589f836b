"""A resident comes in by name and identity number, and is gone again with one tap.

The number comes by POST, is turned into its token, and is forgotten: neither the session nor a log nor an address
holds it. A wrong name and an unknown number get the same answer, and few tries.
"""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from canbao.access.clock import today
from canbao.access.middleware import RESIDENT_SESSION_KEY
from canbao.access.record import record
from canbao.access.scope import Scope, within
from canbao.access.sealing import person_token
from canbao.kernel.identity import normalised
from canbao.kernel.refusal import Refusal
from canbao.register.domain.residents import Found, find_by_name_and_number
from canbao.web.limits import LOOK_UP_FROM_ADDRESS, LOOK_UP_IN_SESSION, LOOK_UP_OF_NUMBER, address_of, count, give_back


class EntryForm(forms.Form):
    name = forms.CharField(
        label=_("姓名"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True})
    )
    number = forms.CharField(
        label=_("身份证号"),
        max_length=40,
        help_text=_("18 位，最后一位可能是 X；外国人写护照或居留证的号码"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    form = EntryForm(request.POST or None)
    if not form.is_valid():
        return render(request, "resident/enter.html", {"form": form})
    try:
        found = _look_up(request, **form.cleaned_data)
    except Refusal as no:
        return render(request, "resident/enter.html", {"form": form, "no": no}, status=422)
    _come_in(request, found)
    return redirect("resident-household")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    request.session.flush()
    return redirect("front")


def _look_up(request: HttpRequest, *, name: str, number: str) -> Found:
    if not request.session.session_key:
        request.session.create()
    token = person_token(normalised(number)[0]).hex()
    tries = [
        (LOOK_UP_FROM_ADDRESS, address_of(request)),
        (LOOK_UP_IN_SESSION, request.session.session_key),
        (LOOK_UP_OF_NUMBER, token),
    ]
    count(tries)
    found = find_by_name_and_number(
        name=name, number=number, on=today(), allow_synthetic=settings.CANBAO_SYNTHETIC_NUMBERS
    )
    give_back(tries)
    return found


def _come_in(request: HttpRequest, found: Found) -> None:
    """Whoever was signed in on this phone, staff or neighbour, is not any more."""
    request.session.flush()
    request.session[RESIDENT_SESSION_KEY] = {
        "id": found.id,
        "household": found.household_id,
        "division": found.division,
        "county": found.county,
        "name": found.name,
    }
    # the request came in as whoever was here before: from now on it is the resident who acts
    scope = Scope(division=found.division, household=found.household_id, actor=f"resident:{found.id}")
    with within(scope):
        record("household.entered", f"household:{found.household_id}", county=found.county)
