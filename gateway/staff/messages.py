"""Messages to travellers: how sending goes, and who was told what and when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console
from gateway.staff.desks import Desk, page
from gateway.staff.people import Staff
from gateway.staff.plots import Bar, bars, progress
from gateway.staff.queue import Cell, Column, Filter, Found, Queue
from gateway.staff.texts import N_, Texts, clock, when
from services.notify.schemas import MessageState, NewsKind
from services.staff.schemas import Role

_HOME: Final = "/staff/messages"
STATES: Final = {
    MessageState.QUEUED.value: (N_("Waiting"), "calm"),
    MessageState.DEFERRED.value: (N_("Deferred"), "late"),
    MessageState.SENDING.value: (N_("Being sent"), "calm"),
    MessageState.SENT.value: (N_("Sent"), "go"),
    MessageState.RECEIVED.value: (N_("Received"), "go"),
    MessageState.REFUSED.value: (N_("Refused by the receiver"), "late"),
    MessageState.FAILED.value: (N_("Failed"), "bad"),
    MessageState.SUPERSEDED.value: (N_("Newer news went instead"), "calm"),
    MessageState.EXPIRED.value: (N_("Too late to be of use"), "late"),
    MessageState.UNKNOWN.value: (N_("Unknown: the answer was lost"), "late"),
}
KINDS: Final = {
    NewsKind.DELAYED.value: N_("Delay"),
    NewsKind.GATE.value: N_("Gate"),
    NewsKind.BOARDING.value: N_("Boarding"),
    NewsKind.LAST_CALL.value: N_("Last call"),
    NewsKind.GATE_CLOSED.value: N_("Gate closed"),
    NewsKind.DEPARTED.value: N_("Departed"),
    NewsKind.LANDED.value: N_("Landed"),
    NewsKind.BELT.value: N_("Baggage belt"),
    NewsKind.CANCELLED.value: N_("Cancelled"),
    NewsKind.DIVERTED.value: N_("Diverted"),
    NewsKind.RETURNED.value: N_("Returned"),
    NewsKind.REINSTATED.value: N_("Takes place after all"),
    "bus_bought": N_("Bus tickets bought"),
    "bus_changed": N_("Bus ticket changed"),
    "bus_returned": N_("Bus ticket returned"),
    "bus_soon": N_("Bus departs soon"),
    "bus_cancelled": N_("Bus cancelled"),
    "bus_offer": N_("Later bus offered"),
    "order_refunded": N_("Order refunded"),
    "payment_late": N_("Paid too late"),
    "refund_done": N_("Refund done"),
    "refund_held_up": N_("Refund held up"),
    "code": N_("Code"),
    "checked_in": N_("Checked in"),
    "checkin_seat": N_("Seat changed"),
    "checkin_undone": N_("Check-in cancelled"),
    "checkin_again": N_("Accepted again"),
    "checkin_flight": N_("Flight news"),
    "lost_reported": N_("Loss reported"),
    "lost_expired": N_("Report of a loss expired"),
    "lost_match": N_("Something like it was found"),
    "lost_claimed": N_("Claim received"),
    "lost_refused": N_("Claim refused"),
    "lost_approved": N_("Claim approved"),
    "lost_pickup": N_("Pick-up arranged"),
    "lost_due": N_("Pick-up reminder"),
    "lost_code": N_("New pick-up code"),
    "lost_lapsed": N_("Claim lapsed"),
    "lost_returned": N_("Handed over"),
    "lost_find": N_("Find arrived at a desk"),
    "lost_courier": N_("Courier fee paid"),
    "lost_sent": N_("Sent by courier"),
    "lost_arrived": N_("Delivered by courier"),
    "lost_back": N_("Back from the courier"),
    "lost_repaid": N_("Courier fee paid back"),
    "shop_paid": N_("Mall order paid"),
    "shop_ready": N_("Parcel ready"),
    "shop_on_way": N_("Parcel on its way"),
    "shop_repromised": N_("Delivery promised anew"),
    "shop_asks": N_("Question to the buyer"),
    "shop_handed": N_("Parcel handed over"),
    "shop_missed": N_("Parcel missed its flight"),
    "shop_cancelled": N_("Parcel cancelled"),
    "shop_pieces": N_("Missing pieces paid back"),
    "shop_case_paid": N_("After-sales case granted"),
    "shop_case_no": N_("After-sales case refused"),
    "shop_no_money": N_("Taken back, paid by coupon"),
    "shop_invoice": N_("Invoice issued"),
    "coupon_back": N_("Coupon given back"),
    "coupon_ends": N_("Coupon ends soon"),
}
_ID: Final = re.compile(r"[0-9a-f]{32}")
QUEUE: Final = Queue(
    "messages",
    (
        Column(N_("Written"), "time"),
        Column(N_("About"), "code"),
        Column(N_("Kind")),
        Column(N_("What was told")),
        Column(N_("Traveller"), "code"),
        Column(N_("State")),
        Column(N_("Sent"), "time"),
        Column(N_("Received"), "time"),
        Column(N_("Attempts"), "number"),
    ),
    search=N_("Flight, traveller or order, e.g. CZ3101-20261123-CSX-PEK"),
    filters=(Filter("state", N_("State"), tuple((value, word) for value, (word, _) in STATES.items())),),
)


def desk(console: Console) -> Desk:
    messages = Messages(console)
    return Desk(_HOME, N_("Messages"), "bell", frozenset({Role.SUPPORT}), (page(_HOME, messages.page),))


class Messages:
    def __init__(self, console: Console) -> None:
        self._console = console

    async def page(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/messages."""
        values: dict[str, Any] = {
            "template": "messages.html",
            "heading": N_("Messages"),
            "empty": N_("Type a flight, a traveller or an order above to see who was told what."),
        }
        if "as" not in request.query_params:
            values |= await self._progress(request, staff)

        async def fetch(wishes: Mapping[str, str], cursor: str, limit: int) -> Found:
            return await self._search(request, staff, wishes, cursor, limit)

        return await QUEUE.answer(self._console, request, staff, fetch, values)

    async def _search(
        self, request: Request, staff: Staff, wishes: Mapping[str, str], cursor: str, limit: int
    ) -> Found:
        sought = wishes["q"]
        if not sought:
            return Found(())
        ways = ("passenger_id", "order_id") if _ID.fullmatch(sought.lower()) else ("flight_id",)
        told, _, place = cursor.partition(":")
        # A traveller's number and an order's look alike: the pages after the first go on where rows were found.
        for about in (told,) if told in ways else ways:
            wish: dict[str, Any] = {about: sought.upper()[:64] if about == "flight_id" else sought.lower()}
            if wishes["state"]:
                wish["state"] = wishes["state"]
            answer = await self._console.read(
                request, staff, "notify", "search_messages", **wish, limit=limit, cursor=place[:64]
            )
            if answer["messages"]:
                t = self._console.texts(request)
                rows = [self._row(t, each) for each in answer["messages"]]
                return Found(rows, f"{about}:{answer['cursor']}" if answer["cursor"] else "")
        return Found(())

    def _row(self, t: Texts, message: dict[str, Any]) -> list[Cell]:
        state, tone = STATES.get(message["state"], (message["state"], "calm"))
        lines = "; ".join(f"{line['label']}{line['value']}" for line in message["lines"])
        zone = self._console.zone
        return [
            Cell(clock(message["created_at"], zone)),
            Cell(str(message.get("flight_id") or message.get("order_id") or "")),
            Cell(t(KINDS.get(message["kind"], message["kind"]))),
            Cell(message["title"], note=lines),
            Cell(masked(message["passenger_id"])),
            Cell(t(state), tone, note=str(message["reason"] or "")),
            Cell(clock(message["sent_at"], zone)),
            Cell(clock(message["received_at"], zone)),
            Cell(str(message["attempts"])),
        ]

    async def _progress(self, request: Request, staff: Staff) -> dict[str, Any]:
        """How sending goes now: what is left, how fast, for how long, and today's messages by state as a plot."""
        t = self._console.texts(request)
        status = await self._console.read(request, staff, "notify", "status")
        today = {state: int(status["today"].get(state, 0)) for state in STATES}
        done = sum(
            today[state] for state in ("sent", "received", "refused", "failed", "superseded", "expired")
        )
        waiting = status["waiting"] + status["deferred"] + status["sending"]
        shown = [Bar(t(STATES[state][0]), n, STATES[state][1]) for state, n in today.items() if n]
        news = [
            {
                "flight_id": each["flight_id"],
                "kind": t(KINDS.get(each["kind"], each["kind"])),
                "at": when(each["decided_at"], self._console.zone),
                "reached": each["reached"],
                "followers": each["followers"],
                "bar": progress(t("Written to"), each["reached"], each["followers"]),
            }
            for each in status["news"]
        ]
        return {
            "status": status,
            "bar": progress(t("Sent today"), done, done + waiting),
            "done": done,
            "waiting": waiting,
            "left": left_words(t, status["seconds_left"]),
            "oldest": clock(status["oldest_waiting_at"], self._console.zone),
            "paused": clock(status["paused_until"], self._console.zone),
            "plot": bars(t("Today's messages by state"), shown) if shown else "",
            "news": news,
        }


def masked(passenger_id: str) -> str:
    """A traveller as staff see one: enough to tell two apart, too little to look one up elsewhere."""
    return f"{passenger_id[:4]}…{passenger_id[-4:]}" if len(passenger_id) > 10 else "…"


def left_words(t: Texts, seconds: int | None) -> str:
    """How long it will still take."""
    if seconds is None:
        return t("paused")
    if seconds < 60:
        return t("%(n)d s", n=seconds)
    if seconds < 5400:
        return t("%(n)d min", n=round(seconds / 60))
    return t("%(n).1f h", n=seconds / 3600)
