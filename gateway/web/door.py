"""The addresses of the travellers' pages, and the page that shows a problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.calls import context_of
from gateway.deps import Deps
from gateway.problems import Problem
from gateway.web.assets import assets
from gateway.web.boards import DIRECTIONS, Boards
from gateway.web.flight import Flight
from gateway.web.home import Home
from gateway.web.search import Search
from gateway.web.site import Draw, Site
from gateway.web.texts import N_

_TITLES: Final = {
    400: N_("We can't read this address"),
    404: N_("There is no such page"),
    405: N_("This page only shows things"),
    429: N_("That was a little too fast"),
    503: N_("This part is away for a moment"),
    504: N_("That took too long"),
}
_DETAILS: Final = {
    400: N_("Something in the address or in the form is not as we know it. Please search for your flight."),
    404: N_("The flight or page may be over, or the address may have a slip. Please search for your flight."),
    405: N_("Please go back and try it another way."),
    429: N_("Please wait a moment and load the page again."),
    503: N_("Please load the page again in a moment. The boards go on showing the last known times."),
    504: N_("Please load the page again in a moment. The boards go on showing the last known times."),
}


_PAGE_SHARED_S: Final = 0.5
"""An open page hears of changes by its live stream, so half a second ago is good enough to begin with."""
_UNTIL_CHANGED: Final = 0.0
"""What the live stream makes a page fetch must never be older than the change it was told of."""


def routes(deps: Deps) -> list[BaseRoute]:
    """The pages, their fragments and their static files."""
    site = Site(deps)
    boards, flight = Boards(site), Flight(site)

    def route(path: str, draw: Draw, shared_s: float | None = _PAGE_SHARED_S) -> Route:
        return Route(path, site.endpoint(draw, shared_s))

    found: list[BaseRoute] = [
        route("/", Home(site).page),
        Route("/static/{name}", assets().respond),
        route("/flights/search", Search(site).page),
    ]
    for board in DIRECTIONS:
        found.append(route(f"/flights/{board}", boards.page(board)))
        found.append(route(f"/flights/{board}/rows", boards.rows(board), _UNTIL_CHANGED))
    found += [
        route("/flights/{flight_id}", flight.page),
        route("/flights/{flight_id}/card", flight.card, _UNTIL_CHANGED),
        route("/flights/{flight_id}/history", flight.history, None),
        route("/flights/{flight_id}/history/list", flight.history_list, None),
    ]
    return found


def error_page(deps: Deps) -> Callable[[Request, Problem], Response]:
    """What shows a problem as a page in the reader's language."""
    site = Site(deps)

    def show(request: Request, problem: Problem) -> Response:
        before = context_of(request).language
        t = site.texts(request)
        title = _TITLES.get(problem.status, N_("Something went wrong on our side"))
        detail = _DETAILS.get(problem.status, N_("We have noted it. Please try again in a moment."))
        said = [item["detail"] for item in problem.errors] if before == t.language else []
        html = site.draw(
            request,
            "error.html",
            problem=problem,
            title=t(title),
            detail=t(detail),
            said=list(dict.fromkeys(said)),
        )
        headers = {"Cache-Control": "no-store", "Content-Language": t.tag, "Vary": "Accept-Language, Cookie"}
        return Response(html, problem.status, headers, "text/html")

    return show
