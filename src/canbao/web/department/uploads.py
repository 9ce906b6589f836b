"""The preview: how a file was understood, before anything is done with it; put right, then handed in or given up."""

from collections.abc import Sequence
from string import ascii_uppercase
from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from canbao.access.clock import now
from canbao.access.may import Work
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.documents.columns import Field
from canbao.documents.table import HeaderRows
from canbao.enrolment.models import Campaign
from canbao.enrolment.packs import pack_of
from canbao.enrolment.queries import current_campaign
from canbao.kernel.refusal import Refusal, said_again
from canbao.rosters.domain.categories import CategoryReader, Spellings
from canbao.rosters.domain.importing import STAGES
from canbao.rosters.domain.uploading import UNDER_WAY, give_up, hand_in, header_pointed_at, meanings_said, put_right
from canbao.rosters.domain.working import is_attended
from canbao.rosters.models import Upload
from canbao.rosters.refusals import UploadChanged
from canbao.web.department.rosters import handed_in, own_rosters
from canbao.web.guards import staff_who_may

FIELDS = {
    Field.NAME: _("姓名"),
    Field.NUMBER: _("身份证号"),
    Field.CATEGORY: _("人员类别"),
    Field.GRADE: _("等级"),
    Field.TOWN: _("乡镇"),
    Field.VILLAGE: _("村（社区）"),
    Field.SINCE: _("纳入时间"),
    Field.UNTIL: _("取消时间"),
    Field.PHONE: _("联系电话"),
    Field.NOTE: _("备注"),
}

MOST_DIGITS = 9  # of an edition: a longer number was on no page, and may be more than the database can hold
NONE_OF_THESE = "-"  # of a spelling: no category of the notice
STEPS = (_("读取文件"), _("逐行整理"), _("与登记册比对"), _("逐行核对"), _("写入结果"))  # as `STAGES`


@staff_who_may(Work.IMPORT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, upload_id: int) -> HttpResponse:
    """POST with `go` hands the file in, for a worker to take up; without, or where something is to be read otherwise than
    the page showed it, it is looked at anew. `edition` is which reading the page showed."""
    found, campaign = _own_upload(request.user, upload_id), current_campaign(request.user.county)
    if campaign is None:
        raise Http404
    if request.method != "POST":
        return _as_it_stands(request, found, campaign)
    shown = request.POST.get("edition", "")
    if shown.isascii() and shown.isdecimal() and len(shown) <= MOST_DIGITS:
        found.edition = int(shown)
    try:
        if (asked := _asked(request, found)) != _said(found):
            put_right(found, pack=pack_of(campaign), by=request.user, **asked._asdict())
            if "go" in request.POST:
                messages.success(request, gettext("改动已经照办，还没有报送：请再看一遍，没有问题再报送。"))
        elif "go" in request.POST:
            hand_in(found, by=request.user, at=now(), year_confirmed="year_confirmed" in request.POST)
    except UploadChanged as no:
        return _page(request, _own_upload(request.user, upload_id), campaign, no=no)
    except Refusal as no:
        return _page(request, found, campaign, no=no)
    return redirect("upload", found.pk)


def _as_it_stands(request: HttpRequest, found: Upload, campaign: Campaign) -> HttpResponse:
    """To be looked at; with a worker, and the page asks again by itself; or a roster already."""
    if found.state in UNDER_WAY:
        return render(request, "department/_work.html" if request.htmx else "department/work.html", _work(found))
    if request.htmx:  # the page that asked is about something else now
        return HttpResponseClientRedirect(reverse("upload", args=[found.pk]))
    if found.state == Upload.State.DONE:
        messages.success(request, handed_in(found.roster))
        return redirect("roster", found.roster_id)
    return _page(request, found, campaign)


def _work(found: Upload) -> dict[str, object]:
    at = STAGES.index(found.stage) if found.stage else -1
    steps = [(label, "done" if nth < at else "now" if nth == at else "") for nth, label in enumerate(STEPS)]
    return {
        "upload": found,
        "steps": steps,
        "nth": at + 1,
        "rows": found.seen["rows"],
        "attended": found.state == Upload.State.WORKING or is_attended(),
    }


