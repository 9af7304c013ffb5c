"""FRONT DOOR: events that bus publishes.

Exchange `bus.events` (topic, durable), routing key = the event's name; the envelope is the one of
`services/flights/events.py`.
"""

from __future__ import annotations

from typing import Final

PUBLISHER: Final = "bus"

TIMETABLE_CHANGED: Final = "timetable_changed"
"""Another feed was imported: whoever keeps lines, stops or departures asks again. The aggregate is "timetable",
its version the feed's. data = {"version": int, "digest": str}; digest: SHA-256 of the exported zip, hex."""

SCHEMA_VERSION: Final = 1
