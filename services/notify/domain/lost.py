"""What lost and found says to those who lost something, claim it, or found it.

A message is read on a locked screen, by whoever holds the phone. None says more of what was found than its owner wrote
in their own report, and none holds a pick-up code: who wants that opens the page, signed in.
Source: docs/decisions/0033-messages-about-orders.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from services.lostfound.schemas.courier_words import CARRIERS
from services.lostfound.schemas.vocabulary import CATEGORIES
from services.notify.domain.notices import Notice, Two
from services.notify.schemas import NoticeKind

_KINDS: Final = {
    "report_filed": NoticeKind.LOST_REPORTED,
    "report_changed": NoticeKind.LOST_EXPIRED,
    "match_found": NoticeKind.LOST_MATCH,
    "claim_submitted": NoticeKind.LOST_CLAIMED,
    "claim_decided": NoticeKind.LOST_APPROVED,
    "pickup_set": NoticeKind.LOST_PICKUP,
    "pickup_due": NoticeKind.LOST_DUE,
    "code_renewed": NoticeKind.LOST_CODE,
    "claim_lapsed": NoticeKind.LOST_LAPSED,
    "item_returned": NoticeKind.LOST_RETURNED,
    "find_changed": NoticeKind.LOST_FIND,
    "courier_paid": NoticeKind.LOST_COURIER,
    "courier_sent": NoticeKind.LOST_SENT,
    "courier_delivered": NoticeKind.LOST_ARRIVED,
    "courier_came_back": NoticeKind.LOST_BACK,
    "courier_refunded": NoticeKind.LOST_REPAID,
}
TOLD: Final = tuple(_KINDS)
"""The events of lostfound that notify listens to."""

_OFFICE: Final[Two] = {"zh": "失物招领处", "en": "Lost property office"}
_COURIER: Final[Two] = {"zh": "快递", "en": "Courier"}
_SHORT: Final = {
    "travel_permit": "Travel permit",
    "wallet": "Wallet",
    "glasses": "Glasses",
    "cosmetics": "Cosmetics",
    "pillow": "Pillow or blanket",
    "medical_aid": "Medical aid",
}
"""Names of categories that are longer in English than a line of a message."""
_OF_CLAIMS: Final = frozenset(
    {"claim_submitted", "claim_decided", "pickup_set", "pickup_due", "code_renewed", "item_returned"}
)


def lost_notice(event: str, at: str, data: Mapping[str, Any]) -> Notice | None:
    """What one of lostfound's events says; None: nothing. event: its name; at: when, RFC 3339; data: its data.

    Raises KeyError for an event that isn't told.
    """
    kind = _KINDS[event]
    if data["passenger_id"] is None or not _worth(event, data):
        return None
    refused = data.get("decision") == "refused"
    fetch_by = data.get("fetch_by")
    until = data["starts_at"] if event == "pickup_set" else fetch_by or at
    if event.startswith("courier_"):
        return _sent(kind, at, data)
    return Notice(
        kind=NoticeKind.LOST_REFUSED if refused else kind,
        order_id=data.get("report_id") or data["find_id"],
        path=_path(event, data),
        needed_at=None if fetch_by is None else datetime.fromisoformat(fetch_by),
        variant=str(data["reason"]) if refused else str(data.get("kind") or ""),
        words={"thing": _thing(data["category"]), "place": data.get("desk") or _OFFICE},
        instants={"at": until},
    )


def _sent(kind: NoticeKind, at: str, data: Mapping[str, Any]) -> Notice:
    """What of a courier is said. Where it goes to is nowhere in a message."""
    carrier = CARRIERS.get(data.get("carrier") or "")
    return Notice(
        kind=kind,
        order_id=data.get("report_id") or data["claim_id"],
        path=f"/lost/claims/{data['claim_id']}",
        variant=str(data.get("why") or ""),
        words={
            "thing": _thing(data["category"]),
            "place": _OFFICE,
            "carrier": _COURIER if carrier is None else {"zh": carrier.zh, "en": carrier.en},
            "tracking": str(data.get("tracking_number") or ""),
        },
        instants={"at": at},
        amounts_fen={"refund": data.get("refund_fen") or 0},
    )


def _worth(event: str, data: Mapping[str, Any]) -> bool:
    """A report that its owner changed or closed, and a find that came to nothing, are no news to anybody.

    What a courier delivers is told as that, and late money by payments.
    """
    if event == "item_returned":
        return data.get("way") != "courier"
    if event == "courier_refunded":
        return str(data["why"]) != "late"
    if event == "report_changed":
        return str(data["why"]) == "expired"
    return event != "find_changed" or str(data["state"]) == "received"


def _path(event: str, data: Mapping[str, Any]) -> str:
    if event in _OF_CLAIMS:
        return f"/lost/claims/{data['claim_id']}"
    return f"/lost/reports/{data['report_id']}" if "report_id" in data else "/me/lost"


def _thing(category: str) -> Two:
    known = CATEGORIES[category]
    return {"zh": known.zh, "en": _SHORT.get(category, known.en)}
