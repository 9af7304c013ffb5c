"""The reference stack: a Nameko HTTP gateway and a stock Nameko service with one ORM read and a schema dump.

Written as Nameko's own examples are. Run with `nameko run`, one process for both classes' containers or one each.
"""

from __future__ import annotations

import json
import os
from typing import Any

from marshmallow import Schema, fields
from nameko.rpc import RpcProxy, rpc
from nameko.web.handlers import http
from sqlalchemy import JSON, String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class FlightRow(Base):
    __tablename__ = "reference_flights"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(String(20))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


class FlightSchema(Schema):
    id = fields.String()
    number = fields.String()
    status = fields.String()
    document = fields.Dict()


def engine() -> Any:
    return create_engine(os.environ["BENCH_DATABASE_URL"])


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
