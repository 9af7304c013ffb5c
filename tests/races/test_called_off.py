"""A message is called off while a courier takes it, over two connections. Controls show that it would go out."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from kernel import migrate
from kernel.db import Database, UnitOfWork
from services.notify.store import NotifyStore
from tests.store.notify.telling import ID, MINUTE, NOW, claimed, settle, states, tell
from tests.support.databases import Postgres

Uow = UnitOfWork[NotifyStore]
LOCK = " FOR UPDATE SKIP LOCKED"
LONG_S = 60.0
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def copies(postgres: Postgres) -> Iterator[tuple[Uow, Uow]]:
    """Two copies of the service; the courier's has time to wait, however slow the machine."""
    url = postgres.new_database("notify")
    migrate.upgrade("notify", url)
    databases = Database(url), Database(url, statement_s=LONG_S)
    yield UnitOfWork(databases[0], NotifyStore), UnitOfWork(databases[1], NotifyStore)
    for database in databases:
        database.close()


@pytest.fixture
def unlocked(copies: tuple[Uow, Uow]) -> list[str]:
    """The courier looks without holding what it sees; the statements that it would have held it by."""
    found: list[str] = []

    @event.listens_for(copies[1].database.engine, "before_cursor_execute", retval=True)
    def forget(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> tuple[str, Any]:
        if LOCK in statement:
            found.append(statement)
        return statement.replace(LOCK, ""), parameters

    return found


def waits(uow: UnitOfWork[Any]) -> bool:
    """Whether somebody waits for what another holds."""
    asked = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with uow.read() as tx:
        return tx.connection.execute(text(asked)).first() is not None


def called_off_while_it_is_taken(copies: tuple[Uow, Uow]) -> None:
    """The courier wakes and claims what is queued while another has called it off and not yet committed."""
    one, other = copies

    def take() -> None:
        with other.write() as tx:
            tx.store.messages.wake(LATER, 10)
            tx.store.messages.claim("courier", LATER, 10)

    courier = threading.Thread(target=take)
    with one.write() as tx:
        tx.store.messages.stop_flight("anna", ID)
        courier.start()
        until = time.monotonic() + LONG_S
        while courier.is_alive() and not waits(one) and time.monotonic() < until:
            time.sleep(0.02)
    courier.join(LONG_S)
    assert not courier.is_alive()


def deferred(uow: Uow) -> None:
    """Tried once; to be tried again in a minute."""
    assert claimed(uow) == [("anna", "delayed")]
    settle(uow, "deferred", not_before_at=NOW + MINUTE)


@pytest.mark.parametrize("waiting", [False, True], ids=["queued", "deferred"])
def test_what_is_called_off_while_it_is_taken_does_not_go_out(copies: tuple[Uow, Uow], waiting: bool) -> None:
    tell(copies[0], "anna")
    if waiting:
        deferred(copies[0])
    called_off_while_it_is_taken(copies)
    assert states(copies[0]) == {("anna", "delayed"): "superseded"}


@pytest.mark.parametrize("waiting", [False, True], ids=["queued", "deferred"])
def test_control_a_courier_that_only_looks_sends_what_was_called_off(
    copies: tuple[Uow, Uow], unlocked: list[str], waiting: bool
) -> None:
    tell(copies[0], "anna")
    if waiting:
        deferred(copies[0])
    called_off_while_it_is_taken(copies)
    assert states(copies[0]) == {("anna", "delayed"): "sending"}
    assert unlocked


def test_what_others_hold_keeps_no_courier_from_the_rest(copies: tuple[Uow, Uow]) -> None:
    tell(copies[0], "anna", "ben")
    taken: list[tuple[str, str]] = []
    courier = threading.Thread(target=lambda: taken.extend(claimed(copies[1])))
    with copies[0].write() as tx:
        tx.store.messages.stop_flight("anna", ID)
        courier.start()
        courier.join(LONG_S)
    assert taken == [("ben", "delayed")]
