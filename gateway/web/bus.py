"""The airport bus for everybody: search, next departures, lines, and the board of a stop."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from starlette.requests import Request

from gateway.calls import context_of
from gateway.errors import BadParameter, UnknownPath
from gateway.timetable import Catalogue
from gateway.web.bus_flights import Wanted, flight_wanted
from gateway.web.bus_views import Offer, offer
from gateway.web.rows import row
from gateway.web.site import Site, link
from gateway.web.texts import Texts
from gateway.web.times import date_words, day_words, span_words
from kernel import clock
from kernel.errors import Kind, ServiceError

_DAYS: Final = 7
_FOUND: Final = 8
_IN_TIME: Final = 4
_ON_BOARD: Final = 14
_LONGEST_ID: Final = 64
_FOR_FLIGHT: Final = 40
_SHOWN: Final = 4


class Bus:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._airport = site.deps.airport

    async def home(self, request: Request) -> bytes:
        """GET /bus."""
        return self._site.draw(
            request, "bus_home.html", **await self._form(request), lines=await self._lines(request)
        )

    async def lines(self, request: Request) -> bytes:
        """GET /bus/lines: every line with its stops."""
        return self._site.draw(request, "bus_lines.html", lines=await self._lines(request))

    async def departures(self, request: Request) -> bytes:
        """GET /bus/departures?from=&to=&day=&at=&flight=."""
        form = await self._form(request)
        wanted: Wanted = form["wanted"]
        asked = self._search(form, wanted)
        offers, before_flight_min = await self._find(request, asked) if asked else ([], None)
        texts = self._site.texts(request)
        return self._site.draw(
            request,
            "bus_departures.html",
            **form,
            offers=offers,
            asked=bool(asked),
            later=self._later(form, offers) if offers and not wanted.departs_at else "",
            meets_from=wanted.meets_from,
            before_flight=bool(wanted.departs_at),
            before_words=span_words(texts, before_flight_min) if before_flight_min else "",
            flight_row=row(wanted.flight, texts, self._airport) if wanted.flight else None,
            tabs=self._tabs(request, form),
        )

    async def stop(self, request: Request) -> bytes:
        """GET /bus/stops/{stop_id}: what leaves from here next; `screen` for a big one that nobody touches."""
        return await self._board(request, "bus_stop.html")

    async def stop_rows(self, request: Request) -> bytes:
        """GET /bus/stops/{stop_id}/rows: the board alone."""
        return await self._board(request, "bus_stop_rows.html")

    async def for_flight(self, request: Request) -> bytes:
        """GET /flights/{flight_id}/bus: a few buses for the flight's page, one of each line."""
        entry = self._site.deps.flights.get(request.path_params["flight_id"])
        if entry is None:
            raise UnknownPath
        wanted = Wanted(entry.id, entry.flight)
        try:
            catalogue = await self.catalogue(request)
        except ServiceError as exc:
            if exc.kind is not Kind.NOT_FOUND:
                raise
            return self._site.draw(request, "flight_bus.html", offers=None)
        asked: dict[str, Any] = {"limit": _FOR_FLIGHT}
        if wanted.departs_at:
            asked |= {"to_stop": catalogue.airport, "flight_departs_at": wanted.departs_at}
        else:
            begins = max(clock.now(), wanted.meets_from or clock.now())
            asked |= {"from_stop": catalogue.airport, "after": begins.isoformat()}
        found, _ = await self._find(request, asked)
        offers = [one for one in found if one.sale in {"open", "few"}]
        departing = wanted.departs_at is not None
        # For a departure the latest that is in time is asked for, for an arrival the next: one of each line.
        by_line = {one.ride.line: one for one in (offers if departing else offers[::-1])}
        shown = sorted(by_line.values(), key=lambda one: one.ride.departs.at, reverse=departing)[:_SHOWN]
        return self._site.draw(
            request, "flight_bus.html", offers=shown, departing=departing, flight_id=entry.id
        )

    async def catalogue(self, request: Request) -> Catalogue:
        """Lines and stops. Raises NoTimetable, Unavailable, DeadlineExceeded."""
        return await self._site.deps.bus.current(context_of(request))

    async def _board(self, request: Request, template: str) -> bytes:
        t, catalogue = self._site.texts(request), await self.catalogue(request)
        stop = catalogue.stop.get(request.path_params["stop_id"])
        if stop is None:
            raise UnknownPath
        offers, _ = await self._find(request, {"from_stop": stop["id"], "limit": _ON_BOARD})
        return self._site.draw(
            request,
            template,
            stop=stop,
            name=t.name(stop["name"]),
            lines=[self._line(catalogue.line[line_id], t, catalogue) for line_id in stop["line_ids"]],
            offers=offers,
            screen=request.query_params.get("screen") == "1",
        )

    async def _find(self, request: Request, asked: dict[str, Any]) -> tuple[list[Offer], int | None]:
        """Offers, and for a flight how many minutes before it they are there at least."""
        found = await self._site.deps.rpc.call(
            "bus", "search_departures", asked, repeat=True, context=context_of(request)
        )
        t, catalogue, today = self._site.texts(request), await self.catalogue(request), self._today()
        offers = [offer(ride, t, self._airport, catalogue, today) for ride in found["departures"]]
        return offers, found["before_flight_min"]

    def _search(self, form: dict[str, Any], wanted: Wanted) -> dict[str, Any]:
        """SearchSchema for what was asked; empty when there is nothing to search for yet."""
        start, end = form["start"], form["end"]
        if wanted.missing or wanted.others or start == end or form["unserved"]:
            return {}
        asked: dict[str, Any] = {"from_stop": start or None, "to_stop": end or None, "limit": _FOUND}
        if wanted.departs_at:
            asked |= {"flight_departs_at": wanted.departs_at, "limit": _IN_TIME}
        else:
            begins = [form["after"]] + ([wanted.meets_from] if wanted.meets_from else [])
            asked["after"] = max(begins).isoformat()
        return {key: value for key, value in asked.items() if value is not None}

    async def _form(self, request: Request) -> dict[str, Any]:
        """What the search form holds: the address read strictly, the stops to choose from."""
        given, t, catalogue = request.query_params, self._site.texts(request), await self.catalogue(request)
        start, end = (given.get(name, "")[:_LONGEST_ID] for name in ("from", "to"))
        for name, stop_id in (("from", start), ("to", end)):
            if stop_id and stop_id not in catalogue.stop:
                raise BadParameter(fields={name: ["Not one of the stops."]})
        day, at = self._day(given.get("day", "")), _clock(given.get("at", ""))
        wanted = flight_wanted(self._site.deps.flights, given.get("flight", ""), day)
        if wanted.departs_at and not end:
            end = catalogue.airport
        if wanted.meets_from and not start:
            start = catalogue.airport
        in_town = not (catalogue.is_airport(start) or catalogue.is_airport(end))
        return {
            "start": start,
            "end": end or ("" if not start or catalogue.is_airport(start) else catalogue.airport),
            "start_name": t.name(catalogue.stop[start]["name"]) if start else "",
            "end_name": t.name(catalogue.stop[end]["name"]) if end else "",
            "unserved": bool(start and end and in_town),
            "day": day,
            "today": self._today(),
            "last_day": self._today() + timedelta(days=60),
            "at": given.get("at", "") if at else "",
            "after": self._after(day, at),
            "wanted": wanted,
            "flight": given.get("flight", "")[:_LONGEST_ID],
            "others": [row(one, t, self._airport) for one in wanted.others],
            "places": self._places(catalogue, t),
            "airport_stop": catalogue.airport,
        }

    def _after(self, day: date | None, at: time | None) -> datetime:
        """The instant from which to search: now, or the time asked for, or the first bus of that day."""
        if day is None and at is None:
            return clock.now()
        local = datetime.combine(day or self._today(), at or time(), self._airport.zoneinfo)
        return max(local, clock.now()) if local.date() == self._today() else local

    def _day(self, text: str) -> date | None:
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError as exc:
            raise BadParameter(fields={"day": ["Not a valid date."]}) from exc
        if not self._today() <= day <= self._today() + timedelta(days=400):
            raise BadParameter(fields={"day": ["Not one of the days shown."]})
        return None if day == self._today() else day

    def _today(self) -> date:
        return clock.now().astimezone(self._airport.zoneinfo).date()

    def _later(self, form: dict[str, Any], offers: list[Offer]) -> str:
        at = (offers[-1].ride.departs.at + timedelta(minutes=1)).astimezone(self._airport.zoneinfo)
        return self._href(form, day=at.date() if at.date() != self._today() else "", at=f"{at:%H:%M}")

    def _href(self, form: dict[str, Any], **other: object) -> str:
        kept = {"from": form["start"], "to": form["end"], "flight": form["flight"], "day": form["day"]}
        return link("/bus/departures", **(kept | other))

    def _tabs(self, request: Request, form: dict[str, Any]) -> list[dict[str, Any]]:
        """The coming days; none when a flight says the day."""
        t, today = self._site.texts(request), self._today()
        if form["wanted"].flight:
            return []
        days = [today + timedelta(days=ahead) for ahead in range(_DAYS)]
        return [
            {
                "word": day_words(t, day, today),
                "date": date_words(t, day),
                "href": self._href(form, day=day if day != today else ""),
                "current": day == (form["day"] or today),
            }
            for day in days
        ]

    async def _lines(self, request: Request) -> list[dict[str, Any]]:
        t, catalogue = self._site.texts(request), await self.catalogue(request)
        return [self._line(line, t, catalogue) for line in catalogue.lines]

    def _line(self, line: dict[str, Any], t: Texts, catalogue: Catalogue) -> dict[str, Any]:
        stops = [catalogue.stop[stop_id] for stop_id in line["stop_ids"] if stop_id in catalogue.stop]
        town = [stop for stop in stops if not catalogue.is_airport(stop["id"])]
        return {
            "id": line["id"],
            "number": line["number"],
            "name": t.name(line["name"]),
            "colour": line["colour"] or "#067a4a",
            "stops": [{"id": stop["id"], "name": t.name(stop["name"])} for stop in stops],
            "town": [t.name(stop["name"]) for stop in town],
            "first": town[0]["id"] if town else "",
        }

    def _places(self, catalogue: Catalogue, t: Texts) -> list[dict[str, Any]]:
        """Stops that one may choose: stations stand for their stops; the airport comes first."""
        places = [stop for stop in catalogue.stops if stop["station"] is None and stop["line_ids"]]
        places.sort(key=lambda stop: (stop["id"] != catalogue.airport, t.name(stop["name"])))
        return [
            {
                "id": stop["id"],
                "name": t.name(stop["name"]),
                "lat": stop["latitude"],
                "lon": stop["longitude"],
            }
            for stop in places
        ]


def _clock(text: str) -> time | None:
    """Raises BadParameter."""
    if not text:
        return None
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError as exc:
        raise BadParameter(fields={"at": ["Not a valid time."]}) from exc
