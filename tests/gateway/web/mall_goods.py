"""Six shops and some of what they sell: what the fake mall of the pages' tests is filled with."""

from __future__ import annotations

import base64
import io
from datetime import timedelta
from typing import Any, Final

from PIL import Image

from kernel import clock
from kernel.instants import instant
from services.shop.schemas.categories import CATEGORIES
from tests.support.days import noon

# id | zh | en | terminal | side | zone | place | place zh | place en | gates | walk m | minutes
_SHOPS: Final = """
t2-xiangye|湘叶茶行|Xiangye Tea House|T2|airside|domestic|T2-GATE-31|31号登机口|gate 31|T2-GATE-30 T2-GATE-31 T2-GATE-32|120|5
t2-lianlian|联联数码|Linklink Digital|T2|airside|both|T2-SHOPS|安检后商店餐厅|shops after security|T2-GATE-33 T2-GATE-34 T2-GATE-B12|60|5
t2-tofu|街口臭豆腐|Street Corner Tofu|T2|airside|domestic|T2-GATE-34|34号登机口|gate 34|T2-GATE-34 T2-GATE-35|40|10
t2-dutyfree|湘江免税|Xiang River Duty Free|T2|airside|international|T2-BORDER|出境边检|departure border control|T2-GATE-20 T2-GATE-21|200|8
t2-embroidery|湘绣坊|Hunan Embroidery|T2|landside|both|T2-LANDSIDE-SHOPS|安检前商店餐厅|shops before security||0|5
t1-books|麓山书屋|Lushan Books|T1|landside|both|T1-LANDSIDE-SHOPS|安检前商店餐厅|shops before security||0|3
"""
# id | shop | category | kind | zh | en | yuan | deal % | stock | variants code:zh/en=yuan,… | duty free
_GOODS: Final = """
tea-maojian|t2-xiangye|tea|food|古丈毛尖 明前特级|Guzhang Maojian Green Tea, Pre-Qingming|168||40|weight:50克/50 g=168,100克/100 g=318|
tea-heicha|t2-xiangye|tea|food|安化黑茶 茯砖 400克|Anhua Dark Tea, Fu Brick 400 g|128|25|12||
tea-gift|t2-xiangye|hampers|food|君山银针 礼盒|Junshan Yinzhen Gift Caddy|588||3||
cable-usbc|t2-lianlian|cables|electronics|USB-C 快充数据线|USB-C Fast Charging Cable|39|20|60|colour:白色/White=39,黑色/Black=39,蓝色/Blue=45|
cable-three|t2-lianlian|cables|electronics|三合一数据线|Three-in-One Cable|45||25||
power-bank|t2-lianlian|power-banks|electronics|充电宝 10000毫安时|Power Bank 10,000 mAh|129|15|4||
neck-pillow|t2-lianlian|comfort|goods|记忆棉颈枕|Memory Foam Neck Pillow|99||18|colour:灰色/Grey=99,藏青/Navy=99|
tofu-box|t2-tofu|spicy-snacks|food|长沙臭豆腐 真空礼盒|Changsha Stinky Tofu, Sealed Gift Box|46||80||
duck-neck|t2-tofu|spicy-snacks|food|麻辣鸭脖|Spicy Duck Neck|32|10|0||
milk-tea|t2-tofu|drinks|food|栀香鲜奶茶|Gardenia Milk Tea|19||30|size:中杯/Medium=19,大杯/Large=23|
perfume|t2-dutyfree|perfume|cosmetics|桂雨香水 50毫升|Osmanthus Rain Perfume 50 ml|520||9||y
baijiu|t2-dutyfree|baijiu|alcohol|湘泉白酒 52度 500毫升|Xiangquan Baijiu 52% 500 ml|299||14||y
scarf|t2-embroidery|scarves|clothing|湘绣真丝小方巾|Embroidered Silk Kerchief|168|30|7||
panda|t2-embroidery|embroidery|goods|双面绣摆件 熊猫|Double-sided Embroidery: Panda|460||2||
guide-book|t1-books|books|books|《长沙味道》图文集|Tastes of Changsha, Illustrated|58||20||
notebook|t1-books|stationery|goods|岳麓书院笔记本|Yuelu Academy Notebook|36||50||
"""


