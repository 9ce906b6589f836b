"""Spreadsheets from outside: what departments send is read as they see it, and no file can do harm."""

import io
import time
from dataclasses import asdict
from types import SimpleNamespace

import fastexcel
import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canbao.documents import child
from canbao.documents.reading import DEFAULT_LIMITS, MEGABYTE, Limits, look_into, read_spreadsheet
from canbao.documents.refusals import (
    DamagedFile,
    DocumentRefusal,
    EmptyFile,
    FileTooLarge,
    ListIsHidden,
    NoHeader,
    NoRows,
    NoSuchSheet,
    NotASpreadsheet,
    PackedFile,
    PasswordProtected,
    PictureOfAList,
    SeveralSheets,
    StrayQuote,
    TookTooLong,
    TooManyCells,
    TooMuchMemory,
    UnknownEncoding,
    WrittenDocument,
)
from canbao.documents.table import TOP_ROWS, Hidden, OtherSheet
from tests.documents.old_excel import END, as_a_large_one, book, old_file, sheet_records, xls
from tests.documents.workbooks import NAMESPACE, archive, bomb, far_corner, formulas, many_cells, ods, raw_xlsx, xlsx

HEADER = ["姓名", "身份证号", "人员类别"]
WANG = ["王明", "11010519491231002X", "低保对象"]
LI = ["李丽", "440524188001010014", "特困人员"]


def texts(content: bytes, **how: object) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in read_spreadsheet(content, **how).rows()]


def test_a_plain_workbook_is_read_with_the_row_numbers_of_its_margin():
    table = read_spreadsheet(xlsx({"名单": [HEADER, WANG, LI]}))
    assert (table.sheet, table.header_row, table.columns) == ("名单", 1, tuple(HEADER))
    assert [(row.number, *[cell.text for cell in row.cells]) for row in table.rows()] == [(2, *WANG), (3, *LI)]
    assert (table.titles, table.left_out) == ((), ())


def test_titles_empty_rows_totals_and_signatures_are_passed_over_and_told():
    rows = [
        [],
        ["濉溪县2021年9月城乡低保对象名单"],
        ["填报单位：民政局", None, "2021年9月"],
        HEADER,
        WANG,
        [],
        HEADER,
        LI,
        ["合  计", None, "2"],
        ["审核人：", "填表人：某某"],
    ]
    table = read_spreadsheet(xlsx({"Sheet1": rows}))
    assert table.header_row == 4
    assert table.titles == ("濉溪县2021年9月城乡低保对象名单", "填报单位：民政局", "2021年9月")
    assert table.row_numbers == [5, 8]
    assert [row.cells[0].text for row in table.rows()] == ["王明", "李丽"]
    assert [(left.row, left.why) for left in table.left_out] == [(7, "重复的表头"), (9, "合计行"), (10, "说明或签章")]


TOP, BELOW = ["序号", "基本信息", "", "住址", "", "人员类别"], ["", "姓名", "身份证号", "乡镇", "村", ""]


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        pytest.param(TOP, BELOW, id="one word above is known"),
        pytest.param([*TOP[:5], "人员类别", "残疾等级"], [*BELOW, ""], id="two are"),
        pytest.param(
            ["序号", "姓名", "身份证号", "住址", "", "人员类别"], ["", "", "", "乡镇", "村", ""], id="most are"
        ),
    ],
)
def test_two_header_rows_are_one_header(upper, lower):
    people = [["1", "王明", WANG[1], "某镇", "某村", "低保"], ["2", "李丽", LI[1], "某镇", "某村", "低保"]]
    table = read_spreadsheet(xlsx({"名单": [["某县名单"], upper, lower, *people, lower, people[0]]}))
    assert (table.header_row, table.titles) == (3, ("某县名单",))
    assert table.columns[:6] == ("序号", "姓名", "身份证号", "乡镇", "村", "人员类别")
    assert table.row_numbers == [4, 5, 7]
    assert [(left.row, left.why) for left in table.left_out] == [(6, "重复的表头")]


