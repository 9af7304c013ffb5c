"""One order of bus tickets, from the seats that are held to the codes that the driver scans; and all of one's orders."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.barcodes import qr_svg
from gateway.calls import context_of
from gateway.session import Traveller
from gateway.timetable import Catalogue
from gateway.web.bus import Bus
from gateway.web.bus_views import RIDERS, journey, money, seats_words
from gateway.web.notices import notice
from gateway.web.rows import row
from gateway.web.site import Site, in_wechat, keeps_no_page, link
from gateway.web.texts import N_, Texts
from gateway.web.times import when_words
from gateway.web.visitors import PRIVATE, Form, Visitors, go, page
from kernel import clock
from services.bus.schemas import OrderState, Rider, TicketState
from services.payments.schemas import Channel

WAITS: Final = frozenset({"held", "paying"})
_CHANGES_SOON: Final = WAITS | {"paid", "returning"}
_GOOD: Final = frozenset({"valid", "boarded"})
_STAYS: Final = timedelta(hours=12)
"""How long after its arrival a ticket may still be shown without a network."""
_PAGE: Final = 20
STATES: Final = {
    OrderState.HELD: (N_("Waiting for payment"), "late"),
    OrderState.PAYING: (N_("Waiting for payment"), "late"),
    OrderState.PAID: (N_("Paid, ticket on its way"), "go"),
    OrderState.ISSUED: (N_("Ticket issued"), "go"),
    OrderState.RELEASED: (N_("Given up"), "done"),
    OrderState.LAPSED: (N_("Not paid in time"), "done"),
    OrderState.RETURNING: (N_("Money on its way back"), "late"),
    OrderState.REFUNDED: (N_("Refunded"), "done"),
}
"""By state of an order: the word and its tone."""
TICKETS: Final = {
    TicketState.VALID: (N_("Valid"), "go"),
    TicketState.BOARDED: (N_("On board"), "air"),
    TicketState.RETURNED: (N_("Given back"), "done"),
    TicketState.CHANGED: (N_("Changed for another bus"), "done"),
    TicketState.CANCELLED: (N_("Bus cancelled"), "bad"),
}


class Orders:
    def __init__(self, site: Site, visitors: Visitors, bus: Bus) -> None:
        self._site, self._visitors, self._bus = site, visitors, bus
        self._airport = site.deps.airport

    async def page(self, request: Request, traveller: Traveller) -> Response:
        """GET /bus/orders/{order_id}: pay it, or show its tickets. A page with good tickets says whose it is and how
        long it may be kept, for the worker that shows it without a network."""
        order = await self.known(request, traveller)
        response = page(await self._draw(request, order, {}), self._site.texts(request).tag)
        if any(ticket["state"] in _GOOD for ticket in order["tickets"]):
            response.headers["X-Ticket-Of"] = self._visitors.reader(request)
            response.headers["X-Ticket-For-S"] = str(_kept_s(order))
        return response

    async def state(self, request: Request, traveller: Traveller) -> Response:
        """GET /bus/orders/{order_id}/state: what an open page asks for to see whether it is still true."""
        order = await self.known(request, traveller)
        told = {"state": order["state"], "version": _version(order), "left_s": _left_s(order)}
        return JSONResponse(told, headers=PRIVATE)

    async def pay(self, request: Request, traveller: Traveller, form: Form) -> bytes | Response:
        """POST /bus/orders/{order_id}/pay: what WeChat's pay sheet is opened with, as JSON for a script; elsewhere a
        code to scan. Asking again pays nothing twice: it is the same payment."""
        wish = {"order_id": self._id(request), "channel": Channel.NATIVE.value}
        if in_wechat(request):
            # Who pays is whose session it is, whatever the page says.
            payer = await self._visitors.read(request, traveller, "passengers", "get_payer")
            wish |= {"channel": Channel.JSAPI.value, "openid": payer["openid"]}
        told = await self._visitors.write(request, form, "bus", "pay_order", traveller, **wish)
        if request.headers.get("accept", "").startswith("application/json"):
            return JSONResponse({"pay": told["pay"]}, headers=PRIVATE)
        if not told["pay"]:
            return go(request, f"/bus/orders/{self._id(request)}")
        return await self._draw(request, told["order"], told["pay"])

    async def release(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /bus/orders/{order_id}/release: the seats go back to the others."""
        wish = {"order_id": self._id(request)}
        await self._visitors.write(request, form, "bus", "release_seats", traveller, **wish)
        return go(request, f"/bus/orders/{self._id(request)}")

    async def mine(self, request: Request, traveller: Traveller) -> bytes:
        """GET /me/bus: all orders, those to come first."""
        cursor = request.query_params.get("after", "")[:64]
        told = await self.listed(request, traveller, cursor)
        t, catalogue = self._site.texts(request), await self._bus.catalogue(request)
        now = clock.now()
        shown = [self.summary(order, t, catalogue) for order in told["orders"]]
        ahead = sorted((one for one in shown if one["is_open"](now)), key=lambda one: one["ride"].departs.at)
        return self._visitors.draw(
            request,
            "me_bus.html",
            ahead=ahead,
            over=[one for one in shown if not one["is_open"](now)],
            older=link("/me/bus", after=told["next_cursor"]) if told["next_cursor"] else "",
            is_first=not cursor,
            said=notice(request),
        )

    async def listed(self, request: Request, traveller: Traveller, cursor: str = "") -> Any:
        """list_orders of this traveller."""
        wish = {"passenger_id": traveller.passenger_id, "limit": _PAGE, "cursor": cursor or None}
        return await self._site.deps.rpc.call(
            "bus", "list_orders", wish, repeat=True, context=context_of(request)
        )

    def summary(self, order: dict[str, Any], t: Texts, catalogue: Catalogue) -> dict[str, Any]:
        """An order in a list, with the ride that its tickets are for now."""
        good = [ticket for ticket in order["tickets"] if ticket["state"] in _GOOD]
        ride = journey(
            good[0]["ride"] if good else order["ride"],
            t,
            self._airport,
            catalogue,
            clock.now().astimezone(self._airport.zoneinfo).date(),
        )
        word, tone = STATES[OrderState(order["state"])]
        if good and all(ticket["state"] == "boarded" for ticket in good):
            word, tone = TICKETS[TicketState.BOARDED]
        waits = order["state"] in _CHANGES_SOON

        def is_open(now: datetime) -> bool:
            return waits or (bool(good) and ride.arrives.at > now)

        return {
            "id": order["id"],
            "ride": ride,
            "word": t(word),
            "tone": tone,
            "seats": seats_words(good or order["seats"], t),
            "amount": money(order["amount_fen"], order["currency"]),
            "kept": money(order["amount_fen"] - (_back_fen(order) if good else 0), order["currency"]),
            "is_open": is_open,
        }

    async def known(self, request: Request, traveller: Traveller) -> dict[str, Any]:
        """The order, if it is this traveller's. Raises OrderNotFound."""
        wish = {"passenger_id": traveller.passenger_id, "order_id": self._id(request)}
        told = await self._site.deps.rpc.call(
            "bus", "get_order", wish, repeat=True, context=context_of(request)
        )
        order: dict[str, Any] = told["order"]
        return order

    async def _draw(self, request: Request, order: dict[str, Any], pay: dict[str, str]) -> bytes:
        t, catalogue = self._site.texts(request), await self._bus.catalogue(request)
        zone = self._airport.zoneinfo
        flight = self._site.deps.flights.get(order["flight_id"] or "")
        label = t("Code to pay with WeChat")
        return self._visitors.draw(
            request,
            "bus_order.html",
            order=order,
            one=self.summary(order, t, catalogue),
            waits=_waits(order),
            overdue=_overdue(order),
            follows=order["state"] in _CHANGES_SOON or any(x["state"] == "valid" for x in order["tickets"]),
            version=_version(order),
            left_s=_left_s(order),
            pay_qr=qr_svg(pay["code_url"], label, "#0d3b33") if "code_url" in pay else "",
            tickets=self._tickets(order, t, catalogue),
            flight=row(flight.flight, t, self._airport) if flight else None,
            refunded=money(order["refunded_fen"], order["currency"]) if order["refunded_fen"] else "",
            refunding=money(order["refunding_fen"], order["currency"]) if order["refunding_fen"] else "",
            off=money(order["discount_fen"], order["currency"]) if order["discount_fen"] else "",
            paid=when_words(t, order["paid_at"], zone) if order["paid_at"] else "",
            shown_at=when_words(t, clock.now(), zone),
            said=notice(request),
            keeps_no_page=keeps_no_page(request),
            moves_free=order["change_reason"] in {"flight_late", "bus_cancelled"},
        )

    def _tickets(self, order: dict[str, Any], t: Texts, catalogue: Catalogue) -> list[dict[str, Any]]:
        """The tickets with their codes; those that are good come first."""
        today = clock.now().astimezone(self._airport.zoneinfo).date()
        shown = []
        for ticket in sorted(order["tickets"], key=lambda one: one["state"] not in _GOOD):
            rider = RIDERS[Rider(ticket["kind"])][0]
            word, tone = TICKETS[TicketState(ticket["state"])]
            ride = journey(ticket["ride"], t, self._airport, catalogue, today)
            label = t("Ticket code: %(who)s, %(time)s", who=t(rider), time=ride.departs.clock)
            shown.append(
                {
                    "id": ticket["id"],
                    "good": ticket["state"] in _GOOD,
                    "state": ticket["state"],
                    "kind": t(rider),
                    "short": ticket["short_code"],
                    "word": t(word),
                    "tone": tone,
                    "ride": ride,
                    "code": qr_svg(ticket["code"], label) if ticket["code"] else "",
                    "price": money(ticket["price_fen"], order["currency"]),
                    "refund": money(ticket["refund_fen"], order["currency"]),
                    "boarded": when_words(t, ticket["boarded_at"], self._airport.zoneinfo)
                    if ticket["boarded_at"]
                    else "",
                }
            )
        return shown

    @staticmethod
    def _id(request: Request) -> str:
        return str(request.path_params["order_id"])[:64]


