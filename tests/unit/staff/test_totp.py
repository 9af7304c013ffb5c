"""Codes of an authenticator, against the vectors of RFC 6238."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.staff.domain import totp

SECRET = b"12345678901234567890"
NOW = datetime(2026, 11, 23, 8, 0, 10, tzinfo=UTC)
HERE = totp.step_at(NOW)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238_appendix_b(seconds: int, code: str) -> None:
    step = totp.step_at(datetime.fromtimestamp(seconds, UTC))
    assert totp.code_at(SECRET, step, digits=8) == code


@pytest.mark.parametrize(("off", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phones_clock_may_be_one_step_off_and_no_more(off: int, taken: bool) -> None:
    found = totp.matching_step(SECRET, totp.code_at(SECRET, HERE + off), NOW, used=0)
    assert found == (HERE + off if taken else None)


def test_a_code_and_all_before_it_are_used_up_together() -> None:
    for step in (HERE - 1, HERE):
        assert totp.matching_step(SECRET, totp.code_at(SECRET, step), NOW, used=HERE) is None
    assert totp.matching_step(SECRET, totp.code_at(SECRET, HERE + 1), NOW, used=HERE) == HERE + 1


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "12345a", "\x00" * 6, "９４２８７０"])
def test_what_is_no_code_matches_nothing(code: str) -> None:
    assert totp.matching_step(SECRET, code, NOW, used=0) is None
    assert not totp.is_code(code)


def test_a_secret_survives_its_writing() -> None:
    written = totp.new_secret_text("chance")
    assert len(totp.secret_bytes(written)) == totp.SECRET_BYTES
    assert totp.secret_text(totp.secret_bytes(written)) == written
    assert totp.new_secret_text("other chance") != written
    assert totp.step_at(NOW + timedelta(seconds=30)) == HERE + 1
