"""Products, shops and prices of the mall as pages show them, in one language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

from gateway.web.bus_views import money
from gateway.web.lost_views import known_places
from gateway.web.texts import N_, Texts
from gateway.web.times import date_words, day_words
from kernel import clock
from services.airport import Airport
from services.shop.schemas.categories import CATEGORIES
from services.shop.schemas.vocabulary import OPTIONS, Kind

_FEW: Final = 5
_BOTH: Final = re.compile(r"(?P<zh>[\u4e00-\u9fff][^A-Za-z]*?) +(?P<en>[A-Z][A-Za-z ,.'-]*)")
SIDES: Final = {"landside": N_("before security"), "airside": N_("after security")}
_ZONES: Final = {"domestic": N_("domestic departures"), "international": N_("international departures")}
ICONS: Final = {
    "specialties": "tea",
    "food": "cup",
    "crafts": "fan",
    "digital": "plug",
    "travel": "trips",
    "beauty": "bottle",
    "wine-tobacco": "wine",
    "fashion": "scarf",
    "family": "toy",
    "books-health": "guide",
}
"""By upper category, the drawing that stands for it."""
RULES: Final = {
    Kind.ALCOHOL: N_(
        "Only for adults. In hand luggage only if you buy it after security; through another security check it must stay sealed in its bag."
    ),
    Kind.TOBACCO: N_("Only for adults. Smoking is harmful to your health."),
    Kind.MEDICINE: N_("Please read the leaflet; ask the shop if you are unsure."),
    Kind.ELECTRONICS: N_("Power banks and batteries travel in hand luggage only."),
}
"""What one should know before buying a thing of this kind."""


def card(product: Mapping[str, Any], t: Texts, zone: tzinfo) -> dict[str, Any]:
    """ProductCardSchema."""
    return {
        "id": product["id"],
        "name": t.name(product["name"]),
        "brand": product["brand"],
        "picture": product["picture"],
        "icon": icon_of(product["category"]),
        "price": money(product["now_fen"]),
        "was": money(product["was_fen"]) if product["was_fen"] else "",
        "off": off(product["now_fen"], product["was_fen"], t),
        "from": product["many_prices"],
        "until": product["deal_until"] or "",
        "ends": ends(product["deal_until"], t, zone),
        "duty_free": product["duty_free"],
        "available": product["available"],
        "shop": t.name(product["shop"]["name"]),
        "terminal": product["shop"]["terminal"],
    }


def cards(products: Sequence[Mapping[str, Any]], t: Texts, zone: tzinfo) -> list[dict[str, Any]]:
    return [card(one, t, zone) for one in products]


def icon_of(category: str) -> str:
    """The drawing in place of a photo that isn't there."""
    known = CATEGORIES.get(category)
    return ICONS.get((known.parent or known.code) if known else "", "mall")


