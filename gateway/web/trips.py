"""The flights that a traveller follows, as lists: on the first page, and on a page of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from starlette.requests import Request

from gateway.session import Traveller
from gateway.web.notices import notice
from gateway.web.roles import ROLES
from gateway.web.rows import Row, best_at, is_open, row
from gateway.web.site import Site
from gateway.web.texts import Texts
from gateway.web.times import date_words, day_words
from gateway.web.visitors import Visitors
from kernel import clock

_MOST_ON_HOME: Final = 4
_STAYS: Final = timedelta(hours=3)
"""How long a flight that is over still stands among those to come: the bags, the way home."""


@dataclass(frozen=True)
class Trip:
    """One followed flight in a list."""

    row: Row
    origin: str
    destination: str
    day: str
    date: str
    role: str
    open: bool
    best_at: datetime

    def is_over(self, now: datetime) -> bool:
        return not self.open and self.best_at < now - _STAYS


class Trips:
    def __init__(self, site: Site, visitors: Visitors) -> None:
        self._site = site
        self._visitors = visitors
        self._airport = site.deps.airport

    async def home(self, request: Request, traveller: Traveller) -> dict[str, Any]:
        """What the first page shows of them: those to come and those just over."""
        told = await self._visitors.try_read(request, traveller, "notify", "list_follows")
        if told is None:
            return {"mine_away": True, "mine": [], "more": 0}
        now = clock.now()
        trips = [trip for trip in self._trips(request, told["follows"]) if not trip.is_over(now)]
        shown = trips[:_MOST_ON_HOME]
        return {"mine_away": False, "mine": shown, "more": len(told["follows"]) - len(shown)}

    async def home_part(self, request: Request, traveller: Traveller) -> bytes:
        """GET /me/flights/now: the part of the first page that follows the news."""
        return self._visitors.draw(request, "mine.html", **await self.home(request, traveller))

    async def page(self, request: Request, traveller: Traveller) -> bytes:
        """GET /me/flights."""
        told = await self._visitors.try_read(request, traveller, "notify", "list_follows")
        now = clock.now()
        trips = self._trips(request, told["follows"] if told else [])
        return self._visitors.draw(
            request,
            "me_flights.html",
            away=told is None,
            hears=told is None or told["reachable"],
            consent=told["consent"] if told else "",
            ahead=[trip for trip in trips if not trip.is_over(now)],
            over=[trip for trip in reversed(trips) if trip.is_over(now)],
            said=notice(request),
        )

    def _trips(self, request: Request, follows: list[dict[str, Any]]) -> list[Trip]:
        """By their best time. What is in memory is newer than what notify has heard of."""
        t, flights = self._site.texts(request), self._site.deps.flights
        known = [
            (entry.flight if (entry := flights.get(one["flight_id"])) else one["flight"], one["role"])
            for one in follows
        ]
        return [
            self._trip(flight, role, t) for flight, role in sorted(known, key=lambda pair: best_at(pair[0]))
        ]

    def _trip(self, flight: dict[str, Any], role: str, t: Texts) -> Trip:
        zone = self._airport.zoneinfo
        today = clock.now().astimezone(zone).date()
        day = datetime.fromisoformat(flight["board_at"]).astimezone(zone).date()
        return Trip(
            row=row(flight, t, self._airport),
            origin=t.name(flight["departure"]["airport"]["city"]),
            destination=t.name(flight["arrival"]["airport"]["city"]),
            day=day_words(t, day, today),
            date=date_words(t, day),
            role=t(ROLES[role][1]),
            open=is_open(flight),
            best_at=best_at(flight),
        )
