"""Where a row says that somebody lives: town and village in words → ranges of division codes.

Only for rows without a number, where the place keeps two people of one name apart. Departments write 一村, 一村村委会
and 一村村民委员会 for the same village.
"""

import re
import unicodedata
from collections.abc import Mapping

from canbao.divisions.models import Division
from canbao.kernel.division_code import DivisionCode

_TAIL = re.compile(r"(?:社区)?(?:村民|居民)?委员会$|(?:社区)?[村居]委会$")
_SPACE = re.compile(r"\s+")

Range = tuple[str, str]


def plain_place(text: str) -> str:
    """One spelling for all: half width, no spaces, without the committee (but never without the last word 村)."""
    whole = _SPACE.sub("", unicodedata.normalize("NFKC", text))
    short = _TAIL.sub("", whole)
    return f"{short}村" if short != whole and whole.endswith("村委会") and not short.endswith("村") else short


def _names_of(one: Division, places: Mapping[str, Division]) -> set[str]:
    """What it is and was called; and of a village that was split off, what the whole was called: some of those people are its own."""
    names = {one.name, *(former.name for former in one.former_names.all())}
    whole = places.get(one.split_from_id or "")
    return names if whole is None else names | _names_of(whole, places)


class Places:
    """The towns and villages of a county by their names, former ones too; two queries."""

    def __init__(self, county: str) -> None:
        first, after = DivisionCode(county).range()
        self._towns: dict[str, list[DivisionCode]] = {}
        self._villages: dict[str, list[DivisionCode]] = {}
        self._differing: dict[tuple[str, str, str], bool] = {}
        below = Division.objects.filter(code__gte=first, code__lt=after, level__in=["town", "village"])
        places = {one.code: one for one in below.prefetch_related("former_names")}
        for one in places.values():  # lists go on saying old names for years: they mean where those people are by now
            now = one
            while now.successor_id in places:
                now = places[now.successor_id]
            by_name = self._towns if one.level == "town" else self._villages
            for name in _names_of(one, places):
                codes = by_name.setdefault(plain_place(name), [])
                if DivisionCode(now.code) not in codes:
                    codes.append(DivisionCode(now.code))

    def differs(self, town: str, village: str, division: str) -> bool:
        """Whether a place in words is certainly another than that village. Words that nobody knows say nothing."""
        asked = (town, village, division)
        if asked not in self._differing:  # a list has many people of one village
            named = (self._villages.get(plain_place(village)), self._towns.get(plain_place(town)))
            self._differing[asked] = any(
                codes and not any(code.covers(DivisionCode(division)) for code in codes) for codes in named
            )
        return self._differing[asked]

    def ranges(self, town: str, village: str) -> list[Range]:
        """Every place that could be meant; none when neither word is known. A village of a named town lies in it."""
        towns = self._towns.get(plain_place(town), []) if town else []
        villages = self._villages.get(plain_place(village), []) if village else []
        if towns:
            villages = [code for code in villages if any(one.covers(code) for one in towns)]
        if village and not villages:
            return []  # a village that nobody knows: the whole town would be a guess
        return [code.range() for code in (villages or towns)]
