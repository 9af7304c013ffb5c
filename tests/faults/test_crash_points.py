"""kill -9 at the boundaries of a sale: bought, paid, given back; whatever dies, each effect is there once.

`tests/faults/dying.py` says what a boundary is. The control takes one guard away and is caught.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from deploy.broker import Broker
from deploy.databases import ensure_database
from deploy.services import SERVICES
from kernel.db import Database
from kernel.ids import new_id
from tests.faults.mortal import Mortal
from tests.support.databases import Postgres
from tests.support.folders import temporary_folder
from tests.support.merchant import Merchant
from tests.support.stack import Stack
from tests.unit.payments.wechat_pay import platform_headers

pytestmark = pytest.mark.timeout(3600)

FEW = 6
MANY = 48
ENOUGH = 40
ROUNDS = 3
SETTLED_S = 20.0


class Shop:
    """A traveller, a payer and an auditor at one bus service."""

    def __init__(self, services: Mortal, merchant: Merchant, ride: dict[str, str]) -> None:
        self.services = services
        self.merchant = merchant
        self.ride = ride

    def sale(self) -> str:
        """Two seats are bought, paid and given back; the order."""
        bus = lambda method, **request: self.services.call("bus", method, **request)  # noqa: E731
        who = new_id()
        riders = [{"kind": "adult"}, {"kind": "child"}]
        wanted = {"passenger_id": who, "passengers": riders, **self.ride}
        order_id = bus("hold_seats", request_id=new_id(), **wanted)["order"]["id"]
        mine = {"passenger_id": who, "order_id": order_id}
        pay = bus("pay_order", request_id=new_id(), channel="native", **mine)["pay"]
        number = pay["code_url"].rpartition("=")[2]
        body = self.merchant.is_paid(number)
        told = {"headers": platform_headers(body.encode()), "body": body}
        self.services.call("payments", "record_notification", request_id=new_id(), **told)
        tickets = [each["id"] for each in self.settled("issued", mine)["tickets"]]
        back = {"ticket_ids": tickets, **mine}
        quote = bus("quote_return", **back)["refund_fen"]
        bus("return_tickets", request_id=new_id(), refund_fen=quote, **back)
        order = self.settled("refunded", mine)
        self.audit(order, number, quote)
        return str(order_id)

    def settled(self, state: str, mine: dict[str, str]) -> dict[str, Any]:
        end = time.monotonic() + SETTLED_S
        while True:
            order: dict[str, Any] = self.services.call("bus", "get_order", **mine)["order"]
            if order["state"] == state:
                return order
            assert time.monotonic() < end, f"stuck at {order['state']}, wanted {state}"
            time.sleep(0.05)

    def audit(self, order: dict[str, Any], number: str, quote: int) -> None:
        """Every effect is there, once: goods, money, books, news."""
        assert [each["state"] for each in order["tickets"]] == ["returned", "returned"]
        assert (order["refunded_fen"], order["refunding_fen"]) == (quote, 0)
        given = [each for each in self.merchant.refunds.values() if each["out_trade_no"] == number]
        assert [each["amount"]["refund"] for each in given] == [quote], "money went back once"
        traced = self.services.call("payments", "trace", order_service="bus", order_id=order["id"])
        paid = [each["out_trade_no"] for each in traced["intents"] if each["transaction_id"]]
        assert paid == [number], "it was paid once"
        left = order["amount_fen"] - quote
        assert traced["balances"] == {"wechat": left, "order:bus": -left, "refunds": 0}
        told = Counter(
            name for (name,) in self._rows("SELECT name FROM outbox WHERE aggregate = :id", order["id"])
        )
        assert told == {"tickets_issued": 1, "tickets_returned": 1}
        (counts,) = self._rows("SELECT sold, held FROM departures WHERE id = :id", self.ride["departure_id"])
        assert counts == (0, 0), "all seats are free again"

    def _rows(self, query: str, id_: str) -> list[Any]:
        url = self.services.stack.environ["DATABASE_URL"].replace("{service}", "bus")
        database = Database(url)
        with database.engine.connect() as connection:
            rows = list(connection.execute(text(query), {"id": id_}))
        database.close()
        return rows


@pytest.fixture(scope="module")
def shop(broker: Broker) -> Iterator[Shop]:
    with temporary_folder("airport-crash-") as var:
        yield from shops(broker, var, f"sqlite:///{var}/{{service}}.sqlite3")


@pytest.fixture(scope="module")
def postgres_shop(broker: Broker, postgres: Postgres) -> Iterator[Shop]:
    with temporary_folder("airport-crash-") as var:
        yield from shops(broker, var, postgres.url("crash_{service}"))


def shops(broker: Broker, var: Path, url: str) -> Iterator[Shop]:
    with closing(Merchant()) as merchant:
        vhost = broker.add_vhost(f"crash-{new_id()}")
        stack = Stack(var, broker, vhost, SERVICES_OPS_PORT="0", DATABASE_URL=url, **merchant.settings())
        (var / "log").mkdir()
        for service in SERVICES:
            ensure_database(url.replace("{service}", service))
        stack.migrate()
        stack.airport("bus demo")
        with Mortal(stack, "bus", "payments") as services:
            yield Shop(services, merchant, ride_tomorrow(services))


def ride_tomorrow(services: Mortal) -> dict[str, str]:
    """A ride that leaves in a good while, so that its terms don't change under the test."""
    found = services.call("bus", "search_departures", from_stop="WUYI", to_stop="CSX", limit=50)
    ride = found["departures"][-1]
    return {"departure_id": ride["departure_id"], "from_stop": "WUYI", "to_stop": "CSX"}


