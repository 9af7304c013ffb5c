"""Flights, parties and seats of check-in as pages show them, in one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from gateway.deps import Deps
from gateway.web.rows import row, status_word
from gateway.web.texts import N_, Texts
from gateway.web.times import Moment, date_words, day_words, moment, when_words
from kernel import clock
from services.checkin.schemas import SeatAttribute, Standing, TravellerKind, WindowState

KINDS: Final = {
    TravellerKind.ADULT: N_("Adult"),
    TravellerKind.CHILD: N_("Child"),
    TravellerKind.UNACCOMPANIED: N_("Child travelling alone"),
}
STANDINGS: Final = {
    Standing.BOOKED: (N_("Not checked in"), "calm"),
    Standing.CHECKED_IN: (N_("Checked in"), "go"),
    Standing.BOARDED: (N_("On board"), "air"),
    Standing.OFF_LOADED: (N_("Taken off the flight"), "bad"),
    Standing.DELETED: (N_("Not on the list any more"), "bad"),
}
"""By where a traveller stands: the word and its tone."""
WINDOWS: Final = {
    WindowState.TOO_EARLY: (N_("Not open yet"), "calm"),
    WindowState.OPEN: (N_("Check-in open"), "go"),
    WindowState.CLOSED: (N_("Check-in closed"), "done"),
    WindowState.CANCELLED: (N_("Flight cancelled"), "bad"),
}
CABINS: Final = {
    "F": N_("First class"),
    "C": N_("Business class"),
    "J": N_("Business class"),
    "W": N_("Premium economy"),
    "Y": N_("Economy class"),
}
ATTRIBUTES: Final = {
    SeatAttribute.WINDOW: N_("window"),
    SeatAttribute.AISLE: N_("aisle"),
    SeatAttribute.EXIT: N_("emergency exit"),
    SeatAttribute.BASSINET: N_("place for a cot"),
    SeatAttribute.EXTRA_LEGROOM: N_("extra legroom"),
    SeatAttribute.LIMITED_RECLINE: N_("reclines little"),
    SeatAttribute.NO_INFANT: N_("not with an infant"),
    SeatAttribute.NO_WINDOW: N_("without a view"),
    SeatAttribute.ADJOINS_TOILET: N_("beside a toilet"),
}
SERVICES: Final = {
    "BBML": N_("Baby meal"),
    "CHML": N_("Child meal"),
    "VGML": N_("Vegetarian meal"),
    "MOML": N_("Muslim meal"),
    "KSML": N_("Kosher meal"),
    "DBML": N_("Diabetic meal"),
    "SFML": N_("Seafood meal"),
    "WCHR": N_("Wheelchair"),
    "WCHS": N_("Wheelchair"),
    "WCHC": N_("Wheelchair"),
    "BLND": N_("Assistance for the blind"),
    "DEAF": N_("Assistance for the deaf"),
    "UMNR": N_("Child travelling alone"),
    "MEDA": N_("Medical clearance"),
    "BSCT": N_("Cot"),
}
INSIDE: Final = frozenset({"checked_in", "boarded"})


@dataclass(frozen=True)
class Flown:
    """A flight of check-in; gate, times and status are the newest that are known."""

    id: str
    version: int
    number: str
    airline: str
    origin: str
    origin_code: str
    destination: str
    destination_code: str
    day: str
    date_text: str
    full_date: date
    departs: Moment
    was: Moment | None
    boards: Moment
    closes: Moment
    gate: str
    terminal: str
    status: str
    word: str
    tone: str
    international: bool

    @property
    def says(self) -> str:
        return f"{self.number}: {self.word}"

    @property
    def is_off(self) -> bool:
        return self.status == "cancelled"


def flown(flight: Mapping[str, Any], t: Texts, deps: Deps) -> Flown:
    """TripFlightSchema, with what the gateway's own memory knows better."""
    zone, base = deps.airport.zoneinfo, date.fromisoformat(flight["day_local"])
    entry = deps.flights.get(flight["id"])
    live = row(entry.flight, t, deps.airport) if entry else None
    word = status_word(live.status if live else flight["status"])
    scheduled = _moment(flight["scheduled_at"], zone, base)
    departs = (live.best or live.scheduled) if live else _moment(flight["departs_at"], zone, base)
    # What check-in knew before the news of a delay came to it moves with the flight.
    late = departs.at - datetime.fromisoformat(flight["departs_at"])
    today = clock.now().astimezone(zone).date()
    return Flown(
        id=flight["id"],
        version=live.version if live else 0,
        number=flight["number"],
        airline=live.airline if live else flight["airline"],
        origin=t.name(flight["departure_name"]),
        origin_code=flight["departure_airport"],
        destination=t.name(flight["arrival_name"]),
        destination_code=flight["arrival_airport"],
        day=day_words(t, base, today),
        date_text=date_words(t, base),
        full_date=base,
        departs=departs,
        was=scheduled if departs.at != scheduled.at else None,
        boards=_moment(datetime.fromisoformat(flight["boarding_at"]) + late, zone, base),
        closes=_moment(datetime.fromisoformat(flight["gate_closes_at"]) + late, zone, base),
        gate=(live.gate if live else flight["gate"]) or "",
        terminal=(live.terminal if live else flight["terminal"]) or "",
        status=live.status if live else flight["status"],
        word=t(word.text),
        tone=word.tone,
        international=flight["international"],
    )


