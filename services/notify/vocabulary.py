"""FRONT DOOR: the words that callers and rules of notify share; `schemas` gives them on. Imports the standard library only."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """Why somebody follows a flight."""

    PASSENGER = "passenger"
    COMPANION = "companion"
    GREETER = "greeter"


class NewsKind(StrEnum):
    """What followers are told about."""

    DELAYED = "delayed"
    GATE = "gate"
    BOARDING = "boarding"
    LAST_CALL = "last_call"
    GATE_CLOSED = "gate_closed"
    DEPARTED = "departed"
    LANDED = "landed"
    BELT = "belt"
    CANCELLED = "cancelled"
    DIVERTED = "diverted"
    RETURNED = "returned"
    REINSTATED = "reinstated"  # takes back what was told: cancelled, diverted or returned no longer


class FlightConsent(StrEnum):
    """Whether a traveller agreed to messages about flights (passengers' consent `flight_messages`)."""

    GIVEN = "given"
    NEVER = "never"  # nothing was said on it, or on an older text
    WITHDRAWN = "withdrawn"


class NoticeKind(StrEnum):
    """What one traveller is told about what they bought, paid or asked for."""

    BUS_BOUGHT = "bus_bought"
    BUS_CHANGED = "bus_changed"
    BUS_RETURNED = "bus_returned"
    BUS_SOON = "bus_soon"  # departs in an hour
    BUS_CANCELLED = "bus_cancelled"
    BUS_OFFER = "bus_offer"  # the flight is late: a later bus costs nothing
    ORDER_REFUNDED = "order_refunded"  # paid, but it couldn't be delivered
    PAYMENT_LATE = "payment_late"  # paid after its end: goes back
    REFUND_DONE = "refund_done"
    REFUND_HELD_UP = "refund_held_up"  # staff see to it
    CODE = "code"  # of another service; never shown again
    CHECKED_IN = "checked_in"
    CHECKIN_SEAT = "checkin_seat"  # somebody else gave them another seat
    CHECKIN_UNDONE = "checkin_undone"  # seat and pass are gone
    CHECKIN_AGAIN = "checkin_again"  # a desk put right what was in the way
    CHECKIN_FLIGHT = (
        "checkin_flight"  # cancelled, moved in time or to another gate, for who doesn't follow it
    )
    LOST_REPORTED = "lost_reported"
    LOST_EXPIRED = "lost_expired"  # the report, after months of nothing
    LOST_MATCH = "lost_match"  # something like it was handed in
    LOST_CLAIMED = "lost_claimed"
    LOST_REFUSED = "lost_refused"
    LOST_APPROVED = "lost_approved"
    LOST_PICKUP = "lost_pickup"  # when they come for it
    LOST_DUE = "lost_due"  # not fetched, and soon too late
    LOST_CODE = "lost_code"  # there is a new one, on the page
    LOST_LAPSED = "lost_lapsed"
    LOST_RETURNED = "lost_returned"
    LOST_FIND = "lost_find"  # what they announced came to a desk
    LOST_COURIER = "lost_courier"  # paid: it leaves with the next courier
    LOST_SENT = "lost_sent"  # with its tracking number
    LOST_ARRIVED = "lost_arrived"
    LOST_BACK = "lost_back"  # the courier couldn't leave it: it is at a desk again
    LOST_REPAID = "lost_repaid"  # it isn't sent: the fee goes back
    SHOP_PAID = "shop_paid"
    SHOP_READY = "shop_ready"  # to be collected
    SHOP_ON_WAY = "shop_on_way"  # to the gate
    SHOP_REPROMISED = "shop_repromised"  # another gate, or another time
    SHOP_ASKS = "shop_asks"  # their word is waited for
    SHOP_HANDED = "shop_handed"
    SHOP_MISSED = "shop_missed"  # the flight left without it
    SHOP_CANCELLED = "shop_cancelled"
    SHOP_PIECES = "shop_pieces"  # money back for pieces of a parcel that goes on
    SHOP_CASE_PAID = "shop_case_paid"  # an after-sales case was granted
    SHOP_CASE_NO = "shop_case_no"
    SHOP_NO_MONEY = "shop_no_money"  # goods that a coupon paid for don't come, or are taken back
    SHOP_INVOICE = "shop_invoice"
    COUPON_BACK = "coupon_back"
    COUPON_ENDS = "coupon_ends"


MESSAGE_KINDS: Final = tuple(kind.value for kind in (*NewsKind, *NoticeKind))


class MessageState(StrEnum):
    QUEUED = "queued"
    DEFERRED = "deferred"  # waits for the end of quiet hours or for another attempt
    SENDING = "sending"
    SENT = "sent"  # WeChat has it
    RECEIVED = "received"  # WeChat's receipt: success
    REFUSED = "refused"  # the receiver doesn't follow the account, or doesn't want this kind
    FAILED = "failed"
    SUPERSEDED = "superseded"  # newer news of the flight went instead
    EXPIRED = "expired"  # could not be sent while it was still worth knowing
    UNKNOWN = "unknown"  # the answer was lost for so long that sending again might tell twice