def test_a_person_below_a_header_is_no_second_header():
    table = read_spreadsheet(xlsx({"名单": [[*HEADER, "备注"], [*WANG, "说明"], [*LI, "村"]]}))
    assert (table.header_row, table.height) == (1, 2)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["合计"], "合计行"),
        (["示例一村小计：35人"], "合计行"),
        (["本页合计", "", "40"], "合计行"),
        (["以下空白"], "说明或签章"),
        (["（转下页）"], "说明或签章"),
        (["", "合　计", "20"], "合计行"),
        (["总计：20人"], "合计行"),
        (["", "小计", "20", "5", "280", "5600", "某"], "合计行"),
        (["制表人：某某", "", "审核人：某某", "", "联系电话：1"], "说明或签章"),
        (["备注：以上名单截至9月30日"], "说明或签章"),
        (["单小计", "11010519491231002X"], ""),
        (["1", "小计庄", "王明", "11010519491231002X", "低保对象"], ""),
        (["单位", "440524188001010014"], ""),
        (["", "小计庄", "王明", "440524188001010014"], ""),
        (["1", "某村", "王小计", "", "低保"], ""),
        (["1", "", "王小计"], ""),
        (["", "某村", "欧阳小计"], ""),
        (["2", "王庄", "小计", "", "低保"], ""),
        (["2", "某镇", "小计", "", "35人"], "合计行"),
        (["", "某镇", "王庄小计", "", "35"], "合计行"),
        (["", "", "", "", "低保小计", "35"], "合计行"),
        (["小计", "", "", "", "低保", "35"], "合计行"),
        (["合计35户70人"], "合计行"),
        (["序号", "村", "姓名", "440524188001010014"], ""),
    ],
)
def test_only_what_is_no_person_is_left_out(row, why):
    header = ["序号", "村", "姓名", "身份证号", "人员类别", "金额", "备注"]
    table = read_spreadsheet(xlsx({"Sheet1": [header, ["1", "某村", "王明", "1", "低保"], row]}))
    assert [left.why for left in table.left_out] == ([why] if why else [])
    assert table.height == 1 + (why == "")


def test_a_person_whose_cells_repeat_the_words_of_their_columns_is_kept():
    header = ["姓名", "身份证号", "人员类别", "低收入", "重残"]
    rows = [
        ["王明", WANG[1], "低保", "低收入", "重残"],
        ["李丽", "", "低保", "低收入", "重残"],
        ["人员类别", LI[1], "人员类别"],
    ]
    table = read_spreadsheet(xlsx({"名单": [header, *rows, header]}))
    assert (table.row_numbers, [left.row for left in table.left_out]) == ([2, 3, 4], [5])


def test_each_cell_says_whether_it_was_a_number_even_in_a_mixed_column():
    rows = [HEADER, ["王明", 110105194912310021.0, "低保对象"], LI, ["赵云", "440524188001010014", None]]
    table = read_spreadsheet(xlsx({"Sheet1": rows}))
    assert [[cell.is_number for cell in row.cells] for row in table.rows()] == [
        [False, True, False],
        [False, False, False],
        [False, False, False],
    ]


def test_a_long_number_is_shown_as_the_spreadsheet_shows_it():
    rows = [[*HEADER, "金额"], ["王明", 110105194912310021.0, "低保", 280.0], ["李丽", 340621880515001.0, "低保", 0.5]]
    assert [row[1::2] for row in texts(xlsx({"Sheet1": rows}))] == [
        ["110105194912310000", "280"],
        ["340621880515001", "0.5"],
    ]


def test_dates_come_as_days():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["姓名", "纳入时间"])
        sheet.write_string(1, 0, "王明")
        sheet.write_number(1, 1, 44440, book.add_format({"num_format": "yyyy/m/d"}))
    table = read_spreadsheet(out.getvalue())
    assert [(cell.text, cell.is_number) for row in table.rows() for cell in row.cells] == [
        ("王明", False),
        ("2021-09-01", False),
    ]


