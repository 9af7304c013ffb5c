"""What WeChat Pay tells, through the gateway's own door: often, late, in any order, forged, of others, or never.

The suite is real; the test plays the part of WeChat Pay that tells, with its keys, and the sandbox the one that is asked.
"""

from __future__ import annotations

import asyncio
import json
import math
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import func, select

from deploy.broker import Broker
from deploy.processes import wait_until
from deploy.sandbox.pay.merchant import Merchant
from kernel.ids import new_id, new_secret
from services.payments.store.tables import INTENTS, LEDGER, NOTIFICATIONS
from tests.support.bus_stand import PRICE_FEN, BusStand, Buyer, ask_to_pay, hold, patiently
from tests.support.folders import temporary_folder

pytestmark = pytest.mark.timeout(900)

DOOR = "/wechat/pay/notify"
FEW, MANY = 100, 1000
TIMES = 5
"""Words a payment: those of every fifth payment never come."""
AT_ONCE = 16
SETTLED_S = 120.0
"""What is promised for a payment of which nobody tells."""
KINDS = ("genuine", "forged", "genuine", "other_amount", "again", "other_merchant", "genuine", "old")
STATUS = {"forged": 401, "old": 401}


@pytest.fixture(scope="module")
def stand(broker: Broker) -> Iterator[BusStand]:
    with temporary_folder("airport-notices-") as var, BusStand(var, broker, seats=MANY) as stand:
        stand.serve(module="tests.faults.dying", DYING_ORDERS=str(var / "never.at"))
        yield stand


