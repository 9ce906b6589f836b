"""Passports: what their numbers can be, whose they are, and that no card's number is taken for one."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canbao.kernel.identity import Correction, IdentityRefusal, Kind, parse_identity
from canbao.kernel.passport import (
    ISSUERS,
    ChinesePassport,
    IssuerMissing,
    IssuerUnknown,
    NoPassportNumber,
    NumberOfCard,
    identity_of_kept,
    parse_passport,
    passports_like,
)
from tests.kernel.test_identity import fifteens, numbers

passports = st.from_regex(r"[A-Z0-9]{5,9}", fullmatch=True).filter(lambda text: any(one.isdigit() for one in text))


@pytest.mark.parametrize(
    ("typed", "issuer", "kept"),
    [
        pytest.param("C1234567", "VNM", "VNMC1234567", id="a-letter-and-seven-digits"),
        pytest.param("123456789", "GBR", "GBR123456789", id="digits-alone"),
        pytest.param("C01X00T47", "D", "D<<C01X00T47", id="germany-has-one-letter"),
        pytest.param("12345", "KIR", "KIR12345", id="five"),
    ],
)
def test_a_number_is_kept_with_the_state_that_issued_it(typed: str, issuer: str, kept: str) -> None:
    identity = parse_passport(typed, issuer=issuer)

    assert (identity.number, identity.kind, identity.born_on, identity.sex) == (kept, Kind.PASSPORT, None, None)
    assert identity_of_kept(kept) == identity
    assert identity.agrees_with_birth(date(1990, 1, 1))


def test_what_has_one_reading_is_mended_and_said() -> None:
    identity = parse_passport(" ｃ1234567 ", issuer="vnm")

    assert identity.number == "VNMC1234567"
    assert set(identity.corrections) == {Correction.FULL_WIDTH, Correction.STRAY_CHARACTERS, Correction.UPPER_CASE}


@pytest.mark.parametrize(
    ("typed", "issuer", "refusal"),
    [
        pytest.param("C1234567", " ", IssuerMissing, id="whose"),
        pytest.param("E12345678", "CHN", ChinesePassport, id="china"),
        pytest.param("E12345678", "TWN", ChinesePassport, id="taiwan"),
        pytest.param("C1234567", "VN", IssuerUnknown, id="two-letters"),
        pytest.param("C1234567", "QQQ", IssuerUnknown, id="no-state"),
        pytest.param("99062119900304081X", "VNM", NumberOfCard, id="an-identity-card"),
        pytest.param("USA110085010112", "USA", NumberOfCard, id="the-old-foreigners-card"),
        pytest.param("1234", "VNM", NoPassportNumber, id="too-short"),
        pytest.param("C123456789", "VNM", NoPassportNumber, id="too-long"),
        pytest.param("ABCDEFG", "VNM", NoPassportNumber, id="no-digit"),
        pytest.param("C12345/7", "VNM", NoPassportNumber, id="a-stroke"),
        pytest.param("", "VNM", NoPassportNumber, id="nothing"),
    ],
)
def test_what_is_no_passport(typed: str, issuer: str, refusal: type[IdentityRefusal]) -> None:
    with pytest.raises(refusal) as no:
        parse_passport(typed, issuer=issuer)

    assert not typed or typed not in str(no.value.as_json())


@given(number=numbers | fifteens, issuer=st.sampled_from(sorted(ISSUERS)))
def test_no_number_of_a_card_is_a_passport(number: str, issuer: str) -> None:
    assert passports_like(number) == []
    with pytest.raises(NumberOfCard):
        parse_passport(number, issuer=issuer)


@given(number=passports, issuer=st.sampled_from(sorted(ISSUERS)))
def test_no_passport_is_a_card_nor_another_states(number: str, issuer: str) -> None:
    kept = parse_passport(number, issuer=issuer).number

    for text in (number, kept):
        with pytest.raises(IdentityRefusal):
            parse_identity(text)
    assert [one.number for one in passports_like(number)].count(kept) == 1
    assert len({one.number for one in passports_like(number)}) == len(ISSUERS)


def test_a_kept_card_is_read_as_what_it_is() -> None:
    assert identity_of_kept("USA110075080112").kind is Kind.FOREIGN_OLD
    assert identity_of_kept("11010519491231002X").born_on == date(1949, 12, 31)