def test_the_old_format_is_read_with_its_numeric_cells():
    table = read_spreadsheet(xls("名单", [HEADER, ["王明", 440524188001010014.0, "低保对象"], LI]))
    assert (table.sheet, table.columns) == ("名单", tuple(HEADER))
    assert [row.cells[1] for row in table.rows()] == [("440524188001010000", True), ("440524188001010014", False)]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_a_text_table_is_read_in_every_usual_encoding_and_separator(encoding, mark):
    lines = [["某县名单", "", ""], HEADER, ["𠮷安", *WANG[1:]], LI]
    table = read_spreadsheet("\r\n".join(mark.join(line) for line in lines).encode(encoding))
    assert table.header_row == 2
    assert [[cell.text for cell in row.cells] for row in table.rows()] == [["𠮷安", *WANG[1:]], LI]
    assert not any(cell.is_number for row in table.rows() for cell in row.cells)


def test_rows_of_different_lengths_and_quoted_line_breaks_are_one_table():
    assert texts('姓名,身份证号,备注\n王明,1\n李丽,2,"第一行\n第二行"'.encode()) == [
        ["王明", "1", ""],
        ["李丽", "2", "第一行\n第二行"],
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param('姓名,身份证号,备注\n王明,1,"户主\n李丽,2,\n赵云,3,\n', 2, id="never closed"),
        pytest.param(
            '姓名,身份证号,备注\n王明,1,\n李丽,2,"户主\n赵云,3,\n钱多,4,"户主\n', 3, id="closed by the next one"
        ),
        pytest.param('姓名,身份证号,备注\n王明,1,"户"主\n', 2, id="closed too early"),
        pytest.param(
            '姓名,身份证号,备注\n王明,1,同上\n李丽,2,"\n赵云,3,\n钱多,4,"\n孙独,5,\n',
            3,
            id="ditto marks, an even number",
        ),
        pytest.param('姓名;身份证号;备注\r\n王明;1;"\r\n赵云;3;"\r\n', 2, id="ditto marks, semicolons"),
        pytest.param(
            '序号,姓名,备注\n1,王明,"\n",李丽,\n3,赵云,\n', 2, id="one at a line's end, one at the next's start"
        ),
        pytest.param('身份证号\n"110105194912310021\n440524188001010014"\n', 2, id="one column"),
    ],
)
def test_a_stray_quote_swallows_nobody(text, line):
    with pytest.raises(StrayQuote) as no:
        read_spreadsheet(text.encode())
    assert f"第 {line} 行" in no.value.says


@pytest.mark.parametrize("remark", ["户主已核实，\n见附件；2021年9月", "第一行\r\n第二行", "电话\n13900000001", "\n"])
def test_an_honest_remark_of_several_lines_is_read(remark):
    table = texts(f'姓名,身份证号,备注\n王明,1,"{remark}"\n李丽,2,"同上"\n'.encode())
    assert table == [["王明", "1", remark.strip()], ["李丽", "2", "同上"]]


def test_a_quote_within_a_cell_stays_there():
    assert texts('姓名,身份证号\n王"明,1\n"李""丽",2'.encode()) == [['王"明', "1"], ['李"丽', "2"]]


def test_a_formula_counts_as_what_it_came_to_and_a_failed_one_as_its_error():
    table = read_spreadsheet(formulas())
    assert [[cell.text for cell in row.cells] for row in table.rows()] == [
        ["王明", WANG[1], "低保对象", "#DIV/0!"],
        ["#N/A", "#REF!", "#VALUE!", "#NAME?"],
        ["李丽", LI[1], "特困人员", "true"],
    ]
    assert not any(row.cells[1].is_number for row in table.rows())


def test_hidden_sheets_and_sheets_without_a_list_are_passed_over():
    content = xlsx(
        {"说明": [["填表说明"], ["一"]], "名单": [HEADER, WANG], "旧": [HEADER, LI], "空": []}, hidden=["旧"]
    )
    assert read_spreadsheet(content).sheet == "名单"


def test_a_hidden_sheet_is_named_and_read_only_for_whoever_asks():
    content = xlsx({"名单": [HEADER, WANG], "旧": [HEADER, LI], "空": []}, hidden=["旧", "空"])
    assert read_spreadsheet(content).other_sheets == (OtherSheet("旧", is_hidden=True, at=1),)
    assert texts(content, sheet="旧") == [LI]


def test_a_list_that_nobody_sees_is_not_taken_by_itself():
    content = xlsx({"封面": [], "旧": [HEADER, LI]}, hidden=["旧"])
    with pytest.raises(ListIsHidden) as no:
        read_spreadsheet(content)
    assert no.value.says == "看得见的工作表里没有名单；文件里还有隐藏的工作表：旧。"


