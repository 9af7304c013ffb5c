"""A leg as everybody sees it: FlightSchema, JSON-ready, built once per change and stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from services.flights.domain.delay import delay_minutes
from services.flights.domain.instants import local_day, to_text
from services.flights.domain.registers import VALUE
from services.flights.domain.state import COMING, LEAVING, LegState
from services.flights.domain.weights import WEIGHTS
from services.flights.schemas.vocabulary import Milestone


class PlaceNames(Protocol):
    """services.flights.names.AirportName has this shape."""

    @property
    def iata(self) -> str: ...
    @property
    def icao(self) -> str: ...
    @property
    def name_zh(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def city_zh(self) -> str: ...
    @property
    def city_en(self) -> str: ...
    @property
    def zone(self) -> str: ...


class CompanyNames(Protocol):
    """services.flights.names.AirlineName has this shape."""

    @property
    def iata(self) -> str: ...
    @property
    def icao(self) -> str: ...
    @property
    def name_zh(self) -> str: ...
    @property
    def name_en(self) -> str: ...


@dataclass(frozen=True)
class Names:
    """What things are called; the rules don't know where that is kept."""

    airport: Callable[[str], PlaceNames | None]
    airline: Callable[[str], CompanyNames | None]
    delay_reason: Callable[[str], tuple[str, str] | None]
    keywords: Callable[[str, Sequence[str], str, str, str, Sequence[str]], list[str]]


@dataclass(frozen=True)
class Viewpoint:
    """The airport that we look from, and the names of things."""

    iata: str
    zone: str
    names: Names

    @cached_property
    def zoneinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def airport_ref(self) -> Callable[[str], dict[str, Any]]:
        """AirportRefSchema by code; callers don't change what they get."""
        return lru_cache(maxsize=4096)(lambda iata: _airport_ref(self.names, iata, self.zone))

    @cached_property
    def airline_ref(self) -> Callable[[str], dict[str, Any]]:
        """AirlineRefSchema by code; callers don't change what they get."""
        return lru_cache(maxsize=1024)(lambda code: _airline_ref(self.names, code))

    @cached_property
    def keywords(self) -> Callable[..., list[str]]:
        """What a leg is found by; callers don't change what they get."""
        return lru_cache(maxsize=4096)(self.names.keywords)


_SHOWN_TIMES: Final = tuple((kind, f"{kind}_at") for kind in ("scheduled", "estimated", "actual"))
_DEPARTURE: Final = tuple(
    (f"departure.{name}", name) for name in ("terminal", "check_in_counters", "security", "gate", "stand")
)
_ARRIVAL: Final = tuple((f"arrival.{name}", name) for name in ("terminal", "gate", "stand", "belt"))
_TIME_PATHS: Final = {path: path.split(".")[1:] for path in WEIGHTS if path.startswith("milestones.")}
_MILESTONES: Final = tuple(milestone.value for milestone in Milestone)
_NO_REASON: Final = ("其他原因", "Other reasons")


def project(
    state: LegState, version: int, view: Viewpoint, is_known: Callable[[str], bool]
) -> dict[str, Any]:
    """FlightSchema of a leg. is_known: whether we have the leg with this id."""
    key, value = state.key, state.value
    number, codeshares = key.flight_number, value("codeshares") or []
    route = value("route") or [key.departure_airport, key.arrival_airport]
    board_us = state.board_us
    best_us = state.here_us("actual")
    if best_us is None:
        best_us = state.here_us("estimated")
    names = view.names
    diverted_to = value("diverted_to")
    return {
        "id": key.flight_id,
        "version": version,
        "number": number,
        "airline": view.airline_ref(key.airline),
        "codeshares": codeshares,
        "direction": state.direction,
        "service_day_local": local_day(board_us, view.zoneinfo).isoformat(),
        "board_at": to_text(board_us),
        "status": state.status.value,
        "delay_minutes": delay_minutes(state.here_us("scheduled"), best_us),
        "departure": _end(state, view, "departure", key.departure_airport),
        "arrival": _end(state, view, "arrival", key.arrival_airport),
        "milestones": _milestones(state),
        "route": [view.airport_ref(iata) for iata in route],
        "aircraft": {"type": value("aircraft.type"), "registration": value("aircraft.registration")},
        "delay_reasons": _reasons(names, value("delay_reasons") or []),
        "diverted_to": view.airport_ref(diverted_to) if diverted_to else None,
        "inbound": _leg_ref(value("inbound"), is_known),
        "onward": _leg_ref(value("onward"), is_known),
        "keywords": view.keywords(
            number, tuple(codeshares), key.airline, key.departure_airport, key.arrival_airport, tuple(route)
        ),
        "updated_at": to_text(state.newest_us),
    }


def _end(state: LegState, view: Viewpoint, end: str, iata: str) -> dict[str, Any]:
    """One end of the leg; its times are those at the stand, or at the runway when only those are known."""
    times, resources = (LEAVING, _DEPARTURE) if end == "departure" else (COMING, _ARRIVAL)
    shown: dict[str, Any] = {"airport": view.airport_ref(iata)}
    for kind, name in _SHOWN_TIMES:
        shown[name] = _text(state.first_time_us(kind, *times))
    for field, name in resources:
        shown[name] = state.value(field)
    return shown


def _milestones(state: LegState) -> dict[str, dict[str, str]]:
    """Every known time, by milestone and kind."""
    shown: dict[str, dict[str, str]] = {}
    for field, register in state.registers.items():
        if field in _TIME_PATHS and register[VALUE] is not None:
            milestone, kind = _TIME_PATHS[field]
            shown.setdefault(milestone, {})[kind] = to_text(register[VALUE])
    for moved, known in state.fold.times.items():
        shown.setdefault(moved.value, {})["actual_at"] = to_text(known.us)
    return {name: dict(sorted(shown[name].items())) for name in _MILESTONES if name in shown}


def _reasons(names: Names, delays: list[list[Any]]) -> list[dict[str, Any]]:
    shown = []
    for code, minutes in delays:
        zh, en = names.delay_reason(code) or _NO_REASON
        shown.append({"code": code, "minutes": minutes, "text": {"zh": zh, "en": en}})
    return shown


def _leg_ref(leg: list[str] | None, is_known: Callable[[str], bool]) -> dict[str, Any] | None:
    if leg is None:
        return None
    return {"flight_id": leg[0], "number": leg[1], "known": is_known(leg[0])}


def _airport_ref(names: Names, iata: str, zone: str) -> dict[str, Any]:
    """zone: shown for an airport that nobody knows any more."""
    place = names.airport(iata)
    if place is None:
        called = {"zh": iata, "en": iata}
        return {"iata": iata, "icao": None, "name": called, "city": called, "zone": zone}
    return {
        "iata": iata,
        "icao": place.icao or None,
        "name": {"zh": place.name_zh, "en": place.name_en},
        "city": {"zh": place.city_zh, "en": place.city_en},
        "zone": place.zone,
    }


def _airline_ref(names: Names, code: str) -> dict[str, Any]:
    company = names.airline(code)
    if company is None:
        return {"iata": code, "name": {"zh": code, "en": code}}
    return {"iata": code, "name": {"zh": company.name_zh, "en": company.name_en}}


def _text(us: int | None) -> str | None:
    return None if us is None else to_text(us)