def boundaries(shop: Shop) -> list[str]:
    """Those of a sale in which nobody dies."""
    shop.services.die_at(0)
    shop.sale()
    return shop.services.live()


def killed_at(shop: Shop, point: int | str) -> int:
    """A sale with a death at this boundary; how often the services died: relays join events, so the last may not come."""
    deaths = shop.services.deaths
    shop.services.die_at(point)
    try:
        shop.sale()
    except AssertionError as exc:
        where = ["nowhere", *shop.services.live()][-1]
        raise AssertionError(f"killed at boundary {point}, {where}: {exc}") from exc
    shop.services.live()
    return shop.services.deaths - deaths


def test_a_sale_survives_a_death_at_any_boundary(shop: Shop) -> None:
    """A few points, spread over the whole sale; the long run has them all."""
    passed = boundaries(shop)
    assert len(passed) >= MANY, passed
    died = sum(killed_at(shop, 1 + place * (len(passed) - 10) // (FEW - 1)) for place in range(FEW))
    assert died >= FEW - 1


@pytest.mark.long
def test_a_sale_survives_a_death_at_every_boundary(shop: Shop) -> None:
    rounds(shop, ROUNDS)


@pytest.mark.long
def test_a_sale_on_postgresql_survives_a_death_at_every_boundary(postgres_shop: Shop) -> None:
    rounds(postgres_shop, ROUNDS)


def rounds(shop: Shop, count: int) -> None:
    """So many times over all boundaries; other ones each time where there are more than are tried."""
    passed = boundaries(shop)
    for round_ in range(count):
        step = (len(passed) - 6) / MANY
        points = [1 + int(place * step + round_ * step / count) for place in range(MANY)]
        died = sum(killed_at(shop, point) for point in points)
        print(f"round {round_ + 1}: {len(passed)} boundaries in a sale, killed at {died} of {len(points)}")
        assert died >= ENOUGH


@pytest.mark.long
def test_control_a_refund_asked_for_under_another_number_each_time_is_caught(shop: Shop) -> None:
    carelessly(shop)


@pytest.mark.long
def test_control_a_refund_asked_for_under_other_numbers_is_caught_on_postgresql(postgres_shop: Shop) -> None:
    carelessly(postgres_shop)


def carelessly(shop: Shop) -> None:
    """What is survived with the guard isn't without it."""
    point = "before UPDATE order_refunds SET"
    assert killed_at(shop, point) == 1
    shop.services.pause()
    with Mortal(shop.services.stack, "bus", "payments", DYING_CARELESS="1") as careless:
        other = Shop(careless, shop.merchant, shop.ride)
        with pytest.raises(AssertionError, match="stuck at returning") as caught:
            killed_at(other, point)
    print(f"caught: {caught.value}", flush=True)
    shop.services.keep_alive()
