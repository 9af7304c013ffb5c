"""Boards and other lists as bytes, put together from the flights' own bytes when somebody asks."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import orjson

from gateway.cache.entry import FlightEntry
from gateway.cache.page import Page
from kernel.clock import monotonic

MAX_BOARDS: Final = 256
# A board under a storm of changes is put together again only so often that building it takes at most
# this share of the process's time; who asks meanwhile waits for the next build and shares it.
_BUILDING_SHARE: Final = 0.1
_LONGEST_WAIT_S: Final = 0.1


@dataclass(frozen=True)
class BoardKey:
    """direction: departure or arrival. terminal, airline: None is all."""

    direction: str
    day_local: date
    terminal: str | None = None
    airline: str | None = None

    def takes(self, entry: FlightEntry) -> bool:
        return (
            entry.direction == self.direction
            and entry.day_local == self.day_local
            and (self.terminal is None or entry.terminal == self.terminal)
            and (self.airline is None or entry.airline == self.airline)
        )


class Board:
    """One prebuilt board. `page` is None while it is out of date; `fresh()` brings it up to date."""

    __slots__ = ("_build", "_building", "_cost_s", "_next_build_at", "_retired", "key", "page")

    def __init__(self, key: BoardKey, build: Callable[[BoardKey], Page]) -> None:
        self.key = key
        self.page: Page | None = None
        self._build = build
        self._building: asyncio.Future[Page] | None = None
        self._cost_s = 0.0
        self._next_build_at = 0.0
        self._retired = False

    def retire(self) -> None:
        """Nobody will tell this board of changes any more: it must not keep a page."""
        self._retired = True
        self.page = None

    def invalidate(self) -> None:
        self.page = None

    async def fresh(self) -> Page:
        """The page as things stand now, built once for all who wait for it."""
        if self.page is not None:
            return self.page
        if self._building is None:
            wait_s = self._next_build_at - monotonic()
            if wait_s <= 0:
                return self._rebuild()
            self._building = asyncio.ensure_future(self._rebuild_after(wait_s))
        return await asyncio.shield(self._building)

    async def _rebuild_after(self, wait_s: float) -> Page:
        await asyncio.sleep(wait_s)
        self._building = None
        return self.page or self._rebuild()

    def _rebuild(self) -> Page:
        began = monotonic()
        page = self._build(self.key)
        ended = monotonic()
        # What compressing it costs comes on top, about as much again for each variant.
        self._cost_s = 3 * (ended - began)
        self._next_build_at = ended + min(_LONGEST_WAIT_S, self._cost_s / _BUILDING_SHARE)
        if not self._retired:
            self.page = page
        return page


class Boards:
    """The boards that somebody asked for; the ones unasked for longest go when there are too many."""

    def __init__(self, build: Callable[[BoardKey], Page]) -> None:
        self._build = build
        self._boards: OrderedDict[BoardKey, Board] = OrderedDict()

    def get(self, key: BoardKey) -> Board:
        board = self._boards.get(key)
        if board is None:
            board = self._boards[key] = Board(key, self._build)
            if len(self._boards) > MAX_BOARDS:
                self._boards.popitem(last=False)[1].retire()
        else:
            self._boards.move_to_end(key)
        return board

    def holds(self, board: Board) -> bool:
        return self._boards.get(board.key) is board

    def invalidate_for(self, *entries: FlightEntry | None) -> None:
        """A flight changed from one entry into another: boards that show either are out of date."""
        present = [entry for entry in entries if entry is not None]
        for key, board in self._boards.items():
            if board.page is not None and any(key.takes(entry) for entry in present):
                board.page = None

    def invalidate_all(self) -> None:
        for board in self._boards.values():
            board.page = None

    def clear(self) -> None:
        for board in self._boards.values():
            board.retire()
        self._boards.clear()


def envelope(head: dict[str, object], flights: Iterable[FlightEntry]) -> bytes:
    """A JSON object of `head` and `flights`, joined from bytes that exist already."""
    start = orjson.dumps(head)[:-1]
    return b"".join((start, b',"flights":[', b",".join([entry.page.body for entry in flights]), b"]}"))
