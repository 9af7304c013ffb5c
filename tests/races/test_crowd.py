"""A crowd wants the seats of one bus, through HTTP: gateway, two copies of the services, RabbitMQ, WeChat Pay's sandbox.

Some pay at once, some twice, some late; some give up, some ask to pay and never do, some pay when their hold is just
over, and of some payments nobody is told. All come at once; of those who got no seat five for each seat try again, until the
bus is full.
Clocks run faster (`tests/faults/dying.py`); that a hold's quarter of an hour is over is written into its rows.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from deploy.broker import Broker
from deploy.processes import wait_until
from kernel.db import UnitOfWork
from services.bus.store import BusStore
from services.bus.store.tables import DEPARTURES, ORDERS, TICKETS
from services.payments.store import PaymentsStore
from services.payments.store.tables import INTENTS, LEDGER
from tests.support.bus_stand import PRICE_FEN, BusStand, Buyer, ask_to_pay, hold, patiently
from tests.support.databases import Postgres
from tests.support.folders import temporary_folder

SMALL, WHOLE = (120, 10, 1), (1000, 40, 20)
"""Buyers, seats, rounds."""
FATES = ("pays", "leaves", "twice", "gives up", "lost", "asks", "pays", "late", "tardy", "pays")
_HOWS = {"pays": "", "twice": "twice", "lost": "lost", "late": "late", "tardy": ""}
WAVES = 12
FATED = 2
"""Waves in which buyers do all that buyers do; those who come later for the seats left over pay."""
PATIENT = 5
SETTLED_S = 90.0
A_HOLD = timedelta(minutes=16)
OPEN = ("held", "paying")
ENDED = {"issued", "released", "lapsed", "refunded"}


class Watch:
    """Looks at the seats of a departure all the time; violations: what must never be."""

    def __init__(self, stand: BusStand, departure_id: str) -> None:
        self._stand, self._departure_id = stand, departure_id
        self._end = threading.Event()
        self.violations: list[Any] = []
        self.looks = 0
        good, open_ = TICKETS.c.state.in_(("valid", "boarded")), ORDERS.c.state.in_(OPEN)
        tickets = select(func.count()).where(TICKETS.c.departure_id == departure_id, good)
        seats = select(func.coalesce(func.sum(ORDERS.c.seats), 0))
        held = seats.where(ORDERS.c.departure_id == departure_id, open_)
        # One statement is one snapshot.
        self._query = select(
            DEPARTURES.c.sold, DEPARTURES.c.held, tickets.scalar_subquery(), held.scalar_subquery()
        ).where(DEPARTURES.c.id == departure_id)

    def __enter__(self) -> Watch:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        with self._stand.database("bus").engine.connect() as connection:
            while not self._end.wait(0.02):
                row = connection.execute(self._query).first()
                connection.rollback()
                if row is None:
                    continue
                self.looks += 1
                sold, held, tickets, open_seats = row
                if sold + held > self._stand.seats or (sold, held) != (tickets, open_seats):
                    self.violations.append(tuple(row))


@dataclass
class Crowd:
    """Buyers at one departure."""

    stand: BusStand
    buyers: list[Buyer]
    departure_id: str
    endings: Counter[str] = field(default_factory=Counter)

    async def buy(self, client: httpx.AsyncClient) -> None:
        hungry = list(enumerate(self.buyers))
        for wave in range(WAVES):
            fates = await asyncio.gather(*(self._try(client, wave, *each) for each in hungry))
            self.endings.update(fates)
            hungry = [each for each, fate in zip(hungry, fates, strict=True) if fate == "sold out"]
            hungry = hungry[: PATIENT * self.stand.seats]
            if await asyncio.to_thread(self._full):
                return
        raise AssertionError(f"seats were left over: {self.endings}")

    async def _try(self, client: httpx.AsyncClient, wave: int, number: int, buyer: Buyer) -> str:
        """One buyer's try to get a seat, and what they do with it."""
        fate = FATES[(number + wave) % len(FATES)] if wave < FATED else "pays"
        answer = await patiently(
            lambda: hold(client, buyer, self.stand.wish(self.departure_id), f"try-{wave:04}-{number:04}")
        )
        if answer.status_code == 409:
            assert answer.json()["code"] == "bus.sold_out", answer.text
            return "sold out"
        assert answer.status_code == 201, answer.text
        order_id = answer.json()["order"]["id"]
        if fate == "leaves":
            await asyncio.to_thread(self.age, order_id)
        elif fate == "gives up":
            given = await patiently(
                lambda: client.delete(f"/api/v1/bus/orders/{order_id}", headers=buyer.headers)
            )
            assert given.json()["order"]["state"] == "released", given.text
        else:
            await self._pay(client, buyer, order_id, fate)
        return fate

    async def _pay(self, client: httpx.AsyncClient, buyer: Buyer, order_id: str, fate: str) -> None:
        answer = await patiently(lambda: ask_to_pay(client, buyer, order_id))
        assert answer.status_code == 200, answer.text
        code = answer.json()["pay"]["code_url"]
        if fate in ("asks", "tardy"):
            await asyncio.to_thread(self.age, order_id)
        if fate == "asks":
            await asyncio.to_thread(self.age_payment, order_id)
        else:
            await self._confirm(code, _HOWS[fate], sure=fate != "tardy")

    async def _confirm(self, code: str, how: str, *, sure: bool) -> None:
        """The payer's thumb; who is tardy may find that it can't be paid any more."""
        path = f"/sandbox/users/{self.stand.payer.openid}/pay"
        async with httpx.AsyncClient(base_url=self.stand.wechat.url, timeout=30.0, trust_env=False) as phone:
            paid = await phone.post(path, json={"session": code, "how": how})
        assert paid.status_code == 200 or not sure, paid.text

    def age(self, order_id: str) -> None:
        """A quarter of an hour passes for one order."""
        with UnitOfWork(self.stand.database("bus"), BusStore).write() as tx:
            sale = tx.store.sales.lock(order_id)
            assert sale is not None
            ended = sale.expires_at - A_HOLD
            old = {"held_at": sale.held_at - A_HOLD, "expires_at": ended, "look_at": ended}
            tx.connection.execute(update(ORDERS).where(ORDERS.c.id == order_id).values(old))

    def age_payment(self, order_id: str) -> None:
        """It passes for its payment, too."""
        with UnitOfWork(self.stand.database("payments"), PaymentsStore).write() as tx:
            intent = tx.store.intents.current("bus", order_id)
            if intent is None:
                return  # the sweeper has closed it
            old = {"created_at": intent.created_at - A_HOLD, "expires_at": intent.expires_at - A_HOLD}
            tx.connection.execute(update(INTENTS).where(INTENTS.c.order_id == order_id).values(old))

    def _full(self) -> bool:
        """Whether all seats are sold, once what is under way has come to its end."""
        wait_until(lambda: not self._count(*OPEN), SETTLED_S)
        return self._count("issued") == self.stand.seats

    def _count(self, *states: str) -> int:
        query = select(func.count()).where(
            ORDERS.c.departure_id == self.departure_id, ORDERS.c.state.in_(states)
        )
        with self.stand.database("bus").engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def audit(self) -> Counter[str]:
        """Every seat is sold, every fen is a ticket's or went back, and the books say so; how many orders ended how."""
        assert wait_until(self._settled, SETTLED_S), "not all orders came to their end"
        with self.stand.database("bus").engine.connect() as bus:
            orders = bus.execute(select(ORDERS).where(ORDERS.c.departure_id == self.departure_id)).all()
            sold, held = bus.execute(
                select(DEPARTURES.c.sold, DEPARTURES.c.held).where(DEPARTURES.c.id == self.departure_id)
            ).one()
            good = bus.execute(
                select(TICKETS.c.order_id).where(
                    TICKETS.c.departure_id == self.departure_id, TICKETS.c.state == "valid"
                )
            ).scalars()
            tickets = Counter(good)
        assert (sold, held) == (self.stand.seats, 0)
        assert {order.id: order.seats for order in orders if order.state == "issued"} == dict(tickets)
        paid, back = self._money({order.id for order in orders}, set(tickets))
        assert paid - back == sold * PRICE_FEN, "paid = sold + refunded"
        return Counter(order.state for order in orders)

    def _settled(self) -> bool:
        states = {"created", "prepaid"}
        with self.stand.database("bus").engine.connect() as bus:
            ids = select(ORDERS.c.id).where(ORDERS.c.departure_id == self.departure_id)
            mine = set(bus.execute(ids).scalars())
            ended = select(func.count()).where(ORDERS.c.id.in_(ids), ORDERS.c.state.in_(ENDED))
            if bus.execute(ended.where(ORDERS.c.refunding_fen == 0)).scalar_one() != len(mine):
                return False
        with self.stand.database("payments").engine.connect() as payments:
            rows = payments.execute(select(INTENTS).where(INTENTS.c.order_id.in_(mine))).all()
        late = [row for row in rows if row.state == "late" and row.refunded_fen < row.amount_fen]
        return not late and not [row for row in rows if row.state in states]

    def _money(self, order_ids: set[str], with_tickets: set[str]) -> tuple[int, int]:
        """Fen that WeChat Pay took and gave back; each payment is a ticket's, or all of it went back."""
        taken = given = 0
        with self.stand.database("payments").engine.connect() as payments:
            rows = payments.execute(select(INTENTS).where(INTENTS.c.order_id.in_(order_ids))).all()
            numbers = [row.out_trade_no for row in rows]
            ledger = payments.execute(select(LEDGER).where(LEDGER.c.out_trade_no.in_(numbers))).all()
        balance: Counter[str] = Counter()
        for posting in ledger:
            balance[posting.debit] += posting.amount_fen
            balance[posting.credit] -= posting.amount_fen
        for row in rows:
            known = self.stand.wechat.pay_order(row.out_trade_no)
            paid = known["amount"]["total"] if known["trade_state"] in ("SUCCESS", "REFUND") else 0
            done = [each["amount"]["refund"] for each in known["refunds"] if each["status"] == "SUCCESS"]
            back = sum(done)
            assert (row.transaction_id is not None) == bool(paid), "we know of every payment"
            keeps = row.order_id in with_tickets and row.state == "paid"
            assert back == (0 if keeps else paid), f"{row.state}: neither a ticket nor the money"
            taken, given = taken + paid, given + back
        assert sum(balance.values()) == 0
        assert (balance["wechat"], balance["refunds"], balance["unclaimed"]) == (taken - given, 0, 0)
        assert balance["order:bus"] == -len(with_tickets) * PRICE_FEN
        return taken, given


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return ""
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.url("crowd_{service}")


