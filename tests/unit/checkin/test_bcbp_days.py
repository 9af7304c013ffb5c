"""Boarding passes: the day of the year that they show, and the year that it lies in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.checkin.bcbp import BcbpError, build, read
from tests.unit.checkin.passes import LEG, PASS


@pytest.mark.parametrize(
    ("issued", "day", "today", "flies"),
    [
        (None, 327, date(2026, 11, 22), date(2026, 11, 23)),
        (None, 327, date(2026, 11, 24), date(2026, 11, 23)),
        (None, 1, date(2026, 12, 31), date(2027, 1, 1)),
        (None, 365, date(2027, 1, 2), date(2026, 12, 31)),
        ("6365", 1, date(2026, 12, 31), date(2027, 1, 1)),
        ("6326", 327, date(2027, 6, 1), date(2026, 11, 23)),
        ("8060", 366, date(2028, 3, 1), date(2028, 12, 31)),
        ("9001", 1, date(2026, 1, 1), date(2019, 1, 1)),
        ("6327", 326, date(2026, 11, 23), date(2026, 11, 22)),
        ("7001", 1, date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_the_year_comes_from_the_day_of_issue_or_from_today(
    issued: str | None, day: int, today: date, flies: date
) -> None:
    text = build(replace(PASS, issued=issued, legs=(replace(LEG, day_of_year=day),)))
    assert read(text).flight_date(0, today) == flies


def test_a_day_that_the_year_doesnt_have_is_refused() -> None:
    found = read(
        build(
            replace(PASS, issued=None, legs=(replace(LEG, day_of_year=366), replace(LEG, day_of_year=None)))
        )
    )
    with pytest.raises(BcbpError, match=r"legs\[0\].day_of_year"):
        found.flight_date(0, date(2026, 11, 23))
    assert found.flight_date(1, date(2026, 11, 23)) is None
