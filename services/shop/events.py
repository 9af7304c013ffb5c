"""FRONT DOOR: events that the mall publishes.

Exchange `shop.events` (topic, durable), routing key = the event's name; the envelope is the one of
`services/flights/events.py`. No event holds anything personal.
"""

from __future__ import annotations

from typing import Final

PUBLISHER: Final = "shop"
SCHEMA_VERSION: Final = 1

# --- catalogue

PRODUCT_CHANGED: Final = "product_changed"
"""New, changed, ended, or its deal began or was over. Aggregate: the product's id, version the product's.
data = {"product_id": str, "shop_id": str, "version": int}"""

SHOP_CHANGED: Final = "shop_changed"
"""Its details, hours or state. Aggregate: the shop's id, version the shop's. data = {"shop_id": str, "version": int}"""

CATALOGUE_CHANGED: Final = "catalogue_changed"
"""Rows of a sheet came in: all products of that shop may be others, and no product_changed is told of each.
Aggregate: the shop's id, version the shop's. data = {"shop_id": str, "version": int}"""

STOCK_OUT: Final = "stock_out"
"""Nobody can have a piece any more: all are sold or held."""
STOCK_IN: Final = "stock_in"
"""Somebody can have one again.

Aggregate of both: the variant's id, version that of its stock.
data = {"variant_id": str, "product_id": str, "shop_id": str, "available": bool}"""

# --- campaigns and coupons

CAMPAIGN_CHANGED: Final = "campaign_changed"
"""New, changed, on, paused or ended, or its last coupon is claimed. Aggregate: the campaign's id, version the campaign's.
data = {"campaign_id": str, "state": coupon_words.CampaignState, "card_id": str | null, "version": int}"""

COUPON_CLAIMED: Final = "coupon_claimed"
"""Also a change coupon: source given_back."""
COUPON_REDEEMED: Final = "coupon_redeemed"
"""Adds {"service": shop | bus | lounge | till, "order_id": str, "discount_fen": int}. A card of WeChat is consumed now:
`get_coupon_card` knows it."""
COUPON_GIVEN_BACK: Final = "coupon_given_back"
"""Adds {"service", "order_id", "back": whole | change, "value_fen": int, "change_coupon_id": str | null}; told once for what
comes back at a time."""
COUPON_ENDS_SOON: Final = "coupon_ends_soon"
"""Three days before its end, once."""
COUPON_VOIDED: Final = "coupon_voided"
"""Of one that lies in WeChat's wallet, where it is made unavailable: expired, or void as its owner asked to be forgotten:
state says. `get_coupon_card` still knows it.

Aggregate of these: the coupon's id. data = {"coupon_id", "campaign_id", "passenger_id", "title": {"zh", "en"},
"state": coupon_words.CouponState, "source": page | card | given_back, "card_id": str | null (it lies in WeChat's wallet),
"valid_until": instant}, and what each adds. Codes are in no event."""

# --- orders. The aggregate of all is the order's id, version the order's or more.
# data = {"order_id", "passenger_id", "language"}, with "parcel": {"id", "number", "shop": {"id", "name", "place"}, "state",
# "way", "gate", "promised_from", "promised_until"} where it is about one, and more where it is said.

ORDER_PLACED: Final = "order_placed"
"""Held, and to be paid for. data also "amount_fen", "expires_at"."""
ORDER_PAID: Final = "order_paid"
"""Paid, and its shops are told. data also "amount_fen", "parcels": [as parcel]."""
ORDER_REFUNDED: Final = "order_refunded"
"""All of it goes back. data also "refund_fen", "why": sold_out, late, limit (late money for more than one may have),
flight (late money for duty free that their flight doesn't allow any more), or of its last parcel."""
PARCEL_PLACED: Final = "parcel_placed"
"""A shop has a parcel to pick."""
PARCEL_READY: Final = "parcel_ready"
PARCEL_ON_THE_WAY: Final = "parcel_on_the_way"
PARCEL_REPROMISED: Final = "parcel_repromised"
"""The gate or the time changed. data also "old", "new": {"gate", "promised_from", "promised_until"}, "why": {zh, en}."""
PARCEL_ASKS: Final = "parcel_asks"
"""The buyer's word is waited for. data also "ask": {"id", "kind", "choices", "until"}, "why": {zh, en}."""
PARCEL_MISSED: Final = "parcel_missed"
"""The flight left without it. data also "refund_fen"."""
PARCEL_HANDED_OVER: Final = "parcel_handed_over"
PARCEL_CANCELLED: Final = "parcel_cancelled"
"""data also "refund_fen", "why": {zh, en}."""
PIECES_REFUNDED: Final = "pieces_refunded"
"""Of a parcel that goes on. data also "refund_fen", "why": {zh, en}."""
CASE_OPENED: Final = "case_opened"
"""data also "case": {"id", "number"}."""
CASE_DECIDED: Final = "case_decided"
"""data also "case": {"id", "number", "state"}, "refund_fen": 0 and refunded at once when nothing was paid."""
INVOICE_ISSUED: Final = "invoice_issued"
"""data also "invoice": {"id", "merchant_name"}."""

ERASURE_DONE: Final = "erasure_done"
"""Everything about a traveller is gone. data = {"erasure_id": str, "service": "shop", "counts": {str: int}}."""
