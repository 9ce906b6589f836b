"""账簿: what every account holds on a day, a statement of any account, and what is owed to whom since when."""

from collections.abc import Iterable
from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from canbao.access.clock import today
from canbao.access.may import Work
from canbao.access.record import record
from canbao.collection.models import Channel
from canbao.divisions.models import CollectingUnit, Division
from canbao.ledger.models import Account, AccountKind
from canbao.ledger.queries import owed_by_person, statement, trial_balance
from canbao.register.models import Resident
from canbao.web.guards import staff_who_may

LINES_A_PAGE = 200
OWED_A_PAGE = 100
OF_UNITS = {AccountKind.DRAWER, AccountKind.IN_TRANSIT, AccountKind.CONTRIBUTIONS}


@staff_who_may(Work.READ_LEDGER)
@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """The trial balance (试算平衡) at the end of a day."""
    on = _day(request.GET.get("on"), today())
    rows = trial_balance(request.user.county, on=on)
    names = _names(request.user.county, [(row.kind, row.holder) for row in rows])
    context = {
        "on": on, "rows": [(row, names[row.kind, row.holder]) for row in rows],
        "debit_fen": sum(row.debit_fen for row in rows), "credit_fen": sum(row.credit_fen for row in rows),
    }  # fmt: skip
    return render(request, "county/ledger.html", context)


@staff_who_may(Work.READ_LEDGER)
@require_safe
def account_statement(request: HttpRequest, account_id: int) -> HttpResponse:
    """One account over some days; without a choice, the month until today."""
    account = get_object_or_404(Account, pk=account_id, county=request.user.county)
    last = _day(request.GET.get("until"), today())
    first = min(_day(request.GET.get("from"), last.replace(day=1)), last)
    page = Paginator(range(statement(account, first=first, last=last, limit=0).count), LINES_A_PAGE).get_page(request.GET.get("page"))  # fmt: skip
    found = statement(account, first=first, last=last, limit=LINES_A_PAGE, offset=max(0, page.start_index() - 1))
    people = Resident.objects.in_bulk([line.resident_id for line in found.lines if line.resident_id])
    others = Account.objects.in_bulk({line.other for line in found.lines})
    names = _names(request.user.county, [(AccountKind(one.kind), one.holder) for one in (account, *others.values())])
    context = {
        "account": account, "name": names[AccountKind(account.kind), account.holder], "first": first, "last": last, "found": found, "page": page,
        "lines": [
            (line, others[line.other], names[AccountKind(others[line.other].kind), others[line.other].holder], people.get(line.resident_id or 0))
            for line in found.lines
        ],
    }  # fmt: skip
    if people:
        record("statement.read", f"account:{account.pk}", county=account.county, residents=sorted(people))
    return render(request, "county/statement.html", context)


@staff_who_may(Work.READ_LEDGER)
@require_safe
def owed(request: HttpRequest) -> HttpResponse:
    """Liabilities by person with their age, the oldest first."""
    on = _day(request.GET.get("on"), today())
    found = owed_by_person(request.user.county, on=on)
    page = Paginator(found, OWED_A_PAGE).get_page(request.GET.get("page"))
    people = Resident.objects.select_related("household").in_bulk([one.resident_id for one in page if one.resident_id])
    rows = [(one, people.get(one.resident_id or 0), (on - one.since).days) for one in page]
    if people:
        record("owed.read", f"county:{request.user.county}", county=request.user.county, residents=sorted(people))
    context = {"on": on, "rows": rows, "page": page, "total_fen": sum(one.fen for one in found)}
    return render(request, "county/owed.html", context)


def _day(typed: str | None, otherwise: date) -> date:
    """What is no day, or lies ahead, is taken for the day that is meant without it."""
    try:
        return min(date.fromisoformat(typed or ""), today())
    except ValueError:
        return otherwise


def _names(county: str, accounts: Iterable[tuple[AccountKind, str]]) -> dict[tuple[AccountKind, str], str]:
    """Whose account it is, as people say it."""
    accounts = list(accounts)
    units = [int(holder) for kind, holder in accounts if kind in OF_UNITS and holder.isdecimal()]
    called = dict(CollectingUnit.objects.filter(pk__in=units).values_list("pk", "name"))
    place = Division.objects.filter(pk=county.ljust(12, "0")).values_list("name", flat=True).first() or county
    return {(kind, holder): _name(kind, holder, called, place, county) for kind, holder in accounts}


def _name(kind: AccountKind, holder: str, called: dict[int, str], place: str, county: str) -> str:
    if kind in OF_UNITS and holder.isdecimal():
        return called.get(int(holder), holder)
    if kind is AccountKind.GATEWAY and holder in Channel.values:
        return _(Channel(holder).label)
    return place if holder == county else holder