def stands(broker: Broker, url: str, seats: int) -> Iterator[BusStand]:
    with (
        temporary_folder("airport-crowd-") as var,
        BusStand(var, broker, url, seats, BUS_UNHEARD_S="0") as stand,
    ):
        never = str(var / "never.at")
        stand.serve(copies=2, module="tests.faults.dying", DYING_ORDERS=never)
        yield stand


@pytest.fixture
def small(broker: Broker, url: str) -> Iterator[BusStand]:
    yield from stands(broker, url, SMALL[1])


@pytest.fixture
def whole(broker: Broker, url: str) -> Iterator[BusStand]:
    yield from stands(broker, url, WHOLE[1])


def rush(stand: BusStand, count: int, rounds: int) -> None:
    """So many buyers for the seats of one bus after the other."""
    for departure_id in stand.departures[:rounds]:
        crowd = Crowd(stand, stand.sign_in(count), departure_id)

        async def buy(crowd: Crowd = crowd) -> None:
            async with stand.client() as client:
                await crowd.buy(client)

        with Watch(stand, departure_id) as watch:
            asyncio.run(buy())
            ended = crowd.audit()
        assert watch.violations == []
        print(f"{departure_id}: {dict(crowd.endings)}; orders {dict(ended)}; {watch.looks} looks")


