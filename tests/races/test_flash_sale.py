"""A flash sale of the mall, through HTTP: gateway, two copies of the services, RabbitMQ, WeChat Pay's sandbox.

Everybody wants the same tea at the same moment, by the form of the checkout page. Who gets a box pays for it or, some of them,
gives it up; who was told "sold out" comes again as long as something came back. Exactly what there was is sold, and nobody waits
longer than a gateway lets anybody wait. The control shows what happens without the guard.

The gateway's own clock says how long it let anybody wait. The buyers' clocks, which are printed, also count what this process
makes them wait for: 64 buyers of one client that shares two processors with ten other programs wait for it, not for the mall.
Each comes by a connection of their own, as browsers do: a pool hands its connections out long after they are free.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import func, select

from deploy.broker import Broker
from deploy.processes import wait_until
from services.payments.store.tables import INTENTS, LEDGER
from services.shop.store.order_tables import ORDERS, PARCEL_LINES, PARCELS
from services.shop.store.stock_tables import STOCKS
from tests.bench.lean import Connection
from tests.support.databases import Postgres
from tests.support.folders import temporary_folder
from tests.support.mall_stand import CHECKOUT, MallStand, ask_to_pay, give_up, order_form, place
from tests.support.mall_stock import TEA_FEN
from tests.support.stand import Buyer, patiently

SMALL, WHOLE = (120, 12, 16), (1000, 50, 64)
"""Buyers, pieces, and how many ask at one moment."""
LATE_S = 8.0
"""Twice what the gateway lets anybody wait: one of the bounds by which it counts its answers."""
WAVES = 10
SETTLED_S = 90.0
SOLD_OUT = "已售罄"
REFUSED = (400, 409)
"""The page with what holds now, and the refusal alone when the shop is too busy to say that."""
GIVES_UP = 7
"""Every so many buyers give up what they got in the first wave."""


class Watch:
    """Looks at the stock all the time; violations: what must never be."""

    def __init__(self, stand: MallStand) -> None:
        self._stand, self._end = stand, threading.Event()
        self.violations: list[Any] = []
        self.looks = 0
        self._variant_id = stand.goods[0][1]
        open_ = PARCELS.c.state.in_(("held", "placed"))
        pieces = (
            select(func.coalesce(func.sum(PARCEL_LINES.c.quantity), 0))
            .join(PARCELS, PARCELS.c.id == PARCEL_LINES.c.parcel_id)
            .where(PARCEL_LINES.c.variant_id == self._variant_id, open_)
        )
        # One statement is one snapshot.
        self._query = select(STOCKS.c.on_hand, STOCKS.c.held, pieces.scalar_subquery()).where(
            STOCKS.c.variant_id == self._variant_id
        )

    def __enter__(self) -> Watch:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        with self._stand.database("shop").engine.connect() as connection:
            while not self._end.wait(0.03):
                on_hand, held, pieces = connection.execute(self._query).one()
                connection.rollback()
                self.looks += 1
                if not 0 <= held <= on_hand == self._stand.pieces or held != pieces:
                    self.violations.append((on_hand, held, pieces))


@dataclass
class Sale:
    """Buyers of one product. waits: seconds that each answer to an order took, refusals: those of "sold out"."""

    stand: MallStand
    buyers: list[Buyer]
    turns: asyncio.Semaphore
    endings: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    async def run(self) -> None:
        # Who pays isn't in the way of those who order.
        async with self.stand.client() as till, self._phones() as phones:
            self._till, self._phone = till, phones
            hungry = list(enumerate(self.buyers))
            for wave in range(WAVES):
                fates = await asyncio.gather(*(self._buys(wave, *each) for each in hungry))
                self.endings.update(fates)
                if await asyncio.to_thread(self._all_sold):
                    return
                hungry = [each for each, fate in zip(hungry, fates, strict=True) if fate == "sold out"]
                hungry = hungry[: 3 * self.stand.pieces]
        raise AssertionError(f"pieces were left over: {self.endings}")

    async def _buys(self, wave: int, number: int, buyer: Buyer) -> str:
        key = f"{wave:08x}{number:024x}"
        answer = await patiently(lambda: self._timed(buyer, key))
        if answer.status_code in REFUSED:
            assert SOLD_OUT in answer.text, answer.text
            return "sold out"
        assert answer.status_code == 303, (answer.status_code, answer.text)
        order = answer.headers["location"]
        if wave == 0 and number % GIVES_UP == 0:
            given = await patiently(lambda: give_up(self._till, buyer, order))
            assert given.status_code == 303, given.text
            return "gives up"
        asked = await patiently(lambda: ask_to_pay(self._till, buyer, order))
        assert asked.status_code == 200, asked.text
        await self._confirm(asked.json()["pay"]["code_url"])
        return "pays"

    async def _timed(self, buyer: Buyer, key: str) -> httpx.Response:
        """One try to order."""
        body = urlencode(order_form(buyer, self.stand.goods[0][1], key)).encode()
        async with self.turns, Connection(self.stand.stack.base_url) as line:
            begun = time.perf_counter()
            answer = await line.send(CHECKOUT, body, "application/x-www-form-urlencoded", buyer.headers)
            took = time.perf_counter() - begun
        self.waits.append(took)
        self.statuses[answer.status] += 1
        if answer.status in REFUSED:
            self.refusals.append(took)
        headers = {"location": answer.header("location")}
        return httpx.Response(answer.status, headers=headers, content=answer.content)

    def _phones(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.stand.wechat.url, timeout=30.0, trust_env=False)

    async def _confirm(self, code: str) -> None:
        """The payer's thumb."""
        path = f"/sandbox/users/{self.stand.payer.openid}/pay"
        paid = await self._phone.post(path, json={"session": code, "how": ""})
        assert paid.status_code == 200, paid.text

    def _all_sold(self) -> bool:
        """Whether everything is sold, once what is under way has come to its end."""
        wait_until(lambda: not self._orders("held", "paying", "paid"), SETTLED_S)
        return len(self._orders("issued")) == self.stand.pieces

    def _orders(self, *states: str) -> list[Any]:
        with self.stand.database("shop").engine.connect() as shop:
            return list(shop.execute(select(ORDERS).where(ORDERS.c.state.in_(states))))

    def audit(self) -> None:
        """Every piece is somebody's who paid for it once; nobody else paid, and the books say so."""
        sold = {order.id for order in self._orders("issued")}
        with self.stand.database("shop").engine.connect() as shop:
            assert shop.execute(select(STOCKS.c.on_hand, STOCKS.c.held)).one() == (self.stand.pieces,) * 2
        with self.stand.database("payments").engine.connect() as payments:
            intents = payments.execute(select(INTENTS)).all()
            ledger = payments.execute(select(LEDGER)).all()
        paid = Counter(row.order_id for row in intents if row.transaction_id is not None)
        assert paid == dict.fromkeys(sold, 1)
        balance: Counter[str] = Counter()
        for posting in ledger:
            balance[posting.debit] += posting.amount_fen
            balance[posting.credit] -= posting.amount_fen
        money = len(sold) * TEA_FEN
        assert {name: fen for name, fen in balance.items() if fen} == {"wechat": money, "order:shop": -money}

    def told(self) -> str:
        late, waits = sorted(self.refusals), sorted(self.waits)
        return (
            f"{dict(self.endings)}; answers {dict(self.statuses)}; refused p50 {at(late, 0.5):.2f} s, "
            f"p99 {at(late, 0.99):.2f} s; the buyers' longest wait {waits[-1]:.2f} s"
        )


