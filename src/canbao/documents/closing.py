"""The certificate of a closed day (日结单) of a town or a county on paper: four ways by unit, what differs, root, signatures, as PDF.

Plain values in, bytes out.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from canbao.documents.fonts import SANS, SERIF, chinese_family, installed_fonts
from canbao.documents.qr import qr_svg
from canbao.documents.typesetting import typeset

_PAPER = "日结单"


@dataclass(frozen=True, slots=True)
class ClosingPaperLine:
    """A unit. Each of `ways` is people and yuan, in words: money, people, roster, receipts."""

    unit: str
    ways: tuple[tuple[str, str], ...]
    free: str
    drawer: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class ClosingPaper:
    """`root` is the record's link, whole; `qr` the address under which the paper is compared with the books; `public_key` checks its signature
    without them. `signed_by` "" while nobody has signed."""

    title: str
    place: str
    day: str
    number: str
    closed: str
    lines: Sequence[ClosingPaperLine]
    total: ClosingPaperLine
    differences: Sequence[str]
    root: str
    qr: str
    public_key: str
    signed_by: str
    signed_at: str
    is_synthetic: bool = False


def closing_pdf(paper: ClosingPaper, *, made_on: date) -> bytes:
    """Says no: `FontMissing`."""
    families = installed_fonts().families()
    data = asdict(paper) | {
        "synthetic": paper.is_synthetic,
        "qr": qr_svg(paper.qr, error="l"),
        "sans": chinese_family(families, paper=_PAPER, wanted=(*SANS, *SERIF)),
        "serif": chinese_family(families, paper=_PAPER, wanted=(*SERIF, *SANS)),
    }
    return typeset("closing.typ", data, made_on=made_on)
