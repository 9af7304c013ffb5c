"""Prices and deals by time, barcodes, places where lists go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.shop.domain.barcodes import as_barcode, check_digit
from services.shop.domain.prices import Deal, Price, summary
from services.shop.errors import BadCursor
from services.shop.schemas.categories import CATEGORIES, LEAVES, within
from services.shop.usecases.paging import cursor_of, mark_of

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("at", "costs"),
    [(NOW - HOUR, 100), (NOW, 80), (NOW + HOUR - timedelta(microseconds=1), 80), (NOW + HOUR, 100)],
)
def test_a_deal_holds_from_its_first_instant_to_before_its_last(at: datetime, costs: int) -> None:
    assert Price(100, Deal(80, NOW, NOW + HOUR)).now_fen(at) == costs


def test_a_deal_without_an_end_holds_on() -> None:
    assert Price(100, Deal(80, NOW)).now_fen(NOW + 10_000 * HOUR) == 80


def test_a_deal_that_isnt_cheaper_is_none() -> None:
    assert Price(100, Deal(100, NOW)).deal_at(NOW) is None


def test_a_list_shows_the_lowest_price_and_what_it_was() -> None:
    sums = summary([Price(100), Price(150, Deal(90, NOW - HOUR, NOW + HOUR)), Price(300)], NOW)
    assert (sums.now_fen, sums.was_fen, sums.saved_fen, sums.many_prices, sums.variant_count) == (
        90,
        150,
        60,
        True,
        3,
    )
    assert sums.deal_until == sums.turns_at == NOW + HOUR


def test_a_deal_to_come_turns_the_price_when_it_begins() -> None:
    sums = summary([Price(100, Deal(80, NOW + HOUR, NOW + 2 * HOUR))], NOW)
    assert (sums.now_fen, sums.was_fen, sums.deal_until, sums.turns_at) == (100, None, None, NOW + HOUR)


def test_a_deal_that_is_over_turns_nothing_more() -> None:
    assert summary([Price(100, Deal(80, NOW - 2 * HOUR, NOW - HOUR))], NOW).turns_at is None


def test_nothing_offered_has_no_price() -> None:
    sums = summary([], NOW)
    assert (sums.now_fen, sums.variant_count, sums.turns_at) == (None, 0, None)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("4006381333931", "4006381333931"),
        ("96385074", "96385074"),
        ("036000291452", "0036000291452"),
        ("4006381333932", None),
        ("400638133393", None),
        ("", None),
        ("40063813339３1", None),
        ("400638133393a", None),
    ],
)
def test_a_slip_in_a_barcode_is_seen(text: str, kept: str | None) -> None:
    assert as_barcode(text) == kept


def test_every_wrong_digit_and_nearly_every_swap_is_seen() -> None:
    good = "400638133393" + check_digit("400638133393")
    wrong = {good[:at] + str(digit) + good[at + 1 :] for at in range(13) for digit in range(10)} - {good}
    assert not any(as_barcode(each) for each in wrong)


def test_a_category_leads_to_its_leaves() -> None:
    assert "tea" in within("specialties")
    assert within("tea") == ("tea",)
    assert within("nonsense") == ()
    assert {leaf for upper in CATEGORIES if upper not in LEAVES for leaf in within(upper)} == set(LEAVES)


def test_a_place_in_a_list_is_read_back() -> None:
    assert mark_of(cursor_of(12, "ab"), int) == (12, "ab")
    assert mark_of(None, int) is None


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "W10=",
        cursor_of("12", "ab"),
        cursor_of(True, "ab"),
        cursor_of(2**40, "a"),
        cursor_of(-1, "a"),
    ],
)
def test_a_place_of_another_list_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        mark_of(cursor, int)
