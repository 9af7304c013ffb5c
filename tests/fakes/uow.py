"""A unit of work in memory: use cases run on it without a database.

    uow = FakeUnitOfWork(FakeStore())
    usecases.report_updates(uow, ...)
    assert [event.name for event in uow.events] == ["flight_changed"]

A write unit that raises leaves store, outbox, inbox and leases as they were. The store may be any object
whose attributes can be deep-copied; write units take turns, as they do on SQLite.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from kernel import clock
from kernel.db import entered_write_unit
from kernel.ids import new_id
from kernel.inbox import StoredAnswer
from kernel.outbox import Event

S = TypeVar("S")


@dataclass
class _State:
    events: list[Event] = field(default_factory=list)
    answers: dict[str, StoredAnswer] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    leases: dict[str, tuple[str, datetime]] = field(default_factory=dict)


class FakeOutbox:
    def __init__(self, state: _State, writable: bool) -> None:
        self._state = state
        self._writable = writable

    def add(self, event: Event) -> None:
        if not self._writable:
            raise RuntimeError("an event added in a read unit would be lost")
        event.body()  # what isn't JSON-ready fails here as it does for real
        self._state.events.append(event)


class FakeInbox:
    def __init__(self, state: _State) -> None:
        self._state = state

    def first_time(self, event_id: str) -> bool:
        if event_id in self._state.seen:
            return False
        self._state.seen.add(event_id)
        return True

    def begin(self, request_id: str) -> StoredAnswer | None:
        return self.answer_of(request_id)

    def answer_of(self, request_id: str) -> StoredAnswer | None:
        return self._state.answers.get(request_id)

    def keep_answer(self, request_id: str, method: str, answer: StoredAnswer) -> None:
        assert request_id not in self._state.answers
        self._state.answers[request_id] = answer


class FakeLeases:
    def __init__(self, state: _State, now: datetime) -> None:
        self._state = state
        self._now = now

    def take(self, name: str, owner: str, seconds: float) -> bool:
        holder, expires_at = self._state.leases.get(name, (owner, self._now))
        if holder != owner and expires_at > self._now:
            return False
        self._state.leases[name] = (owner, self._now + timedelta(seconds=seconds))
        return True


class FakeTransaction(Generic[S]):
    def __init__(self, store: S, state: _State, now: datetime, *, writable: bool) -> None:
        self.store = store
        self.outbox = FakeOutbox(state, writable)
        self.inbox = FakeInbox(state)
        self.leases = FakeLeases(state, now)
        self._now = now

    def now(self) -> datetime:
        return self._now


class FakeUnitOfWork(Generic[S]):
    """store: the fake store, kept in `.store`. now: what the database's clock shows; None: the real time."""

    def __init__(self, store: S, now: datetime | None = None) -> None:
        self.name = f"fake-{new_id()}"
        self.store = store
        self.fixed_now = now
        self.commits = 0
        self._state = _State()
        self._turn = threading.Lock()

    @property
    def events(self) -> list[Event]:
        """What committed units have added to the outbox, in order."""
        return self._state.events

    @contextmanager
    def read(self) -> Iterator[FakeTransaction[S]]:
        yield FakeTransaction(self.store, self._state, self._now(), writable=False)

    @contextmanager
    def look_up(self) -> Iterator[S]:
        yield self.store

    @contextmanager
    def write(self) -> Iterator[FakeTransaction[S]]:
        with entered_write_unit(), self._turn:
            before = copy.deepcopy(vars(self.store)) if hasattr(self.store, "__dict__") else None
            state = copy.deepcopy(self._state)
            try:
                yield FakeTransaction(self.store, state, self._now(), writable=True)
            except BaseException:
                if before is not None:
                    vars(self.store).clear()
                    vars(self.store).update(before)
                raise
            self._state = state
            self.commits += 1

    def _now(self) -> datetime:
        return self.fixed_now or clock.real_now()