SHEET = b'<?xml version="1.0"?><worksheet ' + NAMESPACE + b"><sheetData>%s</sheetData></worksheet>"


def with_rows(*attributes: str) -> bytes:
    """A header and people in rows with these attributes."""
    made = []
    for at, own in enumerate(["", *attributes], 1):
        cells = HEADER if at == 1 else [*WANG[:2], 'hidden="1"']
        inner = "".join(f'<c t="inlineStr"><is><t>{text.replace(chr(34), "&quot;")}</t></is></c>' for text in cells)
        made.append(f'<row r="{at}" {own}>{inner}</row>')
    return raw_xlsx(SHEET % "".join(made).encode())


def test_hidden_rows_are_read_and_told_as_ranges():
    hidden, shown = 'spans="1:3" hidden="1" ht="0"', ""
    table = read_spreadsheet(with_rows(shown, hidden, hidden, shown, "hidden='true'", 'hidden="0"'))
    assert (table.height, table.hidden) == (6, Hidden(3, ((3, 4), (6, 6))))
    assert read_spreadsheet(with_rows(shown, shown)).hidden == Hidden(0, ())


def test_where_hidden_rows_cannot_be_seen_it_is_not_said_that_there_are_none():
    unnumbered = raw_xlsx(SHEET % (
        b'<row><c t="inlineStr"><is><t>' + "姓名".encode() + b'</t></is></c><c t="inlineStr"><is><t>' + "身份证号".encode()
        + b'</t></is></c></row><row hidden="1"><c t="inlineStr"><is><t>a</t></is></c></row>'
    ))  # fmt: skip
    assert read_spreadsheet(unnumbered).hidden is None
    assert read_spreadsheet(ods([HEADER, WANG])).hidden is None
    assert read_spreadsheet("姓名,身份证号\n王明,1".encode()).hidden == Hidden(0, ())


def test_hidden_rows_of_the_old_format_are_told_alike():
    rows = [["名单"], HEADER, WANG, LI, WANG, LI]
    assert read_spreadsheet(xls("名单", rows, hidden={3, 4, 6, 9})).hidden == Hidden(3, ((3, 4), (6, 6)))
    assert read_spreadsheet(xls("名单", rows, hidden=())).hidden == Hidden(0, ())
    assert read_spreadsheet(xls("名单", rows)).hidden == Hidden(0, ())


def test_hidden_rows_of_the_old_format_are_those_of_the_sheet_that_is_read():
    sheets = {"封面": sheet_records([["封面"]], hidden={1}), "名单": sheet_records([HEADER, WANG, LI], hidden={3})}
    for short in (False, True):
        assert read_spreadsheet(book(sheets, short=short)).hidden == Hidden(1, ((3, 3),))


def test_an_old_workbook_whose_sheet_has_no_end_is_read_but_hidden_rows_cannot_be_seen():
    endless = sheet_records([HEADER, WANG], hidden={2})[: -len(END)]
    table = read_spreadsheet(book({"名单": endless}))
    assert (table.height, table.hidden) == (1, None)


def test_a_hidden_row_without_a_person_is_not_counted_and_breaks_no_range():
    rows = [HEADER, WANG, [], LI, ["合计", "2"]]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
            page.set_row(at, None, None, {"hidden": at > 0})
    assert read_spreadsheet(out.getvalue()).hidden == Hidden(2, ((2, 4),))


def test_tags_that_lie_across_two_pieces_are_seen(monkeypatch):
    monkeypatch.setattr(child, "_CHUNK", 7)
    rows = b"".join(b'<row r="%d" hidden="1"><c><v>1</v></c></row>' % at for at in (2, 3, 9))
    assert child._hidden_rows(io.BytesIO(b"<sheetData>" + rows + b"x" * 50 + b"</sheetData>")) == [(2, 3), (9, 9)]
    assert child._hidden_rows(io.BytesIO(b"<row " + b"x" * (1 << 17))) is None  # a tag without an end is not waited for


