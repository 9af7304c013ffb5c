"""FRONT DOOR: events that lost and found publishes.

Exchange `lostfound.events` (topic, durable), routing key = the event's name; the envelope is the one of
`services/flights/events.py`. No event holds a name, a document, a mark, staff's words or a way to reach somebody.

Of items, the aggregate is the item's id and its version grows with everything that happens to it. Their data:

    {"item_id": str, "category": str, "state": schemas.ItemState, "flight_id": str | null, "airline": str | null,
     "desk_id": str | null, "what": schemas.CustodyKind | "published" | "photo" | "due"}

Of reports the aggregate is the report's id: {"report_id", "passenger_id": str | null, "state": open | closed, "category",
"flight_id", "why": claim_words.ClosedWhy | null}. Of claims it is the claim's id: {"claim_id", "item_id", "report_id", "passenger_id": str | null,
"state": claim_words.ClaimState, "category", "flight_id", "airline"}; the last two are the item's, and what each adds.
passenger_id null: staff did it for somebody without an account, whom staff tell themselves.
"""

from __future__ import annotations

from typing import Final

PUBLISHER: Final = "lostfound"

ITEM_REGISTERED: Final = "item_registered"
ITEM_CHANGED: Final = "item_changed"
"""Its details (what: corrected), its notice, its photos, or where it is and with whom."""

REPORT_FILED: Final = "report_filed"
REPORT_CHANGED: Final = "report_changed"
"""Its details, or that it was closed: state says."""
MATCH_FOUND: Final = "match_found"
"""Something found that is likely theirs, once for each pair. Aggregate: the match, version 1. data = {"match_id", "report_id",
"passenger_id", "band": claim_words.Band, "kind": claim_words.FoundKind, "category"}"""

CLAIM_SUBMITTED: Final = "claim_submitted"
CLAIM_DECIDED: Final = "claim_decided"
"""Adds {"decision": approved | refused, "reason": claim_words.RefusalReason | null}; approved also where and until when it
is fetched: {"desk_id", "desk": {"zh", "en"} | null, "fetch_by": instant}."""
CLAIM_WITHDRAWN: Final = "claim_withdrawn"
PICKUP_SET: Final = "pickup_set"
"""The claimant chose when to come. Adds {"starts_at", "ends_at": instant}, and what an approved decision adds."""
PICKUP_DUE: Final = "pickup_due"
"""Approved, not fetched, and soon too late: once a claim. Adds what an approved decision adds."""
CODE_RENEWED: Final = "code_renewed"
"""A new pick-up code waits for the claimant."""
CLAIM_LAPSED: Final = "claim_lapsed"
"""Nobody came for it in time."""
ITEM_RETURNED: Final = "item_returned"
"""It is with its owner. Aggregate and data: the claim's. Adds {"way": claim_words.PickupWay}."""

COURIER_ORDERED: Final = "courier_ordered"
COURIER_PAID: Final = "courier_paid"
COURIER_SENT: Final = "courier_sent"
"""Adds {"carrier": of courier_words.CARRIERS, "tracking_number": str}."""
COURIER_DELIVERED: Final = "courier_delivered"
"""Told beside item_returned."""
COURIER_CAME_BACK: Final = "courier_came_back"
"""Adds {"desk_id": str}, where it is fetched."""
COURIER_REFUNDED: Final = "courier_refunded"
"""All that was paid goes back. Adds {"refund_fen": int, "why": withdrawn | not_sent | gone | late}.

Aggregate of these: the courier order's id. data = {"order_id", "claim_id", "report_id", "item_id",
"passenger_id", "parcel": courier_words.ParcelState, "category", "amount_fen": int}, and what each adds."""

FIND_ANNOUNCED: Final = "find_announced"
FIND_CHANGED: Final = "find_changed"
"""Aggregate: the find's id. data = {"find_id", "state": claim_words.FindState, "category",
"passenger_id": str | null}"""

ERASURE_DONE: Final = "erasure_done"
"""The answer to `passengers.erasure_requested`. data = {"erasure_id": str, "service": "lostfound",
"counts": {"reports": int, "claims": int, "finds": int, "courier_orders": int}}."""

SCHEMA_VERSION: Final = 1
