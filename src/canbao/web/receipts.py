"""A receipt as pages and papers show it; the same values for both."""

from datetime import date

from django.conf import settings

from canbao.collection.models import Receipt
from canbao.collection.queries import receipt_paper
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
