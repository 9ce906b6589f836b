"""Many receipts as one file: of a village, a unit or a county, for some days. First prints are originals, others are marked.

Paper is printed where it is kept, by the unit; electronic receipts also by the township and the county.
"""

from collections.abc import Sequence

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from canbao.access.clock import today
from canbao.access.may import Work
from canbao.collection.domain.receipts import note_prints, printable
from canbao.collection.domain.stock import Holder, holder_of
from canbao.collection.models import Receipt, ReceiptBook
from canbao.collection.queries import batch_of, count_batch
from canbao.collection.refusals import NothingToPrint, TooManyToReprint
from canbao.divisions.models import Division
from canbao.documents.receipts import ReceiptPaper, Sheet, receipts_pdf
from canbao.documents.refusals import CharacterMissing
from canbao.kernel.days import days_after
from canbao.kernel.refusal import Refusal
from canbao.web.guards import staff_who_may
from canbao.web.receipts import papers_of

AT_MOST = 1000  # receipts a file: two or three seconds, and 0.6 GB of memory in a process of its own
DAYS = 30  # what the page offers at first


class BatchForm(forms.Form):
    """What a unit prints is its own; an office chooses a place of its own, and prints electronic receipts only."""

    place = forms.ChoiceField(label=_("范围"))
    kind = forms.ChoiceField(label=_("种类"), choices=[(kind.value, _(kind.label)) for kind in ReceiptBook.Kind])
    first_day = forms.DateField(label=_("开票日期从"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    last_day = forms.DateField(label=_("开票日期到"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    def __init__(self, *args: object, own: Holder, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.own = own
        if own.unit:
            del self.fields["place"]
        else:
            del self.fields["kind"]
            self.fields["place"].choices = _places(own)

    def clean(self) -> dict[str, object]:
        given = super().clean()
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and first > last:
            self.add_error("last_day", gettext("不能早于起始日期。"))
        return given

    def batch(self) -> QuerySet[Receipt]:
        given = self.cleaned_data
        kind = ReceiptBook.Kind(given.get("kind", ReceiptBook.Kind.ELECTRONIC))
        place = given.get("place", self.own.place)
        days = {"first_day": given["first_day"], "last_day": given["last_day"]}
        return batch_of(place, kind=kind, unit=self.own.unit, **days)


@staff_who_may(Work.KEEP_STOCK)
@require_http_methods(["GET", "HEAD", "POST"])
def print_receipts(request: HttpRequest) -> HttpResponse:
    """By GET: how many there are. By POST: the file. It is set first, since what cannot be printed is no print, and handed out
    when every print is counted and on record; where somebody printed some of them meanwhile it is set anew."""
    try:
        own = holder_of(request.user)
    except Refusal as no:
        return render(request, "print_receipts.html", {"no": no}, status=409)
    asked = request.POST if request.method == "POST" else request.GET or _at_first(own)
    form = BatchForm(asked, own=own)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form)
    leave_out = [int(one) for one in request.POST.getlist("leave_out") if one.isascii() and one.isdigit()][:AT_MOST]
    as_reprint, receipts = request.POST.get("which") == "all", []
    try:
        receipts = _chosen(form, leave_out, as_reprint=as_reprint)
        pdf = _printed(request, own, receipts, as_reprint=as_reprint)
    except CharacterMissing as no:
        having = [one for one, paper in zip(receipts, _papers(receipts), strict=True) if _has(paper, no)]
        return _page(request, form, no=no, unprintable=having, leave_out=leave_out)
    except Refusal as no:
        return _page(request, form, no=no, leave_out=leave_out)
    name = f"receipts-{form.cleaned_data['first_day']}-{form.cleaned_data['last_day']}.pdf"
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


def _chosen(form: BatchForm, leave_out: list[int], *, as_reprint: bool) -> list[Receipt]:
    """Originals are taken from the front; whoever prints again says of which. Says no: `TooManyToReprint`, `NothingToPrint`."""
    found = printable(form.batch()).exclude(pk__in=leave_out)
    if as_reprint and (count := found.count()) > AT_MOST:
        raise TooManyToReprint(at_most=AT_MOST, count=count)
    receipts = list((found if as_reprint else found.filter(prints=0))[:AT_MOST])
    if not receipts:
        raise NothingToPrint
    return receipts


def _printed(request: HttpRequest, own: Holder, receipts: list[Receipt], *, as_reprint: bool) -> bytes:
    """Says no, in this order: `CharacterMissing`, `NothingToPrint`."""
    sheet = Sheet(request.POST["on"]) if request.POST.get("on") in set(Sheet) else Sheet.HALF_A4
    expected = {receipt.pk: receipt.prints + 1 for receipt in receipts}
    pdf = receipts_pdf(_papers(receipts), on=sheet)
    counted = note_prints(
        expected,
        subject=f"unit:{own.unit.pk}" if own.unit else f"division:{own.office.code}",
        county=own.place[:6],
        actor=f"staff:{request.user.username}",
        as_reprint=as_reprint,
    )
    if counted == expected:
        return pdf
    left = [receipt for receipt in receipts if receipt.pk in counted]
    return receipts_pdf(papers_of(left, prints=counted, printed_on=today()), on=sheet)


def _papers(receipts: list[Receipt]) -> list[ReceiptPaper]:
    """As they are printed next, if nobody prints them in between."""
    return papers_of(receipts, prints={one.pk: one.prints + 1 for one in receipts}, printed_on=today())


def _has(paper: ReceiptPaper, missing: CharacterMissing) -> bool:
    texts = [paper.head, *(line.name for line in paper.lines)]
    return any(str(missing.words["character"]) in text for text in texts)


def _page(
    request: HttpRequest,
    form: BatchForm,
    *,
    no: Refusal | None = None,
    unprintable: Sequence[Receipt] = (),
    leave_out: Sequence[int] = (),
) -> HttpResponse:
    counts = count_batch(form.batch()) if form.is_valid() else None
    context = {
        "form": form,
        "no": no,
        "counts": counts,
        "at_most": AT_MOST,
        "unprintable": "、".join(f"№ {one.full_number}" for one in unprintable),
        "leave_out": [*leave_out, *(one.pk for one in unprintable)],
    }
    return render(request, "print_receipts.html", context, status=409 if no else 200 if form.is_valid() else 422)


def _at_first(own: Holder) -> dict[str, str]:
    on = today()
    kind = ReceiptBook.Kind.PAPER if own.unit else ReceiptBook.Kind.ELECTRONIC
    return {
        "place": own.place,
        "kind": kind.value,
        "first_day": days_after(on, -DAYS).isoformat(),
        "last_day": on.isoformat(),
    }


def _places(own: Holder) -> list[tuple[str, str]]:
    """The office's own place, its towns and their villages."""
    first, after = own.place.range()
    found = Division.objects.filter(code__gte=first, code__lt=after, level__in=("county", "town", "village"))
    return [(one.code, one.name if one.level != "village" else f"　{one.name}") for one in found.order_by("code")]
