"""The addresses of the airport bus."""

from __future__ import annotations

from typing import Final

from starlette.routing import BaseRoute, Route

from gateway.web.bus import Bus
from gateway.web.bus_after import AfterSales
from gateway.web.bus_departure import Departure
from gateway.web.bus_order import Orders
from gateway.web.site import Draw, Site
from gateway.web.visitors import Visitors
from gateway.web.workers import worker

_SHARED_S: Final = 0.5


def bus_routes(site: Site, visitors: Visitors) -> list[BaseRoute]:
    """Pages that show seats are drawn for each reader: what is scarce is never shared."""
    bus = Bus(site)
    return [*_open_routes(site, visitors, bus), *_order_routes(site, visitors, bus)]


def _open_routes(site: Site, visitors: Visitors, bus: Bus) -> list[BaseRoute]:
    departure = Departure(site, visitors, bus)

    def route(path: str, draw: Draw, shared_s: float | None = None) -> Route:
        return Route(path, site.endpoint(draw, shared_s))

    one = "/bus/departures/{departure_id}"
    return [
        route("/bus", bus.home, _SHARED_S),
        route("/bus/lines", bus.lines, _SHARED_S),
        Route("/bus/worker.js", worker()),
        route("/bus/departures", bus.departures),
        Route(one, visitors.either(site.endpoint(departure.page), departure.own)),
        Route(f"{one}/total", visitors.either(site.endpoint(departure.total()), departure.own_total)),
        Route(f"{one}/hold", departure.hold, methods=["POST"]),
        route("/bus/stops/{stop_id}", bus.stop),
        route("/bus/stops/{stop_id}/rows", bus.stop_rows),
        route("/flights/{flight_id}/bus", bus.for_flight),
    ]


def _order_routes(site: Site, visitors: Visitors, bus: Bus) -> list[BaseRoute]:
    orders = Orders(site, visitors, bus)
    after = AfterSales(site, visitors, bus, orders)
    one, mine = "/bus/orders/{order_id}", "/me/bus"
    return [
        Route(mine, visitors.own(orders.mine)),
        Route(one, visitors.own(orders.page)),
        Route(f"{one}/state", visitors.part(orders.state)),
        Route(f"{one}/pay", visitors.act(orders.pay, mine), methods=["POST"]),
        Route(f"{one}/release", visitors.act(orders.release, mine), methods=["POST"]),
        Route(f"{one}/return", visitors.own(after.ask_return)),
        Route(f"{one}/return", visitors.act(after.give_back, mine), methods=["POST"]),
        Route(f"{one}/change", visitors.own(after.ask_change)),
        Route(f"{one}/change", visitors.act(after.change, mine), methods=["POST"]),
    ]
