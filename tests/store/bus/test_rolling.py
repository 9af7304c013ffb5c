"""Late flights and buses that leave soon, over the fake and both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.bus import usecases
from services.bus.errors import ChangedBefore, ChangeTooLate
from tests.unit.bus.after import (
    NEXT,
    TILL,
    board,
    cancel,
    change,
    changes,
    scan,
    sold,
    tickets,
    told,
)
from tests.unit.bus.examples import local
from tests.unit.bus.selling import DEPARTURE_ID, EARLY, HERE, SEATS, TIMETABLES, give_back, shown

FLIGHT = "CZ3101-20261123-CSX-PEK"
LANDS = "CZ3102-20261123-PEK-CSX"
NOON = local("12:00")
MINUTE = timedelta(minutes=1)
OUT = "20261123-A4-out-0930"
FROM_AIRPORT = {"departure_id": OUT, "from_stop": "CSX-T2", "to_stop": "XINGSHA"}
_versions = iter(range(1, 1000))


def flight(late_min: int, version: int | None = None, status: str = "delayed") -> dict[str, Any]:
    """CZ3101 at noon, so much later."""
    at = {"scheduled_at": NOON.isoformat(), "estimated_at": (NOON + late_min * MINUTE).isoformat()}
    return {
        "id": FLIGHT,
        "version": version or next(_versions),
        "direction": "departure",
        "status": status,
        "board_at": NOON.isoformat(),
        "departure": at,
        "arrival": {"scheduled_at": local("14:00").isoformat()},
    }


def landing(late_min: int) -> dict[str, Any]:
    """CZ3102 lands at 08:45, so much later."""
    scheduled = local("08:45")
    at = {
        "scheduled_at": scheduled.isoformat(),
        "estimated_at": (scheduled + late_min * MINUTE).isoformat(),
    }
    return flight(0) | {
        "id": LANDS,
        "direction": "arrival",
        "board_at": at["scheduled_at"],
        "arrival": at,
    }


def hear(uow: Any, document: dict[str, Any], now: datetime = EARLY) -> int:
    return usecases.hear_flight(uow, TIMETABLES, HERE, document, now)


def bound(uow: Any, flight_id: str = FLIGHT, **more: Any) -> tuple[str, list[Any]]:
    """An order whose bus is to meet a flight."""
    return sold(uow, flight_id=flight_id, **more)


def test_only_a_flight_that_an_order_is_to_meet_concerns_the_buses(uow: Any) -> None:
    change = {"data": {"flight": flight(90)}}
    assert not usecases.concerns(uow, change)
    bound(uow)
    assert usecases.concerns(uow, change)
    with uow.look_up() as store:
        assert store.bound_among([FLIGHT, "none"]) == {FLIGHT}


def test_a_late_flight_makes_the_change_free_and_offers_the_last_bus_in_time(uow: Any) -> None:
    order_id, (ticket,) = bound(uow)
    assert hear(uow, flight(90)) == 1
    (event,) = told(uow, "roll_offered")
    assert (event["flight_id"], event["ride"]["departure_id"]) == (FLIGHT, DEPARTURE_ID)
    assert event["next"]["departure_id"] == NEXT, "at the airport by half past eleven"
    order = shown(uow, order_id)
    assert (order["can_change"], order["change_reason"]) == (True, "flight_late")
    change(uow, order_id, [ticket.id])
    (event,) = told(uow, "tickets_changed")
    assert event["why"] == "flight_late"
    assert tickets(uow, order_id)[0].changes == 0, "one's own change is still to be had"


def missing(uow: Any, order_id: str, ids: list[str]) -> dict[str, bool]:
    """Of each bus that one may change to, by when it arrives: whether it misses the flight."""
    found = changes(uow, order_id, ids)["departures"]
    return {one["leaves"]["arrives_at"]: one["misses_flight"] for one in found}


def test_a_bus_that_is_too_late_for_the_flight_is_offered_and_said_to_be(uow: Any) -> None:
    order_id, (ticket,) = bound(uow, flight_departs_at=NOON.isoformat())
    known = missing(uow, order_id, [ticket.id])
    assert set(known.values()) == {False, True}
    assert known == {arrives: arrives > "2026-11-23T02:00:00Z" for arrives in known}, "two hours before noon"
    hear(uow, flight(90))
    later = missing(uow, order_id, [ticket.id])
    assert later == {arrives: arrives > "2026-11-23T03:30:00Z" for arrives in later}, "and as it is known now"


def test_who_lands_is_told_which_bus_leaves_too_early(uow: Any) -> None:
    order_id, (ticket,) = bound(uow, LANDS, **FROM_AIRPORT, flight_departs_at=local("10:00").isoformat())
    found = changes(uow, order_id, [ticket.id])["departures"]
    told_ = {one["boards"]["departs_at"]: one["misses_flight"] for one in found}
    assert set(told_.values()) == {False, True}
    assert told_ == {leaves: leaves < "2026-11-23T02:30:00Z" for leaves in told_}, (
        "half an hour after landing"
    )


def test_without_a_flight_no_bus_misses_one(uow: Any) -> None:
    order_id, (ticket,) = sold(uow)
    assert set(missing(uow, order_id, [ticket.id]).values()) == {False}


def test_each_step_of_the_delay_is_told_once(uow: Any) -> None:
    bound(uow)
    assert [hear(uow, flight(late)) for late in (10, 75, 80, 89, 90, 91, 75, 119)] == [0, 1, 0, 0, 1, 0, 0, 0]
    assert hear(uow, flight(120)) == 1
    assert len(told(uow, "roll_offered")) == 3


def test_an_event_that_comes_again_or_late_tells_nothing(uow: Any) -> None:
    bound(uow)
    newest = flight(90, version=2000)
    assert [hear(uow, newest), hear(uow, newest), hear(uow, flight(300, version=1999))] == [1, 0, 0]


def test_being_early_is_no_news_when_no_later_bus_fits(uow: Any) -> None:
    order_id, _ = bound(uow)
    assert hear(uow, flight(30)) == 0
    assert shown(uow, order_id)["change_reason"] == "flight_late", "the change is free all the same"


def test_a_flight_that_nobody_is_to_meet_is_left_alone(uow: Any) -> None:
    sold(uow)
    assert hear(uow, flight(90)) == 0
    with uow.read() as tx:
        assert tx.store.flights([FLIGHT]) == {}


def test_a_cancelled_flight_is_not_a_late_one(uow: Any) -> None:
    order_id, _ = bound(uow)
    assert hear(uow, flight(90, status="cancelled")) == 0
    assert shown(uow, order_id)["change_reason"] == "own_wish"


def test_who_bought_for_the_delayed_time_is_not_offered_the_same_delay(uow: Any) -> None:
    bound(uow, flight_departs_at=(NOON + 90 * MINUTE).isoformat())
    assert hear(uow, flight(90)) == 0
    assert hear(uow, flight(180)) == 1


def test_who_lands_late_takes_the_next_bus(uow: Any) -> None:
    order_id, (ticket,) = bound(uow, LANDS, **FROM_AIRPORT)
    assert hear(uow, landing(15)) == 0, "the bus leaves half an hour after landing still"
    assert shown(uow, order_id)["change_reason"] == "own_wish"
    assert hear(uow, landing(60)) == 1
    (event,) = told(uow, "roll_offered")
    assert event["next"]["departure_id"] == "20261123-A4-out-1030"
    change(uow, order_id, [ticket.id], "20261123-A4-out-1030", local("09:50"))
    assert shown(uow, order_id)["change_reason"] == "own_wish", "this one waits for the flight"


def test_who_lands_when_all_buses_are_gone_is_told_so(uow: Any) -> None:
    bound(uow, LANDS, **FROM_AIRPORT)
    assert hear(uow, landing(60 * 24 + 120)) == 1
    assert told(uow, "roll_offered")[0]["next"] is None


def test_a_full_bus_is_not_offered(uow: Any) -> None:
    bound(uow)
    for size in (9, 9, 9, SEATS - 27):
        sold(uow, *["adult"] * size, departure_id=NEXT)
    assert hear(uow, flight(150)) == 1
    assert told(uow, "roll_offered")[0]["next"]["departure_id"] == "20261123-A4-in-1130"
    assert hear(uow, flight(95)) == 0


def test_a_roll_goes_on_after_the_bus_has_left_for_a_day_and_however_often(uow: Any) -> None:
    order_id, (ticket,) = bound(uow)
    change(uow, order_id, [ticket.id])
    hear(uow, flight(150))
    (second,) = tickets(uow, order_id)
    now = local("11:00")
    assert changes(uow, order_id, [second.id], now)["why"] == "flight_late"
    change(uow, order_id, [second.id], "20261123-A4-in-1130", now)
    (third,) = tickets(uow, order_id)
    with pytest.raises(ChangeTooLate):
        change(uow, order_id, [third.id], "20261124-A4-in-1230", now)
    hear(uow, flight(0))
    with pytest.raises(ChangedBefore):
        change(uow, order_id, [third.id], "20261123-A4-in-1230", now)


def remind(uow: Any, now: datetime) -> int:
    return usecases.remind_of_departures(uow, HERE, now)


def test_travellers_are_reminded_once_an_hour_before_they_leave(uow: Any) -> None:
    order_id, _ = sold(uow, "adult", "child")
    assert remind(uow, local("08:29")) == 0
    assert remind(uow, local("08:30")) == 1
    assert [remind(uow, local(at)) for at in ("08:30", "09:00", "09:29")] == [0, 0, 0]
    (event,) = told(uow, "departs_soon")
    assert (event["order_id"], event["seats"], event["ride"]["departure_id"]) == (order_id, 2, DEPARTURE_ID)


def test_a_reminder_that_an_outage_delayed_is_sent_as_long_as_the_bus_is_there(uow: Any) -> None:
    sold(uow)
    assert remind(uow, local("09:30")) == 0
    assert remind(uow, local("09:29")) == 1


def test_nobody_is_reminded_of_a_bus_they_do_not_take(uow: Any) -> None:
    returned_id, (returned,) = sold(uow)
    give_back(uow, TILL, returned_id, [returned.id])
    _, (aboard,) = sold(uow)
    board(uow, scan(aboard))
    assert remind(uow, local("08:45")) == 0


def test_who_changed_after_the_reminder_is_reminded_of_the_other_bus(uow: Any) -> None:
    order_id, (ticket,) = sold(uow)
    remind(uow, local("08:45"))
    change(uow, order_id, [ticket.id], now=local("08:50"))
    assert remind(uow, local("09:35")) == 1
    assert [each["ride"]["departure_id"] for each in told(uow, "departs_soon")] == [DEPARTURE_ID, NEXT]


def test_nobody_is_reminded_of_a_bus_that_was_cancelled(uow: Any) -> None:
    sold(uow)
    cancel(uow)
    assert remind(uow, local("08:45")) == 0


def test_marks_of_days_gone_by_are_forgotten_and_versions_go_on(uow: Any) -> None:
    _, (ticket,) = sold(uow)
    board(uow, scan(ticket))
    with uow.read() as tx:
        ((version, _),), _ = tx.store.marks_since(0, EARLY, 10)
    assert usecases.forget_after(uow, HERE, EARLY + timedelta(days=2)) == 0
    assert usecases.forget_after(uow, HERE, EARLY + timedelta(days=4)) == 1
    _, (other,) = sold(uow)
    board(uow, scan(other))
    with uow.read() as tx:
        ((newer, _),), _ = tx.store.marks_since(0, EARLY, 10)
    assert newer > version
