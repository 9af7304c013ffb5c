"""Encrypted fields and their blind index."""

from __future__ import annotations

import base64

import pytest

from kernel.config import ConfigError, load
from kernel.crypto import FieldCipher, FieldKeys, NotOurs

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def test_what_is_encrypted_can_be_read_again() -> None:
    cipher = FieldCipher({"k1": OLD})
    sealed = cipher.encrypt("340524199001011234 张三", context="row-1")
    assert cipher.decrypt(sealed, context="row-1") == "340524199001011234 张三"
    assert "3405" not in sealed
    assert sealed.isascii()


def test_the_same_text_looks_different_each_time() -> None:
    cipher = FieldCipher({"k1": OLD})
    assert cipher.encrypt("same", "row-1") != cipher.encrypt("same", "row-1")


def test_a_value_copied_to_another_row_does_not_open() -> None:
    cipher = FieldCipher({"k1": OLD})
    with pytest.raises(NotOurs):
        cipher.decrypt(cipher.encrypt("secret", "row-1"), context="row-2")


def test_after_a_change_of_keys_old_values_open_and_new_ones_use_the_new_key() -> None:
    sealed = FieldCipher({"k1": OLD}).encrypt("secret", "row-1")
    both = FieldCipher({"k2": NEW, "k1": OLD})
    assert both.decrypt(sealed, "row-1") == "secret"
    only_new = FieldCipher({"k2": NEW})
    assert only_new.decrypt(both.encrypt("secret", "row-1"), "row-1") == "secret"
    with pytest.raises(NotOurs):
        only_new.decrypt(sealed, "row-1")


def test_every_damage_is_noticed() -> None:
    cipher = FieldCipher({"k1": OLD})
    sealed = cipher.encrypt("secret", "row-1")
    for place in range(len(sealed)):
        other = "A" if sealed[place] != "A" else "B"
        with pytest.raises(NotOurs):
            cipher.decrypt(sealed[:place] + other + sealed[place + 1 :], "row-1")
    for stump in ("", "g1", "g1.k1", "g1.k1.", "g1.k1.AAAA", "g1.k1.$$$$"):
        with pytest.raises(NotOurs):
            cipher.decrypt(stump, "row-1")


def test_keys_come_from_the_environment_the_first_encrypts() -> None:
    keys = load(FieldKeys, {"FIELD_KEYS": f"k2:{NEW.hex()},k1:{OLD.hex()}"}).keys()
    assert list(keys) == ["k2", "k1"]
    assert keys["k1"] == OLD


def test_keys_may_be_base64() -> None:
    text = f"k2:{base64.b64encode(NEW).decode()}"
    assert load(FieldKeys, {"FIELD_KEYS": text}).keys() == {"k2": NEW}


def test_the_index_finds_equal_values_of_one_column_under_every_key() -> None:
    old, both = FieldCipher({"k1": OLD}), FieldCipher({"k2": NEW, "k1": OLD})
    assert both.index("E12345678", "document") == both.index("E12345678", "document")
    assert both.index("E12345678", "document") != both.index("E12345678", "phone")
    assert both.index("E12345678", "document") != both.index("E12345679", "document")
    assert both.index("E12345678", "document") in both.candidates("E12345678", "document")
    assert old.index("E12345678", "document") in both.candidates("E12345678", "document")
    assert "E1234" not in both.index("E12345678", "document")


def test_it_can_be_told_which_values_keep_an_old_key_alive() -> None:
    old, both = FieldCipher({"k1": OLD}), FieldCipher({"k2": NEW, "k1": OLD})
    assert not both.is_current(old.encrypt("secret", "row-1"))
    assert both.is_current(both.encrypt("secret", "row-1"))


@pytest.mark.parametrize(
    "value", ["", "k1", "k1:abcd", "k1:" + "x" * 64, ":" + "0" * 64, "k1:" + "0" * 64 + ",k1:" + "1" * 64]
)
def test_bad_keys_stop_the_start_without_being_shown(value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(FieldKeys, {"FIELD_KEYS": value})
    assert "FIELD_KEYS" in str(caught.value)
    assert not value or value not in str(caught.value)
