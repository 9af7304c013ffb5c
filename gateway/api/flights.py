"""Travellers' JSON about flights: from memory where the window reaches, from the service beyond it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.api.schemas import BOARD_PARAMETERS, NO_PARAMETERS, SEARCH_PARAMETERS
from gateway.cache import BoardKey, FlightEntry, Page, SearchTerms, envelope
from gateway.calls import context_of
from gateway.deps import Deps
from gateway.errors import BadParameter, NoNewsYet, UnknownPath
from gateway.limits import Spent
from gateway.pages import require_json, respond
from gateway.parameters import read_query, within_reach
from kernel import clock
from kernel.errors import Unavailable
from kernel.instants import instant
from services.flights.errors import FlightNotFound

BOARDS: Final = {"departures": "departure", "arrivals": "arrival"}
RATE_POLICY: Final = "public"
_LONGEST_ID: Final = 64
_PAGE: Final = 500
_MOST_PAGES: Final = 6


class FlightsApi:
    """The endpoints. Each is a few lines: read, ask, answer."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._flights = deps.flights

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/v1/flights", self.search),
            Route("/api/v1/flights/{flight_id}", self.one),
            Route("/api/v1/flights/{flight_id}/history", self.history),
            Route("/api/v1/boards/{board}", self.board),
        ]

    async def one(self, request: Request) -> Response:
        """One flight. Those in the window are answered by the edge before they get here."""
        require_json(request)
        read_query(request, NO_PARAMETERS)
        flight_id = _flight_id(request)
        entry = self._flights.get(flight_id)
        if entry is not None:
            return respond(request, entry.page, self._flights)
        spent = self._spend(request)
        flight = await self._call(request, "get_flight", {"flight_id": flight_id})
        flight.pop("keywords", None)
        return _told(respond(request, Page(orjson.dumps(flight))), spent)

    async def history(self, request: Request) -> Response:
        require_json(request)
        read_query(request, NO_PARAMETERS)
        flight_id = _flight_id(request)
        spent = self._spend(request)
        history = await self._call(request, "get_history", {"flight_id": flight_id})
        for change in history["changes"]:
            change.pop("source_name", None)
        return _told(respond(request, Page(orjson.dumps(history))), spent)

    async def board(self, request: Request) -> Response:
        """One board; answered once, the edge knows this spelling of its address until something changes."""
        require_json(request)
        direction = BOARDS.get(request.path_params["board"])
        if direction is None:
            raise UnknownPath
        given = read_query(request, BOARD_PARAMETERS)
        flights = self._flights
        day = within_reach(given["day"] or flights.today, flights.today)
        if not flights.window.holds_day(day):
            return await self._distant_board(
                request, BoardKey(direction, day, given["terminal"], given["airline"])
            )
        if not flights.loaded:
            raise NoNewsYet(retry_after_s=2)
        board = flights.board_bytes(BoardKey(direction, day, given["terminal"], given["airline"]))
        page = await board.fresh()
        query = request.url.query
        flights.remember(f"{request.url.path}?{query}" if query else request.url.path, board)
        return respond(request, page, flights)

    async def _distant_board(self, request: Request, key: BoardKey) -> Response:
        spent = self._spend(request)
        conditions = {
            "direction": key.direction,
            "day_local": key.day_local.isoformat(),
            "terminal": key.terminal or "",
            "airline": key.airline or "",
        }
        found = [flight async for flight in self._all_pages(request, conditions)]
        head = self._head_from_service() | {"day_local": key.day_local}
        return _told(respond(request, Page(orjson.dumps(head | {"flights": found}))), spent)

    async def search(self, request: Request) -> Response:
        require_json(request)
        given = read_query(request, SEARCH_PARAMETERS)
        flights = self._flights
        terms = SearchTerms(
            text=given["q"],
            direction=given["direction"],
            day_local=given["day"],
            from_time_local=given["time_from"],
            to_time_local=given["time_to"],
            place=given["place"],
            airline=given["airline"],
            terminal=given["terminal"],
        )
        spent = self._spend(request)
        day = terms.day_meant(flights.today)
        if day is not None:
            within_reach(day, flights.today, "day" if given["day"] else "q")
        if flights.loaded and (day is None or flights.window.holds_day(day)):
            page = self._search_here(terms, day, given["limit"], given["cursor"])
            return _told(respond(request, page, flights), spent)
        return _told(respond(request, await self._search_there(request, terms, day, given)), spent)

    def _search_here(self, terms: SearchTerms, day: date | None, limit: int, cursor: str) -> Page:
        found = self._flights.search(terms)
        if cursor:
            after = _read_cursor(cursor)
            found = [entry for entry in found if entry.order > after]
        page, more = found[:limit], len(found) > limit
        head = self._flights.status() | {
            "day_local": day,
            "cursor": _cursor_after(page[-1]) if more else None,
        }
        return Page(envelope(head, page))

    async def _search_there(
        self, request: Request, terms: SearchTerms, day: date | None, given: dict[str, Any]
    ) -> Page:
        conditions = _conditions(terms) | {"limit": given["limit"], "cursor": given["cursor"]}
        answer = await self._call(request, "search_flights", conditions)
        head = self._head_from_service() | {"day_local": day, "cursor": answer["cursor"]}
        return Page(orjson.dumps(head | {"flights": [_public(flight) for flight in answer["flights"]]}))

    async def _all_pages(self, request: Request, conditions: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        cursor: str | None = ""
        for _ in range(_MOST_PAGES):
            answer = await self._call(
                request, "search_flights", conditions | {"limit": _PAGE, "cursor": cursor}
            )
            for flight in answer["flights"]:
                yield _public(flight)
            cursor = answer["cursor"]
            if cursor is None:
                return

    async def _call(self, request: Request, method: str, arguments: dict[str, Any]) -> Any:
        try:
            return await self._deps.rpc.call(
                "flights", method, arguments, repeat=True, context=context_of(request)
            )
        except Unavailable:
            if not self._flights.loaded:
                raise NoNewsYet(retry_after_s=2) from None
            raise

    def _spend(self, request: Request) -> Spent:
        return self._deps.limits.spend(RATE_POLICY, self._deps.limits.address(request))

    def _head_from_service(self) -> dict[str, Any]:
        """Of an answer that the service has given just now."""
        return {"as_of": instant(clock.now()), "stale": False, "airport": self._deps.airport.iata}


def _told(response: Response, spent: Spent) -> Response:
    response.headers.update(spent.headers())
    return response


def _public(flight: dict[str, Any]) -> dict[str, Any]:
    flight.pop("keywords", None)
    return flight


def _flight_id(request: Request) -> str:
    flight_id: str = request.path_params["flight_id"]
    # No id is longer, and none has other characters: it can't exist, so nobody need be asked.
    if not 3 <= len(flight_id) <= _LONGEST_ID or not flight_id.isascii() or not flight_id.isprintable():
        raise FlightNotFound
    return flight_id


def _conditions(terms: SearchTerms) -> dict[str, Any]:
    def hours(value: Any) -> str | None:
        return None if value is None else f"{value:%H:%M}"

    return {
        "text": terms.text,
        "direction": terms.direction,
        "day_local": None if terms.day_local is None else terms.day_local.isoformat(),
        "from_time_local": hours(terms.from_time_local),
        "to_time_local": hours(terms.to_time_local),
        "place": terms.place,
        "airline": terms.airline,
        "terminal": terms.terminal,
    }


def _cursor_after(entry: FlightEntry) -> str:
    text = f"{instant(entry.board_at)} {entry.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        board_at, _, flight_id = text.partition(" ")
        at = datetime.fromisoformat(board_at)
        if at.tzinfo is None:
            raise ValueError(cursor)
    except (ValueError, binascii.Error):
        raise BadParameter(fields={"cursor": ["Not a cursor."]}) from None
    return at, flight_id
