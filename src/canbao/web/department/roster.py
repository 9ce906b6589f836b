"""One list with the verdict of every row; and the department's own file back, with the reasons beside the rows."""

import re
import unicodedata

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.may import Work, may
from canbao.access.names import name_of
from canbao.access.record import record
from canbao.enrolment.queries import current_campaign
from canbao.kernel.refusal import Refusal
from canbao.rosters.domain.closing import WHY_AT_MOST
from canbao.rosters.domain.confirming import TAKEN
from canbao.rosters.domain.handling import is_maker
from canbao.rosters.domain.hiding import is_marked
from canbao.rosters.domain.returning import give_back
from canbao.rosters.models import Outcome, Roster, RosterRow
from canbao.rosters.queries import counts_by_outcome, other_lists
from canbao.rosters.refusals import TooManyStruckOff
from canbao.web.department.rosters import own_rosters
from canbao.web.guards import staff_who_may

ROWS_A_PAGE = 100
STEM_AT_MOST = 80  # characters; three bytes each still make a name that every disk takes
_SPREADSHEET = re.compile(r"\.(xlsx|xlsm|xls|csv|txt|et)$", re.IGNORECASE)
_NOT_IN_A_NAME = frozenset('\\/:*?"<>|')


@staff_who_may(Work.IMPORT_ROSTER, Work.CONFIRM_ROSTER)
@require_safe
def roster(request: HttpRequest, roster_id: int) -> HttpResponse:
    return roster_page(request, own_roster(request, roster_id))


@staff_who_may(Work.IMPORT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def file_back(request: HttpRequest, roster_id: int) -> HttpResponse:
    """By POST: numbers are unsealed for it, which goes on record."""
    if request.method != "POST":
        return redirect("roster", roster_id)
    found = own_roster(request, roster_id)
    try:
        content = give_back(found, by=request.user)
    except Refusal as no:
        return roster_page(request, found, no=no)
    return HttpResponse(
        content,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=answer_name(found.file_name))
        },
    )


def own_roster(request: HttpRequest, roster_id: int) -> Roster:
    return get_object_or_404(Roster, pk=roster_id, **own_rosters(request.user))


def answer_name(file_name: str) -> str:
    """`名单.xls` → `名单-核对结果.xlsx`: what the sender can lay beside their own file, and every system can keep."""
    stem = _SPREADSHEET.sub("", file_name)
    plain = "".join(
        "_" if character in _NOT_IN_A_NAME else character
        for character in stem
        if unicodedata.category(character)[0] != "C"
    )
    return f"{plain.strip(' .')[:STEM_AT_MOST] or '名单'}-核对结果.xlsx"


def page_of(row: RosterRow) -> int:
    """On which page of the rows of its outcome this one stands."""
    before = row.roster.rows.filter(outcome=row.outcome).filter(
        Q(sheet__lt=row.sheet) | Q(sheet=row.sheet, row__lt=row.row)
    )
    return before.count() // ROWS_A_PAGE + 1


def roster_page(
    request: HttpRequest, found: Roster, *, no: Refusal | None = None, left_out: int = 0, at: RosterRow | None = None
) -> HttpResponse:
    """The rows of one outcome: those among which the row `at` stands, or the ones that are asked for, else those that a
    person must look at, if there are any.

    Whom the register has, and on whose lists else they are, is for those who check the list; a department sees what it
    wrote and whether it fits.
    """
    counts = counts_by_outcome(found)
    first = Outcome.LOOK if counts[Outcome.LOOK] else Outcome.REFUSED if counts[Outcome.REFUSED] else Outcome.TAKEN
    asked, number = (at.outcome, page_of(at)) if at else (request.GET.get("outcome"), request.GET.get("page"))
    shown = Outcome(asked) if asked in Outcome.values else first
    checks = may(request.user, Work.CONFIRM_ROSTER)
    rows = found.rows.filter(outcome=shown).order_by("sheet", "row")
    page = Paginator(rows.select_related("resident") if checks else rows, ROWS_A_PAGE).get_page(number)
    if checks:
        elsewhere = other_lists(found, [row.resident_id for row in page if row.resident_id])
        for row in page:
            row.other_lists = _("、").join(
                _("{department}的“{category}”").format(department=other, category=category)
                for other, category in elsewhere.get(row.resident_id, ())
            )
    for row in page:
        row.is_hidden = is_marked(found.hidden_marks, row.row)
    context = {
        "roster": found,
        "counts": counts.items(),
        "shown": shown,
        "look": counts[Outcome.LOOK],
        "taken": sum(counts[one] for one in TAKEN),
        "rows": page,
        "checks": checks,
        "makes": is_maker(request.user, found),
        "imported_it": found.imported_by == request.user.username,
        "importer": name_of(found.imported_by) if found.earlier_years else "",
        "confirmer": name_of(found.confirmed_by) if found.confirmed_by else "",
        "closer": name_of(found.closed_by) if found.closed_by else "",
        "taker_back": name_of(found.taken_back_by) if found.taken_back_by else "",
        "may_take_back": checks
        and found.confirmed_at is not None
        and found.taken_back_at is None
        and found.imported_by != request.user.username,
        "is_open": found.confirmed_at is None and found.closed_at is None,
        "why_at_most": WHY_AT_MOST,
        "towns": no.words["towns"] if isinstance(no, TooManyStruckOff) else (),
        "counted": no.words["counted"] if isinstance(no, TooManyStruckOff) else (),
        "campaign": current_campaign(found.county) if no else None,  # its notice has the categories in English
        "left_out": left_out,
        "no": no,
    }
    seen = {"residents": sorted({row.resident_id for row in page if row.resident_id})} if checks else {}
    record(
        "roster.read",
        f"roster:{found.pk}",
        county=found.county,
        outcome=shown.value,
        rows=[row.row for row in page],
        **seen,
    )
    return render(request, "department/roster.html", context, status=409 if no else 200)
