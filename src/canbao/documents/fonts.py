"""The Chinese typeface for papers. A paper full of boxes must not be handed to anybody, so no font is a refusal."""

from collections.abc import Collection
from functools import lru_cache

import typst

from canbao.documents.refusals import FontMissing

# In order of taste: a serif for papers with a stamp, a sans where there is no other. All cover GB 18030's rare names.
SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "Source Han Serif CN")
SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Source Han Sans CN")


def chinese_family(families: Collection[str], *, paper: str, wanted: Collection[str] = (*SERIF, *SANS)) -> str:
    """The first of `wanted` that is among `families`. Says no: `FontMissing`, naming the `paper` and the package."""
    for family in wanted:
        if family in families:
            return family
    raise FontMissing(paper=paper)


@lru_cache(maxsize=1)
def installed_fonts() -> typst.Fonts:
    """This machine's fonts, looked up once a process; it takes longer than a hundred receipts."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)
