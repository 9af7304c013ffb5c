"""A small mall, and requests as the schemas load them: a service's way to its use cases."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

from kernel.ids import new_id
from services.airport import Airport
from services.shop.schemas import browsing as asked
from services.shop.schemas import products, shops, stock
from services.shop.settings import ShopSettings
from services.shop.usecases import browsing, counting, running, writing
from services.shop.usecases.shared import Place
from services.shop.vault import Vault

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""10:00 in Changsha, a Tuesday."""
TEA, CABLES = "t2-xiang-tea", "t2-fast-charge"
LIU = "staff:liu"
MERCHANT = "bin-fen"


def place(**settings: Any) -> Place:
    """A copy of the service."""
    return Place(Airport(), ShopSettings(**settings), Vault({"k1": bytes(range(32))}))


PLACE = place()


def ask(schema: Any, **values: Any) -> dict[str, Any]:
    """A request of an account of all shops, loaded, with an id where the schema wants one."""
    given = {"actor": LIU, "shops": ["*"], "request_id": new_id(), **values}
    request: dict[str, Any] = schema.load(
        {name: each for name, each in given.items() if name in schema.fields}
    )
    return request


def named(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def a_shop(**changes: Any) -> dict[str, Any]:
    """What SaveShopSchema is given."""
    return {
        "shop_id": TEA,
        "merchant_id": MERCHANT,
        "name": named("潇湘茶庄", "Xiaoxiang Tea House"),
        "about": named("安化黑茶、君山银针", "Anhua dark tea and Junshan silver needles"),
        "terminal": "T2",
        "side": "airside",
        "zone": "both",
        "place": "T2-GATE-34",
        "near_gates": ["33", "34", "35"],
        "walk_m": 120,
        "picking_minutes": 8,
        "phone": "0731-96777",
        **changes,
    }


def a_product(**changes: Any) -> dict[str, Any]:
    """What SaveProductSchema is given of a new one."""
    return {
        "shop_id": TEA,
        "sku": "TEA-001",
        "name": named("君山银针黄茶", "Junshan silver needle tea"),
        "words": named("岳阳君山岛产", "From Junshan island"),
        "brand": "君山",
        "category": "tea",
        "kind": "food",
        "tags": ["伴手礼"],
        "origin": "湖南岳阳",
        **changes,
    }


def open_mall(uow: Any) -> None:
    """Two shops of one merchant, open from seven to eleven at night."""
    running.save_merchant(
        uow, ask(shops.SaveMerchantSchema(), merchant_id=MERCHANT, name="湖南缤纷商贸有限公司")
    )
    cable = a_shop(
        shop_id=CABLES, name=named("快充数码", "Fast Charge"), terminal="T1", place="T1-HALL", side="landside"
    )
    for given in (a_shop(), cable):
        running.save_shop(uow, PLACE, ask(shops.SaveShopSchema(), **given), NOW)
        hours = [{"opens": "07:00", "closes": "23:00"}] * 7
        request = ask(shops.SetHoursSchema(), shop_id=given["shop_id"], weekly=hours, seen_version=1)
        running.set_hours(uow, PLACE, request, NOW)


def put_product(uow: Any, *, price_fen: int = 12_800, on_hand: int = 5, **changes: Any) -> tuple[str, str]:
    """On sale with one variant that lies on the shelf; its id and the variant's. changes: of a_product."""
    given = a_product(**changes)
    saved = writing.save_product(uow, PLACE, ask(products.SaveProductSchema(), **given), NOW)["product"]
    variant_id = put_variant(uow, saved["id"], price_fen=price_fen)
    change(uow, saved["id"], state="on_sale")
    if on_hand:
        deliver(uow, given["shop_id"], variant_id, on_hand)
    return saved["id"], variant_id


def put_variant(uow: Any, product_id: str, **values: Any) -> str:
    """Another variant; its id."""
    version = staff_product(uow, product_id)["version"]
    given = {"product_id": product_id, "seen_version": version, "price_fen": 12_800, **values}
    saved = writing.save_variant(uow, PLACE, ask(products.SaveVariantSchema(), **given), NOW)
    return str(saved["variant_id"])


def change(uow: Any, product_id: str, **changes: Any) -> dict[str, Any]:
    """The product with this and that otherwise, as staff see it afterwards."""
    known = staff_product(uow, product_id)
    plain = ("sku", "name", "words", "brand", "category", "kind", "tags", "origin", "duty_free", "perishable")
    given = {name: known[name] for name in (*plain, "liquid_ml", "state")}
    given |= {"product_id": product_id, "shop_id": known["shop"]["id"], "seen_version": known["version"]}
    request = ask(products.SaveProductSchema(), **{**given, **changes})
    saved: dict[str, Any] = writing.save_product(uow, PLACE, request, NOW)["product"]
    return saved


def staff_product(uow: Any, product_id: str) -> dict[str, Any]:
    request = ask(products.StaffProductIdSchema(), product_id=product_id)
    found: dict[str, Any] = writing.get_staff_product(uow, request, NOW)["product"]
    return found


def deliver(uow: Any, shop_id: str, variant_id: str, quantity: int) -> None:
    moves = [{"variant_id": variant_id, "quantity": quantity}]
    counting.move_stock(uow, ask(stock.MoveStockSchema(), shop_id=shop_id, kind="delivered", moves=moves))


def level(uow: Any, variant_id: str) -> tuple[int, int]:
    """(on hand, held)."""
    with uow.read() as tx:
        found = tx.store.stock.levels_of([variant_id])[variant_id]
    return found.on_hand, found.held


def picture(size: int = 200) -> str:
    """Base64 of what begins as a JPEG does."""
    return base64.b64encode(b"\xff\xd8\xff\xe0" + b"x" * size).decode()


def events_of(uow: Any, *names: str) -> list[dict[str, Any]]:
    """The events saved so far, the oldest first; of these names, or all."""
    import orjson
    from sqlalchemy import select

    from kernel.tables import OUTBOX

    with uow.read() as tx:
        rows = tx.store.stock._connection.execute(select(OUTBOX.c.body).order_by(OUTBOX.c.id))
        found = [orjson.loads(row.body) for row in rows]
    return [each for each in found if not names or each["name"] in names]


def listed(uow: Any, **values: Any) -> list[dict[str, Any]]:
    """All of a list, asked for two at a time."""
    found, cursor = [], None
    while True:
        request = asked.ListProductsSchema().load({"limit": 2, "cursor": cursor, **values})
        page = browsing.list_products(uow, request)
        asked.ProductPageSchema().load(page)
        found += page["products"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def searched(uow: Any, q: str, **values: Any) -> dict[str, Any]:
    found = browsing.search_products(uow, asked.SearchProductsSchema().load({"q": q, **values}))
    asked.FoundSchema().load(found)
    return found