def test_a_crowd_gets_the_seats_of_a_bus_once_and_every_fen_is_a_tickets_or_goes_back(
    small: BusStand,
) -> None:
    rush(small, SMALL[0], SMALL[2])


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_thousand_buyers_get_forty_seats_twenty_times(whole: BusStand) -> None:
    rush(whole, WHOLE[0], WHOLE[2])


@pytest.mark.long
def test_control_a_service_that_looks_before_it_takes_sells_seats_that_are_not_there(
    broker: Broker, postgres: Postgres
) -> None:
    with (
        temporary_folder("airport-crowd-") as var,
        BusStand(var, broker, postgres.url("greedy_{service}"), SMALL[1]) as stand,
    ):
        with stand.database("bus").engine.begin() as bus:
            bus.exec_driver_sql("ALTER TABLE departures DROP CONSTRAINT ck_departures_capacity")
        stand.serve(copies=2, module="tests.races.greedy")

        async def buy() -> None:
            async with stand.client() as client:
                first, *others = stand.sign_in(SMALL[0] // 2)
                wish = stand.wish(stand.departures[0])
                await patiently(lambda: hold(client, first, wish))
                await asyncio.gather(*(patiently(lambda b=buyer: hold(client, b, wish)) for buyer in others))  # type: ignore[misc]

        with Watch(stand, stand.departures[0]) as watch:
            asyncio.run(buy())
            assert wait_until(lambda: bool(watch.violations), 5.0)
        assert max(held for _, held, _, _ in watch.violations) > SMALL[1]
