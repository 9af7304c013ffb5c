"""The columns of a catalogue's sheet: what import_products reads and export_catalogue writes.

Money in whole currency with two digits ("128.00"), days and times local ("2026-11-23 08:30"), yes and no as 是/否 or
yes/no, lists with a semicolon between. Options in one cell: "颜色=红色/Red; 尺码=L/L".
"""

from __future__ import annotations

from typing import Final

from services.shop.schemas.vocabulary import Words

COLUMNS: Final[dict[str, Words]] = {
    "sku": Words("货号", "SKU"),
    "name_zh": Words("中文品名", "Name in Chinese"),
    "name_en": Words("英文品名", "Name in English"),
    "options": Words("规格", "Options"),
    "price": Words("价格", "Price"),
    "barcode": Words("条形码", "Barcode"),
    "on_hand": Words("库存", "In stock"),
    "category": Words("分类", "Category"),
    "brand": Words("品牌", "Brand"),
    "kind": Words("监管类别", "Kind"),
    "words_zh": Words("中文介绍", "Description in Chinese"),
    "words_en": Words("英文介绍", "Description in English"),
    "tags": Words("标签", "Tags"),
    "origin": Words("产地", "Origin"),
    "duty_free": Words("免税", "Duty free"),
    "perishable": Words("易腐", "Perishable"),
    "liquid_ml": Words("液体毫升", "Liquid in ml"),
    "weight_g": Words("重量克", "Weight in g"),
    "deal_price": Words("特价", "Deal price"),
    "deal_from": Words("特价开始", "Deal from"),
    "deal_until": Words("特价结束", "Deal until"),
    "deal_limit": Words("每人限购", "Most per person"),
    "state": Words("状态", "State"),
    "offered": Words("规格在售", "Variant offered"),
}
"""By field; the headings in both languages."""

NEEDED: Final = ("sku", "name_zh", "name_en", "price", "category")
