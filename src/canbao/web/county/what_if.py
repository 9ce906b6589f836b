"""换一个方案，会怎样：the county tries another notice on its own register. Nobody's bill changes by it."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl
from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from canbao.access.clock import today
from canbao.access.may import Work
from canbao.access.record import record
from canbao.divisions.models import Division
from canbao.enrolment.domain.what_if import PERSON, Rewritten, rewritten, texts_in_force, what_if
from canbao.enrolment.models import Campaign
from canbao.enrolment.queries import current_campaign
from canbao.kernel.refusal import Refusal
from canbao.policy import PackBroken, PackNotFound, load_pack, pack_folders
from canbao.policy.people_list import csv_of
from canbao.policy.simulate import Simulation
from canbao.policy.simulation_page import Language, plot
from canbao.policy.simulation_text import CHANGE_WORDS, Words, figure, group_rows, words_of
from canbao.register.models import Resident
from canbao.register.models.resident import masked
from canbao.web.guards import staff_who_may

SHOWN = 50  # names on the page; all of them are in the file
_PEOPLE_AT_ONCE = 20_000
_TOPICS = {
    "money.yaml": _("多少钱、谁出"),
    "people.yaml": _("谁可以参保、有哪些身份"),
    "time.yaml": _("什么时候缴、从什么时候享受"),
    "work.yaml": _("怎样收、怎样办"),
    "document.yaml": _("是哪一份通知"),
}
_NOT_RULES = ("examples.yaml", "english.yaml")  # they cannot change who pays what
_WHO = (pl.Int64, pl.String, pl.String, pl.String)


class WhatIfForm(forms.Form):
    """Which rules to try: a notice of this installation, or those in force with some files written anew."""

    pack = forms.ChoiceField(label=_("试哪一个方案"), required=False)
    paid_on = forms.DateField(
        label=_("每人哪天缴费"),
        help_text=_("不填：各按自己的集中缴费期第一天"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        required=False,
    )

    def __init__(self, *args: object, campaign: Campaign, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._campaign, self._texts = campaign, texts_in_force(campaign)
        others = [(folder.name, _title(folder)) for folder in pack_folders()]
        self.fields["pack"].choices = [("", _("现行方案，改下面的几个数")), *others]
        for name in self._names():
            text = self._texts[name]
            rows = min(30, text.count("\n") + 2)
            topic = _TOPICS.get(PurePosixPath(name).name, "")
            area = forms.Textarea(
                {"rows": rows, "spellcheck": "false", "lang": "zh-CN", "class": "rules", "aria-label": topic or name}
            )
            self.fields[name] = forms.CharField(
                label=name, help_text=topic, initial=text, widget=area, required=False, strip=False
            )

    def _names(self) -> list[str]:
        """The amendment's own files first, then by topic."""
        order = list(_TOPICS)
        names = [name for name in self._texts if PurePosixPath(name).name not in _NOT_RULES]

        def place(name: str) -> tuple[int, int]:
            topic = PurePosixPath(name).name
            return name.count("/"), order.index(topic) if topic in order else -1

        return sorted(names, key=place)

    def written(self) -> Iterator[tuple[forms.BoundField, bool]]:
        """The rules in force, to be changed on the page, and whether each was."""
        return ((self[name], self.is_bound and bool(self._changed(name))) for name in self._names())

    def _changed(self, name: str) -> str | None:
        """What a browser sent, where it says anything new; lines end as the rules' own do."""
        sent = str(self[name].value() or "").replace("\r\n", "\n")
        return sent if sent.strip() != self._texts[name].strip() else None

    def clean(self) -> dict[str, Any]:
        """Two things cannot be tried at once: whoever changed figures would take another pack's answer for theirs."""
        if self.cleaned_data.get("pack") and any(self._changed(name) is not None for name in self._names()):
            self.add_error("pack", _("又选了另一个方案，又改了下面的数，不知道要试哪一样；请只取一样。"))
        return self.cleaned_data

    def rules(self) -> Rewritten:
        """The rules to try. Raises `PackBroken`, `PackNotFound`."""
        if self.cleaned_data["pack"]:
            return Rewritten(load_pack(self.cleaned_data["pack"]), is_eased=False)
        changed = {name: self._changed(name) for name in self._names()}
        return rewritten(self._campaign, {name: text for name, text in changed.items() if text is not None})


def _title(folder: Path) -> str:
    """What people call the notice; its folder's name where it cannot be read."""
    if _language() == "en":
        return folder.name  # titles are Chinese
    return _title_at(folder, max(file.stat().st_mtime_ns for file in folder.glob("*.yaml")))


@lru_cache(maxsize=512)
def _title_at(folder: Path, _changed: int) -> str:
    try:
        title = load_pack(folder).document.title
    except (PackBroken, PackNotFound):
        return folder.name
    return f"{title}（{folder.name}）"


