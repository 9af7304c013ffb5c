"""FRONT DOOR: events that notify publishes.

Exchange `notify.events` (topic, durable), routing key = the event's name; the envelope is the one of
`services/flights/events.py`. Single messages are no events: a disrupted day has 280,000 of them, and whoever
wants to know asks (`list_messages`, `search_messages`, `status`).
"""

from __future__ import annotations

from typing import Final

PUBLISHER: Final = "notify"

FOLLOWS_CHANGED: Final = "follows_changed"
"""What a traveller follows changed. data = {"passenger_id": str}. The aggregate is the passenger's id; whoever
keeps a copy of the list drops it and asks again."""

ERASURE_DONE: Final = "erasure_done"
"""The answer to `passengers.erasure_requested`. data = {"erasure_id": str, "service": "notify",
"counts": {"follows": int, "messages": int, "recipients": int}}."""

SCHEMA_VERSION: Final = 1
