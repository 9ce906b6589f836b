"""Stationery of a county, a township or a unit on one page: what one holds, what waits to be counted, who below runs short."""

from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from canbao.access.clock import now, today
from canbao.access.may import Work, may
from canbao.access.names import names_of_staff
from canbao.collection.domain.stock import Holder, Range, answer_hand_over, hand_over, holder_of, report_lost
from canbao.collection.models import HandOver, ReceiptBook
from canbao.collection.models.receipt import LONGEST_REASON
from canbao.collection.queries import books_of, hand_overs_of, losses_in, paper_left_in
from canbao.divisions.models import CollectingUnit, Division
from canbao.kernel.refusal import Refusal
from canbao.web.guards import staff_who_may

ROWS = 100
PROVINCE = "province"


class RangeForm(forms.Form):
    act_id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("种类"), choices=[(kind.value, _(kind.label)) for kind in ReceiptBook.Kind])
    series = forms.IntegerField(label=_("票据代码"), min_value=0, max_value=9999)
    first = forms.IntegerField(label=_("起号"), min_value=1, max_value=10**10 - 1)
    last = forms.IntegerField(label=_("止号"), min_value=1, max_value=10**10 - 1)

    def numbers(self) -> Range:
        """Raises `RangeBackwards`."""
        given = self.cleaned_data
        return Range(ReceiptBook.Kind(given["kind"]), given["series"], given["first"], given["last"])


class HandOverForm(RangeForm):
    to = forms.ChoiceField(label=_("交给"))
    document = forms.CharField(label=_("领用单号"), max_length=60, widget=forms.TextInput({"autocomplete": "off"}))

    def __init__(self, *args: object, choices: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = choices


class LostForm(RangeForm):
    reason = forms.CharField(
        label=_("遗失经过"), max_length=LONGEST_REASON, widget=forms.TextInput({"autocomplete": "off"})
    )


@staff_who_may(Work.KEEP_STOCK)
@require_http_methods(["GET", "HEAD", "POST"])
def stock(request: HttpRequest) -> HttpResponse:
    try:
        own = holder_of(request.user)
    except Refusal as no:
        return render(request, "stock.html", {"no": no}, status=409)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act not in ("give", "lose"):
        return _page(request, own)
    choices = _choices(request, own)
    form = HandOverForm(request.POST, choices=choices) if act == "give" else LostForm(request.POST)
    if not form.is_valid():
        return _page(request, own, **{act: form})
    try:
        if act == "give":
            _give(request, form)
            messages.success(request, gettext("已登记交接，等对方点收。"))
        else:
            given = form.cleaned_data
            report_lost(form.numbers(), loss_id=given["act_id"], reason=given["reason"], by=request.user, at=now())
            messages.success(request, gettext("已登记遗失，这些号码不能再用。"))
    except Refusal as no:
        return _page(request, own, no=no, **{act: form})
    return redirect("stock")


@staff_who_may(Work.KEEP_STOCK)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, hand_over_id: UUID) -> HttpResponse:
    """Counted, or it did not come; each is a button with a word of its own."""
    received = {"received": True, "missing": False}.get(request.POST.get("answer", ""))
    if request.method != "POST" or received is None:
        return redirect("stock")
    found = get_object_or_404(HandOver, pk=hand_over_id)
    try:
        answer_hand_over(found, received=received, by=request.user, at=now())
    except Refusal as no:
        return _page(request, holder_of(request.user), no=no)
    messages.success(request, gettext("已点收，可以使用。") if received else gettext("已登记没有收到。"))
    return redirect("stock")


def _give(request: HttpRequest, form: HandOverForm) -> None:
    given, to = form.cleaned_data, None
    if given["to"] != PROVINCE:
        kind, _colon, key = given["to"].partition(":")
        if kind == "unit":
            to = Holder(unit=CollectingUnit.objects.get(pk=key))
        else:
            to = Holder(office=Division.objects.get(pk=key))
    hand_over(
        form.numbers(), hand_over_id=given["act_id"], to=to, document=given["document"], by=request.user, at=now()
    )


def _choices(request: HttpRequest, own: Holder) -> list[tuple[str, str]]:
    """To whom one can hand over: the offices above a unit or township, and whoever is below; the county takes from the province."""
    offices = Division.objects.filter(pk__in=own.place.ancestors, level__in=("county", "town")).order_by("-code")
    found = [(f"office:{one.code}", one.name) for one in offices]
    if own.unit:
        return found
    first, after = own.place.range()
    towns = Division.objects.filter(code__gt=first, code__lt=after, level="town").order_by("code")
    units = CollectingUnit.objects.filter(division__gte=first, division__lt=after, until=None).order_by(
        "division", "name"
    )
    found += [(f"office:{one.code}", one.name) for one in towns]
    found += [(f"unit:{one.pk}", one.name) for one in units]
    return ([(PROVINCE, gettext("入库：从上级领来"))] if may(request.user, Work.KEEP_DIVISIONS) else []) + found


def _page(
    request: HttpRequest, own: Holder, *, give: HandOverForm | None = None, lose: LostForm | None = None, no: Refusal | None = None
) -> HttpResponse:  # fmt: skip
    acts, losses = list(hand_overs_of(own)[:ROWS]), list(losses_in(own.place)[:ROWS])
    actors = [actor for one in acts for actor in (one.given_by, one.answered_by)]
    staff = names_of_staff([*actors, *(one.reported_by for one in losses)])
    places = {code for one in acts for code in (one.from_office, one.to_office)} | {one.office for one in losses}
    named = dict(Division.objects.filter(pk__in=places - {None}).values_list("code", "name"))
    for act in acts:
        act.giver = act.from_unit.name if act.from_unit else named.get(act.from_office, gettext("上级"))
        act.taker = act.to_unit.name if act.to_unit else named.get(act.to_office, "")
        act.gave, act.took = staff.get(act.given_by, ""), staff.get(act.answered_by or "", "")
    for loss in losses:
        loss.holder = loss.unit.name if loss.unit else named.get(loss.office, "")
        loss.reporter = staff.get(loss.reported_by, "")
    wrong = (give and give.errors) or (lose and lose.errors)
    context = {
        "own": own,
        "books": books_of(own),
        "to_count": [one for one in acts if one.is_received is None and (one.to_unit_id, one.to_office) == own.key],
        "acts": acts,
        "losses": losses,
        "below": [] if own.unit else paper_left_in(own.place, on=today()),
        "give": give or HandOverForm(initial={"act_id": uuid4()}, choices=_choices(request, own)),
        "lose": lose or LostForm(initial={"act_id": uuid4()}),
        "no": no,
    }
    return render(request, "stock.html", context, status=409 if no else 422 if wrong else 200)
