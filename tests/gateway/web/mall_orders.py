"""Quotes, orders, cases and coupons of the fake mall."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from kernel import clock
from kernel.instants import instant
from services.shop import errors

DEPARTS_IN: Final = timedelta(hours=2)


def quote_of(fake: Any, wish: dict[str, Any]) -> dict[str, Any]:
    """QuoteSchema. With a flight it goes to the gate, unless `fake.at_gate` says no."""
    owner = wish["passenger_id"]
    wanted = wish["lines"]
    if wanted is None:
        basket = fake.baskets.get(owner, {})
        wanted = [{"variant_id": one, "quantity": n} for one, n in basket.items()]
        if not wanted:
            raise errors.BasketEmpty
    flight = _flight(wish["flight_id"])
    found = [(*fake.variant(one["variant_id"]), one["quantity"]) for one in wanted]
    mine = [
        {"id": one["id"], "title": one["title"], "discount_fen": one["value_fen"] or 500}
        for one in fake.coupons.values()
        if one["owner"] == owner and one["state"] == "claimed"
    ]
    used = [one for one in mine if one["id"] in wish["coupon_ids"]]
    discount = sum(one["discount_fen"] for one in used)
    parcels = []
    for shop_id in dict.fromkeys(product["shop"]["id"] for product, _, _ in found):
        lines = [_quote_line(*one) for one in found if one[0]["shop"]["id"] == shop_id]
        parcels.append(_quote_parcel(fake, shop_id, lines, wish, flight))
    if parcels and discount:
        parcels[0]["discount_fen"] = parcels[0]["lines"][0]["discount_fen"] = discount
    total = sum(one["goods_fen"] for one in parcels)
    return {
        "parcels": parcels,
        "flight": flight,
        "goods_fen": total,
        "discount_fen": discount,
        "amount_fen": total - discount,
        "currency": "CNY",
        "coupons": {
            "used": used,
            "usable": sorted((x for x in mine if x not in used), key=lambda x: -x["discount_fen"]),
            "not_usable": [],
        },
        **_rules(found, wish, flight),
    }


def _rules(found: list[Any], wish: dict[str, Any], flight: dict[str, Any] | None) -> dict[str, Any]:
    """Duty free for flights abroad, alcohol for adults, nothing that is sold out."""
    free = any(product["duty_free"] for product, _, _ in found)
    adults = any(product["kind"] == "alcohol" for product, _, _ in found)
    eligible = flight is not None and flight["international"]
    problems = []

    def problem(kind: str, zh: str, en: str, variant_id: str | None = None) -> None:
        about = {"variant_id": variant_id, "shop_id": None, "coupon_id": None}
        problems.append({"kind": kind, **about, "words": {"zh": zh, "en": en}})

    why = {
        "zh": "免税品只卖给24小时内乘国际航班离境的旅客。",
        "en": "Duty free needs a flight abroad within 24 hours.",
    }
    if free and not eligible:
        problem("not_eligible", why["zh"], why["en"])
    if adults and not wish["adult"]:
        problem("adults_only", "请确认已满18周岁。", "Please say that you are 18.")
    for product, variant, quantity in found:
        if variant["available"] < quantity:
            name = product["name"]
            problem("sold_out", f"{name['zh']} 已售罄", f"{name['en']} is sold out", variant["id"])
    allowance = {
        "zh": "每人白酒限12瓶（750毫升）以内。",
        "en": "At most 1.5 litres of spirits for one person.",
    }
    return {
        "duty_free": {
            "eligible": eligible if free else None,
            "why": why if free and not eligible else None,
            "allowances": [allowance] if free and adults else [],
            "adults_only": adults,
        },
        "problems": problems,
    }


def _flight(flight_id: str | None) -> dict[str, Any] | None:
    if flight_id is None:
        return None
    if flight_id.startswith("ZZ"):
        raise errors.BadFlight
    departs = clock.now() + DEPARTS_IN
    return {
        "flight_id": flight_id,
        "number": flight_id.split("-")[0],
        "departs_at": instant(departs),
        "boarding_at": instant(departs - timedelta(minutes=40)),
        "gate": "B12",
        "international": flight_id.endswith("LHR"),
    }


def _quote_line(product: dict[str, Any], variant: dict[str, Any], quantity: int) -> dict[str, Any]:
    return {
        "variant_id": variant["id"],
        "product_id": product["id"],
        "name": product["name"],
        "options": options_of(variant),
        "picture": product["picture"],
        "quantity": quantity,
        "unit_fen": variant["now_fen"],
        "discount_fen": 0,
        "duty_free": product["duty_free"],
    }


def _quote_parcel(
    fake: Any,
    shop_id: str,
    lines: list[dict[str, Any]],
    wish: dict[str, Any],
    flight: dict[str, Any] | None,
) -> dict[str, Any]:
    now, landside = clock.now(), fake.shops[shop_id]["side"] == "landside"
    gate = flight is not None and not landside and fake.at_gate
    why = {"zh": "先选好您的航班。", "en": "Choose your flight first."}
    if landside:
        why = {
            "zh": "这家店在安检前，送不到登机口。",
            "en": "This shop is before security: it brings nothing to gates.",
        }
    elif flight:
        why = {"zh": "时间不够送到登机口。", "en": "There isn't time enough to bring it to your gate."}
    times = [instant(now + timedelta(minutes=m)) for m in (15, 240)]
    ways = [
        {
            "way": "gate",
            "offered": gate,
            "why_not": None if gate else why,
            "gate": flight["gate"] if gate and flight else None,
            "promised_from": times[0] if gate else None,
            "promised_until": instant(now + timedelta(minutes=70)) if gate else None,
        },
        {
            "way": "shop",
            "offered": True,
            "why_not": None,
            "gate": None,
            "promised_from": times[0],
            "promised_until": times[1],
        },
    ]
    chosen = wish["ways"].get(shop_id)
    way = chosen.value if chosen else "gate" if gate else "shop"
    total = sum(one["unit_fen"] * one["quantity"] for one in lines)
    known = {"shop": fake.ref(shop_id), "way": way, "ways": ways, "lines": lines}
    return known | {"goods_fen": total, "discount_fen": 0}


def order_of(order_id: str, quote: dict[str, Any]) -> dict[str, Any]:
    """OrderSchema of what was quoted, held."""
    now = clock.real_now()
    return {
        "id": order_id,
        "state": "held",
        **{name: quote[name] for name in ("goods_fen", "discount_fen", "amount_fen", "currency", "flight")},
        "refunded_fen": 0,
        "refunding_fen": 0,
        "held_at": instant(now),
        "expires_at": instant(now + timedelta(minutes=15)),
        "paid_at": None,
        "out_trade_no": None,
        "coupons": [one | {"given_back_fen": 0} for one in quote["coupons"]["used"]],
        "parcels": [_parcel(order_id, number, one) for number, one in enumerate(quote["parcels"])],
        "invoices": [],
        "can_invoice": False,
        "can_cancel": True,
        "can_pay": True,
    }


def _parcel(order_id: str, number: int, told: dict[str, Any]) -> dict[str, Any]:
    way = next(one for one in told["ways"] if one["way"] == told["way"])
    return {
        "id": f"{order_id[-4:]}p{number}",
        "number": f"M-6B7K2{number}-4",
        "shop": told["shop"],
        "state": "held",
        "way": told["way"],
        "code": "",
        "gate": way["gate"],
        "promised_from": way["promised_from"],
        "promised_until": way["promised_until"],
        "promises": 1,
        "why": None,
        "goods_fen": told["goods_fen"],
        "discount_fen": told["discount_fen"],
        "refund_fen": 0,
        "lines": [
            {
                "id": f"{order_id[-4:]}p{number}l{n}",
                **line,
                "missing": 0,
                "returned": 0,
                "refund_fen": 0,
                "replaced_by": None,
            }
            for n, line in enumerate(told["lines"])
        ],
        "ask": None,
        "can_cancel": False,
        "can_return": False,
        "duty_free": any(line["duty_free"] for line in told["lines"]),
    }


def ask_about(parcel: dict[str, Any], product: dict[str, Any]) -> dict[str, Any]:
    """AskSchema: a piece of the first line is missing, and the shop offers this product instead."""
    return {
        "id": f"ask-{parcel['id']}",
        "kind": "missing",
        "choices": ["replace", "refund"],
        "until": instant(clock.now() + timedelta(minutes=20)),
        "words": {
            "zh": "抱歉，您要的这一款刚刚卖完了。换成下面这款，还是退款？",
            "en": "Sorry, the last one is just gone. Would you like this instead, or your money back?",
        },
        "line_id": parcel["lines"][0]["id"],
        "quantity": 1,
        "offer": {
            "variant_id": product["variants"][0]["id"],
            "name": product["name"],
            "options": options_of(product["variants"][0]),
            "picture": product["picture"],
            "unit_fen": product["variants"][0]["now_fen"],
        },
    }


def case_of(case_id: str, order: dict[str, Any], wish: dict[str, Any]) -> dict[str, Any]:
    """CaseSchema of what was asked for."""
    lines = {line["id"]: (line, parcel) for parcel in order["parcels"] for line in parcel["lines"]}
    about = [(*lines[one["line_id"]], one["quantity"]) for one in wish["lines"]]
    return {
        "id": case_id,
        "number": "K-6B7K2M-4",
        "order_id": order["id"],
        "parcel_number": about[0][1]["number"],
        "shop": about[0][1]["shop"],
        "state": "open",
        "reason": wish["reason"].value,
        "words": wish["words"],
        "photos": [f"{case_id}-{n}" for n, _ in enumerate(wish["photos"])],
        "lines": [
            {
                "line_id": line["id"],
                "name": line["name"],
                "options": line["options"],
                "quantity": quantity,
                "paid_fen": line["unit_fen"] * quantity,
            }
            for line, _, quantity in about
        ],
        "asked_fen": sum(line["unit_fen"] * quantity for line, _, quantity in about),
        "refund_fen": 0,
        "answer": "",
        "opened_at": instant(clock.now()),
        "decided_at": None,
    }


def coupon_of(coupon_id: str, campaign: dict[str, Any]) -> dict[str, Any]:
    """CouponSchema of a campaign."""
    names = [
        "title",
        "terms",
        "kind",
        "value_fen",
        "pct",
        "cap_fen",
        "threshold_fen",
        "scope",
        "stack_group",
        "funded_by",
        "card_id",
    ]
    now: datetime = clock.now()
    return {
        "id": coupon_id,
        "campaign_id": campaign["id"],
        **{name: campaign[name] for name in names},
        "state": "claimed",
        "source": "page",
        "claimed_at": instant(now),
        "valid_from": instant(now),
        "valid_until": instant(now + timedelta(days=30)),
        "why_not": None,
        "words": None,
        "order": None,
        "in_wallet": False,
    }


def options_of(variant: dict[str, Any]) -> dict[str, str]:
    """WordsSchema, as `红色 / 大`."""
    found = list(variant["options"].values())
    return found[0] if found else {"zh": "", "en": ""}


def line_of(product: dict[str, Any], variant: dict[str, Any], quantity: int, seen: int) -> dict[str, Any]:
    """BasketLineSchema."""
    return {
        "variant_id": variant["id"],
        "product_id": product["id"],
        "shop_id": product["shop"]["id"],
        "name": product["name"],
        "options": options_of(variant),
        "picture": product["picture"],
        "quantity": quantity,
        "unit_fen": variant["now_fen"],
        "list_fen": variant["price_fen"],
        "seen_price_fen": seen,
        "line_fen": variant["now_fen"] * quantity,
        "left": min(20, variant["available"]),
        "buyable": variant["available"] >= quantity,
        "duty_free": product["duty_free"],
    }


def campaign_of(number: int) -> dict[str, Any]:
    """CampaignSchema of one of four: the last one is all gone."""
    titles = (
        ("商城满100减20", "¥20 off from ¥100"),
        ("数码配件8.5折", "15% off electronics"),
        ("茶叶满50减8", "¥8 off tea"),
        ("大巴立减5元", "¥5 off the bus"),
    )
    zh, en = titles[number]
    worth = ((2000, None, 10_000), (None, 15, 0), (800, None, 5000), (500, None, 0))[number]
    wide: dict[str, Any] = {"services": ["shop"], "shop_ids": [], "categories": []}
    scope = (
        wide,
        wide | {"categories": ["digital"]},
        wide | {"categories": ["tea"]},
        wide | {"services": ["bus"]},
    )
    now = clock.now()
    return {
        "id": f"campaign{number}",
        "title": {"zh": zh, "en": en},
        "terms": {"zh": "每人限领一张。", "en": "One for each person."},
        "kind": "percent" if worth[1] else "amount",
        "value_fen": worth[0],
        "pct": worth[1],
        "cap_fen": 3000 if worth[1] else None,
        "threshold_fen": worth[2],
        "stock": 500,
        "left": (340, 12, 120, 0)[number],
        "per_person": 1,
        "mine": 0,
        "starts_at": instant(now - timedelta(days=1)),
        "ends_at": instant(now + timedelta(days=10)),
        "valid_from": None,
        "valid_until": None,
        "valid_days": 30,
        "scope": scope[number],
        "stack_group": "",
        "funded_by": "airport",
        "card_id": None,
        "why_not": "gone" if number == 3 else None,
    }
