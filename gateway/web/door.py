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
from gateway.web.bus_door import bus_routes
from gateway.web.checkin_door import checkin_routes
from gateway.web.companions import Companions
from gateway.web.consents import Consents
from gateway.web.documents import Documents
from gateway.web.flight import Flight
from gateway.web.follow import Follow
from gateway.web.home import Home
from gateway.web.lost_door import lost_routes
from gateway.web.me import Me
from gateway.web.messages import Messages
from gateway.web.search import Search
from gateway.web.shop_cards import wallet_routes
from gateway.web.shop_door import shop_routes
from gateway.web.site import Draw, Site
from gateway.web.texts import N_
from gateway.web.trips import Trips
from gateway.web.visitors import Act, Own, Visitors
from gateway.web.ways_back import ways_back

_TITLES: Final = {
    401: N_("Please sign in"),
    403: N_("This form is no longer good"),
    409: N_("That can't be done right now"),
    400: N_("We can't read this address"),
    404: N_("There is no such page"),
    405: N_("This page only shows things"),
    429: N_("That was a little too fast"),
    503: N_("This part is away for a moment"),
    504: N_("That took too long"),
}
_DETAILS: Final = {
    401: N_("Your sign-in is over, or you signed out. Please sign in again."),
    403: N_(
        "The page stood open too long, or you signed in again since. Please load it anew and send it once more."
    ),
    409: N_("Somebody may have been faster, or it is done already. Please load the page again."),
    400: N_("Something in the address or in the form is not as we know it. Please search for your flight."),
    404: N_("The flight or page may be over, or the address may have a slip. Please search for your flight."),
    405: N_("Please go back and try it another way."),
    429: N_("Please wait a moment and load the page again."),
    503: N_("Please load the page again in a moment. The boards go on showing the last known times."),
    504: N_("Please load the page again in a moment. The boards go on showing the last known times."),
}
_OF_THE_MALL: Final = {
    400: N_("Something in the address or in the form is not as we know it. Please search the mall."),
    404: N_("This product or shop may be gone, or the address may have a slip. Please search the mall."),
}


_PAGE_SHARED_S: Final = 0.5
"""An open page hears of changes by its live stream, so half a second ago is good enough to begin with."""
_UNTIL_CHANGED: Final = 0.0
"""What the live stream makes a page fetch must never be older than the change it was told of."""


def routes(deps: Deps) -> list[BaseRoute]:
    """The pages, their fragments and their static files."""
    site = Site(deps)
    visitors = Visitors(site)
    boards, flight, trips = Boards(site), Flight(site), Trips(site, visitors)
    home, follow = Home(site, visitors, trips), Follow(site, visitors, flight)

    def route(path: str, draw: Draw, shared_s: float | None = _PAGE_SHARED_S) -> Route:
        return Route(path, site.endpoint(draw, shared_s))

    def either(path: str, draw: Draw, own: Own) -> Route:
        return Route(path, visitors.either(site.endpoint(draw, _PAGE_SHARED_S), own))

    found: list[BaseRoute] = [
        either("/", home.page, home.own),
        Route("/static/{name}", assets().respond),
        route("/flights/search", Search(site).page),
    ]
    for board in DIRECTIONS:
        found.append(route(f"/flights/{board}", boards.page(board)))
        found.append(route(f"/flights/{board}/rows", boards.rows(board), _UNTIL_CHANGED))
    found += [
        either("/flights/{flight_id}", flight.page, follow.page),
        Route("/flights/{flight_id}/follow", visitors.own(follow.ask)),
        Route("/flights/{flight_id}/follow", follow.follow, methods=["POST"]),
        Route("/flights/{flight_id}/unfollow", visitors.act(follow.unfollow), methods=["POST"]),
        route("/flights/{flight_id}/card", flight.card, _UNTIL_CHANGED),
        route("/flights/{flight_id}/history", flight.history, None),
        route("/flights/{flight_id}/history/list", flight.history_list, None),
    ]
    found += _own_routes(site, visitors, trips) + bus_routes(site, visitors)
    found += checkin_routes(site, visitors) + lost_routes(site, visitors)
    found += shop_routes(site, visitors) + wallet_routes(site, visitors)
    return found + ways_back(found)


def _own_routes(site: Site, visitors: Visitors, trips: Trips) -> list[BaseRoute]:
    """The pages of one who is signed in, and what their forms do."""
    me, messages, consents = Me(site, visitors), Messages(site, visitors), Consents(site, visitors)
    companions, documents = Companions(site, visitors), Documents(site, visitors)

    def own(path: str, draw: Own) -> Route:
        return Route(path, visitors.own(draw))

    def act(path: str, work: Act, back: str) -> Route:
        return Route(path, visitors.act(work, back), methods=["POST"])

    one_companion, one_document = "/me/companions/{companion_id}", "/me/documents/{document_id}"
    return [
        Route("/me", visitors.either(site.endpoint(me.invite, _PAGE_SHARED_S), me.page)),
        act("/me/language", me.set_language, "/me"),
        own("/me/flights", trips.page),
        Route("/me/flights/now", visitors.part(trips.home_part)),
        own("/me/messages", messages.page),
        own("/me/companions", companions.page),
        act("/me/companions", companions.add, "/me/companions"),
        own(one_companion, companions.one),
        act(one_companion, companions.change, "/me/companions"),
        act(f"{one_companion}/remove", companions.remove, "/me/companions"),
        own("/me/documents", documents.page),
        own("/me/documents/new", documents.new),
        act("/me/documents", documents.add, "/me/documents"),
        act(f"{one_document}/show", documents.show, "/me/documents"),
        act(f"{one_document}/remove", documents.remove, "/me/documents"),
        own("/me/consents", consents.page),
        act("/me/consents/{kind}/give", consents.give, "/me/consents"),
        act("/me/consents/{kind}/withdraw", consents.withdraw, "/me/consents"),
        own("/me/data", me.data),
        act("/me/data/export", me.export, "/me/data"),
        act("/me/data/erasure", me.erase, "/me/data"),
        Route("/erasures/{erasure_id}", me.erasure),
    ]


def error_page(deps: Deps) -> Callable[[Request, Problem], Response]:
    """What shows a problem as a page in the reader's language."""
    site = Site(deps)

    def show(request: Request, problem: Problem) -> Response:
        before = context_of(request).language
        t = site.texts(request)
        title = _TITLES.get(problem.status, N_("Something went wrong on our side"))
        detail = _DETAILS.get(problem.status, N_("We have noted it. Please try again in a moment."))
        mall = request.url.path == "/shop" or request.url.path.startswith("/shop/")
        if mall and problem.status in _OF_THE_MALL:
            detail = _OF_THE_MALL[problem.status]
        said = [item["detail"] for item in problem.errors] if before == t.language else []
        if mall and problem.status == 409 and before == t.language:
            said = [problem.detail]
        html = site.draw(
            request,
            "error.html",
            problem=problem,
            title=t(title),
            detail=t(detail),
            said=list(dict.fromkeys(said)),
            mall=mall,
        )
        headers = {"Cache-Control": "no-store", "Content-Language": t.tag, "Vary": "Accept-Language, Cookie"}
        return Response(html, problem.status, headers, "text/html")

    return show
