"""The broker dies while a desk hands an item over, on both databases: the owner has it, once, and it is told later."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from pika.exceptions import AMQPError
from sqlalchemy import func, select

from deploy.broker import Broker
from kernel import migrate
from kernel.db import Database, UnitOfWork
from kernel.ids import new_id
from kernel.sealing import seal
from kernel.tables import OUTBOX
from services.lostfound.store import LostFoundStore
from services.lostfound.store.claim_tables import CLAIMS, HANDOVERS, MATCHES
from services.lostfound.store.tables import ITEMS
from tests.faults.mortal import Mortal
from tests.messaging.calls.harness import Wire, eventually
from tests.support.databases import Postgres
from tests.support.folders import temporary_folder
from tests.support.stack import Stack
from tests.unit.lostfound.claims import IDENTITY, MARKS, SIGNATURE, hours_ago
from tests.unit.lostfound.examples import broken

pytestmark = pytest.mark.timeout(200)
BEGUN_S = 0.5
"""By then the service waits for the lock, within the time of one statement."""
HEALED_S = 30.0


class House:
    """A desk whose database can be held."""

    def __init__(self, services: Mortal, url: str, hold: Callable[[], Callable[[], None]]) -> None:
        """hold: makes every handover wait; what it returns lets them go on."""
        self.services = services
        self.hold = hold
        self.database = Database(url)
        self._key = self.call("get_sealing_key")["key"]

    def call(self, method: str, **request: Any) -> Any:
        return self.services.call("lostfound", method, **request)

    def staff(self, method: str, **request: Any) -> Any:
        return self.call(method, **{"request_id": new_id(), "actor": "staff:li", **request})

    def sealed(self, document: Any) -> str:
        return seal(self._key, json.dumps(document))

    def promised(self) -> dict[str, Any]:
        """What a desk sends when the owner stands there."""
        jacket = {
            "category": "coat",
            "colours": ["navy"],
            "brand": "Patagonia",
            "flight_id": "CZ3101-20261124-CSX-PEK",
        }
        spec = {**jacket, "found_from": hours_ago(3), "place": "T2-GATE-34"}
        item = self.staff("register_item", item=spec, desk_id="t2")["item"]
        loss = {**jacket, "lost_from": hours_ago(5), "lost_to": hours_ago(2)}
        private = self.sealed({"marks": MARKS})
        mine = {"request_id": new_id(), "passenger_id": "account-ann"}
        report = self.call("file_report", loss=loss, sealed=private, **mine)["report"]
        by = {"report_id": report["id"], "item_number": item["number"], "sealed": private}
        claim = self.call("submit_claim", **{**mine, "request_id": new_id()}, **by)["claim"]
        self.staff("decide_claim", claim_id=claim["id"], version=1, decision="approve")
        code = self.call("get_claim", claim_id=claim["id"], passenger_id="account-ann")["claim"]["code"]
        return {
            "request_id": new_id(),
            "actor": "staff:li",
            "item": item["number"],
            "code": code,
            "sealed": self.sealed({"identity": IDENTITY, "signature": SIGNATURE}),
        }

    def count(self, *conditions: Any, table: Any) -> int:
        with self.database.engine.connect() as connection:
            query = select(func.count()).select_from(table).where(*conditions)
            return int(connection.execute(query).scalar_one())


@pytest.fixture(params=["sqlite", "postgresql"])
def house(broker: Broker, request: pytest.FixtureRequest) -> Iterator[House]:
    with temporary_folder("airport-handover-") as var:
        url = f"sqlite:///{var}/lostfound.sqlite3"
        if request.param == "postgresql":
            postgres: Postgres = request.getfixturevalue("postgres")
            url = postgres.new_database("lostfound")
        (var / "log").mkdir()
        migrate.upgrade("lostfound", url)
        amqp_url = broker.add_vhost(f"handover-{new_id()}")
        stack = Stack(var, broker, amqp_url, SERVICES_OPS_PORT="0", DATABASE_URL=url)
        with Mortal(stack, "lostfound") as services:
            hold = sqlite_holder(url) if request.param == "sqlite" else postgresql_holder(url)
            made = House(services, url, hold)
            yield made
            made.database.close()


def sqlite_holder(url: str) -> Callable[[], Callable[[], None]]:
    def hold() -> Callable[[], None]:
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        return connection.close

    return hold


def postgresql_holder(url: str) -> Callable[[], Callable[[], None]]:
    def hold() -> Callable[[], None]:
        connection = psycopg2.connect(url)
        connection.cursor().execute("SELECT id FROM items FOR UPDATE")
        return connection.close

    return hold


def test_the_broker_dies_in_mid_handover(house: House, broker: Broker) -> None:
    wish = house.promised()
    eventually(lambda: house.count(table=MATCHES) == 1)
    eventually(lambda: not house.count(OUTBOX.c.sent_at.is_(None), table=OUTBOX))
    let_go = house.hold()
    house.services.wire.send("lostfound", "hand_over", wish)
    time.sleep(BEGUN_S)
    broker.kill()
    try:
        let_go()
        eventually(lambda: house.count(table=HANDOVERS) == 1)
        told = (OUTBOX.c.name == "item_returned", OUTBOX.c.sent_at.is_(None))
        assert house.count(*told, table=OUTBOX) == 1, "what happened waits to be told"
        assert house.count(ITEMS.c.state == "returned", table=ITEMS) == 1
        assert house.count(CLAIMS.c.state == "handed_over", table=CLAIMS) == 1
    finally:
        broker.start()
    with contextlib.suppress(AMQPError):
        house.services.wire.close()
    house.services.wire = Wire(house.services.stack.amqp_url)
    eventually(lambda: not house.count(OUTBOX.c.sent_at.is_(None), table=OUTBOX), HEALED_S)
    again = house.call("hand_over", **wish)
    assert again["item_number"] == wish["item"], "the desk asks again, and hears what came of it"
    other = house.services.wire.try_call(
        "lostfound", "hand_over", wish | {"request_id": new_id()}, seconds=5.0
    )
    assert other is not None
    assert other.document["code"] == "lostfound.already_handed_over"
    assert house.count(table=HANDOVERS) == 1
    assert house.count(OUTBOX.c.name == "item_returned", table=OUTBOX) == 1
    assert broken(UnitOfWork(house.database, LostFoundStore)) == []
