"""What the mall says to those who ordered there or hold a coupon.

A message is read on a locked screen, by whoever holds the phone: it names the shop, never the goods, and holds no code
that a parcel or a coupon is handed over for; those are on the page, for who is signed in. Nothing is an advert: of
coupons only those are spoken of that somebody holds, and of campaigns nothing is told.
Source: docs/decisions/0033-messages-about-orders.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from services.notify.domain.notices import BOUGHT, Notice, Two, page_of
from services.notify.schemas import NoticeKind

_KINDS: Final = {
    "order_paid": NoticeKind.SHOP_PAID,
    "order_refunded": NoticeKind.ORDER_REFUNDED,
    "parcel_ready": NoticeKind.SHOP_READY,
    "parcel_on_the_way": NoticeKind.SHOP_ON_WAY,
    "parcel_repromised": NoticeKind.SHOP_REPROMISED,
    "parcel_asks": NoticeKind.SHOP_ASKS,
    "parcel_missed": NoticeKind.SHOP_MISSED,
    "parcel_handed_over": NoticeKind.SHOP_HANDED,
    "parcel_cancelled": NoticeKind.SHOP_CANCELLED,
    "pieces_refunded": NoticeKind.SHOP_PIECES,
    "case_decided": NoticeKind.SHOP_CASE_PAID,
    "invoice_issued": NoticeKind.SHOP_INVOICE,
    "coupon_given_back": NoticeKind.COUPON_BACK,
    "coupon_ends_soon": NoticeKind.COUPON_ENDS,
}
TOLD: Final = tuple(_KINDS)
"""The events of the mall that notify tells of."""

REPAID: Final = frozenset(
    {
        NoticeKind.SHOP_MISSED,
        NoticeKind.SHOP_CANCELLED,
        NoticeKind.SHOP_PIECES,
        NoticeKind.SHOP_CASE_PAID,
        NoticeKind.SHOP_NO_MONEY,
    }
)
"""Messages that goods come or go back, with money if any was paid, beside which a coupon may come back, too."""
_ENDS: Final[dict[NoticeKind, Two]] = {
    NoticeKind.SHOP_MISSED: {"zh": "航班已截止登机", "en": "Flight left"},
    NoticeKind.SHOP_CANCELLED: {"zh": "包裹已取消", "en": "Parcel cancelled"},
    NoticeKind.SHOP_PIECES: {"zh": "部分商品缺货", "en": "Part is missing"},
    NoticeKind.SHOP_CASE_PAID: {"zh": "售后已通过", "en": "Case granted"},
}
"""What became of goods that a coupon paid for: of no money can be said that it comes back."""
SAME: Final = timedelta(minutes=5)
"""A promise that is back within so much of what was told is no news."""
_OF_COUPONS: Final = frozenset({NoticeKind.COUPON_BACK, NoticeKind.COUPON_ENDS})
_PROMISED: Final = frozenset({NoticeKind.SHOP_ON_WAY, NoticeKind.SHOP_REPROMISED})
_GATE_PLACE: Final = re.compile(r"(T\d)-GATE-(\w+)")
_PARTS: Final[dict[str, Two]] = {
    "LANDSIDE-SHOPS": {"zh": "安检前商店区", "en": "before security"},
    "SHOPS": {"zh": "安检后商店区", "en": "after security"},
    "ARRIVALS": {"zh": "到达大厅", "en": "arrivals hall"},
    "HALL": {"zh": "出发大厅", "en": "departures hall"},
}
_MALL: Final[Two] = {"zh": "缤纷商城", "en": "The mall"}
_CHANGED: Final[Two] = {"zh": "订单有变", "en": "Order changed"}
_SEVERAL: Final[Two] = {"zh": "点开查看各自地点", "en": "Open to see where"}
_NO_GATE: Final = "-"


def mall_notice(event: str, at: str, data: Mapping[str, Any]) -> Notice | None:
    """What one of the mall's events says; None: nothing. event: its name; at: when, RFC 3339; data: its data.

    Raises KeyError for an event that isn't told.
    """
    kind = _KINDS[event]
    if not _worth(event, data):
        return None
    if event == "case_decided" and data["case"]["state"] == "refused":
        kind = NoticeKind.SHOP_CASE_NO
    order_id, pieces = data.get("order_id", ""), _pieces(kind, at, data)
    if kind in REPAID and not data["refund_fen"]:
        pieces = [each | {"end": _ENDS[kind]} for each in pieces]
        kind = NoticeKind.SHOP_NO_MONEY
    notice = told_of(kind, order_id, pieces)
    if kind is NoticeKind.SHOP_PAID:
        return _alone(notice, {"refund": data["amount_fen"]})
    if kind is NoticeKind.ORDER_REFUNDED:
        return _alone(notice, {"refund": data["refund_fen"]}, str(data["why"]))
    return notice


def told_of(kind: NoticeKind, order_id: str, pieces: Sequence[Mapping[str, Any]]) -> Notice:
    """One message about all of these pieces of an order: parcels, coupons or refunds."""
    instants = {"at": min(each["at"] for each in pieces)}
    if len(pieces) == 1 and "old_at" in pieces[0]:
        instants["old"] = pieces[0]["old_at"]
    words: dict[str, str | Two] = {
        "what": BOUGHT["shop"],
        "thing": _thing(kind, pieces),
        "place": _one_of([each["place"] for each in pieces if "place" in each]),
        "gate": str(pieces[0].get("gate") or _NO_GATE),
        "old_gate": str(pieces[0].get("old_gate") or _NO_GATE),
    }
    ends = [each["end"] for each in pieces if "end" in each]
    if ends:
        words["end"] = _one_of(ends, _CHANGED)
    return Notice(
        kind=kind,
        order_id=order_id,
        path="/me/coupons" if kind in _OF_COUPONS else page_of("shop", order_id),
        needed_at=_needed(pieces),
        variant=_variant(pieces),
        words=words,
        instants=instants,
        amounts_fen={"refund": sum(each.get("fen", 0) for each in pieces)},
        pieces=tuple(pieces),
    )


def place_words(code: str) -> Two:
    """Where a shop is, short enough for a line of a message. code: services.lostfound.schemas.places."""
    gate = _GATE_PLACE.fullmatch(code)
    if gate:
        return {"zh": f"{gate[1]} {gate[2]}号登机口旁", "en": f"{gate[1]}, near gate {gate[2]}"}
    terminal, _, part = code.partition("-")
    known = _PARTS.get(part)
    if known is None:
        return _MALL
    return {"zh": f"{terminal} {known['zh']}", "en": f"{terminal} {known['en']}"}


def _worth(event: str, data: Mapping[str, Any]) -> bool:
    """Whether it is news to its buyer, and not said by another message anyway."""
    match event:
        case "order_refunded":
            # Parcels say themselves that they don't come; late money is told of by payments.
            return str(data["why"]) in ("sold_out", "limit", "flight")
        case "parcel_ready":
            # What comes to the gate is told of when it is on its way.
            return str(data["parcel"]["way"]) == "shop"
        case "case_decided":
            return str(data["case"]["state"]) in ("accepted", "refunded", "refused")
        case _:
            return True


def _pieces(kind: NoticeKind, at: str, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    if kind in _OF_COUPONS:
        return [_coupon(kind, at, data)]
    if kind is NoticeKind.SHOP_INVOICE:
        invoice = data["invoice"]
        name = {"zh": invoice["merchant_name"], "en": invoice["merchant_name"]}
        return [{"id": invoice["id"], "thing": name, "place": _MALL, "at": at}]
    parcels = data.get("parcels") or ([data["parcel"]] if "parcel" in data else [])
    if not parcels:
        return [{"id": data["order_id"], "at": at}]
    return [_parcel(kind, at, parcel, data) for parcel in parcels]


def _parcel(kind: NoticeKind, at: str, parcel: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    shop = parcel["shop"]
    brought = parcel["way"] == "gate"
    piece = {
        "id": parcel["id"],
        "thing": dict(shop["name"]),
        "place": _gate(parcel["gate"]) if brought else place_words(shop.get("place", "")),
        "gate": parcel["gate"],
        "at": parcel["promised_until"] if kind in _PROMISED else at,
        "needed": parcel["promised_until"],
        "fen": data.get("refund_fen") or 0,
    }
    if kind is NoticeKind.SHOP_ASKS:
        until = data["ask"]["until"]
        piece |= {"variant": data["ask"]["kind"], "at": until, "needed": until}
    if kind is NoticeKind.SHOP_REPROMISED:
        old = data["old"]
        piece |= {"old_gate": old["gate"], "old_at": old["promised_until"]}
        piece["variant"] = repromised(piece)
    return piece


def repromised(piece: Mapping[str, Any]) -> str:
    """What of a promise is another than it was: gate, both or "" for the time."""
    if piece["old_gate"] == piece["gate"]:
        return ""
    return "gate" if unmoved(piece) else "both"


def unmoved(piece: Mapping[str, Any]) -> bool:
    """Whether it comes at about the time that was told before."""
    old, new = (datetime.fromisoformat(piece[name]) for name in ("old_at", "at"))
    return abs(new - old) < SAME


def _coupon(kind: NoticeKind, at: str, data: Mapping[str, Any]) -> dict[str, Any]:
    ends = kind is NoticeKind.COUPON_ENDS
    whole = ends or data["back"] == "whole"
    return {
        "id": data["coupon_id"],
        "thing": dict(data["title"]),
        "place": _MALL,
        # What is given back in part is a coupon of its own, with an end of its own.
        "at": data["valid_until"] if whole else at,
        "variant": "" if whole else "change",
        **({"needed": data["valid_until"]} if ends else {}),
    }


def _gate(gate: str | None) -> Two:
    if gate is None:
        return {"zh": "登机口待定", "en": "Gate to be announced"}
    return {"zh": f"{gate}登机口", "en": f"Gate {gate}"}


def _thing(kind: NoticeKind, pieces: Sequence[Mapping[str, Any]]) -> Two:
    count = len(pieces)
    if count == 1:
        return dict(pieces[0].get("thing") or BOUGHT["shop"])
    if kind in _OF_COUPONS:
        return {"zh": f"{count}张优惠券", "en": f"{count} coupons"}
    if kind is NoticeKind.SHOP_INVOICE:
        return {"zh": f"{count}张发票", "en": f"{count} invoices"}
    return {"zh": f"{count}个包裹", "en": f"{count} parcels"}


def _one_of(said: Sequence[Two], several: Two = _SEVERAL) -> Two:
    if not said:
        return _MALL
    return said[0] if all(each == said[0] for each in said) else several


def _variant(pieces: Sequence[Mapping[str, Any]]) -> str:
    if any(each.get("coupon") for each in pieces):
        return "coupon"
    variants = {str(each.get("variant", "")) for each in pieces}
    # Gates and times of before are those of one parcel.
    told_singly = len(pieces) > 1 and any("old_at" in each for each in pieces)
    return variants.pop() if len(variants) == 1 and not told_singly else "several"


def _needed(pieces: Sequence[Mapping[str, Any]]) -> datetime | None:
    known = [each["needed"] for each in pieces if "needed" in each]
    return datetime.fromisoformat(min(known)) if known else None


def _alone(notice: Notice, amounts_fen: Mapping[str, int], why: str = "") -> Notice:
    """A message that is told once for the whole order: nothing becomes one with it."""
    variant = {"": "", "limit": "goods_limit", "flight": "goods_flight"}.get(why, "goods_gone")
    if notice.kind is NoticeKind.SHOP_PAID and not any(amounts_fen.values()):
        variant = "free"
    return Notice(
        kind=notice.kind,
        order_id=notice.order_id,
        path=notice.path,
        variant=variant,
        words=notice.words,
        instants=notice.instants,
        amounts_fen=dict(amounts_fen),
    )