def answered(stand: MallStand) -> tuple[int, int]:
    """How many orders the gateway answered within LATE_S of its own clock, and how many in all."""
    text = httpx.get(f"{stand.stack.gateway_ops_url}/metrics", timeout=10.0, trust_env=False).text
    name = "gateway_request_seconds"
    in_time = f'{name}_bucket{{le="{LATE_S}",route="{CHECKOUT}"}} '
    whole = f'{name}_count{{route="{CHECKOUT}"}} '
    found = [text.partition(each)[2].partition("\n")[0] for each in (in_time, whole)]
    assert all(found), text
    return int(float(found[0])), int(float(found[1]))


def at(times: list[float], share: float) -> float:
    return times[min(int(len(times) * share), len(times) - 1)]


def stands(broker: Broker, url: str, pieces: int) -> Iterator[MallStand]:
    with (
        temporary_folder("airport-flash-") as var,
        MallStand(var, broker, url, pieces) as stand,
    ):
        stand.serve(copies=2)
        yield stand


@pytest.fixture
def small(broker: Broker, postgres: Postgres) -> Iterator[MallStand]:
    yield from stands(broker, postgres.url("flash_{service}"), SMALL[1])


@pytest.fixture(params=["sqlite", "postgresql"])
def whole(broker: Broker, request: pytest.FixtureRequest) -> Iterator[MallStand]:
    url = ""
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.url("flash_whole_{service}")
    yield from stands(broker, url, WHOLE[1])


def sells(stand: MallStand, buyers: int, at_once: int) -> None:
    sale = Sale(stand, stand.sign_in(buyers), asyncio.Semaphore(at_once))
    with Watch(stand) as watch:
        asyncio.run(sale.run())
        sale.audit()
    print(f"{sale.told()}; {watch.looks} looks", flush=True)
    assert watch.violations == []
    assert answered(stand) == (len(sale.waits), len(sale.waits))


def test_a_flash_sale_sells_what_there_is_and_tells_the_others_soon(small: MallStand) -> None:
    sells(small, SMALL[0], SMALL[2])


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_thousand_buyers_get_fifty_boxes_in_a_flash(whole: MallStand) -> None:
    sells(whole, WHOLE[0], WHOLE[2])


@pytest.mark.long
def test_control_a_mall_that_looks_before_it_takes_sells_boxes_that_are_not_there(
    broker: Broker, postgres: Postgres
) -> None:
    url = postgres.url("flash_greedy_{service}")
    with temporary_folder("airport-flash-") as var, MallStand(var, broker, url, 3) as stand:
        with stand.database("shop").engine.begin() as shop:
            shop.exec_driver_sql("ALTER TABLE stocks DROP CONSTRAINT ck_stocks_held")
        stand.serve(copies=2, module="tests.races.greedy_mall")

        async def buy() -> None:
            async with stand.client() as client:
                variant_id = stand.goods[0][1]
                buyers = stand.sign_in(40)
                await asyncio.gather(*(place(client, each, variant_id) for each in buyers))

        with Watch(stand) as watch:
            asyncio.run(buy())
            assert wait_until(lambda: bool(watch.violations), 5.0)
        assert max(held for _, held, _ in watch.violations) > stand.pieces
