"""Time limits, locks and lost servers: what a caller is told, and that it goes on afterwards."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import DBAPIError, StatementError

from kernel import clock
from kernel.config import ConfigError
from kernel.context import CallContext, entered
from kernel.db import Database, Instant, UnitOfWork, database_for, database_url
from kernel.errors import DeadlineExceeded, RequestInFlight, Unavailable
from kernel.inbox import answer_once
from tests.store.kernel.conftest import Notes, open_database

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

SHORT = ENDLESS.replace("FROM n)", "FROM n WHERE i < 30000)")


def expiring(seconds: float) -> CallContext:
    return CallContext(expires_at=clock.monotonic() + seconds)


def test_a_statement_that_takes_too_long_is_stopped_and_the_next_one_works(url: str) -> None:
    database = Database(url, statement_s=0.5)
    uow = UnitOfWork(database, Notes)
    for unit in (uow.read, uow.write):
        with pytest.raises(DeadlineExceeded), unit() as tx:
            tx.connection.execute(text(ENDLESS))
        with unit() as tx:
            assert tx.connection.execute(text("SELECT 1")).scalar() == 1
    database.close()


def test_many_short_statements_may_take_longer_together(url: str) -> None:
    database = Database(url, statement_s=1.0)
    with database.writing() as connection:
        for _ in range(5):
            time.sleep(0.25)
            connection.execute(text(SHORT))
    database.close()


def test_the_calls_deadline_is_the_statements_when_it_is_nearer(database: Database) -> None:
    uow = UnitOfWork(database, Notes)
    began = time.monotonic()
    with entered(expiring(0.3)), pytest.raises(DeadlineExceeded), uow.read() as tx:
        tx.connection.execute(text(ENDLESS))
    assert time.monotonic() - began < database.statement_s


def test_nothing_is_begun_after_the_deadline(database: Database) -> None:
    uow = UnitOfWork(database, Notes)
    for unit in (uow.read, uow.write):
        with entered(expiring(-0.1)), pytest.raises(DeadlineExceeded), unit():
            pytest.fail("the unit was begun")


def test_a_read_unit_refuses_to_write(database: Database) -> None:
    uow = UnitOfWork(database, Notes)
    with pytest.raises(DBAPIError, match=r"read-?only"), uow.read() as tx:
        tx.store.add("a")
    with uow.read() as tx:
        assert tx.store.all() == []


def test_a_look_up_keeps_the_limits_of_a_read_unit(database: Database) -> None:
    uow = UnitOfWork(database, Notes)
    with entered(expiring(-0.1)), pytest.raises(DeadlineExceeded), uow.look_up():
        pytest.fail("the unit was begun")
    began = time.monotonic()
    with entered(expiring(0.3)), pytest.raises(DeadlineExceeded), uow.look_up() as store:
        store.connection.execute(text(ENDLESS))
    assert time.monotonic() - began < database.statement_s
    with pytest.raises(DBAPIError, match=r"read-?only"), uow.look_up() as store:
        store.add("a")
    with uow.look_up() as store:
        assert store.all() == []


def test_a_look_up_sees_what_was_committed_before_it(database: Database) -> None:
    uow = UnitOfWork(database, Notes)
    with uow.look_up() as store:
        assert store.all() == []
    add_notes(uow, "a", 1)
    with uow.look_up() as store:
        assert store.all() == ["a0"]


def test_a_read_unit_sees_one_moment(database: Database) -> None:
    uow = UnitOfWork(database, Notes)
    with uow.read() as tx:
        assert tx.store.all() == []
        writer = threading.Thread(target=add_notes, args=(uow, "a", 1))
        writer.start()
        writer.join()
        assert tx.store.all() == []
    with uow.read() as tx:
        assert tx.store.all() == ["a0"]


def add_notes(uow: UnitOfWork[Notes], note: str, times: int, errors: list[Exception] | None = None) -> None:
    for _ in range(times):
        try:
            with uow.write() as tx:
                count = len(tx.store.all())
                time.sleep(0.0005)
                tx.store.add(f"{note}{count}")
        except Exception as error:
            if errors is None:
                raise
            errors.append(error)


def in_parallel(*work: Any) -> None:
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_writers_of_one_sqlite_file_take_turns_and_none_fails(sqlite: Database) -> None:
    """Through two Database objects, as two services' copies in one process would."""
    other = Database(str(sqlite.url))
    errors: list[Exception] = []
    uows = [UnitOfWork(each, Notes) for each in (sqlite, other, sqlite, other)]
    in_parallel(*[lambda uow=uow: add_notes(uow, "", 20, errors) for uow in uows])
    assert errors == []
    with uows[0].read() as tx:
        assert sorted(map(int, tx.store.all())) == list(range(80))  # no writer saw an old count
    other.close()


