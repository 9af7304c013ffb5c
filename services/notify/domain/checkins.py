"""What check-in says to the accounts that are bound to a booking.

Who did something themselves looks at the page that shows it, and is told of their pass only. What airline, desk or an
aircraft did to them is always told: nobody is moved, or loses a seat, without knowing.
Source: docs/decisions/0033-messages-about-orders.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from services.notify.domain.notices import Notice, Two
from services.notify.schemas import NoticeKind

_NO_SEAT: Final = "-"
_TRAVELLER: Final = "traveller"
_KINDS: Final = {
    "checked_in": NoticeKind.CHECKED_IN,
    "seat_changed": NoticeKind.CHECKIN_SEAT,
    "reseated": NoticeKind.CHECKIN_SEAT,
    "cancelled": NoticeKind.CHECKIN_UNDONE,
    "off_loaded": NoticeKind.CHECKIN_UNDONE,
    "reinstated": NoticeKind.CHECKIN_AGAIN,
    "cleared": NoticeKind.CHECKIN_AGAIN,
    "disrupted": NoticeKind.CHECKIN_FLIGHT,
}
TOLD: Final = tuple(_KINDS)
"""The events of checkin that notify listens to."""


def checkin_notice(event: str, data: Mapping[str, Any]) -> Notice | None:
    """What one of checkin's events says; None: nothing, as whoever it is for did it. event: its name; data: its data.

    Raises KeyError for an event that isn't told.
    """
    kind = _KINDS[event]
    if data["by"] == _TRAVELLER and kind is not NoticeKind.CHECKED_IN:
        return None
    if event == "reseated" and data["seat"] is None:
        kind = NoticeKind.CHECKIN_UNDONE
    booking_id = data["booking_id"]
    words: dict[str, str | Two] = {
        "number": data["number"],
        "day": _day(date.fromisoformat(data["day_local"])),
        "seat": data["seat"] or _NO_SEAT,
        "old": data.get("old_seat") or "",
        "gate": data.get("gate") or _NO_SEAT,
    }
    departs_at = data.get("departs_at")
    return Notice(
        kind=kind,
        order_id=booking_id,
        path=f"/checkin/passes/{booking_id}"
        if data["seat"] and data["sequence"]
        else f"/checkin/{booking_id}",
        variant=_variant(kind, event, data),
        words=words,
        instants={} if departs_at is None else {"departs": departs_at},
    )


def once_for(event: Mapping[str, Any]) -> str:
    """What is told once under this name: the passes of a party that checked in together are one message."""
    data = event["data"]
    if event["name"] == "checked_in" and data["by"] == _TRAVELLER:
        return f"in:{data['booking_id']}:{event['at'][:16]}"
    return str(event["id"])


def _variant(kind: NoticeKind, event: str, data: Mapping[str, Any]) -> str:
    if kind is NoticeKind.CHECKIN_FLIGHT:
        return str(data["what"])
    if kind is NoticeKind.CHECKIN_SEAT:
        if not data.get("old_seat"):
            return "first"
        return "reseated" if event == "reseated" else ""
    if kind is NoticeKind.CHECKIN_AGAIN:
        return event
    return str(data.get("why") or "")


def _day(day: date) -> Two:
    return {"zh": f"{day.year}年{day.month}月{day.day}日", "en": day.isoformat()}