def test_a_sheet_that_is_hidden_is_read_no_second_time_for_its_numbers(monkeypatch):
    read = []

    class Reader:
        def __init__(self, content):
            self.it = fastexcel.read_excel(content)
            self.sheet_names = self.it.sheet_names

        def load_sheet(self, name, **how):
            read.append((name, how["dtypes"]))
            return self.it.load_sheet(name, **how)

    content = xlsx({"名单": [HEADER, WANG], "旧": [HEADER, LI]}, hidden=["旧"])
    monkeypatch.setattr(child, "fastexcel", SimpleNamespace(read_excel=Reader, FastExcelError=fastexcel.FastExcelError))
    for chosen, numbers in ((None, ["名单"]), (1, ["名单", "旧"]), ("旧", ["名单", "旧"])):
        read.clear()
        list(child._workbook(content, asdict(DEFAULT_LIMITS) | {"sheet": chosen}))
        assert sorted(name for name, kind in read if kind == "boolean") == numbers


def test_sheets_that_are_passed_over_leave_the_reader_to_one_thread_at_a_time():
    content = xlsx({f"空{at}": [] for at in range(40)} | {"名单": [HEADER, WANG]})
    for _ in range(40):
        assert [sheet.name for sheet in child._workbook(content, asdict(DEFAULT_LIMITS) | {"sheet": None})] == ["名单"]


def test_several_lists_need_a_choice():
    content = xlsx({"特困": [HEADER, LI], "低保": [HEADER, WANG, WANG]})
    with pytest.raises(SeveralSheets) as no:
        read_spreadsheet(content)
    assert no.value.says == "文件里有 2 张名单：特困（1 行）、低保（2 行）。"
    assert texts(content, sheet="低保") == [WANG, WANG]
    for nowhere in ("孤儿", 2, "0"):
        with pytest.raises(NoSuchSheet):
            read_spreadsheet(content, sheet=nowhere)


def test_a_sheet_is_chosen_by_its_place_too():
    content = xlsx({"封面": [], "特困": [HEADER, LI], "低保": [HEADER, WANG, WANG], "旧": [HEADER, LI, WANG]}, ["旧"])
    read = {at: read_spreadsheet(content, sheet=at) for at in (1, 2, 3)}
    assert {at: (table.sheet, table.at, table.height) for at, table in read.items()} == {
        1: ("特困", 1, 1), 2: ("低保", 2, 2), 3: ("旧", 3, 2),
    }  # fmt: skip
    assert read[2].other_sheets == (OtherSheet("旧", is_hidden=True, at=3), OtherSheet("特困", is_hidden=False, at=1))


def test_a_number_in_the_name_of_a_sheet_or_in_a_header_is_covered_where_it_is_told():
    content = xlsx({f"王明{WANG[1]}": [HEADER, WANG], "低保": [HEADER, WANG]})
    with pytest.raises(SeveralSheets) as several:
        read_spreadsheet(content)
    with pytest.raises(NoSuchSheet) as nowhere:
        read_spreadsheet(content, sheet="孤儿")
    for no in (several.value, nowhere.value):
        assert (WANG[1] in str(no.as_json()), WANG[1] in str(no), f"王明{'*' * 14}{WANG[1][-4:]}" in no.says) == (
            False, False, True,
        )  # fmt: skip


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-16"])
def test_a_text_table_with_the_character_zero_is_none(encoding):
    with pytest.raises(NotASpreadsheet):
        read_spreadsheet("姓名,证\0件,人员类别\r\n王明,1,低保\r\n".encode(encoding))


