"""Identity numbers: published vectors, every refusal, and what must hold for all numbers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canbao.kernel.identity import (
    BornInFuture,
    Correction,
    IdentityRefusal,
    ImplausibleAge,
    ImpossibleDate,
    Kind,
    NumberMissing,
    NumericCell,
    PlaceNeverIssued,
    RoundedBySpreadsheet,
    WrongCharacters,
    WrongCheckCharacter,
    WrongLength,
    check_character,
    from_fifteen,
    parse_identity,
)

ON = date(2021, 11, 15)

seventeens = st.builds(
    lambda place, born_on, sequence: f"{place}{born_on:%Y%m%d}{sequence:03d}",
    st.sampled_from(["110105", "340621", "500228", "659001", "710000", "810000", "820000", "830000", "932682"]),
    st.dates(date(1900, 1, 1), date(2030, 12, 31)),
    st.integers(1, 999),
)
numbers = seventeens.map(lambda seventeen: seventeen + check_character(seventeen))
fifteens = st.builds(
    lambda born_on, sequence: f"340621{born_on:%y%m%d}{sequence:03d}",
    st.dates(date(1900, 1, 1), date(1999, 12, 31)),
    st.integers(1, 999),
)


@pytest.mark.parametrize(
    ("number", "kind", "born_on", "sex", "place"),
    [
        ("11010519491231002X", Kind.RESIDENT, date(1949, 12, 31), "女", "110105"),
        ("440524188001010014", Kind.RESIDENT, date(1880, 1, 1), "男", "440524"),
        ("810000199408230021", Kind.HK_MACAO_TAIWAN, date(1994, 8, 23), "女", "810000"),
        ("830000199201300022", Kind.HK_MACAO_TAIWAN, date(1992, 1, 30), "女", "830000"),
        ("932682198501010017", Kind.FOREIGN_PERMANENT, date(1985, 1, 1), "男", "320000"),
    ],
)
def test_published_numbers_say_what_their_cards_say(number, kind, born_on, sex, place):
    identity = parse_identity(number)
    assert (identity.number, identity.kind, identity.born_on, identity.sex, identity.place) == (
        number,
        kind,
        born_on,
        sex,
        place,
    )
    assert identity.corrections == ()


def test_the_old_foreign_card_says_neither_century_nor_sex():
    identity = parse_identity("usa110075080112")
    assert (identity.number, identity.kind, identity.born_on, identity.sex, identity.place, identity.corrections) == (
        "USA110075080112",
        Kind.FOREIGN_OLD,
        None,
        None,
        None,
        (Correction.UPPER_CASE,),
    )


def test_the_old_foreign_card_compares_two_digits_of_the_year():
    identity = parse_identity("USA110075080112")
    assert identity.agrees_with_birth(date(1975, 8, 1))
    assert identity.agrees_with_birth(date(1975, 8, 2)) is False


@pytest.mark.parametrize(
    ("typed", "corrections"),
    [
        pytest.param("11010519491231002x", (Correction.LETTER_X,), id="small x"),
        pytest.param("11010519491231002×", (Correction.LETTER_X,), id="multiplication sign"),
        pytest.param("11010519491231002Х", (Correction.LETTER_X,), id="Cyrillic"),
        pytest.param("11010519491231002Ｘ", (Correction.FULL_WIDTH,), id="full-width X"),
        pytest.param("１１０１０５１９４９１２３１００２Ｘ", (Correction.FULL_WIDTH,), id="all full-width"),
        pytest.param(" 110105 19491231 002X ", (Correction.STRAY_CHARACTERS,), id="spaces"),
        pytest.param("110105-19491231-002X", (Correction.STRAY_CHARACTERS,), id="hyphens"),
        pytest.param("'11010519491231002X", (Correction.STRAY_CHARACTERS,), id="apostrophe of a text cell"),
        pytest.param("\ufeff11010519491231002X\u200b", (Correction.STRAY_CHARACTERS,), id="invisible marks"),
        pytest.param(
            "１１０１０５　19491231－002ｘ",
            (Correction.FULL_WIDTH, Correction.STRAY_CHARACTERS, Correction.LETTER_X),
            id="everything at once",
        ),
    ],
)
def test_what_has_only_one_reading_is_mended_and_said(typed, corrections):
    identity = parse_identity(typed)
    assert identity.number == "11010519491231002X"
    assert identity.corrections == corrections


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        pytest.param("", NumberMissing, id="empty"),
        pytest.param(" 　- ", NumberMissing, id="only strays"),
        pytest.param("3.40621198805E+17", RoundedBySpreadsheet, id="scientific text"),
        pytest.param("1101051949123100", WrongLength, id="sixteen"),
        pytest.param("11010519491231002X1", WrongLength, id="nineteen"),
        pytest.param("1101O519491231002X", WrongCharacters, id="letter O"),
        pytest.param("X1010519491231002X", WrongCharacters, id="X in front"),
        pytest.param("11010549123100X", WrongCharacters, id="X in fifteen"),
        pytest.param("①10105194912310020", WrongCharacters, id="a digit in a circle"),
        pytest.param("11010519491٣31002X", WrongCharacters, id="an Arabic digit"),
        pytest.param("010105194912310029", PlaceNeverIssued, id="no province 01"),
        pytest.param("840105194912310029", PlaceNeverIssued, id="no province 84"),
        pytest.param("810101199408230021", PlaceNeverIssued, id="Hong Kong has no county"),
        pytest.param("900105194912310029", PlaceNeverIssued, id="9 and no province"),
        pytest.param("990621194912310029", PlaceNeverIssued, id="synthetic where not allowed"),
        pytest.param("110105194913310020", ImpossibleDate, id="month 13"),
        pytest.param("110105190002290020", ImpossibleDate, id="1900 was no leap year"),
        pytest.param("USA110075130112", ImpossibleDate, id="old foreign card, month 13"),
        pytest.param("110105194912310021", WrongCheckCharacter, id="wrong last character"),
        pytest.param("11010519491231020X", WrongCheckCharacter, id="two digits exchanged"),
    ],
)
def test_each_slip_has_its_own_refusal(typed, refusal):
    with pytest.raises(IdentityRefusal) as no:
        parse_identity(typed)
    assert type(no.value) is refusal


@pytest.mark.parametrize(
    ("shown", "refusal"),
    [
        ("340621198805150000", RoundedBySpreadsheet),
        ("340621198805150000.0", RoundedBySpreadsheet),
        ("3.4062119880515E+17", RoundedBySpreadsheet),
        ("110105194912310021", NumericCell),
        ("340621880515001", NumericCell),
    ],
)
def test_a_number_from_a_numeric_cell_is_never_taken(shown, refusal):
    with pytest.raises(IdentityRefusal) as no:
        parse_identity(shown, from_numeric_cell=True)
    assert type(no.value) is refusal


def test_a_rounded_number_whose_checksum_happens_to_fit_is_refused_too():
    rounded = next(
        f"3406211988{month:02d}{day:02d}0000"
        for month in range(1, 13)
        for day in range(1, 29)
        if check_character(f"3406211988{month:02d}{day:02d}000") == "0"
    )
    assert parse_identity(rounded).ends_like_rounded
    with pytest.raises(RoundedBySpreadsheet):
        parse_identity(rounded, from_numeric_cell=True)


def test_birth_is_judged_only_against_a_given_day():
    assert parse_identity("440524188001010014").born_on == date(1880, 1, 1)
    with pytest.raises(ImplausibleAge):
        parse_identity("440524188001010014", on=ON)
    tomorrow = "34062120211116001"
    with pytest.raises(BornInFuture):
        parse_identity(tomorrow + check_character(tomorrow), on=ON)
    today = "34062120211115001"
    assert parse_identity(today + check_character(today), on=ON).born_on == ON


def test_the_first_refusal_that_applies_is_given():
    with pytest.raises(PlaceNeverIssued):
        parse_identity("010105194913310021")
    with pytest.raises(ImpossibleDate):
        parse_identity("110105194913310021")
    with pytest.raises(BornInFuture):
        parse_identity("110105209912310021", on=ON)


def test_synthetic_numbers_pass_only_where_allowed():
    seventeen = "99062119880515001"
    identity = parse_identity(seventeen + check_character(seventeen), allow_synthetic=True)
    assert identity.is_synthetic
    assert (identity.kind, identity.place) == (Kind.RESIDENT, "990621")


def test_the_refusal_of_a_wrong_last_character_says_the_right_one_and_hides_the_number():
    with pytest.raises(WrongCheckCharacter) as no:
        parse_identity("110105194912310021")
    assert no.value.says == "身份证号「110***********0021」校验不符：若前 17 位无误，末位应为 X，现为 1。"
    assert no.value.remedy == "前 17 位也可能有误，请对照身份证件原件逐位核对。"


@given(numbers)
def test_every_number_with_its_check_character_parses(number):
    assert parse_identity(number).number == number


@given(numbers, st.data())
def test_any_single_digit_changed_is_refused(number, data):
    position = data.draw(st.integers(0, 16))
    digit = data.draw(st.sampled_from("0123456789".replace(number[position], "")))
    with pytest.raises(IdentityRefusal):
        parse_identity(number[:position] + digit + number[position + 1 :])


@given(numbers, st.data())
def test_any_other_last_character_is_refused_and_the_right_one_named(number, data):
    last = data.draw(st.sampled_from("0123456789X".replace(number[17], "")))
    with pytest.raises(WrongCheckCharacter) as no:
        parse_identity(number[:17] + last)
    assert no.value.words["expected"] == number[17]


@given(numbers, st.integers(0, 16))
def test_two_different_neighbours_exchanged_are_refused(number, at):
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    if swapped != number:
        with pytest.raises(IdentityRefusal):
            parse_identity(swapped)


@given(fifteens)
def test_fifteen_digits_become_eighteen_and_lose_nothing(fifteen):
    identity = parse_identity(fifteen)
    assert identity.number == from_fifteen(fifteen)
    assert identity.number[:6] + identity.number[8:17] == fifteen
    assert identity.converted_from_15
    assert identity.corrections == (Correction.FROM_FIFTEEN,)
    again = parse_identity(identity.number)
    assert again == identity
    assert again.converted_from_15 is False


@given(st.text(max_size=24), st.booleans())
def test_any_text_is_either_an_identity_or_a_refusal_and_never_spelt_out(text, numeric):
    try:
        identity = parse_identity(text, from_numeric_cell=numeric, allow_synthetic=True, on=ON)
    except IdentityRefusal as no:
        said = no.as_json()
    else:
        said = {"says": identity.masked, "remedy": repr(identity)}
        assert identity.number not in said.values()
    assert said["says"]
    assert said["remedy"]


@given(numbers, st.data())
def test_no_refusal_repeats_a_number(number, data):
    wrong = data.draw(
        st.sampled_from(
            [number[:17] + "?", number + "0", number[:17], "01" + number[2:], number[:10] + "99" + number[12:]]
        )
    )
    with pytest.raises(IdentityRefusal) as no:
        parse_identity(wrong)
    said = f"{no.value} {no.value.words} {no.value.as_json()}"
    assert number[6:14] not in said
    assert wrong not in said


def test_identities_compare_by_number_and_hide_it():
    one, other = parse_identity("11010519491231002X"), parse_identity("11010519491231002x")
    assert one == other
    assert len({one, other}) == 1
    assert "19491231" not in f"{one} {one!r}"
