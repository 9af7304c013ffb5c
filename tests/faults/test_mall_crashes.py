"""kill -9 of the mall at the boundaries of an order: placed with a coupon, paid, picked, handed over, some of it paid back.

Whatever dies, in the end all is there once: the picture of an order that died on its way is that of one that didn't. The broker
goes away between a payment's commit and its event, too. `tests/faults/dying.py` says what a boundary is; the control takes one
guard away and is caught.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from deploy.broker import Broker
from deploy.databases import ensure_database
from kernel import migrate
from kernel.db import Database, UnitOfWork
from kernel.ids import new_id
from services.shop.store import ShopStore
from tests.faults.mortal import Mortal
from tests.support.databases import Postgres
from tests.support.folders import temporary_folder
from tests.support.mall_stock import (
    CABLE_FEN,
    OFF_FEN,
    TEA_FEN,
    open_all_day,
    put_cable,
    put_campaign,
    put_teas,
)
from tests.support.merchant import Merchant
from tests.support.proxy import Proxy
from tests.support.stack import Stack
from tests.unit.payments.wechat_pay import platform_headers
from tests.unit.shop.mall import CABLES, TEA

pytestmark = pytest.mark.timeout(3600)

FEW = 3
MANY = 60
ENOUGH = 50
ROUNDS = 3
SETTLED_S = 20.0
# Stock is enough for all orders of a long run.
PIECES = 10_000
AMOUNT_FEN = 2 * TEA_FEN + CABLE_FEN - OFF_FEN
STAFF: dict[str, Any] = {"actor": "staff:liu", "shops": ["*"]}
PHOTO = {"jpeg": "aGVsbG8=", "thumbnail": "aGVsbG8="}


@dataclass
class Order:
    """Somebody's order on its way."""

    who: str
    id: str
    coupon_id: str
    number: str = ""

    @property
    def mine(self) -> dict[str, str]:
        return {"passenger_id": self.who, "order_id": self.id}


