"""FRONT DOOR: events that partners publishes.

Exchange `partners.events` (topic, durable), routing key = the event's name; the envelope is the one of
`services/flights/events.py`. The aggregate is the client id.
"""

from __future__ import annotations

from typing import Final

PUBLISHER: Final = "partners"

PARTNER_CHANGED: Final = "partner_changed"
"""A partner was added, rotated or revoked: whoever remembers it forgets it and asks again.
data = {"client_id": str}; never anything secret."""

SCHEMA_VERSION: Final = 1
