"""Rows as the rules know them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from services.checkin.domain import Booking, Sitter, Traveller
from services.checkin.domain.agents import ASSISTANCE
from services.checkin.schemas.vocabulary import Flag, Gender, Scan, Standing, TravellerKind


@dataclass(frozen=True)
class FlightRow:
    """A flight's row. document: JSON text."""

    id: str
    version: int
    airline: str
    departs_at: datetime
    told_departs_at: datetime
    document: str
    list_version: int | None = None
    configuration_version: int | None = None
    changes: int = 0
    last_sequence: int = 0


@dataclass(frozen=True)
class ScanRow:
    flight_id: str
    device: str
    scan_id: str
    scanned_at: datetime
    recorded_at: datetime
    result: Scan
    traveller_id: str | None
    sequence: int | None
    moved: bool
    conflict: bool


@dataclass(frozen=True)
class TraceRow:
    flight_id: str
    traveller_id: str
    at: datetime
    actor: str
    what: str
    seat: str | None
    reason: str


@dataclass(frozen=True)
class CodeRow:
    booking_id: str
    code_index: str
    tries_left: int
    expires_at: datetime


def traveller_values(traveller: Traveller) -> dict[str, Any]:
    values = dict(vars(traveller))
    values["specials"] = ",".join(traveller.specials)
    values["flags"] = ",".join(flag.value for flag in traveller.flags)
    values["settled"] = ",".join(traveller.settled)
    for name in ("kind", "gender", "standing"):
        values[name] = values[name].value
    return values


def traveller_of(row: Any) -> Traveller:
    return traveller_of_values(dict(row._mapping))


def traveller_of_values(values: dict[str, Any]) -> Traveller:
    """values: by column, nobody else's."""
    values["specials"] = tuple(filter(None, values["specials"].split(",")))
    values["flags"] = tuple(Flag(flag) for flag in values["flags"].split(",") if flag)
    values["settled"] = tuple(filter(None, values["settled"].split(",")))
    values["kind"] = TravellerKind(values["kind"])
    values["gender"] = Gender(values["gender"])
    values["standing"] = Standing(values["standing"])
    return Traveller(**values)


def booking_of(row: Any) -> Booking:
    return Booking(**row._mapping)


def sitter_of_row(row: Any) -> Sitter:
    """Somebody who sits already: whatever was declared for it was declared."""
    return _sitter(row.id, row.booking_id, row.cabin, row.kind, bool(row.infant), row.specials)


@lru_cache(maxsize=4096)
def _sitter(*said: Any) -> Sitter:
    """Kept, as everybody who takes a seat looks at all who have one."""
    traveller_id, booking_id, cabin, kind, infant, specials = said
    adult = kind == TravellerKind.ADULT.value
    return Sitter(
        id=traveller_id,
        cabin=cabin,
        adult=adult,
        infant=infant,
        able=adult and not infant and ASSISTANCE.isdisjoint(specials.split(",")),
        declared=True,
        party=booking_id,
    )