def off(now_fen: int, was_fen: int | None, t: Texts) -> str:
    """`8.5折`, `−15%`: how much less than usual."""
    if not was_fen or was_fen <= now_fen:
        return ""
    # Rounded up: what is promised is never more than what is taken off.
    pct = -(-now_fen * 100 // was_fen)
    if t.language == "zh":
        return f"{pct / 10:.1f}".removesuffix(".0") + "折" if 10 <= pct < 100 else ""
    return f"−{100 - pct}%" if pct < 100 else ""


def in_one_language(words: str, t: Texts) -> str:
    """The reader's part of words that shops write in both: `湖南益阳 Yiyang, Hunan`; else all of them."""
    found = _BOTH.fullmatch(words)
    return found[t.language] if found else words


def ends(until: str | None, t: Texts, zone: tzinfo) -> str:
    """How long a deal still holds: `ends at 21:30`, `3 days left`."""
    if not until:
        return ""
    at, now = datetime.fromisoformat(until), clock.now()
    days = (at.astimezone(zone).date() - now.astimezone(zone).date()).days
    if days <= 0:
        return t("until %(time)s today", time=f"{at.astimezone(zone):%H:%M}")
    if days == 1:
        return t("until tomorrow %(time)s", time=f"{at.astimezone(zone):%H:%M}")
    return t.plural("%(n)d day left", "%(n)d days left", days)


def shop(told: Mapping[str, Any], t: Texts, airport: Airport) -> dict[str, Any]:
    """ShopSchema."""
    side, zone = SIDES[told["side"]], _ZONES.get(told["zone"])
    return {
        "id": told["id"],
        "name": t.name(told["name"]),
        "about": t.name(told["about"]),
        "picture": told["picture"],
        "icon": icon_of(told["categories"][0]) if told["categories"] else "mall",
        "terminal": told["terminal"],
        "place": t.name(told["place_name"]),
        "side": t(side),
        "side_code": told["side"],
        "zone": t(zone) if zone else "",
        "gates": [gate_of(code) for code in told["near_gates"]],
        "minutes": max(1, round(told["walk_m"] / 66)),
        "picking": told["picking_minutes"],
        "phone": told["phone"],
        "merchant": told["merchant_name"],
        "state": told["state"],
        "products": told["products"],
        "categories": told["categories"],
        **opening(told, t, airport.zoneinfo),
        "week": week(told["hours"]["weekly"], t),
        "exceptions": [_exception(one, t) for one in told["hours"]["exceptions"][:4]],
    }


def gate_of(code: str) -> str:
    """`34` of `T2-GATE-34`, as it stands over the gate."""
    return code.rpartition("-")[2]


def place(code: str, t: Texts, airport: Airport) -> str:
    """A place by its code; the code itself where the map has no such place."""
    known = known_places(airport).get(code)
    return str(getattr(known, t.language)) if known else code


def opening(told: Mapping[str, Any], t: Texts, zone: tzinfo) -> dict[str, Any]:
    """Whether it is open at this moment, and until or from when. A kept answer knows the coming days."""
    now = clock.now()
    if told["state"] != "open":
        word = N_("Not selling for now") if told["state"] == "paused" else N_("Closed for good")
        return {"open": False, "hours": t(word)}
    spans = [
        tuple(datetime.fromisoformat(one[end]) for end in ("opens_at", "closes_at"))
        for one in told["opening"]
    ]
    for opens, closes in spans:
        if opens <= now < closes:
            if (closes - now).days >= 1:
                return {"open": True, "hours": t("Open all day")}
            return {"open": True, "hours": t("Open until %(time)s", time=f"{closes.astimezone(zone):%H:%M}")}
        if now < opens:
            local, today = opens.astimezone(zone), now.astimezone(zone).date()
            if local.date() == today:
                return {"open": False, "hours": t("Opens at %(time)s", time=f"{local:%H:%M}")}
            day = day_words(t, local.date(), today)
            return {"open": False, "hours": t("Opens %(day)s %(time)s", day=day, time=f"{local:%H:%M}")}
    return {"open": False, "hours": t("Closed these days")}


_WEEKDAYS: Final = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))


def week(weekly: Sequence[Mapping[str, str] | None], t: Texts) -> list[dict[str, str]]:
    """Days that are alike stand together: `Mon–Fri 06:30–22:00`."""
    found: list[dict[str, Any]] = []
    for number, times in enumerate(weekly):
        said = _times(times, t)
        if found and found[-1]["times"] == said:
            found[-1]["last"] = number
        else:
            found.append({"first": number, "last": number, "times": said})
    if len(found) == 1:
        return [{"days": t("Every day"), "times": found[0]["times"]}]
    return [{"days": _days(one["first"], one["last"], t), "times": one["times"]} for one in found]


def _days(first: int, last: int, t: Texts) -> str:
    return t(_WEEKDAYS[first]) if first == last else f"{t(_WEEKDAYS[first])}–{t(_WEEKDAYS[last])}"


def variant(told: Mapping[str, Any], t: Texts, zone: tzinfo) -> dict[str, Any]:
    """VariantSchema."""
    deal = told["deal"]
    return {
        "id": told["id"],
        "name": " · ".join(t.name(words) for words in told["options"].values()),
        "price": money(told["now_fen"]),
        "was": money(told["price_fen"]) if told["price_fen"] > told["now_fen"] else "",
        "off": off(told["now_fen"], told["price_fen"], t),
        "ends": ends(deal["until_at"], t, zone) if deal else "",
        "until": (deal["until_at"] or "") if deal else "",
        "most": (deal["per_person"] or 0) if deal else 0,
        "left": told["available"],
        "stock": stock(told["available"], t),
    }


def stock(left: int, t: Texts) -> str:
    """Few pieces are counted, many are just there."""
    if left <= 0:
        return t("Sold out")
    return t.plural("Only %(n)d left", "Only %(n)d left", left) if left <= _FEW else t("In stock")


def options(variants: Sequence[Mapping[str, Any]], t: Texts) -> str:
    """By what the variants differ, as the words over them: `Taste · Pack`."""
    codes = dict.fromkeys(code for one in variants for code in one["options"])
    return " · ".join(getattr(OPTIONS[code], t.language) for code in codes if code in OPTIONS)


def _times(times: Mapping[str, str] | None, t: Texts) -> str:
    if times is None:
        return t("closed")
    if times["opens"] == times["closes"]:
        return t("day and night")
    return f"{times['opens']}–{times['closes']}"


def _exception(told: Mapping[str, Any], t: Texts) -> dict[str, str]:
    day = datetime.fromisoformat(told["day_local"]).date()
    return {"day": date_words(t, day), "times": _times(told["times"], t), "why": t.name(told["reason"])}
