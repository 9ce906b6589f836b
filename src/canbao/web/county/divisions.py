"""区划: the county's towns and villages, villages from a list, other names, zones. For whoever keeps them (R-10).

A list of villages is looked at first: its rows go to the reader and back as a signed text, so that what is taken is what was
seen, and nothing lies about in between.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import now, today
from canbao.access.may import Work
from canbao.collection.domain.merging import at_stake, merge
from canbao.collection.domain.splitting import Going, codes_of, split_village, take_back_split, who_would_go
from canbao.divisions.domain.keeping import LONGEST_NAME, LONGEST_WHY
from canbao.divisions.domain.names import add_zone, rename
from canbao.divisions.domain.villages import VillageRow, judge, read_villages, take_villages
from canbao.divisions.models import Division, FormerName
from canbao.divisions.queries import below, standing_on, where_now
from canbao.kernel.division_code import DivisionCode, Level
from canbao.kernel.refusal import Refusal
from canbao.register.queries import households_in
from canbao.web import words
from canbao.web.guards import staff_who_may
from canbao.web.places import place_of

HOUR = 3600
CODES_SHOWN = 60  # households on the page where a split is looked at
_TEXT = {"autocomplete": "off"}


class _OneOfSeveral(forms.Form):
    """Of several forms on a page each has ids of its own, so that a label leads to its own field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{type(self).__name__}_%s", **kwargs)


class VillagesForm(_OneOfSeveral):
    file = forms.FileField(
        label=_("村（社区）名单"), help_text=_("表格或文本：代码（12位）、名称，可以有类型、城乡分类代码、乡镇")
    )


class ZoneForm(_OneOfSeveral):
    name = forms.CharField(label=_("园区名称"), max_length=LONGEST_NAME, widget=forms.TextInput(_TEXT))
    published = forms.CharField(
        label=_("公布的代码"), help_text=_("没有的不填，由系统编一个"), max_length=12, required=False,
        widget=forms.TextInput(_TEXT | {"inputmode": "numeric"}),
    )  # fmt: skip


