"""Search as people write: a number, a city in any script, a route, an airline; today first, other days beside it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

from starlette.requests import Request

from gateway.cache import FlightEntry
from gateway.web.boards import day_asked
from gateway.web.rows import best_at, is_open, row
from gateway.web.site import Site, link
from gateway.web.texts import Texts
from gateway.web.times import date_words, day_words
from kernel import clock
from services.flights import query

_MOST: Final = 60
_LONGEST: Final = 64
_JUST_GONE: Final = timedelta(hours=2)


class Search:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._airport = site.deps.airport

    async def page(self, request: Request) -> bytes:
        """GET /flights/search?q=…&day=…"""
        t, flights = self._site.texts(request), self._site.deps.flights
        text = request.query_params.get("q", "").strip()[:_LONGEST]
        now, days = clock.now(), flights.days()
        today = now.astimezone(self._airport.zoneinfo).date()
        asked = day_asked(request, days)
        understood = query.parse(text)
        named = understood.day_local(today)
        by_day: dict[date, list[dict[str, Any]]] = {}
        if not understood.empty or named:
            by_day = self._by_day(understood, named)
        current = asked or named or self._first_day(by_day, today, now)
        found = by_day.get(current, [])
        over = [f for f in found if current == today and _is_over(f, now)]
        gone = {flight["id"] for flight in over}
        ahead = [flight for flight in found if flight["id"] not in gone]
        return self._site.draw(
            request,
            "search.html",
            q=text,
            too_long=len(request.query_params.get("q", "").strip()) > _LONGEST,
            outside=named if named and named not in days else None,
            tabs=self._tabs(by_day, text, current, today, t),
            count=sum(len(part) for part in by_day.values()),
            rows=[row(flight, t, self._airport) for flight in ahead[:_MOST]],
            over=[row(flight, t, self._airport) for flight in over[-_MOST:]],
            cut=len(ahead) > _MOST,
            examples=self._examples(today, t),
        )

    def _by_day(self, wanted: query.Query, named: date | None) -> dict[date, list[dict[str, Any]]]:
        """The legs that answer, by day in board order; only of the `named` day if there is one."""
        found: dict[date, list[FlightEntry]] = {}
        for entry in self._site.deps.flights.all():
            if named in (None, entry.day_local) and query.matches(wanted, entry.keywords):
                found.setdefault(entry.day_local, []).append(entry)
        return {day: [e.flight for e in sorted(found[day], key=lambda e: e.order)] for day in sorted(found)}

    @staticmethod
    def _first_day(by_day: dict[date, list[dict[str, Any]]], today: date, now: datetime) -> date:
        """The first day with an answer that isn't over yet, else the last one gone."""
        for day, found in by_day.items():
            if day > today or (day == today and not all(_is_over(each, now) for each in found)):
                return day
        return max(by_day, default=today)

    @staticmethod
    def _tabs(
        by_day: dict[date, Any], text: str, current: date, today: date, t: Texts
    ) -> list[dict[str, Any]]:
        return [
            {
                "word": day_words(t, day, today),
                "date": date_words(t, day),
                "count": len(found),
                "href": link("/flights/search", q=text, day=day),
                "current": day == current,
            }
            for day, found in by_day.items()
        ]

    def _examples(self, today: date, t: Texts) -> list[str]:
        """Searches that find something here: a number, a city, a route and an airline of today."""
        leaving = self._site.deps.flights.board("departure", today)
        if not leaving:
            return []
        flight = leaving[len(leaving) // 2].flight
        other = leaving[len(leaving) // 3].flight
        here, there = flight["departure"]["airport"], flight["arrival"]["airport"]
        route = f"{t.name(here['city'])} {t.name(other['arrival']['airport']['city'])}"
        return [flight["number"], t.name(there["city"]), route, t.name(other["airline"]["name"])]


def _is_over(flight: dict[str, Any], now: datetime) -> bool:
    return not is_open(flight) and best_at(flight) < now - _JUST_GONE
