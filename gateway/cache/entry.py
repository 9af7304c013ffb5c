"""One flight in memory: its fields, and its public JSON as bytes ready to send."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

import orjson

from gateway.cache.page import Page
from services.flights import query

API_PREFIX: Final = "/api/v1/flights/"
_NOT_PUBLIC: Final = "keywords"


class FlightEntry:
    """Immutable; a change of the flight makes a new entry."""

    __slots__ = ("board_at", "day_local", "flight", "generation", "id", "keywords", "page", "version")

    def __init__(self, flight: dict[str, Any], generation: int = 0) -> None:
        """flight: as schemas.FlightSchema dumps it. generation: which load or event of ours it came by."""
        self.flight = flight
        self.id: str = flight["id"]
        self.version: int = flight["version"]
        self.board_at = datetime.fromisoformat(flight["board_at"])
        self.day_local = date.fromisoformat(flight["service_day_local"])
        self.generation = generation
        self.keywords = query.pack(flight["keywords"])
        self.page = Page(orjson.dumps({key: flight[key] for key in flight if key != _NOT_PUBLIC}))

    @property
    def direction(self) -> str:
        """departure or arrival."""
        direction: str = self.flight["direction"]
        return direction

    @property
    def terminal(self) -> str | None:
        """Its terminal here."""
        terminal: str | None = self.flight[self.direction]["terminal"]
        return terminal

    @property
    def airline(self) -> str:
        code: str = self.flight["airline"]["iata"]
        return code

    @property
    def json(self) -> bytes:
        """Public JSON: the flight without its search keywords."""
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
