"""Events of bus and payments as notify hears them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from kernel.ids import new_id
from services.lostfound.schemas.courier_words import CARRIERS

IN_TWO_HOURS = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)


def text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def ride(departs_at: datetime = IN_TWO_HOURS, **changes: Any) -> dict[str, Any]:
    return {
        "departure_id": "D1",
        "line_id": "1",
        "line_name": {"zh": "机场大巴1号线", "en": "Airport Line 1"},
        "headsign": "黄花机场",
        "from_stop": "A",
        "from_name": {"zh": "五一广场", "en": "Wuyi Square"},
        "to_stop": "B",
        "to_name": {"zh": "黄花机场T2", "en": "Huanghua Airport T2"},
        "departs_at": text(departs_at),
        "arrives_at": text(departs_at + timedelta(minutes=50)),
        "cancelled": False,
    } | changes


def event(name: str, data: dict[str, Any]) -> dict[str, Any]:
    at = text(datetime.now(UTC))
    return {"id": new_id(), "name": name, "schema": 1, "aggregate": "x", "aggregate_version": 1, "at": at} | {
        "data": data
    }


def bus(name: str, passenger_id: str = "anna", order_id: str = "o-1", **data: Any) -> dict[str, Any]:
    common = {"order_id": order_id, "passenger_id": passenger_id, "ride": ride(), "seats": 2}
    return event(name, common | data)


def payment(name: str, order_id: str = "o-1", service: str = "bus") -> dict[str, Any]:
    return event(
        name,
        {
            "out_refund_no": "R1",
            "out_trade_no": f"trade-{order_id}",
            "order_service": service,
            "order_id": order_id,
            "amount_fen": 4050,
        },
    )


def checkin(name: str, *accounts: str, traveller: str = "t-1", **data: Any) -> dict[str, Any]:
    """An event of checkin, by somebody else than the traveller unless it says so."""
    common = {
        "traveller_id": traveller,
        "booking_id": "b" * 32,
        "pnr": "ABC123",
        "flight_id": "CZ3101-20261124-CSX-PEK",
        "number": "CZ3101",
        "airline": "CZ",
        "day_local": "2026-11-24",
        "accounts": list(accounts or ("anna",)),
        "standing": "checked_in",
        "seat": "31A",
        "sequence": 7,
        "why": None,
        "by": "staff",
    }
    return event(name, common | data)


_GONE: dict[str, Any] = {"seat": None, "sequence": None}
_DEPARTS: dict[str, Any] = {"gate": "A12", "departs_at": text(IN_TWO_HOURS)}
CHECKIN_EVENTS: list[tuple[str, dict[str, Any]]] = [
    ("checked_in", {"by": "traveller"}),
    ("seat_changed", {"old_seat": "101K"}),
    ("seat_changed", {"old_seat": None}),
    ("reseated", {"old_seat": "101K", "why": "nearest"}),
    ("reseated", {"old_seat": "31A", "why": "no_seat", **_GONE}),
    ("cancelled", _GONE),
    ("cancelled", {"why": "other_cabin", **_GONE}),
    ("off_loaded", {"why": "desk", **_GONE}),
    ("off_loaded", {"why": "deleted", **_GONE}),
    ("reinstated", _GONE),
    ("cleared", _GONE),
    ("disrupted", {"what": "cancelled", **_DEPARTS}),
    ("disrupted", {"what": "reinstated", **_DEPARTS}),
    ("disrupted", {"what": "retimed", **_DEPARTS}),
    ("disrupted", {"what": "gate", **_DEPARTS}),
]
"""Every way in which checkin tells of a traveller."""

BUS_EVENTS: list[tuple[str, dict[str, Any]]] = [
    ("tickets_issued", {}),
    ("tickets_changed", {"why": "own_wish"}),
    ("tickets_changed", {"why": "flight_late"}),
    ("tickets_changed", {"why": "bus_cancelled"}),
    ("tickets_returned", {"refund_fen": 4050, "why": "own_wish"}),
    ("tickets_returned", {"refund_fen": 0, "why": "own_wish"}),
    ("departs_soon", {}),
    ("bus_cancelled", {"reason": {"zh": "大雪", "en": "Snow"}, "refund_fen": 4500, "moved_to": None}),
    ("bus_cancelled", {"reason": {"zh": "大雪", "en": "Snow"}, "refund_fen": 0, "moved_to": "D2"}),
    ("bus_cancelled", {"reason": {"zh": "大雪", "en": "Snow"}, "refund_fen": 0, "moved_to": None}),
    ("roll_offered", {"flight_id": "F", "next": None}),
    ("order_refunded", {"refund_fen": 4500, "why": "sold_out"}),
]
"""Every way in which bus tells of an order."""


def lost(name: str, passenger_id: str | None = "anna", **data: Any) -> dict[str, Any]:
    """An event of lost and found: of a report, a claim or a find, as its name says."""
    about: dict[str, Any] = {"category": "coat", "passenger_id": passenger_id}
    if name == "find_changed":
        return event(name, {**about, "find_id": "f" * 32, "state": "received"} | data)
    about["report_id"] = "r" * 32
    if name.startswith("courier_"):
        parcel = {"order_id": "k" * 32, "claim_id": "c" * 32, "item_id": "i" * 32, "amount_fen": 2300}
        return event(name, {**about, **parcel, "parcel": "waiting"} | data)
    if name.startswith("report_"):
        return event(name, {**about, "state": "open", "flight_id": None, "why": None} | data)
    if name == "match_found":
        return event(name, {**about, "match_id": "m" * 32, "band": "likely", "kind": "item"} | data)
    claim = {
        "claim_id": "c" * 32,
        "item_id": "i" * 32,
        "state": "approved",
        "flight_id": None,
        "airline": None,
    }
    return event(name, {**about, **claim} | data)


WAITS_UNTIL = IN_TWO_HOURS + timedelta(days=14)
_DESK: dict[str, Any] = {
    "desk_id": "t2",
    "desk": {"zh": "T2航站楼失物招领处", "en": "T2 lost and found"},
    "fetch_by": text(WAITS_UNTIL),
}
APPROVED: dict[str, Any] = {"decision": "approved", "reason": None, **_DESK}
_REASONS = ("wrong_proof", "not_enough", "other_item", "returned_to_other")
LOST_EVENTS: list[tuple[str, dict[str, Any]]] = [
    ("report_filed", {}),
    ("report_changed", {"state": "closed", "why": "expired"}),
    ("match_found", {}),
    ("match_found", {"kind": "find"}),
    ("claim_submitted", {"state": "submitted"}),
    ("claim_decided", APPROVED),
    *(("claim_decided", {"decision": "refused", "reason": reason}) for reason in _REASONS),
    ("pickup_set", {**_DESK, "starts_at": text(IN_TWO_HOURS), "ends_at": text(IN_TWO_HOURS)}),
    ("pickup_due", _DESK),
    ("code_renewed", {}),
    ("claim_lapsed", {"state": "lapsed"}),
    ("item_returned", {"state": "handed_over"}),
    ("find_changed", {}),
    ("courier_paid", {}),
    *(("courier_sent", {"carrier": code, "tracking_number": "SF1234567890123"}) for code in CARRIERS),
    ("courier_delivered", {}),
    ("courier_came_back", {"desk_id": "t2"}),
    *(("courier_refunded", {"refund_fen": 2300, "why": why}) for why in ("withdrawn", "not_sent", "gone")),
]
"""Every way in which lost and found tells somebody."""
