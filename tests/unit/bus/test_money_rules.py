"""Prices, returns and changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.bus.domain import (
    CHANGES,
    RETURNS,
    Fares,
    Why,
    change_term,
    price_fen,
    refund_fen,
    return_term,
    sales_open,
    seats_of,
)
from services.bus.domain.feed import FareAttribute, FareRule
from services.bus.schemas import Rider
from tests.unit.bus.examples import FEED

LEAVES = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def test_children_and_those_injured_in_service_pay_half_and_keep_the_half_fen() -> None:
    assert [price_fen(2001, rider) for rider in Rider] == [2001, 1000, 1000]
    seats = seats_of((Rider.ADULT, Rider.CHILD), 2000)
    assert [(seat.rider, seat.price_fen) for seat in seats] == [(Rider.ADULT, 2000), (Rider.CHILD, 1000)]


def test_the_cheapest_fare_that_holds_is_asked() -> None:
    attributes = (*FEED.fare_attributes, FareAttribute("line", 1800, "CNY", 1))
    rules = (*FEED.fare_rules, FareRule("line", "A1"))
    fares = Fares(replace(FEED, fare_attributes=attributes, fare_rules=rules))
    assert fares.adult_fen("A1", "centre", "airport") == 1800
    assert fares.adult_fen("A2", "centre", "airport") == 2000
    assert fares.adult_fen("A2", "centre", "west") is None
    anywhere = Fares(replace(FEED, fare_attributes=(FareAttribute("flat", 1000, "CNY", 1),), fare_rules=()))
    assert anywhere.adult_fen("A2", "centre", "west") == 1000


@pytest.mark.parametrize(
    ("before", "code", "back"),
    [
        (24 * HOUR, "day_before", 2001),
        (24 * HOUR - SECOND, "hours_before", 1801),
        (2 * HOUR, "hours_before", 1801),
        (2 * HOUR - SECOND, "just_before", 1601),
        (timedelta(0), "just_before", 1601),
        (-SECOND, "departed", 0),
        (-1000 * HOUR, "departed", 0),
    ],
)
def test_what_comes_back_depends_on_the_time_to_departure(before: timedelta, code: str, back: int) -> None:
    term = return_term(LEAVES, LEAVES - before)
    assert (term.code, refund_fen(2001, term)) == (code, back)


def test_a_cancelled_bus_gives_all_money_back_at_any_time() -> None:
    for now in (LEAVES - 48 * HOUR, LEAVES + 48 * HOUR):
        assert refund_fen(2001, return_term(LEAVES, now, Why.BUS_CANCELLED)) == 2001


def test_a_late_flight_gives_a_free_change_even_after_the_bus_has_left() -> None:
    for now in (LEAVES - HOUR, LEAVES + 24 * HOUR):
        term = change_term(LEAVES, now, Why.FLIGHT_LATE, changes=5)
        assert term is not None
        assert (term.code, term.fee_pct) == ("flight_late", 0)
    over = change_term(LEAVES, LEAVES + 24 * HOUR + SECOND, Why.FLIGHT_LATE)
    assert over is not None
    assert over.fee_pct is None


def test_ones_own_wish_is_granted_once_and_before_departure() -> None:
    term = change_term(LEAVES, LEAVES)
    assert term is not None
    assert term.fee_pct == 0
    assert change_term(LEAVES, LEAVES - HOUR, changes=1) is None
    late = change_term(LEAVES, LEAVES + SECOND)
    assert late is not None
    assert late.fee_pct is None


def test_every_row_of_the_terms_says_why_in_both_languages() -> None:
    for term in (*RETURNS, *CHANGES):
        assert term.reason_zh.endswith("。")
        assert term.reason_en.endswith(".")
    for table in (RETURNS, CHANGES):
        notices = [term.notice for term in table]
        assert notices == sorted(notices, reverse=True), "the first row that fits is the best"


def test_sales_close_before_the_bus_leaves() -> None:
    close = timedelta(minutes=2)
    assert sales_open(LEAVES, LEAVES - close - SECOND, close)
    assert not sales_open(LEAVES, LEAVES - close, close)
