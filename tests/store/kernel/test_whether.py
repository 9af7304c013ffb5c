"""A question for the driver: the same answers, the same limits, whoever asks it."""

from __future__ import annotations

import pytest
from sqlalchemy import Text, bindparam, column, event, literal_column, table

from kernel.db import Database, UnitOfWork, Whether
from kernel.errors import DeadlineExceeded
from tests.store.kernel.conftest import Notes
from tests.store.kernel.test_limits import ENDLESS, entered, expiring

NOTES = table("notes", column("note"))
NOTED = Whether(NOTES.c.note)


def test_every_kind_of_unit_is_told_the_same(database: Database) -> None:
    uow = UnitOfWork(database, Notes)
    with uow.write() as tx:
        tx.store.add("it's")
        assert NOTED.found(tx.connection, "it's")
    for _ in range(2):
        with uow.look_up() as store:
            assert NOTED.found(store.connection, "it's")
            assert not NOTED.found(store.connection, "its")
            assert not NOTED.found(store.connection, "' OR '' = '")
    with uow.read() as reading:
        assert NOTED.found(reading.connection, "it's")
        assert not NOTED.found(reading.connection, "its")


def test_a_look_up_on_sqlite_asks_the_driver_and_the_others_can_be_listened_to(database: Database) -> None:
    uow = UnitOfWork(database, Notes)
    asked: list[str] = []
    for engine in {database.read_engine, database._look_up_engine}:
        event.listen(engine, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
    with uow.read() as reading:
        NOTED.found(reading.connection, "a")
    listened = len(asked)
    assert any("notes" in each for each in asked)
    with uow.look_up() as store:
        NOTED.found(store.connection, "a")
    assert (len(asked) > listened) is (database.dialect_name == "postgresql")


def test_it_keeps_the_limits_of_a_look_up(database: Database) -> None:
    endless = Whether(literal_column(f"CAST(({ENDLESS}) AS text)", Text))
    uow = UnitOfWork(database, Notes)
    with entered(expiring(0.3)), pytest.raises(DeadlineExceeded), uow.look_up() as store:
        endless.found(store.connection, "never")


def test_many_are_asked_about_at_once(database: Database) -> None:
    uow = UnitOfWork(database, Notes)
    with uow.write() as tx:
        for note in ("a", "b", "b"):
            tx.store.add(note)
    with uow.look_up() as store:
        assert NOTED.among(store.connection, ["a", "b", "c", "' OR '' = '"]) == {"a", "b"}
        assert NOTED.among(store.connection, []) == set()
        assert Whether(NOTES.c.note, literal_column("note <> 'a'")).among(store.connection, ["a", "b"]) == {
            "b"
        }


def test_it_takes_one_text_and_nothing_else() -> None:
    for condition in (
        NOTES.c.note != bindparam("b"),
        NOTES.c.note != "b",
        NOTES.c.note.in_(bindparam("a", expanding=True)),
    ):
        with pytest.raises(ValueError, match="one text"):
            Whether(NOTES.c.note, condition)
