"""What is kept of other cells: everything but long numbers."""

from hypothesis import given
from hypothesis import strategies as st

from canbao.rosters.domain.cells import kept


@given(st.text(max_size=40), st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True), st.text(max_size=40))
def test_no_number_of_eighteen_is_ever_kept(before: str, number: str, after: str) -> None:
    assert number not in kept(before + number + after, 200)


@given(st.text(), st.integers(1, 50))
def test_what_is_kept_fits_and_can_be_stored(text: str, most: int) -> None:
    short = kept(text, most)

    assert len(short) <= most
    assert "\0" not in short