NO_ZEROS = bytes(range(1, 127)) * 20  # reads as text, and is none


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        pytest.param(b"", EmptyFile, id="nothing"),
        pytest.param(b" \r\n", EmptyFile, id="only blanks"),
        pytest.param(b"%PDF-1.7 ...", PictureOfAList, id="pdf"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0", PictureOfAList, id="picture"),
        pytest.param(archive("OFD.xml", "Doc_0/Document.xml"), PictureOfAList, id="ofd"),
        pytest.param(b"\x7fELF\0\0\0", NotASpreadsheet, id="program"),
        pytest.param("<html><table><tr><td>姓名</td></tr></table>".encode(), NotASpreadsheet, id="web page as xls"),
        pytest.param(NO_ZEROS, NotASpreadsheet, id="bytes that could be characters"),
        pytest.param(archive("[Content_Types].xml", "word/document.xml"), WrittenDocument, id="docx"),
        pytest.param(archive("ppt/presentation.xml"), WrittenDocument, id="pptx"),
        pytest.param(archive("content.xml", mimetype="text"), WrittenDocument, id="odt"),
        pytest.param(old_file("WordDocument"), WrittenDocument, id="doc"),
        pytest.param(old_file("PowerPoint Document"), WrittenDocument, id="ppt"),
        pytest.param(old_file("WordDocument", embedded="Workbook"), WrittenDocument, id="doc with a sheet in it"),
        pytest.param(as_a_large_one(old_file("WordDocument")), WrittenDocument, id="large doc"),
        pytest.param(b"{\\rtf1 ...}", WrittenDocument, id="rtf"),
        pytest.param(archive("list.xlsx"), PackedFile, id="zip with a spreadsheet in it"),
        pytest.param(archive(), PackedFile, id="empty zip"),
        pytest.param(b"Rar!\x1a\x07\x00", PackedFile, id="rar"),
        pytest.param(xlsx({"a": [HEADER, WANG]})[:3000], DamagedFile, id="truncated xlsx"),
        pytest.param(xls("a", [HEADER, WANG])[:1000], DamagedFile, id="truncated xls"),
        pytest.param(xls("a", [HEADER, WANG])[:60], DamagedFile, id="xls without a directory"),
        pytest.param(
            old_file("EncryptedPackage"),
            PasswordProtected,
            id="password",
        ),
        pytest.param("姓名,身份证号\n王".encode() + b"\xff\xff", UnknownEncoding, id="no encoding"),
        pytest.param(xlsx({"a": []}), NoRows, id="empty sheet"),
        pytest.param(xlsx({"a": [["", " "]]}), NoRows, id="blank cells"),
        pytest.param(xlsx({"a": [HEADER]}), NoRows, id="only a header"),
        pytest.param(xlsx({"a": [["王明", "1"], ["李丽", "2"]]}), NoHeader, id="no header"),
        pytest.param(raw_xlsx(b"<worksheet><sheetData><row"), DamagedFile, id="broken XML"),
    ],
)
def test_each_bad_file_has_its_own_refusal(content, refusal):
    with pytest.raises(DocumentRefusal) as no:
        read_spreadsheet(content)
    assert type(no.value) is refusal
    assert no.value.remedy


@pytest.mark.parametrize("word", ["WordDocument", "PowerPoint Document", "EncryptedPackage"])
def test_an_old_workbook_is_told_by_its_directory_and_not_by_the_words_in_it(word):
    assert texts(xls("a", [HEADER, [word, *WANG[1:]]])) == [[word, *WANG[1:]]]
    assert texts(xls("a", [HEADER, WANG], embedded=word)) == [WANG]


def test_no_header_says_what_was_seen_but_no_identity_number():
    with pytest.raises(NoHeader) as no:
        read_spreadsheet(xlsx({"a": [["某某", "11010519491231002X", "低保"]]}))
    assert no.value.says == "名单没有表头：前 30 行里没有一行写着列名。读到的是：某某、…、低保。"
    assert "姓名、身份证号、人员类别（必须有）" in no.value.remedy


def test_control_characters_under_a_heading_are_those_of_a_list():
    assert texts("姓名,身份证号,备注\n王明,1,\x1f\x1f\x07\x01".encode()) == [["王明", "1", "\x1f\x1f\x07\x01"]]


def test_one_stray_cell_in_the_far_corner_stops_only_the_child():
    content = far_corner()
    assert len(content) < 8000
    with pytest.raises(TooMuchMemory):
        read_spreadsheet(content)


def test_an_archive_that_says_it_unpacks_too_large_is_not_opened():
    content = bomb(24)
    assert len(content) < MEGABYTE
    with pytest.raises(TooMuchMemory):
        read_spreadsheet(content, limits=Limits(unpacked_bytes=16 * MEGABYTE))


def test_an_archive_that_eats_memory_is_stopped_by_the_limit():
    with pytest.raises(TooMuchMemory):
        read_spreadsheet(bomb(200), limits=Limits(memory_bytes=500 * MEGABYTE))


