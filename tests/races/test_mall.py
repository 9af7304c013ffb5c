"""A crowd wants fifty pieces and thirty coupons of the mall: two copies of it, both databases, everybody at once.

Everybody claims a coupon and orders one piece, with the coupon if they got it. Of those who got a piece most pay, some give it
up and some let it lapse; who was told "sold out" comes again as long as something came back. A watcher looks at the books all
the time. The control shows what happens without the guard.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text, update

from kernel import migrate
from kernel.db import Database, UnitOfWork
from kernel.errors import Kind, ServiceError
from kernel.ids import new_id
from services.shop.errors import CouponsGone, SoldOut
from services.shop.store import ShopStore
from services.shop.store.coupon_tables import CAMPAIGNS, COUPONS, USES
from services.shop.store.order_tables import ORDERS, PARCEL_LINES, PARCELS
from services.shop.store.stock import Level, StockRows
from services.shop.store.stock_tables import STOCK_MOVES, STOCKS
from services.shop.usecases import hearing
from tests.fakes.till import FakeTill
from tests.support.databases import Postgres
from tests.unit.shop.coupons import claim, put_out
from tests.unit.shop.mall import NOW, PLACE, level, open_mall, put_product
from tests.unit.shop.orders import cancel_order, pay, place_order, ready

Uow = UnitOfWork[Any]
SMALL, WHOLE = (60, 6, 4, 1), (1_000, 50, 30, 20)
"""Buyers, pieces, coupons, rounds."""
AT_ONCE = 24
WAVES = 8
PRICE_FEN, OFF_FEN = 12_800, 2_000
FATES = ("pays", "pays", "gives up", "pays", "lapses", "pays", "pays", "pays")
FATED = 1
"""Waves in which some don't pay; who comes for what they left pays."""
A_HOLD = timedelta(minutes=16)
_AWAY = {Kind.UNAVAILABLE, Kind.DEADLINE}


class Watch:
    """Looks at the stock and the coupons of one round all the time; violations: what must never be."""

    def __init__(self, crowd: Crowd) -> None:
        self._engine, self._pieces = crowd.copies[0].database.engine, crowd.pieces
        self._coupons = crowd.coupons
        self._end = threading.Event()
        self.violations: list[Any] = []
        self.looks = 0
        in_parcels = (
            select(func.coalesce(func.sum(PARCEL_LINES.c.quantity), 0))
            .join(PARCELS, PARCELS.c.id == PARCEL_LINES.c.parcel_id)
            .where(PARCEL_LINES.c.variant_id == crowd.variant_id)
        )
        mine = COUPONS.c.campaign_id == crowd.campaign_id
        redeemed = select(func.count()).where(mine, COUPONS.c.state == "redeemed")
        paid = (
            select(func.count())
            .select_from(USES)
            .join(COUPONS, COUPONS.c.id == USES.c.coupon_id)
            .join(ORDERS, ORDERS.c.id == USES.c.order_id)
            .where(mine, USES.c.ended_at.is_(None), USES.c.redeemed_at.is_not(None))
            .where(ORDERS.c.state == "issued")
        )
        parts = (
            in_parcels.where(PARCELS.c.state.in_(("held", "placed"))),
            select(CAMPAIGNS.c.claimed).where(CAMPAIGNS.c.id == crowd.campaign_id),
            redeemed,
            paid,
        )
        # One statement is one snapshot.
        self._query = select(
            STOCKS.c.on_hand, STOCKS.c.held, *(each.scalar_subquery() for each in parts)
        ).where(STOCKS.c.variant_id == crowd.variant_id)

    def __enter__(self) -> Watch:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        with self._engine.connect() as connection:
            while not self._end.wait(0.02):
                row = connection.execute(self._query).one()
                connection.rollback()
                self.looks += 1
                on_hand, held, in_parcels, claimed, redeemed, paid = row
                right = 0 <= held <= on_hand == self._pieces and held == in_parcels
                if not right or claimed > self._coupons or redeemed != paid:
                    self.violations.append(tuple(row))


