"""Which passwords and logins will do; recovery codes."""

from __future__ import annotations

import pytest

from services.staff.domain import passwords
from services.staff.errors import BadLogin, WeakPassword
from services.staff.hashing import Argon2id


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short one", "short"),
        ("x" * 201, "long"),
        ("anna.berg likes tea", "login"),
        ("ANNA.BERG-LIKES-TEA", "login"),
        ("passwordpassword", "common"),
        ("Password-2026!", "common"),
        ("changsha20261123", "common"),
        ("aaaaaaaaaaaaaaa", "common"),
        ("abababababababab", "common"),
        ("123456789012", "common"),
        ("qwertyuiopas", "common"),
        ("1qaz2wsx3edc", "common"),
        ("monkeymonkey", "common"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password: str, reason: str) -> None:
    with pytest.raises(WeakPassword) as caught:
        passwords.check_password(password, "anna.berg")
    assert caught.value.data["reason"] == reason


@pytest.mark.parametrize(
    "password", ["quiet river carries stones", "九月的风吹过湘江边的码头", "vB7-kkq0_zTf"]
)
def test_a_long_one_of_any_letters_will_do(password: str) -> None:
    passwords.check_password(password, "anna.berg")


@pytest.mark.parametrize(
    "login", ["", "an", "-anna", "anna-", "Anna", "anna berg", "a" * 41, "安娜安娜", "anna\n"]
)
def test_a_login_that_would_not_do_is_refused(login: str) -> None:
    with pytest.raises(BadLogin):
        passwords.check_login(login)


def test_one_login_has_one_spelling() -> None:
    assert passwords.normal_login("  ＡNNA.Berg ") == "anna.berg"
    passwords.check_login("anna.berg")


def test_recovery_codes_are_the_same_for_a_repeat_and_others_for_another_sign_in() -> None:
    codes = passwords.recovery_codes(b"s" * 20, "challenge")
    assert codes == passwords.recovery_codes(b"s" * 20, "challenge")
    assert len(set(codes)) == passwords.RECOVERY_CODES
    assert not set(codes) & set(passwords.recovery_codes(b"s" * 20, "another"))
    assert not set(codes) & set(passwords.recovery_codes(b"t" * 20, "challenge"))


def test_a_recovery_code_may_be_typed_as_people_type() -> None:
    code = passwords.recovery_codes(b"s" * 20, "challenge")[0]
    typed = f" {code.upper().replace('-', ' ')} "
    assert passwords.recovery_hash("a", typed) == passwords.recovery_hash("a", code)
    assert passwords.recovery_hash("b", code) != passwords.recovery_hash("a", code)


def test_a_password_is_kept_as_argon2id_with_a_salt_of_its_own() -> None:
    hasher = Argon2id()
    one, other = hasher.hash("quiet river"), hasher.hash("quiet river")
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other
    assert hasher.verify(one, "quiet river")
    assert not hasher.verify(one, "quiet rivers")
    assert not hasher.verify("", "nobody has this password"), "the hash of nobody lets nobody in"
    assert not hasher.verify("$argon2id$broken", "quiet river")