def test_control_a_deferred_begin_fails_when_others_write(sqlite: Database) -> None:
    """The same work as above without IMMEDIATE and the turns: it fails, whatever the busy timeout."""
    failures = 0

    def work() -> None:
        nonlocal failures
        engine = sqlalchemy.create_engine(sqlite.url, connect_args={"timeout": 5, "isolation_level": None})
        for _ in range(20):
            with engine.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                try:
                    store = Notes(connection)
                    count = len(store.all())
                    time.sleep(0.0005)
                    store.add(str(count))
                    connection.exec_driver_sql("COMMIT")
                except DBAPIError:
                    failures += 1
                    connection.exec_driver_sql("ROLLBACK")
        engine.dispose()

    in_parallel(*[work] * 4)
    assert failures > 0


def test_another_processs_lock_is_waited_for_until_the_deadline(sqlite: Database) -> None:
    uow = UnitOfWork(sqlite, Notes)
    # A connection that doesn't know this process's turns, as another process's would not.
    other = sqlalchemy.create_engine(sqlite.url, connect_args={"isolation_level": None})
    with other.connect() as holder:
        holder.exec_driver_sql("BEGIN IMMEDIATE")
        with entered(expiring(0.3)), pytest.raises(Unavailable) as refused, uow.write():
            pytest.fail("the lock was not held")
        assert refused.value.data["retry_after_s"] == 1
        release = threading.Timer(0.3, lambda: holder.exec_driver_sql("ROLLBACK"))
        release.start()
        with entered(expiring(5)), uow.write() as tx:
            tx.store.add("a")
        release.join()
    other.dispose()


def test_a_writer_waits_for_its_turn_no_longer_than_its_deadline(sqlite: Database) -> None:
    uow = UnitOfWork(sqlite, Notes)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with uow.write():
            held.set()
            done.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    with entered(expiring(0.2)), pytest.raises(Unavailable), uow.write():
        pytest.fail("two writers at once")
    done.set()
    holder.join()
    with uow.write() as tx:
        tx.store.add("a")


def test_a_full_disk_is_told_and_costs_nothing_that_was_kept(sqlite: Database) -> None:
    uow = UnitOfWork(sqlite, Notes)
    with uow.write() as tx:
        tx.store.add("kept")
        tx.connection.exec_driver_sql("PRAGMA max_page_count = 30").close()
    with pytest.raises(Unavailable) as refused, uow.write() as tx:
        tx.store.add("x" * 400_000)
    assert refused.value.data["reason"] == "disk"
    with uow.read() as tx:
        assert tx.store.all() == ["kept"]


def test_an_sqlite_commit_survives_a_power_cut(sqlite: Database) -> None:
    """FULL is 2; what an event announces must not be undone by the next power cut."""
    for engine in (sqlite.engine, sqlite.read_engine):
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 0


def test_an_sqlite_database_without_a_file_is_refused() -> None:
    for url in ("sqlite://", "sqlite:///:memory:"):
        with pytest.raises(ValueError, match="needs a file"):
            Database(url)


def test_connections_that_the_server_ended_are_replaced_before_they_are_used(postgresql: Database) -> None:
    uow = UnitOfWork(postgresql, Notes)
    with uow.write() as tx:
        tx.store.add("a")
    end_all_connections(postgresql)
    time.sleep(1.1)  # idle for longer than a second: the connection is asked before it is used
    with uow.write() as tx:
        tx.store.add("b")


def test_a_connection_that_breaks_in_use_is_told_as_unavailable(postgresql: Database) -> None:
    uow = UnitOfWork(postgresql, Notes)

    def lose_it() -> None:
        with uow.write() as tx:
            tx.store.add("a")
            end_all_connections(postgresql)
            tx.store.add("b")

    with pytest.raises(Unavailable):
        lose_it()
    with uow.write() as tx:
        assert tx.store.all() == []


