"""What goes into the store and what comes out, and the shape that the fake in the tests has too."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple, Protocol

from services.flights.domain import Change


class Place(NamedTuple):
    """Where a page begins: after this flight, in the order of boards."""

    board_us: int
    flight_id: str


class Kept(NamedTuple):
    """A leg as kept, locked until the transaction ends."""

    version: int
    board_us: int
    terms: frozenset[str]
    state: str  # JSON of domain.LegState


class LegRow(NamedTuple):
    """A leg to keep."""

    flight_id: str
    version: int
    direction: str
    terminal: str | None  # here
    board_us: int
    terms: frozenset[str]
    document: str  # JSON of FlightSchema
    state: str


class Listed(NamedTuple):
    """A leg of a page: its place in the order, and its JSON."""

    place: Place
    document: str


class Asked(NamedTuple):
    """A search in terms. Of one of the `ways` all sets must hold, of a set one term.

    The first set of a way is the most telling one: it is read from the index, the others are checked.
    """

    from_us: int
    to_us: int
    direction: str | None
    terminal: str | None
    ways: tuple[tuple[frozenset[str], ...], ...]
    after: Place | None
    limit: int


class RefusalRow(NamedTuple):
    """A report that was refused, for the flight desk. detail, item: JSON."""

    recorded_us: int
    flight_id: str | None
    source_name: str
    reason: str
    detail: str
    item: str


class Store(Protocol):
    """The store of one transaction."""

    def known(self, flight_ids: Collection[str]) -> set[str]:
        """Which of these we have."""

    def lock_creation(self) -> None:
        """Wait until nobody else is making legs; to be called before `lock`, so that nobody deadlocks."""

    def lock(self, flight_ids: Collection[str]) -> dict[str, Kept]:
        """Those of these that we have, locked in the order of their ids."""

    def referrers(self, flight_ids: Collection[str]) -> set[str]:
        """Legs that name one of these as their inbound or onward leg."""

    def save(self, rows: Sequence[LegRow], before: dict[str, Kept]) -> None:
        """Insert or overwrite legs and their terms. before: what `lock` said of them."""

    def save_states(self, states: dict[str, str]) -> None:
        """Overwrite what nobody sees: the rules' own memory of legs."""

    def add_changes(self, changes: Sequence[tuple[str, int, Change]], recorded_us: int) -> None:
        """Append to the histories: (flight id, version, change)."""

    def add_refusals(self, rows: Sequence[RefusalRow]) -> None:
        """Append to the flight desk's list."""

    def document(self, flight_id: str) -> str | None:
        """A leg's JSON."""

    def history(self, flight_id: str, limit: int) -> list[dict[str, Any]]:
        """ChangeSchema of a leg's newest changes, newest first, instants in microseconds (`_us`)."""

    def window(self, from_us: int, to_us: int, after: Place | None, limit: int) -> list[Listed]:
        """Legs of a window in the order of boards."""

    def digest(self, from_us: int, to_us: int) -> tuple[int, int]:
        """How many legs a window has, and the sum of their versions."""

    def search(self, asked: Asked) -> list[Listed]:
        """Legs that answer a search, in the order of boards."""

    def refusals(self, before_id: int | None, limit: int) -> list[tuple[int, RefusalRow]]:
        """Refused reports with their row numbers, newest first."""

    def purge_flights(self, before_us: int, limit: int) -> int:
        """Forget at most `limit` legs whose board time is earlier; returns how many."""

    def purge_refusals(self, before_us: int) -> int:
        """Forget older refusals; returns how many."""
