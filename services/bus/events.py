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

TICKETS_ISSUED: Final = "tickets_issued"
"""Bought: the order's tickets are ready. The aggregate of this and the following is the order's id; data of all =
{"order_id", "passenger_id", "ride": BookedRideSchema, "seats": int}, with more where it is said."""

ORDER_REFUNDED: Final = "order_refunded"
"""Paid, and all of it goes back without the traveller's asking. data also "refund_fen", "why": "sold_out": the money came
when the hold was over and the seats were sold; "late": it came after the end of the hold."""

TICKETS_RETURNED: Final = "tickets_returned"
"""Given back; the money is on its way. data also "refund_fen", "why": "own_wish" or "bus_cancelled"."""

TICKETS_CHANGED: Final = "tickets_changed"
"""Changed to another bus by their traveller: `ride` is the new one. data also "why": "own_wish", "flight_late" or
"bus_cancelled"; "refund_fen": what goes back as the other bus is cheaper."""

BUS_CANCELLED: Final = "bus_cancelled"
"""A bus doesn't run: `ride` is the one that doesn't. data also "reason": {"zh", "en"}; "moved_to": the BookedRideSchema
that the tickets are for now, or null; "refund_fen": what goes back, all of it when nobody is moved."""

DEPARTS_SOON: Final = "departs_soon"
"""The bus leaves within the hour. Once for an order and a bus."""

ROLL_OFFERED: Final = "roll_offered"
"""The flight that `ride` is to meet is later by a step of the domain's DELAY_STEPS: another bus is free of charge. data
also "flight_id"; "next": the BookedRideSchema of the bus that fits best, or null when none has seats. Once a step."""

ERASURE_DONE: Final = "erasure_done"
"""Everything about a traveller is gone. data = {"erasure_id": str, "counts": {str: int}}."""

SCHEMA_VERSION: Final = 1
