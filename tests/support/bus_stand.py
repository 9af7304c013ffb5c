"""The bus's sale as real processes: see `stand`.

with BusStand(var, broker, database_url, seats=40) as stand:
    buyers = stand.sign_in(1000)
    … HTTP as these buyers …
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from deploy.broker import Broker
from deploy.demo.bus import demo_feed
from kernel import clock
from kernel.db import UnitOfWork
from kernel.ids import new_id
from services.bus import usecases as bus
from services.bus.gtfs import write_feed
from services.bus.store import BusStore
from tests.support.stand import Buyer, Stand, patiently

__all__ = ["BusStand", "Buyer", "ask_to_pay", "hold", "patiently"]

LINE, FROM, TO = "A4", "XINGSHA", "CSX"
PRICE_FEN = 1500
ORDERS = "/api/v1/bus/orders"
_HOME = ZoneInfo("Asia/Shanghai")


class BusStand(Stand):
    """.departures: ids of buses that leave tomorrow, `seats` on each."""

    sold_by = ("bus", "payments", "passengers")
    answers_at = "/api/v1/bus/lines"

    def __init__(
        self, var: Path, broker: Broker, database_url: str = "", seats: int = 40, **environ: str
    ) -> None:
        super().__init__(var, broker, database_url, **environ)
        self.seats = seats

    def wish(self, departure_id: str, riders: Sequence[str] = ("adult",)) -> dict[str, Any]:
        """The body of a hold."""
        passengers = [{"kind": kind} for kind in riders]
        return {"departure_id": departure_id, "from_stop": FROM, "to_stop": TO, "passengers": passengers}

    def stock(self) -> None:
        tomorrow = (clock.now() + timedelta(days=1)).astimezone(_HOME)
        feed = demo_feed(tomorrow.date().replace(day=1))
        feed = replace(feed, trips=tuple(replace(trip, seats=self.seats) for trip in feed.trips))
        imported = bus.import_feed(UnitOfWork(self.database("bus"), BusStore), write_feed(feed), "test")
        assert not imported.problems, imported.problems
        trips = [trip.trip_id for trip in feed.trips if trip.trip_id.startswith(f"{LINE}-in")]
        self.departures = [
            f"{tomorrow + timedelta(days=day):%Y%m%d}-{trip}" for day in range(7) for trip in sorted(trips)
        ]


async def hold(
    client: httpx.AsyncClient, buyer: Buyer, wish: dict[str, Any], key: str = ""
) -> httpx.Response:
    """One try to hold seats; the same key is the same hold."""
    headers = buyer.headers | {"Idempotency-Key": key or new_id()}
    return await client.post(ORDERS, json=wish, headers=headers)


async def ask_to_pay(client: httpx.AsyncClient, buyer: Buyer, order_id: str) -> httpx.Response:
    """A QR code to pay by; a phone of any WeChat user can pay it."""
    return await client.post(
        f"{ORDERS}/{order_id}/payment", json={"channel": "native"}, headers=buyer.headers
    )
