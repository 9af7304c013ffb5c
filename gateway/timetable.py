"""Lines and stops of the airport buses in memory: they change with a feed, a few times a year.

Kept until bus says that another timetable holds, and asked for again now and then, as an event may be missed while
the broker is away. Departures, seats and orders are never kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import orjson

from gateway.cache import Page
from gateway.rpc import CallContext
from kernel.clock import monotonic
from kernel.errors import Kind, ServiceError
from services.bus import events

if TYPE_CHECKING:
    from gateway.deps import Rpc

_FRESH_S: Final = 300.0
_AWAY: Final = frozenset({Kind.UNAVAILABLE, Kind.DEADLINE})
_FRESH_FOR_READERS: Final = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"public, max-age=60"),
    (b"vary", b"Accept-Encoding"),
)


@dataclass(frozen=True)
class Catalogue:
    """Lines (LineSchema) and stops (StopSchema) of one timetable. airport: the id of the airport's own stop."""

    lines: list[dict[str, Any]]
    stops: list[dict[str, Any]]
    airport: str

    @cached_property
    def line(self) -> Mapping[str, dict[str, Any]]:
        """Lines by id."""
        return {line["id"]: line for line in self.lines}

    @cached_property
    def stop(self) -> Mapping[str, dict[str, Any]]:
        """Stops by id."""
        return {stop["id"]: stop for stop in self.stops}

    @cached_property
    def lines_json(self) -> Page:
        return Page(orjson.dumps({"lines": self.lines}), _FRESH_FOR_READERS)

    @cached_property
    def stops_json(self) -> Page:
        return Page(orjson.dumps({"stops": self.stops}), _FRESH_FOR_READERS)

    def is_airport(self, stop_id: str | None) -> bool:
        """Whether it is the airport, or a stop in it."""
        stop = self.stop.get(stop_id or "")
        return stop is not None and self.airport in {stop["id"], stop["station"]}


class BusTimetable:
    """The catalogue that holds."""

    def __init__(self, rpc: Rpc, airport: str) -> None:
        self._rpc, self._airport = rpc, airport
        self._kept: Catalogue | None = None
        self._asked_s = 0.0
        self._generation = 0
        self._asking = asyncio.Lock()
        rpc.on_event(events.PUBLISHER, events.TIMETABLE_CHANGED, self._changed)

    async def current(self, context: CallContext | None = None) -> Catalogue:
        """The catalogue; the last known one while nobody answers.

        Raises bus.no_timetable, and Unavailable or DeadlineExceeded when none was ever heard of.
        """
        if (found := self._fresh()) is not None:
            return found
        async with self._asking:
            if (found := self._fresh()) is not None:
                return found
            try:
                return await self._ask(context)
            except ServiceError as exc:
                if self._kept is None or exc.kind not in _AWAY:
                    raise
                return self._kept

    async def _ask(self, context: CallContext | None) -> Catalogue:
        generation = self._generation
        lines, stops = await asyncio.gather(
            self._rpc.call("bus", "list_lines", {}, repeat=True, context=context),
            self._rpc.call("bus", "list_stops", {}, repeat=True, context=context),
        )
        found = Catalogue(lines["lines"], stops["stops"], _airport_stop(stops["stops"], self._airport))
        # An answer that was under way when the event came may be of the timetable before.
        if generation == self._generation:
            self._kept, self._asked_s = found, monotonic()
        return found

    def _fresh(self) -> Catalogue | None:
        fresh = self._asked_s and monotonic() - self._asked_s < _FRESH_S
        return self._kept if fresh else None

    def _changed(self, body: bytes) -> None:
        self._generation += 1
        self._asked_s = 0.0


def _airport_stop(stops: list[dict[str, Any]], iata: str) -> str:
    """The stop that goes by the airport's code, else the place where most lines call."""
    if any(stop["id"] == iata for stop in stops):
        return iata
    places = [stop for stop in stops if stop["station"] is None]
    busiest = max(places, key=lambda stop: (len(stop["line_ids"]), stop["id"]), default=None)
    return busiest["id"] if busiest else ""