@dataclass
class Crowd:
    """Buyers of one product with one campaign. prefix: of their names; has: their coupons, by number."""

    copies: Sequence[Uow]
    buyers: int
    pieces: int
    coupons: int
    endings: Counter[str] = field(default_factory=Counter)
    claims: Counter[str] = field(default_factory=Counter)
    has: dict[int, str] = field(default_factory=dict)
    till: FakeTill = field(default_factory=FakeTill)

    def __post_init__(self) -> None:
        one, self.prefix = self.copies[0], new_id()[-10:]
        sku = f"TEA-{self.prefix}"
        self.variant_id = put_product(one, on_hand=self.pieces, sku=sku, price_fen=PRICE_FEN)[1]
        self.campaign_id = put_out(one, stock=self.coupons)

    def rush(self) -> None:
        with ThreadPoolExecutor(AT_ONCE) as crowd:
            hungry = list(range(self.buyers))
            for wave in range(WAVES):
                fates = list(crowd.map(partial(self._tries, wave), hungry))
                self.endings.update(fates)
                assert self.claims == {"got": self.coupons, "gone": self.buyers - self.coupons}
                self._sweep()
                if self._paid() == self.pieces:
                    return
                hungry = [each for each, fate in zip(hungry, fates, strict=True) if fate == "sold out"]
                hungry = hungry[: 3 * self.pieces]
        raise AssertionError(f"pieces were left over: {self.endings}")

    def _claims(self, number: int) -> None:
        asked = partial(claim, request_id=new_id())
        try:
            self.has[number] = self._until(number, asked, self.campaign_id, self._who(number))["id"]
        except CouponsGone:
            self.claims["gone"] += 1
        else:
            self.claims["got"] += 1

    def _tries(self, wave: int, number: int) -> str:
        """One buyer's try to get a piece, and what they do with it."""
        if wave == 0:
            self._claims(number)
        coupon, who = self.has.get(number), self._who(number)
        fate = FATES[number % len(FATES)] if wave < FATED else "pays"
        wish = {
            "passenger_id": who,
            "request_id": new_id(),
            "coupon_ids": [coupon] if coupon else [],
            "expects_fen": PRICE_FEN - (OFF_FEN if coupon else 0),
        }
        try:
            order = self._until(number, place_order, {self.variant_id: 1}, **wish)
        except SoldOut:
            return "sold out"
        if fate == "pays":
            self._until(number, pay, self.till, order["id"], who)
        elif fate == "gives up":
            self._until(number, cancel_order, self.till, order["id"], who)
        else:
            self._until(number, self._age, order["id"])
        return fate

    def _until(self, number: int, work: Any, *given: Any, **more: Any) -> Any:
        """As a caller does who is told to come again: the same request until there is an answer."""
        while True:
            try:
                return work(self.copies[number % 2], *given, **more)
            except ServiceError as refused:
                if refused.kind not in _AWAY:
                    raise

    def _who(self, number: int) -> str:
        return f"{self.prefix}-{number}"

    @staticmethod
    def _age(uow: Uow, order_id: str) -> None:
        """A quarter of an hour passes for one order."""
        with uow.write() as tx:
            sale = tx.store.sales.lock(order_id)
            ended = sale.expires_at - A_HOLD
            old = {"held_at": sale.held_at - A_HOLD, "expires_at": ended, "look_at": ended}
            tx.connection.execute(update(ORDERS).where(ORDERS.c.id == order_id).values(old))

    def _sweep(self) -> None:
        """Both copies at once, as their timers would without a lease."""
        works = [
            threading.Thread(target=hearing.look_after_orders, args=(uow, PLACE, self.till, NOW))
            for uow in self.copies
        ]
        for work in works:
            work.start()
        for work in works:
            work.join()

    def _paid(self) -> int:
        return len(self._orders("issued"))

    def _orders(self, *states: str) -> list[Any]:
        mine = ORDERS.c.buyer_id.startswith(f"{self.prefix}-")
        with self.copies[0].read() as tx:
            query = select(ORDERS).where(mine, ORDERS.c.state.in_(states))
            return list(tx.connection.execute(query))

    def audit(self) -> str:
        """Every piece is somebody's who paid for it, less what their coupon says; in words."""
        one, paid = self.copies[0], self._orders("issued")
        assert not self._orders("held", "paying", "paid"), "every order came to its end"
        assert level(one, self.variant_id) == (self.pieces, self.pieces)
        self._hand_out({each.id for each in paid})
        assert level(one, self.variant_id) == (0, 0)
        with one.read() as tx:
            uses = select(USES.c.order_id, USES.c.discount_fen, USES.c.redeemed_at, COUPONS.c.state).join(
                COUPONS, COUPONS.c.id == USES.c.coupon_id
            )
            live = uses.where(COUPONS.c.campaign_id == self.campaign_id, USES.c.ended_at.is_(None))
            spent = tx.connection.execute(live).all()
            sold = select(func.sum(STOCK_MOVES.c.quantity)).where(
                STOCK_MOVES.c.variant_id == self.variant_id, STOCK_MOVES.c.kind == "sold"
            )
            assert tx.connection.execute(sold).scalar_one() == -self.pieces
            states = select(COUPONS.c.state).where(COUPONS.c.campaign_id == self.campaign_id)
            coupons = Counter(tx.connection.execute(states).scalars())
        off = {
            each.order_id: each.discount_fen
            for each in spent
            if each.redeemed_at and each.state == "redeemed"
        }
        assert len(off) == len(spent) == coupons["redeemed"] <= self.coupons, "a coupon is one order's"
        assert off.keys() <= {each.id for each in paid}
        for each in paid:
            assert each.amount_fen == PRICE_FEN - off.get(each.id, 0)
            payments = [self.till.payments[number] for number in self.till.orders[each.id]]
            assert [payment.state for payment in payments] == ["paid"], "it was paid once"
        assert not self.till.refunds
        return f"{dict(self.endings)}; sold {len(paid)}, coupons {dict(coupons)}"

    def _hand_out(self, order_ids: set[str]) -> None:
        with self.copies[0].read() as tx:
            query = select(PARCELS.c.id).where(PARCELS.c.order_id.in_(order_ids))
            parcels = list(tx.connection.execute(query).scalars())
        for number, parcel_id in enumerate(parcels):
            self._until(number, ready, parcel_id)


