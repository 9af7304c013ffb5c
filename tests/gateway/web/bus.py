"""The bus service as a dictionary over Changsha's demo timetable: strict about whose order is whose, as the real one."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from deploy.demo.bus import demo_feed
from kernel import clock
from kernel.instants import instant
from services.bus import errors, schemas
from services.bus.domain import (
    Occupancy,
    Ride,
    Timetable,
    Wanted,
    latest_for_flight,
    refund_fen,
    return_term,
)
from services.bus.domain.timetable import distance_m
from services.bus.settings import BusSettings
from services.bus.usecases.views import call_view, line_view, ride_view, stop_name, stop_view, terms_view
from services.payments.errors import OpenidNeeded
from tests.gateway.web.travellers import loaded

SEATS: Final = 45
CODE: Final = (
    "BUS1:"
    + "6BF+70790T9WJWG.FKY*4GO0.O1CV2 O5 N2FBBRW1*70HS8WY04AC*WIFN0AHCD8KD97TK0F90KECTHGWJC0FDC:5AIA%G7X+AQB9746HS80:54IBQF60R6$A80X6S1BTYACG6M+9XG8KIAWNA91AY%67092L4WJCT3E"
)
_SETTINGS: Final = BusSettings()


@cache
def timetable() -> Timetable:
    return Timetable(demo_feed(clock.now().date() - timedelta(days=2)))


class FakeBus:
    """`free`: seats left by departure, SEATS unless said. `closed`: those that are sold no more, before their time.
    Tests turn orders over with `issue`, `turn` and `mark`."""

    def __init__(self) -> None:
        self.free: dict[str, int] = {}
        self.closed: set[str] = set()
        self.orders: dict[str, dict[str, Any]] = {}
        self.owners: dict[str, str] = {}
        self.pays: list[tuple[str, str]] = []
        self.refuses: Exception | None = None
        self.change_reason = "own_wish"
        self.coupon_fen = 500
        self.missing: set[str] = set()
        self._answers: dict[str, Any] = {}

    # --- the timetable -------------------------------------------------------------------------------

    def list_lines(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"lines": [line_view(timetable(), route) for route in timetable().feed.routes]}

    def list_stops(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(schemas.ListStopsSchema(), request)
        here, known = (wish["latitude"], wish["longitude"]), timetable()
        far = {
            stop.stop_id: None if here[0] is None else distance_m(here, (stop.stop_lat, stop.stop_lon))
            for stop in known.feed.stops
        }
        stops = sorted(known.feed.stops, key=lambda stop: (far[stop.stop_id] or 0, stop.stop_id))
        return {"stops": [stop_view(known, stop, far[stop.stop_id]) for stop in stops]}

    def search_departures(self, request: dict[str, Any]) -> dict[str, Any]:
        wish, now = loaded(schemas.SearchSchema(), request), clock.now()
        for end in (wish["from_stop"], wish["to_stop"]):
            if end and end not in timetable().stops:
                raise errors.StopNotFound(stop_id=end)
        if not (wish["from_stop"] or wish["to_stop"] or wish["flight_departs_at"]):
            raise errors.BadSearch(field="from_stop", reason="at least one end")
        departures = [self._view(ride) for ride in self._found(wish, now)]
        before = _SETTINGS.before_flight_min if wish["flight_departs_at"] else None
        return {"departures": departures, "before_flight_min": before}

    def _found(self, wish: dict[str, Any], now: datetime) -> list[Ride]:
        start, end, most = wish["from_stop"], wish["to_stop"], wish["limit"]
        if wish["flight_departs_at"]:
            latest = latest_for_flight(wish["flight_departs_at"], _SETTINGS.before_flight)
            earliest = max(now, latest - timedelta(hours=12))
            found = timetable().rides(Wanted(start, end or "CSX", earliest, latest), "CSX")
            # At night none is: the pages are tried at any hour.
            whole = Wanted(start, end or "CSX", now, now + timedelta(hours=24))
            return found[-most:] or timetable().rides(whole, "CSX")[:most]
        after = wish["after"] or now
        return timetable().rides(Wanted(start, end, after, after + timedelta(hours=24)), "CSX")[:most]

    def get_departure(self, request: dict[str, Any]) -> dict[str, Any]:
        ride = self._ride(loaded(schemas.RideKeySchema(), request))
        calls = list(ride.departure.calls)
        along = calls[calls.index(ride.boards) : calls.index(ride.leaves) + 1]
        shown = [call_view(timetable(), call) for call in along]
        return {"ride": self._view(ride), "calls": shown, **terms_view(ride)}

    def _ride(self, wish: dict[str, Any]) -> Ride:
        departure = timetable().departure(wish["departure_id"])
        if departure is None:
            raise errors.DepartureNotFound
        ride = timetable().ride(departure, wish["from_stop"], wish["to_stop"])
        if ride is None:
            raise errors.NotServed
        return ride

    def _view(self, ride: Ride) -> dict[str, Any]:
        known = Occupancy(self.free.get(ride.departure.id, SEATS))
        view = ride_view(timetable(), ride, known, clock.now(), _SETTINGS)
        return view | ({"on_sale": False} if ride.departure.id in self.closed else {})

    # --- orders --------------------------------------------------------------------------------------

    def hold_seats(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.refuses:
            raise self.refuses
        loaded(schemas.HoldSeatsSchema(), request)
        if request["request_id"] in self._answers:
            return {"order": self.orders[self._answers[request["request_id"]]]}
        ride, riders = self._ride(request), [one["kind"] for one in request["passengers"]]
        view = self._view(ride)
        if view["free"] < len(riders):
            raise errors.SoldOut(free=view["free"])
        self.free[ride.departure.id] = view["free"] - len(riders)
        seats = [
            {"kind": kind, "price_fen": view["prices"][f"{kind}_fen"], "discount_fen": 0} for kind in riders
        ]
        if request.get("coupon_ids"):
            off = min(self.coupon_fen, seats[0]["price_fen"])
            seats[0] |= {"price_fen": seats[0]["price_fen"] - off, "discount_fen": off}
        order_id = f"{len(self.orders) + 1:032x}"
        now = clock.real_now()
        self.orders[order_id] = {
            "id": order_id,
            "state": "held",
            "amount_fen": sum(seat["price_fen"] for seat in seats),
            "discount_fen": sum(seat["discount_fen"] for seat in seats),
            "refunded_fen": 0,
            "refunding_fen": 0,
            "currency": "CNY",
            "held_at": instant(now),
            "expires_at": instant(now + timedelta(minutes=15)),
            "paid_at": None,
            "out_trade_no": None,
            "flight_id": request.get("flight_id"),
            "ride": ride_of(ride),
            "seats": seats,
            "tickets": [],
            "can_return": False,
            "can_change": False,
            "change_reason": None,
        }
        self.owners[order_id] = request["passenger_id"]
        self._answers[request["request_id"]] = order_id
        return {"order": self.orders[order_id]}

    def get_order(self, request: dict[str, Any]) -> dict[str, Any]:
        loaded(schemas.OrderIdSchema(), request)
        return {"order": self._mine(request)}

    def list_orders(self, request: dict[str, Any]) -> dict[str, Any]:
        request = loaded(schemas.ListOrdersSchema(), request)
        mine = [self.orders[one] for one, owner in self.owners.items() if owner == request["passenger_id"]]
        begin, limit = int(request.get("cursor") or 0), request.get("limit", 20)
        shown = mine[::-1][begin : begin + limit]
        more = begin + limit < len(mine)
        return {"orders": shown, "next_cursor": str(begin + limit) if more else None}

    def pay_order(self, request: dict[str, Any]) -> dict[str, Any]:
        loaded(schemas.PayOrderSchema(), request)
        order = self._mine(request)
        if self.refuses:
            raise self.refuses
        if not order["amount_fen"]:
            return {"order": self.issue(order["id"]), "pay": {}}
        order |= {"state": "paying", "out_trade_no": f"B{order['id']}"}
        self.pays.append((order["id"], request["channel"]))
        pay = {"code_url": f"weixin://wxpay/bizpayurl?pr={order['id'][:9]}"}
        if request["channel"] == "jsapi":
            if not request.get("openid"):
                raise OpenidNeeded
            pay = {"appId": "wx1", "timeStamp": "1", "nonceStr": "n", "package": "prepay_id=1"}
            pay |= {"signType": "RSA", "paySign": "s"}
        return {"order": order, "pay": pay}

    def release_seats(self, request: dict[str, Any]) -> dict[str, Any]:
        loaded(schemas.ReleaseSeatsSchema(), request)
        return {"order": self.turn(self._mine(request)["id"], "released")}

    def quote_return(self, request: dict[str, Any]) -> dict[str, Any]:
        loaded(schemas.QuoteReturnSchema(), request)
        order = self._mine(request)
        tickets = [self._quote(self._ticket(order, one)) for one in request["ticket_ids"]]
        return {"tickets": tickets, "refund_fen": sum(one["refund_fen"] for one in tickets)}

    def _quote(self, ticket: dict[str, Any]) -> dict[str, Any]:
        term = return_term(datetime.fromisoformat(ticket["ride"]["departs_at"]), clock.now())
        if term.fee_pct is None:
            raise errors.NotReturnable(ticket_id=ticket["id"], term=term.code)
        back, paid = refund_fen(ticket["price_fen"], term), ticket["price_fen"]
        reason = {"zh": term.reason_zh, "en": term.reason_en}
        told = {"code": term.code, "reason": reason, "fee_pct": term.fee_pct}
        return {
            "id": ticket["id"],
            "paid_fen": paid,
            "fee_fen": paid - back,
            "refund_fen": back,
            "term": told,
        }

    def return_tickets(self, request: dict[str, Any]) -> dict[str, Any]:
        loaded(schemas.ReturnTicketsSchema(), request)
        if self.refuses:
            raise self.refuses
        order = self._mine(request)
        quoted = sum(self._quote(self._ticket(order, one))["refund_fen"] for one in request["ticket_ids"])
        if quoted != request["refund_fen"]:
            raise errors.QuoteChanged(refund_fen=quoted)
        for one in request["ticket_ids"]:
            ticket = self._ticket(order, one)
            back = self._quote(ticket)["refund_fen"]
            ticket |= {"state": "returned", "code": "", "refund_fen": back}
            order["refunding_fen"] += back
        if not any(ticket["state"] == "valid" for ticket in order["tickets"]):
            order |= {"state": "refunded", "can_return": False, "can_change": False}
        return {"order": order}

    def list_changes(self, request: dict[str, Any]) -> dict[str, Any]:
        loaded(schemas.ListChangesSchema(), request)
        order = self._mine(request)
        ride = order["tickets"][0]["ride"]
        wanted = Wanted(ride["from_stop"], ride["to_stop"], clock.now(), clock.now() + timedelta(hours=24))
        found = timetable().rides(wanted, "CSX")[:10]
        term: dict[str, Any] = {"code": "before_departure", "fee_pct": 0}
        reason = {"zh": "开车前可免费改签一次。", "en": "Once, free of charge, until departure."}
        others = [
            self._view(one) | {"misses_flight": one.departure.id in self.missing}
            for one in found
            if one.departure.id != ride["departure_id"]
        ]
        return {"departures": others, "why": self.change_reason, "term": term | {"reason": reason}}

    def change_tickets(self, request: dict[str, Any]) -> dict[str, Any]:
        loaded(schemas.ChangeTicketsSchema(), request)
        if self.refuses:
            raise self.refuses
        order = self._mine(request)
        for one in request["ticket_ids"]:
            ticket = self._ticket(order, one)
            key = {"from_stop": ticket["ride"]["from_stop"], "to_stop": ticket["ride"]["to_stop"]}
            other = self._ride({"departure_id": request["departure_id"], **key})
            order["tickets"].append({**ticket, "id": ticket["id"] + "b", "ride": ride_of(other)})
            ticket |= {"state": "changed", "code": ""}
        return {"order": order}

    def _mine(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.owners.get(request["order_id"]) != request["passenger_id"]:
            raise errors.OrderNotFound
        return self.orders[request["order_id"]]

    @staticmethod
    def _ticket(order: dict[str, Any], ticket_id: str) -> dict[str, Any]:
        found = next((one for one in order["tickets"] if one["id"] == ticket_id), None)
        if found is None:
            raise errors.OrderNotFound
        return found

    # --- what tests do -------------------------------------------------------------------------------

    def vary(self, start: str) -> None:
        """The next buses from there are sold no more, sold out and nearly so, whatever the minute now."""
        asked = {"from_stop": start, "limit": 4}
        _, closed, full, few = (one["departure_id"] for one in self.search_departures(asked)["departures"])
        self.closed.add(closed)
        self.free |= {full: 0, few: 1}

    def bought(self, owner: str, riders: tuple[str, ...] = ("adult",), hours: float = 3) -> dict[str, Any]:
        """An order of this traveller that is paid, with its tickets, on a bus some hours ahead."""
        return self.issue(self.held(owner, riders, hours)["id"])

    def held(self, owner: str, riders: tuple[str, ...] = ("adult",), hours: float = 3) -> dict[str, Any]:
        after = instant(clock.now() + timedelta(hours=hours))
        asked = {"from_stop": "WUYI", "to_stop": "CSX", "after": after, "limit": 1}
        (ride,) = self.search_departures(asked)["departures"]
        key = {"departure_id": ride["departure_id"], "from_stop": "WUYI", "to_stop": "CSX"}
        wish = {"request_id": f"made by hand {len(self.orders)}", "passenger_id": owner, **key}
        order: dict[str, Any] = self.hold_seats(wish | {"passengers": [{"kind": one} for one in riders]})[
            "order"
        ]
        return order

    def issue(self, order_id: str) -> dict[str, Any]:
        order = self.orders[order_id]
        order |= {"state": "issued", "paid_at": instant(clock.real_now()), "can_return": True}
        order |= {"can_change": True, "change_reason": self.change_reason}
        order["tickets"] = [
            {
                "id": f"{order_id[-4:]}t{number}",
                **seat,
                "state": "valid",
                "code": f"{CODE}{number}",
                "short_code": f"7K2M9{number}",
                "ride": dict(order["ride"]),
                "refund_fen": 0,
                "boarded_at": None,
            }
            for number, seat in enumerate(order["seats"], 1)
        ]
        return order

    def turn(self, order_id: str, state: str, **more: Any) -> dict[str, Any]:
        """Into another state."""
        self.orders[order_id] |= {"state": state, **more}
        return self.orders[order_id]

    def mark(self, order_id: str, number: int, state: str) -> None:
        """A ticket of an order, by its place, into another state."""
        ticket = self.orders[order_id]["tickets"][number]
        ticket |= {"state": state, "boarded_at": instant(clock.now()) if state == "boarded" else None}
        if state not in {"valid", "boarded"}:
            ticket["code"] = ""


def ride_of(ride: Ride) -> dict[str, Any]:
    """A ride as orders and tickets carry it."""
    known, route = timetable(), ride.departure.route
    return {
        "departure_id": ride.departure.id,
        "line_id": route.route_id,
        "line_name": line_view(known, route)["name"],
        "headsign": ride.departure.trip.trip_headsign,
        "from_stop": ride.boards.stop.stop_id,
        "from_name": stop_name(known, ride.boards.stop),
        "to_stop": ride.leaves.stop.stop_id,
        "to_name": stop_name(known, ride.leaves.stop),
        "departs_at": instant(ride.boards.departs_at),
        "arrives_at": instant(ride.leaves.arrives_at),
        "cancelled": False,
    }
