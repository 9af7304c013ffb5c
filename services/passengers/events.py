"""FRONT DOOR: events that passengers publishes, and what it expects of those who hold data about a traveller.

Exchange `passengers.events` (topic, durable), routing key = the event's name; the envelope is the one of
`services/flights/events.py`. The aggregate is the passenger's id, its version counts that passenger's changes.
Ids are never used again. Each kind of event has a queue of its own, so kinds may overtake each other: who
erases a traveller remembers the id, and drops what still comes about it.
"""

from __future__ import annotations

from typing import Final

PUBLISHER: Final = "passengers"

PASSENGER_CHANGED: Final = "passenger_changed"
"""A traveller appeared or changed, whole. data = {
    "passenger_id": str,
    "openid": str | null      where WeChat messages go: of several accounts the one that follows us
    "language": "zh" | "en",
    "subscribed": bool        whether that account follows us, so that messages arrive
    "flight_messages": "given" | "never" | "withdrawn"
                              the consent to messages about flights; "never": nothing was said, or on an older text
    "version": int            == aggregate_version; drop what isn't newer than what you have
}"""

SESSIONS_ENDED: Final = "sessions_ended"
"""Whoever remembers a session forgets it and asks again. data = {"passenger_id": str} for all of one traveller,
or {"token_hashes": [str]} (secrecy.token_hash) for some. Ending is no judgement: a session that was moved
by a merge is told too, and is there again when asked for."""

ERASURE_REQUESTED: Final = "erasure_requested"
"""Delete everything held about this traveller, and say so with `erasure_done`. data = {
    "erasure_id": str,
    "passenger_id": str,
    "earlier_ids": [str]      travellers that were merged into this one: their merge may not have reached you yet
}"""

PASSENGERS_MERGED: Final = "passengers_merged"
"""Two travellers are one: what `from` had belongs to `into`. data = {"from": str, "into": str, "earlier_ids": [str]}.
earlier_ids: who had become `from` before; news of them may come after this. Aggregate: `into`. Comes once per `from`;
moving what isn't there is no error."""

SCHEMA_VERSION: Final = 1

ERASURE_DONE: Final = "erasure_done"
"""Published by every other service that holds data (`notify.erasure_done`, ...), consumed here.
data = {"erasure_id": str, "service": str, "counts": {what: int}}; counts name kinds of rows, never a person.
A service that held nothing says so as well, with counts of zero."""
