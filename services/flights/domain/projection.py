"""A leg as everybody sees it: FlightSchema, JSON-ready, built once per change and stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from services.flights.domain.delay import delay_minutes
from services.flights.domain.instants import local_day, to_text
from services.flights.domain.registers import VALUE
from services.flights.domain.state import LegState
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


_DEPARTURE: Final = ("terminal", "check_in_counters", "security", "gate", "stand")
_ARRIVAL: Final = ("terminal", "gate", "stand", "belt")
_LEAVING: Final = (Milestone.OFF_BLOCK, Milestone.TAKE_OFF)
_COMING: Final = (Milestone.ON_BLOCK, Milestone.TOUCH_DOWN)
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
        "airline": airline_ref(names, key.airline),
        "codeshares": codeshares,
        "direction": state.direction,
        "service_day_local": local_day(board_us, view.zoneinfo).isoformat(),
        "board_at": to_text(board_us),
        "status": state.status.value,
        "delay_minutes": delay_minutes(state.here_us("scheduled"), best_us),
        "departure": _end(state, view, "departure", key.departure_airport),
        "arrival": _end(state, view, "arrival", key.arrival_airport),
        "milestones": _milestones(state),
        "route": [airport_ref(names, iata, view.zone) for iata in route],
        "aircraft": {"type": value("aircraft.type"), "registration": value("aircraft.registration")},
        "delay_reasons": _reasons(names, value("delay_reasons") or []),
        "diverted_to": airport_ref(names, diverted_to, view.zone) if diverted_to else None,
        "inbound": _leg_ref(value("inbound"), is_known),
        "onward": _leg_ref(value("onward"), is_known),
        "keywords": names.keywords(
            number, codeshares, key.airline, key.departure_airport, key.arrival_airport, route
        ),
        "updated_at": to_text(state.newest_us),
    }


def _end(state: LegState, view: Viewpoint, end: str, iata: str) -> dict[str, Any]:
    """One end of the leg; its times are those at the stand, or at the runway when only those are known."""
    times, resources = (_LEAVING, _DEPARTURE) if end == "departure" else (_COMING, _ARRIVAL)
    shown: dict[str, Any] = {"airport": airport_ref(view.names, iata, view.zone)}
    for kind in ("scheduled", "estimated", "actual"):
        shown[f"{kind}_at"] = _text(state.first_time_us(kind, *times))
    for name in resources:
        shown[name] = state.value(f"{end}.{name}")
    return shown


def _milestones(state: LegState) -> dict[str, dict[str, str]]:
    """Every known time, by milestone and kind."""
    shown: dict[str, dict[str, str]] = {}
    for field, register in state.registers.items():
        if register[VALUE] is not None and field.startswith("milestones."):
            _, milestone, kind = field.split(".")
            shown.setdefault(milestone, {})[kind] = to_text(register[VALUE])
    for moved, known in state.fold.times.items():
        shown.setdefault(moved.value, {})["actual_at"] = to_text(known.us)
    return {each.value: dict(sorted(shown[each.value].items())) for each in Milestone if each.value in shown}


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


def airport_ref(names: Names, iata: str, zone: str) -> dict[str, Any]:
    """AirportRefSchema. zone: shown for an airport that nobody knows any more."""
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


def airline_ref(names: Names, code: str) -> dict[str, Any]:
    """AirlineRefSchema."""
    company = names.airline(code)
    if company is None:
        return {"iata": code, "name": {"zh": code, "en": code}}
    return {"iata": code, "name": {"zh": company.name_zh, "en": company.name_en}}


def _text(us: int | None) -> str | None:
    return None if us is None else to_text(us)
