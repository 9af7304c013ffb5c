"""What a use case needs of a unit of work: the real one and the fake in the tests both have this shape."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeVar

from kernel.inbox import StoredAnswer
from kernel.outbox import Event

S_co = TypeVar("S_co", covariant=True)


class OutboxLike(Protocol):
    def add(self, event: Event) -> None:
        """Save the event with this transaction; it leaves after the commit or not at all."""


class InboxLike(Protocol):
    def first_time(self, event_id: str) -> bool:
        """Whether this event's effect is not in the database yet; from now on it is, if this commits."""

    def begin(self, request_id: str) -> StoredAnswer | None:
        """The answer given before, if any; else nobody else works on this request until the transaction ends.

        Raises RequestInFlight.
        """

    def answer_of(self, request_id: str) -> StoredAnswer | None:
        """The answer given before, if any."""

    def keep_answer(self, request_id: str, method: str, answer: StoredAnswer) -> None:
        """Save the answer with its effect."""


class LeasesLike(Protocol):
    def take(self, name: str, owner: str, seconds: float) -> bool:
        """Take or renew the lease by the database's clock; False while another owner has it."""


class Transaction(Protocol[S_co]):
    @property
    def store(self) -> S_co: ...

    @property
    def outbox(self) -> OutboxLike: ...

    @property
    def inbox(self) -> InboxLike: ...

    @property
    def leases(self) -> LeasesLike: ...

    def now(self) -> datetime:
        """The database's clock at the start of the transaction, aware UTC: the world's time, not a demo's."""


class UnitOfWorkLike(Protocol[S_co]):
    @property
    def name(self) -> str:
        """Names the database; the same for every unit of work on it in this process."""

    def read(self) -> AbstractContextManager[Transaction[S_co]]:
        """A consistent view; takes no lock, refuses writes."""

    def look_up(self) -> AbstractContextManager[S_co]:
        """The store for one question that is one statement; takes no lock, refuses writes."""

    def write(self) -> AbstractContextManager[Transaction[S_co]]:
        """Commits at a clean end, rolls back when an exception leaves the block."""
