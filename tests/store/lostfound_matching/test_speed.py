"""Among 100,000 open items a report is matched while its writer waits."""

from __future__ import annotations

import pytest

from tests.bench.lost_matching import SIZES, on_sqlite


@pytest.mark.long
@pytest.mark.timeout(900)
def test_ten_times_as_many_items_cost_far_less_than_ten_times_as_much() -> None:
    measured = on_sqlite()
    small, large = (measured[size] for size in SIZES)
    assert large.median <= 50
    assert large.median < 4 * small.median
