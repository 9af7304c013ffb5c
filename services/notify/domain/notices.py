"""Messages to one traveller about what they bought, paid or asked for: what is said, how soon, for how long.

Unlike news of a flight they need no follow: they are part of what the traveller ordered.
Source: docs/decisions/0033-messages-about-orders.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from services.notify.domain.quiet import opens_at
from services.notify.schemas import NoticeKind

Two = dict[str, str]
"""A text in both languages: {"zh": …, "en": …}."""


@dataclass(frozen=True)
class NoticeRule:
    """urgent: goes before all that isn't. waits: for the end of quiet hours. useful: how long it is worth
    knowing; None: until the traveller's bus leaves. overtakes: unsent messages of the same order that this
    one makes pointless. gathers: waits a moment for others of its kind about the order, and is one with them."""

    urgent: bool
    waits: bool
    useful: timedelta | None
    overtakes: frozenset[NoticeKind] = frozenset()
    gathers: bool = False


_DAY: Final = timedelta(days=1)
_CHECKIN: Final = frozenset({NoticeKind.CHECKIN_AGAIN})
_LOST: Final = frozenset({NoticeKind.LOST_REPORTED, NoticeKind.LOST_MATCH})
_FETCH: Final = frozenset(
    {NoticeKind.LOST_APPROVED, NoticeKind.LOST_PICKUP, NoticeKind.LOST_DUE, NoticeKind.LOST_CODE}
)
_COURIER: Final = frozenset({NoticeKind.LOST_COURIER, NoticeKind.LOST_SENT})
_COMING: Final = frozenset({NoticeKind.SHOP_READY, NoticeKind.SHOP_ON_WAY, NoticeKind.SHOP_REPROMISED})
_OPEN: Final = _COMING | {NoticeKind.SHOP_ASKS}
NOTICES: Final[dict[NoticeKind, NoticeRule]] = {
    # Who has just paid, changed or returned is awake and looks for the receipt.
    NoticeKind.BUS_BOUGHT: NoticeRule(False, False, _DAY),
    NoticeKind.BUS_CHANGED: NoticeRule(False, False, _DAY, frozenset({NoticeKind.BUS_OFFER})),
    NoticeKind.BUS_RETURNED: NoticeRule(
        False, False, 7 * _DAY, frozenset({NoticeKind.BUS_OFFER, NoticeKind.BUS_SOON})
    ),
    NoticeKind.BUS_SOON: NoticeRule(True, False, None),
    NoticeKind.BUS_CANCELLED: NoticeRule(
        True, False, _DAY, frozenset({NoticeKind.BUS_SOON, NoticeKind.BUS_OFFER})
    ),
    NoticeKind.BUS_OFFER: NoticeRule(True, True, _DAY),
    NoticeKind.ORDER_REFUNDED: NoticeRule(True, False, 7 * _DAY),
    NoticeKind.PAYMENT_LATE: NoticeRule(False, True, 7 * _DAY),
    NoticeKind.REFUND_DONE: NoticeRule(False, True, 7 * _DAY, gathers=True),
    NoticeKind.REFUND_HELD_UP: NoticeRule(False, True, 7 * _DAY),
    NoticeKind.CODE: NoticeRule(True, False, None),
    NoticeKind.CHECKED_IN: NoticeRule(False, False, _DAY, _CHECKIN),
    NoticeKind.CHECKIN_SEAT: NoticeRule(True, False, _DAY),
    # Whoever sleeps now would miss the flight.
    NoticeKind.CHECKIN_UNDONE: NoticeRule(True, False, _DAY, _CHECKIN | {NoticeKind.CHECKED_IN}),
    NoticeKind.CHECKIN_AGAIN: NoticeRule(True, False, _DAY, frozenset({NoticeKind.CHECKIN_UNDONE})),
    NoticeKind.CHECKIN_FLIGHT: NoticeRule(True, False, _DAY),
    # Who has just filed or claimed is awake; nothing that lies at a desk is worth waking somebody for.
    NoticeKind.LOST_REPORTED: NoticeRule(False, False, _DAY),
    NoticeKind.LOST_MATCH: NoticeRule(False, True, 14 * _DAY, frozenset({NoticeKind.LOST_REPORTED})),
    NoticeKind.LOST_EXPIRED: NoticeRule(False, True, 7 * _DAY, _LOST),
    NoticeKind.LOST_CLAIMED: NoticeRule(False, False, _DAY, _LOST),
    NoticeKind.LOST_REFUSED: NoticeRule(False, True, 14 * _DAY, frozenset({NoticeKind.LOST_CLAIMED})),
    NoticeKind.LOST_APPROVED: NoticeRule(False, True, None, frozenset({NoticeKind.LOST_CLAIMED})),
    NoticeKind.LOST_PICKUP: NoticeRule(False, False, None, _FETCH),
    NoticeKind.LOST_DUE: NoticeRule(False, True, None, frozenset({NoticeKind.LOST_APPROVED})),
    NoticeKind.LOST_CODE: NoticeRule(False, False, 7 * _DAY),
    NoticeKind.LOST_LAPSED: NoticeRule(False, True, 14 * _DAY, _FETCH),
    # Whoever didn't fetch it themselves wants to know at once.
    NoticeKind.LOST_RETURNED: NoticeRule(True, False, 14 * _DAY, _FETCH | _LOST),
    NoticeKind.LOST_FIND: NoticeRule(False, True, 7 * _DAY),
    # Who has just paid is awake; what a courier does is known in the morning early enough.
    NoticeKind.LOST_COURIER: NoticeRule(False, False, _DAY, _FETCH),
    NoticeKind.LOST_SENT: NoticeRule(False, True, 7 * _DAY, _COURIER),
    NoticeKind.LOST_ARRIVED: NoticeRule(True, False, 14 * _DAY, _COURIER | _FETCH | _LOST),
    NoticeKind.LOST_BACK: NoticeRule(False, True, 14 * _DAY, _COURIER),
    NoticeKind.LOST_REPAID: NoticeRule(False, True, 7 * _DAY, _COURIER),
    # What is wanted before a flight leaves goes out at any hour, and what is due on another day in the morning.
    NoticeKind.SHOP_PAID: NoticeRule(False, False, _DAY),
    NoticeKind.SHOP_READY: NoticeRule(
        False, True, _DAY, frozenset({NoticeKind.SHOP_REPROMISED}), gathers=True
    ),
    NoticeKind.SHOP_ON_WAY: NoticeRule(True, True, _DAY / 12, _COMING, gathers=True),
    NoticeKind.SHOP_REPROMISED: NoticeRule(True, True, _DAY / 4, _COMING, gathers=True),
    # Whoever doesn't answer gets the money instead of the goods.
    NoticeKind.SHOP_ASKS: NoticeRule(True, False, None, _COMING, gathers=True),
    # Whoever didn't fetch it themselves wants to know at once.
    NoticeKind.SHOP_HANDED: NoticeRule(False, False, _DAY, _OPEN, gathers=True),
    NoticeKind.SHOP_MISSED: NoticeRule(True, False, 7 * _DAY, _OPEN, gathers=True),
    NoticeKind.SHOP_CANCELLED: NoticeRule(True, True, 7 * _DAY, _OPEN, gathers=True),
    NoticeKind.SHOP_PIECES: NoticeRule(
        False, True, 7 * _DAY, frozenset({NoticeKind.SHOP_ASKS}), gathers=True
    ),
    NoticeKind.SHOP_CASE_PAID: NoticeRule(False, True, 14 * _DAY, gathers=True),
    NoticeKind.SHOP_CASE_NO: NoticeRule(False, True, 14 * _DAY),
    NoticeKind.SHOP_NO_MONEY: NoticeRule(
        True, True, 7 * _DAY, frozenset({NoticeKind.SHOP_ASKS}), gathers=True
    ),
    NoticeKind.SHOP_INVOICE: NoticeRule(False, True, 14 * _DAY, gathers=True),
    NoticeKind.COUPON_BACK: NoticeRule(False, True, 7 * _DAY, gathers=True),
    NoticeKind.COUPON_ENDS: NoticeRule(False, True, None, gathers=True),
}


@dataclass(frozen=True)
class Notice:
    """What one traveller is told. order_id: "" when it is about no order. path: the page that it opens, of ours.

    needed_at: when the traveller leaves, or when the message is worth nothing any more. variant: which of the
    kind's notes is said. words, instants, amounts_fen: what its template shows, by name. pieces: what it is about, each
    with its id, where several may become one message (domain/gathering.py).
    """

    kind: NoticeKind
    order_id: str
    path: str
    needed_at: datetime | None = None
    variant: str = ""
    words: Mapping[str, str | Two] = field(default_factory=dict)
    instants: Mapping[str, str] = field(default_factory=dict)
    amounts_fen: Mapping[str, int] = field(default_factory=dict)
    pieces: tuple[Mapping[str, Any], ...] = ()

    @property
    def gathers(self) -> bool:
        """Whether it waits for others that become one message with it."""
        return bool(self.pieces) and NOTICES[self.kind].gathers

    def said(self, zone: str) -> dict[str, Any]:
        """JSON-ready, kept with the message. zone: the airport's, IANA."""
        return {
            "path": self.path,
            "variant": self.variant,
            "words": dict(self.words),
            "instants": dict(self.instants),
            "amounts_fen": dict(self.amounts_fen),
            "zone": zone,
        } | ({"pieces": [dict(each) for each in self.pieces]} if self.pieces else {})

    def expires_at(self, now: datetime) -> datetime:
        """Until when it is worth knowing; now and the result in the airport's time."""
        useful = NOTICES[self.kind].useful
        if useful is not None:
            return now + useful
        return now + timedelta(hours=1) if self.needed_at is None else self.needed_at

    def opens_at(self, now_local: datetime, quiet: tuple[int, int] | None) -> datetime | None:
        """When it may be sent; None: now. now_local: aware, in the airport's zone."""
        if not NOTICES[self.kind].waits:
            return None
        return opens_at(now_local, self.needed_at, quiet)