@staff_who_may(Work.OPEN_CAMPAIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def try_out(request: HttpRequest) -> HttpResponse:
    """The form; and below it the answer, or as a file the list of who changes (`list`)."""
    campaign = current_campaign(request.user.county)
    if campaign is None:
        return render(request, "county/what_if.html")
    form = WhatIfForm(request.POST or None, campaign=campaign)
    if not form.is_valid():
        return render(request, "county/what_if.html", {"form": form}, status=422 if form.is_bound else 200)
    try:
        rules = form.rules()
    except (PackBroken, PackNotFound) as no:
        problems = no.problems if isinstance(no, PackBroken) else [str(no)]
        return render(request, "county/what_if.html", {"form": form, "problems": problems}, status=422)
    try:
        found = what_if(campaign, rules.pack, by=request.user, on=today(), paid_on=form.cleaned_data["paid_on"])
    except Refusal as no:
        return render(request, "county/what_if.html", {"form": form, "no": no}, status=409)
    if "list" in request.POST:
        return _file(request, campaign, found)
    return render(request, "county/what_if.html", {"form": form, "rules": rules} | _answer(request, campaign, found))


def _answer(request: HttpRequest, campaign: Campaign, found: Simulation) -> dict[str, Any]:
    words = words_of(found, _language())
    town_of = dict(Division.objects.filter(code__startswith=campaign.county).values_list("code", "name"))
    shown = found.changed.head(SHOWN)
    if shown.height:
        _recorded(request, campaign, residents=shown[PERSON].to_list())
    return {
        "found": found,
        "reasons": _reasons(found),
        "old": words.say(found.old.document.title),
        "new": words.say(found.new.document.title),
        "lines": [(line.name, *line.figures()) for line in words.lines(found.together)],
        "plot": _drawn(found, words),
        "changes": [(words.of(CHANGE_WORDS[kind]), figure(count)) for kind, count in found.changes.items()],
        "towns": _rows(found, words, "division", town_of),
        "categories": _rows(found, words, "category", {}),
        "people": list(_people(shown, words)),
        "changed": found.changed.height,
    }


def _language() -> Language:
    return "en" if get_language() == "en" else "zh"


def _reasons(found: Simulation) -> list[tuple[str, int]]:
    """Why people could enrol and now cannot, the most frequent reason first."""
    refused = found.changed.filter(pl.col("change") == "refused")
    return [*refused["why_refused_after"].value_counts(sort=True).iter_rows()]


def _drawn(found: Simulation, words: Words) -> SafeString:
    return mark_safe(plot(found.together, words))  # noqa: S308 - our own SVG; every text in it is escaped there


def _rows(found: Simulation, words: Words, kind: str, names: dict[str, str]) -> list[list[str]]:
    groups = found.by_division if kind == "division" else found.by_category
    _, *rows = group_rows(groups, words, kind)
    return [[names.get(group.name, row[0]), *row[1:]] for group, row in zip(groups, rows, strict=True)]


def _people(changed: pl.DataFrame, words: Words) -> Iterator[dict[str, Any]]:
    """Names beside what changes; a person who has left the register meanwhile is not there."""
    known = _residents(changed[PERSON].to_list())
    for row in changed.iter_rows(named=True):
        if row[PERSON] in known:
            person, village = known[row[PERSON]]
            yield row | {"person": person, "village": village, "how": words.of(CHANGE_WORDS[row["change"]])}


def _residents(ids: list[int]) -> dict[int, tuple[Resident, str]]:
    found = {one.pk: one for one in Resident.objects.filter(pk__in=ids)}
    names = dict(Division.objects.filter(code__in={one.division for one in found.values()}).values_list("code", "name"))
    return {key: (one, names.get(one.division, one.division)) for key, one in found.items()}


def _file(request: HttpRequest, campaign: Campaign, found: Simulation) -> StreamingHttpResponse:
    """Everybody who changes, with name and village: CSV, which has no most number of rows."""
    ids = found.changed[PERSON].to_list()
    who = pl.concat([_who(ids[at : at + _PEOPLE_AT_ONCE]) for at in range(0, max(len(ids), 1), _PEOPLE_AT_ONCE)])
    shown = [name for name in found.changed.columns if name.endswith(("_before", "_after")) or name == "change"]
    rows = who.join(found.changed.select(PERSON, *shown), on=PERSON, maintain_order="left").drop(PERSON)
    _recorded(request, campaign, people=rows.height, as_file=True)
    answer = StreamingHttpResponse(csv_of(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="what-if.csv"'
    return answer


def _who(ids: list[int]) -> pl.DataFrame:
    """Village, name and masked number of these people, in their order."""
    known = Resident.objects.filter(pk__in=ids).values_list("pk", "division", "name", "number_tail")
    found = pl.DataFrame(
        list(known), schema=dict(zip((PERSON, "division", "姓名", "tail"), _WHO, strict=True)), orient="row"
    )
    villages = Division.objects.filter(code__in=found["division"].unique().to_list()).values_list("code", "name")
    asked = pl.DataFrame({PERSON: ids}, schema={PERSON: pl.Int64})
    return asked.join(found, on=PERSON, how="inner", maintain_order="left").select(
        PERSON,
        pl.col("division").replace(dict(villages)).alias("村（社区）"),
        "姓名",
        pl.col("tail").map_elements(masked, return_dtype=pl.String).alias("证件号码"),
    )


def _recorded(request: HttpRequest, campaign: Campaign, **detail: object) -> None:
    """Whose names were read; for a file, which the record of the trial just before says how to make again."""
    record(
        "policy.changed_people_read",
        f"campaign:{campaign.pk}",
        county=campaign.county,
        actor=f"staff:{request.user.username}",
        **detail,
    )