def _back_fen(order: dict[str, Any]) -> int:
    """What went back of an order's price, or is on its way."""
    return int(order["refunded_fen"] + order["refunding_fen"])


def _waits(order: dict[str, Any]) -> bool:
    """Whether it can be paid at this moment."""
    return order["state"] in WAITS and _left_s(order) > 0


def _overdue(order: dict[str, Any]) -> bool:
    """Whether its time to be paid is over, though nobody has looked yet what became of it."""
    return order["state"] in WAITS and not _waits(order)


def _left_s(order: dict[str, Any]) -> int:
    """Seconds for which the seats are still held, by the server's clock."""
    if order["state"] not in WAITS:
        return 0
    left = datetime.fromisoformat(order["expires_at"]) - clock.real_now()
    return max(0, int(left.total_seconds()))


def _kept_s(order: dict[str, Any]) -> int:
    arrives = max(datetime.fromisoformat(ticket["ride"]["arrives_at"]) for ticket in order["tickets"])
    return max(0, int((arrives + _STAYS - clock.now()).total_seconds()))


def _version(order: dict[str, Any]) -> str:
    """Another one whenever the page would look different: not while WeChat's pay sheet lies over it."""
    state = OrderState.HELD.value if order["state"] in WAITS else order["state"]
    seen = [state, _overdue(order), order["refunded_fen"], order["refunding_fen"], order["change_reason"]]
    seen += [[ticket["id"], ticket["state"], ticket["ride"]["departs_at"]] for ticket in order["tickets"]]
    return hashlib.sha256(orjson.dumps(seen)).hexdigest()[:16]