def test_too_many_rows_or_cells_are_refused_with_the_count():
    with pytest.raises(TooManyCells) as no:
        read_spreadsheet(xlsx({"a": [HEADER, *[WANG] * 20]}), limits=Limits(rows=20))
    assert no.value.says == "工作表「a」有 21 行 3 列，超过上限（20 行、300 列、12000000 格）。"
    with pytest.raises(TooManyCells):
        read_spreadsheet(xlsx({"a": [HEADER, *[WANG] * 20]}), limits=Limits(cells=60))
    with pytest.raises(TooManyCells):
        read_spreadsheet("\n".join([",".join(HEADER)] * 30).encode(), limits=Limits(rows=20))
    with pytest.raises(TooManyCells):
        read_spreadsheet(xlsx({"a": [[*HEADER, *[None] * 400, "x"], WANG]}))


def test_a_file_over_the_size_limit_is_not_even_handed_on():
    with pytest.raises(FileTooLarge) as no:
        read_spreadsheet(b"x" * (3 * MEGABYTE), limits=Limits(file_bytes=2 * MEGABYTE))
    assert no.value.says == "文件有 3 MB，超过上限 2 MB。"


def test_time_is_limited_on_the_wall_and_on_the_processor():
    content = bomb(100)
    started = time.monotonic()
    with pytest.raises(TookTooLong):
        read_spreadsheet(content, limits=Limits(wall_seconds=0.05))
    assert time.monotonic() - started < 2
    with pytest.raises(TookTooLong):
        read_spreadsheet(many_cells(9_000_000), limits=Limits(cpu_seconds=1, wall_seconds=60))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "姓名,".encode()]),
)
def test_any_bytes_end_in_a_refusal(noise, start):
    with pytest.raises(DocumentRefusal):
        read_spreadsheet(start + noise)


WORKBOOK = xlsx({"a": [HEADER, WANG, LI]})  # made once: a workbook carries the time of its making


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_workbook_with_a_few_bytes_changed_is_read_or_refused(data):
    content = bytearray(WORKBOOK)
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
        content[at] = data.draw(st.integers(0, 255))
    try:
        table = read_spreadsheet(bytes(content))
    except DocumentRefusal as no:
        said = no.says
    else:
        said = table.sheet
        assert isinstance(table.texts, pl.DataFrame)
    assert said


@pytest.mark.parametrize(
    ("above", "header_rows"), [([], (1, 1)), ([["某县名单"]], (2, 2)), ([["某县"], [None], ["基本情况"]], (4, 4))]
)
def test_a_header_that_is_pointed_at_is_read_as_one_that_is_found(above: list, header_rows: tuple[int, int]) -> None:
    content = xlsx({"名单": [*above, ["姓名", "身份证号", "类别"], ["王明", WANG[1], "低保"], ["合计", "1"]]})

    found, pointed = read_spreadsheet(content), read_spreadsheet(content, sheet=0, header_rows=header_rows)

    assert (pointed.columns, pointed.header_row, pointed.titles, pointed.left_out) == (
        found.columns, found.header_row, found.titles, found.left_out,
    )  # fmt: skip
    assert pointed.texts.equals(found.texts)


def test_the_header_is_where_somebody_points_and_what_stands_above_is_a_title() -> None:
    content = xlsx({"名单": [["姓名", "身份证号"], ["对象", "证号"], ["王明", WANG[1]]]})

    one, two = (read_spreadsheet(content, sheet=0, header_rows=rows) for rows in ((2, 2), (1, 2)))

    assert (one.columns, one.titles, one.row_numbers) == (("对象", "证号"), ("姓名", "身份证号"), [3])
    assert (two.columns, two.titles, two.row_numbers) == (("对象", "证号"), (), [3])


def test_of_a_sheet_without_a_header_the_first_rows_are_there_to_be_pointed_at() -> None:
    rows = [["甲", "乙"], [None, None], *([f"某{at}", "1"] for at in range(40))]

    (top,) = look_into(xlsx({"空": [], "名单": rows})).tops

    assert (top.sheet, [number for number, _ in top.rows]) == ("名单", [1, *range(3, TOP_ROWS + 2)])
    assert top.rows[0] == (1, ("甲", "乙"))