_BUS_EVENTS: Final = {
    "tickets_issued": NoticeKind.BUS_BOUGHT,
    "tickets_changed": NoticeKind.BUS_CHANGED,
    "tickets_returned": NoticeKind.BUS_RETURNED,
    "departs_soon": NoticeKind.BUS_SOON,
    "bus_cancelled": NoticeKind.BUS_CANCELLED,
    "roll_offered": NoticeKind.BUS_OFFER,
    "order_refunded": NoticeKind.ORDER_REFUNDED,
}
_PAYMENT_EVENTS: Final = {
    "payment_late": NoticeKind.PAYMENT_LATE,
    "refund_done": NoticeKind.REFUND_DONE,
    "refund_abnormal": NoticeKind.REFUND_HELD_UP,
}
BOUGHT: Final[dict[str, Two]] = {
    "bus": {"zh": "机场大巴车票", "en": "Airport bus ticket"},
    "shop": {"zh": "缤纷商城订单", "en": "Mall order"},
    "tickets": {"zh": "机票订单", "en": "Flight ticket"},
    "lounge": {"zh": "贵宾室预约", "en": "Lounge booking"},
    "lostfound": {"zh": "失物快递", "en": "Courier for a find"},
}
"""By service, what somebody has bought there."""
_ORDER: Final[Two] = {"zh": "订单", "en": "Order"}
_PAGES: Final = {"bus": "/bus/orders/{}", "shop": "/shop/orders/{}", "lostfound": "/me/lost"}
"""By order service, the page of an order; the others' orders are found from the traveller's own page."""


