"""Old workbooks: the container, its chains, and the records that say which rows are hidden."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canbao.documents import biff
from canbao.documents.ole import Container
from tests.documents.old_excel import END, SECTOR, as_a_large_one, book, record, sheet_records, workbook_stream, xls

ROWS = [["姓名", "身份证号"], ["王明", "1"], ["李丽", 2.0], ["赵云", "3"]]
SHEETS = {"封面": sheet_records([["封面"]], hidden=()), "名单": sheet_records(ROWS, hidden={2, 4})}


def hidden_by_sheet(content: bytes) -> list[list[tuple[int, int]] | None]:
    records = Container(content).read("Workbook")
    return [biff.hidden_rows(records, start) for start in biff.sheets(records)]


@pytest.mark.parametrize("short", [False, True])
def test_a_stream_is_followed_through_its_sectors_whole_or_short(short):
    stream = workbook_stream(SHEETS)
    assert Container(book(SHEETS, short=short)).read("Workbook")[: len(stream)] == stream
    assert hidden_by_sheet(book(SHEETS, short=short)) == [[], [(2, 2), (4, 4)]]


def test_a_large_container_keeps_its_list_of_tables_elsewhere():
    assert hidden_by_sheet(as_a_large_one(book(SHEETS))) == [[], [(2, 2), (4, 4)]]


def test_a_file_that_ends_within_its_last_sector_is_read():
    content = book(SHEETS, short=True)
    assert len(content) % SECTOR == 0
    assert hidden_by_sheet(content[:-10]) == hidden_by_sheet(content)


def test_rows_that_follow_each_other_are_one_stretch_wherever_their_records_stand():
    rows = sheet_records([["a"]] * 7, hidden={2, 3, 4, 7})
    again = record(0x208, struct.pack("<HHHHIHH", 65535, 0, 1, 255, 0, 0x20, 15))
    records = workbook_stream({"a": rows[: -len(END)] + again + END})
    assert biff.hidden_rows(records, biff.sheets(records)[0]) == [(2, 4), (7, 7), (65536, 65536)]


def test_where_all_other_rows_are_hidden_those_without_a_record_are():
    records = sheet_records([["a"]] * 3, hidden={2}, others_hidden=True)
    assert biff.hidden_rows(records, 0) == [(2, 2), (4, 65536)]
    assert biff.hidden_rows(sheet_records([["a"]] * 3, others_hidden=True), 0) == [(1, 65536)]


def test_rows_of_an_encrypted_workbook_cannot_be_seen():
    assert len(biff.sheets(workbook_stream(SHEETS))) == 2
    assert biff.sheets(workbook_stream(SHEETS, before=record(0x2F, b"\0\0\1\2\3\4"))) == []


@pytest.mark.parametrize(
    "records",
    [
        pytest.param(SHEETS["名单"][: -len(END)], id="no end"),
        pytest.param(SHEETS["名单"][:-6], id="cut in a record"),
        pytest.param(SHEETS["名单"][: -len(END)] + b"\x04\x02\xff\xff" + END, id="a length beyond the end"),
        pytest.param(SHEETS["名单"][: -len(END)] + record(0x208, b"\1\0\0\0") + END, id="a row without its options"),
        pytest.param(b"", id="nothing"),
        pytest.param(SHEETS["名单"][4:], id="no beginning"),
    ],
)
def test_a_sheet_that_cannot_be_followed_to_its_end_tells_nothing(records):
    assert biff.hidden_rows(records, 0) is None
    assert biff.hidden_rows(SHEETS["名单"], 1 << 31) is None


TABLE, DIRECTORY = SECTOR, 2 * SECTOR  # where they lie in a small container


@pytest.mark.parametrize(
    ("at", "number"),
    [
        pytest.param(TABLE + 4 * 10, 10, id="a sector that follows itself"),
        pytest.param(TABLE + 4 * 3, 10, id="the last goes back to the first"),
        pytest.param(TABLE + 4 * 10, 100, id="a sector beyond the end of the file"),
        pytest.param(TABLE + 4 * 10, 1 << 20, id="a sector beyond the table"),
        pytest.param(DIRECTORY + 128 + 116, 1 << 30, id="a beginning beyond the end"),
    ],
)
def test_a_chain_that_goes_in_a_circle_or_out_of_the_file_gives_no_stream(at, number):
    content = bytearray(book(SHEETS))
    assert len(content) == 12 * SECTOR
    struct.pack_into("<I", content, at, number)
    assert (Container(content).streams.keys(), Container(content).read("Workbook")) == ({"Workbook"}, b"")


def test_a_list_of_tables_in_a_circle_ends_and_a_directory_in_a_circle_has_no_streams():
    listed, directory = bytearray(as_a_large_one(book(SHEETS))), bytearray(book(SHEETS))
    struct.pack_into("<I", listed, len(listed) - 4, len(listed) // SECTOR - 2)
    struct.pack_into("<I", directory, TABLE + 4, 1)
    assert Container(listed).read("Workbook") == Container(book(SHEETS)).read("Workbook")
    assert (Container(directory).streams, Container(directory).read("Workbook")) == ({}, b"")


WHOLE, IN_SHORT, LARGE = book(SHEETS), book(SHEETS, short=True), as_a_large_one(xls("a", ROWS, hidden={2}))


@settings(deadline=None, max_examples=300)
@given(content=st.sampled_from([WHOLE, IN_SHORT, LARGE]), data=st.data())
def test_whatever_is_changed_or_cut_it_ends_and_nothing_is_raised(content, data):
    damaged = bytearray(content)
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=12)):
        damaged[at] = data.draw(st.sampled_from([0, 1, 2, 0x0A, 0x20, 0x7F, 0xFE, 0xFF]))
    found = hidden_by_sheet(bytes(damaged[: data.draw(st.integers(0, len(content)))]))
    assert all(rows is None or rows == sorted(rows) for rows in found)
