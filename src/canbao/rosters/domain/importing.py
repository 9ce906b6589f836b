"""A department's file becomes a roster: read apart from us, judged row by row, written as a set.

Nothing counts yet: categories are held once a second person has confirmed (`confirming`). Either the whole list is
written, with a verdict for every row, or nothing of it.
"""

import gc
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.db import IntegrityError, transaction

from canbao.access.clock import now
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.documents.columns import KNOWN_HEADERS, Columns, Field, Meanings, fields_frame, find_columns
from canbao.documents.reading import Chosen, read_spreadsheet
from canbao.documents.table import ROW, HeaderRows, Table, plain_header
from canbao.policy import Pack
from canbao.rosters.domain.categories import NO_SPELLINGS, CategoryReader, Spellings
from canbao.rosters.domain.cells import kept
from canbao.rosters.domain.handling import check_may_handle
from canbao.rosters.domain.hiding import marks_of, told
from canbao.rosters.domain.incoming import incoming_rows
from canbao.rosters.domain.judging import judge
from canbao.rosters.domain.matching import Wanted, by_token, people_by_name, people_frame
from canbao.rosters.domain.names import plain_name
from canbao.rosters.domain.places import Places
from canbao.rosters.domain.rows import Verdicts, write_rows
from canbao.rosters.domain.sifting import TOKEN, listed, plain_rows, seen_beside
from canbao.rosters.domain.spellings import own_words_in
from canbao.rosters.models import Roster
from canbao.rosters.refusals import CutOffInFuture, RosterFileKnown, RosterOfAnotherDepartment, RosterOfAnotherYear

STAGES = ("read", "clean", "match", "judge", "write")
Progress = Callable[[str, int, int], None]
"""Told when a stage begins: which one of `STAGES`, rows of it that are done, of how many (0: not known yet)."""


def untold(stage: str, done: int, of: int) -> None:
    """Nobody waits to hear."""


def import_roster(
    *,
    pack: Pack,
    county: str,
    department: str,
    cut_off_on: date,
    file: Path | bytes,
    file_name: str,
    is_full: bool,
    by: Staff,
    on: date,
    sheet: Chosen = None,
    header_rows: HeaderRows | None = None,
    meanings: Meanings | None = None,
    own_headers: Collection[str] = (),
    own_spellings: Spellings = NO_SPELLINGS,
    category: str | None = None,
    full_for: Collection[str] = (),
    year_confirmed: bool = False,
    progress: Progress = untold,
) -> Roster:
    """Read a department's file, judge every row and keep the list for confirmation.

    `file` is where it is, or what is in it. `sheet`, by name or place, is needed where it has several lists, or with
    `header_rows`, which is where somebody said that its header is; `meanings` is what
    somebody said that its columns are, where their headers do not; `own_headers` are words by which the row of headers is known
    beside those that everybody uses, `own_spellings` what spellings of categories mean that the notice does not know. `category` is what everybody on it is, for a list without such a
    column. A full list speaks for the categories that occur on it and for those named in `full_for`, even when nobody
    holds them any more. `on` is today. `year_confirmed`: somebody looked at the years in the title, and it is the right list;
    the years stay with the list, for whoever confirms it. `progress` is told when a stage begins.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NotYourDepartment`, `CutOffInFuture`,
    `CategoryNotInNotice`, what `read_spreadsheet` and `find_columns` say no to, `RosterOfAnotherYear` (unless
    `year_confirmed`), `RosterFileKnown`, `RosterOfAnotherDepartment`.
    """
    check_may_handle(by, county=county, department=department)
    if cut_off_on > on:
        raise CutOffInFuture(cut_off_on=cut_off_on, on=on)
    reader = CategoryReader(pack, whole_list=category, own=own_spellings)
    for name in full_for:
        CategoryReader(pack, whole_list=name)
    content = file if isinstance(file, bytes) else file.read_bytes()
    progress("read", 0, 0)
    headers = KNOWN_HEADERS.union(map(plain_header, own_headers))
    table = read_spreadsheet(content, sheet=sheet, header_rows=header_rows, headers=headers)
    columns = find_columns(table, required=required_columns(category), meanings=meanings)
    years = years_that_are_over(table.titles, table.sheet, file_name, cut_off_on=cut_off_on)
    if years and not year_confirmed:
        raise RosterOfAnotherYear(seen="、".join(map(str, years)), cut_off_on=cut_off_on)
    roster = Roster(
        county=county,
        department=department,
        cut_off_on=cut_off_on,
        file_name=kept(file_name, 200),
        file_digest=sha256(content).hexdigest(),
        sheet=kept(table.sheet, 60),
        is_full=is_full,
        categories=[found for name in full_for for found, _ in pack.normalise_category(name)],
        category=category or "",
        earlier_years=years,
        titles=[kept(text, 200) for text in table.titles],
        header_row=table.header_row,
        columns=[kept(text, 60) for text in table.columns],
        fields={field.value: at for field, at in columns.items()},
        left_out=left_out_of(table),
        hidden=told(table.hidden),
        hidden_marks=marks_of(table.hidden),
        other_sheets=[{"name": kept(one.name, 60), "is_hidden": one.is_hidden} for one in table.other_sheets],
        imported_at=datetime.combine(on, now().timetz()),
        imported_by=by.username,
    )
    return _write(roster, table, columns, reader=reader, on=on, progress=progress)