class RenameForm(_OneOfSeveral):
    name = forms.CharField(label=_("新名称"), max_length=LONGEST_NAME, widget=forms.TextInput(_TEXT))
    on = forms.DateField(label=_("生效日期"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    why = forms.CharField(
        label=_("依据"), help_text=_("批复文件的名称和文号"), max_length=LONGEST_WHY, widget=forms.TextInput(_TEXT)
    )


class MergeForm(_OneOfSeveral):
    into = forms.ChoiceField(label=_("并入"))
    on = forms.DateField(label=_("生效日期"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    why = forms.CharField(
        label=_("依据"), help_text=_("批复文件的名称和文号"), max_length=LONGEST_WHY, widget=forms.TextInput(_TEXT)
    )

    def __init__(self, *args: Any, place: Division, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = below(place.code[:6], place.level).filter(standing_on(today())).exclude(pk=place.pk)
        towns = dict(below(place.code[:6], Division.Level.TOWN).values_list("code", "name"))
        near = sorted(others, key=lambda one: (one.code[:9] != place.code[:9], one.code))  # of the same town first
        is_town = place.level == Division.Level.TOWN
        self.fields["into"].choices = [
            (one.code, one.name if is_town else f"{towns.get(one.code[:9].ljust(12, '0'), '')} {one.name}")
            for one in near
        ]


class SplitForm(_OneOfSeveral):
    name = forms.CharField(label=_("新村名称"), max_length=LONGEST_NAME, widget=forms.TextInput(_TEXT))
    published = forms.CharField(
        label=_("公布的代码"), help_text=_("没有的不填，由系统编一个"), max_length=12, required=False,
        widget=forms.TextInput(_TEXT | {"inputmode": "numeric"}),
    )  # fmt: skip
    codes = forms.CharField(
        label=_("划到新村的户"), help_text=_("农户编码，每行一个，可以从表格里整列复制过来"), required=False, widget=forms.Textarea({"rows": 5})
    )  # fmt: skip
    address = forms.CharField(
        label=_("或者地址里有"), help_text=_("如“东组”：地址里有这几个字的户都划过去"), max_length=60, required=False,
        widget=forms.TextInput(_TEXT),
    )  # fmt: skip
    on = forms.DateField(label=_("生效日期"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    why = forms.CharField(
        label=_("依据"), help_text=_("批复文件的名称和文号"), max_length=LONGEST_WHY, widget=forms.TextInput(_TEXT)
    )


class UnsplitForm(_OneOfSeveral):
    why = forms.CharField(label=_("为什么撤销"), max_length=LONGEST_WHY, widget=forms.TextInput(_TEXT))


@staff_who_may(Work.KEEP_DIVISIONS)
@require_safe
def divisions(request: HttpRequest) -> HttpResponse:
    return _county(request)


@staff_who_may(Work.KEEP_DIVISIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def look_at_villages(request: HttpRequest) -> HttpResponse:
    """What a list would bring; nothing is taken yet."""
    form = VillagesForm(request.POST, request.FILES)
    if request.method != "POST":
        return redirect("divisions")
    if not form.is_valid():
        return _county(request, villages=form)
    try:
        rows = read_villages(form.cleaned_data["file"].read())
        return _look(request, rows)
    except Refusal as no:
        return _county(request, no=no)


@staff_who_may(Work.KEEP_DIVISIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def import_villages(request: HttpRequest) -> HttpResponse:
    """The list that was looked at, by whoever looked at it, within the hour."""
    if request.method != "POST":
        return redirect("divisions")
    try:
        seen = signing.loads(request.POST.get("seen", ""), salt=_salt(request), max_age=HOUR)
    except signing.BadSignature:
        messages.info(request, gettext("名单过了时间，请重新上传。"))
        return redirect("divisions")
    rows = [VillageRow(*row) for row in seen]
    try:
        done = take_villages(rows, request.user.county, by=request.user, at=now())
    except Refusal as no:
        return _look(request, rows, no=no)
    if done.new:
        said = gettext("已导入{count}个村（社区），每个都建好了村（居）委会这一代收单位。")
        messages.success(request, said.format(count=len(done.new)))
    if done.renumbered:
        said = gettext("已记下{count}个村（社区）新的公布代码。")
        messages.success(request, said.format(count=len(done.renumbered)))
    return redirect("divisions")


@staff_who_may(Work.KEEP_DIVISIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def new_zone(request: HttpRequest) -> HttpResponse:
    form = ZoneForm(request.POST)
    if request.method != "POST":
        return redirect("divisions")
    if not form.is_valid():
        return _county(request, zone=form)
    asked = form.cleaned_data
    try:
        zone = add_zone(
            request.user.county, asked["name"], published=asked["published"] or None, on=None, by=request.user, at=now()
        )
    except Refusal as no:
        return _county(request, zone=form, no=no)
    messages.success(request, gettext("已登记{name}，代码{code}。").format(name=zone.name, code=zone.code))
    return redirect("division", zone.code)


@staff_who_may(Work.KEEP_DIVISIONS)
@require_safe
def division(request: HttpRequest, division: str) -> HttpResponse:
    return _place(request, _mine(request, division))


@staff_who_may(Work.KEEP_DIVISIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def rename_division(request: HttpRequest, division: str) -> HttpResponse:
    place, form = _mine(request, division), RenameForm(request.POST)
    if request.method != "POST":
        return redirect("division", place.code)
    if not form.is_valid():
        return _place(request, place, rename_form=form)
    try:
        rename(place, form.cleaned_data["name"], on=form.cleaned_data["on"], why=form.cleaned_data["why"], by=request.user, at=now())  # fmt: skip
    except Refusal as no:
        return _place(request, place, rename_form=form, no=no)
    messages.success(request, gettext("已改名。旧名称留在沿革里。"))
    return redirect("division", place.code)


@staff_who_may(Work.KEEP_DIVISIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def merge_division(request: HttpRequest, division: str) -> HttpResponse:
    """First what it would take along, to be looked at; then, confirmed, it is done."""
    place = _mine(request, division)
    if request.method != "POST":
        return redirect("division", place.code)
    form = MergeForm(request.POST, place=place)
    if not form.is_valid():
        return _place(request, place, merge_form=form)
    into = get_object_or_404(Division, pk=form.cleaned_data["into"])
    asked = {name: form.cleaned_data[name] for name in ("on", "why")}
    no = None
    if "confirmed" in request.POST:
        try:
            done = merge(place, into, **asked, by=request.user, at=now())
        except Refusal as refusal:
            no = refusal
            place.refresh_from_db()
            if place.successor_id == into.pk:  # pressed twice: it was done the first time
                return redirect("division", into.code)
        else:
            messages.success(request, gettext("{old}已并入{into}：{households}户、{people}人。").format(old=place.name, into=into.name, households=done.households, people=done.people))  # fmt: skip
            if done.receipts_left:
                messages.info(request, gettext("原来的村（居）委会还有{left}份纸质票据，请收回缴销。").format(left=done.receipts_left))  # fmt: skip
            return redirect("division", into.code)
    context = {"place": place, "into": into, "form": form, "stake": at_stake(place), "no": no, **asked}
    return render(request, "county/merge.html", context, status=409 if no else 200)


@staff_who_may(Work.KEEP_DIVISIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def split_division(request: HttpRequest, division: str) -> HttpResponse:
    """First which households would go, to be looked at; then, confirmed, they do."""
    place = _mine(request, division)
    if request.method != "POST" or place.level != Division.Level.VILLAGE:
        return redirect("division", place.code)
    form = SplitForm(request.POST)
    if not form.is_valid():
        return _place(request, place, split_form=form)
    asked = dict(form.cleaned_data)
    try:
        going = who_would_go(place, codes=asked["codes"], address=asked["address"])
        if "confirmed" in request.POST:
            done = split_village(
                place, asked["name"], published=asked["published"] or None, codes=asked["codes"], address=asked["address"],
                on=asked["on"], why=asked["why"], by=request.user, at=now(),
            )  # fmt: skip
    except Refusal as refusal:
        there = _split_before(place, asked) if "confirmed" in request.POST else None
        if there is not None:  # pressed twice: it was done the first time
            return redirect("division", there.code)
        return _place(request, place, split_form=form, no=refusal)
    if "confirmed" not in request.POST:
        return _look_at_split(request, place, form, going)
    said = gettext("已分设{name}，代码{code}：{households}户、{people}人。请给它发放纸质票据，建好经办员账号。")
    messages.success(request, said.format(name=done.village.name, code=done.village.code, households=done.households, people=done.people))  # fmt: skip
    return redirect("division", done.village.code)


def _split_before(place: Division, asked: dict[str, Any]) -> Division | None:
    """The village that just these households are in by just this split."""
    there = place.split_off.filter(name=asked["name"], since=asked["on"], until__isnull=True).first()
    codes = set(codes_of(asked["codes"]))
    if there is None or not codes or codes - set(households_in(there.code).values_list("code", flat=True)):
        return None
    return there


def _look_at_split(request: HttpRequest, place: Division, form: SplitForm, going: Going) -> HttpResponse:
    """What is confirmed are the households that were looked at, also where an address is written otherwise meanwhile."""
    shown = list(going.households.values())
    seen = SplitForm(form.cleaned_data | {"codes": " ".join(shown), "address": ""})
    context = {"place": place, "form": seen, "going": going, "codes": shown[:CODES_SHOWN], "more": len(shown[CODES_SHOWN:])}  # fmt: skip
    return render(request, "county/split.html", form.cleaned_data | context)


@staff_who_may(Work.KEEP_DIVISIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def unsplit_division(request: HttpRequest, division: str) -> HttpResponse:
    place, form = _mine(request, division), UnsplitForm(request.POST)
    if request.method != "POST":
        return redirect("division", place.code)
    if not form.is_valid():
        return _place(request, place, unsplit_form=form)
    try:
        done = take_back_split(place, why=form.cleaned_data["why"], by=request.user, at=now())
    except Refusal as refusal:
        return _place(request, place, unsplit_form=form, no=refusal)
    said = gettext("已撤销分设{name}：{households}户、{people}人回到这里。")
    messages.success(request, said.format(name=place.name, households=done.households, people=done.people))
    if done.receipts_left:
        messages.info(request, gettext("{name}的村（居）委会还有{left}份纸质票据，请收回缴销。").format(name=place.name, left=done.receipts_left))  # fmt: skip
    return redirect("division", done.village.code)


def _mine(request: HttpRequest, code: str) -> Division:
    """A town or village of one's own county."""
    place = place_of(request, code)
    if DivisionCode(place.code).level < Level.TOWN:
        raise Http404
    return place


def _stands(place: Division) -> bool:
    return place.until is None or place.until >= today()


def _salt(request: HttpRequest) -> str:
    return f"villages:{request.user.username}:{request.user.county}"


def _look(request: HttpRequest, rows: Sequence[VillageRow], *, no: Refusal | None = None) -> HttpResponse:
    judged = judge(rows, request.user.county)
    may_go_on = not judged.bad and bool(judged.new or judged.renumbered)
    names = dict(below(request.user.county, "town").values_list("code", "name"))
    context = {
        "county": get_object_or_404(Division, pk=request.user.division),
        "judged": judged,
        "towns": [(code, names[code], new) for code, new in judged.by_town().items()],
        "bad": [(row, words.refusal_words(why)) for row, why in judged.bad],
        "seen": signing.dumps([*rows], salt=_salt(request), compress=True) if may_go_on else "",
        "no": no,
    }
    return render(request, "county/villages.html", context, status=409 if no else 422 if judged.bad else 200)


def _county(
    request: HttpRequest,
    *,
    villages: VillagesForm | None = None,
    zone: ZoneForm | None = None,
    no: Refusal | None = None,
) -> HttpResponse:
    county = get_object_or_404(Division, pk=request.user.division)
    villages_here = below(county.code, "village").filter(standing_on(today())).values_list("code", flat=True)
    counted = Counter(code[:9] for code in villages_here)
    towns = list(below(county.code, "town").select_related("successor"))
    context = {
        "county": county,
        "towns": [(one, counted[one.code[:9]]) for one in towns if _stands(one)],
        "ended": [(one, where_now(one)) for one in towns if not _stands(one)],
        "villages_form": villages or VillagesForm(),
        "zone_form": zone or ZoneForm(),
        "no": no,
    }
    wrong = (villages and villages.errors) or (zone and zone.errors)
    return render(request, "county/divisions.html", context, status=409 if no else 422 if wrong else 200)


def _place(
    request: HttpRequest,
    place: Division,
    *,
    rename_form: RenameForm | None = None,
    merge_form: MergeForm | None = None,
    split_form: SplitForm | None = None,
    unsplit_form: UnsplitForm | None = None,
    no: Refusal | None = None,
) -> HttpResponse:
    is_town = place.level == Division.Level.TOWN
    villages = list(below(place.code, "village").select_related("successor")) if is_town else []
    context: dict[str, Any] = {
        "place": place,
        "above": get_object_or_404(Division, pk=DivisionCode(place.code).parent),
        "is_town": is_town,
        "stands": _stands(place),
        "into": where_now(place),
        "villages": [one for one in villages if _stands(one)],
        "ended": [(one, where_now(one)) for one in villages if not _stands(one)],
        "came_in": [one for one in place.merged_into_it.all() if not one.never_stood],
        "split_off": place.split_off.all(),
        "former_names": FormerName.objects.filter(division=place),
        "units": place.units.filter(parent=None),
        "merge_form": merge_form or MergeForm(place=place, initial={"on": today()}),
        "split_form": split_form or SplitForm(initial={"on": today()}),
        "unsplit_form": unsplit_form or UnsplitForm(),
        "rename_form": rename_form or RenameForm(initial={"on": today()}),
        "no": no,
    }
    wrong = any(form.errors for form in (rename_form, merge_form, split_form, unsplit_form) if form)
    return render(request, "county/division.html", context, status=409 if no else 422 if wrong else 200)
