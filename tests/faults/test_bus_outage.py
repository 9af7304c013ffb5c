"""The broker stops after a payment is booked and before anybody hears of it, or freezes while people buy: it heals."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from deploy.broker import Broker
from deploy.processes import wait_until
from kernel.ids import new_id
from kernel.tables import OUTBOX
from services.bus.store.tables import DEPARTURES, ORDERS
from services.payments.store.tables import INTENTS
from tests.support.bus_stand import BusStand, Buyer, ask_to_pay, hold, patiently
from tests.support.folders import temporary_folder

pytestmark = pytest.mark.timeout(400)

# The longest that the gateway lets a caller wait, and what an answer needs to travel on a machine that others use.
DEADLINE_S = 4.0
MARGIN_S = 4.0
HEALED_S = 60.0
FORGOTTEN_S = 15.0
BUYERS = 6
BRIEFLY_S, LONG_S = 5.0, 30.0
# Longer than anybody may wait, and than the slowest machine takes for what is in time.
TOO_LONG_S = 15.0
EVERY_S = 0.4
AWAY = (503, 504)


@pytest.fixture(scope="module")
def stand(broker: Broker) -> Iterator[BusStand]:
    with temporary_folder("airport-bus-outage-") as var, BusStand(var, broker) as stand:
        stand.serve(module="tests.faults.dying", DYING_ORDERS=str(var / "never.at"))
        yield stand


@pytest.fixture
def orders(stand: BusStand, broker: Broker) -> Iterator[list[tuple[Buyer, str, str]]]:
    """Buyers, their orders, and the codes by which these can be paid, in good times."""

    async def ask() -> list[tuple[Buyer, str, str]]:
        async with stand.client() as client:
            return [await payable(stand, client, buyer) for buyer in stand.sign_in(BUYERS)]

    yield asyncio.run(ask())
    broker.thaw()


async def payable(stand: BusStand, client: httpx.AsyncClient, buyer: Buyer) -> tuple[Buyer, str, str]:
    key, wish = new_id(), stand.wish(stand.departures[0])
    # An outage of the test before may not be over for everybody.
    held = await patiently(lambda: hold(client, buyer, wish, key))
    order_id = held.json()["order"]["id"]
    paying = await patiently(lambda: ask_to_pay(client, buyer, order_id))
    return buyer, order_id, paying.json()["pay"]["code_url"]


def states(stand: BusStand, order_ids: list[str]) -> Counter[str]:
    with stand.database("bus").engine.connect() as bus:
        query = select(ORDERS.c.state).where(ORDERS.c.id.in_(order_ids))
        return Counter(bus.execute(query).scalars())


def told_once(stand: BusStand, order_ids: list[str]) -> None:
    """One event of each order's payment and of its tickets was written, and all of them have left."""
    for service, name, aggregates in (
        ("bus", "tickets_issued", set(order_ids)),
        ("payments", "payment_succeeded", numbers(stand, order_ids)),
    ):
        with stand.database(service).engine.connect() as connection:
            query = select(OUTBOX.c.aggregate).where(OUTBOX.c.name == name)
            written = Counter(connection.execute(query.where(OUTBOX.c.aggregate.in_(aggregates))).scalars())
            waiting = connection.execute(select(func.count()).where(OUTBOX.c.sent_at.is_(None))).scalar_one()
        assert (written, waiting) == (dict.fromkeys(aggregates, 1), 0), name


def numbers(stand: BusStand, order_ids: list[str]) -> set[str]:
    with stand.database("payments").engine.connect() as payments:
        query = select(INTENTS.c.out_trade_no).where(INTENTS.c.order_id.in_(order_ids))
        return set(payments.execute(query.where(INTENTS.c.state == "paid")).scalars())


def test_the_broker_stops_between_a_payments_commit_and_its_event(
    stand: BusStand, broker: Broker, orders: list[tuple[Buyer, str, str]]
) -> None:
    ids = [order_id for _, order_id, _ in orders]
    stand.wechat.lose_notification(len(orders))
    broker.stop()
    try:
        for _, _, code in orders:
            stand.payer.pay({"code_url": code})
        # The timer asks WeChat Pay, and books it: the event waits in the outbox.
        assert wait_until(lambda: len(numbers(stand, ids)) == len(ids), HEALED_S)
        assert states(stand, ids) == {"paying": len(ids)}
        seconds, status = asyncio.run(one_look(stand, *orders[0][:2]))
        assert (status in AWAY, seconds < DEADLINE_S + MARGIN_S) == (True, True), (seconds, status)
    finally:
        broker.start()
    assert wait_until(lambda: states(stand, ids) == {"issued": len(ids)}, HEALED_S), states(stand, ids)
    assert wait_until(lambda: not unsent(stand), HEALED_S)
    told_once(stand, ids)


@pytest.mark.long
def test_control_without_outbox_and_sweeper_nobody_ever_hears_of_the_payments(broker: Broker) -> None:
    with temporary_folder("airport-bus-outage-") as var, BusStand(var, broker) as stand:
        stand.serve(module="tests.faults.unguarded", UNGUARDED="forgets")

        async def ask() -> list[tuple[Buyer, str, str]]:
            async with stand.client() as client:
                return [await payable(stand, client, buyer) for buyer in stand.sign_in(2)]

        asked = asyncio.run(ask())
        ids = [order_id for _, order_id, _ in asked]
        stand.wechat.lose_notification(len(asked))
        broker.stop()
        try:
            for _, _, code in asked:
                stand.payer.pay({"code_url": code})
            assert wait_until(lambda: len(numbers(stand, ids)) == len(ids), HEALED_S)
        finally:
            broker.start()
        assert not wait_until(lambda: states(stand, ids) != {"paying": len(ids)}, FORGOTTEN_S)
        print(
            f"forgotten: {len(ids)} payments booked, {dict(states(stand, ids))} {FORGOTTEN_S:g} s after the broker came back"
        )


