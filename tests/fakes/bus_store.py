"""The store of bus in memory."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from kernel.saga.states import Sale
from services.bus.domain import BusTicket, Departure, FeedVersion, Occupancy, Order
from services.bus.schemas import OrderState, TicketState
from tests.fakes.bus_after import FakeAfter
from tests.fakes.sales import FakeSales


class FakeBusStore(FakeAfter):
    """What `services.bus.store.BusStore` does, without a database."""

    def __init__(self) -> None:
        super().__init__()
        self.feeds: list[tuple[str, bytes]] = []
        self.departures: dict[str, Occupancy] = {}
        self.sales = FakeSales()
        self.tickets: dict[str, BusTicket] = {}

    def lock_feeds(self) -> None:
        pass

    def newest_feed(self) -> FeedVersion | None:
        return FeedVersion(len(self.feeds), self.feeds[-1][0]) if self.feeds else None

    def archive(self, version: int) -> bytes:
        return self.feeds[version - 1][1]

    def add_feed(self, digest: str, archive: bytes, actor: str, now: datetime) -> int:
        self.feeds.append((digest, archive))
        return len(self.feeds)

    def open_departure(self, departure: Departure, capacity: int) -> None:
        self.departures.setdefault(departure.id, Occupancy(capacity))

    def occupancies(self, departure_ids: Collection[str]) -> dict[str, Occupancy]:
        return {id_: self.departures[id_] for id_ in departure_ids if id_ in self.departures}

    def lock_departure(self, departure_id: str) -> Occupancy:
        return self.departures[departure_id]

    def take(self, departure_id: str, seats: int) -> bool:
        known = self.departures.get(departure_id)
        if known is None or known.free < seats:
            return False
        self.move_seats(departure_id, held=seats)
        return True

    def sell(self, departure_id: str, seats: int) -> bool:
        known = self.departures.get(departure_id)
        if known is None or known.free < seats:
            return False
        self.move_seats(departure_id, sold=seats)
        return True

    def move_seats(self, departure_id: str, *, held: int = 0, sold: int = 0) -> None:
        known = self.departures[departure_id]
        after = replace(known, held=known.held + held, sold=known.sold + sold)
        assert after.held >= 0
        assert after.sold >= 0
        assert after.held + after.sold <= after.capacity
        self.departures[departure_id] = after

    def seemingly_over(self, departure_id: str, now: datetime, unheard: datetime) -> list[tuple[str, int]]:
        return [(sale.id, seats) for sale, seats in self.over_holds(departure_id, now, unheard)]

    def over_holds(self, departure_id: str, now: datetime, unheard: datetime) -> list[tuple[Sale, int]]:
        ends = {OrderState.HELD: now, OrderState.PAYING: unheard}
        return [
            (order.sale, len(order.seats))
            for order in self.orders(self.sales.sales)
            if order.ride.departure_id == departure_id
            and order.sale.state in ends
            and order.sale.expires_at <= ends[order.sale.state]
        ]

    def departure_of(self, order_id: str) -> str | None:
        order = self.order(order_id)
        return None if order is None else order.ride.departure_id

    def add_order(self, order: Order, actor: str, reason: str) -> None:
        assert order.ride.departure_id in self.departures
        self.sales.begin(order.sale, {"order": order}, actor, reason)

    def order(self, order_id: str) -> Order | None:
        return next(iter(self.orders([order_id])), None)

    def orders(self, order_ids: Collection[str]) -> list[Order]:
        known = [id_ for id_ in order_ids if id_ in self.sales.sales]
        orders = [replace(self.sales.own[id_]["order"], sale=self.sales.sales[id_]) for id_ in known]
        return sorted(orders, key=lambda order: (order.sale.held_at, order.id), reverse=True)

    def add_tickets(self, tickets: Collection[BusTicket]) -> None:
        for ticket in tickets:
            firsts = {(each.order_id, each.number) for each in self.tickets.values() if each.replaces is None}
            assert ticket.replaces is not None or (ticket.order_id, ticket.number) not in firsts
            self.tickets[ticket.id] = ticket

    def tickets_of(self, order_ids: Collection[str]) -> list[BusTicket]:
        mine = (ticket for ticket in self.tickets.values() if ticket.order_id in order_ids)
        return sorted(mine, key=lambda each: (each.order_id, each.number, each.changes, each.issued_at))

    def forget_orders(self, order_ids: Collection[str]) -> None:
        self.tickets = {id_: each for id_, each in self.tickets.items() if each.order_id not in order_ids}
        self.sales.forget(order_ids)

    def end_ticket(self, ticket: BusTicket, to: TicketState, now: datetime, refund_fen: int = 0) -> bool:
        if self.tickets[ticket.id].state is not ticket.state:
            return False
        self.tickets[ticket.id] = replace(ticket, state=to, ended_at=now, refund_fen=refund_fen)
        return True
