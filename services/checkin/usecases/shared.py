"""What the use cases of checkin stand on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from kernel.db import Transaction, UnitOfWorkLike
from kernel.inbox import answer_once
from services.checkin.domain import Leg, Person, SeatMap, Traveller, leg_of, person_of, seat_map_of
from services.checkin.errors import FlightNotFound, NotYourFlight
from services.checkin.settings import CheckinSettings
from services.checkin.store import CheckinStore, FlightRow
from services.checkin.turns import Turns
from services.checkin.vault import Vault

Work = UnitOfWorkLike[CheckinStore]
Tx = Transaction[CheckinStore]
EVERY_AIRLINE: Final = "*"
_KEPT_MAPS: Final = 256


class SeatMaps:
    """Seat maps that were read, kept: a configuration of a flight never changes, another has another version."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], SeatMap] = OrderedDict()

    def of(self, store: CheckinStore, flight: FlightRow) -> SeatMap | None:
        """None: the airline hasn't sent one."""
        version = flight.configuration_version
        if version is None:
            return None
        key = (flight.id, version)
        if key not in self._kept:
            self._kept[key] = seat_map_of(orjson.loads(store.configuration(*key)))
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT_MAPS:
            self._kept.popitem(last=False)
        return self._kept[key]


@dataclass(frozen=True)
class Place:
    """What a use case knows of where it is. zone: the airport's; turns: those who write about one flight queue there."""

    zone: ZoneInfo
    settings: CheckinSettings
    vault: Vault
    maps: SeatMaps = field(default_factory=SeatMaps)
    turns: Turns = field(default_factory=Turns)


@dataclass(frozen=True)
class Flight:
    """A flight's row and what is read from it."""

    row: FlightRow
    leg: Leg

    @property
    def id(self) -> str:
        return self.row.id


def flight_of(row: FlightRow) -> Flight:
    leg = leg_of(orjson.loads(row.document))
    assert leg is not None, "only departures are kept"
    return Flight(row, leg)


def locked(tx: Tx, flight_id: str) -> Flight:
    """The flight, held against other writers. Raises FlightNotFound."""
    row = tx.store.lock_flight(flight_id)
    if row is None:
        raise FlightNotFound(flight_id=flight_id)
    return flight_of(row)


@dataclass(frozen=True)
class Asked:
    """A writing request. about: the flight; payload: what a repeat is compared by."""

    request_id: str
    method: str
    payload: Any
    about: str


def answer_in_turn(
    uow: Work, place: Place, asked: Asked, work: Callable[[Tx], dict[str, Any]]
) -> dict[str, Any]:
    """`answer_once`, when it is this request's turn on its flight. Raises as that does, and Unavailable."""
    with place.turns.on(asked.about):
        return answer_once(uow, asked.request_id, asked.method, asked.payload, work)


def authorise(partner: Mapping[str, Any], airline: str) -> None:
    """Raises NotYourFlight unless the partner speaks for this airline."""
    if EVERY_AIRLINE not in partner["airlines"] and airline not in partner["airlines"]:
        raise NotYourFlight


def name_of(vault: Vault, traveller: Traveller) -> tuple[Person, Person | None]:
    """The traveller's name, and the infant's on their lap."""
    opened = vault.open(traveller.name_sealed, traveller.id)
    infant = opened["infant"]
    return person_of(opened), None if infant is None else person_of(infant)
