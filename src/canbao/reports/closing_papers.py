"""The certificate of a closed day, for a town or the county, with what it is signed with (decision 0026)."""

from django.conf import settings

from canbao.access.names import names_of_staff
from canbao.access.signing import public_key
from canbao.documents.closing import ClosingPaper, ClosingPaperLine, closing_pdf
from canbao.kernel.days import CHINA
from canbao.kernel.fen import yuan
from canbao.reports.closings import Figures
from canbao.reports.four_ways import Way
from canbao.reports.models import ClosingLine

BY_ITSELF = "系统"


def closing_certificate(figures: Figures, *, check_url: str) -> bytes:
    """As PDF. `check_url` is where the QR code leads to. Says no: `FontMissing`."""
    closing, signature = figures.closing, figures.signature
    names = names_of_staff([closing.closed_by, signature.signed_by if signature else None])
    paper = ClosingPaper(
        title=closing.campaign.title,
        place=figures.place.name,
        day=closing.day.isoformat(),
        number=f"{closing.day:%Y%m%d}-{figures.place.code}-{closing.nth}",
        closed=f"{closing.closed_on} {names.get(closing.closed_by, BY_ITSELF)}结账",
        lines=[_line(line) for line in figures.lines],
        total=_paper_line("合计", figures.ways, figures.free, figures.drawer_fen, agrees=figures.agree),
        differences=[one.says for one in figures.differences],
        root=f"{closing.root_position}:{closing.root_hash}",
        qr=check_url,
        public_key=public_key(),
        signed_by=names.get(signature.signed_by, signature.signed_by) if signature else "",
        signed_at=f"{signature.signed_at.astimezone(CHINA):%Y-%m-%d %H:%M}" if signature else "",
        is_synthetic=settings.CANBAO_SYNTHETIC_NUMBERS,
    )
    return closing_pdf(paper, made_on=closing.day)


def _line(line: ClosingLine) -> ClosingPaperLine:
    return _paper_line(line.unit.name, line.ways, line.free, line.drawer_fen, agrees=not line.differences)


def _paper_line(name: str, ways: tuple[Way, ...], free: int, drawer_fen: int, *, agrees: bool) -> ClosingPaperLine:
    told = tuple((f"{way.count:,}", yuan(way.fen)) for way in ways)
    return ClosingPaperLine(name, told, f"{free:,}", yuan(drawer_fen), agrees)
