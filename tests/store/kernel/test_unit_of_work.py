"""What every unit of work promises, the fake's included."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kernel import clock, inbox
from kernel.db import in_write_unit, refuse_in_write_unit
from kernel.errors import Conflict, RequestInFlight, RequestReused
from kernel.inbox import answer_once
from kernel.leases import run_if_leased
from kernel.outbox import Event
from tests.store.kernel.conftest import published


def notes(uow: Any) -> list[str]:
    with uow.read() as tx:
        found: list[str] = tx.store.all()
    return found


def test_a_clean_end_commits(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.add("a")
        tx.store.add("b")
    assert notes(uow) == ["a", "b"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_exception_undoes_everything(uow: Any, error: type[BaseException]) -> None:
    def fail() -> None:
        with uow.write() as tx:
            tx.store.add("a")
            tx.outbox.add(Event("noted", "a", 1, {}))
            tx.inbox.first_time("event-1")
            tx.leases.take("job", "me", 60)
            raise error

    with pytest.raises(error):
        fail()
    assert notes(uow) == []
    assert published(uow) == []
    with uow.write() as tx:
        assert tx.inbox.first_time("event-1")
        assert tx.leases.take("job", "another", 60)


def test_events_are_kept_in_the_order_they_were_added(uow: Any) -> None:
    with uow.write() as tx:
        for version in (1, 2, 3):
            tx.outbox.add(Event("noted", "a", version, {"n": version}))
    with uow.write() as tx:
        tx.outbox.add(Event("noted", "b", 1, {}))
    assert published(uow) == [("a", 1), ("a", 2), ("a", 3), ("b", 1)]


def test_what_is_no_json_is_refused_where_it_is_added(uow: Any) -> None:
    with pytest.raises(TypeError), uow.write() as tx:
        tx.outbox.add(Event("noted", "a", 1, {"at": datetime(2026, 11, 23, tzinfo=UTC)}))


def test_a_read_unit_can_not_publish(uow: Any) -> None:
    with pytest.raises(RuntimeError), uow.read() as tx:
        tx.outbox.add(Event("noted", "a", 1, {}))
    assert published(uow) == []


def test_a_write_unit_inside_a_write_unit_is_refused_and_not_waited_for(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.add("a")
        with pytest.raises(RuntimeError), uow.write():
            pass
    assert notes(uow) == ["a"]
    with uow.write() as tx:
        tx.store.add("b")
    assert notes(uow) == ["a", "b"]


def test_the_network_is_refused_inside_a_write_unit_only(uow: Any) -> None:
    assert not in_write_unit()
    refuse_in_write_unit("a call")
    with uow.read():
        refuse_in_write_unit("a call")
    with uow.write():
        assert in_write_unit()
        with pytest.raises(RuntimeError, match="a call inside a transaction"):
            refuse_in_write_unit("a call")
    assert not in_write_unit()


def test_the_clock_stands_still_in_a_transaction_and_shows_the_worlds_time(uow: Any) -> None:
    with uow.write() as tx:
        first = tx.now()
        tx.store.add("a")
        assert tx.now() == first
    assert first.tzinfo == UTC
    assert abs((clock.real_now() - first).total_seconds()) < 60


def test_an_event_is_new_once(uow: Any) -> None:
    with uow.write() as tx:
        assert tx.inbox.first_time("event-1")
        assert not tx.inbox.first_time("event-1")
    with uow.write() as tx:
        assert not tx.inbox.first_time("event-1")
        assert tx.inbox.first_time("event-2")


def add_note(tx: Any) -> dict[str, Any]:
    tx.store.add("a")
    return {"noted": 1, "items": [None, "长沙"]}


def test_a_repeated_request_gets_the_answer_it_got(uow: Any) -> None:
    answers = [answer_once(uow, "request-1", "note", {"x": 1, "y": 2}, add_note) for _ in range(3)]
    assert answers == [{"noted": 1, "items": [None, "长沙"]}] * 3
    assert notes(uow) == ["a"]


def test_the_order_of_keys_makes_no_other_request(uow: Any) -> None:
    answer_once(uow, "request-1", "note", {"x": 1, "y": 2}, add_note)
    answer_once(uow, "request-1", "note", {"y": 2, "x": 1}, add_note)
    assert notes(uow) == ["a"]


@pytest.mark.parametrize(("method", "payload"), [("note", {"x": 2}), ("erase", {"x": 1})])
def test_another_request_under_the_same_id_is_a_conflict(uow: Any, method: str, payload: Any) -> None:
    answer_once(uow, "request-1", "note", {"x": 1}, add_note)
    with pytest.raises(RequestReused):
        answer_once(uow, "request-1", method, payload, add_note)
    assert notes(uow) == ["a"]


def test_a_request_that_failed_may_be_tried_again(uow: Any) -> None:
    class SoldOut(Conflict):
        code = "tests.sold_out"

    def refuse(tx: Any) -> dict[str, Any]:
        tx.store.add("half")
        raise SoldOut()

    with pytest.raises(SoldOut):
        answer_once(uow, "request-1", "note", {}, refuse)
    assert notes(uow) == []
    answer_once(uow, "request-1", "note", {}, add_note)
    assert notes(uow) == ["a"]


def test_a_request_that_is_being_worked_on_is_not_begun_again(uow: Any) -> None:
    def work(tx: Any) -> dict[str, Any]:
        with pytest.raises(RequestInFlight) as refused:
            answer_once(uow, "request-1", "note", {}, add_note)
        assert refused.value.data == {"retry_after_s": 1}
        return {}

    assert answer_once(uow, "request-1", "note", {}, work) == {}
    assert inbox._in_flight == set()


def test_an_answer_that_is_no_json_is_a_fault_and_nothing_is_kept(uow: Any) -> None:
    def work(tx: Any) -> dict[str, Any]:
        tx.store.add("a")
        return {"at": clock.real_now()}

    with pytest.raises(TypeError):
        answer_once(uow, "request-1", "note", {}, work)
    assert notes(uow) == []


def test_a_lease_has_one_owner_until_it_ends(uow: Any) -> None:
    with uow.write() as tx:
        assert tx.leases.take("job", "me", 60)
    with uow.write() as tx:
        assert not tx.leases.take("job", "another", 60)
        assert tx.leases.take("other job", "another", 60)
    with uow.write() as tx:
        assert tx.leases.take("job", "me", 0)  # given back
    with uow.write() as tx:
        assert tx.leases.take("job", "another", 60)
        assert not tx.leases.take("job", "me", 60)


def test_a_leased_job_runs_in_one_copy_only(uow: Any) -> None:
    runs: list[int] = []
    assert run_if_leased(uow, "job", 60, lambda: runs.append(1))
    assert not run_if_leased(uow, "job", 60, lambda: runs.append(2))
    assert run_if_leased(uow, "another job", 60, lambda: runs.append(3))
    assert runs == [1, 3]
