"""Spreadsheets for tests, as departments make them."""

import io
import zipfile
from collections.abc import Sequence

import xlsxwriter

from canbao.documents.reading import MEGABYTE

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


def ods(rows: Sequence[Sequence[str]]) -> bytes:
    """A sheet of OpenDocument with these texts."""
    kinds = ("office", "table", "text")
    names = " ".join(f'xmlns:{kind}="urn:oasis:names:tc:opendocument:xmlns:{kind}:1.0"' for kind in kinds)
    cells = "</table:table-row><table:table-row>".join(
        "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in row
        )
        for row in rows
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>"
            f'<table:table table:name="名单"><table:table-row>{cells}</table:table-row></table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        packed.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


def archive(*names: str, mimetype: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        if mimetype:
            packed.writestr("mimetype", f"application/vnd.oasis.opendocument.{mimetype}")
        for name in names:
            packed.writestr(name, "<w/>")
    return out.getvalue()


NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def far_corner() -> bytes:
    """1.4 KB that ask for seventeen thousand million cells."""
    return raw_xlsx(
        b'<?xml version="1.0"?><worksheet ' + NAMESPACE + b'><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )


def bomb(megabytes: int) -> bytes:
    """A small archive whose sheet unpacks to so many megabytes of cells."""
    row = b'<row><c t="inlineStr"><is><t>' + b"x" * 900 + b"</t></is></c></row>"
    rows = row * (megabytes * MEGABYTE // len(row))
    return raw_xlsx(
        b'<?xml version="1.0"?><worksheet ' + NAMESPACE + b"><sheetData>" + rows + b"</sheetData></worksheet>"
    )


def many_cells(count: int) -> bytes:
    rows = (b"<row>" + b"<c><v>1</v></c>" * 100 + b"</row>") * (count // 100)
    return raw_xlsx(
        b'<?xml version="1.0"?><worksheet ' + NAMESPACE + b"><sheetData>" + rows + b"</sheetData></worksheet>"
    )


def rows_beyond_a_sheet(count: int) -> bytes:
    """More rows than a sheet can have, as some program wrote them."""
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (at, at) for at in range(1, count + 1))
    return raw_xlsx(
        b'<?xml version="1.0"?><worksheet ' + NAMESPACE + b"><sheetData>" + rows + b"</sheetData></worksheet>"
    )


def formulas() -> bytes:
    """Cells that are formulas, with what they came to when the file was saved; some came to an error."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("名单")
        sheet.write_row(0, 0, ["姓名", "身份证号", "人员类别", "备注"])
        cells = [
            ["王明", "11010519491231002X", "低保对象", "#DIV/0!"],
            ["#N/A", "#REF!", "#VALUE!", "#NAME?"],
            ["李丽", "440524188001010014", "特困人员", True],
        ]
        for row, values in enumerate(cells, 1):
            for column, value in enumerate(values):
                sheet.write_formula(row, column, "=VLOOKUP(A1,B:C,2,0)", None, value)
    return out.getvalue()
