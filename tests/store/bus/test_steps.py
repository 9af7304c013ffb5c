"""What the tables of the saga refuse, whoever asks: no way leads past the legal moves."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from kernel.db import UnitOfWork
from kernel.saga.rows import WrongStep
from kernel.saga.states import MOVES, State
from kernel.saga.steps import BUYER
from services.bus.store import BusStore
from tests.store.bus.test_store import NOW, held

Uow = UnitOfWork[BusStore]

STEP = (
    "INSERT INTO order_steps (order_id, number, previous, before, after, at, actor, reason) "
    "SELECT 'o1', {number}, {previous}, '{before}', '{after}', at, 'somebody', '-' FROM order_steps WHERE number = 1"
)


def refused(uow: Uow, statement: str) -> None:
    with pytest.raises(DBAPIError), uow.write() as tx:
        tx.connection.execute(text(statement))


@pytest.mark.parametrize("state", [state for state in State if state is not State.HELD])
def test_a_state_without_its_step_is_refused(real_uow: Uow, state: State) -> None:
    held(real_uow)
    refused(real_uow, f"UPDATE orders SET state = '{state}'")


def test_a_step_that_is_no_legal_move_is_refused_and_a_legal_one_is_not(real_uow: Uow) -> None:
    held(real_uow)
    for after in State:
        step = STEP.format(number=2, previous=1, before="held", after=after)
        if ("held", after) not in MOVES:
            refused(real_uow, step)
    legal = STEP.format(number=2, previous=1, before="held", after="lapsed")
    with real_uow.write() as tx:
        tx.connection.execute(text(legal))


@pytest.mark.parametrize(
    ("number", "previous", "before"),
    [(2, 1, "paying"), (3, 2, "held"), (3, 1, "held"), (2, "NULL", "held"), (2, "NULL", "new")],
)
def test_a_step_begins_where_the_last_one_ended(
    real_uow: Uow, number: int, previous: int | str, before: str
) -> None:
    held(real_uow)
    refused(real_uow, STEP.format(number=number, previous=previous, before=before, after="lapsed"))


def test_an_order_cant_go_back_to_where_it_was(real_uow: Uow) -> None:
    held(real_uow)
    with real_uow.write() as tx:
        sale = tx.store.sales.lock("o1")
        assert sale is not None
        tx.store.sales.step(sale, State.RELEASED, NOW, BUYER, "-", look_at=None)
    refused(real_uow, STEP.format(number=3, previous=2, before="released", after="held"))
    with real_uow.read() as tx:
        released = tx.store.sales.find("o1")
    assert released is not None
    with pytest.raises(IntegrityError), real_uow.write() as tx:
        tx.store.sales.step(released, State.ISSUED, NOW, BUYER, "-", look_at=None)


def test_the_audit_is_neither_changed_nor_deleted(real_uow: Uow) -> None:
    held(real_uow)
    refused(real_uow, "UPDATE order_steps SET actor = 'nobody'")
    refused(real_uow, "UPDATE order_steps SET reason = 'another'")
    refused(real_uow, "DELETE FROM order_steps")


def test_who_read_an_order_before_it_changed_writes_nothing(real_uow: Uow) -> None:
    held(real_uow)
    with real_uow.read() as tx:
        old = tx.store.sales.find("o1")
    assert old is not None
    with real_uow.write() as tx:
        tx.store.sales.change(old, channel="native")
    with pytest.raises(WrongStep), real_uow.write() as tx:
        tx.store.sales.change(old, channel="jsapi")
    with pytest.raises((WrongStep, IntegrityError)), real_uow.write() as tx:
        tx.store.sales.step(old, State.RELEASED, NOW, BUYER, "-", look_at=None)
    with real_uow.read() as tx:
        now = tx.store.sales.find("o1")
        assert now is not None
        assert (now.state, now.channel, len(tx.store.sales.steps("o1"))) == (State.HELD, "native", 1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE orders SET refunding_fen = 1",
        "UPDATE orders SET refunded_fen = 3001",
        "UPDATE orders SET paid_at = held_at",
        "UPDATE orders SET ended_at = held_at",
        "UPDATE orders SET look_at = NULL",
        "UPDATE orders SET amount_fen = -1",
        "INSERT INTO order_moves (before, after) VALUES ('held', 'paying')",
    ],
)
def test_what_the_money_rules_forbid_is_refused(real_uow: Uow, change: str) -> None:
    held(real_uow)
    refused(real_uow, change)
