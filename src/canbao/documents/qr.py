"""QR codes for papers, as SVG."""

import io

import segno

# Drawn with one given mask: trying all eight for the best pattern takes four times as long, and any of them scans.
MASK = 2


def qr_svg(content: str, *, error: str = "m") -> str:
    """`error` is how much of it may be spoiled: "l" a fourteenth, "m" a seventh; less makes a long content coarser and easier to scan."""
    out = io.BytesIO()
    segno.make(content, error=error, mask=MASK, micro=False).save(out, kind="svg", border=0, xmldecl=False)
    return out.getvalue().decode()
