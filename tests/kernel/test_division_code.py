"""Division codes: levels, parents, and ranges that hold exactly what lies inside."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canbao.kernel.division_code import DivisionCode, Level, LevelLeftOut, NoSuchProvince, NotADivisionCode

codes = st.builds(
    lambda prefecture, county, town, village, digits: f"34{prefecture:02d}{county:02d}{town:03d}{village:03d}"[:digits],
    st.integers(1, 99),
    st.integers(1, 99),
    st.integers(1, 999),
    st.integers(1, 999),
    st.sampled_from([2, 4, 6, 9, 12]),
).map(DivisionCode)


@pytest.mark.parametrize(
    ("text", "full", "level", "parent", "prefix"),
    [
        ("34", "340000000000", Level.PROVINCE, None, "34"),
        ("3406", "340600000000", Level.PREFECTURE, "340000000000", "3406"),
        ("340621", "340621000000", Level.COUNTY, "340600000000", "340621"),
        ("340621100", "340621100000", Level.TOWN, "340621000000", "340621100"),
        ("340621100201", "340621100201", Level.VILLAGE, "340621100000", "340621100201"),
        ("340621400", "340621400000", Level.TOWN, "340621000000", "340621400"),
        ("441900003", "441900003000", Level.TOWN, "441900000000", "441900003"),
        ("500155114", "500155114000", Level.TOWN, "500155000000", "500155114"),
    ],
)
def test_a_code_knows_its_level_and_what_it_lies_in(text, full, level, parent, prefix):
    code = DivisionCode(text)
    assert (str(code), code.level, code.parent, code.prefix) == (full, level, parent, prefix)


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("34", "340000000000", "350000000000"),
        ("3406", "340600000000", "340700000000"),
        ("340621", "340621000000", "340622000000"),
        ("340621100", "340621100000", "340621101000"),
        ("340621100201", "340621100201", "340621100202"),
        ("340621999", "340621999000", "340622000000"),
        ("349999999999", "349999999999", "350000000000"),
    ],
)
def test_the_range_of_a_code_is_half_open(text, first, after):
    assert DivisionCode(text).range() == (first, after)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", NotADivisionCode),
        ("34062", NotADivisionCode),
        ("3406211002011", NotADivisionCode),
        ("34062１", NotADivisionCode),
        ("34062a", NotADivisionCode),
        ("000000000000", NoSuchProvince),
        ("990621", NoSuchProvince),
        ("830000", NoSuchProvince),
        ("340021", LevelLeftOut),
        ("340000100000", LevelLeftOut),
        ("340621000201", LevelLeftOut),
    ],
)
def test_what_cannot_be_a_code_is_refused(text, refusal):
    with pytest.raises(refusal):
        DivisionCode(text)


@given(codes, codes)
def test_the_range_says_the_same_as_the_prefix(code, other):
    assert code.covers(other) == other.startswith(code.prefix)


@given(codes)
def test_a_parent_covers_its_child_and_never_the_other_way(code):
    assert code.covers(code)
    assert [above.level for above in code.ancestors] == sorted((above.level for above in code.ancestors), reverse=True)
    for above in code.ancestors:
        assert above.covers(code)
        assert not code.covers(above)


@given(codes)
def test_a_code_is_text_and_survives_every_round_trip(code):
    assert DivisionCode(code) is code
    assert DivisionCode(code.prefix) == code == str(code)
    assert pickle.loads(pickle.dumps(code)) == code
    assert type(pickle.loads(pickle.dumps(code))) is DivisionCode