class Mall:
    """A buyer, a payer, staff and an auditor of one mall. known: what an order leaves behind on which nobody died."""

    def __init__(self, services: Mortal, merchant: Merchant, goods: dict[str, str]) -> None:
        self.services, self.merchant, self.goods = services, merchant, goods
        url = services.stack.environ["DATABASE_URL"].replace("{service}", "shop")
        self.database = Database(url)
        self.known: dict[str, Any] = {}

    def shop(self, method: str, **request: Any) -> Any:
        return self.services.call("shop", method, **request)

    def act(self, method: str, **request: Any) -> Any:
        """Something that is done once, however often it is asked for."""
        return self.shop(method, request_id=new_id(), **request)

    def sale(self, told: Callable[[str], None] | None = None) -> None:
        """Two boxes of tea are fetched, one comes back; the cable can't be had. told: how the money becomes known."""
        before = self.stock()
        order = self.place()
        self.pay(order, told or self.notify)
        by_shop = {each["shop"]["id"]: each for each in self.settled(order, "issued")["parcels"]}
        tea, cable = by_shop[TEA], by_shop[CABLES]
        for method in ("start_picking", "parcel_ready"):
            self.act(method, parcel_id=tea["id"], **STAFF)
        self.act("hand_over", code=tea["code"], **STAFF)
        self.act("start_picking", parcel_id=cable["id"], **STAFF)
        self.act("withdraw_parcel", parcel_id=cable["id"], words="缺货", **STAFF)
        back = self.give_back(order, tea["lines"][0]["id"])
        shown = self.settled(order, "issued", refunded_fen=back + worth_fen(cable))
        self.case_is_over(order)
        self.audit(order, shown)
        found = self.picture(order, shown)
        found["stock"] = [now - was for now, was in zip(self.stock(), before, strict=True)]
        self.known = self.known or found
        assert found == self.known

    def place(self) -> Order:
        who = new_id()
        claimed = self.act("claim_coupon", passenger_id=who, campaign_id=self.goods["campaign"])
        coupon_id = claimed["coupon"]["id"]
        quantities = ((self.goods["tea"], 2), (self.goods["cable"], 1))
        wanted = [{"variant_id": each, "quantity": quantity} for each, quantity in quantities]
        wish = {"passenger_id": who, "lines": wanted, "coupon_ids": [coupon_id]}
        placed = self.act("place_order", expects_fen=AMOUNT_FEN, **wish)["order"]
        return Order(who, placed["id"], coupon_id)

    def pay(self, order: Order, told: Callable[[str], None]) -> None:
        pay = self.act("pay_order", channel="native", **order.mine)["pay"]
        order.number = pay["code_url"].rpartition("=")[2]
        told(order.number)

    def notify(self, number: str) -> None:
        body = self.merchant.is_paid(number)
        told = {"headers": platform_headers(body.encode()), "body": body}
        self.services.call("payments", "record_notification", request_id=new_id(), **told)

    def give_back(self, order: Order, line_id: str) -> int:
        """One box was crushed; the shop pays it back. Its fen."""
        lines = [{"line_id": line_id, "quantity": 1}]
        about = {"lines": lines, "reason": "damaged", "words": "盒子压坏了", "photos": [PHOTO]}
        case = self.act("open_case", **order.mine, **about)["case"]
        fen = int(case["asked_fen"])
        decided = {"accept": True, "refund_fen": fen, "words": "抱歉"}
        self.act("decide_case", case_id=case["id"], **decided, **STAFF)
        return fen

    def settled(self, order: Order, state: str, **values: int) -> dict[str, Any]:
        wanted = {"state": state, **values}
        end = time.monotonic() + SETTLED_S
        while True:
            shown: dict[str, Any] = self.shop("get_order", **order.mine)["order"]
            found = {name: shown[name] for name in wanted}
            if found == wanted and not shown["refunding_fen"]:
                return shown
            assert time.monotonic() < end, f"stuck at {found}, wanted {wanted}"
            time.sleep(0.05)

    def case_is_over(self, order: Order) -> None:
        end = time.monotonic() + SETTLED_S
        while True:
            (case,) = self.shop("list_cases_of", **order.mine)["cases"]
            if case["state"] == "refunded":
                return
            assert time.monotonic() < end, f"the money is back, and its case stuck at {case['state']}"
            time.sleep(0.05)

    def audit(self, order: Order, shown: dict[str, Any]) -> None:
        """The money is where the order says."""
        back = shown["refunded_fen"]
        given = [each for each in self.merchant.refunds.values() if each["out_trade_no"] == order.number]
        assert sum(each["amount"]["refund"] for each in given) == back, "what was promised went back, once"
        assert len(given) == 2
        traced = self.services.call("payments", "trace", order_service="shop", order_id=order.id)
        paid = [each["out_trade_no"] for each in traced["intents"] if each["transaction_id"]]
        assert paid == [order.number], "it was paid once"
        left = AMOUNT_FEN - back
        assert traced["balances"] == {"wechat": left, "order:shop": -left, "refunds": 0}

    def picture(self, order: Order, shown: dict[str, Any]) -> dict[str, Any]:
        """What it left behind: the same for every order, whoever died on its way."""
        of_coupons = "SELECT id FROM coupons WHERE id = :coupon OR parent_id = :coupon"
        of_parcels = "SELECT id FROM parcels WHERE order_id = :order"
        known = {"order": order.id, "coupon": order.coupon_id}
        counted = {
            "moves": "SELECT kind || quantity FROM stock_moves WHERE order_id = :order",
            "steps": f"SELECT after FROM parcel_steps WHERE parcel_id IN ({of_parcels})",
            "way": "SELECT after FROM order_steps WHERE order_id = :order",
            "lines": "SELECT why || pieces || ':' || amount_fen FROM line_refunds WHERE order_id = :order",
            "refunds": "SELECT state || ':' || amount_fen FROM order_refunds WHERE order_id = :order",
            "cases": "SELECT state FROM cases WHERE order_id = :order",
            "coupons": f"SELECT state || ':' || source FROM coupons WHERE id IN ({of_coupons})",
            "told": "SELECT name FROM outbox WHERE aggregate = :order",
            "told of coupons": f"SELECT name FROM outbox WHERE aggregate IN ({of_coupons})",
        }
        with self.database.engine.connect() as connection:
            found: dict[str, Any] = {
                name: Counter(connection.execute(text(query), known).scalars())
                for name, query in counted.items()
            }
        found["money"] = (shown["amount_fen"], shown["refunded_fen"], shown["coupons"][0]["given_back_fen"])
        return found

    def stock(self) -> list[int]:
        query = "SELECT sum(on_hand), sum(held) FROM stocks"
        with self.database.engine.connect() as connection:
            return [int(each) for each in connection.execute(text(query)).one()]


def worth_fen(parcel: dict[str, Any]) -> int:
    """What was paid for a parcel."""
    return sum(each["quantity"] * each["unit_fen"] - each["discount_fen"] for each in parcel["lines"])


@pytest.fixture(scope="module")
def mall(broker: Broker) -> Iterator[Mall]:
    with temporary_folder("airport-crash-") as var:
        yield from malls(broker, var, f"sqlite:///{var}/{{service}}.sqlite3")


@pytest.fixture(scope="module")
def postgres_mall(broker: Broker, postgres: Postgres) -> Iterator[Mall]:
    with temporary_folder("airport-crash-") as var:
        yield from malls(broker, var, postgres.url(f"mall_{new_id()}_{{service}}"))


def malls(broker: Broker, var: Path, url: str) -> Iterator[Mall]:
    with closing(Merchant()) as merchant:
        vhost = broker.add_vhost(f"crash-{new_id()}")
        stack = Stack(var, broker, vhost, SERVICES_OPS_PORT="0", DATABASE_URL=url, **merchant.settings())
        (var / "log").mkdir()
        for service in ("shop", "payments"):
            ensure_database(url.replace("{service}", service))
            migrate.upgrade(service, url.replace("{service}", service))
        database = Database(url.replace("{service}", "shop"))
        uow = UnitOfWork(database, ShopStore)
        open_all_day(uow)
        goods = {
            "tea": put_teas(uow, 1, PIECES)[0][1],
            "cable": put_cable(uow, PIECES),
            "campaign": put_campaign(uow, PIECES),
        }
        database.close()
        with Mortal(stack, "shop", "payments") as services:
            mall = Mall(services, merchant, goods)
            yield mall
            mall.database.close()


