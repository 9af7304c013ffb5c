"""The store of bus in memory."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from services.bus.domain import Departure, FeedVersion, Occupancy, Order
from services.bus.schemas import OrderState


class FakeBusStore:
    """What `services.bus.store.BusStore` does, without a database."""

    def __init__(self) -> None:
        self.feeds: list[tuple[str, bytes]] = []
        self.departures: dict[str, Occupancy] = {}
        self.orders: dict[str, Order] = {}

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
        self._hold(departure_id, seats)
        return True

    def lapse(self, departure_id: str, now: datetime) -> int:
        over = [order for order in self._over(now) if order.departure_id == departure_id]
        for order in over:
            self._end(order, OrderState.LAPSED)
        return sum(len(order.seats) for order in over)

    def lapsed_departures(self, now: datetime, limit: int) -> list[str]:
        over = sorted(self._over(now), key=lambda order: order.expires_at)[:limit]
        return list(dict.fromkeys(order.departure_id for order in over))

    def add_order(self, order: Order) -> None:
        assert order.departure_id in self.departures
        self.orders[order.id] = order

    def order(self, order_id: str) -> Order | None:
        return self.orders.get(order_id)

    def release(self, order: Order, now: datetime) -> bool:
        kept = self.orders[order.id]
        if kept.state is not OrderState.HELD:
            return False
        self._end(kept, OrderState.RELEASED)
        return True

    def _over(self, now: datetime) -> list[Order]:
        held = (order for order in self.orders.values() if order.state is OrderState.HELD)
        return [order for order in held if order.expires_at <= now]

    def _end(self, order: Order, state: OrderState) -> None:
        self.orders[order.id] = replace(order, state=state)
        self._hold(order.departure_id, -len(order.seats))

    def _hold(self, departure_id: str, seats: int) -> None:
        known = self.departures[departure_id]
        self.departures[departure_id] = replace(known, held=known.held + seats)
