"""Which flight an address means: our id, or the number and local day that everybody knows it by."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from gateway.deps import Deps
from gateway.rpc import CallContext
from services.checkin.errors import FlightNotFound

_SHORT = re.compile(r"((?:[A-Z]{3}|[A-Z]{2}|[A-Z][0-9]|[0-9][A-Z]))([0-9]{1,4}[A-Z]?)-([0-9]{8})")
_ID = re.compile(r"[A-Z0-9-]{3,64}")
ADDRESS_PATTERN: Final = "^[A-Z0-9-]{3,64}$"


class FlightNames:
    """Finds departures."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def flight_id(self, text: str, context: CallContext) -> str:
        """The id that a part of an address means: an id, or CZ3101-20261124. Raises FlightNotFound."""
        short = _SHORT.fullmatch(text)
        if short is None:
            if not _ID.fullmatch(text):
                raise FlightNotFound
            return text
        airline, number, digits = short.groups()
        try:
            day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError:
            raise FlightNotFound from None
        return await self.departure(airline, number, day, context)

    async def flown(self, text: str, context: CallContext) -> str | None:
        """As `flight_id`, arrivals too, as who cleans the cabin has one that has landed; None: there is none, or two."""
        short = _SHORT.fullmatch(text)
        if short is None:
            return text if _ID.fullmatch(text) else None
        airline, number, digits = short.groups()
        try:
            day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError:
            return None
        wanted = f"{airline}{number.lstrip('0') or '0'}"
        flights = self._deps.flights
        if flights.loaded and day in flights.days():
            boards = (flights.board(each, day, None, airline) for each in ("departure", "arrival"))
            found = {entry.id for board in boards for entry in board if entry.flight["number"] == wanted}
        else:
            wish: dict[str, Any] = {"text": wanted, "day_local": day.isoformat()}
            answer = await self._deps.rpc.call(
                "flights", "search_flights", wish, repeat=True, context=context
            )
            found = {flight["id"] for flight in answer["flights"] if flight["number"] == wanted}
        return found.pop() if len(found) == 1 else None

    async def departure(self, airline: str, number: str, day: date, context: CallContext) -> str:
        """The one departure of that number on that day here. Raises FlightNotFound, also when there are two."""
        wanted = f"{airline}{number.lstrip('0') or '0'}"
        flights = self._deps.flights
        found = [
            entry.id
            for entry in (flights.board("departure", day, None, airline) if flights.loaded else ())
            if entry.flight["number"] == wanted
        ]
        if not found and not (flights.loaded and day in flights.days()):
            found = await self._search(wanted, day, context)
        if len(found) != 1:
            raise FlightNotFound
        return found[0]

    async def _search(self, number: str, day: date, context: CallContext) -> list[str]:
        wish: dict[str, Any] = {"text": number, "direction": "departure", "day_local": day.isoformat()}
        answer = await self._deps.rpc.call("flights", "search_flights", wish, repeat=True, context=context)
        return [flight["id"] for flight in answer["flights"] if flight["number"] == number]