def bus_notice(event: str, at: str, data: Mapping[str, Any]) -> Notice:
    """What one of bus's events says to the traveller. event: its name; at: when, RFC 3339; data: its data.

    Raises KeyError for an event that isn't told.
    """
    kind, ride = _BUS_EVENTS[event], data["ride"]
    order_id = data["order_id"]
    instants = {"departs": ride["departs_at"], "at": at}
    words: dict[str, str | Two] = {
        "line": ride["line_name"],
        "from": ride["from_name"],
        "to": ride["to_name"],
        "seats": str(data["seats"]),
        "what": BOUGHT["bus"],
        "reason": data.get("reason") or {"zh": "", "en": ""},
    }
    return Notice(
        kind=kind,
        order_id=order_id,
        path=page_of("bus", order_id),
        needed_at=datetime.fromisoformat(ride["departs_at"]),
        variant=_bus_variant(kind, data),
        words=words,
        instants=instants,
        amounts_fen={"refund": data.get("refund_fen") or 0},
    )


def _bus_variant(kind: NoticeKind, data: Mapping[str, Any]) -> str:
    if kind is NoticeKind.BUS_CANCELLED:
        if data.get("moved_to"):
            return "moved"
        return "refunded" if data.get("refund_fen") else ""
    if kind is NoticeKind.BUS_RETURNED:
        return "" if data.get("refund_fen") else "nothing"
    return str(data.get("why") or "")


def payment_notice(event: str, at: str, data: Mapping[str, Any]) -> Notice:
    """What one of payments' events says to whoever paid. Raises KeyError for an event that isn't told."""
    service = data["order_service"]
    # An order of the mall is paid back parcel by parcel.
    several = service == "shop" and event == "refund_done"
    return Notice(
        kind=_PAYMENT_EVENTS[event],
        order_id=data["order_id"],
        path=page_of(service, data["order_id"]),
        words={"what": BOUGHT.get(service, _ORDER)},
        instants={"at": at},
        amounts_fen={"refund": data["amount_fen"]},
        pieces=({"id": data["out_refund_no"], "at": at, "fen": data["amount_fen"]},) if several else (),
    )


def page_of(service: str, order_id: str) -> str:
    """The page of an order of this service."""
    return _PAGES.get(service, "/me").format(order_id)
