"""A column of numbers says of each what reading it by itself says, or nothing."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canbao.kernel.identity import IdentityRefusal, check_character, parse_identity
from canbao.kernel.identity_column import written_as_on_the_card

ON = date(2021, 11, 15)

places = st.sampled_from(
    ["340621", "110101", "710000", "810000", "820000", "830000", "991234", "934123", "000000", "770101"]
)
births = st.one_of(
    st.dates(date(1880, 1, 1), date(2030, 1, 1)).map("{:%Y%m%d}".format),
    st.sampled_from(
        [
            "19000229",
            "20000229",
            "20230229",
            "20210931",
            "20211116",
            "20211115",
            "18911115",
            "18900101",
            "00000101",
            "20211301",
        ]
    ),
)
numbers = st.builds(
    lambda place, birth, sequence, slip: f"{place}{birth}{sequence:03}" + ("X" if slip else check_character(f"{place}{birth}{sequence:03}")),
    places, births, st.integers(0, 999), st.booleans(),
)  # fmt: skip
texts = st.one_of(
    numbers,
    numbers.map(lambda text: text[:17]),
    numbers.map(str.lower),
    numbers.map(lambda text: f" {text}"),
    st.text(max_size=20),
)


def read_alone(text: str, *, allow_synthetic: bool) -> bool:
    """Taken by `parse_identity` with nothing to say about it."""
    try:
        identity = parse_identity(text, on=ON, allow_synthetic=allow_synthetic)
    except IdentityRefusal:
        return False
    return not identity.corrections and identity.number == text


@given(st.lists(texts, max_size=30), st.booleans())
def test_what_the_column_takes_is_taken_alone_too(column: list[str], synthetic: bool) -> None:
    found = written_as_on_the_card(pl.Series(column, dtype=pl.String), on=ON, allow_synthetic=synthetic)

    assert len(found) == len(column)
    for text, is_good in zip(column, found, strict=True):
        assert not is_good or read_alone(text, allow_synthetic=synthetic)


@given(st.lists(numbers, min_size=1, max_size=30))
def test_a_citizens_good_number_needs_no_second_look(column: list[str]) -> None:
    found = written_as_on_the_card(pl.Series(column), on=ON, allow_synthetic=False)

    mainland = [text[:2] in ("34", "11", "71") for text in column]
    assert found.to_list() == [
        here and read_alone(text, allow_synthetic=False) for here, text in zip(mainland, column, strict=True)
    ]


@pytest.mark.parametrize(
    "digits",
    [
        pytest.param("３４０６２１", id="full-width"),
        pytest.param("٣٤٠٦٢١", id="arabic"),
        pytest.param("34062\n", id="line-end"),
    ],
)
def test_other_digits_are_no_digits_here(digits: str) -> None:
    number = "340621198001010012"

    assert not written_as_on_the_card(pl.Series([digits + number[6:]]), on=ON, allow_synthetic=False).any()


def test_an_empty_column_and_an_empty_cell_are_no_trouble() -> None:
    assert written_as_on_the_card(pl.Series([], dtype=pl.String), on=ON, allow_synthetic=False).to_list() == []
    assert written_as_on_the_card(pl.Series(["", None]), on=ON, allow_synthetic=False).to_list() == [False, False]
