"""Masks: enough to tell people apart, too little to use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canbao.kernel.masking import mask_name, mask_number, mask_phone


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("11010519491231002X", "110***********002X"),
        ("110105491231002", "110********1002"),
        ("12345", "****5"),
        ("1", "*"),
        ("", ""),
    ],
)
def test_a_number_keeps_three_in_front_and_four_behind(number, masked):
    assert mask_number(number) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王明", "王*"),
        ("王小明", "王**"),
        ("欧阳修", "欧阳*"),
        ("欧阳修文", "欧阳**"),
        ("欧阳", "欧*"),
        ("𠮷田", "𠮷*"),
        ("阿不都·热合曼", "阿******"),
        (" 王明 ", "王*"),
        ("王", "*"),
        ("", ""),
    ],
)
def test_a_name_keeps_the_surname_and_its_length(name, masked):
    assert mask_name(name) == masked


@pytest.mark.parametrize(("phone", "masked"), [("13812345678", "138****5678"), ("3021234", "******4"), ("", "")])
def test_a_phone_keeps_three_in_front_and_four_behind(phone, masked):
    assert mask_phone(phone) == masked


@given(st.text(alphabet="0123456789X", max_size=20))
def test_of_a_number_typed_too_short_only_the_last_character_is_seen(typed):
    seen = mask_number(typed).replace("*", "")

    if len(typed) < 15:
        assert seen == (typed[-1] if len(typed) > 1 else "")
    else:
        assert seen == typed[:3] + typed[-4:]


@given(st.text(max_size=30).filter(lambda text: text == text.strip()))
def test_no_mask_shows_more_than_it_should_or_changes_the_length(text):
    for mask, shown_most in ((mask_number, 7), (mask_phone, 7), (mask_name, 2)):
        masked = mask(text)
        assert len(masked) == len(text)
        if len(text) > 1 and "*" not in text:
            assert len(masked.replace("*", "")) <= min(shown_most, len(text) - 1)
