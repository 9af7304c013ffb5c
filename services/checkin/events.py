"""FRONT DOOR: events that checkin publishes.

Exchange `checkin.events` (topic, durable), routing key = the event's name; the envelope is the one of
`services/flights/events.py`. The aggregate is the traveller's id and its version counts what happened to that
traveller, so that whoever passes events on keeps them in order for each. No event holds a name, a document
or a way to reach somebody. The data of all but erasure_done:

    {"traveller_id": str, "booking_id": str, "pnr": str, "flight_id": str, "number": str, "airline": str,
     "day_local": date, "accounts": [passenger_id, ...]      those bound to the booking: whom to tell
     "standing": schemas.Standing, "seat": str | null, "sequence": int | null,
     "why": code | null, "by": "traveller" | "airline" | "staff" | "flight"}    and what each adds
"""

from __future__ import annotations

from typing import Final

PUBLISHER: Final = "checkin"

CHECKED_IN: Final = "checked_in"
SEAT_CHANGED: Final = "seat_changed"
"""By the traveller or at a desk; by the airline with why: other_cabin, seat_rule (an infant came, and nobody with one
sits there) or aircraft (checked in before there was a seat map). Adds {"old_seat": str | null}."""
CANCELLED: Final = "cancelled"
"""The check-in was: seat given back, pass void; not the flight."""
OFF_LOADED: Final = "off_loaded"
"""Taken off; why: deleted (by the airline, from its list) or desk. Seat and pass are gone."""
REINSTATED: Final = "reinstated"
"""Put back by a desk: may check in again."""
RESEATED: Final = "reseated"
"""Another aircraft came. Adds {"old_seat": str, "why": kept_kind | nearest | no_seat}; no_seat: there are too
few, the pass is void and an agent must see them."""
BOARDED: Final = "boarded"
"""Adds {"at": instant, "device": str, "offline": bool}."""
UNBOARDED: Final = "unboarded"
"""The boarding was undone."""
CLEARED: Final = "cleared"
"""An agent saw what there was to see: they may check in by themselves."""
DISRUPTED: Final = "disrupted"
"""For everybody who is checked in, when their flight is cancelled, moved in time or moved to another gate.
Adds {"what": cancelled | reinstated | retimed | gate, "gate": str | null, "departs_at": instant}."""

ERASURE_DONE: Final = "erasure_done"
"""The answer to `passengers.erasure_requested`. data = {"erasure_id": str, "service": "checkin",
"counts": {"bindings": int, "given": int}}."""

SCHEMA_VERSION: Final = 1
