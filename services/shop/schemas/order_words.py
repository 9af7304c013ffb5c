"""Words that callers and rules of baskets, orders, parcels, cases and invoices share."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from kernel.saga.states import State as OrderState

__all__ = [
    "MAX_LINES",
    "MAX_LISTED",
    "MAX_PHOTOS",
    "MAX_QUANTITY",
    "AskKind",
    "CaseReason",
    "CaseState",
    "ChangeKind",
    "Choice",
    "InvoiceKind",
    "InvoiceState",
    "OrderState",
    "ParcelState",
    "Problem",
    "Way",
]

MAX_LINES: Final = 40
"""Different things in one basket or order."""
MAX_QUANTITY: Final = 20
"""Pieces of one thing in one basket or order."""
MAX_LISTED: Final = 50
MAX_PHOTOS: Final = 3
"""Of one after-sales case."""
CODE_LENGTH: Final = 8
"""Characters of the code that a parcel is handed over for."""


class Way(StrEnum):
    """How a parcel reaches its buyer."""

    SHOP = "shop"  # collected at the shop
    GATE = "gate"  # brought to the gate of the buyer's flight


class ParcelState(StrEnum):
    """`domain/parcels.py` draws the moves."""

    HELD = "held"  # its order waits for money
    PLACED = "placed"  # paid; nobody at the shop has begun
    PICKING = "picking"
    ASKING = "asking"  # something is missing or the gate is out of reach: the buyer's word is waited for
    READY = "ready"
    ON_THE_WAY = "on_the_way"  # to the gate
    HANDED_OVER = "handed_over"
    MISSED = "missed"  # the flight left without it
    CANCELLED = "cancelled"
    ENDED = "ended"  # never paid


class AskKind(StrEnum):
    MISSING = "missing"  # pieces aren't there
    GATE_UNREACHABLE = "gate_unreachable"  # it can't be at the gate in time any more
    FLIGHT_CANCELLED = "flight_cancelled"


class Choice(StrEnum):
    """What a buyer may answer. Who doesn't answer in time gets money back."""

    REPLACE = "replace"  # with what the shop offers, at no more than what was paid
    REFUND = "refund"  # of the missing pieces, or of the whole parcel when it is about the flight
    COLLECT = "collect"  # at the shop


class ChangeKind(StrEnum):
    """What has become different since a line was put into the basket."""

    PRICE = "price"
    STOCK = "stock"  # fewer are left than wanted
    GONE = "gone"  # not sold any more
    LIMIT = "limit"  # more than one person may buy
    NOT_ELIGIBLE = "not_eligible"  # duty free, without a flight that it may be bought for


class Problem(StrEnum):
    """Why an order can't be placed as it is asked for."""

    EMPTY = "empty"
    GONE = "gone"
    SOLD_OUT = "sold_out"
    LIMIT = "limit"
    SHOP_CLOSED = "shop_closed"
    WAY_NOT_OFFERED = "way_not_offered"
    NOT_ELIGIBLE = "not_eligible"
    ADULTS_ONLY = "adults_only"
    ALLOWANCE = "allowance"
    FLIGHT = "flight"  # it isn't known, doesn't leave from here, or has left
    COUPON = "coupon"


class CaseReason(StrEnum):
    """Why a buyer wants money back for what they were handed."""

    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    NOT_AS_DESCRIBED = "not_as_described"
    EXPIRED = "expired"
    MISSING_PART = "missing_part"
    CHANGED_MIND = "changed_mind"


class CaseState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"  # the money is on its way
    REFUNDED = "refunded"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class InvoiceKind(StrEnum):
    PERSONAL = "personal"
    COMPANY = "company"


class InvoiceState(StrEnum):
    ASKED = "asked"
    ISSUED = "issued"
    REFUSED = "refused"
