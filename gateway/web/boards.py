"""Departures and arrivals of a day: paged around now, filtered, and refreshed row by row."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from starlette.requests import Request

from gateway.cache import SearchTerms
from gateway.errors import BadParameter
from gateway.web.rows import Row, best_at, is_open, row
from gateway.web.site import Draw, Site, link
from gateway.web.texts import Texts
from gateway.web.times import date_words, day_words
from kernel import clock

PAGE: Final = 50
"""Rows of a page: 400 would be six times what a phone should load."""
MOST: Final = 500
_JUST_GONE: Final = timedelta(minutes=20)
_MAX_PINNED: Final = 25
_MAX_IDS: Final = 100
_MAX_SEARCH: Final = 64
DIRECTIONS: Final = {"departures": "departure", "arrivals": "arrival"}


@dataclass(frozen=True)
class Wish:
    """What a reader asked the board for."""

    board: str
    day: date
    today: date
    terminal: str
    airline: str
    text: str
    at: time | None
    count: int
    ids: frozenset[str]

    def href(self, path: str = "", **other: object) -> str:
        """The same wish at `path`, with other values for some of its parameters."""
        given: dict[str, object] = {
            "day": self.day if self.day != self.today else "",
            "terminal": self.terminal,
            "airline": self.airline,
            "q": self.text,
        }
        return link(f"/flights/{self.board}{path}", **(given | other))


@dataclass(frozen=True)
class Slice:
    """The part of a day that one page shows."""

    pinned: list[dict[str, Any]]
    shown: list[dict[str, Any]]
    earlier: str
    later: str
    total: int


def wish(request: Request, board: str, today: date, days: Sequence[date]) -> Wish:
    """Read the address. Raises BadParameter with the field that can't be read."""
    given, at, count = request.query_params, None, PAGE
    day = day_asked(request, days) or today
    try:
        at = time.fromisoformat(given["at"]) if given.get("at") else None
    except ValueError as exc:
        raise BadParameter(fields={"at": ["Not a valid time."]}) from exc
    try:
        count = max(1, min(MOST, int(given["n"]))) if given.get("n") else PAGE
    except ValueError as exc:
        raise BadParameter(fields={"n": ["Not a valid integer."]}) from exc
    return Wish(
        board=board,
        day=day,
        today=today,
        terminal=given.get("terminal", "")[:12],
        airline=given.get("airline", "")[:3].upper(),
        text=given.get("q", "").strip()[:_MAX_SEARCH],
        at=at.replace(tzinfo=None) if at else None,
        count=count,
        ids=frozenset(given.get("ids", "").split(",")[:_MAX_IDS]) - {""},
    )


def day_asked(request: Request, days: Sequence[date]) -> date | None:
    """The day in the address, None without one. Raises BadParameter when it is no day that we have."""
    text = request.query_params.get("day", "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as exc:
        raise BadParameter(fields={"day": ["Not a valid date."]}) from exc
    if day not in days:
        raise BadParameter(fields={"day": ["Not one of the days shown."]})
    return day


def cut(flights: list[dict[str, Any]], wanted: Wish, zone: Any, now: datetime) -> Slice:
    """The page of a day's legs (sorted by their time) that answers `wanted`.

    Without a time asked for, today begins a little before now, with whatever is overdue pinned above it.
    """

    def clock_of(flight: dict[str, Any]) -> str:
        return f"{datetime.fromisoformat(flight['board_at']).astimezone(zone):%H:%M}"

    start = 0
    pinned: list[dict[str, Any]] = []
    if wanted.at is not None:
        start = bisect_left(flights, f"{wanted.at:%H:%M}", key=clock_of)
    elif wanted.day == wanted.today and not wanted.text:
        since = (now - _JUST_GONE).astimezone(zone)
        if since.date() == wanted.day:
            start = bisect_left(flights, f"{since:%H:%M}", key=clock_of)
        start = min(start, max(0, len(flights) - wanted.count // 2))
        pinned = [
            flight for flight in flights[:start] if is_open(flight) or best_at(flight) >= now - _JUST_GONE
        ]
        pinned = pinned[-_MAX_PINNED:]
    end = min(len(flights), start + wanted.count)
    return Slice(
        pinned=pinned,
        shown=flights[start:end],
        earlier=clock_of(flights[max(0, start - PAGE)]) if start else "",
        later=clock_of(flights[end]) if end < len(flights) else "",
        total=len(flights),
    )


class Boards:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._airport = site.deps.airport

    def page(self, board: str) -> Draw:
        """GET /flights/departures and /flights/arrivals."""

        async def draw(request: Request) -> bytes:
            return self._draw(request, board, "board.html")

        return draw

    def rows(self, board: str) -> Draw:
        """GET …/rows: the board alone; with `ids`, only those of its rows."""

        async def draw(request: Request) -> bytes:
            return self._draw(request, board, "board_rows.html")

        return draw

    def _draw(self, request: Request, board: str, template: str) -> bytes:
        t = self._site.texts(request)
        flights, zone = self._site.deps.flights, self._airport.zoneinfo
        now = clock.now()
        days = flights.days()
        wanted = wish(request, board, now.astimezone(zone).date(), days)
        found = self._find(wanted)
        part = cut(found, wanted, zone, now)
        only = wanted.ids
        values: dict[str, Any] = {
            "board": board,
            "departing": board == "departures",
            "wanted": wanted,
            "pinned": [] if only else self._shown(part.pinned, t),
            "rows": self._shown([f for f in found if f["id"] in only] if only else part.shown, t),
            "earlier": wanted.href(at=part.earlier) if part.earlier else "",
            "later": wanted.href(at=part.later) if part.later else "",
            "total": part.total,
            "only": bool(only),
        }
        if template == "board.html":
            values |= self._controls(wanted, days, t)
        return self._site.draw(request, template, **values)

    def _find(self, wanted: Wish) -> list[dict[str, Any]]:
        flights, direction = self._site.deps.flights, DIRECTIONS[wanted.board]
        if wanted.text:
            entries = flights.search(
                SearchTerms(
                    text=wanted.text,
                    direction=direction,
                    day_local=wanted.day,
                    airline=wanted.airline,
                    terminal=wanted.terminal,
                )
            )
        else:
            entries = flights.board(
                direction, wanted.day, terminal=wanted.terminal or None, airline=wanted.airline or None
            )
        return [entry.flight for entry in entries]

    def _shown(self, flights: list[dict[str, Any]], t: Texts) -> list[Row]:
        return [row(flight, t, self._airport) for flight in flights]

    def _controls(self, wanted: Wish, days: Sequence[date], t: Texts) -> dict[str, Any]:
        """Day tabs, terminals and airlines to choose from, and the addresses of both boards."""
        everything = [e.flight for e in self._site.deps.flights.board(DIRECTIONS[wanted.board], wanted.day)]
        airlines = {f["airline"]["iata"]: t.name(f["airline"]["name"]) for f in everything}
        here = "departure" if wanted.board == "departures" else "arrival"
        terminals = {f[here]["terminal"] for f in everything if f[here]["terminal"]}
        return {
            "days": [
                {
                    "word": day_words(t, day, wanted.today),
                    "date": date_words(t, day),
                    "href": wanted.href(day=day if day != wanted.today else "", at=""),
                    "current": day == wanted.day,
                }
                for day in days
            ],
            "airlines": sorted(airlines.items(), key=lambda pair: pair[1]),
            "terminals": sorted(terminals | set(self._airport.terminals)),
            "other_board": link(
                "/flights/" + ("arrivals" if wanted.board == "departures" else "departures"),
                day=wanted.day if wanted.day != wanted.today else "",
            ),
        }
