"""The official receipt (专用票据) of a household as PDF: plain values in, bytes out; half a sheet of A4 each, or the roll of a
narrow printer.

The lay-outs are our own and stand in `templates/receipt.typ` and `templates/receipt_roll.typ`. Figures come twice, in digits and in the words of money
(贰佰捌拾元整), and must agree with the lines: a receipt that does not add up is never made. The QR code carries what
the caller gives, which must be a check code or an address with one, never anything of a person.

The same values make the same bytes: the date in the file is the day of collection, the pattern of the QR is fixed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

import cn2an

from canbao.documents.fonts import SANS, SERIF, chinese_family, installed_fonts
from canbao.documents.qr import qr_svg
from canbao.documents.typesetting import typeset
from canbao.kernel.fen import yuan
from canbao.kernel.refusal import must

_PAPER = "票据"


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One person. `why` is the category or the reason of the amount; `subsidy_fen` is what funds pay of it."""

    name: str
    sex: str
    age: int
    masked_number: str
    why: str
    amount_fen: int
    subsidy_fen: int = 0


@dataclass(frozen=True, slots=True)
class ReceiptPaper:
    """One receipt. `title` is what the notice calls it; `series` and `number` are those of the stock; `covers` says the
    benefit period in words."""

    title: str
    series: str
    number: str
    unit: str
    household_code: str
    head: str
    covers: str
    lines: tuple[ReceiptLine, ...]
    total_fen: int
    paid_by: str
    collected_by: str
    collected_on: date
    check_code: str
    qr: str
    nth_print: int = 1  # 1 is the original; every other is marked, with its number and day
    printed_on: date | None = None
    is_synthetic: bool = False
    is_void: bool = False  # kept for the file: 作废 stands across it

    def __post_init__(self) -> None:
        must(self.total_fen == sum(line.amount_fen for line in self.lines), "a receipt adds up to its lines")
        must(self.nth_print >= 1, "a print is counted before it is made")
        must(all(line.amount_fen >= 0 and line.subsidy_fen >= 0 for line in self.lines), "no line of it is negative")


class Sheet(StrEnum):
    """What a receipt is printed on. A roll is as long as the receipt."""

    HALF_A4 = "a4"
    ROLL_80 = "80"
    ROLL_58 = "58"


def receipt_pdf(paper: ReceiptPaper, *, on: Sheet = Sheet.HALF_A4) -> bytes:
    """One receipt. Says no: `FontMissing`."""
    return receipts_pdf([paper], on=on)


def receipts_pdf(papers: Sequence[ReceiptPaper], *, on: Sheet = Sheet.HALF_A4) -> bytes:
    """All receipts in one PDF/A, each from a new page, in the order given. Says no: `FontMissing`.

    Takes about half a megabyte of memory a receipt while it works, in a process of its own: a village at a time, not a county.
    """
    must(len(papers) > 0, "there is a receipt to print")
    data = {"papers": [_as_data(paper) for paper in papers], **_families()}
    if on is Sheet.HALF_A4:
        return typeset("receipt.typ", data, made_on=papers[0].collected_on)
    return typeset("receipt_roll.typ", data | {"width": int(on)}, made_on=papers[0].collected_on)


@lru_cache(maxsize=4096)
def in_words(fen: int) -> str:
    """28000 → 贰佰捌拾元整, as money is written so that nobody adds a figure (票据法: both must agree)."""
    return str(cn2an.an2cn(str(Decimal(fen) / 100), "rmb"))


@lru_cache(maxsize=1)
def _families() -> dict[str, str]:
    families = installed_fonts().families()
    return {
        "serif": chinese_family(families, paper=_PAPER, wanted=(*SERIF, *SANS)),
        "sans": chinese_family(families, paper=_PAPER, wanted=(*SANS, *SERIF)),
    }


def _as_data(paper: ReceiptPaper) -> dict[str, object]:
    return {
        "title": paper.title,
        "series": paper.series,
        "number": paper.number,
        "unit": paper.unit,
        "household_code": paper.household_code,
        "head": paper.head,
        "covers": paper.covers,
        "lines": [
            [
                line.name,
                line.sex,
                str(line.age),
                line.masked_number,
                line.why,
                yuan(line.subsidy_fen),
                yuan(line.amount_fen),
            ]
            for line in paper.lines
        ],
        "total": yuan(paper.total_fen),
        "subsidy_total": yuan(sum(line.subsidy_fen for line in paper.lines)),
        "words": in_words(paper.total_fen),
        "people": len(paper.lines),
        "paid_by": paper.paid_by,
        "collected_by": paper.collected_by,
        "collected_on": _day(paper.collected_on),
        "check_code": paper.check_code,
        "qr": qr_svg(paper.qr),
        "reprint": _reprint(paper),
        "synthetic": paper.is_synthetic,
        "void": paper.is_void,
    }


def _reprint(paper: ReceiptPaper) -> str:
    if paper.nth_print == 1:
        return ""
    return f"补打（第{paper.nth_print}次打印）" + (f"\n{_day(paper.printed_on)}" if paper.printed_on else "")


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
