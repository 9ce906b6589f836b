"""Personal numbers: sealed for keeping, found again by a token, and tied to what they are for."""

import json
from collections.abc import Iterator

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from canbao.access import sealing
from canbao.access.sealing import person_token, provisional_token, seal, unseal

NUMBER = "990621198005010118"
texts = st.text(max_size=60).filter(lambda text: text.isprintable())


@given(text=texts)
def test_what_is_sealed_comes_out_as_it_went_in(text: str) -> None:
    assert unseal(seal(text)) == text


@given(text=texts.filter(lambda text: len(text) > 3))
def test_a_sealed_text_does_not_show_the_text(text: str) -> None:
    assert text.encode() not in seal(text)


def test_the_same_number_sealed_twice_looks_different() -> None:
    assert len({seal(NUMBER) for _ in range(100)}) == 100


@pytest.mark.parametrize("place", range(1, 1 + 12 + 18 + 16))
def test_one_changed_byte_anywhere_is_noticed(place: int) -> None:
    sealed = bytearray(seal(NUMBER))
    sealed[place] ^= 1

    with pytest.raises(InvalidTag):
        unseal(bytes(sealed))


def test_a_sealed_phone_number_is_no_identity_number() -> None:
    with pytest.raises(InvalidTag):
        unseal(seal("13900000000", purpose="phone"))


def test_a_key_that_nobody_has_opens_nothing() -> None:
    sealed = bytes([99]) + seal(NUMBER)[1:]

    with pytest.raises(KeyError):
        unseal(sealed)


@pytest.fixture
def two_keys(settings: pytest.FixtureRequest) -> Iterator[None]:
    keys = json.loads(settings.CANBAO_KEYS["seal_keys"])  # type: ignore[attr-defined]
    settings.CANBAO_KEYS = settings.CANBAO_KEYS | {  # type: ignore[attr-defined]
        "seal_keys": json.dumps(keys | {"2": "11" * 32}),
        "seal_key_id": "2",
    }
    sealing._ciphers.cache_clear()
    yield
    sealing._ciphers.cache_clear()


def test_after_a_new_key_what_the_old_one_sealed_is_still_read(request: pytest.FixtureRequest) -> None:
    old = seal(NUMBER)

    request.getfixturevalue("two_keys")

    new = seal(NUMBER)
    assert (old[0], new[0], unseal(old), unseal(new)) == (1, 2, NUMBER, NUMBER)


@given(one=texts, other=texts)
def test_tokens_are_equal_for_equal_numbers_and_for_nothing_else(one: str, other: str) -> None:
    assert (person_token(one) == person_token(other)) == (one == other)
    assert len(person_token(one)) == 32


def test_a_child_without_a_number_is_itself_and_not_its_twin() -> None:
    asked = [
        ("990621198005010118", "2021-11-01", 1),
        ("990621198005010118", "2021-11-01", 2),
        ("990621198206020229", "2021-11-01", 1),
    ]

    assert len({provisional_token(*one) for one in asked}) == 3
    assert provisional_token(*asked[0]) == provisional_token(*asked[0])
    assert provisional_token(*asked[0]) != person_token(NUMBER)