class LooksFirst(StockRows):
    """What would be if pieces were counted first and taken a moment later, and no CHECK stood behind."""

    def hold(self, shop_id: str, variant_id: str, quantity: int, now: Any) -> Level | None:
        seen = self.levels([(shop_id, variant_id)])[shop_id, variant_id]
        if seen.free < quantity:
            return None
        time.sleep(0.05)
        one_more = update(STOCKS).where(STOCKS.c.variant_id == variant_id)
        self._connection.execute(one_more.values(held=STOCKS.c.held + quantity))
        return seen


def opened(url: str) -> Iterator[tuple[Uow, Uow]]:
    migrate.upgrade("shop", url)
    databases = Database(url), Database(url)
    copies = UnitOfWork(databases[0], ShopStore), UnitOfWork(databases[1], ShopStore)
    open_mall(copies[0])
    yield copies
    for database in databases:
        database.close()


@pytest.fixture
def sqlite_copies(tmp_path: Path) -> Iterator[tuple[Uow, Uow]]:
    yield from opened(f"sqlite:///{tmp_path / 'shop.sqlite3'}")


@pytest.fixture
def postgresql_copies(postgres: Postgres) -> Iterator[tuple[Uow, Uow]]:
    yield from opened(postgres.new_database("shop"))


@pytest.fixture(params=["sqlite", "postgresql"])
def copies(request: pytest.FixtureRequest) -> tuple[Uow, Uow]:
    """Two copies of the service on one database."""
    found: tuple[Uow, Uow] = request.getfixturevalue(f"{request.param}_copies")
    return found


def rushes(copies: Sequence[Uow], buyers: int, pieces: int, coupons: int, rounds: int) -> None:
    for number in range(rounds):
        crowd, begun = Crowd(copies, buyers, pieces, coupons), time.monotonic()
        with Watch(crowd) as watch:
            crowd.rush()
        told = crowd.audit()
        assert watch.violations == []
        print(
            f"round {number + 1}: {told}; {watch.looks} looks, {time.monotonic() - begun:.1f} s", flush=True
        )


def test_a_crowd_gets_every_piece_once_and_pays_what_its_coupons_say(copies: tuple[Uow, Uow]) -> None:
    rushes(copies, *SMALL)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_a_thousand_buyers_get_fifty_pieces_and_thirty_coupons_twenty_times(copies: tuple[Uow, Uow]) -> None:
    rushes(copies, *WHOLE)


def test_control_counting_before_taking_sells_pieces_that_are_not_there(
    postgresql_copies: tuple[Uow, Uow],
) -> None:
    with postgresql_copies[0].write() as tx:
        tx.connection.execute(text("ALTER TABLE stocks DROP CONSTRAINT ck_stocks_held"))

    def store(connection: Connection) -> ShopStore:
        made = ShopStore(connection)
        made.stock = LooksFirst(connection)
        return made

    naive = [UnitOfWork(uow.database, store) for uow in postgresql_copies]
    crowd = Crowd(naive, 12, 2, 1)
    with Watch(crowd) as watch, ThreadPoolExecutor(12) as buyers:
        # Fates come by numbers: all of these pay.
        fates = Counter(buyers.map(partial(crowd._tries, WAVES), range(12)))
        deadline = time.monotonic() + 5
        while not watch.violations and time.monotonic() < deadline:
            time.sleep(0.02)
    assert fates["pays"] > 2
    assert max(held for _, held, *_ in watch.violations) > 2
