"""Events of the mall as notify hears them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.unit.notify.orders import IN_TWO_HOURS, event, text

LATER = IN_TWO_HOURS + timedelta(minutes=30)
WHY = {"zh": "缺货：龙井二两装", "en": "The green tea you asked for"}
TEA, CABLE, SILK = "tea-t2", "cables-t2", "silk-t2"
NAMES = {
    TEA: {"zh": "茶颜", "en": "Tea House"},
    CABLE: {"zh": "数码港", "en": "Cable Harbour"},
    SILK: {"zh": "湘绣坊", "en": "Silk Room"},
}


def parcel(shop: str = TEA, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"p-{shop}",
        "number": "MB-1234567-3",
        "shop": {"id": shop, "name": NAMES[shop], "place": "T2-GATE-34"},
        "state": "placed",
        "way": "gate",
        "gate": "B12",
        "promised_from": text(IN_TWO_HOURS - timedelta(minutes=20)),
        "promised_until": text(IN_TWO_HOURS),
    } | changes


def mall(name: str, one: dict[str, Any] | None = None, **data: Any) -> dict[str, Any]:
    """An event of the mall about an order, or one parcel of it."""
    about: dict[str, Any] = {"order_id": "o-7", "passenger_id": "anna", "language": "zh"}
    if name not in ("order_paid", "order_refunded", "invoice_issued"):
        about["parcel"] = one or parcel()
    return event(name, about | data)


def coupon(name: str, coupon_id: str = "c-1", **data: Any) -> dict[str, Any]:
    about = {
        "coupon_id": coupon_id,
        "campaign_id": "tea",
        "passenger_id": "anna",
        "title": {"zh": "商城满100减20", "en": "20 off 100"},
        "state": "claimed",
        "source": "page",
        "card_id": None,
        "valid_until": text(IN_TWO_HOURS + timedelta(days=3)),
    }
    return event(name, about | data)


def moved(one: dict[str, Any] | None = None, **new: Any) -> dict[str, Any]:
    """The promise of a parcel is made anew: at gate B12 in two hours before."""
    before = one or parcel()
    after = before | new
    promises = [
        {name: each[name] for name in ("gate", "promised_from", "promised_until")} for each in (before, after)
    ]
    return mall("parcel_repromised", after, old=promises[0], new=promises[1], why=WHY)


def asks(kind: str = "missing", one: dict[str, Any] | None = None, **ask: Any) -> dict[str, Any]:
    told = {"id": "a-1", "kind": kind, "choices": ["collect", "refund"], "until": text(IN_TWO_HOURS)} | ask
    return mall("parcel_asks", one, ask=told, why=WHY)


def given_back(back: str = "whole", **data: Any) -> dict[str, Any]:
    about: dict[str, Any] = {
        "service": "shop",
        "order_id": "o-7",
        "back": back,
        "value_fen": 2000,
        "change_coupon_id": None,
    }
    return coupon("coupon_given_back", **about | data)


COLLECT: dict[str, Any] = {"way": "shop", "gate": None}
EVENTS: list[dict[str, Any]] = [
    mall("order_paid", amount_fen=9_999_900, parcels=[parcel()]),
    mall("order_paid", amount_fen=12_800, parcels=[parcel(), parcel(CABLE, **COLLECT)]),
    mall("order_refunded", refund_fen=12_800, why="sold_out"),
    mall("order_refunded", refund_fen=12_800, why="limit"),
    mall("order_refunded", refund_fen=12_800, why="flight"),
    mall("order_paid", amount_fen=0, parcels=[parcel()]),
    mall("parcel_ready", parcel(**COLLECT)),
    mall("parcel_on_the_way"),
    moved(gate="A08"),
    moved(promised_until=text(LATER)),
    moved(gate="A108", promised_until=text(LATER)),
    moved(parcel(gate=None), gate="A08"),
    *(asks(kind) for kind in ("missing", "gate_unreachable", "flight_cancelled")),
    mall("parcel_missed", refund_fen=8800, why=WHY),
    mall("parcel_handed_over"),
    mall("parcel_cancelled", refund_fen=8800, why=WHY),
    mall("pieces_refunded", refund_fen=1200, why=WHY),
    mall("case_decided", case={"id": "k", "number": "MC-1", "state": "accepted"}, refund_fen=1200),
    mall("case_decided", case={"id": "k", "number": "MC-1", "state": "refused"}, refund_fen=0),
    mall("case_decided", case={"id": "k", "number": "MC-1", "state": "refunded"}, refund_fen=0),
    *(mall(name, refund_fen=0, why=WHY) for name in ("parcel_missed", "parcel_cancelled", "pieces_refunded")),
    mall("invoice_issued", invoice={"id": "v", "merchant_name": "湖南茶业有限公司"}),
    given_back(),
    given_back("change"),
    coupon("coupon_ends_soon"),
]
"""Every way in which the mall tells somebody."""
