"""What a department sees of its file before anything is done with it: sheets, columns, categories, and what is left out.

Everything here is JSON, to be kept with the upload, and no number in it is whole.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from canbao.documents.columns import KNOWN_HEADERS, Field, Meanings, fields_frame, find_columns, meanings_of
from canbao.documents.reading import Contents, look_into
from canbao.documents.table import HeaderRows, Table, Top, plain_header
from canbao.kernel.refusal import Refusal
from canbao.rosters.domain.categories import CategoryReader
from canbao.rosters.domain.cells import kept
from canbao.rosters.domain.hiding import told
from canbao.rosters.domain.importing import left_out_of, required_columns, years_that_are_over
from canbao.rosters.domain.learning import Words
from canbao.rosters.domain.spellings import spelled
from canbao.rosters.domain.verdict import Held
from canbao.rosters.refusals import RosterOfAnotherYear

SHEET_AT_MOST = 60  # characters of a sheet's name
SAMPLES = 3  # cells of a column
SAMPLE_AT_MOST = 24  # characters
SPELLINGS_AT_MOST = 60  # of categories, the most frequent first; with a wrong column there is one a person
SPELLINGS_READ = 2_000  # a list that has more was read by a wrong column, and whoever waits need not wait for all
ASKED_AT_MOST = 20  # spellings that the notice does not know; whoever has more of them chose a wrong column
LEFT_OUT_AT_MOST = 200

Seen = dict[str, Any]


def preview(
    content: bytes, *, sheet: int | None, header_rows: HeaderRows | None, meanings: Meanings | None, reader: CategoryReader,
    file_name: str, cut_off_on: date, own: Words,
) -> Seen:  # fmt: skip
    """What was understood, and under `no` what keeps it from going on. `own` are the department's words for columns.

    Where no header was found, or somebody pointed at one, the rows in which it may stand are under `top`.

    Raises the refusals of `look_into`: then there is nothing to show.
    """
    contents = look_into(content, sheet=sheet, header_rows=header_rows, headers=KNOWN_HEADERS.union(own))
    top = _top(contents.tops[0]) if contents.tops else None
    if contents.no is not None:
        return {"sheets": _sheets(contents, chosen=top and top["at"]), "top": top, "no": contents.no.as_kept()}
    (table,) = contents.tables
    said = list(meanings_of(table.columns, own) if meanings is None else meanings)
    years = years_that_are_over(table.titles, table.sheet, file_name, cut_off_on=cut_off_on)
    seen = {
        "sheets": _sheets(contents, chosen=table.at),
        "top": top,
        "sheet": kept(table.sheet, SHEET_AT_MOST),
        "titles": [kept(text, 200) for text in table.titles],
        "header_row": table.header_row,
        "rows": table.height,
        "hidden": told(table.hidden),
        "left_out": left_out_of(table)[:LEFT_OUT_AT_MOST],
        "left_out_rows": len(table.left_out),
        "columns": _columns(table, said, own),
        "width": len(table.columns),
        "years": years,
        "no": None,
    }
    try:
        columns = find_columns(table, required=required_columns(reader.whole_list), meanings=said)
    except Refusal as no:
        columns = {field: at for at, field in reversed(list(enumerate(said))) if field is not None}
        seen["no"] = no.as_kept()
    else:
        if years:
            seen["no"] = RosterOfAnotherYear(seen="、".join(map(str, years)), cut_off_on=cut_off_on).as_kept()
    return seen | _categories(fields_frame(table, columns), reader)


def _sheets(contents: Contents, *, chosen: int | None) -> list[Seen]:
    """Every sheet of the file, `at` which place; `rows` of people where it was read as a list, `has_top` where somebody may point
    at its header."""
    tops = {top.at for top in contents.tops}
    lists = [(table.at, table.sheet, table.height, False) for table in contents.tables]
    others = [(one.at, one.name, None, one.is_hidden) for one in contents.others]
    return [
        {
            "at": at, "name": kept(name, SHEET_AT_MOST), "rows": rows, "is_hidden": is_hidden, "is_chosen": at == chosen,
            "has_top": at in tops,
        }
        for at, name, rows, is_hidden in lists + others
    ]  # fmt: skip


def _top(top: Top) -> Seen:
    rows = [{"row": row, "cells": [kept(text, SAMPLE_AT_MOST) for text in cells]} for row, cells in top.rows]
    return {"at": top.at, "rows": rows}


def _columns(table: Table, said: Sequence[Field | None], own: Words) -> list[Seen]:
    """The sender's columns with their first cells. Empty ones without a header are none to the sender either."""
    shown = []
    for at, (header, field) in enumerate(zip(table.columns, said, strict=True)):
        cells = table.texts[str(at)]
        samples = [kept(text, SAMPLE_AT_MOST) for text in cells.filter(cells != "").head(SAMPLES)]
        if header or samples:
            shown.append(
                {
                    "at": at,
                    "header": kept(header, 60),
                    "samples": samples,
                    "field": field.value if field else "",
                    "own": plain_header(header) in own,
                    "whole": kept(header, 60) == header,  # nothing of it was covered or cut off
                }
            )
    return shown


def _categories(frame: pl.DataFrame, reader: CategoryReader) -> Seen:
    """How each spelling was understood, and of how many rows; how many people that makes of each category; and under `asked` the
    spellings that the notice does not know, with what the department said that they mean (None: nothing yet)."""
    counted = spelled(frame)
    spellings: list[Seen] = []
    people: Counter[Held] = Counter()
    own: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    unread = 0
    for cell, grade, rows in counted.head(SPELLINGS_READ).iter_rows():
        understood = reader.read(cell, grade)
        people.update(dict.fromkeys(understood.held, rows))
        own.update(dict.fromkeys(understood.own, rows))
        unknown.update(dict.fromkeys(understood.unknown, rows))
        problem = understood.problem
        unread += rows if problem else 0
        spellings.append(
            {
                "text": kept(cell, 60),
                "grade": kept(grade, 20),
                "rows": rows,
                "held": [{"name": held.category, "grade": held.grade} for held in understood.held],
                "why": f"{kept(problem.why, 300)}。" if problem else "",
            }
        )
    spellings.sort(key=lambda one: not one["why"])  # what nobody understood stands first
    return {
        "categories": [
            {"name": held.category, "grade": held.grade, "rows": rows} for held, rows in people.most_common()
        ],
        "asked": [
            *({"word": word, "rows": rows, "meaning": None} for word, rows in unknown.most_common(ASKED_AT_MOST)),
            *({"word": word, "rows": rows, "meaning": reader.meaning_of(word)} for word, rows in own.most_common()),
        ],
        "more_asked": max(len(unknown) - ASKED_AT_MOST, 0),
        "spellings": spellings[:SPELLINGS_AT_MOST],
        "more_spellings": max(counted.height - SPELLINGS_AT_MOST, 0),
        "unread_rows": unread,
        "untried_rows": int(counted["len"].slice(SPELLINGS_READ).sum()),
    }