class Teller:
    """WeChat Pay's messenger: it signs with the platform's key, or doesn't."""

    def __init__(self, stand: BusStand) -> None:
        self._stand = stand
        account = stand.wechat.account
        self._platform = Merchant(stand.var / "sandbox", account)
        self._who = {"appid": account.appid, "mchid": account.mchid}

    def word(self, kind: str, out_trade_no: str, transaction_id: str) -> tuple[bytes, dict[str, str]]:
        """A notification of a payment, and its headers."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        fen = 1 if kind == "other_amount" else PRICE_FEN
        trade = self._who | {
            "out_trade_no": out_trade_no,
            "transaction_id": transaction_id,
            "trade_state": "SUCCESS",
            "success_time": at,
            "amount": {"total": fen, "currency": "CNY"},
        }
        if kind == "other_merchant":
            trade["mchid"] = "1900000002"
        resource = self._platform.seal(trade, "transaction")
        told = {"id": str(uuid.uuid4()), "event_type": "TRANSACTION.SUCCESS", "resource": resource}
        body = json.dumps(told).encode()
        return body, self.headers(body, kind)

    def headers(self, body: bytes, kind: str) -> dict[str, str]:
        seconds = int(datetime.now(UTC).timestamp()) - (3600 if kind == "old" else 0)
        nonce = new_id()
        signed = f"{seconds}\n{nonce}\n".encode() + (b"{}" if kind == "forged" else body) + b"\n"
        return {
            "Wechatpay-Timestamp": str(seconds),
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": self._platform.key_id,
            "Wechatpay-Signature": self._platform.sign(signed),
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
            "Content-Type": "application/json",
        }


async def pay(stand: BusStand, client: httpx.AsyncClient, count: int) -> dict[str, str]:
    """So many orders that are paid, and of which WeChat Pay itself tells nobody: transaction ids by out_trade_no."""
    buyers, place = stand.sign_in(count), asyncio.Semaphore(AT_ONCE)
    stand.wechat.lose_notification(count)

    async def one(buyer: Buyer) -> tuple[str, str]:
        async with place:
            key, wish = new_id(), stand.wish(stand.departures[0])
            held = await patiently(lambda: hold(client, buyer, wish, key))
            assert held.is_success, held.text
            order_id = held.json()["order"]["id"]
            asked = await patiently(lambda: ask_to_pay(client, buyer, order_id))
            assert asked.json().get("pay"), asked.text
            code = asked.json()["pay"]["code_url"]
            paid = await phone.post(
                f"/sandbox/users/{stand.payer.openid}/pay", json={"session": code, "how": ""}
            )
            assert paid.status_code == 200, paid.text
            return paid.json()["out_trade_no"], paid.json()["transaction_id"]

    async with httpx.AsyncClient(base_url=stand.wechat.url, timeout=30.0, trust_env=False) as phone:
        return dict(await asyncio.gather(*(one(buyer) for buyer in buyers)))


async def tell(stand: BusStand, count: int) -> tuple[Counter[tuple[str, int]], dict[str, str]]:
    """So many words about paid orders in no order, many at once; how each kind was answered."""
    teller, place = Teller(stand), asyncio.Semaphore(AT_ONCE)
    answered: Counter[tuple[str, int]] = Counter()
    async with stand.client(AT_ONCE) as client:
        paid = await pay(stand, client, math.ceil(count / TIMES))
        told = [number for place_, number in enumerate(paid) if place_ % TIMES]

        async def say(turn: int) -> None:
            # 389 is prime to what it walks over: every payment comes up, in an order of its own.
            number, kind = told[turn * 389 % len(told)], KINDS[turn % len(KINDS)]
            body, headers = teller.word(kind, number, paid[number])
            for _ in range(2 if kind == "again" else 1):
                async with place:
                    answer = await patiently(lambda: client.post(DOOR, content=body, headers=headers))
                answered[kind, answer.status_code] += 1

        await asyncio.gather(*(say(turn) for turn in range(count)))
    return answered, paid


def audit(stand: BusStand, paid: dict[str, str]) -> None:
    """One credit for each transaction, and everything settled."""
    with stand.database("payments").engine.connect() as payments:
        mine = INTENTS.c.out_trade_no.in_(paid)

        counted: dict[str, int] = {}

        def settled() -> bool:
            payments.rollback()
            states = payments.execute(
                select(INTENTS.c.state, func.count()).where(mine).group_by(INTENTS.c.state)
            )
            waiting = select(func.count()).where(NOTIFICATIONS.c.state == "received")
            counted.clear()
            counted.update({state: number for state, number in states})  # noqa: C416 - rows are no pairs to mypy
            counted["words unread"] = payments.execute(waiting).scalar_one()
            return counted == {"paid": len(paid), "words unread": 0}

        assert wait_until(settled, SETTLED_S), counted
        rows = payments.execute(select(LEDGER).where(LEDGER.c.out_trade_no.in_(paid))).all()
        refused = select(NOTIFICATIONS.c.reason).where(NOTIFICATIONS.c.state == "refused").distinct()
        reasons = set(payments.execute(refused).scalars())
    keys = Counter(row.key for row in rows)
    assert keys == {f"payment:{transaction}": 1 for transaction in paid.values()}
    assert {(row.debit, row.credit, row.amount_fen) for row in rows} == {("wechat", "order:bus", PRICE_FEN)}
    assert reasons == {"other_amount", "other_merchant"}


def settle(stand: BusStand, count: int) -> None:
    answered, paid = asyncio.run(tell(stand, count))
    wrong = {key: number for key, number in answered.items() if key[1] != STATUS.get(key[0], 204)}
    assert wrong == {}, answered
    audit(stand, paid)
    print(f"{dict(answered)}; {len(paid)} payments, one credit each")


def test_a_hundred_words_about_payments_are_one_credit_each(stand: BusStand) -> None:
    settle(stand, FEW)


@pytest.mark.long
def test_a_thousand_words_about_payments_are_one_credit_each(stand: BusStand) -> None:
    settle(stand, MANY)


async def told_without_money(stand: BusStand) -> tuple[set[str], int]:
    """Signed words about an order that nobody has paid, of another amount and merchant; its payment's states after
    each, and how much the books have for it."""
    teller, states = Teller(stand), set()
    async with stand.client() as client:
        (buyer,) = stand.sign_in(1)
        key, wish = new_id(), stand.wish(stand.departures[1])
        order_id = (await patiently(lambda: hold(client, buyer, wish, key))).json()["order"]["id"]
        await patiently(lambda: ask_to_pay(client, buyer, order_id))
        with stand.database("payments").engine.connect() as payments:
            mine = INTENTS.c.order_id == order_id
            number = str(payments.execute(select(INTENTS.c.out_trade_no).where(mine)).scalar_one())
            payments.rollback()
            for kind in ("other_amount", "other_merchant"):
                body, headers = teller.word(kind, number, f"T{number}"[:32])
                told = await patiently(lambda b=body, h=headers: client.post(DOOR, content=b, headers=h))  # type: ignore[misc]
                assert told.status_code == 204, "it is kept, whatever becomes of it"
                states.add(str(payments.execute(select(INTENTS.c.state).where(mine)).scalar_one()))
                payments.rollback()
            booked = select(func.coalesce(func.sum(LEDGER.c.amount_fen), 0))
            return states, int(payments.execute(booked.where(LEDGER.c.out_trade_no == number)).scalar_one())


def test_words_of_another_amount_and_merchant_pay_for_nothing(stand: BusStand) -> None:
    assert asyncio.run(told_without_money(stand)) == ({"prepaid"}, 0)


@pytest.mark.long
def test_control_who_believes_what_is_told_books_money_that_nobody_paid(broker: Broker) -> None:
    with temporary_folder("airport-notices-") as var, BusStand(var, broker) as stand:
        stand.serve(module="tests.faults.unguarded", UNGUARDED="believes")
        states, booked = asyncio.run(told_without_money(stand))
    print(f"believed: {states}, {booked} fen booked of a payment that was never made")
    assert ("paid" in states, booked) == (True, PRICE_FEN)


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b"[1]", b'{"id": 1, "resource": {}}'])
def test_what_is_no_word_of_wechat_pay_is_refused(stand: BusStand, body: bytes) -> None:
    headers = Teller(stand).headers(body, "genuine") | {"Wechatpay-Serial": new_secret(20)}
    answer = httpx.post(stand.stack.base_url + DOOR, content=body, headers=headers, trust_env=False)
    assert answer.status_code in (400, 401)
    assert answer.json()["code"] == "FAIL"
