"""The words of what goes to its owner by courier, and where couriers go; imports nothing, so that rules may use them too."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_FEE_FEN: Final = 1_000_000
MAX_PARCELS: Final = 100
"""In a page."""
ABROAD: Final = "abroad"
"""Stands for every place outside the table below: nothing is sent there, and the answer says what to do instead."""


class Zone(StrEnum):
    """What the fee depends on: how far it is from Changsha."""

    LOCAL = "local"
    NEAR = "near"
    FAR = "far"
    REMOTE = "remote"
    REGIONS = "regions"  # Hong Kong, Macau and Taiwan: through customs


class Weight(StrEnum):
    """A class of categories: what such a thing weighs with its box, at most."""

    LIGHT = "light"
    MEDIUM = "medium"
    HEAVY = "heavy"
    BULKY = "bulky"


class ParcelState(StrEnum):
    """Of what an order is for; the order's own state says how far its money is."""

    ORDERED = "ordered"  # not paid yet
    WAITING = "waiting"  # paid: the desk hands it to the courier
    SENT = "sent"
    DELIVERED = "delivered"
    CAME_BACK = "came_back"  # to the desk, where its owner may fetch it
    CANCELLED = "cancelled"  # it never left: not paid, withdrawn, or it can't be sent


class NotSent(StrEnum):
    """Why a thing isn't sent there."""

    CASH = "cash"
    BATTERY = "battery"
    LIQUID = "liquid"
    FOOD = "food"
    WEAPON = "weapon"
    TOBACCO = "tobacco"
    MEDICINE = "medicine"
    TOO_BIG = "too_big"
    IDENTITY_FIRST = "identity_first"
    ABROAD = "abroad"
    CUSTOMS = "customs"


@dataclass(frozen=True)
class Province:
    """A province, municipality or region; codes are those of ISO 3166-2:CN without the country."""

    code: str
    zh: str
    en: str
    zone: Zone


_L, _N, _F, _R, _X = Zone.LOCAL, Zone.NEAR, Zone.FAR, Zone.REMOTE, Zone.REGIONS

PROVINCES: Final = {
    each.code: each
    for each in (
        Province("HN", "湖南", "Hunan", _L),
        Province("HB", "湖北", "Hubei", _N),
        Province("JX", "江西", "Jiangxi", _N),
        Province("GD", "广东", "Guangdong", _N),
        Province("GX", "广西", "Guangxi", _N),
        Province("GZ", "贵州", "Guizhou", _N),
        Province("CQ", "重庆", "Chongqing", _N),
        Province("AH", "安徽", "Anhui", _F),
        Province("BJ", "北京", "Beijing", _F),
        Province("FJ", "福建", "Fujian", _F),
        Province("HA", "河南", "Henan", _F),
        Province("HE", "河北", "Hebei", _F),
        Province("HI", "海南", "Hainan", _F),
        Province("JS", "江苏", "Jiangsu", _F),
        Province("SC", "四川", "Sichuan", _F),
        Province("SD", "山东", "Shandong", _F),
        Province("SH", "上海", "Shanghai", _F),
        Province("SN", "陕西", "Shaanxi", _F),
        Province("SX", "山西", "Shanxi", _F),
        Province("TJ", "天津", "Tianjin", _F),
        Province("YN", "云南", "Yunnan", _F),
        Province("ZJ", "浙江", "Zhejiang", _F),
        Province("GS", "甘肃", "Gansu", _R),
        Province("HL", "黑龙江", "Heilongjiang", _R),
        Province("JL", "吉林", "Jilin", _R),
        Province("LN", "辽宁", "Liaoning", _R),
        Province("NM", "内蒙古", "Inner Mongolia", _R),
        Province("NX", "宁夏", "Ningxia", _R),
        Province("QH", "青海", "Qinghai", _R),
        Province("XJ", "新疆", "Xinjiang", _R),
        Province("XZ", "西藏", "Tibet", _R),
        Province("HK", "香港", "Hong Kong", _X),
        Province("MO", "澳门", "Macau", _X),
        Province("TW", "台湾", "Taiwan", _X),
    )
}


@dataclass(frozen=True)
class Carrier:
    """Who carries parcels. track: where anybody may follow one, {number} being the tracking number."""

    code: str
    zh: str
    en: str
    track: str


CARRIERS: Final = {
    each.code: each
    for each in (
        Carrier(
            "sf",
            "顺丰速运",
            "SF Express",
            "https://www.sf-express.com/chn/sc/waybill/waybill-detail/{number}",
        ),
        Carrier("ems", "中国邮政 EMS", "China Post EMS", "https://www.ems.com.cn/queryList?mailNum={number}"),
        Carrier("jd", "京东快递", "JD Logistics", "https://www.jdl.com/orderSearch/?waybillCodes={number}"),
    )
}
