"""The addresses of check-in."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from gateway.web.checkin import Checkin
from gateway.web.checkin_access import Act, Askers, Draw
from gateway.web.checkin_party import Party
from gateway.web.checkin_pass import Passes
from gateway.web.checkin_seats import Seats
from gateway.web.site import Site
from gateway.web.visitors import Visitors
from gateway.web.workers import worker


def checkin_routes(site: Site, visitors: Visitors) -> list[BaseRoute]:
    """Every page is drawn for its reader: what is scarce, and who flies, is never shared."""
    askers = Askers(site, visitors)
    checkin, party, seats, passes = Checkin(askers), Party(askers), Seats(askers), Passes(askers)

    def shown(path: str, draw: Draw) -> Route:
        return Route(path, askers.shown(draw))

    def act(path: str, work: Act) -> Route:
        return Route(path, askers.act(work), methods=["POST"])

    one, kept = "/checkin/{booking_id}", "/checkin/passes/{booking_id}"
    return [
        shown("/checkin", checkin.home),
        act("/checkin/find", checkin.find),
        shown("/checkin/find", checkin.again),
        Route("/checkin/worker.js", worker()),
        Route("/me/trips", visitors.own(checkin.mine)),
        shown(kept, passes.page),
        shown(f"{kept}/state", passes.state),
        shown(f"{kept}/live", passes.live),
        shown(f"{kept}/passes.pdf", passes.printed),
        shown(f"{kept}/flight.ics", passes.calendar),
        act(f"{one}/code", checkin.send_code),
        shown(f"{one}/code", checkin.again),
        act(f"{one}/confirm", checkin.confirm),
        shown(f"{one}/confirm", checkin.again),
        shown(one, party.page),
        shown(f"{one}/declare", party.declare),
        act(f"{one}/check-in", party.check_in),
        act(f"{one}/cancel", party.cancel),
        shown(f"{one}/seats", seats.page),
        act(f"{one}/seats", seats.choose),
    ]
