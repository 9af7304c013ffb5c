"""The reference stack: a Nameko HTTP gateway and a stock Nameko service with one ORM read and a schema dump.

Written as Nameko's own examples are. Run with `nameko run`, one process for both classes' containers or one each.
"""

from __future__ import annotations

import json
from typing import Any

from nameko.rpc import RpcProxy, rpc
from nameko.web.handlers import http
from sqlalchemy.orm import Session

from tests.bench.reference.plain_store import FlightRow, FlightSchema, engine


class PlainFlights:
    name = "plain_flights"
    engine = None

    @rpc
    def get_flight(self, flight_id: str) -> dict[str, Any]:
        if PlainFlights.engine is None:
            PlainFlights.engine = engine()
        with Session(PlainFlights.engine) as session:
            row = session.get(FlightRow, flight_id)
            return FlightSchema().dump(row)


class PlainGateway:
    name = "plain_gateway"
    flights = RpcProxy("plain_flights")

    @http("GET", "/flights/<string:flight_id>")
    def get_flight(self, request: Any, flight_id: str) -> tuple[int, dict[str, str], str]:
        flight = self.flights.get_flight(flight_id)
        return 200, {"Content-Type": "application/json"}, json.dumps(flight)
