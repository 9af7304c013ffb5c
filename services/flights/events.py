"""FRONT DOOR: events that flights publishes.

Exchange `flights.events` (topic, durable), routing key = the event's name. Body (JSON):

    {"id": "<32 hex>", "name": "flight_changed", "schema": 1,
     "aggregate": "<flight id>", "aggregate_version": 7, "at": "2026-11-23T08:00:00.123456Z",
     "data": {...}}

`message_id` is the event's id. What one batch changed may come together: `application/x-ndjson`, an envelope a line, no
message id (docs/decisions/0098). Events of one aggregate leave in the order of their versions; a consumer
drops what is not newer than what it has. Delivery is at least once.
"""

from __future__ import annotations

from typing import Final

PUBLISHER: Final = "flights"

FLIGHT_CHANGED: Final = "flight_changed"
"""A leg appeared or changed. data = {
    "flight": schemas.FlightSchema,      the whole leg as it is now (flight["version"] == aggregate_version)
    "changes": [schemas.ChangeSchema]    what this event changed; [] when the leg appeared,
                                         or when a leg that it names became known
}"""

SCHEMA_VERSION: Final = 1
