"""Long numbers in plain text are seen and covered; dates, amounts and codes are not."""

import pytest

from canbao.kernel.long_numbers import covered, has_long_number, has_many_digits


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("11010519491231002X", "**************002X", id="an-identity-number"),
        pytest.param("监护人110105194912310024，父", "监护人**************0024，父", id="in-a-sentence"),
        pytest.param("110105 19491231 002x", "****************002x", id="in-groups"),
        pytest.param("110105491231002", "***********1002"[:11] + "1002", id="fifteen-digits"),
        pytest.param("１１０１０５１９４９１２３１００２Ｘ", "**************００２Ｘ", id="full-width"),
        pytest.param("1101051949123100", "************3100", id="two-digits-short"),
        pytest.param("13812345678", "*******5678", id="a-mobile-phone"),
        pytest.param("138 1234 5678", "*********5678", id="a-phone-in-groups"),
        pytest.param("0561-6021234", "********1234", id="a-telephone"),
        pytest.param("ABC340012345678", "***********5678", id="a-foreigners-card"),
    ],
)
def test_long_numbers_are_covered_but_for_their_tail(text: str, shown: str) -> None:
    assert covered(text) == shown
    assert has_long_number(text)


@pytest.mark.parametrize(
    "text", ["2021-10-31", "340621100200", "280.00元", "2021年9月至12月", "濉溪镇示例一村12组3号", ""]
)
def test_dates_amounts_and_codes_stay(text: str) -> None:
    assert covered(text) == text
    assert not has_long_number(text)


@pytest.mark.parametrize(("text", "is_one"), [("34062119800101", True), ("３４０６ 2119 8001", True), ("34062119800", False), ("王家庄2021", False)])  # fmt: skip
def test_what_is_looked_for_is_a_number_from_twelve_digits_on(text: str, is_one: bool) -> None:
    assert has_many_digits(text) is is_one
