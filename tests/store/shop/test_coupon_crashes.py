"""A process dies at any statement of anything that is done with coupons: what was begun is done again, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event

from kernel.db import UnitOfWork
from kernel.ids import new_id
from services.shop.store import ShopStore
from tests.unit.shop.coupons import (
    ANN,
    at_till,
    claim,
    count,
    give_back,
    lock,
    look,
    put_out,
    redeem,
    release,
    undo,
    use,
)

STEPS = 9
WHOLE = {
    "coupons": 3,
    "steps": 10,
    "uses": 3,
    "shares": 5,
    "told": 8,
    "change": 2_000,
    "claimed": 2,
    "states": ["redeemed", "claimed"],
}


class Died(Exception):
    """The process is gone."""


@contextmanager
def dying(uow: Any, at: int) -> Iterator[Any]:
    """The same database for a process that dies at this statement."""
    seen = 0
    heard: list[tuple[Connection, Any]] = []

    def note(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen > at:
            raise Died

    def store(connection: Connection) -> ShopStore:
        event.listen(connection, "before_cursor_execute", note)
        heard.append((connection, note))
        return ShopStore(connection)

    try:
        yield UnitOfWork(uow.database, store)
    finally:
        for connection, listener in heard:
            event.remove(connection, "before_cursor_execute", listener)


class Story:
    """Claimed, released, locked again, redeemed, some back, all back; and another at a till, undone."""

    def __init__(self, uow: Any) -> None:
        self.uow, self.campaign_id = uow, put_out(uow, per_person=2)
        self.first, self.order_id, self.receipt = new_id(), f"order-{new_id()}", new_id()[-12:]
        self.requests = [new_id() for _ in range(3)]
        self.ids: list[str] = []
        self.code = ""

    def steps(self) -> list[Callable[[Any], Any]]:
        return [
            self._claim,
            lambda uow: lock(uow, self.ids[:1], about=use(self.first)),
            lambda uow: release(uow, self.first),
            lambda uow: lock(uow, self.ids[:1], about=use(self.order_id)),
            lambda uow: redeem(uow, self.order_id),
            lambda uow: give_back(uow, self.order_id, cable=1),
            lambda uow: give_back(uow, self.order_id, cable=2, tea=1),
            self._at_till,
            lambda uow: undo(uow, self.ids[1], self.receipt),
        ]

    def _claim(self, uow: Any) -> None:
        self.ids = [claim(uow, self.campaign_id, request_id=each)["id"] for each in self.requests[:2]]

    def _at_till(self, uow: Any) -> None:
        self.code = self.code or look(self.uow, self.ids[1])["code"]
        at_till(uow, self.code, receipt=self.receipt, request_id=self.requests[2])

    def end(self) -> dict[str, Any]:
        """What is true when all was done."""
        mine = f"(SELECT id FROM coupons WHERE campaign_id = '{self.campaign_id}')"
        queries = {
            "coupons": f"SELECT count(*) FROM coupons WHERE id IN {mine}",
            "steps": f"SELECT count(*) FROM coupon_steps WHERE coupon_id IN {mine}",
            "uses": f"SELECT count(*) FROM coupon_uses WHERE coupon_id IN {mine}",
            "shares": f"SELECT count(*) FROM coupon_shares WHERE coupon_id IN {mine}",
            "told": f"SELECT count(*) FROM outbox WHERE aggregate IN {mine}",
            "change": f"SELECT sum(value_fen) FROM coupons WHERE parent_id IN {mine}",
            "claimed": f"SELECT claimed FROM campaigns WHERE id = '{self.campaign_id}'",
        }
        states = [look(self.uow, each, ANN)["state"] for each in self.ids]
        return {name: count(self.uow, sql) for name, sql in queries.items()} | {"states": states}


def test_control_a_life_without_deaths(real_uow: Any) -> None:
    story = Story(real_uow)
    for each in story.steps():
        each(real_uow)
    assert story.end() == WHOLE


def die_everywhere(uow: Any, step: int, stride: int) -> None:
    """At every so manieth statement of one step, a life each."""
    deaths, alive = 0, False
    while not alive:
        story = Story(uow)
        for before in story.steps()[:step]:
            before(uow)
        with dying(uow, deaths * stride) as mortal:
            try:
                story.steps()[step](mortal)
                alive = True
            except Died:
                deaths += 1
        for after in story.steps()[step:]:
            after(uow)
        assert story.end() == WHOLE, f"died at statement {deaths * stride} of step {step}"
    assert deaths, "it died somewhere"


@pytest.mark.parametrize("step", range(STEPS))
def test_what_dies_now_and_then_is_done_once(sqlite_uow: Any, step: int) -> None:
    die_everywhere(sqlite_uow, step, 5)


@pytest.mark.long
@pytest.mark.parametrize("step", range(STEPS))
def test_whatever_dies_wherever_is_done_once(real_uow: Any, step: int) -> None:
    die_everywhere(real_uow, step, 1)
