"""What the installation signs is believed as it was signed, and in no other form."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from canbao.access import signing
from canbao.access.signing import content_of, public_key, signed

SAID = b'{"day":"2021-11-15"}'


def test_what_was_signed_is_read_again() -> None:
    assert content_of(signed(SAID)) == SAID


@given(st.integers(0, 10_000), st.sampled_from("ABCabc012-_."))
def test_no_sign_of_it_can_be_another(at: int, sign: str) -> None:
    word = signed(SAID)
    at %= len(word)
    other = word[:at] + sign + word[at + 1 :]

    read = content_of(other)

    # the last sign of base64 has bits to spare: another one may mean the same bytes
    assert read is None or (read == SAID and (other == word or at in (word.index(".") - 1, len(word) - 1)))


@pytest.mark.parametrize("word", ["", ".", "x", "x.y", "é.é", signed.__name__, "=.=", "A" * 5000])
def test_what_is_no_signature_is_none(word: str) -> None:
    assert content_of(word) is None


def test_the_public_key_alone_is_enough_elsewhere() -> None:
    content, signature = (signing._bytes(part) for part in signed(SAID).split("."))

    Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key())).verify(signature, content)
    assert content == SAID
