"""FRONT DOOR: events that staff publishes.

Exchange `staff.events` (topic, durable), routing key = the event's name; the envelope is the one of
`services/flights/events.py`. The aggregate is the account.
"""

from __future__ import annotations

from typing import Final

PUBLISHER: Final = "staff"

SESSIONS_ENDED: Final = "staff_sessions_ended"
"""Sessions ended: whoever remembers them forgets them.
data = {"account_id": str, "token_hashes": [str]}; no hashes: all sessions of the account."""

SCHEMA_VERSION: Final = 1
