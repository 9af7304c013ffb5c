"""The demo airline at the real door: a list comes in, somebody checks in, and a picture of their pass boards them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from deploy import running
from deploy.demo.changsha import Changsha
from deploy.demo.lists import ListFeed
from deploy.demo.partner_client import AIRLINE_SCOPES, Credentials, PartnerClient
from deploy.demo.travellers.departures import Departure
from deploy.demo.travellers.roll import roll_of
from deploy.demo_commands import demo
from gateway.barcodes import aztec_png
from kernel import clock
from kernel.ids import new_id
from services.airport import Airport
from services.checkin.bcbp import BoardingPass, Leg, build, day_of_year
from tests.messaging.calls.harness import Wire, eventually
from tests.support.folders import temporary_folder
from tests.support.partner import Partner
from tests.support.stack import Stack

HERE = Airport()


class Airline:
    """The demo airline with two departures of its own: one whose list is teletype, one whose list is JSON."""

    def __init__(self, stack: Stack, var: Path) -> None:
        self.stack = stack
        self.var = var
        known = Partner.register(stack.base_url, stack.environ, "demo").credentials
        (var / "demo-partner.json").write_text(json.dumps(known))
        (var / "run").mkdir()
        running.record(var, stack.base_url, {"AIRPORT_IATA": "CSX"})
        credentials = Credentials(
            stack.base_url, known["client_id"], known["client_secret"], known["signing_key"]
        )
        self.client = PartnerClient(credentials, scopes=AIRLINE_SCOPES)
        self.teletype, self.json = (_departure(as_teletype=form) for form in (True, False))

    def report(self, departure: Departure, **news: Any) -> None:
        times = {"off_block": {"scheduled_at": departure.departs_at.isoformat()}}
        update = {"leg": departure.leg, "event_at": clock.now().isoformat(), "times": times, **news}
        assert self.client.send([update]).refused == []

    def send_lists(self) -> None:
        """As the demo's feed does, of these two."""
        ours = (self.teletype, self.json)
        for departure in ours:
            self.report(departure)
        for departure in ours:
            url = f"{self.stack.base_url}/api/v1/flights/{departure.flight_id}"
            eventually(lambda url=url: httpx.get(url).status_code == 200)  # type: ignore[misc]
        days = {departure.day_local for departure in ours}
        of_day = {day: [one for one in ours if one.day_local == day] for day in days}
        feed = ListFeed(lambda day: of_day.get(day, []), HERE.zoneinfo, self.client, threading.Event())
        while feed.send_next(clock.now()):
            pass

    def run(self, *words: str) -> Result:
        """`airport demo …`."""
        return CliRunner().invoke(demo, words, env={"AIRPORT_VAR": str(self.var), "AIRPORT_IATA": "CSX"})


def _departure(*, as_teletype: bool) -> Departure:
    """One that can be checked in for a while, and that gets no other news in the meantime."""
    now = clock.now()
    today = now.astimezone(HERE.zoneinfo).date()
    story = Changsha(HERE)
    candidates = [one for offset in (0, 1) for one in story.departures(today + timedelta(offset))]
    return next(
        one
        for one in candidates
        if now + timedelta(hours=7) < one.departs_at < now + timedelta(hours=23)
        and not one.international
        and roll_of(one).as_teletype is as_teletype
    )


@pytest.fixture
def airline(stack: Stack) -> Iterator[Airline]:
    with temporary_folder("airport-demo-") as var:
        yield Airline(stack, var)


def test_a_list_of_the_demo_comes_in_and_a_picture_of_a_pass_boards_its_holder(airline: Airline) -> None:
    airline.send_lists()
    for departure in (airline.teletype, airline.json):
        booked = len(roll_of(departure).document.entries)
        counted = airline.run("gate", departure.flight_id)
        assert counted.exit_code == 0, counted.output
        assert f"expected    {booked:>4}" in counted.output
    departure, alone = airline.json, roll_of(airline.json).trials[2]
    assert alone.pnr in airline.run("bookings", "--flight", departure.flight_id).output

    picture = airline.var / "pass.png"
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
    url = f"{airline.stack.base_url}/api/v1/flights/{flight_id}"
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
    wire = Wire(airline.stack.amqp_url)
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
