"""The feed of lists, before a gateway that answers as it likes."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest

from deploy.demo.lists import EQUIPMENT_AHEAD, ListFeed, items_of, version_at
from deploy.demo.partner_client import Credentials, NotAccepted, PartnerClient
from deploy.demo.travellers.departures import Departure
from deploy.demo.travellers.roll import roll_of
from services.checkin.teletype import messages
from tests.unit.demo.examples import DAY, HERE, departures

MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
"""09:00 in Changsha."""


class Gateway(PartnerClient):
    """Notes what is sent. booked: how many travellers it knows, by flight; missing: flights that it doesn't know."""

    def __init__(self) -> None:
        super().__init__(Credentials("http://gateway.test", "demo", "secret", "key"))
        self.sent: list[tuple[str, str]] = []
        self.updates: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.booked: dict[str, int] = {}
        self.missing: set[str] = set()
        self.refusal: int | None = None

    def send(self, updates: Any) -> Any:
        self.updates += updates

    def exchange(self, method: str, path: str, body: bytes = b"", media_type: str = "") -> dict[str, Any]:
        flight_id = path.removeprefix("/partner/v1/flights/").partition("/")[0]
        if flight_id in self.missing:
            raise NotAccepted(404, "{}")
        if method == "GET":
            return {"counts": {"booked": self.booked.get(flight_id, 0)}}
        if self.refusal:
            raise NotAccepted(self.refusal, "{}")
        self.sent.append((method, path))
        self.bodies.append(body)
        return {"outcome": "applied", "refused": []}


def feed_of(gateway: Gateway, leaving: list[Departure]) -> ListFeed:
    def of_day(day: date) -> list[Departure]:
        return leaving if day == DAY else []

    return ListFeed(of_day, HERE.zoneinfo, gateway, threading.Event())


def some(count: int = 4) -> list[Departure]:
    """Departures around nine in the morning and later: two have gone."""
    gone = [one for one in departures() if one.departs_at < MORNING][-2:]
    ahead = [one for one in departures() if one.departs_at > MORNING + timedelta(hours=8)][: count - 2]
    return [*gone, *ahead]


def test_the_next_to_leave_comes_first_and_those_that_have_gone_last() -> None:
    gateway, leaving = Gateway(), some()
    feed = feed_of(gateway, leaving)
    while feed.send_next(MORNING):
        pass
    aircraft = [path.split("/")[4] for _, path in gateway.sent if path.endswith("/configuration")]
    gone, ahead = [one.flight_id for one in leaving[:2]], [one.flight_id for one in leaving[2:]]
    assert [flight for flight in aircraft if flight in ahead] == ahead
    assert aircraft[-1] in gone
    assert set(gone) <= set(aircraft)


def test_each_list_follows_its_aircraft_and_is_sent_once() -> None:
    gateway, leaving = Gateway(), some()
    feed = feed_of(gateway, leaving)
    while feed.send_next(MORNING):
        pass
    lists = [path for _, path in gateway.sent if path.endswith(("/passengers", "/teletype"))]
    assert len(lists) >= len(leaving)
    assert gateway.sent[0][1].endswith("/configuration")
    assert gateway.sent[1][1].endswith(("/passengers", "/teletype"))
    assert not feed.send_next(MORNING)


def test_what_the_gateway_has_is_not_sent_again_after_a_restart() -> None:
    gateway, leaving = Gateway(), some()
    gateway.booked = {one.flight_id: 150 for one in leaving}
    feed = feed_of(gateway, leaving[2:])
    while feed.send_next(MORNING):
        pass
    assert gateway.sent == []


def test_a_flight_that_nobody_knows_yet_holds_up_no_other() -> None:
    gateway, leaving = Gateway(), some()
    unknown, known = leaving[2], leaving[3]
    gateway.missing = {unknown.flight_id}
    feed = feed_of(gateway, [unknown, known])
    while feed.send_next(MORNING):
        pass
    assert {path.split("/")[4] for _, path in gateway.sent if "configuration" in path} == {known.flight_id}


def test_a_refused_list_is_given_up_and_refused_credentials_end_the_feed() -> None:
    gateway = Gateway()
    gateway.refusal = 422
    feed = feed_of(gateway, some()[2:])
    while feed.send_next(MORNING):
        pass
    assert gateway.sent == []
    gateway.refusal = 403
    with pytest.raises(NotAccepted):
        feed_of(gateway, some()[2:]).send_next(MORNING)


def test_no_list_is_sent_before_its_time() -> None:
    gateway, leaving = Gateway(), some()
    feed = feed_of(gateway, leaving)
    assert not feed.send_next(leaving[0].departs_at - timedelta(hours=51))


def test_one_departure_a_day_gets_another_aircraft_which_flights_and_check_in_hear_of() -> None:
    (item,) = (item for item in items_of(departures(), DAY) if item.what == "equipment")
    gateway = Gateway()
    gateway.booked = {item.departure.flight_id: 150}
    feed = feed_of(gateway, [item.departure])
    at = item.departure.departs_at - EQUIPMENT_AHEAD
    while feed.send_next(at):
        pass
    (update,) = gateway.updates
    spec = orjson.loads(
        next(b for (_, p), b in zip(gateway.sent, gateway.bodies, strict=True) if p.endswith("configuration"))
    )
    assert update["aircraft"]["type"] != item.departure.aircraft_code
    assert spec["aircraft"] != item.departure.aircraft.name
    assert (
        spec["version"] == version_at(item.at) > version_at(item.departure.departs_at - timedelta(hours=50))
    )


def test_teletype_goes_out_a_part_at_a_time() -> None:

    gateway = Gateway()
    teletype = next(
        one
        for one in departures()
        if one.departs_at > MORNING + timedelta(hours=8) and roll_of(one).as_teletype
    )
    feed = feed_of(gateway, [teletype])
    while feed.send_next(MORNING):
        pass
    parts = [
        body
        for (_, path), body in zip(gateway.sent, gateway.bodies, strict=True)
        if path.endswith("teletype")
    ]
    assert len(parts) == len(roll_of(teletype).texts()) > 1
    assert all(len(messages(part.decode())) == 1 for part in parts)


def test_versions_grow_with_every_second() -> None:
    instants = [MORNING + timedelta(seconds=seconds) for seconds in (0, 1, 59, 60, 61, 86400)]
    versions = [version_at(at) for at in instants]
    assert versions == sorted(set(versions))
    assert max(versions) < 2**31
