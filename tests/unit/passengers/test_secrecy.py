"""What is sealed opens in one place only, and what is derived gives nothing away."""

from __future__ import annotations

import base64

import pytest

from kernel.sealing import seal
from services.passengers.errors import BadSeal
from services.passengers.secrecy import token_hash
from services.passengers.vault import Vault
from tests.unit.passengers.examples import NEW_KEY, OLD_KEY, RESIDENT_ID, VAULT

ROTATED = Vault({"k2": NEW_KEY, "k1": OLD_KEY})


def test_what_a_door_seals_the_service_opens() -> None:
    assert VAULT.opened(seal(VAULT.sealing_key(), RESIDENT_ID)) == RESIDENT_ID


def test_a_seal_is_different_each_time_and_holds_nothing_readable() -> None:
    key = VAULT.sealing_key()
    one, other = seal(key, RESIDENT_ID), seal(key, RESIDENT_ID)
    assert one != other
    assert RESIDENT_ID.encode() not in base64.urlsafe_b64decode(one.rpartition(".")[2])


def test_what_was_sealed_before_the_keys_changed_still_opens() -> None:
    assert ROTATED.opened(seal(VAULT.sealing_key(), "x")) == "x"
    assert ROTATED.opened(seal(ROTATED.sealing_key(), "x")) == "x"
    with pytest.raises(BadSeal):
        VAULT.opened(seal(ROTATED.sealing_key(), "x"))


def test_a_seal_that_was_tampered_with_does_not_open() -> None:
    sealed = seal(VAULT.sealing_key(), RESIDENT_ID)
    form, key_id, encoded = sealed.split(".")
    raw = bytearray(base64.urlsafe_b64decode(encoded))
    for place in range(len(raw)):
        raw[place] ^= 1
        bad = f"{form}.{key_id}.{base64.urlsafe_b64encode(bytes(raw)).decode()}"
        raw[place] ^= 1
        with pytest.raises(BadSeal):
            VAULT.opened(bad)


@pytest.mark.parametrize(
    "text", ["", "x1", "x1.k1.", "x1.k1.AAAA", "x1.k9.AAAA", "g1.k1.AAAA", "x1.k1.é", RESIDENT_ID]
)
def test_what_is_no_seal_is_refused(text: str) -> None:
    with pytest.raises(BadSeal):
        VAULT.opened(text)


def test_the_sealing_key_opens_nothing() -> None:
    assert OLD_KEY not in base64.urlsafe_b64decode(VAULT.sealing_key().partition(".")[2])
    assert VAULT.sealing_key() != Vault({"k1": NEW_KEY}).sealing_key()


def test_a_token_follows_from_request_and_code_and_from_nothing_less() -> None:
    token = VAULT.tokens("request-1", "code")[0]
    assert VAULT.tokens("request-1", "code") == [token]
    assert token not in (*VAULT.tokens("request-2", "code"), *VAULT.tokens("request-1", "other"))
    assert token not in Vault({"k1": NEW_KEY}).tokens("request-1", "code")
    assert len(token) == 43, "256 bits"
    assert token in ROTATED.tokens("request-1", "code"), "a repeat after a change of keys finds its session"


def test_a_tokens_hash_is_sha_256() -> None:
    assert token_hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_fingerprint_is_equal_for_equal_requests_and_needs_the_key() -> None:
    request = {"number": RESIDENT_ID, "kind": "resident_id"}
    assert VAULT.fingerprint(request) == VAULT.fingerprint(dict(reversed(request.items())))
    assert VAULT.fingerprint(request) != VAULT.fingerprint(request | {"number": "x"})
    assert VAULT.fingerprint(request) != Vault({"k1": NEW_KEY}).fingerprint(request)
