"""The operational window: every flight from yesterday to three days ahead, in memory, always answering.

Fed by `gateway.cache.feeder`; this module does no I/O. `as_of` is the last instant at which the window was
known to be in step with the service; `stale` says that it may no longer be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from gateway.cache.boards import Board, BoardKey, Boards, envelope
from gateway.cache.entry import FlightEntry
from gateway.cache.fanout import Fanout, Note, Subscription
from gateway.cache.page import Page
from gateway.cache.search import SearchTerms, find
from gateway.cache.window import Window
from gateway.settings import Settings
from kernel import clock
from kernel.instants import instant
from services.airport import Airport


class FlightCache:
    """What doors read. All methods are plain calls on the event loop's thread."""

    def __init__(self, settings: Settings, airport: Airport, now: Callable[[], datetime] = clock.now) -> None:
        self._settings, self._airport, self._now = settings, airport, now
        self._zone = airport.zoneinfo
        self._entries: dict[str, FlightEntry] = {}
        self._left: dict[str, int] = {}
        self._boards = Boards(self._build_board)
        self._generation = 0
        self._confirmed_at: datetime | None = None
        self._confirmed_monotonic = 0.0
        self._connected = False
        self._stale = True
        self.fanout = Fanout()
        self.on_stale_changed: list[Callable[[], None]] = []
        self.window = self._window_now()
        self.paths: dict[str, FlightEntry | Board] = {}
        """What the edge answers from: path (and query) → something with a `page`."""

    # --- what doors ask ------------------------------------------------------------------------------

    @property
    def loaded(self) -> bool:
        """Whether the window was ever complete."""
        return self._confirmed_at is not None

    @property
    def stale(self) -> bool:
        """True while the news may be older than what the service knows."""
        return self._stale

    @property
    def as_of(self) -> datetime:
        """Aware UTC, airport's time: the window was in step with the service then."""
        return self._confirmed_at or self.window.from_at

    @property
    def age_s(self) -> int:
        """Whole real seconds since `as_of`."""
        return max(0, int(clock.monotonic() - self._confirmed_monotonic)) if self.loaded else 0

    @property
    def today(self) -> date:
        """The airport's day."""
        return self.window.today

    def days(self) -> list[date]:
        """The airport-local days in memory, oldest first."""
        return self.window.days()

    def get(self, flight_id: str) -> FlightEntry | None:
        return self._entries.get(flight_id)

    def all(self) -> Iterable[FlightEntry]:
        return self._entries.values()

    def board(
        self, direction: str, day_local: date, terminal: str | None = None, airline: str | None = None
    ) -> list[FlightEntry]:
        """The flights of one board in order. direction: departure or arrival."""
        key = BoardKey(direction, day_local, terminal, airline)
        return sorted((entry for entry in self._entries.values() if key.takes(entry)), key=_order)

    def board_bytes(self, key: BoardKey) -> Board:
        """The prebuilt JSON of one board; `await board.fresh()` is its page."""
        return self._boards.get(key)

    def remember(self, path_and_query: str, board: Board) -> None:
        """Let the edge answer this address from this board until the day rolls."""
        if len(self.paths) - len(self._entries) < 1024 and self._boards.holds(board):
            self.paths[path_and_query] = board

    def search(self, terms: SearchTerms) -> list[FlightEntry]:
        """Flights in the window that meet all conditions, in board order."""
        return sorted(find(terms, self._entries.values(), self._now(), self._zone), key=_order)

    def subscribe(self, topic: str) -> Subscription:
        """topic: flight:<id> or board:<departure|arrival>:<day>. An async iterator of notes; close() it."""
        return self.fanout.subscribe(topic)

    def status(self) -> dict[str, Any]:
        """The head of every list we answer with."""
        return {"as_of": instant(self.as_of), "stale": self._stale, "airport": self._airport.iata}

    # --- what the feeder does ------------------------------------------------------------------------

    def begin_load(self) -> int:
        """A snapshot is about to be asked for; what events bring from now on outlives it."""
        self._generation += 1
        return self._generation

    def apply(self, flight: dict[str, Any]) -> bool:
        """Take a flight in unless what we have is as new. True when something changed."""
        known_version = self._known_version(flight["id"])
        if known_version is not None and flight["version"] <= known_version:
            return False
        return self._take(FlightEntry(flight, self._generation))

    def apply_snapshot(self, flight: dict[str, Any], generation: int) -> bool:
        """Take a flight of a snapshot in. Unless an event came since the snapshot began, the service is
        right even with a lower version: its data may have been restored from a backup."""
        old = self._entries.get(flight["id"])
        if old is None or old.generation >= generation or flight["version"] == old.version:
            return self.apply(flight)
        return self._take(FlightEntry(flight, generation))

    def _take(self, entry: FlightEntry) -> bool:
        if entry.board_at not in self.window:
            self._left[entry.id] = entry.version
            return self._drop(entry.id, entry)
        self._left.pop(entry.id, None)
        old = self._entries.get(entry.id)
        self._entries[entry.id] = entry
        self.paths[entry.path] = entry
        self._boards.invalidate_for(old, entry)
        self._tell(entry, old)
        return True

    def finish_load(self, generation: int, seen: set[str], asked_at: datetime) -> None:
        """The snapshot is complete: what it did not hold, and no event brought since, is gone."""
        for flight_id, entry in list(self._entries.items()):
            if flight_id not in seen and entry.generation < generation:
                self._drop(flight_id)
        self.confirm(asked_at)

    def confirm(self, at: datetime) -> None:
        """The window was in step with the service at `at`."""
        if self._confirmed_at is None or at > self._confirmed_at:
            self._confirmed_at = at
        self._confirmed_monotonic = clock.monotonic()
        self._boards.invalidate_all()
        self.judge()

    def heard(self) -> None:
        """An event arrived: the feed lives, so what we hold is as of now."""
        if self._connected and not self._stale and self._confirmed_at is not None:
            self._confirmed_at = max(self._confirmed_at, self._now())

    def set_connected(self, connected: bool) -> None:
        self._connected = connected
        self.judge()

    def judge(self) -> None:
        """Decide anew whether the news is stale, and say so to pages and boards when that changes."""
        unchecked_s = clock.monotonic() - self._confirmed_monotonic
        stale = not (self._connected and self.loaded and unchecked_s <= self._settings.stale_after_s)
        if stale != self._stale:
            self._stale = stale
            self._boards.invalidate_all()
            for callback in self.on_stale_changed:
                callback()
            self.fanout.publish_to_all(
                "stale", Note.of("stale", {"stale": stale, "as_of": instant(self.as_of)})
            )

    def roll(self) -> bool:
        """Move the window when the airport's day has changed. True when it moved: load what is new."""
        window = self._window_now()
        if window == self.window:
            return False
        self.window = window
        for flight_id, entry in list(self._entries.items()):
            if entry.board_at not in window:
                self._drop(flight_id)
        self._left.clear()
        self._boards.clear()
        self.paths = {entry.path: entry for entry in self._entries.values()}
        return True

    def relax(self) -> None:
        """Give back what was parsed for readers; once a minute is enough."""
        for entry in self._entries.values():
            entry.relax()

    def digest(self) -> tuple[int, int]:
        """(count, version_sum) as window_digest counts them."""
        return len(self._entries), sum(entry.version for entry in self._entries.values())

    # --- inside --------------------------------------------------------------------------------------

    def _window_now(self) -> Window:
        settings = self._settings
        return Window.around(self._now(), self._zone, settings.window_days_back, settings.window_days_ahead)

    def _known_version(self, flight_id: str) -> int | None:
        entry = self._entries.get(flight_id)
        return entry.version if entry is not None else self._left.get(flight_id)

    def _drop(self, flight_id: str, successor: FlightEntry | None = None) -> bool:
        old = self._entries.pop(flight_id, None)
        if old is None:
            return False
        self.paths.pop(old.path, None)
        self._boards.invalidate_for(old)
        self._tell(successor or old, old)
        return True

    def _tell(self, entry: FlightEntry, old: FlightEntry | None) -> None:
        note = Note.of("flight", {"id": entry.id, "version": entry.version})
        topics = {f"flight:{entry.id}"}
        for shown in (entry, old):
            if shown is not None:
                topics.add(f"board:{shown.direction}:{shown.day_local}")
        for topic in topics:
            self.fanout.publish(topic, entry.id, note)

    def _build_board(self, key: BoardKey) -> Page:
        head = {**self.status(), "day_local": key.day_local}
        return Page(envelope(head, self.board(key.direction, key.day_local, key.terminal, key.airline)))


def _order(entry: FlightEntry) -> tuple[datetime, str]:
    return entry.order
