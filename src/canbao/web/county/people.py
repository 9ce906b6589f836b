"""The people behind a figure of the progress page, for whoever has to go and ask: by place, with household and reason.

Names are read here, so every page of them goes on record with whose they were.
"""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from canbao.access.clock import today
from canbao.access.may import Work, works_for_a_unit
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.divisions.models import CollectingUnit, Division
from canbao.enrolment.models import Bill, Campaign
from canbao.enrolment.packs import pack_of
from canbao.reports.coverage import CoverageRow, coverage, together
from canbao.reports.people import Which, how_many, page_behind
from canbao.web import words
from canbao.web.county.progress import campaign_of
from canbao.web.guards import staff_who_may
from canbao.web.places import place_of

DIGITS_OF_A_KEY = 18  # with more a number may be greater than any key of the database
TITLES: dict[Which, Promise] = {
    Which.TO_PAY: _("没缴费的人"),
    Which.UNKNOWN: _("金额待定的人"),
    Which.SUBSIDISED: _("资助对象未参保"),
}


@dataclass(frozen=True, slots=True)
class Ask:
    """What the notice does not say, whom it sends one to, and where."""

    what: str
    who: str
    clause: str


@dataclass(frozen=True, slots=True)
class Person:
    bill: Bill
    reason: str
    clauses: str
    asks: tuple[Ask, ...]


@staff_who_may(Work.SEE_PEOPLE)
@require_safe
def people(request: HttpRequest, division: str, which: str) -> HttpResponse:
    """Of one's own division or of a place in it; for a school's clerk, of the school."""
    if which not in set(Which):
        raise Http404
    meant, place = Which(which), place_of(request, division)
    campaign = campaign_of(request, place.code)
    unit = _unit_of(request.user)
    whose = {"division": place.code, "unit": unit.pk if unit else None}
    counts = how_many(campaign, **whose)
    after, before = (_bill_named(request, side) for side in ("after", "before"))
    page = page_behind(campaign, meant, after=after, before=before, **whose)
    glossary = pack_of(campaign).english
    context = {
        "campaign": campaign,
        "place": place,
        "name": unit.name if unit else place.name,
        "town": _town_of(request, place),
        "which": meant,
        "title": TITLES[meant],
        "choices": [(one, TITLES[one], counts[one]) for one in Which],
        "page": page,
        "rows": [_person(bill, glossary) for bill in page.bills],
        "contacts": pack_of(campaign).contacts,
        "whole": None if unit else _whole_of_village(campaign, place),
    }
    if page.bills:
        residents = [bill.resident_id for bill in page.bills]
        record("people.read", f"division:{place.code}", county=campaign.county, which=which, residents=residents)
    return render(request, "county/people.html", context)


def _bill_named(request: HttpRequest, side: str) -> int | None:
    """The neighbour of the page in its address. A wrong one leads to the first page, like a bill that is not there."""
    named = request.GET.get(side, "")
    return int(named) if named.isascii() and named.isdecimal() and len(named) <= DIGITS_OF_A_KEY else None


def _person(bill: Bill, glossary: words.Glossary) -> Person:
    answer = bill.assessment.answer

    def said(text: str) -> str:
        return words.of_the_notice(text, glossary)

    asks = tuple(Ask(said(one["what"]), said(one["ask"]), one["clause"]) for one in answer["unknown"])
    clauses = dict.fromkeys(clause for _what, clause in words.clauses(answer, glossary))
    return Person(bill, words.reason(answer, glossary), "、".join(clauses), asks if bill.due_fen is None else ())


def _unit_of(staff: Staff) -> CollectingUnit | None:
    """The unit that is all of their work; None for whoever works for a place."""
    return get_object_or_404(CollectingUnit, pk=staff.unit_id) if works_for_a_unit(staff) else None


def _whole_of_village(campaign: Campaign, place: Division) -> CoverageRow | None:
    """A village has no page of its own but this one."""
    if place.level != Division.Level.VILLAGE:
        return None
    return together(coverage(campaign, on=today(), division=place.code), place.name)


def _town_of(request: HttpRequest, village: Division) -> Division | None:
    """Where the reader came from, unless a village is all that they see."""
    if village.level != Division.Level.VILLAGE or village.code == request.user.division:
        return None
    return Division.objects.filter(pk=f"{village.code[:9]}000").first()
