"""Money is whole fen, and nothing is rounded on the way in."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canbao.kernel.fen import NotAnAmount, fen_from_yuan, share_of, short_yuan, yuan

FEN = st.integers(-(10**15), 10**15)
RATES = st.decimals(min_value=0, max_value=1, places=4)


@given(FEN)
def test_what_is_written_reads_back_as_the_same_fen(fen: int) -> None:
    assert fen_from_yuan(yuan(fen)) == fen
    assert fen_from_yuan(short_yuan(fen)) == fen


@given(FEN)
def test_json_amounts_always_have_two_decimals(fen: int) -> None:
    assert len(yuan(fen).rsplit(".", 1)[1]) == 2


@pytest.mark.parametrize(
    ("given_yuan", "fen"),
    [("280", 28000), (280, 28000), ("0.01", 1), (Decimal("1.50"), 150), ("３２０", 32000), (" -5. ", -500)],
)
def test_yuan_become_fen(given_yuan: str | int | Decimal, fen: int) -> None:
    assert fen_from_yuan(given_yuan) == fen


@pytest.mark.parametrize(
    "bad", ["1.005", "two", "", "NaN", "Infinity", "1e3", "3E2", "1_000", "1,000", ".", 1.5, True, None]
)
def test_what_is_no_amount_is_refused(bad: object) -> None:
    with pytest.raises(NotAnAmount):
        fen_from_yuan(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(("fen", "text"), [(28000, "280"), (28050, "280.50"), (-5, "-0.05"), (0, "0")])
def test_people_do_not_say_the_zeros(fen: int, text: str) -> None:
    assert short_yuan(fen) == text


@given(st.integers(0, 10**12), RATES)
def test_a_share_is_never_more_than_the_whole_nor_less_than_nothing(fen: int, rate: Decimal) -> None:
    assert 0 <= share_of(fen, rate) <= fen


@given(st.integers(0, 10**12), RATES)
def test_a_share_is_within_half_a_fen(fen: int, rate: Decimal) -> None:
    assert abs(share_of(fen, rate) - fen * rate) <= Decimal("0.5")


def test_half_a_fen_goes_up() -> None:
    assert [share_of(fen, Decimal("0.5")) for fen in (1, 3, 5)] == [1, 2, 3]
