"""The rules of what happens after the ticket."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.bus.domain import BookedRide, BusTicket, Why
from services.bus.domain.boarding import Scan, fresh_ticket_id, refusal, second_showing, short_code, typed
from services.bus.domain.changes import (
    Bound,
    FlightNow,
    allowed_term,
    check_target,
    delay_step,
    flight_now,
    price_after,
    roll_window,
    rolls,
)
from services.bus.errors import ChangedBefore, ChangeTooLate, NotChangeable, OtherFare, SameDeparture
from services.bus.schemas import Rider, ScanResult, TicketState
from tests.unit.bus.examples import local

MINUTE = timedelta(minutes=1)
NOON = local("12:00")
RIDE = BookedRide("d1", "XINGSHA", "CSX-T2", local("09:30"), local("10:00"), {})
TICKET = BusTicket("1" * 32, "o1", 1, Rider.ADULT, 1500, RIDE, "BUS1:", local("08:00"))
SCAN = Scan("scan-0001", "d1", "phone-1", "staff:li", NOON)


def out(late_min: int) -> FlightNow:
    """A flight that departs at noon, so much later."""
    return FlightNow("f1", 1, True, NOON, NOON + late_min * MINUTE)


def landing(late_min: int) -> FlightNow:
    """A flight that lands at 08:45, so much later."""
    return FlightNow("f2", 1, False, local("08:45"), local("08:45") + late_min * MINUTE)


@given(st.binary(min_size=16, max_size=16))
def test_a_short_code_is_read_back_however_it_is_written(raw: bytes) -> None:
    code = short_code(raw.hex())
    assert len(code) == 6
    for written in (code, code.lower(), f" {code[:3]} {code[3:]}", f"{code[:2]}-{code[2:]}"):
        meant = typed(written)
        assert meant is not None
        assert meant.short == code
    misread = typed(code.replace("1", "I").replace("0", "O"))
    assert misread is not None
    assert misread.short == code


@given(st.text(alphabet=string.printable, max_size=40))
def test_whatever_is_typed_is_a_code_an_id_or_nothing(text: str) -> None:
    meant = typed(text)
    assert meant is None or (meant.short is None) != (meant.ticket_id is None)


def test_an_id_whose_short_code_is_taken_is_thrown_away() -> None:
    ids = [f"{number:032x}" for number in range(3)]
    made = iter(ids)
    assert fresh_ticket_id({short_code(ids[0]), short_code(ids[1])}, lambda: next(made)) == ids[2]


@pytest.mark.parametrize(
    ("state", "departure", "result"),
    [
        (TicketState.VALID, "d1", None),
        (TicketState.BOARDED, "d1", None),
        (TicketState.VALID, "d2", ScanResult.OTHER_DEPARTURE),
        (TicketState.CHANGED, "d2", ScanResult.REVOKED),
        (TicketState.RETURNED, "d1", ScanResult.REVOKED),
        (TicketState.CANCELLED, "d1", ScanResult.REVOKED),
    ],
)
def test_what_is_good_no_more_is_refused_whatever_its_bus(
    state: TicketState, departure: str, result: ScanResult | None
) -> None:
    assert refusal(state, departure, "d1") is result


@pytest.mark.parametrize(
    ("age_s", "ticked_by", "result"),
    [
        (30, "phone-2", ScanResult.ALREADY_BOARDED),
        (31, "phone-2", ScanResult.COPY),
        (3600, "phone-1", ScanResult.ALREADY_BOARDED),
        (-60, "phone-2", ScanResult.ALREADY_BOARDED),
    ],
)
def test_a_copy_is_what_another_device_let_on_without_a_network(
    age_s: int, ticked_by: str, result: ScanResult
) -> None:
    assert second_showing(SCAN, ticked_by, NOON + timedelta(seconds=age_s)) is result


@pytest.mark.parametrize(
    ("late_min", "step"),
    [(-30, 0), (14, 0), (15, 1), (29, 1), (30, 2), (60, 3), (90, 4), (720, 10), (5000, 10)],
)
def test_a_delay_is_told_by_steps(late_min: int, step: int) -> None:
    assert delay_step(late_min * MINUTE) == step


def test_a_departing_flight_is_late_against_the_time_it_was_bought_for() -> None:
    assert rolls(RIDE, Bound(out(15)))
    assert not rolls(RIDE, Bound(out(14)))
    assert not rolls(RIDE, Bound(out(30), NOON + 30 * MINUTE))
    assert rolls(RIDE, Bound(out(45), NOON + 30 * MINUTE))
    assert not rolls(RIDE, None)


def test_who_lands_late_is_free_to_roll_when_the_bus_leaves_within_half_an_hour() -> None:
    assert not rolls(RIDE, Bound(landing(15))), "there is half an hour still"
    assert rolls(RIDE, Bound(landing(16)))
    early = replace(RIDE, departs_at=local("08:50"))
    assert not rolls(early, Bound(landing(14))), "too near, and bought so"


def test_the_fitting_bus_is_later_than_the_missed_one_and_in_time() -> None:
    earliest, latest = roll_window(RIDE, Bound(out(90)), 120 * MINUTE)
    assert (RIDE.departs_at < earliest, latest) == (True, local("11:30"))
    assert roll_window(RIDE, Bound(out(60 * 48)), 120 * MINUTE)[1] == RIDE.arrives_at + timedelta(hours=24)
    assert roll_window(RIDE, Bound(landing(60)), 120 * MINUTE)[0] == local("10:15")


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(Why))
def test_no_change_takes_more_or_keeps_more_than_the_ride_costs(paid: int, new: int, why: Why) -> None:
    if why is Why.OWN_WISH and paid != new:
        with pytest.raises(OtherFare):
            price_after(paid, new, why)
        return
    cost, back = price_after(paid, new, why)
    assert cost + back == paid
    assert cost == min(paid, new)


def test_tickets_are_changed_together_by_the_least_of_their_rights() -> None:
    early = local("08:00")
    again = replace(TICKET, id="2" * 32, changes=1)
    assert allowed_term([TICKET], [Why.OWN_WISH], early)[0] is Why.OWN_WISH
    with pytest.raises(ChangedBefore):
        allowed_term([TICKET, again], [Why.FLIGHT_LATE, Why.OWN_WISH], early)
    assert allowed_term([TICKET, again], [Why.FLIGHT_LATE, Why.BUS_CANCELLED], early)[0] is Why.FLIGHT_LATE
    elsewhere = replace(TICKET, ride=replace(RIDE, departure_id="d2"))
    used = replace(TICKET, state=TicketState.BOARDED, boarded_at=early, boarded_by="staff:li")
    for tickets in ([], [TICKET, elsewhere], [used]):
        with pytest.raises(NotChangeable):
            allowed_term(tickets, [Why.BUS_CANCELLED] * len(tickets), early)


def test_a_roll_ends_a_day_after_the_bus_that_was_missed() -> None:
    missed = RIDE.departs_at
    day = timedelta(hours=24)
    assert allowed_term([TICKET], [Why.FLIGHT_LATE], missed + day)[1].code == "flight_late"
    with pytest.raises(ChangeTooLate):
        allowed_term([TICKET], [Why.FLIGHT_LATE], missed + day + MINUTE)
    check_target(RIDE, "d2", missed + day, Why.FLIGHT_LATE)
    with pytest.raises(ChangeTooLate):
        check_target(RIDE, "d2", missed + day + MINUTE, Why.FLIGHT_LATE)
    with pytest.raises(SameDeparture):
        check_target(RIDE, "d1", missed, Why.BUS_CANCELLED)


def test_a_flight_is_read_as_its_event_tells_it() -> None:
    document = {
        "id": "f1",
        "version": 3,
        "direction": "arrival",
        "status": "landed",
        "board_at": "2026-11-23T00:45:00Z",
        "departure": {"scheduled_at": None},
        "arrival": {"actual_at": "2026-11-23T01:00:00Z", "estimated_at": "2026-11-23T00:50:00Z"},
    }
    assert flight_now(document) == FlightNow("f1", 3, False, local("08:45"), local("09:00"))
    assert flight_now(document | {"status": "cancelled"}).best_at == local("08:45")