def end_all_connections(database: Database) -> None:
    others = "pid <> pg_backend_pid() AND datname = current_database()"
    killer = sqlalchemy.create_engine(database.url.set(drivername="postgresql+psycopg2"))
    with killer.connect() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
    killer.dispose()


def test_two_copies_do_not_work_on_one_request_at_once(postgresql: Database) -> None:
    """Two processes by their names; the lock that keeps them apart ends with its transaction."""
    here, there = UnitOfWork(postgresql, Notes), UnitOfWork(Database(str_of(postgresql)), Notes)
    there.database.name = "another process"
    begun, done = threading.Event(), threading.Event()

    def slow(tx: Any) -> dict[str, Any]:
        begun.set()
        done.wait(10)
        tx.store.add("a")
        return {"by": "here"}

    first = threading.Thread(target=lambda: answer_once(here, "request-1", "note", {}, slow))
    first.start()
    begun.wait(10)
    with pytest.raises(RequestInFlight):
        answer_once(there, "request-1", "note", {}, lambda tx: {"by": "there"})
    done.set()
    first.join()
    assert answer_once(there, "request-1", "note", {}, lambda tx: {"by": "there"}) == {"by": "here"}
    there.database.close()


def str_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def test_two_copies_do_not_both_think_an_event_new(postgresql: Database) -> None:
    uow = UnitOfWork(postgresql, Notes)
    answers: list[bool] = []
    together = threading.Barrier(4)

    def handle() -> None:
        together.wait()
        with uow.write() as tx:
            first = tx.inbox.first_time("event-1")
            time.sleep(0.05)
            answers.append(first)

    in_parallel(*[handle] * 4)
    assert sorted(answers) == [False, False, False, True]


def test_each_service_has_one_database_in_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRPORT_VAR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr("kernel.db.engine._databases", {})
    assert database_url("bus") == f"sqlite:///{tmp_path}/bus.sqlite3"
    assert database_for("bus") is database_for("bus")
    assert database_for("bus") is not database_for("shop")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@h/{service}")
    assert database_url("bus") == "postgresql://u:p@h/bus"


def test_two_services_can_not_share_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/all.sqlite3")
    monkeypatch.setattr("kernel.db.engine._databases", {})
    database_for("bus")
    with pytest.raises(ConfigError, match="DATABASE_URL"):
        database_for("shop")


def test_a_password_is_in_no_name_of_a_database() -> None:
    assert "secret" not in Database("postgresql://user:secret@127.0.0.1:1/none").name


INSTANTS = st.datetimes(
    min_value=datetime(1900, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(-timedelta(hours=9, minutes=30))]),
)


@given(INSTANTS)
def test_an_instant_comes_back_as_the_same_instant_in_utc(at: datetime) -> None:
    for dialect in (sqlite_dialect.dialect(), postgresql_dialect.dialect()):
        kept = Instant().process_bind_param(at, dialect)
        back = Instant().process_result_value(kept, dialect)
        assert back == at
        assert back is not None
        assert back.tzinfo == UTC


def test_instants_are_compared_by_the_database_as_instants(database: Database) -> None:
    table = sqlalchemy.Table("moments", sqlalchemy.MetaData(), sqlalchemy.Column("at", Instant))
    east, west = timezone(timedelta(hours=8)), timezone(-timedelta(hours=5))
    early, late = datetime(2026, 11, 23, 12, tzinfo=east), datetime(2026, 11, 23, 6, tzinfo=west)
    with database.writing() as connection:
        table.create(connection)
        connection.execute(sqlalchemy.insert(table), [{"at": late}, {"at": early}])
        ordered = list(connection.execute(sqlalchemy.select(table.c.at).order_by(table.c.at)).scalars())
        assert ordered == [early, late]
        assert list(connection.execute(sqlalchemy.select(table.c.at).where(table.c.at < late)).scalars()) == [
            early
        ]


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    query = sqlalchemy.select(sqlalchemy.literal(datetime(2026, 11, 23), Instant))  # noqa: DTZ001
    with pytest.raises(StatementError, match="needs a zone"), database.reading() as connection:
        connection.execute(query)


def test_opening_a_database_twice_keeps_what_is_in_it(url: str) -> None:
    for note in ("a", "b"):
        database = open_database(url)
        with UnitOfWork(database, Notes).write() as tx:
            tx.store.add(note)
        database.close()
    database = open_database(url)
    with UnitOfWork(database, Notes).read() as tx:
        assert tx.store.all() == ["a", "b"]
    database.close()
