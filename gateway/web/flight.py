"""One flight: its page, the card that refreshes itself, and its history."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.calls import context_of
from gateway.web.changes import changes
from gateway.web.leg import leg
from gateway.web.site import Site
from gateway.web.times import age_words
from kernel import clock
from kernel.errors import DeadlineExceeded, Unavailable


class Flight:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._airport = site.deps.airport

    async def page(self, request: Request) -> Response:
        """GET /flights/{flight_id}."""
        return await self._respond(request, "flight.html")

    async def card(self, request: Request) -> Response:
        """GET /flights/{flight_id}/card: what changes while one looks."""
        return await self._respond(request, "flight_card.html")

    async def history(self, request: Request) -> Response:
        """GET /flights/{flight_id}/history: a page; for htmx only the list."""
        t = self._site.texts(request)
        flight = await self._flight(request)
        try:
            answer = await self._call(request, "get_history")
        except (Unavailable, DeadlineExceeded):
            told = None
        else:
            told = changes(answer["changes"], flight, t, self._airport.zoneinfo)
        template = "history_list.html" if "hx-request" in request.headers else "history.html"
        return self._site.respond(
            request, template, flight=leg(flight, t, self._airport, clock.now()), changes=told, store=False
        )

    async def _respond(self, request: Request, template: str) -> Response:
        t = self._site.texts(request)
        shown = leg(await self._flight(request), t, self._airport, clock.now())
        return self._site.respond(
            request, template, flight=shown, updated_age=age_words(t, shown.updated_age_s)
        )

    async def _flight(self, request: Request) -> dict[str, Any]:
        """The leg from memory; one outside the window is asked for. Raises NotFound or Unavailable."""
        entry = self._site.deps.flights.get(request.path_params["flight_id"])
        if entry is not None:
            return entry.flight
        found: dict[str, Any] = await self._call(request, "get_flight")
        return found

    async def _call(self, request: Request, method: str) -> Any:
        self._site.texts(request)
        wanted = {"flight_id": request.path_params["flight_id"]}
        return await self._site.deps.rpc.call(
            "flights", method, wanted, repeat=True, context=context_of(request)
        )
