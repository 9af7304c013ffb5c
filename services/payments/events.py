"""FRONT DOOR: events that payments publishes.

Exchange `payments.events` (topic, durable), routing key = the event's name; the envelope is the one of
`services/flights/events.py`. The aggregate is the out_trade_no. Order services take those of their own
`order_service` and leave the others. Money is whole fen, instants are RFC 3339 UTC.
"""

from __future__ import annotations

from typing import Final

PUBLISHER: Final = "payments"

PAYMENT_SUCCEEDED: Final = "payment_succeeded"
"""In time, and confirmed by the provider. data = {"out_trade_no", "order_service", "order_id", "amount_fen",
"transaction_id", "paid_at"}. Once for an order, whatever the provider sends: fulfil, or ask for a refund."""

PAYMENT_LATE: Final = "payment_late"
"""Paid after its end or after it was closed: it goes back by itself and must not be fulfilled; tell the traveller.
data as of `payment_succeeded`, and "out_refund_no"."""

PAYMENT_CLOSED: Final = "payment_closed"
"""Nobody can pay it any more. data = {"out_trade_no", "order_service", "order_id", "amount_fen"}."""

REFUND_DONE: Final = "refund_done"
"""The money is on its way to the payer's account. data = {"out_refund_no", "out_trade_no", "order_service",
"order_id", "amount_fen"}."""

REFUND_ABNORMAL: Final = "refund_abnormal"
"""The provider can't give it back (a closed bank account): staff see to it. data as of `refund_done`."""

REFUND_CLOSED: Final = "refund_closed"
"""The provider gave the refund up; the money is the order's again. data as of `refund_done`."""

ERASURE_DONE: Final = "erasure_done"
"""Nobody is named in a traveller's payments any more; the aggregate is the erasure's id.
data = {"erasure_id", "service": "payments", "counts": {"payments": int}}."""

SCHEMA_VERSION: Final = 1
