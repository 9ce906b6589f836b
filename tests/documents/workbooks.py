"""Spreadsheets for tests, as departments make them."""

import io
import zipfile
from collections.abc import Sequence

import xlsxwriter

Value = str | float | None


def xlsx(sheets: dict[str, Sequence[Sequence[Value]]], hidden: Sequence[str] = ()) -> bytes:
    """Texts as text cells, numbers as numeric cells, `None` as nothing."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for at, row in enumerate(rows):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(at, column, value)
                    elif value is not None:
                        sheet.write_number(at, column, value)
    return out.getvalue()


def raw_xlsx(sheet_xml: bytes) -> bytes:
    """A workbook of one sheet with exactly this XML, for files that no honest program writes."""
    plain = xlsx({"Sheet1": [["姓名"]]})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            is_sheet = entry.filename == "xl/worksheets/sheet1.xml"
            new.writestr(entry.filename, sheet_xml if is_sheet else old.read(entry))
    return out.getvalue()
