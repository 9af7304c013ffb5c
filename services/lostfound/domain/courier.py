"""What may be sent to its owner, where to, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from kernel.saga.states import Sale
from services.lostfound.domain.items import Item
from services.lostfound.schemas.courier_words import (
    ABROAD,
    PROVINCES,
    NotSent,
    ParcelState,
    Weight,
    Zone,
)
from services.lostfound.schemas.goods import CATEGORIES

HOLD: Final = timedelta(minutes=30)
"""How long a quoted order may be paid."""
CURRENCY: Final = "CNY"
LIVE: Final = frozenset({ParcelState.ORDERED, ParcelState.WAITING, ParcelState.SENT, ParcelState.DELIVERED})
"""A claim has one of these at most."""
LEFT: Final = frozenset({ParcelState.SENT, ParcelState.DELIVERED, ParcelState.CAME_BACK})

# Yuan by zone: light, medium, heavy, bulky. What the carriers ask for door to door, packing and the desk's way to them
# included; nothing is earned with it.
_FEES: Final = {
    Zone.LOCAL: (12, 18, 38, 80),
    Zone.NEAR: (15, 25, 55, 120),
    Zone.FAR: (18, 30, 70, 150),
    Zone.REMOTE: (24, 42, 110, 240),
    Zone.REGIONS: (40, 75, 160, 0),
}
_FEN: Final = 100
_WEIGHTS: Final = tuple(Weight)

_LIGHT_GROUPS: Final = frozenset({"documents", "money", "valuables", "personal"})
_HEAVY: Final = frozenset({"suitcase", "travel_bag", "instrument", "sports", "other"})
_BULKY: Final = frozenset({"wheelchair", "pram"})
_LIGHT: Final = frozenset({"headphones", "charger", "hat", "scarf", "belt", "papers", "medical_aid"})

_NEVER: Final = {
    "cash": NotSent.CASH,
    "power_bank": NotSent.BATTERY,
    "cosmetics": NotSent.LIQUID,
    "drink": NotSent.LIQUID,
    "alcohol": NotSent.LIQUID,
    "food": NotSent.FOOD,
    "tobacco": NotSent.TOBACCO,
    "tool": NotSent.WEAPON,
    "medicine": NotSent.MEDICINE,
}
_BY_AIR: Final = frozenset({"phone", "computer", "tablet", "camera", "other_electronics"})
"""With a battery inside: by road they may go, and to the regions there is no road."""
_IDENTITY: Final = frozenset({"bank_card"})

REASONS: Final[dict[NotSent, tuple[str, str]]] = {
    NotSent.CASH: (
        "现金不得邮寄，请携带证件到服务台领取。",
        "Cash may not go by post. Please fetch it at the desk with your identity document.",
    ),
    NotSent.BATTERY: (
        "单独的锂电池（含充电宝）不能寄往该地，请到服务台领取。",
        "Loose batteries and power banks can't be sent there. Please fetch it at the desk.",
    ),
    NotSent.LIQUID: (
        "快递不收寄液体，请到服务台领取。",
        "Couriers don't take liquids. Please fetch it at the desk.",
    ),
    NotSent.FOOD: (
        "食品容易变质，不能寄送，请到服务台领取。",
        "Food spoils on the way and isn't sent. Please fetch it at the desk.",
    ),
    NotSent.WEAPON: (
        "刀具和工具不能寄送，请到服务台领取。",
        "Knives and tools aren't sent. Please fetch it at the desk.",
    ),
    NotSent.TOBACCO: (
        "香烟和打火机不能寄送，请到服务台领取。",
        "Tobacco and lighters aren't sent. Please fetch it at the desk.",
    ),
    NotSent.MEDICINE: (
        "药品不能寄送，请到服务台领取。",
        "Medicine isn't sent. Please fetch it at the desk.",
    ),
    NotSent.TOO_BIG: (
        "该物品体积过大，不能寄往香港、澳门和台湾，请到服务台领取。",
        "It is too big to be sent to Hong Kong, Macau or Taiwan. Please fetch it at the desk.",
    ),
    NotSent.IDENTITY_FIRST: (
        "证件和银行卡须先由服务台核实您的身份，核实后才能寄送。请致电或前往服务台。",
        "Documents and bank cards are sent only after the desk has made sure who you are. Please call or visit it first.",
    ),
    NotSent.ABROAD: (
        "不能寄往境外。请本人或由您书面委托的人到服务台领取；证件也可通过您国家的使领馆按其规定转交。",
        "Nothing is sent abroad. Come for it, or send somebody with your written authority; a document may also"
        " go to you through your consulate, by its rules.",
    ),
    NotSent.CUSTOMS: (
        "贵重物品寄往香港、澳门和台湾须由物主本人向海关申报，请到服务台领取。",
        "Valuables to Hong Kong, Macau or Taiwan must be declared to customs by their owner. Please fetch it at the desk.",
    ),
}
_ZONES: Final = {
    Zone.LOCAL: ("省内", "within Hunan"),
    Zone.NEAR: ("邻近省份", "to a neighbouring province"),
    Zone.FAR: ("其他省份", "to another province"),
    Zone.REMOTE: ("较远地区", "to a distant region"),
    Zone.REGIONS: ("港澳台地区", "to Hong Kong, Macau or Taiwan"),
}
_CLASSES: Final = {
    Weight.LIGHT: ("小件（1公斤以内）", "small (up to 1 kg)"),
    Weight.MEDIUM: ("中件（3公斤以内）", "medium (up to 3 kg)"),
    Weight.HEAVY: ("大件（10公斤以内）", "large (up to 10 kg)"),
    Weight.BULKY: ("超大件（25公斤以内）", "bulky (up to 25 kg)"),
}


@dataclass(frozen=True)
class Quote:
    """Either what it costs, or why it isn't sent. reason: (zh, en)."""

    province: str
    not_sent: NotSent | None
    fee_fen: int | None
    zone: Zone | None
    weight: Weight | None
    reason: tuple[str, str]


