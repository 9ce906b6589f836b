"""The base table (底表) of one village on paper: boxes to tick, a household never torn apart, as PDF.

Plain values in, bytes out. The type is large: it is read and ticked by hand, at doors, by people of sixty.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from canbao.documents.fonts import SANS, SERIF, chinese_family, installed_fonts
from canbao.documents.typesetting import typeset
from canbao.kernel.refusal import must

_PAPER = "底表"


@dataclass(frozen=True, slots=True)
class BaseListPerson:
    """`standing` is what the register says already, such as 死亡, and is ticked; "" where nothing is known. `number` is
    masked."""

    nth: int
    name: str
    relation: str
    born: str
    number: str
    standing: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class BaseListHousehold:
    code: str
    people: tuple[BaseListPerson, ...]


@dataclass(frozen=True, slots=True)
class BaseListPaper:
    """`number` names the table and the village, so that what comes back is known; `covers` is the benefit period that
    the table prepares, in words."""

    title: str
    village: str
    number: str
    covers: str
    drawn: str
    made_at: datetime
    households: Sequence[BaseListHousehold]
    is_synthetic: bool = False

    @property
    def counted(self) -> str:
        people = sum(len(home.people) for home in self.households)
        return f"{len(self.households)} 户 {people} 人"


def base_list_pdf(paper: BaseListPaper) -> bytes:
    """Says no: `FontMissing`."""
    must(len(paper.households) > 0, "there is somebody on the list")
    families = installed_fonts().families()
    data = {
        "title": paper.title,
        "village": paper.village,
        "number": paper.number,
        "covers": paper.covers,
        "drawn": paper.drawn,
        "counted": paper.counted,
        "synthetic": paper.is_synthetic,
        "households": [asdict(home) for home in paper.households],
        "sans": chinese_family(families, paper=_PAPER, wanted=(*SANS, *SERIF)),
        "serif": chinese_family(families, paper=_PAPER, wanted=(*SERIF, *SANS)),
    }
    return typeset("base_list.typ", data, made_on=paper.made_at.date())
