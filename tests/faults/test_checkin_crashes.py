"""kill -9 of check-in while another aircraft seats everybody anew and while a list is taken in, on both databases.

Nobody is dropped in silence: everybody who had a seat has one, or was told that there is none. And what a crash leaves behind,
in files, logs, queues and parked messages, holds no document number.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from sqlalchemy import text

from deploy.broker import Broker
from kernel import clock, migrate
from kernel.db import Database
from kernel.ids import new_id
from kernel.sealing import seal
from tests.faults.mortal import Mortal
from tests.messaging.calls.harness import eventually
from tests.support.databases import Postgres
from tests.support.folders import temporary_folder
from tests.support.partner import departure_update
from tests.support.stack import Stack
from tests.unit.checkin.examples import GOODS, aircraft, booking, person

pytestmark = pytest.mark.timeout(600)
AIRLINE = {"client_id": "cz", "airlines": ["CZ"]}
DEPARTS_AT = clock.now().replace(microsecond=0) + timedelta(hours=2)
LATE = timedelta(minutes=50)
SEATS = 18
PEOPLE = 16
PLANTED = [f"E8{number:07d}" for number in range(4_206_001, 4_206_041)]
# In the transaction that seats everybody: before the first write, before travellers stand up, before the events, around the end.
FATAL = (
    "before INSERT INTO configurations",
    "before UPDATE travellers SET",
    "before INSERT INTO outbox",
    "before commit",
)


class Airline:
    """Somebody who pushes lists and aircraft at services that die."""

    def __init__(self, services: Mortal, url: str) -> None:
        self.services = services
        self._database = Database(url)
        self._key = ""

    def close(self) -> None:
        self._database.close()

    def call(self, method: str, service: str = "checkin", **request: Any) -> Any:
        return self.services.call(service, method, **request)

    def flight(self, number: int) -> str:
        return str(self.reports(number)["results"][0]["flight_id"])

    def reports(self, number: int, **changes: Any) -> Any:
        """The airline says something of its flight."""
        source = {"name": "cz", "kind": "airline", "airlines": ["CZ"]}
        items = [departure_update(number, DEPARTS_AT, **changes)]
        return self.call("report_updates", "flights", request_id=new_id(), source=source, items=items)

    def sealed(self, document: Any) -> str:
        self._key = self._key or self.call("get_sealing_key")["key"]
        return seal(self._key, json.dumps(document))

    def push(self, flight_id: str, *bookings: dict[str, Any], version: int = 1) -> Any:
        sealed = self.sealed({"bookings": list(bookings)})
        request: dict[str, Any] = {
            "partner": AIRLINE,
            "flight_id": flight_id,
            "version": version,
            "sealed": sealed,
        }
        return self.call("apply_list", request_id=new_id(), **request)

    def equip(self, flight_id: str, rows: int, version: int) -> Any:
        request: dict[str, Any] = {"partner": AIRLINE, "flight_id": flight_id, "version": version}
        return self.call("apply_configuration", request_id=new_id(), configuration=aircraft(rows), **request)

    def full_flight(self, number: int) -> str:
        """Everybody checked in, by a desk."""
        flight_id = self.flight(number)
        self.push(flight_id, *(booking(f"P{number}{at:02d}", person("LI", "SI")) for at in range(PEOPLE)))
        self.equip(flight_id, SEATS // 6, version=1)
        for each in self.call("list_flight", flight_id=flight_id)["travellers"]:
            act = {"flight_id": flight_id, "traveller_id": each["id"], "actor": "staff:x", "reason": "test"}
            self.call("act", request_id=new_id(), action="check_in", **act)
        return flight_id

    def told(self, flight_id: str, name: str) -> Counter[str]:
        """How often each traveller was told of it."""
        with self._database.engine.connect() as connection:
            rows = connection.execute(text("SELECT body FROM outbox WHERE name = :name"), {"name": name})
            data = [json.loads(body)["data"] for (body,) in rows]
        return Counter(each["traveller_id"] for each in data if each["flight_id"] == flight_id)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def airline(broker: Broker, request: pytest.FixtureRequest) -> Iterator[Airline]:
    with temporary_folder("airport-crash-") as var:
        urls = f"sqlite:///{var}/{{service}}.sqlite3"
        if request.param == "postgresql":
            urls = _databases(request.getfixturevalue("postgres"))
        url = broker.add_vhost(f"crash-{new_id()}")
        stack = Stack(var, broker, url, SERVICES_OPS_PORT="0", DATABASE_URL=urls, LOG_LEVEL="DEBUG")
        (var / "log").mkdir()
        for service in ("flights", "checkin"):
            migrate.upgrade(service, urls.replace("{service}", service))
        with Mortal(stack, "flights", "checkin") as services:
            made = Airline(services, urls.replace("{service}", "checkin"))
            yield made
            made.close()


def _databases(postgres: Postgres) -> str:
    """Empty ones for both services; their address with {service} in it."""
    made = f"crash_{new_id()}"
    connection = psycopg2.connect(postgres.url("postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        for service in ("flights", "checkin"):
            cursor.execute(f'CREATE DATABASE "{made}_{service}"')
    connection.close()
    return postgres.url(f"{made}_{{service}}")


def test_whoever_is_seated_anew_while_the_service_dies_has_a_seat_or_knows(airline: Airline) -> None:
    killed_at(airline, 4101, FATAL[1::2])


@pytest.mark.long
def test_whoever_is_seated_anew_at_any_point_has_a_seat_or_knows(airline: Airline) -> None:
    killed_at(airline, 4111, FATAL)


def test_everybody_with_a_pass_hears_of_gate_time_cancellation_and_of_leaving_the_list(
    airline: Airline,
) -> None:
    flight_id = airline.full_flight(4131)
    everybody = {each["id"] for each in airline.call("list_flight", flight_id=flight_id)["travellers"]}
    late = {
        "off_block": {"scheduled_at": DEPARTS_AT.isoformat(), "estimated_at": (DEPARTS_AT + LATE).isoformat()}
    }
    reports: list[dict[str, Any]] = [
        {"departure": {"gate": "A1"}},
        {"departure": {"gate": "B7"}},
        {"times": late},
        {"status": "cancelled"},
    ]
    # The first gate is no change; each of the others is news to everybody, once.
    for number, report in enumerate(reports):
        airline.reports(4131, **report)
        eventually(
            lambda n=number: (
                airline.told(flight_id, "disrupted") == Counter(dict.fromkeys(everybody, n) if n else {})
            )
        )
    left = [booking(f"P4131{at:02d}", person("LI", "SI")) for at in range(PEOPLE - 3)]
    airline.push(flight_id, *left, version=2)
    told = airline.told(flight_id, "off_loaded")
    assert len(told) == 3
    assert set(told.values()) == {1}


def killed_at(airline: Airline, number: int, points: Sequence[str]) -> None:
    """A full flight gets a smaller aircraft, and the service dies there; for each of the points."""
    services = airline.services
    for at, point in enumerate(points):
        flight_id = airline.full_flight(number + at)
        deaths = services.deaths
        services.die_at(point)
        report = airline.equip(flight_id, 2, version=2)
        services.live()
        assert services.deaths == deaths + 1, point
        people = airline.call("list_flight", flight_id=flight_id)["travellers"]
        seated = {each["id"]: each["seat"] for each in people if each["seat"]}
        assert len(seated) == len(set(seated.values())) == 12, (
            "as many as the aircraft has, none of them twice"
        )
        assert all(int(seat[:-1]) <= 32 for seat in seated.values())
        told = airline.told(flight_id, "reseated")
        dropped = {each["id"] for each in people} - set(seated)
        assert set(report["unseated"]) == dropped
        assert dropped <= set(told), f"killed {point}: somebody lost a seat and wasn't told"
        assert set(told.values()) == {1}, f"killed {point}: told twice"
        standing = Counter(each["standing"] for each in people)
        assert standing == {"checked_in": 12, "booked": PEOPLE - 12}


@pytest.mark.parametrize("airline", ["sqlite"], indirect=True)
def test_a_crash_leaves_no_document_number_behind(airline: Airline) -> None:
    """Forty numbers: in a list whose service died twice, found, checked in with, guessed wrongly, and set aside by the broker."""
    services, stack = airline.services, airline.services.stack
    flight_id = airline.flight(4201)
    papers = [{"kind": "passport", "number": number} for number in PLANTED]
    people = [person("QIAN", "QI", papers=[paper], ref=str(at)) for at, paper in enumerate(papers[:36])]
    for point in ("before INSERT INTO papers", "after commit"):
        services.die_at(point)
        airline.push(flight_id, booking("GHI789", *people), version=1 if point.startswith("before") else 2)
    services.live()
    find: dict[str, Any] = {"address": "192.0.2.9", "passenger_id": "eve"}
    sealed = airline.sealed({"surname": "qian", "document": PLANTED[0]})
    (found,) = airline.call("find_booking", sealed=sealed, **find)["bookings"]
    with pytest.raises(AssertionError, match="booking_not_found"):
        airline.call(
            "find_booking", sealed=airline.sealed({"surname": "qian", "document": PLANTED[36]}), **find
        )
    access = {"booking_id": found["booking_id"], "passenger_id": "eve"}
    ids = [each["id"] for each in airline.call("get_party", access=access)["travellers"]]
    given = {"traveller_id": ids[0], "kind": "passport", "text": PLANTED[37], "expires_on": "2033-01-01"}
    check_in: dict[str, Any] = {"access": access, "traveller_ids": ids[:1], "dangerous_goods": GOODS}
    sealed = airline.sealed({"papers": [given]})
    services.die_at("before commit")
    airline.call("check_in", request_id=new_id(), sealed=sealed, **check_in)
    services.live()
    wrong = airline.sealed({"papers": [given | {"text": PLANTED[38], "kind": "no such kind"}]})
    with pytest.raises(AssertionError, match="bad_request"):
        airline.call("check_in", request_id=new_id(), sealed=wrong, **check_in)
    parked = _parked(
        airline, check_in | {"sealed": airline.sealed({"papers": [given | {"text": PLANTED[39]}]})}
    )
    assert not _seen(_texts(stack.var), parked)


@pytest.mark.parametrize("airline", ["sqlite"], indirect=True)
def test_control_numbers_that_travel_in_clear_are_found(airline: Airline) -> None:
    number = PLANTED[7]
    parked = _parked(airline, {"access": {"booking_id": number}, "traveller_ids": ["x"]})
    assert _seen([], parked) == {number}
    leak = airline.services.stack.var / "leak.txt"
    leak.write_text(f"a line with {PLANTED[9]}\n", encoding="ascii")
    try:
        assert _seen(_texts(airline.services.stack.var), b"") == {PLANTED[9]}
    finally:
        leak.unlink()


def _parked(airline: Airline, request: dict[str, Any]) -> bytes:
    """A call that nobody can answer: the broker keeps it where people look at it; its body."""
    wire = airline.services.wire
    wire.send("checkin", "check_in", {**request, "request_id": new_id()}, reply_to=None)
    eventually(lambda: wire.depth("parked.checkin") == 1)
    _, _, body = wire.channel.basic_get("parked.checkin", auto_ack=True)
    assert body
    return bytes(body)


def _texts(var: Path) -> list[bytes]:
    """Databases with their journals, logs, and whatever else the services wrote."""
    return [path.read_bytes() for path in var.rglob("*") if path.is_file()]


def _seen(texts: list[bytes], parked: bytes) -> set[str]:
    return {number for number in PLANTED if any(number.encode() in text for text in (*texts, parked))}
