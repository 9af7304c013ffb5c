"""What was sent to a traveller, when, and what became of it."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request

from gateway.calls import context_of
from gateway.session import Traveller
from gateway.web.site import Site, link
from gateway.web.texts import N_
from gateway.web.times import when_words
from gateway.web.visitors import Visitors
from services.notify.schemas import MessageState, NewsKind, NoticeKind

_PAGE: Final = 30

STATES: Final = {
    MessageState.QUEUED: (N_("Being sent"), "calm"),
    MessageState.DEFERRED: (N_("Waits"), "calm"),
    MessageState.SENDING: (N_("Being sent"), "calm"),
    MessageState.SENT: (N_("Sent"), "air"),
    MessageState.RECEIVED: (N_("Received"), "go"),
    MessageState.REFUSED: (N_("Refused by WeChat"), "late"),
    MessageState.FAILED: (N_("Not delivered"), "late"),
    MessageState.SUPERSEDED: (N_("Newer news instead"), "done"),
    MessageState.EXPIRED: (N_("Too late to send"), "done"),
    MessageState.UNKNOWN: (N_("Not known"), "done"),
}
"""By state: the word and its tone."""
KINDS: Final[dict[str, str]] = {
    NewsKind.DELAYED: N_("New time"),
    NewsKind.GATE: N_("Gate"),
    NewsKind.BOARDING: N_("Boarding"),
    NewsKind.LAST_CALL: N_("Last call"),
    NewsKind.GATE_CLOSED: N_("Gate closed"),
    NewsKind.DEPARTED: N_("Departed"),
    NewsKind.LANDED: N_("Landed"),
    NewsKind.BELT: N_("Baggage belt"),
    NewsKind.CANCELLED: N_("Cancelled"),
    NewsKind.DIVERTED: N_("Diverted"),
    NewsKind.RETURNED: N_("Returned"),
    NewsKind.REINSTATED: N_("Takes place after all"),
    NoticeKind.BUS_BOUGHT: N_("Bus ticket"),
    NoticeKind.BUS_CHANGED: N_("Bus ticket"),
    NoticeKind.BUS_RETURNED: N_("Refund"),
    NoticeKind.BUS_SOON: N_("Bus leaves soon"),
    NoticeKind.BUS_CANCELLED: N_("Bus cancelled"),
    NoticeKind.BUS_OFFER: N_("Later bus for free"),
    NoticeKind.ORDER_REFUNDED: N_("Refund"),
    NoticeKind.PAYMENT_LATE: N_("Refund"),
    NoticeKind.REFUND_DONE: N_("Refund"),
    NoticeKind.REFUND_HELD_UP: N_("Refund"),
    NoticeKind.CODE: N_("Code"),
    NoticeKind.CHECKED_IN: N_("Boarding pass"),
    NoticeKind.CHECKIN_SEAT: N_("Seat"),
    NoticeKind.CHECKIN_UNDONE: N_("Check-in"),
    NoticeKind.CHECKIN_AGAIN: N_("Check-in"),
    NoticeKind.CHECKIN_FLIGHT: N_("Flight"),
    NoticeKind.LOST_REPORTED: N_("Lost and found"),
    NoticeKind.LOST_EXPIRED: N_("Lost and found"),
    NoticeKind.LOST_MATCH: N_("Lost and found"),
    NoticeKind.LOST_CLAIMED: N_("Lost and found"),
    NoticeKind.LOST_REFUSED: N_("Lost and found"),
    NoticeKind.LOST_APPROVED: N_("Pick-up"),
    NoticeKind.LOST_PICKUP: N_("Pick-up"),
    NoticeKind.LOST_DUE: N_("Pick-up"),
    NoticeKind.LOST_CODE: N_("Pick-up code"),
    NoticeKind.LOST_LAPSED: N_("Lost and found"),
    NoticeKind.LOST_RETURNED: N_("Handed over"),
    NoticeKind.LOST_FIND: N_("Lost and found"),
    NoticeKind.LOST_COURIER: N_("Lost and found"),
    NoticeKind.LOST_SENT: N_("Lost and found"),
    NoticeKind.LOST_ARRIVED: N_("Handed over"),
    NoticeKind.LOST_BACK: N_("Pick-up"),
    NoticeKind.LOST_REPAID: N_("Refund"),
    NoticeKind.SHOP_PAID: N_("Mall"),
    NoticeKind.SHOP_READY: N_("Pick-up"),
    NoticeKind.SHOP_ON_WAY: N_("Mall"),
    NoticeKind.SHOP_REPROMISED: N_("Mall"),
    NoticeKind.SHOP_ASKS: N_("Mall"),
    NoticeKind.SHOP_HANDED: N_("Handed over"),
    NoticeKind.SHOP_MISSED: N_("Refund"),
    NoticeKind.SHOP_CANCELLED: N_("Refund"),
    NoticeKind.SHOP_PIECES: N_("Refund"),
    NoticeKind.SHOP_CASE_PAID: N_("Refund"),
    NoticeKind.SHOP_CASE_NO: N_("Mall"),
    NoticeKind.SHOP_NO_MONEY: N_("Mall"),
    NoticeKind.SHOP_INVOICE: N_("Mall"),
    NoticeKind.COUPON_BACK: N_("Coupon"),
    NoticeKind.COUPON_ENDS: N_("Coupon"),
}


class Messages:
    def __init__(self, site: Site, visitors: Visitors) -> None:
        self._site = site
        self._visitors = visitors

    async def page(self, request: Request, traveller: Traveller) -> bytes:
        """GET /me/messages?after=…: newest first."""
        wish = {
            "passenger_id": traveller.passenger_id,
            "limit": _PAGE,
            "cursor": request.query_params.get("after", "")[:64],
        }
        told = await self._site.deps.rpc.call(
            "notify", "list_messages", wish, repeat=True, context=context_of(request)
        )
        follows = await self._visitors.try_read(request, traveller, "notify", "list_follows")
        return self._visitors.draw(
            request,
            "messages.html",
            messages=[self._shown(request, message) for message in told["messages"]],
            is_first=not wish["cursor"],
            older=link("/me/messages", after=told["cursor"]) if told["cursor"] else "",
            hears=follows is None or follows["reachable"],
            consent=follows["consent"] if follows else "",
        )

    def _shown(self, request: Request, message: dict[str, Any]) -> dict[str, Any]:
        t, zone = self._site.texts(request), self._site.deps.airport.zoneinfo
        word, tone = STATES[MessageState(message["state"])]
        kind = KINDS[message["kind"]]
        at = message["received_at"] or message["sent_at"] or message["created_at"]
        return {
            **message,
            "word": t(word),
            "tone": tone,
            "kind_word": t(kind),
            "when": when_words(t, at, zone),
            "tag": "zh-CN" if message["language"] == "zh" else "en",
            "other": message["language"] != t.language,
        }
