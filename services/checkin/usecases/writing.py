"""What happens to travellers is written in one way: row, pass, trace, event, and the counters of pages and gates.

Order of locks: the flight, then its bookings and travellers (docs/decisions/0060-one-lock-a-flight.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from kernel.outbox import Event
from services.checkin import events
from services.checkin.domain import Traveller
from services.checkin.store import Noted, TraceRow
from services.checkin.usecases.shared import Flight, Tx

GIVEN: Final = "given"
"""In traces: papers were added; nobody is told."""


@dataclass(frozen=True)
class By:
    """Who did it. kind: traveller, airline, staff or flight; actor: for the trace, never a name.

    at: the airport's time, of who gives passes: a pass shows its day of issue.
    """

    kind: str
    actor: str
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Step:
    """What happened to one traveller. event "": nobody is told."""

    was: Traveller
    now: Traveller
    event: str
    why: str | None = None
    more: dict[str, Any] = field(default_factory=dict)


def write(tx: Tx, flight: Flight, by: By, steps: Sequence[Step]) -> list[Traveller]:
    """Save steps on a locked flight; the travellers as they are now. Raises SeatTaken.

    Passes follow from sequence numbers: one that is gone is void, one that is new is good.
    """
    stepped = [replace(step, now=replace(step.now, version=step.was.version + 1)) for step in steps]
    if not stepped:
        return []
    tx.store.save_standings([step.now for step in stepped])
    tell(tx, flight, by, stepped)
    return [step.now for step in stepped]


def tell(tx: Tx, flight: Flight, by: By, steps: Sequence[Step]) -> None:
    """All that goes with steps whose travellers are saved."""
    if not steps:
        return
    store, now = tx.store, tx.now()
    void = [step.now.id for step in steps if step.was.sequence and step.was.sequence != step.now.sequence]
    new = [
        (step.now.sequence, step.now.id)
        for step in steps
        if step.now.sequence and step.was.sequence != step.now.sequence
    ]
    if void:
        store.void_passes(void, now)
    bookings = {step.now.booking_id for step in steps}
    accounts = store.accounts_of(bookings)
    traces = []
    for step in steps:
        if step.event:
            tx.outbox.add(_event(flight, by, step, accounts.get(step.now.booking_id, [])))
        reason = by.reason or step.why or ""
        seat = step.now.seat or step.was.seat
        traces.append(TraceRow(flight.id, step.now.id, now, by.actor, step.event or GIVEN, seat, reason))
    store.note(Noted(flight.id, by.at or now, new, bookings, traces))


def sequences(flight: Flight, count: int) -> range:
    """The next numbers of a locked flight; `write` takes them."""
    first = flight.row.last_sequence + 1
    return range(first, first + count)


def _event(flight: Flight, by: By, step: Step, accounts: list[str]) -> Event:
    traveller = step.now
    data = {
        "traveller_id": traveller.id,
        "booking_id": traveller.booking_id,
        "pnr": traveller.pnr,
        "flight_id": flight.id,
        "number": flight.leg.number,
        "airline": flight.leg.airline,
        "day_local": flight.leg.day_local.isoformat(),
        "accounts": accounts,
        "standing": traveller.standing.value,
        "seat": traveller.seat,
        "sequence": traveller.sequence,
        "why": step.why,
        "by": by.kind,
        **step.more,
    }
    return Event(step.event, traveller.id, traveller.version, data, events.SCHEMA_VERSION)