@dataclass(frozen=True)
class Parcel:
    """The service's own part of a courier order. address_sealed: schemas.courier.AddressSchema; None: forgotten."""

    id: str
    claim_id: str
    item_id: str
    province: str
    parcel: ParcelState
    address_sealed: str | None
    carrier: str | None = None
    tracking_number: str | None = None
    sent_at: datetime | None = None
    sent_by: str | None = None
    arrived_at: datetime | None = None


@dataclass(frozen=True)
class CourierOrder:
    sale: Sale
    parcel: Parcel


def weight_of(category: str) -> Weight:
    """The class of a thing of this category, packed."""
    if category in _BULKY:
        return Weight.BULKY
    if category in _HEAVY:
        return Weight.HEAVY
    if category in _LIGHT or CATEGORIES[category].group in _LIGHT_GROUPS:
        return Weight.LIGHT
    return Weight.MEDIUM


def not_sent(item: Item, province: str, *, cleared: bool) -> NotSent | None:
    """Why it isn't sent there; None: it is. cleared: the desk has made sure who its owner is."""
    if province == ABROAD:
        return NotSent.ABROAD
    if item.cash:
        return NotSent.CASH
    never = _NEVER.get(item.category)
    if never is not None:
        return never
    if PROVINCES[province].zone is Zone.REGIONS:
        refused = _not_to_regions(item)
        if refused is not None:
            return refused
    papers = CATEGORIES[item.category].group == "documents" or item.document_kind is not None
    if (papers or item.category in _IDENTITY) and not cleared:
        return NotSent.IDENTITY_FIRST
    return None


def _not_to_regions(item: Item) -> NotSent | None:
    if item.precious:
        return NotSent.CUSTOMS
    if item.category in _BY_AIR:
        return NotSent.BATTERY
    return NotSent.TOO_BIG if weight_of(item.category) is Weight.BULKY else None


def quote(item: Item, province: str, *, cleared: bool) -> Quote:
    """What it costs to send this item to a province, or why it isn't sent."""
    why = not_sent(item, province, cleared=cleared)
    if why is not None:
        return Quote(province, why, None, None, None, REASONS[why])
    zone, weight = PROVINCES[province].zone, weight_of(item.category)
    fee_fen = _FEES[zone][_WEIGHTS.index(weight)] * _FEN
    zh = f"{_ZONES[zone][0]}，{_CLASSES[weight][0]}，含包装"
    en = f"{_CLASSES[weight][1]}, {_ZONES[zone][1]}, packing included"
    return Quote(province, None, fee_fen, zone, weight, (zh, f"{en[0].upper()}{en[1:]}"))