def _moment(at: str | datetime, zone: ZoneInfo, base: date) -> Moment:
    found = moment(at, zone, base)
    if found is None:
        raise ValueError("a flight of check-in has its times")
    return found


def window_words(window: Mapping[str, Any], t: Texts, zone: ZoneInfo) -> dict[str, Any]:
    """WindowSchema: whether it is open, from when to when, and why."""
    word, tone = WINDOWS[WindowState(window["state"])]
    return {
        "state": window["state"],
        "open": window["state"] == WindowState.OPEN.value,
        "word": t(word),
        "tone": tone,
        "opens": when_words(t, window["opens_at"], zone),
        "closes": when_words(t, window["closes_at"], zone),
        "counter": when_words(t, window["counter_closes_at"], zone),
        "reason": t.name(window["reason"]),
    }


def members(travellers: Sequence[Mapping[str, Any]], t: Texts) -> list[dict[str, Any]]:
    """The party with words: who may check in here, who must see an agent, and why."""
    return [_member(number, one, t) for number, one in enumerate(travellers, 1)]


def _member(number: int, one: Mapping[str, Any], t: Texts) -> dict[str, Any]:
    word, tone = STANDINGS[Standing(one["standing"])]
    return {
        **one,
        "number": number,
        "shown": plain(one["name"]),
        "baby": plain(one["infant"]) if one["infant"] else "",
        "who": t(KINDS[TravellerKind(one["kind"])]),
        "word": t(word),
        "tone": tone,
        "inside": one["standing"] in INSIDE,
        "may": one["standing"] in {"booked", "checked_in"} and not one["agent"],
        "reasons": [t.name(reason["reason"]) for reason in one["agent"]],
        "services": services(one["specials"], t),
        "cabin_word": cabin(one["cabin"], t),
    }


def services(codes: Sequence[str], t: Texts) -> str:
    """Special services in words; codes that travellers don't know stay unsaid."""
    return t.listing(list(dict.fromkeys(t(SERVICES[code]) for code in codes if code in SERVICES)))


def cabin(code: str, t: Texts) -> str:
    return t(CABINS[code]) if code in CABINS else t("Cabin %(code)s", code=code)


def plain(name: str) -> str:
    """ZHANG/SAN as it is read: ZHANG SAN."""
    return name.replace("/", " ").strip()


def seat_words(attributes: Sequence[str], t: Texts) -> str:
    """window, extra legroom: what is said of a seat."""
    return t.listing([t(word) for key, word in ATTRIBUTES.items() if key.value in attributes])


def over_wing(rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """Row numbers beside the wings: around the exits that lie within a cabin, not at its ends."""
    numbers = [one["row"] for one in rows]
    inner = [at for at, one in enumerate(rows) if one["exit"] and 1 < at < len(rows) - 2]
    if not inner:
        return set()
    return set(numbers[max(0, inner[0] - 3) : inner[-1] + 4])
