"""Things of the mall that its desk is shown, in the shapes of services/shop/schemas. Times are counted from now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kernel import clock
from kernel.instants import instant


def ago(minutes: float) -> str:
    return instant(clock.now() - timedelta(minutes=minutes))


def ahead(minutes: float) -> str:
    return ago(-minutes)


def words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def shop(shop_id: str, zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {
        "id": shop_id,
        "name": words(zh, en),
        "terminal": "T2",
        "side": "airside",
        "zone": "domestic",
        "place": "T2-GATE-34",
        "state": "open",
        "about": words("", ""),
        "merchant_id": "xiang",
        "merchant_name": "湖南湘味商贸有限公司",
        "place_name": words("T2 34号登机口旁", "T2, beside gate 34"),
        "near_gates": ["T2-GATE-34"],
        "walk_m": 120,
        "picking_minutes": 10,
        "hours": {
            "weekly": [{"opens": "06:00", "closes": "23:30"}] * 6 + [None],
            "exceptions": [
                {"day_local": "2026-12-31", "times": {"opens": "06:00", "closes": "02:00"}, "reason": words("跨年", "New Year's Eve")},
                {"day_local": "2027-01-02", "times": None, "reason": words("盘点", "Stock-taking")},
            ],
        },
        "opening": [],
        "open_now": True,
        "phone": "0731-88888888",
        "picture": None,
        "categories": ["tea"],
        "products": 3,
        "version": 4,
        **more,
    }  # fmt: skip


def line(line_id: str, zh: str, en: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": line_id,
        "variant_id": f"v-{line_id}",
        "product_id": f"p-{line_id}",
        "name": words(zh, en),
        "options": words("250克", "250 g"),
        "picture": None,
        "quantity": quantity,
        "unit_fen": 12_800,
        "discount_fen": 0,
        "missing": 0,
        "returned": 0,
        "refund_fen": 0,
        "replaced_by": None,
        "duty_free": False,
        **more,
    }


def parcel(number: str, state: str, until_min: float, **more: Any) -> dict[str, Any]:
    lines = more.pop("lines", None) or [line("l1", "安化黑茶", "Anhua dark tea", 2)]
    gate = more.get("gate")
    goods = sum(each["quantity"] * each["unit_fen"] for each in lines)
    return {
        "id": f"id-{number}",
        "number": number,
        "shop": {"id": "tea-t2", "name": words("茶颜", "Tea House"), "place": "T2-GATE-34", "phone": ""},
        "state": state,
        "way": "gate" if gate else "shop",
        "code": "",
        "gate": gate,
        "promised_from": ahead(until_min - 10),
        "promised_until": ahead(until_min),
        "promises": 1,
        "why": None,
        "goods_fen": goods,
        "discount_fen": 0,
        "refund_fen": 0,
        "lines": lines,
        "ask": None,
        "can_cancel": False,
        "can_return": False,
        "duty_free": any(each["duty_free"] for each in lines),
        "order_id": "o" * 32,
        "placed_at": ago(4),
        "pick_by": ahead(until_min - 12 if gate else until_min),
        "flight_number": "CZ3101" if gate else None,
        "flight_departs_at": ahead(until_min + 40) if gate else None,
        "steps": [
            {
                "number": 1,
                "before": "held",
                "after": "placed",
                "at": ago(4),
                "actor": "passenger",
                "reason": "",
            }
        ],
        **more,
    }


def variant(variant_id: str, **more: Any) -> dict[str, Any]:
    return {
        "id": variant_id,
        "options": {"weight": words("250克", "250 g")},
        "barcode": "6901234567892",
        "price_fen": 12_800,
        "now_fen": 12_800,
        "deal": None,
        "weight_g": 280,
        "available": 12,
        "offered": True,
        "on_hand": 14,
        "held": 2,
        "stock_version": 3,
        **more,
    }


def product(product_id: str, sku: str, zh: str, en: str, **more: Any) -> dict[str, Any]:
    tea = shop("tea-t2", "茶颜", "Tea House")
    return {
        "id": product_id,
        "name": words(zh, en),
        "shop": {name: tea[name] for name in ("id", "name", "terminal", "side", "zone", "place", "state")},
        "brand": "白沙溪",
        "category": "tea",
        "kind": "food",
        "tags": ["伴手礼", "gift"],
        "duty_free": False,
        "picture": None,
        "now_fen": 12_800,
        "was_fen": None,
        "many_prices": False,
        "deal_until": None,
        "variant_count": 1,
        "variants": [variant(f"{product_id}-v1")],
        "available": True,
        "version": 2,
        "merchant_id": "xiang",
        "merchant_name": "湖南湘味商贸有限公司",
        "sku": sku,
        "words": words("安化黑茶，渥堆发酵。", "Dark tea from Anhua, pile-fermented."),
        "origin": "湖南安化",
        "perishable": False,
        "liquid_ml": None,
        "photos": [],
        "state": "on_sale",
        "popularity": 10,
        "bought_lately": 0,
        "created_at": ago(9_000),
        "changed_at": ago(300),
        "changed_by": "test",
        **more,
    }


def stock(
    variant_id: str, sku: str, zh: str, en: str, on_hand: int, held: int = 0, **more: Any
) -> dict[str, Any]:
    return {
        "variant_id": variant_id,
        "product_id": "p1",
        "sku": sku,
        "name": words(zh, en),
        "options": {"weight": words("250克", "250 g")},
        "barcode": "6901234567892",
        "state": "on_sale",
        "on_hand": on_hand,
        "held": held,
        "free": on_hand - held,
        "version": 3,
        "changed_at": ago(50),
        **more,
    }


def case(case_id: str = "c1", state: str = "open", **more: Any) -> dict[str, Any]:
    return {
        "id": case_id,
        "number": "K-6B7K2M-4",
        "order_id": "o" * 32,
        "parcel_number": "M-AAAAAA-1",
        "shop": {"id": "tea-t2", "name": words("茶颜", "Tea House"), "place": "T2-GATE-34", "phone": ""},
        "state": state,
        "reason": "damaged",
        "words": "The tin is dented and the lid doesn't close.\nI noticed it on the plane.",
        "photos": [],
        "lines": [
            {"line_id": "l1", "name": words("安化黑茶", "Anhua dark tea"), "options": words("250克", "250 g"), "quantity": 1, "paid_fen": 11_800}
        ],
        "asked_fen": 11_800,
        "refund_fen": 0,
        "answer": "",
        "opened_at": ago(200),
        "decided_at": None,
        "decided_by": None,
        **more,
    }  # fmt: skip


def invoice(invoice_id: str = "i1", state: str = "asked", **more: Any) -> dict[str, Any]:
    return {
        "id": invoice_id,
        "order_id": "o" * 32,
        "merchant_id": "xiang",
        "merchant_name": "湖南湘味商贸有限公司",
        "parcels": ["M-AAAAAA-1"],
        "kind": "company",
        "title": "长沙某某科技有限公司",
        "tax_number": "91430100MA4L16JQ9X",
        "email": "finance@example.com",
        "amount_fen": 25_600,
        "changed_fen": 0,
        "state": state,
        "number": None,
        "words": "",
        "asked_at": ago(600),
        "answered_at": None,
        **more,
    }


def campaign(campaign_id: str = "k1", state: str = "on", **more: Any) -> dict[str, Any]:
    return {
        "id": campaign_id,
        "title": words("满100减20", "20 off from 100"),
        "terms": words("仅限本店。", "In this shop only."),
        "kind": "amount",
        "value_fen": 2_000,
        "pct": None,
        "cap_fen": None,
        "threshold_fen": 10_000,
        "stock": 500,
        "left": 380,
        "per_person": 1,
        "mine": 0,
        "starts_at": ago(9_000),
        "ends_at": ahead(9_000),
        "valid_from": None,
        "valid_until": None,
        "valid_days": 30,
        "scope": {"services": ["shop"], "shop_ids": ["tea-t2"], "categories": []},
        "stack_group": "",
        "funded_by": "merchant",
        "card_id": None,
        "why_not": None,
        "state": state,
        "claimed": 120,
        "version": 3,
        "created_at": ago(10_000),
        **more,
    }
