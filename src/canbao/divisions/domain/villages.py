"""Villages by import: a list with code, name and kind becomes places and their committees, all of it or nothing (R-10).

A list is read (`read_villages`), every row judged beside what is here (`judge`), and taken when no row is bad
(`take_villages`), which judges it once more: somebody may have been faster.

Where the code of a village begins with its town's, that is its code. Where the list says the town by name and the code begins
otherwise (the statistics office numbers towns differently, or the town is a zone of ours), the name decides, and the village gets
a code of ours below that town beside the published one.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from canbao.access.models import Staff
from canbao.access.record import record
from canbao.divisions.domain.codes import own_code
from canbao.divisions.domain.keeping import check_keeper, name_of_place
from canbao.divisions.domain.names import committee_name
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.divisions.queries import below
from canbao.divisions.refusals import (
    NoVillages,
    PlaceNameTaken,
    TownCodeUnknown,
    TownsDisagree,
    TownUnknown,
    VillageCodeWrong,
    VillageElsewhere,
    VillageEnded,
    VillageNamedOtherwise,
    VillagesNotGood,
    VillageTwice,
    VillageWordUnknown,
)
from canbao.documents.reading import read_spreadsheet
from canbao.documents.table import plain_header
from canbao.kernel.division_code import DivisionCode, Level
from canbao.kernel.refusal import Refusal

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "code": (
        "代码", "统计用区划代码", "区划代码", "行政区划代码", "村代码", "村居代码", "村级代码", "12位代码", "社区代码",
        "机构代码", "code",
    ),
    "name": ("名称", "村名", "村名称", "村居名称", "村社区名称", "村社区", "行政村", "村居", "村", "单位名称", "name"),
    "kind": ("类型", "类别", "性质", "村居类型", "村居性质", "kind", "type"),
    "urban_rural": ("城乡分类代码", "城乡分类", "城乡代码", "城乡属性"),
    "town": ("乡镇", "所属乡镇", "所在乡镇", "乡镇名称", "乡镇街道", "镇街", "镇", "街道", "town"),
}  # fmt: skip
_HEADERS = frozenset(plain_header(word) for words in _ALIASES.values() for word in words)
_KINDS = {
    Division.Kind.VILLAGERS: ("村委会", "村民委员会", "村", "行政村"),
    Division.Kind.RESIDENTS: ("居委会", "居民委员会", "社区", "社区居委会", "社区居民委员会", "居委会社区", "居"),
}
_URBAN_RURAL = ("111", "112", "121", "122", "123", "210", "220")
ROWS_NAMED = 10  # in one sentence


class VillageRow(NamedTuple):
    """A row as the list has it, in words."""

    row: int
    code: str
    name: str
    kind: str
    urban_rural: str
    town: str


class NewVillage(NamedTuple):
    """A good row: what will be a place of the county. `published` is None where it is the code."""

    row: int
    code: str
    published: str | None
    name: str
    kind: str
    urban_rural: str
    town: str  # its code


class Renumbered(NamedTuple):
    """A village that is here under its code of before a merger of towns, and has a published one of its own by now."""

    row: int
    place: Division
    published: str


@dataclass(frozen=True, slots=True)
class Judged:
    """Every row of a list: new, here with another published code, here already, or bad and why."""

    new: list[NewVillage] = field(default_factory=list)
    renumbered: list[Renumbered] = field(default_factory=list)
    same: list[VillageRow] = field(default_factory=list)
    bad: list[tuple[VillageRow, Refusal]] = field(default_factory=list)

    def by_town(self) -> dict[str, list[NewVillage]]:
        found: dict[str, list[NewVillage]] = defaultdict(list)
        for one in sorted(self.new, key=lambda one: one.code):
            found[one.town].append(one)
        return dict(found)


def read_villages(content: bytes) -> list[VillageRow]:
    """The rows of a spreadsheet or text table, as they are. Says no: what is wrong with the file (`documents.reading`),
    `NoVillages`."""
    table = read_spreadsheet(content, headers=_HEADERS)
    plain = [plain_header(text) for text in table.columns]
    at: dict[str, int] = {}
    for what, words in _ALIASES.items():  # the word that stands first in our list wins where several fit
        fitting = [plain.index(word) for word in map(plain_header, words) if word in plain]
        if fitting:
            at[what] = fitting[0]
    if not {"code", "name"} <= set(at):
        raise NoVillages
    rows = []
    for row in table.rows():
        texts = {what: row.cells[at[what]].text.strip() if what in at else "" for what in _ALIASES}
        rows.append(VillageRow(row.number, **texts))
    return rows


def judge(rows: Sequence[VillageRow], county: str) -> Judged:
    """Every row beside what is here. Changes nothing. Raises `NoVillages`."""
    judging = _Judging(county, rows)
    done = Judged()
    seen = 0
    for row in rows:
        try:
            verdict = judging.of(row)
        except Refusal as no:
            done.bad.append((row, no))
            seen += 1
            continue
        if isinstance(verdict, NewVillage):
            done.new.append(verdict)
        elif isinstance(verdict, Renumbered):
            done.renumbered.append(verdict)
        elif verdict:
            done.same.append(row)
        else:
            continue  # a row of a town or of the county: it says where the next ones lie
        seen += 1
    if not seen:
        raise NoVillages
    return done


@transaction.atomic
def take_villages(rows: Sequence[VillageRow], county: str, *, by: Staff | None, at: datetime) -> Judged:
    """All new villages of the list, each with its committee, and new published codes. Says no, in this order: `NotYourDivision`, `NotYourWork`,
    `NoVillages`, `VillagesNotGood`.
    """
    actor = check_keeper(by, county)
    Division.objects.select_for_update().filter(pk=DivisionCode(county)).first()  # one list at a time in a county
    judged = judge(rows, county)
    if judged.bad:
        named = [str(row.row) for row, _ in judged.bad]
        shown = "、".join(named[:ROWS_NAMED]) + ("…" if len(named) > ROWS_NAMED else "")
        raise VillagesNotGood(bad=len(judged.bad), rows=shown)
    Division.objects.bulk_create(
        Division(
            code=one.code, name=one.name, level=Division.Level.VILLAGE, kind=one.kind, urban_rural=one.urban_rural,
            published_code=one.published,
        )
        for one in judged.new
    )  # fmt: skip
    CollectingUnit.objects.bulk_create(
        CollectingUnit(kind=UnitKind.VILLAGE, name=committee_name(one.name, one.kind), division_id=one.code)
        for one in judged.new
    )
    for one in judged.renumbered:
        Division.objects.filter(pk=one.place.pk).update(published_code=one.published)
    if judged.new or judged.renumbered:
        record(
            "villages.imported", f"division:{DivisionCode(county)}", county=county[:6], actor=actor,
            villages=len(judged.new), renumbered=len(judged.renumbered),
        )  # fmt: skip
    return judged


class _Judging:
    """The places of a county, and what the list says of them; asked once for each row."""

    def __init__(self, county: str, rows: Sequence[VillageRow]) -> None:
        self._county = DivisionCode(county)
        self._towns = {one.code: one for one in below(county, "town").filter(until__isnull=True)}
        self._town_named = {one.name: one for one in self._towns.values()}
        self._town_published = {one.published_code: one for one in self._towns.values() if one.published_code}
        here = list(below(county, "village"))
        # a zone of ours may be numbered as if it were a county of its own
        self._zones = {code[:6] for code in self._town_published}
        # where towns merged, the new place keeps as published code what was the ended one's: it stands for it
        self._known = {one.published_code or one.code: one for one in sorted(here, key=lambda one: one.until is None)}
        self._ended = {one.code for one in here if one.until is not None}
        self._codes = {one.code for one in here}
        self._names = {(one.code[:9], one.name): one for one in here if one.until is None}
        self._said, self._disagreeing = _towns_said(rows)
        self._rows: dict[str, int] = {}
        self._named: dict[tuple[str, str], int] = {}

    def of(self, row: VillageRow) -> NewVillage | Renumbered | bool:
        """A new village; one with another published code; True where it is here already; False for a row of a town or of the county."""
        code = _code_of(row.code)
        if code is None:
            raise VillageCodeWrong(seen=row.code[:20])
        if not self._county.covers(code) and code[:6] not in self._zones:
            raise VillageElsewhere(code=code, county=self._county[:6])
        if code.level is not Level.VILLAGE:
            if code.level is Level.TOWN and row.name:
                return False
            if code == self._county:
                return False
            raise VillageCodeWrong(seen=row.code[:20])
        if code in self._rows:
            raise VillageTwice(row=self._rows[code], what="代码", seen=code)
        self._rows[code] = row.row
        name = name_of_place(row.name)
        kind, urban_rural = self._words(row, code)
        town = self._town_of(row, code)
        if (town.code, name) in self._named:
            raise VillageTwice(row=self._named[town.code, name], what="名称", seen=name)
        self._named[town.code, name] = row.row
        known = self._known.get(code)
        if known is not None:
            return self._is_here(known, code, name, town)
        other = self._names.get((town.code[:9], name))
        if other is not None and other.published_code in self._ended and code not in self._codes:
            return Renumbered(row.row, other, code)
        if other is not None:
            raise PlaceNameTaken(where=town.name, name=name, code=other.published_code or other.code)
        nests = code[:9] == town.code[:9] and code not in self._codes
        ours = code if nests else own_code(town, wanted=code[9:], taken=self._codes)
        self._codes.add(ours)
        return NewVillage(row.row, ours, None if nests else code, name, kind, urban_rural, town.code)

    def _is_here(self, known: Division, code: str, name: str, town: Division) -> bool:
        if known.until is not None:
            raise VillageEnded(code=code, name=known.name, day=known.until)
        if known.name != name or known.code[:9] != town.code[:9]:
            raise VillageNamedOtherwise(code=code, name=known.name)
        return True

    def _town_of(self, row: VillageRow, code: DivisionCode) -> Division:
        prefix = code[:9].ljust(12, "0")
        if prefix in self._disagreeing:
            raise TownsDisagree(code=code[:9], towns="、".join(sorted(self._disagreeing[prefix])))
        said = "".join(row.town.split()) or self._said.get(prefix, "")
        if said:
            town = self._town_named.get(said)
            if town is None:
                raise TownUnknown(town=said[:20])
            return town
        town = self._towns.get(prefix) or self._town_published.get(prefix)
        if town is None:
            raise TownCodeUnknown(code=code[:9])
        return town

    @staticmethod
    def _words(row: VillageRow, code: str) -> tuple[str, str]:
        kind = plain_header(row.kind)
        found = next((one for one, words in _KINDS.items() if kind in words), None)
        if kind and found is None:
            raise VillageWordUnknown(what="类型", seen=row.kind[:20], possible="村委会、居委会、社区")
        if row.urban_rural and row.urban_rural not in _URBAN_RURAL:
            raise VillageWordUnknown(what="城乡分类代码", seen=row.urban_rural[:20], possible="、".join(_URBAN_RURAL))
        if found is None:  # the national rules number committees of residents to 199, of villagers to 399
            number = int(code[9:])
            found = "residents" if number < 200 else "villagers" if number < 400 else ""
        return str(found), row.urban_rural


def _towns_said(rows: Sequence[VillageRow]) -> tuple[dict[str, str], dict[str, set[str]]]:
    """The town that the list itself names for codes that begin so, by a row of the town or a column; and where it names several."""
    said: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        code = _code_of(row.code)
        if code is None:
            continue
        name = row.name if code.level is Level.TOWN else row.town
        if name.strip():
            said[code[:9].ljust(12, "0")].add("".join(name.split()))
    one = {prefix: next(iter(names)) for prefix, names in said.items() if len(names) == 1}
    return one, {prefix: names for prefix, names in said.items() if len(names) > 1}


def _code_of(text: str) -> DivisionCode | None:
    """A code of twelve digits, or of nine for a town; anything else is none."""
    read: Callable[[str], DivisionCode] = DivisionCode
    try:
        return read(text) if len(text) in (9, 12) else None
    except Refusal:
        return None
