"""A receipt as pages and papers show it; the same values for both."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.conf import settings

from canbao.collection.models import Receipt
from canbao.collection.queries import receipt_paper, receipt_papers
from canbao.documents.receipts import ReceiptPaper
from canbao.web.verifying import verify_url


def paper_of(receipt: Receipt, *, nth_print: int = 1, printed_on: date | None = None) -> ReceiptPaper:
    return receipt_paper(
        receipt,
        verify_url=verify_url(receipt),
        is_synthetic=settings.CANBAO_SYNTHETIC_NUMBERS,
        nth_print=nth_print,
        printed_on=printed_on,
    )


def papers_of(receipts: Sequence[Receipt], *, prints: Mapping[int, int], printed_on: date) -> list[ReceiptPaper]:
    return receipt_papers(
        receipts,
        verify_url=verify_url,
        is_synthetic=settings.CANBAO_SYNTHETIC_NUMBERS,
        prints=prints,
        printed_on=printed_on,
    )


def shown(receipt: Receipt) -> dict[str, object]:
    """A receipt for a page: the paper, whether somebody asked to void it, and whether whoever stands for the household is
    among those who paid on it."""
    paper = paper_of(receipt)
    return {
        "receipt": receipt,
        "paper": paper,
        "voiding": receipt.voidings.order_by("-asked_at").first(),
        "head_is_elsewhere": bool(paper.head) and all(line.name != paper.head for line in paper.lines),
    }
