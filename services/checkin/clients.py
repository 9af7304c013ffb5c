"""Outgoing calls of checkin: flights, and notify for codes."""

from __future__ import annotations

from typing import Any, Protocol

from kernel.errors import Kind, RemoteError
from services.checkin.errors import FlightNotFound


class Caller(Protocol):
    """What `kernel.wire.Replies` gives a service's methods."""

    def call(self, service: str, method: str, request: dict[str, Any], deadline_s: float = ...) -> Any: ...


def get_flight(caller: Caller, flight_id: str) -> dict[str, Any]:
    """flights.schemas.FlightSchema as JSON. Raises FlightNotFound, Unavailable, DeadlineExceeded."""
    try:
        flight: dict[str, Any] = caller.call(
            "flights", "get_flight", {"flight_id": flight_id}, deadline_s=1.5
        )
    except RemoteError as exc:
        if exc.kind is Kind.NOT_FOUND:
            raise FlightNotFound(flight_id=flight_id) from exc
        raise
    return flight


def send_code(caller: Caller, request: dict[str, Any]) -> None:
    """Let notify send a code: notify.schemas.SendCodeSchema. Raises RemoteError, Unavailable, DeadlineExceeded."""
    caller.call("notify", "send_code", request, deadline_s=1.5)
