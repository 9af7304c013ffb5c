"""One flight in memory: its public JSON as bytes ready to send, and what it is found and sorted by."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import Any, Final

import orjson

from gateway.cache.page import Page
from services.flights import query

API_PREFIX: Final = "/api/v1/flights/"
_NOT_PUBLIC: Final = "keywords"


class FlightEntry:
    """Immutable to its readers; a change of the flight makes a new entry.

    The bytes are the flight. Its fields are parsed from them when somebody asks and forgotten again by
    `relax`: as Python objects all flights of the window would take five times the room.
    """

    __slots__ = (
        "_parsed",
        "airline",
        "board_at",
        "day_local",
        "direction",
        "generation",
        "id",
        "keywords",
        "page",
        "terminal",
        "version",
    )

    def __init__(self, flight: dict[str, Any], generation: int = 0) -> None:
        """flight: as schemas.FlightSchema dumps it. generation: which load or event of ours it came by."""
        self.id: str = flight["id"]
        self.version: int = flight["version"]
        self.board_at = datetime.fromisoformat(flight["board_at"])
        self.day_local = date.fromisoformat(flight["service_day_local"])
        self.direction: str = sys.intern(flight["direction"])
        self.airline: str = sys.intern(flight["airline"]["iata"])
        terminal: str | None = flight[self.direction]["terminal"]
        self.terminal = None if terminal is None else sys.intern(terminal)
        self.generation = generation
        self.keywords = query.pack(flight[_NOT_PUBLIC])
        self.page = Page(orjson.dumps({key: flight[key] for key in flight if key != _NOT_PUBLIC}))
        self._parsed: dict[str, Any] | None = None

    @property
    def flight(self) -> dict[str, Any]:
        """The public fields, as schemas.FlightSchema dumps them without keywords. Not to be changed."""
        if self._parsed is None:
            self._parsed = orjson.loads(self.page.body)
        return self._parsed

    def relax(self) -> None:
        """Keep the bytes only, until somebody asks for the fields again."""
        self._parsed = None

    @property
    def json(self) -> bytes:
        """Public JSON."""
        return self.page.body

    @property
    def etag(self) -> str:
        return self.page.etag

    @property
    def path(self) -> str:
        return API_PREFIX + self.id

    @property
    def order(self) -> tuple[datetime, str]:
        """What boards and searches are sorted by."""
        return self.board_at, self.id
