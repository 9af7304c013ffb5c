"""The airport bus in the chat: the next departures from the airport, from a stop that is named, from one nearby."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable
from datetime import datetime
from typing import Any, Final

from gateway.deps import Deps
from gateway.rpc import CallContext
from gateway.timetable import Catalogue
from gateway.wechat.cards import Cards, day_words
from gateway.wechat.messages import Card
from gateway.wechat.places import wgs84
from gateway.wechat.words import ChatWords
from kernel import clock
from kernel.clock import monotonic
from kernel.errors import ServiceError
from services.flights import query

log = logging.getLogger(__name__)

_PATIENCE_S: Final = 0.6
"""The account answers within a second: whoever waits for longer is shown the way to the page."""
_KNOWN_S: Final = 300.0
_AGAIN_S: Final = 30.0
_MOST: Final = 4
_FAR_M: Final = 60_000
"""Nobody walks or drives to a bus stop as far away as that: the place isn't around here."""
_SHORTEST_LATIN: Final = 4


class Buses:
    """Answers for one airport."""

    def __init__(self, deps: Deps, words: ChatWords, cards: Cards) -> None:
        self._deps, self._words, self._cards = deps, words, cards
        self._catalogue: Catalogue | None = None
        self._asked_s = 0.0
        self._asking: asyncio.Task[None] | None = None

    # --- what is asked ---------------------------------------------------------------------------------

    def names_stop(self, text: str) -> bool:
        """Whether the text is a stop's name and nothing else, as far as stops are known at this moment."""
        self._learn()
        said = _plain(text)
        return self._catalogue is not None and any(
            said in _names(stop) for stop in self._catalogue.stops if stop["line_ids"] or stop["is_station"]
        )

    async def answer(self, text: str, language: str) -> Card:
        """The next departures: from the stop that is named, to it ("去五一广场"), or from the airport."""
        return await self._in_time(self._departures(text, language), language)

    async def nearest(self, place: tuple[float, float], language: str) -> Card:
        """The stop nearest to a place, and its next departures. place: latitude and longitude as WeChat tells them."""
        return await self._in_time(self._near(place, language), language)

    # --- answers -----------------------------------------------------------------------------------------

    async def _in_time(self, work: Awaitable[Card], language: str) -> Card:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await work
        except (TimeoutError, ServiceError) as exc:
            code = exc.code if isinstance(exc, ServiceError) else "timeout"
            log.info("no buses for the chat", extra={"code": code})
            return self._card(self._name(language), self._words.say("bus_away", language), "/bus")

    async def _departures(self, text: str, language: str) -> Card:
        catalogue = self._catalogue = await self._deps.bus.current(CallContext(language=language))
        airport = catalogue.airport
        said = _plain(text)
        stop = _named(catalogue, said)
        if stop is None or catalogue.is_airport(stop["id"]):
            rides = await self._search(language, from_stop=airport)
            lines = self._lines(rides, language, to=True) or [self._words.say("bus_none", language)]
            head = self._words.say("bus_from_airport", language)
            hint = self._words.say("bus_hint", language, stop=self._example(catalogue, language))
            return self._card(self._name(language), "\n".join([head, *lines, hint]), "/bus")
        here, there = stop["name"][language], self._airport(language)
        if _leads_to(said, stop):
            rides = await self._search(language, from_stop=airport, to_stop=stop["id"])
            title = f"{there} → {here}"
            link = self._cards.link("/bus/departures", **{"from": airport, "to": stop["id"]})
        else:
            rides = await self._search(language, from_stop=stop["id"])
            title, link = f"{here} → {there}", self._cards.link(f"/bus/stops/{stop['id']}")
        lines = self._lines(rides, language) or [self._words.say("bus_none", language)]
        return Card(title, "\n".join(lines), link)

    async def _near(self, place: tuple[float, float], language: str) -> Card:
        latitude, longitude = wgs84(*place)
        asked = {"latitude": round(latitude, 6), "longitude": round(longitude, 6)}
        context = CallContext(language=language)
        told = await self._deps.rpc.call("bus", "list_stops", asked, repeat=True, context=context)
        stop = next((one for one in told["stops"] if one["line_ids"] and not one["is_station"]), None)
        if stop is None or stop["distance_m"] > _FAR_M:
            return self._card(self._name(language), self._words.say("bus_far", language), "/bus")
        rides = await self._search(language, from_stop=stop["id"])
        title = self._words.say(
            "bus_nearest",
            language,
            stop=stop["name"][language],
            distance=_distance(stop["distance_m"], language),
        )
        lines = self._lines(rides, language, to=True) or [self._words.say("bus_none", language)]
        return self._card(title, "\n".join(lines), f"/bus/stops/{stop['id']}")

    async def _search(self, language: str, **ends: str) -> list[dict[str, Any]]:
        asked = {**ends, "limit": _MOST}
        context = CallContext(language=language)
        told = await self._deps.rpc.call("bus", "search_departures", asked, repeat=True, context=context)
        found: list[dict[str, Any]] = told["departures"]
        return found

    def _lines(self, rides: list[dict[str, Any]], language: str, *, to: bool = False) -> list[str]:
        """One departure a line: when, which line, where to if it isn't said above, for how much, seats left."""
        return [self._line(ride, language, to=to) for ride in rides]

    def _line(self, ride: dict[str, Any], language: str, *, to: bool) -> str:
        zone, say = self._deps.airport.zoneinfo, self._words.say
        local = datetime.fromisoformat(ride["boards"]["departs_at"]).astimezone(zone)
        day = "" if local.date() == clock.now().astimezone(zone).date() else day_words(local.date(), language)
        seats = (
            say("bus_free", language, count=ride["free"])
            if ride["free"] and ride["on_sale"]
            else say("bus_full", language)
        )
        parts = [
            f"{day} {local:%H:%M}".strip(),
            ride["line_name"][language],
            f"→ {ride['leaves']['name'][language]}" if to else "",
            _yuan(ride["prices"]["adult_fen"]),
            seats,
        ]
        return " ".join(part for part in parts if part)

    def _card(self, title: str, text: str, path: str) -> Card:
        return Card(title, text, self._cards.link(path))

    def _name(self, language: str) -> str:
        return self._words.topics["bus"].name.in_language(language)

    def _airport(self, language: str) -> str:
        airport = self._deps.airport
        return airport.short_en if language == "en" else airport.short_zh

    @staticmethod
    def _example(catalogue: Catalogue, language: str) -> str:
        """A stop in town, for people to see how one asks."""
        inside = (
            stop for stop in catalogue.stops if stop["line_ids"] and not catalogue.is_airport(stop["id"])
        )
        busiest = max(inside, key=lambda stop: (len(stop["line_ids"]), stop["id"]), default=None)
        return busiest["name"][language] if busiest else ""

    # --- stops -------------------------------------------------------------------------------------------

    def _learn(self) -> None:
        """Ask for the stops in the background: no text waits for them."""
        pause_s = _AGAIN_S if self._catalogue is None else _KNOWN_S
        if self._asking is not None or (self._asked_s and monotonic() - self._asked_s < pause_s):
            return
        self._asked_s = monotonic()
        self._asking = asyncio.get_running_loop().create_task(self._ask())

    async def _ask(self) -> None:
        try:
            self._catalogue = await self._deps.bus.current()
        except ServiceError as exc:
            log.info("no stops for the chat", extra={"code": exc.code})
        finally:
            self._asking = None


