"""Events of bus and payments as notify hears them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from kernel.ids import new_id

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
