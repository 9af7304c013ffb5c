"""The demo airline at the real door: a list comes in, somebody checks in, and a picture of their pass boards them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from click.testing import Result

from deploy.demo.travellers.departures import Departure
from deploy.demo.travellers.roll import roll_of
from gateway.barcodes import aztec_png
from kernel.ids import new_id
from services.checkin.bcbp import BoardingPass, Leg, build, day_of_year
from tests.messaging.calls.harness import Wire, eventually
from tests.support.demo_airline import DemoAirline, coming_departure
from tests.support.folders import temporary_folder
from tests.support.stack import Stack


@dataclass
class Airline:
    """The demo airline with two departures of its own: one whose list is teletype, one whose list is JSON."""

    demo: DemoAirline
    teletype: Departure
    json: Departure

    def send_lists(self) -> None:
        self.demo.send_lists((self.teletype, self.json))

    def run(self, *words: str) -> Result:
        return self.demo.run(*words)


@pytest.fixture
def airline(stack: Stack) -> Iterator[Airline]:
    with temporary_folder("airport-demo-") as var:
        teletype, json = (_departure(as_teletype=form) for form in (True, False))
        yield Airline(DemoAirline(stack, var), teletype, json)


def _departure(*, as_teletype: bool) -> Departure:
    return coming_departure(lambda one: roll_of(one).as_teletype is as_teletype)


def test_a_list_of_the_demo_comes_in_and_a_picture_of_a_pass_boards_its_holder(airline: Airline) -> None:
    airline.send_lists()
    for departure in (airline.teletype, airline.json):
        booked = len(roll_of(departure).document.entries)
        counted = airline.run("gate", departure.flight_id)
        assert counted.exit_code == 0, counted.output
        assert f"expected    {booked:>4}" in counted.output
    departure, alone = airline.json, roll_of(airline.json).trials[2]
    assert alone.pnr in airline.run("bookings", "--flight", departure.flight_id).output

    picture = airline.demo.var / "pass.png"
    picture.write_bytes(aztec_png(_pass(airline, departure, alone.pnr)))
    words = ("scan", str(picture), "--flight", departure.flight_id)
    early = airline.run(*words)
    assert (early.exit_code, early.output.splitlines()[0]) == (
        8,
        "尚未开始登机 / Too early: boarding hasn't begun   (aztec)",
    )
    assert airline.run("disrupt", departure.flight_id, "--board").exit_code == 0
    eventually(lambda: airline.run(*words).exit_code in (0, 4))
    again = airline.run(*words)
    assert again.exit_code == 4
    assert alone.chinese in again.output or alone.surname in again.output
    other = airline.run("scan", str(picture), "--flight", airline.teletype.flight_id)
    assert (other.exit_code, "不是本航班" in other.output) == (3, True)


def test_another_aircraft_and_another_gate_are_reported_as_the_airline_would(airline: Airline) -> None:
    airline.send_lists()
    flight_id = airline.teletype.flight_id
    done = airline.run("disrupt", flight_id, "--aircraft", "C919", "--gate", "77", "--delay", "90")
    assert done.exit_code == 0, done.output
    assert "COMAC C919: 162" in done.output
    url = f"{airline.demo.stack.base_url}/api/v1/flights/{flight_id}"
    eventually(lambda: httpx.get(url).json()["departure"]["gate"] == "77")
    shown = httpx.get(url).json()
    assert (shown["delay_minutes"], shown["aircraft"]["type"]) == (90, "919")
    assert airline.run("disrupt", flight_id).exit_code == 2
    assert airline.run("disrupt", flight_id, "--aircraft", "747").exit_code == 2
    cancelled = airline.run("disrupt", flight_id, "--cancel")
    assert cancelled.exit_code == 0, cancelled.output
    eventually(lambda: httpx.get(url).json()["status"] == "cancelled")


def _pass(airline: Airline, departure: Departure, pnr: str) -> str:
    """Checked in at a desk; what their boarding pass says."""
    wire = Wire(airline.demo.stack.amqp_url)
    call = {"headers": {"nameko.principal": "gateway:test"}}
    flight = {"flight_id": departure.flight_id}
    listed = wire.call("checkin", "list_flight", flight, **call).result["travellers"]
    (traveller,) = (one for one in listed if one["pnr"] == pnr)
    wish = {"request_id": new_id(), "actor": "staff:test", "reason": "test", "action": "check_in"}
    acted = wire.call("checkin", "act", wish | flight | {"traveller_id": traveller["id"]}, **call)
    wire.close()
    assert acted.error is None, acted.error
    one = acted.result["traveller"]
    leg = Leg(
        pnr, "CSX", departure.destination, departure.airline, departure.number,
        day_of_year(departure.day_local), one["cabin"], one["seat"], str(one["sequence"]), "1",
    )  # fmt: skip
    return build(BoardingPass("DEMO/DEMO", (leg,)))