async def one_look(stand: BusStand, buyer: Buyer, order_id: str) -> tuple[float, int]:
    async with stand.client() as client:
        return await timed(lambda: client.get(f"/api/v1/bus/orders/{order_id}", headers=buyer.headers))


def unsent(stand: BusStand) -> int:
    found = 0
    for service in ("bus", "payments"):
        with stand.database(service).engine.connect() as connection:
            found += connection.execute(select(func.count()).where(OUTBOX.c.sent_at.is_(None))).scalar_one()
    return found


async def timed(ask: Callable[[], Awaitable[httpx.Response]]) -> tuple[float, int]:
    began = time.monotonic()
    answer = await ask()
    return time.monotonic() - began, answer.status_code


async def crowd(
    stand: BusStand, orders: list[tuple[Buyer, str, str]], seconds: float
) -> tuple[list[tuple[float, int]], list[tuple[Buyer, str]]]:
    """People go on buying, looking and paying for so long: how long each waited, and who asked for which hold."""
    asked: list[asyncio.Task[tuple[float, int]]] = []
    holds: list[tuple[Buyer, str]] = []
    wish = stand.wish(stand.departures[1])
    newcomers = iter(stand.sign_in(int(seconds / EVERY_S) + 2))
    async with stand.client(256) as client, phone(stand) as payer:
        for buyer, order_id, code in orders:
            await payer.post(f"/sandbox/users/{stand.payer.openid}/pay", json={"session": code, "how": ""})
            path = f"/api/v1/bus/orders/{order_id}"
            asked.append(asyncio.create_task(timed(lambda p=path, b=buyer: client.get(p, headers=b.headers))))  # type: ignore[misc]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            buyer, key = next(newcomers), new_id()
            holds.append((buyer, key))
            asked.append(asyncio.create_task(timed(lambda b=buyer, k=key: hold(client, b, wish, k))))  # type: ignore[misc]
            await asyncio.sleep(EVERY_S)
        return await asyncio.gather(*asked), holds


def phone(stand: BusStand) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=stand.wechat.url, timeout=30.0, trust_env=False)


async def again(stand: BusStand, holds: list[tuple[Buyer, str]]) -> list[str]:
    """Everybody asks for their hold once more, under its own key, until it is there; the orders."""
    wish, found = stand.wish(stand.departures[1]), []
    async with stand.client() as client:
        for buyer, key in holds:
            end = time.monotonic() + HEALED_S
            while (answer := await hold(client, buyer, wish, key)).status_code != 201:
                assert time.monotonic() < end, answer.text
                await asyncio.sleep(0.3)
            found.append(str(answer.json()["order"]["id"]))
    return found


def frozen(stand: BusStand, broker: Broker, orders: list[tuple[Buyer, str, str]], seconds: float) -> None:
    ids = [order_id for _, order_id, _ in orders]
    broker.freeze()
    try:
        waited, holds = asyncio.run(crowd(stand, orders, seconds))
    finally:
        broker.thaw()
    slowest = told_of(waited, seconds)
    assert slowest < DEADLINE_S + MARGIN_S
    assert {status for _, status in waited} <= {*AWAY}
    held = asyncio.run(again(stand, holds))
    assert len(set(held)) == len(holds)
    assert wait_until(lambda: states(stand, ids) == {"issued": len(ids)}, HEALED_S), states(stand, ids)
    assert wait_until(lambda: not unsent(stand), HEALED_S)
    told_once(stand, ids)
    assert seats(stand) == len(holds), "a hold that was asked for twice is one hold"


def told_of(waited: list[tuple[float, int]], seconds: float) -> float:
    """The longest that anybody waited."""
    slowest, statuses = max(each for each, _ in waited), Counter(status for _, status in waited)
    print(f"frozen {seconds:g} s: {len(waited)} requests, the slowest {slowest:.2f} s, {statuses}")
    return slowest


def seats(stand: BusStand) -> Any:
    with stand.database("bus").engine.connect() as bus:
        return bus.execute(
            select(DEPARTURES.c.held).where(DEPARTURES.c.id == stand.departures[1])
        ).scalar_one()


def test_nobody_waits_past_a_deadline_while_the_broker_is_frozen_and_all_is_healed_afterwards(
    stand: BusStand, broker: Broker, orders: list[tuple[Buyer, str, str]]
) -> None:
    frozen(stand, broker, orders, BRIEFLY_S)


@pytest.mark.long
def test_the_same_for_half_a_minute(
    stand: BusStand, broker: Broker, orders: list[tuple[Buyer, str, str]]
) -> None:
    stand.departures.pop(1)
    frozen(stand, broker, orders, LONG_S)


@pytest.mark.long
def test_control_a_gateway_without_deadlines_lets_people_wait_until_the_broker_is_back(
    broker: Broker,
) -> None:
    with temporary_folder("airport-bus-outage-") as var, BusStand(var, broker) as stand:
        stand.stack.kill_gateway()
        stand.stack.start_gateway("tests.faults.patient")
        stand.serve()
        # Nobody is answered before.
        thaw = threading.Timer(TOO_LONG_S, broker.thaw)
        broker.freeze()
        thaw.start()
        try:
            waited, _ = asyncio.run(crowd(stand, [], BRIEFLY_S))
        finally:
            thaw.join()
    assert told_of(waited, TOO_LONG_S) > DEADLINE_S + MARGIN_S
