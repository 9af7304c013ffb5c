"""A gateway without a broker: flights made up, calls answered by plain functions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import orjson

from gateway.app import Gateway
from gateway.rpc import CallContext
from gateway.settings import Settings
from kernel import clock
from kernel.config import load
from kernel.instants import instant
from services.airport import Airport
from services.flights.errors import FlightNotFound

ZONE = ZoneInfo("Asia/Shanghai")
_PLACES = {
    "CSX": ("长沙", "Changsha", "长沙黄花", "Changsha Huanghua", "ZGHA"),
    "PEK": ("北京", "Beijing", "北京首都", "Beijing Capital", "ZBAA"),
    "SHA": ("上海", "Shanghai", "上海虹桥", "Shanghai Hongqiao", "ZSSS"),
    "CTU": ("成都", "Chengdu", "成都双流", "Chengdu Shuangliu", "ZUUU"),
}
_AIRLINES = {
    "CZ": ("中国南方航空", "China Southern"),
    "MU": ("中国东方航空", "China Eastern"),
    "CA": ("中国国际航空", "Air China"),
}


def today() -> date:
    return clock.now().astimezone(ZONE).date()


def at(day: date, clock_text: str) -> datetime:
    """A local wall-clock time at the airport, as an instant."""
    hours, minutes = clock_text.split(":")
    return datetime(day.year, day.month, day.day, int(hours), int(minutes), tzinfo=ZONE).astimezone(UTC)


def flight(
    number: str = "CZ3101",
    other: str = "PEK",
    clock_text: str = "12:00",
    *,
    day: date | None = None,
    direction: str = "departure",
    version: int = 1,
    **changes: Any,
) -> dict[str, Any]:
    """A flight as schemas.FlightSchema dumps it. changes: top-level fields, or gate= and terminal= here."""
    day = day or today()
    here = at(day, clock_text)
    departs, arrives = (here, here + timedelta(hours=2))
    if direction == "arrival":
        departs, arrives = here - timedelta(hours=2), here
    ends = ("CSX", other) if direction == "departure" else (other, "CSX")
    terminal, gate = changes.pop("terminal", "T2"), changes.pop("gate", "A12")
    airline, digits = number[:2], number[2:]
    own = {"terminal": terminal, "gate": gate}
    found = {
        "id": f"{number}-{day:%Y%m%d}-{ends[0]}-{ends[1]}",
        "version": version,
        "number": number,
        "airline": {"iata": airline, "name": _name(*_AIRLINES[airline])},
        "codeshares": [],
        "direction": direction,
        "service_day_local": day.isoformat(),
        "board_at": instant(here),
        "status": "scheduled",
        "delay_minutes": None,
        "departure": {
            "airport": _airport(ends[0]),
            "scheduled_at": instant(departs),
            "estimated_at": None,
            "actual_at": None,
            "terminal": None,
            "check_in_counters": None,
            "security": None,
            "gate": None,
            "stand": None,
        }
        | (own if direction == "departure" else {}),
        "arrival": {
            "airport": _airport(ends[1]),
            "scheduled_at": instant(arrives),
            "estimated_at": None,
            "actual_at": None,
            "terminal": None,
            "gate": None,
            "stand": None,
            "belt": None,
        }
        | (own if direction == "arrival" else {}),
        "milestones": {"off_block": _times(instant(departs)), "on_block": _times(instant(arrives))},
        "route": [_airport(code) for code in ends],
        "aircraft": {"type": "738", "registration": "B1234"},
        "delay_reasons": [],
        "diverted_to": None,
        "inbound": None,
        "onward": None,
        "keywords": [
            f"n:{number.lower()}",
            f"n:{digits}",
            f"a:{airline.lower()}",
            f"a:{_AIRLINES[airline][0]}",
            *(f"f:{word}" for word in (ends[0].lower(), _PLACES[ends[0]][0], _PLACES[ends[0]][1].lower())),
            *(f"t:{word}" for word in (ends[1].lower(), _PLACES[ends[1]][0], _PLACES[ends[1]][1].lower())),
        ],
        "updated_at": instant(here - timedelta(days=1)),
    }
    return found | changes


def _times(scheduled: str) -> dict[str, Any]:
    return {
        "scheduled_at": scheduled,
        "estimated_at": None,
        "target_at": None,
        "calculated_at": None,
        "actual_at": None,
    }


def _name(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def _airport(code: str) -> dict[str, Any]:
    city_zh, city_en, zh, en, icao = _PLACES[code]
    return {
        "iata": code,
        "icao": icao,
        "name": _name(zh, en),
        "city": _name(city_zh, city_en),
        "zone": "Asia/Shanghai",
    }


def changed_event(of: dict[str, Any]) -> bytes:
    """The envelope of flight_changed for a flight as it now is."""
    document = {
        "id": f"{of['id']}-{of['version']}",
        "name": "flight_changed",
        "schema": 1,
        "aggregate": of["id"],
        "aggregate_version": of["version"],
        "at": of["updated_at"],
        "data": {"flight": of, "changes": []},
    }
    return orjson.dumps(document)


class FakeFlights:
    """The flights service as the gateway sees it: answers reads, and can be changed by the test."""

    def __init__(self, flights: Sequence[dict[str, Any]] = ()) -> None:
        self.flights = {flight["id"]: flight for flight in flights}
        self.history: dict[str, list[dict[str, Any]]] = {}

    def list_window(self, request: dict[str, Any]) -> dict[str, Any]:
        found = self._between(request)
        start = int(request.get("cursor") or 0)
        end = start + request["limit"]
        return {"flights": found[start:end], "cursor": str(end) if end < len(found) else None}

    def window_digest(self, request: dict[str, Any]) -> dict[str, Any]:
        found = self._between(request)
        return {"count": len(found), "version_sum": sum(flight["version"] for flight in found)}

    def get_flight(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["flight_id"] not in self.flights:
            raise FlightNotFound
        return dict(self.flights[request["flight_id"]])

    def get_history(self, request: dict[str, Any]) -> dict[str, Any]:
        self.get_flight(request)
        return {"flight_id": request["flight_id"], "changes": self.history.get(request["flight_id"], [])}

    def search_flights(self, request: dict[str, Any]) -> dict[str, Any]:
        found = [
            dict(flight)
            for flight in self.flights.values()
            if request.get("day_local") in (None, flight["service_day_local"])
            and request.get("direction") in (None, flight["direction"])
        ]
        return {"flights": sorted(found, key=_order), "cursor": None}

    def _between(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        found = (
            flight
            for flight in self.flights.values()
            if request["from_at"] <= flight["board_at"] < request["to_at"]
        )
        return sorted(found, key=_order)


def _order(flight: dict[str, Any]) -> tuple[str, str]:
    return flight["board_at"], flight["id"]


class FakeRpc:
    """Calls go to the methods of the objects in `services`; the connection comes and goes as told.

    `calls` lists (service, method, request, context) of every call made.
    """

    def __init__(self, **services: Any) -> None:
        self.services = services
        self.connected = True
        self.calls: list[tuple[str, str, dict[str, Any], CallContext | None]] = []
        self.fails_with: Exception | None = None
        self._on_event: dict[tuple[str, str], list[Callable[[bytes], None]]] = {}
        self._on_state: list[Callable[[bool], None]] = []

    async def call(self, service: str, method: str, request: dict[str, Any], **more: Any) -> Any:
        return orjson.loads(await self.call_bytes(service, method, request, **more))

    async def call_bytes(
        self,
        service: str,
        method: str,
        request: dict[str, Any],
        *,
        deadline_s: float | None = None,
        repeat: bool = False,
        context: CallContext | None = None,
    ) -> bytes:
        self.calls.append((service, method, request, context))
        if self.fails_with is not None:
            raise self.fails_with
        answer = getattr(self.services[service], method)(orjson.loads(orjson.dumps(request)))
        return orjson.dumps(answer)

    def on_event(self, publisher: str, event_name: str, callback: Callable[[bytes], None]) -> None:
        self._on_event.setdefault((publisher, event_name), []).append(callback)

    def on_state(self, callback: Callable[[bool], None]) -> None:
        self._on_state.append(callback)

    def start(self) -> None:
        if self.connected:
            self.connect()

    async def stop(self) -> None:
        self.disconnect()

    def connect(self) -> None:
        self.connected = True
        for callback in self._on_state:
            callback(True)

    def disconnect(self) -> None:
        self.connected = False
        for callback in self._on_state:
            callback(False)

    def publish(self, publisher: str, event_name: str, body: bytes) -> None:
        """An event arrives."""
        for callback in self._on_event.get((publisher, event_name), []):
            callback(body)

    def flight_changed(self, of: dict[str, Any]) -> None:
        self.publish("flights", "flight_changed", changed_event(of))


def settings(**changes: Any) -> Settings:
    """The gateway's defaults, without the environment; changes by field name."""
    return Settings(**changes) if changes else load(Settings, {})


@asynccontextmanager
async def running(
    rpc: FakeRpc,
    *,
    doors: Sequence[str] = ("gateway.api",),
    wait_loaded: bool = True,
    **changes: Any,
) -> AsyncIterator[tuple[Gateway, httpx.AsyncClient]]:
    """A gateway over `rpc` with its window loaded, and a client that speaks to it without a socket."""
    gateway = Gateway(settings(**changes), load(Airport, {}), rpc, doors)
    gateway.startup()
    transport = httpx.ASGITransport(gateway, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        try:
            if wait_loaded:
                await until(lambda: gateway.flights.loaded)
            yield gateway, client
        finally:
            await gateway.shutdown()


async def until(condition: Callable[[], Any], timeout_s: float = 5.0) -> None:
    """Return when `condition()` holds; AssertionError after `timeout_s`."""
    import anyio

    ends_at = clock.monotonic() + timeout_s
    while not condition():
        assert clock.monotonic() < ends_at, "it did not come true in time"
        await anyio.sleep(0.005)
