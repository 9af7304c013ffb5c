"""One flight: its page, the card that refreshes itself, and its history."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from gateway.calls import context_of
from gateway.web.changes import changes
from gateway.web.leg import leg
from gateway.web.roles import anonymous
from gateway.web.site import Site
from gateway.web.times import age_words
from kernel import clock
from kernel.errors import DeadlineExceeded, Unavailable


class Flight:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._airport = site.deps.airport

    async def page(self, request: Request) -> bytes:
        """GET /flights/{flight_id}."""
        return await self._draw(request, "flight.html", panel=True)

    async def card(self, request: Request) -> bytes:
        """GET /flights/{flight_id}/card: what changes while one looks."""
        return await self._draw(request, "flight_card.html")

    async def history(self, request: Request) -> bytes:
        """GET /flights/{flight_id}/history."""
        return await self._history(request, "history.html")

    async def history_list(self, request: Request) -> bytes:
        """GET /flights/{flight_id}/history/list: the changes alone, for the flight's page."""
        return await self._history(request, "history_list.html")

    async def _history(self, request: Request, template: str) -> bytes:
        t = self._site.texts(request)
        flight = await self.known(request)
        try:
            answer = await self._call(request, "get_history")
        except (Unavailable, DeadlineExceeded):
            told = None
        else:
            told = changes(answer["changes"], flight, t, self._airport.zoneinfo)
        shown = leg(flight, t, self._airport, clock.now())
        return self._site.draw(request, template, flight=shown, changes=told)

    async def _draw(self, request: Request, template: str, panel: bool = False) -> bytes:
        t = self._site.texts(request)
        flight = await self.known(request)
        shown = leg(flight, t, self._airport, clock.now())
        live = self._site.deps.flights.get(shown.id) is not None
        age = age_words(t, shown.updated_age_s)
        more = anonymous(request, flight) if panel else {}
        return self._site.draw(request, template, flight=shown, updated_age=age, live=live, **more)

    async def known(self, request: Request) -> dict[str, Any]:
        """The leg from memory; one outside the window is asked for. Raises NotFound or Unavailable."""
        entry = self._site.deps.flights.get(request.path_params["flight_id"])
        if entry is not None:
            return entry.flight
        found: dict[str, Any] = await self._call(request, "get_flight")
        return found

    async def _call(self, request: Request, method: str) -> Any:
        wanted = {"flight_id": request.path_params["flight_id"]}
        return await self._site.deps.rpc.call(
            "flights", method, wanted, repeat=True, context=context_of(request)
        )