def boundaries(mall: Mall) -> list[str]:
    """Those of an order on which nobody dies."""
    mall.services.die_at(0)
    mall.sale()
    return mall.services.live()


def killed_at(mall: Mall, point: int | str) -> int:
    """An order with a death at this boundary; how often the services died: relays join events, so the last may not come."""
    deaths = mall.services.deaths
    mall.services.die_at(point)
    try:
        mall.sale()
    except AssertionError as exc:
        where = ["nowhere", *mall.services.live()][-1]
        raise AssertionError(f"killed at boundary {point}, {where}: {exc}") from exc
    mall.services.live()
    return mall.services.deaths - deaths


def test_an_order_survives_a_death_at_any_boundary(mall: Mall) -> None:
    """A few points, spread over the whole order; the long run has them all."""
    passed = boundaries(mall)
    assert len(passed) >= MANY, passed
    died = sum(killed_at(mall, 1 + place * (len(passed) - 10) // (FEW - 1)) for place in range(FEW))
    assert died >= FEW - 1


@pytest.mark.long
def test_the_broker_goes_away_between_a_payments_commit_and_its_event(mall: Mall) -> None:
    """The shop hears of it when the broker is back, once."""
    mall.sale()
    mall.services.pause()
    direct = urlsplit(mall.services.stack.amqp_url)
    with Proxy((str(direct.hostname), int(direct.port or 5672))) as proxy:
        through = direct._replace(netloc=direct.netloc.replace(f":{direct.port}", f":{proxy.port}"))
        with Mortal(mall.services.stack, "shop", "payments", AMQP_URL=through.geturl()) as services:
            away = Mall(services, mall.merchant, mall.goods)
            away.known = mall.known

            def told(number: str) -> None:
                proxy.refuse()
                mall.merchant.is_paid(number)
                # Nobody is told: payments asks by itself, and books it.
                url = mall.services.stack.environ["DATABASE_URL"].replace("{service}", "payments")
                with closing(Database(url)) as payments:
                    wait_booked(payments, number)
                assert waits(away, number), "the shop hasn't heard of it"
                proxy.accept()

            try:
                away.sale(told)
            finally:
                away.database.close()
    mall.services.keep_alive()


def wait_booked(payments: Database, number: str) -> None:
    end = time.monotonic() + SETTLED_S
    query = text("SELECT state FROM intents WHERE out_trade_no = :number")
    while True:
        with payments.engine.connect() as connection:
            state = connection.execute(query, {"number": number}).scalar_one()
        if state == "paid":
            return
        assert time.monotonic() < end, f"payments never asked: {state}"
        time.sleep(0.05)


def waits(mall: Mall, number: str) -> bool:
    query = text("SELECT state FROM orders WHERE out_trade_no = :number")
    with mall.database.engine.connect() as connection:
        return bool(connection.execute(query, {"number": number}).scalar_one() == "paying")


@pytest.mark.long
def test_an_order_survives_a_death_at_every_boundary(mall: Mall) -> None:
    rounds(mall, ROUNDS)


@pytest.mark.long
def test_an_order_on_postgresql_survives_a_death_at_every_boundary(postgres_mall: Mall) -> None:
    rounds(postgres_mall, ROUNDS)


def rounds(mall: Mall, count: int) -> None:
    """So many times over all boundaries; other ones each time where there are more than are tried."""
    passed = boundaries(mall)
    for round_ in range(count):
        step = (len(passed) - 6) / MANY
        points = [1 + int(place * step + round_ * step / count) for place in range(MANY)]
        died = sum(killed_at(mall, point) for point in points)
        print(f"round {round_ + 1}: {len(passed)} boundaries, killed at {died} of {len(points)}", flush=True)
        assert died >= ENOUGH


@pytest.mark.long
def test_control_a_refund_asked_for_under_another_number_each_time_is_caught(mall: Mall) -> None:
    carelessly(mall)


@pytest.mark.long
def test_control_a_refund_asked_for_under_other_numbers_is_caught_on_postgresql(postgres_mall: Mall) -> None:
    carelessly(postgres_mall)


def carelessly(mall: Mall) -> None:
    """What is survived with the guard isn't without it."""
    point = "before UPDATE order_refunds SET"
    assert killed_at(mall, point) == 1
    mall.services.pause()
    with Mortal(mall.services.stack, "shop", "payments", DYING_CARELESS="1") as careless:
        other = Mall(careless, mall.merchant, mall.goods)
        try:
            with pytest.raises(AssertionError, match="stuck at") as caught:
                killed_at(other, point)
        finally:
            other.database.close()
    print(f"caught: {caught.value}", flush=True)
    mall.services.keep_alive()
