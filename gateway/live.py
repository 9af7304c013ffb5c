"""Live news as server-sent events: which flight changed, and whether the news is still fresh.

A stream tells ids and versions, never the flight itself: who is told asks for what it shows, and gets it
from memory. A slow reader keeps at most one note a flight; beyond a cap it is told `resync` instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date
from typing import Final

from marshmallow import fields
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from gateway.cache import FlightCache, Note, Subscription
from gateway.deps import Deps
from gateway.drain import Drain
from gateway.errors import BadParameter, Draining, NotAcceptable, TooManyStreams
from gateway.parameters import Strict, read_query
from kernel.instants import instant
from services.flights.errors import FlightNotFound

HEARTBEAT_S: Final = 15.0
_HEARTBEAT: Final = b": still here\n\n"
_RETRY: Final = b"retry: 2000\n\n"
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
DIRECTIONS: Final = {"departures": "departure", "arrivals": "arrival"}


class _NoParameters(Strict):
    pass


class _BoardParameters(Strict):
    day = fields.Date(load_default=None)


_NONE, _BOARD = _NoParameters(), _BoardParameters()


class Live:
    """The open streams, counted for each address."""

    def __init__(self, deps: Deps, drain: Drain) -> None:
        self._deps, self._drain = deps, drain
        self._open: Counter[str] = Counter()

    @property
    def open_streams(self) -> int:
        return self._open.total()

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/live/flights/{flight_id}", self._flight),
            Route("/live/boards/{board}", self._board),
        ]

    async def _flight(self, request: Request) -> Response:
        read_query(request, _NONE)
        flight_id = request.path_params["flight_id"]
        if self._deps.flights.get(flight_id) is None:
            raise FlightNotFound
        return self._stream(request, f"flight:{flight_id}")

    async def _board(self, request: Request) -> Response:
        direction = DIRECTIONS.get(request.path_params["board"])
        if direction is None:
            raise FlightNotFound
        flights = self._deps.flights
        day: date = read_query(request, _BOARD)["day"] or flights.today
        if not flights.window.holds_day(day):
            first, last = flights.window.first, flights.window.last
            raise BadParameter(fields={"day": [f"Out of reach: {first} to {last}."]})
        return self._stream(request, f"board:{direction}:{day}")

    def _stream(self, request: Request, topic: str) -> Response:
        accept = request.headers.get("accept", "*/*")
        if "text/event-stream" not in accept and "text/*" not in accept and "*/*" not in accept:
            raise NotAcceptable(offered=["text/event-stream"])
        if self._drain.begun:
            raise Draining(retry_after_s=2)
        if request.method == "HEAD":
            return Response(headers=_HEADERS, media_type="text/event-stream")
        address = self._deps.limits.address(request)
        settings = self._deps.settings
        if self._open[address] >= settings.live_per_address or self.open_streams >= settings.live_total:
            raise TooManyStreams(retry_after_s=10)
        return _Stream(self._deps.flights, topic, self._open, address)


class _Stream(StreamingResponse):
    """One stream; its place is taken when it starts to be sent and given back however it ends."""

    def __init__(self, flights: FlightCache, topic: str, places: Counter[str], address: str) -> None:
        self._flights, self._topic = flights, topic
        self._places, self._address = places, address
        super().__init__(self._events(), media_type="text/event-stream", headers=_HEADERS)

    async def _events(self) -> AsyncIterator[bytes]:
        subscription: Subscription = self._flights.subscribe(self._topic)
        self._places[self._address] += 1
        try:
            yield _RETRY + self._state().wire
            while (notes := await subscription.wait(HEARTBEAT_S)) is not None:
                yield b"".join(note.wire for note in notes) or _HEARTBEAT
        finally:
            subscription.close()
            self._places[self._address] -= 1
            if self._places[self._address] <= 0:
                del self._places[self._address]

    def _state(self) -> Note:
        document = {"stale": self._flights.stale, "as_of": instant(self._flights.as_of)}
        return Note.of("stale", document)
