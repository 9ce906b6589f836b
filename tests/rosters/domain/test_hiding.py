"""Hidden rows are marked one by one, however many stretches there are."""

from hypothesis import given
from hypothesis import strategies as st

from canbao.documents.table import NONE_HIDDEN, Hidden
from canbao.rosters.domain.hiding import RANGES_TOLD, is_marked, marks_of, told

MOST_ROWS = 1 << 20


@given(rows=st.sets(st.integers(1, 300)))
def test_just_the_hidden_rows_are_marked(rows: set[int]) -> None:
    marks = marks_of(Hidden(len(rows), tuple((row, row) for row in sorted(rows))))

    assert {row for row in range(1, 310) if is_marked(marks, row)} == rows


def test_a_stretch_is_marked_from_its_first_to_its_last_row() -> None:
    marks = marks_of(Hidden(3, ((7, 9),)))

    assert [row for row in range(20) if is_marked(marks, row)] == [7, 8, 9]


def test_where_nothing_is_hidden_or_nobody_can_tell_nothing_is_kept() -> None:
    assert (marks_of(NONE_HIDDEN), marks_of(None), told(None)) == (b"", b"", None)
    assert not is_marked(b"", 1)


def test_the_largest_sheet_needs_a_bit_a_row() -> None:
    every_other = Hidden(MOST_ROWS // 2, tuple((row, row) for row in range(2, MOST_ROWS + 1, 2)))

    assert len(marks_of(every_other)) == MOST_ROWS // 8 + 1
    assert told(every_other) == {"rows": MOST_ROWS // 2, "ranges": every_other.ranges[:RANGES_TOLD], "more": True}
