"""When a parcel can be where its buyer is, and whether that is offered at all.

    ready = the later of now and the shop's opening, and the picking minutes
    at the gate = ready, the walk, and the runner's slack
    at the latest = ten minutes before boarding ends

Source: docs/sources/mall-promises.md; docs/decisions/0082-promises-at-gates.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.shop.domain.flights import Flight
from services.shop.domain.walking import gate_known, walk_m, walk_time
from services.shop.schemas.order_words import Way

SLACK: Final = timedelta(minutes=8)
"""Queues at the till, a lift that doesn't come."""
BEFORE_END: Final = timedelta(minutes=10)
"""Who boards last must have it in their hands before."""
AHEAD: Final = timedelta(hours=24)
"""Parcels are promised for flights that leave within a day."""


class WhyNot(StrEnum):
    NO_FLIGHT = "no_flight"
    FLIGHT_OVER = "flight_over"
    LANDSIDE = "landside"
    OTHER_TERMINAL = "other_terminal"
    OTHER_ZONE = "other_zone"
    TOO_FAR_AHEAD = "too_far_ahead"
    TOO_LATE = "too_late"
    CLOSED = "closed"
    GATE_UNKNOWN = "gate_unknown"


WORDS: Final = {
    WhyNot.NO_FLIGHT: ("填写航班后可送到登机口", "Tell us your flight to have it brought to the gate"),
    WhyNot.FLIGHT_OVER: ("航班已起飞、截止登机或取消", "The flight has closed, left or was cancelled"),
    WhyNot.LANDSIDE: (
        "该店在安检外，商品不能代为通过安检",
        "This shop is before security: nobody may carry your goods through for you",
    ),
    WhyNot.OTHER_TERMINAL: ("该店不在您的航站楼", "This shop is in another terminal"),
    WhyNot.OTHER_ZONE: (
        "该店与您的登机口在国内、国际不同区域",
        "Border control lies between this shop and your gate",
    ),
    WhyNot.TOO_FAR_AHEAD: ("起飞前 24 小时内可选", "It can be chosen within 24 hours of departure"),
    WhyNot.TOO_LATE: ("来不及在登机结束前送达", "There is not time enough before boarding ends"),
    WhyNot.CLOSED: ("店铺那时不营业", "The shop isn't open then"),
    WhyNot.GATE_UNKNOWN: ("登机口不在可送范围", "We don't deliver to this gate"),
}


@dataclass(frozen=True)
class Spot:
    """A shop as promises see it.

    hours: when it is open, as pairs of aware instants in order, that cover the time from now to the flight.
    """

    shop_id: str
    iata: str
    terminal: str
    airside: bool
    zones: frozenset[str]
    near_gates: tuple[str, ...]
    door_m: int
    picking: timedelta
    hours: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True)
class Offer:
    """One way of a parcel. since, until: when it is there. Either they stand, or why_not does."""

    way: Way
    gate: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    why_not: WhyNot | None = None

    @property
    def offered(self) -> bool:
        return self.why_not is None


def collecting(spot: Spot, flight: Flight | None, now: datetime) -> Offer:
    """Fetched at the shop: when it is ready there. With a flight it must be before boarding ends, and behind the same
    controls."""
    ready = _ready(spot, now)
    if ready is None:
        return Offer(Way.SHOP, why_not=WhyNot.CLOSED)
    until = ready + SLACK
    if flight is not None and flight.leaves:
        why = _behind(spot, flight) if spot.airside else None
        if why is None and until + walk(spot, flight.gate) > flight.boarding_ends_at:
            why = WhyNot.TOO_LATE
        if why is not None:
            return Offer(Way.SHOP, why_not=why)
    return Offer(Way.SHOP, None, ready, until)


def delivering(spot: Spot, flight: Flight | None, now: datetime) -> Offer:
    """Brought to the gate by boarding: when it is there, or why that isn't offered."""
    why = _barred(spot, flight, now)
    if why is not None or flight is None:
        return Offer(Way.GATE, why_not=why, gate=flight.gate if flight else None)
    ready = _ready(spot, now)
    if ready is None:
        return Offer(Way.GATE, flight.gate, why_not=WhyNot.CLOSED)
    there = ready + walk(spot, flight.gate) + SLACK
    latest = flight.boarding_ends_at - BEFORE_END
    if there > latest:
        return Offer(Way.GATE, flight.gate, why_not=WhyNot.TOO_LATE)
    return Offer(Way.GATE, flight.gate, there, min(max(there, flight.boards_at), latest))


def repromised(spot: Spot, flight: Flight, now: datetime, *, packed: bool) -> Offer:
    """A promise made anew when the gate or the time has changed. packed: nothing is left to be picked."""
    why = _unreachable(spot, flight)
    if why is not None:
        return Offer(Way.GATE, flight.gate, why_not=why)
    ready = now if packed else _ready(spot, now)
    if ready is None:
        return Offer(Way.GATE, flight.gate, why_not=WhyNot.CLOSED)
    there = ready + walk(spot, flight.gate) + SLACK
    latest = flight.boarding_ends_at - BEFORE_END
    if there > latest:
        return Offer(Way.GATE, flight.gate, why_not=WhyNot.TOO_LATE)
    return Offer(Way.GATE, flight.gate, there, min(max(there, flight.boards_at), latest))


def walk(spot: Spot, gate: str | None) -> timedelta:
    return walk_time(walk_m(spot.iata, spot.terminal, (spot.near_gates, spot.door_m), gate))


def offers(spot: Spot, flight: Flight | None, now: datetime) -> Sequence[Offer]:
    """Both ways, the gate first."""
    return delivering(spot, flight, now), collecting(spot, flight, now)


def words(why: WhyNot) -> dict[str, str]:
    zh, en = WORDS[why]
    return {"zh": zh, "en": en}


def _barred(spot: Spot, flight: Flight | None, now: datetime) -> WhyNot | None:
    if not spot.airside:
        return WhyNot.LANDSIDE
    if flight is None:
        return WhyNot.NO_FLIGHT
    if flight.departs_at > now + AHEAD:
        return WhyNot.TOO_FAR_AHEAD
    return _unreachable(spot, flight)


def _unreachable(spot: Spot, flight: Flight) -> WhyNot | None:
    if not flight.leaves:
        return WhyNot.FLIGHT_OVER
    behind = _behind(spot, flight)
    if behind is not None:
        return behind
    if flight.gate is not None and not gate_known(spot.iata, spot.terminal, flight.gate):
        return WhyNot.GATE_UNKNOWN
    return None


def _behind(spot: Spot, flight: Flight) -> WhyNot | None:
    """Whether controls lie between an airside shop and a flight's gate."""
    if flight.terminal is not None and flight.terminal != spot.terminal:
        return WhyNot.OTHER_TERMINAL
    if ("international" if flight.international else "domestic") not in spot.zones:
        return WhyNot.OTHER_ZONE
    return None


def _ready(spot: Spot, now: datetime) -> datetime | None:
    """When it is picked: the shop must be open all that time."""
    for opens, closes in spot.hours:
        ready = max(now, opens) + spot.picking
        if ready <= closes:
            return ready
    return None