def photo(colour: tuple[int, int, int] = (200, 180, 150)) -> str:
    """A small JPEG in base64."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "JPEG")
    return base64.b64encode(out.getvalue()).decode()


def shops() -> dict[str, dict[str, Any]]:
    """ShopSchema by id; all of them open day and night."""
    found = {}
    now = clock.now()
    for text in _SHOPS.strip().splitlines():
        code, zh, en, terminal, side, zone, place, place_zh, place_en, gates, walk, minutes = text.split("|")
        found[code] = {
            "id": code,
            "name": {"zh": zh, "en": en},
            "terminal": terminal,
            "side": side,
            "zone": zone,
            "place": place,
            "state": "open",
            "about": {"zh": f"{zh}，机场同城同价。", "en": f"{en}: the same prices as in town."},
            "merchant_id": "huanghua",
            "merchant_name": "长沙黄花商贸有限公司",
            "place_name": {"zh": place_zh, "en": place_en},
            "near_gates": gates.split(),
            "walk_m": int(walk),
            "picking_minutes": int(minutes),
            "hours": {"weekly": [{"opens": "06:00", "closes": "22:30"}] * 7, "exceptions": []},
            "opening": [
                {
                    "opens_at": instant(now - timedelta(hours=3)),
                    "closes_at": instant(now + timedelta(hours=9)),
                }
            ],
            "open_now": True,
            "phone": "0731 8479 0000",
            "picture": None,
            "categories": [],
            "products": 0,
            "version": 1,
        }
    return found


def products(known: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """ProductSchema by id, on the shelves of these shops."""
    found = {}
    for text in _GOODS.strip().splitlines():
        product = _product(text, known)
        shop = known[product["shop"]["id"]]
        shop["products"] += 1
        shop["categories"] = list(dict.fromkeys([*shop["categories"], product["category"]]))
        found[product["id"]] = product
    return found


def _product(text: str, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    code, shop_id, category, kind, zh, en, yuan, off, stock, variants, duty = text.split("|")
    shop = known[shop_id]
    option, _, choices = variants.partition(":")
    made = [_variant(code, {}, int(yuan), off, int(stock))]
    if choices:
        made = []
        for one in choices.split(","):
            words, price = one.split("=")
            in_zh, in_en = words.split("/")
            made.append(_variant(code, {option: {"zh": in_zh, "en": in_en}}, int(price), off, int(stock)))
    cheapest = min(made, key=lambda one: one["now_fen"])
    short = {name: shop[name] for name in ("id", "name", "terminal", "side", "zone", "place", "state")}
    return {
        "id": code,
        "name": {"zh": zh, "en": en},
        "shop": short,
        "brand": zh[:2],
        "category": category,
        "kind": kind,
        "tags": [],
        "duty_free": bool(duty),
        "picture": f"{code}-1",
        "now_fen": cheapest["now_fen"],
        "was_fen": cheapest["price_fen"] if off else None,
        "many_prices": len({one["now_fen"] for one in made}) > 1,
        "deal_until": cheapest["deal"]["until_at"] if off else None,
        "available": any(one["available"] for one in made),
        "version": 1,
        "merchant_id": "huanghua",
        "merchant_name": shop["merchant_name"],
        "sku": code.upper(),
        "words": {
            "zh": f"{zh}。\n本地直供，包装结实，适合随身带走。",
            "en": f"{en}.\nMade near here, packed to travel.",
        },
        "origin": "湖南",
        "perishable": category == "drinks",
        "liquid_ml": 500 if kind == "alcohol" else None,
        "photos": [f"{code}-1", f"{code}-2"],
        "state": "on_sale",
        "variant_count": len(made),
        "variants": made,
    }


def _variant(
    code: str, options: dict[str, dict[str, str]], yuan: int, off: str, stock: int
) -> dict[str, Any]:
    tail = ".".join(words["en"] for words in options.values())
    price = yuan * 100
    now_fen = price * (100 - int(off)) // 100 if off else price
    begun, over = clock.now() - timedelta(hours=5), noon(1)
    deal = {"price_fen": now_fen, "from_at": instant(begun), "until_at": instant(over), "per_person": None}
    return {
        "id": f"{code}.{tail}" if tail else code,
        "options": options,
        "barcode": "",
        "price_fen": price,
        "now_fen": now_fen,
        "deal": deal if off else None,
        "weight_g": None,
        "available": stock,
    }


def card(product: dict[str, Any]) -> dict[str, Any]:
    """ProductCardSchema of a ProductSchema."""
    names = [
        "id",
        "name",
        "shop",
        "brand",
        "category",
        "kind",
        "tags",
        "duty_free",
        "picture",
        "now_fen",
        "was_fen",
        "many_prices",
        "deal_until",
        "available",
        "version",
    ]
    return {name: product[name] for name in names} | {"variant_count": len(product["variants"])}


def categories(known: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """CategorySchema, all of them."""
    leaves = [one["category"] for one in known.values()]
    counts = {code: leaves.count(code) for code in CATEGORIES}
    for code, one in CATEGORIES.items():
        if one.parent:
            counts[one.parent] += leaves.count(code)
    return [
        {"code": code, "parent": one.parent, "name": {"zh": one.zh, "en": one.en}, "products": counts[code]}
        for code, one in CATEGORIES.items()
    ]