def _plain(text: str) -> str:
    return query.normalise(text).strip(" ?？!！。.~")


def _names(stop: dict[str, Any]) -> list[str]:
    return [query.normalise(name) for name in stop["name"].values() if name]


def _named(catalogue: Catalogue, said: str) -> dict[str, Any] | None:
    """The stop whose name stands in the text, the longest name of several; a station before its stops."""
    best: tuple[int, bool] = (0, False)
    found = None
    for stop in catalogue.stops:
        for name in _names(stop):
            rank = (len(name), stop["is_station"])
            if rank > best and _stands_in(name, said):
                best, found = rank, stop
    return found


def _stands_in(name: str, said: str) -> bool:
    """Chinese anywhere, Latin as whole words and not as short as a code."""
    if not name.isascii():
        return len(name) > 1 and name in said
    if len(name) < _SHORTEST_LATIN:
        return False
    return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", said) is not None


def _leads_to(said: str, stop: dict[str, Any]) -> bool:
    return any(re.search(rf"(?:去|到|往|\bto (?:the )?){re.escape(name)}", said) for name in _names(stop))


def _distance(metres: int, language: str) -> str:
    if metres < 1000:
        return f"{metres} 米" if language == "zh" else f"{metres} m"
    return f"{metres / 1000:.1f} 公里" if language == "zh" else f"{metres / 1000:.1f} km"


def _yuan(fen: int) -> str:
    return f"¥{fen // 100}" if fen % 100 == 0 else f"¥{fen // 100}.{fen % 100:02d}"
