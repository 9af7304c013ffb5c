"""One leg as a row of a board or of a list of results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gateway.web.texts import Texts
from gateway.web.times import Moment, moment
from gateway.web.words import GONE, STATUSES, StatusWord
from services.airport import Airport
from services.flights.schemas import Status


@dataclass(frozen=True)
class Row:
    """What a board shows of a leg, in one language."""

    id: str
    version: int
    departing: bool
    number: str
    airline: str
    airline_code: str
    codeshares: list[str]
    place: str
    place_code: str
    via: str
    scheduled: Moment
    best: Moment | None
    """the time that counts when it is not the scheduled one"""
    late: bool
    status: str
    word: str
    tone: str
    terminal: str
    counters: str
    gate: str
    belt: str

    @property
    def href(self) -> str:
        return f"/flights/{self.id}"

    @property
    def is_off(self) -> bool:
        """Its time says nothing any more."""
        return self.status == "cancelled"


def row(flight: dict[str, Any], t: Texts, airport: Airport) -> Row:
    """The row of one FlightSchema document. Days count from its service day here."""
    departing = flight["direction"] == "departure"
    here = flight["departure" if departing else "arrival"]
    base = date.fromisoformat(flight["service_day_local"])
    zone = airport.zoneinfo
    scheduled = moment(flight["board_at"], zone, base)
    if scheduled is None:
        raise ValueError(f"{flight['id']} has no board_at")
    stops = _stops(flight, departing)
    word = status_word(flight["status"])
    best = best_moment(here, scheduled, zone, base)
    return Row(
        id=flight["id"],
        version=flight["version"],
        departing=departing,
        number=flight["number"],
        airline=t.name(flight["airline"]["name"]),
        airline_code=flight["airline"]["iata"],
        codeshares=list(flight["codeshares"]),
        place=t.name(stops[-1]["city"]),
        place_code=stops[-1]["iata"],
        via=t.listing([t.name(stop["city"]) for stop in stops[:-1]]),
        scheduled=scheduled,
        best=best,
        late=best is not None and best.at > scheduled.at,
        status=flight["status"],
        word=t(word.text),
        tone=word.tone,
        terminal=here["terminal"] or "",
        counters=flight["departure"]["check_in_counters"] or "" if departing else "",
        gate=here["gate"] or "",
        belt=flight["arrival"]["belt"] or "",
    )


def status_word(status: str) -> StatusWord:
    """The word and the tone of a status; Chinese and English both come from the catalogue."""
    return STATUSES[Status(status)]


def best_moment(side: dict[str, Any], scheduled: Moment, zone: ZoneInfo, base: date) -> Moment | None:
    """The actual or estimated time of a side, when a clock shows it as another one than the scheduled."""
    best = moment(side["actual_at"] or side["estimated_at"], zone, base)
    if best is None or (best.clock, best.offset) == (scheduled.clock, scheduled.offset):
        return None
    return best


def best_at(flight: dict[str, Any]) -> datetime:
    """The best known instant of a leg at the airport we serve."""
    here = flight[flight["direction"]]
    return datetime.fromisoformat(here["actual_at"] or here["estimated_at"] or flight["board_at"])


def is_open(flight: dict[str, Any]) -> bool:
    """Whether travellers still wait for it: not gone (or, arriving, not in), and not called off."""
    status = flight["status"]
    if flight["direction"] == "departure":
        return status not in GONE and status not in {"cancelled", "diverted"}
    return status not in {"landed", "bags_on_belt", "completed", "cancelled", "diverted"}


def _stops(flight: dict[str, Any], departing: bool) -> list[dict[str, Any]]:
    """The stops on the far side, the far end last: where a departing journey goes, where an arriving one began."""
    route: list[dict[str, Any]] = flight["route"]
    codes = [stop["iata"] for stop in route]
    near, far = flight["departure"]["airport"], flight["arrival"]["airport"]
    if departing:
        if codes[-1:] != [near["iata"]] and near["iata"] in codes:
            return route[codes.index(near["iata"]) + 1 :]
        return [far]
    if codes[:1] != [far["iata"]] and far["iata"] in codes:
        return route[: codes.index(far["iata"])][::-1]
    return [near]
