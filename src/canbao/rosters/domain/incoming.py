"""A row as it came, read cell by cell but not judged yet: what it says by itself, without the register."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from canbao.access.sealing import person_token
from canbao.documents.columns import Columns, Field
from canbao.documents.table import ROW, Table
from canbao.kernel.identity import Identity, IdentityRefusal, NumberMissing, parse_identity
from canbao.rosters.domain.categories import CategoryReader, Understood
from canbao.rosters.domain.cells import kept
from canbao.rosters.domain.days import read_day
from canbao.rosters.domain.names import plain_name
from canbao.rosters.domain.places import Places, Range

_NO_NUMBER = {"无", "暂无", "没有", "不详", "未知", "未办", "未办理", "丢失", "遗失", "/", "\\"}
_ELSEWHERE = {Field.NAME, Field.NUMBER, Field.CATEGORY}  # these have columns of their own in a roster's row


@dataclass(frozen=True, slots=True)
class Incoming:
    """`number` is as typed, in plain text: it lives as long as the import and is sealed before anything is kept."""

    row: int
    name: str
    number: str
    identity: Identity | None
    token: bytes | None
    wrong: IdentityRefusal | None
    category: str
    understood: Understood
    ranges: tuple[Range, ...]
    town: str
    village: str
    since: date | str | None
    until: date | str | None
    seen: dict[str, str]

    def __repr__(self) -> str:
        return f"Incoming(row={self.row})"  # what a traceback or a log shows

    @property
    def has_no_number(self) -> bool:
        return isinstance(self.wrong, NumberMissing)


def incoming_rows(
    table: Table, fields: pl.DataFrame, *, columns: Columns, reader: CategoryReader, places: Places, on: date,
    allow_synthetic: bool,
) -> Iterator[Incoming]:  # fmt: skip
    """Every row of `fields` (some of `documents.fields_frame`), in the sender's order. Never raises for what a cell may hold."""
    others = cells_beside(table, columns)
    rest = fields.select(pl.col(ROW)).join(table.texts, on=ROW, how="left", maintain_order="left")
    texts = rest.select([str(at) for at in others]).rows() if others else [()] * fields.height
    for cells, seen in zip(fields.iter_rows(named=True), texts, strict=True):
        yield incoming_row(
            cells["row"],
            cells,
            seen={str(at): kept(text, 200) for at, text in zip(others, seen, strict=True) if text},
            reader=reader,
            places=places,
            on=on,
            allow_synthetic=allow_synthetic,
            is_numeric=cells["number_is_numeric"],
        )


def cells_beside(table: Table, columns: Columns) -> list[int]:
    """The places of the columns that are neither name nor number nor category."""
    own = {columns[field] for field in _ELSEWHERE if field in columns}
    return [at for at in range(len(table.columns)) if at not in own]


def incoming_row(
    row: int, fields: Mapping[str, str], *, seen: dict[str, str], reader: CategoryReader, places: Places, on: date,
    allow_synthetic: bool, is_numeric: bool = False,
) -> Incoming:  # fmt: skip
    """One row by its cells, one for every `Field`; `is_numeric`: the number stood in a numeric cell."""
    identity, wrong = _identity(fields[Field.NUMBER], is_numeric=is_numeric, on=on, allow_synthetic=allow_synthetic)
    no_number = isinstance(wrong, NumberMissing)
    return Incoming(
        row=row,
        name=fields[Field.NAME],
        number=fields[Field.NUMBER],
        identity=identity,
        token=person_token(identity.number) if identity else None,
        wrong=wrong,
        category=fields[Field.CATEGORY],
        understood=reader.read(fields[Field.CATEGORY], fields[Field.GRADE]),
        ranges=tuple(places.ranges(fields[Field.TOWN], fields[Field.VILLAGE]))
        if no_number and plain_name(fields[Field.NAME])
        else (),
        town=fields[Field.TOWN],
        village=fields[Field.VILLAGE],
        since=read_day(fields[Field.SINCE]),
        until=read_day(fields[Field.UNTIL]),
        seen=seen,
    )


def _identity(
    text: str, *, is_numeric: bool, on: date, allow_synthetic: bool
) -> tuple[Identity | None, IdentityRefusal | None]:
    try:
        found = parse_identity(
            "" if text in _NO_NUMBER else text, from_numeric_cell=is_numeric, allow_synthetic=allow_synthetic, on=on
        )
    except IdentityRefusal as no:
        return None, no
    return found, None
