"""Boarding passes: proved by their signature."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.checkin.bcbp import BcbpError, NotSigned, PassSigner, Reason, read
from tests.unit.checkin.passes import PASS, PUBLIC, SIGNER, VERIFIER


def test_a_signature_proves_the_whole_text_before_it() -> None:
    text = SIGNER.build(PASS)
    assert text == SIGNER.build(PASS)
    assert VERIFIER.verify(read(text)) == "A"
    assert read(text).boarding_pass.security is not None
    assert len(text) - text.index("^") == 4 + 104


@given(st.data())
def test_one_changed_character_of_a_signed_pass_proves_nothing(data: st.DataObject) -> None:
    text = SIGNER.build(PASS)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 "))
    if text[at] != other:
        with pytest.raises(BcbpError):
            VERIFIER.verify(read(text[:at] + other + text[at + 1 :]))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PUBLIC["mandatory"], Reason.NO_SIGNATURE),
        (PUBLIC["full"], Reason.NO_SIGNATURE),
        (PassSigner("B", bytes(range(32))).build(PASS), Reason.UNKNOWN_KEY),
        (PassSigner("A", bytes(range(1, 33))).build(PASS), Reason.FORGED),
    ],
)
def test_a_verifier_says_why_a_text_isnt_proved(text: str, reason: Reason) -> None:
    with pytest.raises(NotSigned) as caught:
        VERIFIER.verify(read(text))
    assert caught.value.reason is reason


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33)])
def test_a_signer_needs_a_whole_key(seed: bytes) -> None:
    with pytest.raises(ValueError, match="seed"):
        PassSigner("A", seed)
    with pytest.raises(ValueError, match="id"):
        PassSigner("a", bytes(32))