def required_columns(category: str | None) -> list[Field]:
    """Without these nobody can be found; and what somebody is must be said for each or for all."""
    return [Field.NAME, Field.NUMBER, *([] if category else [Field.CATEGORY])]


def left_out_of(table: Table) -> list[dict[str, Any]]:
    """The rows that are no people, as they are kept."""
    return [{"row": left.row, "text": kept(left.text, 60), "why": left.why} for left in table.left_out]


_YEAR = re.compile(r"(?<!\d)(20\d\d)(?=年|[-./]?(?:0?[1-9]|1[0-2])(?:[-./]?[0-3]\d)?(?!\d))")
_STILL_LAST_YEARS = timedelta(days=45)  # in January a list of December is this season's


def years_that_are_over(titles: Sequence[str], *names: str, cut_off_on: date) -> list[int]:
    """The years that a list names, where all of them are over: then it is last year's, as far as anybody can see."""
    years = {int(year) for text in (*titles, *names) for year in _YEAR.findall(text)}
    return sorted(years) if years and max(years) < (cut_off_on - _STILL_LAST_YEARS).year else []


def _check_department(pack: Pack, department: str, occurring: Collection[str]) -> None:
    """Only where the notice says who hands in what: a list of which nothing is this department's."""
    by_department = {one.department: set(one.categories) for one in pack.rosters}
    others = [name for name, categories in by_department.items() if categories & set(occurring)]
    known = set().union(*by_department.values())
    if department in by_department and others and department not in others and set(occurring) <= known:
        raise RosterOfAnotherDepartment(
            categories="、".join(sorted(occurring)), others="、".join(others), department=department
        )


@contextmanager
def _collecting_later() -> Iterator[None]:
    """A million rows are no garbage, and looking through them for some again and again takes a third of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@_collecting_later()
@transaction.atomic
def _write(
    roster: Roster, table: Table, columns: Columns, *, reader: CategoryReader, on: date, progress: Progress
) -> Roster:
    known = RosterFileKnown(department=roster.department, cut_off_on=roster.cut_off_on)
    same = {name: getattr(roster, name) for name in ("county", "department", "file_digest", "sheet", "cut_off_on")}
    if Roster.objects.filter(**same, closed_at__isnull=True, taken_back_at__isnull=True).exists():
        raise known
    fields = fields_frame(table, columns)
    verdicts = _verdicts(roster, table, columns, fields, reader=reader, on=on, progress=progress)
    occurring = {held.category for held in verdicts.all_held()}
    _check_department(reader.pack, roster.department, occurring)
    roster.categories = sorted(occurring.union(roster.categories))
    roster.spellings = own_words_in(fields, reader)
    try:
        with transaction.atomic():
            roster.save(force_insert=True)
    except IntegrityError as error:  # somebody was faster with the same file
        raise known from error
    progress("write", 0, table.height)
    write_rows(roster, verdicts)
    overridden = {"earlier_years_confirmed": roster.earlier_years} if roster.earlier_years else {}
    record(
        "roster.imported",
        f"roster:{roster.pk}",
        county=roster.county,
        actor=f"staff:{roster.imported_by}",
        **verdicts.by_outcome(),
        **overridden,
    )
    return roster


def _verdicts(
    roster: Roster, table: Table, columns: Columns, fields: pl.DataFrame, *, reader: CategoryReader, on: date, progress: Progress,
) -> Verdicts:  # fmt: skip
    progress("clean", 0, table.height)
    places, synthetic = Places(roster.county), settings.CANBAO_SYNTHETIC_NUMBERS
    one_by_one = partial(
        incoming_rows, table, columns=columns, reader=reader, places=places, on=on, allow_synthetic=synthetic
    )
    fields, read = listed(fields, reader=reader, cut_off_on=roster.cut_off_on, on=on, allow_synthetic=synthetic)
    # with a slip in it a number may still be the same as another row's
    unsure = {row.row: row for row in one_by_one(fields.filter(pl.col(TOKEN).is_null()))}
    found = pl.Series(TOKEN, [row.token for row in unsure.values() if row.token], pl.Binary)
    progress("match", 0, table.height)
    people = people_frame(pl.concat([fields[TOKEN].drop_nulls(), found]), county=roster.county)
    progress("judge", 0, table.height)
    plain = plain_rows(fields, found, people, places)
    looked_at = fields.filter(pl.col(TOKEN).is_not_null()).join(plain, on=ROW, how="anti")
    rows = sorted([*unsure.values(), *one_by_one(looked_at)], key=lambda row: row.row)
    theirs = pl.concat([looked_at[TOKEN], found])
    nameless = (Wanted(row.row, plain_name(row.name), row.ranges) for row in rows if row.ranges)
    others = judge(
        rows,
        by_token(people.filter(pl.col(TOKEN).is_in(theirs.unique().implode()))),
        people_by_name(nameless, county=roster.county),
        places=places,
        cut_off_on=roster.cut_off_on,
        plainly=dict(plain.select("resident", ROW).iter_rows()),
    )
    return Verdicts(plain, seen_beside(table, columns, plain[ROW]), read, list(others))
