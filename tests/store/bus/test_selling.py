"""Searching and holding, over the fake and both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import case, func, select, update

from kernel.db import UnitOfWork
from kernel.errors import RequestReused
from services.bus import schemas, usecases
from services.bus.domain import Order
from services.bus.errors import (
    BadSearch,
    DepartureNotFound,
    NoTimetable,
    NotServed,
    OrderNotFound,
    SalesClosed,
    SoldOut,
    StopNotFound,
)
from services.bus.settings import BusSettings
from services.bus.store import BusStore
from services.bus.store.tables import ORDERS
from tests.fakes.uow import FakeUnitOfWork
from tests.unit.bus.examples import ARCHIVE, MONDAY, edited, local
from tests.unit.bus.selling import (
    CLOSED,
    DEPARTURE_ID,
    EARLY,
    HERE,
    SEATS,
    TIMETABLES,
    free,
    hold,
    imported,
    release,
    search,
    seats,
    state,
)


@pytest.fixture
def bus(uow: Any) -> Any:
    assert imported(uow).changed
    return uow


def end_holds(uow: Any) -> None:
    """As if a quarter of an hour had passed."""
    with uow.write() as tx:
        past = tx.now() - timedelta(seconds=1)
        if isinstance(uow, FakeUnitOfWork):
            sales = tx.store.sales.sales
            sales |= {
                id_: replace(sale, expires_at=past, look_at=sale.look_at and past)
                for id_, sale in sales.items()
            }
        else:
            over = {"expires_at": past, "look_at": case((ORDERS.c.look_at.is_not(None), past))}
            tx.connection.execute(update(ORDERS).values(over))


def test_without_a_timetable_nothing_is_sold(uow: Any) -> None:
    with pytest.raises(NoTimetable):
        hold(uow)
    with pytest.raises(NoTimetable):
        search(uow, from_stop="RAIL")
    with pytest.raises(NoTimetable):
        usecases.export_feed(uow)


def test_what_was_imported_is_exported_and_told_once(uow: Any) -> None:
    first = imported(uow)
    assert imported(uow) == usecases.Imported(first.version, False, (), ())
    assert usecases.export_feed(uow) == ARCHIVE
    broken = imported(uow, edited("agency.txt", lambda text: text.replace("Shanghai", "Changsha")))
    assert [problem.reason for problem in broken.problems] == ["unknown_zone"]
    assert usecases.export_feed(uow) == ARCHIVE, "a feed with a problem changes nothing"
    if isinstance(uow, FakeUnitOfWork):
        assert [(event.name, event.aggregate_version) for event in uow.events] == [("timetable_changed", 1)]


def test_another_timetable_holds_from_the_next_call_on(bus: Any) -> None:
    timetables = usecases.Timetables()
    assert len(usecases.list_lines(bus, timetables)["lines"]) == 6
    imported(bus, edited("translations.txt", lambda text: text.replace("Airport Bus 1", "Airport Express 1")))
    lines = usecases.list_lines(bus, timetables)["lines"]
    assert lines[0]["name"] == {"zh": "机场大巴1号线", "en": "Airport Express 1"}
    assert schemas.LinesSchema().validate({"lines": lines}) == {}


def test_the_nearest_stop_comes_first(bus: Any) -> None:
    request = schemas.ListStopsSchema().load({"latitude": 28.1960, "longitude": 113.0120})
    stops = usecases.list_stops(bus, usecases.Timetables(), request)
    assert schemas.StopsSchema().validate(stops) == {}
    (nearest, second, *_) = stops["stops"]
    assert (nearest["id"], second["id"]) == ("RAIL", "MINHANG")
    assert 150 < nearest["distance_m"] < 300
    assert nearest["line_ids"] == ["A1"]
    with pytest.raises(BadSearch):
        usecases.list_stops(bus, usecases.Timetables(), {"latitude": 1.0, "longitude": None})


def test_the_search_tells_times_prices_and_free_seats(bus: Any) -> None:
    hold(bus, "adult", "child")
    first, *rest = search(bus, local("09:00"), from_stop="XINGSHA", limit=2)
    assert (first["departure_id"], first["free"], first["on_sale"]) == (DEPARTURE_ID, SEATS - 2, True)
    assert first["boards"]["departs_at"] == "2026-11-23T01:30:00Z"
    assert first["leaves"]["name"] == {"zh": "长沙黄花机场T2航站楼", "en": "Changsha Airport Terminal 2"}
    assert first["prices"] == {"adult_fen": 1500, "child_fen": 750, "discount_fen": 750, "currency": "CNY"}
    assert [one["free"] for one in rest] == [SEATS]


def test_the_bus_for_a_flight_arrives_two_hours_before_it(bus: Any) -> None:
    found = search(bus, from_stop="WUYI", flight_departs_at=local("12:00").isoformat(), limit=3)
    assert [one["departure_id"][-4:] for one in found] == ["0800", "0830", "0900"]
    assert found[-1]["leaves"]["arrives_at"] == "2026-11-23T02:00:00Z"
    assert search(bus, local("10:30"), from_stop="WUYI", flight_departs_at=local("12:00").isoformat()) == []


def test_a_flight_is_offered_no_bus_that_is_there_four_hours_too_early(bus: Any) -> None:
    """Six hours before it, with the usual two: who is there then came the evening before, or for another flight."""
    for departs, hour in (("18:00", 4), ("15:00", 1)):
        found = search(bus, from_stop="WUYI", flight_departs_at=local(departs).isoformat(), limit=50)
        arrivals = [one["leaves"]["arrives_at"] for one in found]
        assert arrivals
        assert min(arrivals) >= f"2026-11-23T{hour:02}:00:00Z"
    wide = usecases.Here("CSX", BusSettings(before_flight_min=60))
    request = schemas.SearchSchema().load(
        {"from_stop": "WUYI", "flight_departs_at": local("12:00").isoformat()}
    )
    told = usecases.search_departures(bus, TIMETABLES, wide, request, EARLY)
    assert told["before_flight_min"] == 60
    assert told["departures"][-1]["leaves"]["arrives_at"] > "2026-11-23T02:00:00Z"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, BadSearch),
        ({"from_stop": "NOWHERE"}, StopNotFound),
        ({"from_stop": "RAIL", "after": "9999-12-31T23:59:59Z"}, BadSearch),
        ({"from_stop": "RAIL", "flight_departs_at": "0001-01-01T00:00:00Z"}, BadSearch),
    ],
)
def test_a_search_that_can_not_be_answered_is_refused(
    bus: Any, given: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        search(bus, **given)


def test_a_departure_tells_its_calls_and_terms(bus: Any) -> None:
    request = {"departure_id": "20261123-A1-in-0900", "from_stop": "RAIL", "to_stop": "CSX-T1"}
    answer = usecases.get_departure(bus, usecases.Timetables(), HERE, request, local("08:00"))
    assert schemas.DepartureSchema().validate(answer) == {}
    assert [call["stop_id"] for call in answer["calls"]] == ["RAIL", "MINHANG", "CSX-T2", "CSX-T1"]
    assert [(term["until_at"], term["fee_pct"]) for term in answer["returns"]] == [
        ("2026-11-22T01:17:00Z", 0),
        ("2026-11-22T23:17:00Z", 10),
        ("2026-11-23T01:17:00Z", 20),
        (None, None),
    ]


def test_a_hold_keeps_its_seats_for_a_quarter_of_an_hour_at_the_timetables_price(bus: Any) -> None:
    order = hold(bus, "adult", "child", "discount")
    assert (order["amount_fen"], order["currency"], order["state"]) == (3000, "CNY", "held")
    ride = order["ride"]
    assert (ride["from_stop"], ride["to_stop"]) == ("XINGSHA", "CSX-T2")
    assert ride["to_name"] == {"zh": "长沙黄花机场T2航站楼", "en": "Changsha Airport Terminal 2"}
    assert free(bus) == SEATS - 3
    assert state(bus, order["id"]) == "held"


def test_the_same_request_holds_once_and_another_under_its_id_is_refused(bus: Any) -> None:
    request_id = "request-1"
    first = hold(bus, request_id=request_id)
    assert hold(bus, request_id=request_id) == first
    assert free(bus) == SEATS - 1
    with pytest.raises(RequestReused):
        hold(bus, "adult", "adult", request_id=request_id)


def test_a_bus_is_full_when_its_last_seat_is_held(bus: Any) -> None:
    for _ in range(3):
        hold(bus, *["adult"] * 9)
    with pytest.raises(SoldOut) as refused:
        hold(bus, *["adult"] * 7)
    assert refused.value.data == {"free": 6}
    hold(bus, *["adult"] * 6)
    with pytest.raises(SoldOut):
        hold(bus)
    assert free(bus) == 0
    assert not search(bus, from_stop="XINGSHA", after=local("09:30").isoformat())[0]["on_sale"]


def test_released_seats_are_free_at_once_and_only_once(bus: Any) -> None:
    order = hold(bus, "adult", "adult")
    assert release(bus, order["id"])["state"] == "released"
    assert release(bus, order["id"])["state"] == "released"
    assert free(bus) == SEATS


def test_another_travellers_order_is_answered_as_none(bus: Any) -> None:
    order = hold(bus)
    with pytest.raises(OrderNotFound):
        state(bus, order["id"], "p2")
    with pytest.raises(OrderNotFound):
        release(bus, order["id"], "p2")
    assert free(bus) == SEATS - 1


def test_a_hold_that_is_over_is_lapsed_for_everybody_before_the_timer_comes_by(bus: Any) -> None:
    orders = [hold(bus, *["adult"] * 9) for _ in range(3)]
    end_holds(bus)
    assert {state(bus, order["id"]) for order in orders} == {"lapsed"}
    assert hold(bus, *["adult"] * 9)["state"] == "held"
    assert free(bus) == SEATS - 9
    assert release(bus, orders[0]["id"])["state"] == "lapsed"


def test_the_timer_frees_what_is_over_and_nothing_else(bus: Any) -> None:
    hold(bus, "adult", "adult")
    end_holds(bus)
    hold(bus)
    for _ in range(2):
        usecases.look_after_orders(bus, seats(), CLOSED)
    assert free(bus) == SEATS - 1


def test_sales_close_two_minutes_before_the_bus_leaves_the_buyers_stop(bus: Any) -> None:
    hold(bus, now=local("09:27"))
    for late in (local("09:28"), local("23:00"), local("10:00", MONDAY + timedelta(days=1))):
        with pytest.raises(SalesClosed):
            hold(bus, now=late)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"departure_id": "20261123-A4-in-0931"}, DepartureNotFound),
        ({"departure_id": "20251123-A4-in-0930"}, DepartureNotFound),
        ({"to_stop": "WUYI"}, NotServed),
        ({"from_stop": "CSX-T2", "to_stop": "XINGSHA"}, NotServed),
        ({"from_stop": "NOWHERE"}, StopNotFound),
    ],
)
def test_a_ride_that_does_not_exist_is_not_sold(
    bus: Any, changes: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        hold(bus, **changes)


class Failing(BusStore):
    """Fails after everything was written."""

    def add_order(self, order: Order, actor: str, reason: str) -> None:
        super().add_order(order, actor, reason)
        raise ZeroDivisionError


def test_a_hold_that_fails_at_its_end_leaves_nothing(real_uow: UnitOfWork[BusStore]) -> None:
    imported(real_uow)
    with pytest.raises(ZeroDivisionError):
        hold(UnitOfWork(real_uow.database, Failing), request_id="request-1")
    assert free(real_uow) == SEATS
    with real_uow.read() as tx:
        assert tx.inbox.answer_of("request-1") is None
        assert tx.connection.execute(select(func.count()).select_from(ORDERS)).scalar() == 0
    assert hold(real_uow, request_id="request-1")["state"] == "held"