@staff_who_may(Work.IMPORT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def drop_upload(request: HttpRequest, upload_id: int) -> HttpResponse:
    if request.method != "POST":
        return redirect("department")
    try:
        give_up(_own_upload(request.user, upload_id), by=request.user)
    except Refusal:
        return redirect("upload", upload_id)  # a worker has it, or it is a roster by now
    messages.success(request, gettext("文件已放弃，没有留下任何内容。"))
    return redirect("department")


def _own_upload(staff: Staff, upload_id: int) -> Upload:
    """Whoever brought it looks at it, and nobody else: it is not the department's list yet."""
    own = Upload.objects.filter(uploaded_by=staff.username, **own_rosters(staff)).defer("file_sealed")
    return get_object_or_404(own, pk=upload_id)


class _Said(NamedTuple):
    """What somebody says of the file, as `put_right` takes it."""

    sheet: int | None
    meanings: Sequence[Field | None] | None
    category: str
    spellings: Spellings
    header_rows: HeaderRows | None


def _said(found: Upload) -> _Said:
    return _Said(found.sheet, meanings_said(found), found.category, found.spellings, header_pointed_at(found))


def _asked(request: HttpRequest, found: Upload) -> _Said:
    """What the form says; of another sheet or another header, its words speak for themselves."""
    known = {str(one["at"]): one["at"] for one in found.seen["sheets"]}
    sheet = known.get(request.POST.get("sheet", ""), found.sheet)
    asked = _said(found)._replace(
        sheet=sheet, category=request.POST.get("category", found.category), spellings=_asked_spellings(request, found)
    )
    if "header" in request.POST:
        return asked._replace(meanings=None, header_rows=_asked_header(request, found))
    if sheet != found.sheet:
        return asked._replace(meanings=None, header_rows=None)
    columns = found.seen.get("columns", [])
    said = {one["at"]: request.POST.get(f"column-{one['at']}", one["field"]) for one in columns}
    if said == {one["at"]: one["field"] for one in columns}:
        return asked
    fields = {field.value: field for field in Field}
    return asked._replace(meanings=[fields.get(said.get(at, "")) for at in range(found.seen["width"])])


def _asked_header(request: HttpRequest, found: Upload) -> HeaderRows | None:
    """The row that was pointed at, with the one below it where the header is two; None where it was none on the page."""
    rows = [str(one["row"]) for one in found.seen["top"]["rows"]] if found.seen["top"] else []
    if request.POST["header"] not in rows:
        return None
    at = rows.index(request.POST["header"])
    last = min(at + ("two" in request.POST), len(rows) - 1)
    return int(rows[at]), int(rows[last])


def _asked_spellings(request: HttpRequest, found: Upload) -> Spellings:
    """What each spelling on the page was said to mean; one that nothing is said of means what the department's words say."""
    asked = {one["word"]: request.POST.get(f"spelling-{at}") for at, one in enumerate(found.seen.get("asked", []))}
    shown = {one["word"]: _choice(one["meaning"]) for one in found.seen.get("asked", [])}
    said = dict(found.spellings)
    for word, choice in asked.items():
        if choice is None or choice == shown[word]:
            continue
        said.pop(word, None)
        if choice:
            said[word] = "" if choice == NONE_OF_THESE else choice
    return said


def _choice(meaning: str | None) -> str:
    """How the form says it: "" is nothing yet."""
    return "" if meaning is None else meaning or NONE_OF_THESE


def _page(request: HttpRequest, found: Upload, campaign: Campaign, *, no: Refusal | None = None) -> HttpResponse:
    seen = found.seen
    if no is None and (kept := found.refusal or seen["no"]):
        no = said_again(kept)
    for column in seen.get("columns", []):
        column["letter"] = letter(column["at"])
    for one in seen.get("asked", []):
        one["chosen"] = _choice(one["meaning"])
        one["remembered"] = one["meaning"] is not None and one["word"] not in found.spellings
    pack = pack_of(campaign)
    context = {
        "upload": found,
        "seen": seen,
        "fields": [(field.value, label) for field, label in FIELDS.items()],
        "has_category": any(column["field"] == Field.CATEGORY for column in seen.get("columns", [])),
        "categories": [one.name for one in pack.categories],
        "meanings": [(str(held), held) for held in CategoryReader(pack).meanings],
        "none_of_these": NONE_OF_THESE,
        "choosable": [one for one in seen["sheets"] if one["rows"] is not None or one["is_hidden"] or one["has_top"]],
        "campaign": campaign,
        "no": no,
    }
    record(
        "upload.read", f"upload:{found.pk}", county=found.county, department=found.department, file=found.file_digest
    )
    return render(request, "department/upload.html", context, status=409 if no else 200)


def letter(at: int) -> str:
    """The column as a spreadsheet names it: 0 is A, 26 is AA."""
    name, at = "", at + 1
    while at:
        at, rest = divmod(at - 1, len(ascii_uppercase))
        name = ascii_uppercase[rest] + name
    return name
