"""Rides, prices and orders of the airport bus as pages show them, in one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from gateway.timetable import Catalogue
from gateway.web.texts import N_, Texts
from gateway.web.times import Moment, date_words, day_words, moment, span_words
from services.airport import Airport
from services.bus.schemas import Rider

_FEW: Final = 5
_SIGNS: Final = {"CNY": "¥"}
RIDERS: Final = {
    Rider.ADULT: (N_("Adult"), N_("15 and older, or taller than 1.5 m")),
    Rider.CHILD: (N_("Child"), N_("6 to 14 years, or 1.2 to 1.5 m; half price")),
    Rider.DISCOUNT: (
        N_("Discount"),
        N_("Disabled soldiers and police, fire-fighters injured on duty: half price, bring the certificate"),
    ),
}
"""Who rides: the word, and who is meant by it."""


@dataclass(frozen=True)
class Journey:
    """A ride from stop to stop, on the clocks of the airport."""

    departure_id: str
    line: str
    line_name: str
    colour: str
    origin_id: str
    origin: str
    destination_id: str
    destination: str
    day: str
    date: str
    departs: Moment
    arrives: Moment
    minutes: int
    span: str

    @property
    def key(self) -> dict[str, str]:
        return {"from": self.origin_id, "to": self.destination_id}


@dataclass(frozen=True)
class Offer:
    """A ride that one may buy. sale: open, few, full or closed."""

    ride: Journey
    price: str
    free: int
    sale: str


def journey(
    ride: Mapping[str, Any], t: Texts, airport: Airport, catalogue: Catalogue, today: date
) -> Journey:
    """Of a RideSchema of a search, or of the flat ride of an order or ticket."""
    if "boards" in ride:
        ends = {
            "from_stop": ride["boards"]["stop_id"],
            "from_name": ride["boards"]["name"],
            "departs_at": ride["boards"]["departs_at"],
            "to_stop": ride["leaves"]["stop_id"],
            "to_name": ride["leaves"]["name"],
            "arrives_at": ride["leaves"]["arrives_at"],
        }
        ride = {**ride, **ends}
    line = catalogue.line.get(ride["line_id"], {})
    departs_at, arrives_at = (datetime.fromisoformat(ride[f"{end}_at"]) for end in ("departs", "arrives"))
    day = departs_at.astimezone(airport.zoneinfo).date()
    minutes = int((arrives_at - departs_at).total_seconds() // 60)
    return Journey(
        departure_id=ride["departure_id"],
        line=line.get("number", ride["line_id"]),
        line_name=t.name(ride["line_name"]),
        colour=line.get("colour") or "#067a4a",
        origin_id=ride["from_stop"],
        origin=t.name(ride["from_name"]),
        destination_id=ride["to_stop"],
        destination=t.name(ride["to_name"]),
        day=day_words(t, day, today),
        date=date_words(t, day),
        departs=sure(moment(departs_at, airport.zoneinfo, day)),
        arrives=sure(moment(arrives_at, airport.zoneinfo, day)),
        minutes=minutes,
        span=span_words(t, minutes),
    )


def offer(ride: Mapping[str, Any], t: Texts, airport: Airport, catalogue: Catalogue, today: date) -> Offer:
    """Of a RideSchema."""
    free, prices = ride["free"], ride["prices"]
    sold = "closed" if free > 0 else "full"
    sale = sold if not ride["on_sale"] else "few" if free <= _FEW else "open"
    price = money(prices["adult_fen"], prices["currency"])
    return Offer(journey(ride, t, airport, catalogue, today), price, free, sale)


@dataclass(frozen=True)
class Day:
    """Offers of one day, by the words for it."""

    word: str
    date: str
    offers: list[Offer]


def by_day(offers: Sequence[Offer]) -> list[Day]:
    """Offers in their order, under the days on which they leave."""
    days = groupby(offers, key=lambda one: (one.ride.day, one.ride.date))
    return [Day(word, date_, list(found)) for (word, date_), found in days]


def money(fen: int, currency: str = "CNY") -> str:
    """`¥20`, `¥20.50`: whole fen as people write them."""
    yuan, rest = divmod(fen, 100)
    sign = _SIGNS.get(currency, f"{currency} ")
    return f"{sign}{yuan}.{rest:02d}" if rest else f"{sign}{yuan}"


def seats_words(seats: list[dict[str, Any]], t: Texts) -> str:
    """`2 adults, 1 child`, in the order of the vocabulary."""
    kinds = [seat["kind"] for seat in seats]
    counted = [(rider, kinds.count(rider.value)) for rider in Rider]
    return t.listing([f"{t(RIDERS[rider][0])} × {n}" for rider, n in counted if n])


def sure(at: Moment | None) -> Moment:
    """A moment that is never missing: every ride has its times."""
    if at is None:
        raise ValueError("a ride without a time")
    return at
