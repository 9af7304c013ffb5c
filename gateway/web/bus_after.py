"""After the sale: give tickets back for what the terms leave of their price, or take another bus."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.calls import context_of
from gateway.errors import BadParameter
from gateway.session import Traveller
from gateway.web.bus import Bus
from gateway.web.bus_order import Orders
from gateway.web.bus_views import RIDERS, by_day, money, offer
from gateway.web.forms import again
from gateway.web.rows import row
from gateway.web.site import Site
from gateway.web.texts import N_
from gateway.web.times import when_words
from gateway.web.visitors import Form, Visitors, go
from kernel import clock
from kernel.errors import Kind, ServiceError
from services.bus.schemas import MAX_TICKETS, Rider, Why

_LONGEST: Final = 64
_ASK_AGAIN: Final = frozenset(
    {
        "bus.quote_changed",
        "bus.sold_out",
        "bus.sales_closed",
        "bus.not_changeable",
        "bus.changed_before",
        "bus.change_too_late",
        "bus.other_fare",
        "bus.not_returnable",
        "bus.ticket_not_valid",
    }
)
"""Refusals that are answered by the same page with what holds now."""
WHYS: Final = {
    Why.OWN_WISH: N_("You may change once, free of charge, until departure."),
    Why.FLIGHT_LATE: N_("Your flight is late: take any of these buses, free of charge."),
    Why.BUS_CANCELLED: N_(
        "Your bus was cancelled: take any of these, free of charge, or take your money back."
    ),
}


class AfterSales:
    def __init__(self, site: Site, visitors: Visitors, bus: Bus, orders: Orders) -> None:
        self._site, self._visitors, self._bus, self._orders = site, visitors, bus, orders
        self._airport = site.deps.airport

    async def ask_return(self, request: Request, traveller: Traveller) -> bytes:
        """GET /bus/orders/{order_id}/return?ticket=…: what comes back for these tickets, and why not all."""
        return await self._return_page(request, traveller, self._asked(request), "")

    async def give_back(self, request: Request, traveller: Traveller, form: Form) -> bytes | Response:
        """POST …/return: the tickets end, and the money that was quoted goes back."""
        ids = _ids(form.get("tickets", ""))
        try:
            fen = int(form.get("refund_fen", ""))
        except ValueError as exc:
            raise BadParameter(fields={"refund_fen": ["Not a valid integer."]}) from exc
        wish = {"order_id": self._id(request), "ticket_ids": ids, "refund_fen": fen}
        try:
            await self._visitors.write(request, form, "bus", "return_tickets", traveller, **wish)
        except ServiceError as exc:
            said = self._said(request, exc)
            return again(await self._return_page(request, traveller, ids, said), self._site.texts(request))
        return go(request, f"/bus/orders/{self._id(request)}?done=bus_returned")

    async def ask_change(self, request: Request, traveller: Traveller) -> bytes:
        """GET /bus/orders/{order_id}/change?ticket=…: the buses that these tickets may go by instead."""
        return await self._change_page(request, traveller, self._asked(request), "")

    async def change(self, request: Request, traveller: Traveller, form: Form) -> bytes | Response:
        """POST …/change: the tickets end, others for the bus that was chosen take their place."""
        ids, chosen = _ids(form.get("tickets", "")), form.get("departure_id", "")[:80]
        if not chosen:
            t = self._site.texts(request)
            html = await self._change_page(request, traveller, ids, t("Choose a bus first."))
            return again(html, t)
        wish = {"order_id": self._id(request), "ticket_ids": ids, "departure_id": chosen}
        try:
            await self._visitors.write(request, form, "bus", "change_tickets", traveller, **wish)
        except ServiceError as exc:
            said = self._said(request, exc)
            return again(await self._change_page(request, traveller, ids, said), self._site.texts(request))
        return go(request, f"/bus/orders/{self._id(request)}?done=bus_changed")

    async def _return_page(
        self, request: Request, traveller: Traveller, ids: list[str] | None, said: str
    ) -> bytes:
        order, usable, chosen = await self._chosen(request, traveller, ids)
        quote = None
        try:
            quote = await self._call(request, traveller, "quote_return", chosen) if chosen else None
        except ServiceError as exc:
            said = said or self._said(request, exc)
        t = self._site.texts(request)
        told = {one["id"]: one for one in quote["tickets"]} if quote else {}
        lines = [
            {
                **one,
                "fee": money(told[one["id"]]["fee_fen"], order["currency"]) if one["id"] in told else "",
                "back": money(told[one["id"]]["refund_fen"], order["currency"]) if one["id"] in told else "",
            }
            for one in self._lines(request, usable, chosen)
        ]
        reasons = [t.name(one["term"]["reason"]) for one in told.values()]
        return await self._draw(
            request,
            "bus_return.html",
            order,
            lines=lines,
            chosen=chosen,
            said=said,
            reasons=list(dict.fromkeys(reasons)),
            refund_fen=quote["refund_fen"] if quote else 0,
            refund=money(quote["refund_fen"], order["currency"]) if quote else "",
            possible=bool(told),
        )

    async def _change_page(
        self, request: Request, traveller: Traveller, ids: list[str] | None, said: str
    ) -> bytes:
        order, usable, chosen = await self._chosen(request, traveller, ids)
        if ids is None:
            # Tickets change together when they ride together: after a change an order has several rides.
            first = usable[0]["ride"]["departure_id"] if usable else ""
            chosen = [one["id"] for one in usable if one["ride"]["departure_id"] == first]
        t, catalogue = self._site.texts(request), await self._bus.catalogue(request)
        today = clock.now().astimezone(self._airport.zoneinfo).date()
        told: dict[str, Any] = {"departures": [], "why": None, "term": None}
        if chosen:
            try:
                told = await self._call(request, traveller, "list_changes", chosen)
            except ServiceError as exc:
                said = said or self._said(request, exc)
        offers = [offer(ride, t, self._airport, catalogue, today) for ride in told["departures"]]
        return await self._draw(
            request,
            "bus_change.html",
            order,
            lines=self._lines(request, usable, chosen),
            chosen=chosen,
            said=said,
            days=by_day(offers),
            missing={one["departure_id"] for one in told["departures"] if one["misses_flight"]},
            flight=self._flight(request, order),
            to_airport=catalogue.is_airport(order["ride"]["to_stop"]),
            why=t(words) if (words := WHYS.get(told["why"])) else "",
            reason=t.name(told["term"]["reason"]) if told["term"] else "",
        )

    def _flight(self, request: Request, order: dict[str, Any]) -> str:
        """The number of the flight that it is to meet; "" when that isn't in the window any more, or there is none."""
        entry = self._site.deps.flights.get(order["flight_id"] or "")
        return row(entry.flight, self._site.texts(request), self._airport).number if entry else ""

    async def _draw(self, request: Request, template: str, order: dict[str, Any], **values: Any) -> bytes:
        t, catalogue = self._site.texts(request), await self._bus.catalogue(request)
        one = self._orders.summary(order, t, catalogue)
        return self._visitors.draw(request, template, order=order, one=one, **values)

    async def _chosen(
        self, request: Request, traveller: Traveller, ids: list[str] | None
    ) -> tuple[dict[str, Any], list[dict[str, Any]], list[str]]:
        """The order, its tickets that may still be used, and those of them that were chosen: all unless said."""
        order = await self._orders.known(request, traveller)
        usable = [one for one in order["tickets"] if one["state"] in {"valid", "cancelled"}]
        known = [one["id"] for one in usable]
        return order, usable, known if ids is None else [one for one in known if one in ids]

    def _lines(
        self, request: Request, usable: list[dict[str, Any]], chosen: list[str]
    ) -> list[dict[str, Any]]:
        t, zone = self._site.texts(request), self._airport.zoneinfo
        return [
            {
                "id": one["id"],
                "kind": t(RIDERS[Rider(one["kind"])][0]),
                "price": money(one["price_fen"]),
                "time": when_words(t, one["ride"]["departs_at"], zone),
                "chosen": one["id"] in chosen,
            }
            for one in usable
        ]

    async def _call(
        self, request: Request, traveller: Traveller, method: str, ids: list[str], **more: Any
    ) -> Any:
        wish = {
            "passenger_id": traveller.passenger_id,
            "order_id": self._id(request),
            "ticket_ids": ids,
            **more,
        }
        return await self._site.deps.rpc.call("bus", method, wish, repeat=True, context=context_of(request))

    def _said(self, request: Request, error: ServiceError) -> str:
        """What stands on the page that asks again. Raises `error` when asking again is no answer."""
        if error.code not in _ASK_AGAIN or error.kind not in {Kind.CONFLICT, Kind.INVALID}:
            raise error
        language = self._site.texts(request).language
        return self._site.deps.words.detail(error.code, error.kind, error.data, language)

    @staticmethod
    def _asked(request: Request) -> list[str] | None:
        given = request.query_params.getlist("ticket")
        return _ids(",".join(given)) if given or "chosen" in request.query_params else None

    @staticmethod
    def _id(request: Request) -> str:
        return str(request.path_params["order_id"])[:_LONGEST]


def _ids(text: str) -> list[str]:
    return [part[:_LONGEST] for part in text.split(",") if part][:MAX_TICKETS]
