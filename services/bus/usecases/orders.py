"""Orders as their traveller sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.bus.domain import Order
from services.bus.domain.changes import Bound, FlightNow
from services.bus.errors import OrderNotFound
from services.bus.usecases.shared import Tx, Work
from services.bus.usecases.views import Shown, order_view


def get_order(uow: Work, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """OrderResultSchema. now: the airport's time. Raises OrderNotFound."""
    with uow.read() as tx:
        return {"order": order_view(shown(tx, mine(tx, request), now))}


def list_orders(uow: Work, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """OrdersSchema: a traveller's orders, the newest first. cursor: as the page before told. now: the airport's time.

    Raises OrderNotFound for a cursor that was never theirs.
    """
    buyer, most = request["passenger_id"], request["limit"]
    with uow.read() as tx:
        before = None
        if request["cursor"] is not None:
            last = tx.store.sales.find(request["cursor"])
            if last is None or last.buyer_id != buyer:
                raise OrderNotFound
            before = (last.held_at, last.id)
        sales = tx.store.sales.of_buyer(buyer, most + 1, before)
        orders = tx.store.orders([sale.id for sale in sales[:most]])
        views = [order_view(each) for each in shown_all(tx, orders, now)]
    return {"orders": views, "next_cursor": sales[most - 1].id if len(sales) > most else None}


def shown(tx: Tx, order: Order, now: datetime) -> Shown:
    """An order with what its view needs. now: the airport's time."""
    return shown_all(tx, [order], now)[0]


def shown_all(tx: Tx, orders: Sequence[Order], now: datetime) -> list[Shown]:
    """The same for several, in five questions at most whatever their number; none is asked that has no answer."""
    # What was never paid for has no tickets, and a flight's delay gives no right without one.
    paid = [order for order in orders if order.sale.paid_at is not None]
    tickets = tx.store.tickets_of([order.id for order in paid])
    rides = {order.ride.departure_id for order in orders} | {each.ride.departure_id for each in tickets}
    known = tx.store.occupancies(rides)
    cancelled = frozenset(id_ for id_, occupancy in known.items() if occupancy.cancelled_at is not None)
    moved = frozenset(tx.store.moved([each.id for each in tickets]))
    flights = tx.store.flights({order.flight_id for order in paid if order.flight_id})
    return [
        Shown(
            order,
            tuple(each for each in tickets if each.order_id == order.id),
            cancelled,
            tx.now(),
            now,
            moved,
            bound_to(order, flights),
        )
        for order in orders
    ]


def bound_to(order: Order, flights: Mapping[str, FlightNow]) -> Bound | None:
    """What the order has to do with a flight, when something was heard of it."""
    flight = flights.get(order.flight_id or "")
    return None if flight is None else Bound(flight, order.flight_departs_at)


def mine(tx: Tx, request: Mapping[str, Any]) -> Order:
    """The order that a traveller names, if it is theirs. Raises OrderNotFound."""
    order = tx.store.order(request["order_id"])
    if order is None or order.sale.buyer_id != request["passenger_id"]:
        raise OrderNotFound
    return order
