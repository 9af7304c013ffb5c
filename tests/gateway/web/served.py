"""`python -m tests.gateway.web.served`: the gateway over a made-up Changsha on a port of its own, for browsers.

The first line out is {"url", "ids": {state: flight id}, "boards": {state: address}, "orders": {state: order id}, "checkin": {state: booking id}, "lost": {state: address}}. Each line in is a wish: {"push": id, …changes},
{"connect": true|false}, {"storm": seconds}, {"issue": order id}; each is answered by a line when it is done.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import datetime
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from deploy import ports
from kernel import clock
from tests.gateway.web.changsha import ZONE, day_of, history_of, showcase
from tests.gateway.web.checkin import ABROAD, DONE, FAMILY, GUIDED
from tests.gateway.web.fakes import FakeFlights, gateway_over
from tests.gateway.web.travellers import ANNA


async def main() -> None:
    now = clock.now()
    shown = showcase(now)
    flights = FakeFlights([*day_of(now, 200), *shown.values()])
    flights.histories[shown["boarding"]["id"]] = history_of(shown["boarding"], now)
    _settle(flights, shown)
    gateway = gateway_over(flights, live_per_address=200)
    port = ports.free_ports(1)[0]
    server = Server(
        gateway,
        address=ports.LOOPBACK,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )
    serving = asyncio.create_task(server.serve())
    while not gateway.flights.loaded:
        await asyncio.sleep(0.02)
    ids = {state: document["id"] for state, document in shown.items()}
    boards = {state: _board_of(document) for state, document in shown.items()}
    orders = _orders(flights)
    told = {"ids": ids, "boards": boards, "orders": orders, "checkin": _bookings(flights)}
    told["lost"] = _lost(flights)
    _say({"url": f"http://{ports.LOOPBACK}:{port}", **told})
    while line := await asyncio.to_thread(sys.stdin.readline):
        await _do(json.loads(line), flights)
        _say({"done": True})
    gateway.begin_drain()
    server.stop()
    await serving


def _settle(flights: FakeFlights, shown: dict[str, dict[str, Any]]) -> None:
    """Anna follows flights, has been told about them, and keeps a companion and documents. Ben has nothing."""
    flights.passengers.with_belongings(ANNA, "Anna Berg")
    for state, role in (("boarding", "passenger"), ("landed", "greeter"), ("cancelled", "companion")):
        flights.notify.follows[ANNA, shown[state]["id"]] = role
    flights.notify.tell(ANNA, shown["landed"]["id"], "deferred", "zh")
    flights.notify.tell(ANNA, shown["boarding"]["id"])


def _orders(flights: FakeFlights) -> dict[str, str]:
    """Anna's orders of bus tickets, by the state they are in."""
    bus, found = flights.bus, {}
    for state in ("released", "lapsed", "returning", "paid"):
        found[state] = bus.turn(bus.held(ANNA)["id"], state)["id"]
    found["held"] = bus.held(ANNA, ("adult", "child"))["id"]
    found["issued"] = bus.bought(ANNA)["id"]
    found["several"] = bus.bought(ANNA, ("adult", "adult", "child"), hours=5)["id"]
    found["mixed"] = bus.bought(ANNA, ("adult", "child", "discount", "adult"), hours=2)["id"]
    for number, state in enumerate(("boarded", "returned", "changed", "cancelled")):
        bus.mark(found["mixed"], number, state)
    bus.turn(found["mixed"], "issued", refunding_fen=900)
    for start in ("CSX", "WUYI"):
        bus.vary(start)
    return found


def _bookings(flights: FakeFlights) -> dict[str, str]:
    """Anna's bookings, by how far they are."""
    checkin = flights.checkin
    checkin.settle()
    done = checkin.checked_in(DONE, ANNA)
    checkin.off_load(DONE, 1, ANNA)
    found = {name: checkin.bind(pnr, ANNA) for name, pnr in (("family", FAMILY), ("guided", GUIDED))}
    return found | {"abroad": checkin.bind(ABROAD, ANNA), "done": done}


def _lost(flights: FakeFlights) -> dict[str, str]:
    """Where Anna's reports and claims are, by the state they are in; and things that were handed in."""
    kept = flights.lostfound
    for category, colour in (
        ("coat", "navy"),
        ("umbrella", "transparent"),
        ("keys", "gold"),
        ("toy", "patterned"),
    ):
        kept.hand_in(category, colour)
    hinted, silent = kept.filed(ANNA, colours=["black"]), kept.filed(ANNA, "headphones", marks="")
    match_id = kept.match(hinted)
    kept.match(hinted, "possible", at_desk=False)
    claims = {state: kept.claimed(ANNA, kept.filed(ANNA, "camera")) for state in ("sent", "ready", "refused")}
    kept.decide(claims["ready"])
    kept.decide(claims["refused"], "not_enough")
    pages = {state: f"/lost/claims/{claim_id}" for state, claim_id in claims.items()}
    one = f"/lost/reports/{hinted}"
    more = {"hinted": one, "change": f"{one}/change", "claim": f"{one}/claim?hint={match_id}"}
    return {**pages, **more, "silent": f"/lost/reports/{silent}"}


async def _do(wish: dict[str, Any], flights: FakeFlights) -> None:
    if "connect" in wish:
        flights.connect(wish["connect"])
    elif "issue" in wish:
        flights.bus.issue(wish["issue"])
    elif "storm" in wish:
        await _storm(flights, wish["storm"])
    else:
        flights.push(wish.pop("push"), **wish)


async def _storm(flights: FakeFlights, seconds: float) -> None:
    """200 updates a second over all legs of today."""
    every = list(flights.documents)
    for i in range(int(seconds * 200)):
        flights.push(every[i * 37 % len(every)], departure__gate=f"C{i % 40}")
        await asyncio.sleep(0.005)


def _board_of(document: dict[str, Any]) -> str:
    """The address of the board that begins with this leg."""
    at = datetime.fromisoformat(document["board_at"]).astimezone(ZONE)
    return f"/flights/{document['direction']}s?day={at:%Y-%m-%d}&at={at:%H:%M}"


def _say(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
