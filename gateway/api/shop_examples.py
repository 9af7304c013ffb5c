"""Examples of what the mall's JSON takes: shown in the document, and proved by a test to be what the schemas say."""

from __future__ import annotations

from typing import Any, Final

_LINES: Final = [{"variant_id": "v-7c1f0e52a9d84b36", "quantity": 2}]
_QUOTE: Final[dict[str, Any]] = {
    "lines": _LINES,
    "ways": {"t2-xiang-tea": "gate"},
    "flight_id": "CZ3101-20261123-CSX-PEK",
    "coupon_ids": [],
    "adult": False,
}
_RETURN: Final[dict[str, Any]] = {
    "lines": [{"line_id": "l-2f6b81c3", "quantity": 1}],
    "reason": "damaged",
}
IDS: Final = {
    "shop_id": "t2-xiang-tea",
    "product_id": "p-4b1c9a7e",
    "variant_id": "v-7c1f0e52a9d84b36",
    "order_id": "0198c2d4a7e17f3b9c5d2e8f6a1b4c70",
    "ask_id": "a-91d2f07c",
    "parcel_id": "q-5e3a81b6",
    "case_id": "c-6f20b9d4",
    "campaign_id": "tea-50-8",
    "coupon_id": "k-3d7e10a2",
}
"""By name of a path's part; real ones look alike, and are found in answers."""
EXAMPLES: Final[dict[str, Any]] = {
    "putInBasket": {"quantity": 2},
    "quoteShopOrder": _QUOTE,
    "placeShopOrder": {**_QUOTE, "expects_fen": 12720},
    "payShopOrder": {"channel": "native"},
    "answerShop": {"choice": "replace"},
    "quoteShopReturn": _RETURN,
    "openShopCase": {**_RETURN, "words": "The box came open."},
    "requestShopInvoice": {
        "kind": "company",
        "private": {
            "title": "长沙示例科技有限公司",
            "tax_number": "91430100MA4L16JQ9D",
            "email": "fapiao@example.com",
        },
    },
}
"""Bodies by operation."""
