"""The rules of orders, as tables: promises at gates, duty free, parcels' moves, money, after-sales, tax numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.shop.domain import duty_free, numbers
from services.shop.domain.aftersales import judged
from services.shop.domain.flights import abroad, flight_of
from services.shop.domain.invoices import is_tax_number
from services.shop.domain.parcels import CODED, GIVEN_UP, MOVES, NEW, OPEN, Line
from services.shop.domain.promises import Spot, WhyNot, collecting, delivering, repromised
from services.shop.domain.walking import FIXED, SPEED_M_S, walk_m, walk_time
from services.shop.schemas.order_words import CaseReason, ParcelState

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
TEA = Spot(
    "tea",
    "CSX",
    "T2",
    airside=True,
    zones=frozenset({"domestic"}),
    near_gates=("34",),
    door_m=0,
    picking=timedelta(minutes=8),
    hours=((NOW - timedelta(hours=3), NOW + timedelta(hours=13)),),
)


def flight(**changes: Any) -> Any:
    document = {
        "id": "CZ3101-20261124-CSX-PEK",
        "version": 1,
        "number": "CZ3101",
        "direction": "departure",
        "board_at": "2026-11-24T04:30:00Z",
        "status": changes.pop("status", "scheduled"),
        "departure": {"airport": {"icao": "ZGHA"}, "scheduled_at": "2026-11-24T04:30:00Z"},
        "arrival": {"airport": {"icao": changes.pop("icao", "ZBAA")}},
        "milestones": changes.pop("milestones", {}),
    }
    return replace(flight_of(document), **{"gate": "34", "terminal": "T2", **changes})


# --- promises


@pytest.mark.parametrize(
    ("spot", "plane", "why"),
    [
        ({}, {}, None),
        ({}, {"gate": None}, None),
        ({"airside": False}, {}, WhyNot.LANDSIDE),
        ({"terminal": "T1"}, {}, WhyNot.OTHER_TERMINAL),
        ({}, {"icao": "RJAA"}, WhyNot.OTHER_ZONE),
        ({"zones": frozenset({"international"})}, {}, WhyNot.OTHER_ZONE),
        ({"hours": ()}, {}, WhyNot.CLOSED),
        ({}, {"gate": "77"}, WhyNot.GATE_UNKNOWN),
        ({}, {"status": "cancelled"}, WhyNot.FLIGHT_OVER),
        ({}, {"status": "departed"}, WhyNot.FLIGHT_OVER),
        ({}, {"status": "gate_closed"}, WhyNot.FLIGHT_OVER),
        ({}, {"departs_at": NOW + timedelta(hours=25)}, WhyNot.TOO_FAR_AHEAD),
        ({}, {"departs_at": NOW + timedelta(minutes=40)}, WhyNot.TOO_LATE),
        ({"picking": timedelta(minutes=140)}, {}, WhyNot.TOO_LATE),
    ],
)
def test_the_gate_is_offered_only_when_it_can_be_kept(
    spot: dict[str, Any], plane: dict[str, Any], why: WhyNot | None
) -> None:
    assert delivering(replace(TEA, **spot), flight(**plane), NOW).why_not is why


def test_without_a_flight_it_is_collected() -> None:
    assert delivering(TEA, None, NOW).why_not is WhyNot.NO_FLIGHT
    assert collecting(TEA, None, NOW).since == NOW + TEA.picking


def test_to_the_minute_there_is_time_and_then_there_is_not() -> None:
    there = TEA.picking + FIXED + timedelta(minutes=8)
    last = NOW + there + timedelta(minutes=10 + 15)
    assert delivering(TEA, flight(departs_at=last), NOW).offered
    assert not delivering(TEA, flight(departs_at=last - timedelta(seconds=1)), NOW).offered


def test_what_is_packed_needs_no_picking() -> None:
    soon = flight(departs_at=NOW + timedelta(minutes=38))
    assert not repromised(TEA, soon, NOW, packed=False).offered
    assert repromised(TEA, soon, NOW, packed=True).offered


def test_a_shop_that_opens_later_promises_later() -> None:
    opens = NOW + timedelta(minutes=30)
    offer = delivering(replace(TEA, hours=((opens, opens + timedelta(hours=2)),)), flight(), NOW)
    assert offer.since is not None
    assert offer.since >= opens + TEA.picking


@given(st.integers(0, 1440), st.sampled_from(["20", "29", "30", "41", "42", "51", None]))
def test_whatever_is_promised_is_there_before_boarding_ends(minutes: int, gate: str | None) -> None:
    plane = flight(departs_at=NOW + timedelta(minutes=minutes), gate=gate)
    offer = delivering(TEA, plane, NOW)
    if offer.offered:
        assert offer.since is not None
        assert offer.until is not None
        assert NOW < offer.since <= offer.until <= plane.boarding_ends_at - timedelta(minutes=10)


def test_boarding_is_as_told_or_by_the_rule() -> None:
    assert flight().boards_at == flight().departs_at - timedelta(minutes=40)
    assert flight(icao="RJAA").boards_at == flight().departs_at - timedelta(minutes=50)
    told = {
        "boarding_start": {"scheduled_at": "2026-11-24T03:00:00Z", "estimated_at": "2026-11-24T03:10:00Z"}
    }
    assert flight(milestones=told).boards_at == datetime(2026, 11, 24, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "other", "border"),
    [
        ("ZGHA", "ZBAA", False),
        ("ZGHA", "VHHH", True),
        ("ZGHA", "RCTP", True),
        ("ZGHA", "ZMCK", True),
        ("ZGHA", None, False),
    ],
)
def test_where_a_border_lies(one: str, other: str | None, border: bool) -> None:
    assert abroad(one, other) is border


def test_ways_between_gates() -> None:
    assert walk_m("CSX", "T2", (("34",), 0), "34") == 0
    assert walk_m("CSX", "T2", (("T2-GATE-34",), 20), "A36") == 80
    assert walk_m("CSX", "T2", (("20", "42"), 0), "43") == 45
    assert walk_m("CSX", "T2", (("34",), 0), None) >= walk_m("CSX", "T2", (("34",), 0), "20")
    assert walk_time(1100) == FIXED + timedelta(seconds=1100 / SPEED_M_S)
    assert walk_m("EWR", "A", ((), 30), "A12") == 930


# --- duty free


@pytest.mark.parametrize(
    ("plane", "why"),
    [
        (None, duty_free.Barred.NO_FLIGHT),
        ({}, duty_free.Barred.DOMESTIC),
        ({"icao": "VHHH"}, None),
        ({"icao": "RJAA", "departs_at": NOW + timedelta(hours=25)}, duty_free.Barred.TOO_EARLY),
        ({"icao": "RJAA", "status": "departed"}, duty_free.Barred.OVER),
    ],
)
def test_duty_free_is_for_who_leaves_the_country_today(
    plane: dict[str, Any] | None, why: duty_free.Barred | None
) -> None:
    assert duty_free.barred(None if plane is None else flight(**plane), NOW) is why


def test_so_much_and_no_more_for_a_person() -> None:
    gin = duty_free.Piece("gin", "alcohol", duty_free=True, liquid_ml=750, quantity=2)
    assert duty_free.over_allowance([gin]) == []
    more = replace(gin, variant_id="rum", quantity=1)
    assert [each.kind for each in duty_free.over_allowance([gin, more])] == ["alcohol"]
    paid = replace(more, duty_free=False)
    assert duty_free.over_allowance([gin, paid]) == []


# --- parcels


def test_every_state_is_reached_and_nothing_leads_out_of_an_end() -> None:
    reached, found = {NEW}, True
    while found:
        found = {str(after) for before, after in MOVES if before in reached} - reached
        reached |= found
    assert reached == {NEW, *(each.value for each in ParcelState)}
    leads_on = {before for before, _ in MOVES}
    assert {each for each in ParcelState if each.value not in leads_on} == {
        ParcelState.HANDED_OVER,
        *GIVEN_UP,
    }
    assert CODED == OPEN


@given(st.integers(1, 20), st.integers(0, 100_000), st.data())
def test_however_pieces_come_back_all_of_them_make_what_was_paid(
    quantity: int, unit_fen: int, data: st.DataObject
) -> None:
    discount_fen = data.draw(st.integers(0, quantity * unit_fen))
    line = Line("l", "p", 1, "v", "pr", quantity, unit_fen, discount_fen, False, "goods", "tea", False, {})
    paid = 0
    while line.left:
        pieces = data.draw(st.integers(1, line.left))
        worth = line.worth_fen(pieces)
        assert 0 <= worth <= pieces * unit_fen
        paid += worth
        if data.draw(st.booleans()):
            line = replace(line, missing=line.missing + pieces)
        else:
            line = replace(line, returned=line.returned + pieces)
    assert paid == line.paid_fen


# --- after-sales


def _bought(kind: str, *, perishable: bool = False, duty: bool = False) -> Line:
    return Line("l", "p", 1, "v", "pr", 1, 100, 0, duty, kind, "tea", perishable, {})


@pytest.mark.parametrize(
    ("line", "reason", "after", "allowed"),
    [
        (_bought("electronics"), CaseReason.CHANGED_MIND, timedelta(days=6), True),
        (_bought("electronics"), CaseReason.CHANGED_MIND, timedelta(days=8), False),
        (_bought("electronics", duty=True), CaseReason.CHANGED_MIND, timedelta(hours=1), False),
        (_bought("food"), CaseReason.CHANGED_MIND, timedelta(hours=1), False),
        (_bought("food"), CaseReason.DAMAGED, timedelta(days=29), True),
        (_bought("food", perishable=True), CaseReason.DAMAGED, timedelta(hours=25), False),
        (_bought("cosmetics", duty=True), CaseReason.WRONG_ITEM, timedelta(days=2), True),
    ],
)
def test_what_may_come_back(line: Line, reason: CaseReason, after: timedelta, allowed: bool) -> None:
    assert judged(line, reason, NOW, NOW + after).allowed is allowed
    assert not judged(line, reason, None, NOW).allowed


# --- numbers


@pytest.mark.parametrize(
    ("number", "fits"),
    [
        ("91350100M000100Y43", True),  # the standard's own example
        ("91350100m000100y43", True),
        ("91350100M000100Y44", False),
        ("91350100M000100Y34", False),
        ("91350100M000100Y4", False),
        ("91350100I000100Y43", False),
    ],
)
def test_tax_numbers_have_a_check_character(number: str, fits: bool) -> None:
    assert is_tax_number(number) is fits


def test_numbers_and_codes_are_found_however_they_are_typed() -> None:
    number = numbers.new_number(numbers.PARCEL)
    assert numbers.as_number(number.lower().replace("-", " "), numbers.PARCEL) == number
    assert numbers.as_number(number[2:], numbers.PARCEL) == number
    code = numbers.new_code()
    assert numbers.as_code(f" {code[:4]}-{code[4:].lower()} ") == code
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    assert numbers.as_code(wrong) is None
