"""How long one waits after being wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.staff.domain import Bucket, allowances

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
KEY = allowances.key_of(allowances.PAIR, "10.0.0.1", "anna")


@pytest.mark.parametrize(
    ("count", "wait"), [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (10, 900), (1_000_000, 900)]
)
def test_each_attempt_over_the_free_ones_doubles_the_wait_up_to_a_quarter_of_an_hour(
    count: int, wait: int
) -> None:
    assert allowances.wait_s(Bucket(KEY, count, NOW), NOW) == wait


def test_the_wait_runs_out_and_the_count_is_forgotten_after_an_hour_of_quiet() -> None:
    bucket = Bucket(KEY, 6, NOW)
    assert allowances.wait_s(bucket, NOW + timedelta(seconds=59.5)) == 1
    assert allowances.wait_s(bucket, NOW + timedelta(seconds=60)) == 0
    assert allowances.count_at(bucket, NOW + timedelta(minutes=59)) == 6
    assert allowances.count_at(bucket, NOW + timedelta(hours=1)) == 0
    assert allowances.wait_s(bucket, NOW + timedelta(hours=1)) == 0


def test_keys_tell_pairs_apart_and_hold_no_login() -> None:
    assert allowances.key_of(allowances.PAIR, "10.0.0.2", "anna") != KEY
    assert allowances.key_of(allowances.PAIR, "10.0.0.1", "anne") != KEY
    assert "anna" not in KEY
    assert len(KEY) <= 80
    for one in (allowances.PAIR, allowances.DEVICE, allowances.ADDRESS, allowances.CODES):
        assert allowances.free_of(allowances.key_of(one, "x" * 10_000)) == one.free
