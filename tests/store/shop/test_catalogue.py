"""The catalogue over both databases: what shops write, and what travellers find."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.shop.errors import (
    BadBarcode,
    BadRequest,
    BarcodeTaken,
    ChangedMeanwhile,
    MerchantNotFound,
    NothingToSell,
    NotYourShop,
    OptionsTaken,
    PhotoNotFound,
    ProductNotFound,
    ShopNotFound,
    SkuTaken,
    TooManyPhotos,
    UnknownPlace,
    VariantNotFound,
)
from services.shop.schemas import browsing as asked
from services.shop.schemas import products, shops
from services.shop.usecases import browsing, keeping, running, writing
from tests.unit.shop.mall import (
    CABLES,
    NOW,
    PLACE,
    TEA,
    a_product,
    a_shop,
    ask,
    change,
    events_of,
    listed,
    named,
    picture,
    place,
    put_product,
    put_variant,
    searched,
    staff_product,
)

HOUR = timedelta(hours=1)
RED, GREEN = {"colour": named("红", "red")}, {"colour": named("绿", "green")}


def product(uow: Any, product_id: str, at: Any = NOW) -> dict[str, Any]:
    found = browsing.get_product(uow, PLACE, product_id, at)
    products.ProductResultSchema().load(found)
    return found["product"]


# --- shops


def test_travellers_see_when_a_shop_is_open(mall: Any) -> None:
    found = browsing.get_shop(mall, PLACE, TEA, NOW)
    shops.ShopResultSchema().load(found)
    shop = found["shop"]
    assert shop["open_now"]
    assert shop["opening"][0] == {"opens_at": "2026-11-23T23:00:00Z", "closes_at": "2026-11-24T15:00:00Z"}
    assert shop["place_name"]["zh"] == "T2 34号登机口"
    assert not browsing.get_shop(mall, PLACE, TEA, NOW + 14 * HOUR)["shop"]["open_now"]


def test_another_day_is_told_with_its_reason(mall: Any) -> None:
    days = [
        {"day_local": "2026-11-25", "times": None, "reason": named("盘点", "stock-taking")},
        {"day_local": "2026-11-01"},
    ]
    weekly = [{"opens": "18:00", "closes": "02:00"}] * 6 + [None]
    request = ask(shops.SetHoursSchema(), shop_id=TEA, weekly=weekly, exceptions=days, seen_version=2)
    shop = running.set_hours(mall, PLACE, request, NOW)["shop"]
    shops.ShopSchema().load(shop)
    assert [each["day_local"] for each in shop["hours"]["exceptions"]] == ["2026-11-25"]
    assert shop["hours"]["weekly"][6] is None
    assert not shop["open_now"]
    with pytest.raises(ChangedMeanwhile):
        running.set_hours(mall, PLACE, {**request, "request_id": "another-one"}, NOW)


def test_shops_are_listed_by_where_they_are_and_what_they_have(mall: Any) -> None:
    put_product(mall)

    def ids(**values: Any) -> list[str]:
        found = browsing.list_shops(mall, PLACE, shops.ListShopsSchema().load(values), NOW)
        shops.ShopsSchema().load(found)
        return [each["id"] for each in found["shops"]]

    assert ids() == [CABLES, TEA]
    assert ids(terminal="T2") == ids(side="airside") == ids(category="specialties") == [TEA]
    assert ids(category="cables") == []


def test_a_closed_shop_is_found_by_nobody_but_those_who_run_it(mall: Any) -> None:
    product_id, _ = put_product(mall)
    request = ask(shops.SetShopStateSchema(), shop_id=TEA, state="closed")
    running.set_shop_state(mall, PLACE, request, NOW)
    with pytest.raises(ShopNotFound):
        browsing.get_shop(mall, PLACE, TEA, NOW)
    with pytest.raises(ProductNotFound):
        product(mall, product_id)
    assert listed(mall) == searched(mall, "君山银针")["products"] == []
    assert (
        running.get_staff_shop(mall, PLACE, ask(shops.StaffShopSchema(), shop_id=TEA), NOW)["shop"]["state"]
        == "closed"
    )
    running.set_shop_state(mall, PLACE, ask(shops.SetShopStateSchema(), shop_id=TEA, state="open"), NOW)
    assert [each["id"] for each in searched(mall, "君山银针")["products"]] == [product_id]


def test_only_those_who_run_the_mall_say_where_a_shop_is(mall: Any) -> None:
    own = {"seen_version": 2, "shops": [TEA]}
    running.save_shop(mall, PLACE, ask(shops.SaveShopSchema(), **a_shop(phone="1"), **own), NOW)
    own["seen_version"] = 3
    for changes in ({"place": "T2-GATE-30"}, {"terminal": "T1"}, {"zone": "international"}):
        with pytest.raises(NotYourShop):
            running.save_shop(mall, PLACE, ask(shops.SaveShopSchema(), **a_shop(**changes), **own), NOW)
    with pytest.raises(NotYourShop):
        running.save_shop(
            mall, PLACE, ask(shops.SaveShopSchema(), **a_shop(shop_id="mine"), shops=["mine"]), NOW
        )
    with pytest.raises(NotYourShop):
        running.set_shop_state(
            mall, PLACE, ask(shops.SetShopStateSchema(), shop_id=TEA, state="closed", shops=[TEA]), NOW
        )
    with pytest.raises(MerchantNotFound):
        running.save_shop(
            mall, PLACE, ask(shops.SaveShopSchema(), **a_shop(shop_id="new", merchant_id="no")), NOW
        )
    with pytest.raises(UnknownPlace):
        running.save_shop(mall, PLACE, ask(shops.SaveShopSchema(), **a_shop(place="T9-GATE-1")), NOW)


def test_an_account_sees_its_own_shops(mall: Any) -> None:
    seen = running.list_staff_shops(mall, PLACE, ask(shops.AtWorkOnlySchema(), shops=[TEA]), NOW)["shops"]
    assert [each["id"] for each in seen] == [TEA]
    assert len(running.list_staff_shops(mall, PLACE, ask(shops.AtWorkOnlySchema()), NOW)["shops"]) == 2
    assert running.list_merchants(mall, ask(shops.AtWorkOnlySchema(), shops=[]))["merchants"] == []
    assert len(running.list_merchants(mall, ask(shops.AtWorkOnlySchema(), shops=[TEA]))["merchants"]) == 1


# --- products


def test_a_product_is_sold_once_it_has_a_variant(mall: Any) -> None:
    with pytest.raises(NothingToSell):
        writing.save_product(
            mall, PLACE, ask(products.SaveProductSchema(), **a_product(state="on_sale")), NOW
        )
    request = ask(products.SaveProductSchema(), **a_product())
    saved = writing.save_product(mall, PLACE, request, NOW)["product"]
    products.StaffProductSchema().load(saved)
    assert writing.save_product(mall, PLACE, request, NOW)["product"] == saved, (
        "a repeat is answered as before"
    )
    with pytest.raises(ProductNotFound):
        product(mall, saved["id"])
    variant = put_variant(mall, saved["id"])
    change(mall, saved["id"], state="on_sale")
    assert [each["id"] for each in product(mall, saved["id"])["variants"]] == [variant]
    request = {
        "product_id": saved["id"],
        "variant_id": variant,
        "price_fen": 1,
        "offered": False,
        "seen_version": 3,
    }
    with pytest.raises(NothingToSell):
        writing.save_variant(mall, PLACE, ask(products.SaveVariantSchema(), **request), NOW)


def test_what_is_alike_is_refused(mall: Any) -> None:
    first, _ = put_product(mall)
    with pytest.raises(SkuTaken):
        writing.save_product(mall, PLACE, ask(products.SaveProductSchema(), **a_product()), NOW)
    put_variant(mall, first, options=RED, barcode="4006381333931")
    with pytest.raises(OptionsTaken):
        put_variant(mall, first, options=RED)
    with pytest.raises(BarcodeTaken):
        put_variant(mall, first, options=GREEN, barcode="4006381333931")
    with pytest.raises(BadBarcode):
        put_variant(mall, first, options=GREEN, barcode="4006381333932")
    with pytest.raises(VariantNotFound):
        put_variant(mall, first, variant_id="nobody")
    other, _ = put_product(mall, shop_id=CABLES)
    put_variant(mall, other, options=RED, barcode="4006381333931")


def test_nobody_writes_over_what_they_havent_seen(mall: Any) -> None:
    product_id, _ = put_product(mall)
    seen = staff_product(mall, product_id)["version"]
    change(mall, product_id, brand="别的")
    with pytest.raises(ChangedMeanwhile):
        change(mall, product_id, seen_version=seen)
    with pytest.raises(ChangedMeanwhile):
        put_variant(mall, product_id, options=RED, seen_version=seen)


def test_nobody_writes_in_a_shop_that_isnt_theirs(mall: Any) -> None:
    product_id, _ = put_product(mall)
    with pytest.raises(NotYourShop):
        writing.save_product(
            mall, PLACE, ask(products.SaveProductSchema(), **a_product(sku="X"), shops=[CABLES]), NOW
        )
    with pytest.raises(NotYourShop):
        change(mall, product_id, shops=[CABLES])
    with pytest.raises(ProductNotFound):
        change(mall, product_id, shop_id=CABLES)
    with pytest.raises(NotYourShop):
        put_variant(mall, product_id, options=RED, shops=[CABLES])
    for call, schema in ((writing.get_staff_product, products.StaffProductIdSchema()),):
        with pytest.raises(NotYourShop):
            call(mall, ask(schema, product_id=product_id, shops=[CABLES]), NOW)
    with pytest.raises(NotYourShop):
        writing.list_range(mall, ask(products.ListRangeSchema(), shop_id=TEA, shops=[CABLES]), NOW)


def test_travellers_arent_told_how_much_there_is(mall: Any) -> None:
    product_id, _ = put_product(mall, on_hand=500)
    assert product(mall, product_id)["variants"][0]["available"] == 20
    few = browsing.get_product(mall, place(shown_most=3), product_id, NOW)["product"]
    assert few["variants"][0]["available"] == 3


def test_every_change_of_a_product_is_told(mall: Any) -> None:
    product_id, _ = put_product(mall)
    told = events_of(mall, "product_changed")
    assert [each["data"]["version"] for each in told] == [1, 2, 3]
    assert {each["data"]["product_id"] for each in told} == {product_id}
    assert [each["data"]["shop_id"] for each in events_of(mall, "shop_changed")] == [TEA, TEA, CABLES, CABLES]


# --- deals


def test_a_deal_begins_and_ends_by_itself(mall: Any) -> None:
    product_id, _ = put_product(mall)
    deal = {"price_fen": 9_900, "from_at": (NOW + HOUR).isoformat(), "until_at": (NOW + 2 * HOUR).isoformat()}
    put_variant(mall, product_id, options=RED, deal=deal)

    def shown(at: Any) -> tuple[int, int | None]:
        keeping.turn_deals(mall, PLACE, at)
        [card] = listed(mall)
        return card["now_fen"], card["was_fen"]

    assert shown(NOW) == (12_800, None)
    assert listed(mall, deals=True) == []
    assert shown(NOW + HOUR) == (9_900, 12_800)
    found = browsing.list_deals(mall, asked.ListDealsSchema().load({}))
    assert [each["id"] for each in found["products"]] == [product_id]
    assert searched(mall, "君山", price_to_fen=10_000)["total"] == 1
    assert shown(NOW + 2 * HOUR) == (12_800, None)
    assert searched(mall, "君山", price_to_fen=10_000)["total"] == 0
    assert keeping.turn_deals(mall, PLACE, NOW + 3 * HOUR) == 0, "told once"


def test_a_product_page_knows_the_price_of_its_moment(mall: Any) -> None:
    product_id, _ = put_product(mall)
    put_variant(
        mall, product_id, options=RED, deal={"price_fen": 1_000, "until_at": (NOW + HOUR).isoformat()}
    )
    assert [each["now_fen"] for each in product(mall, product_id)["variants"]] == [12_800, 1_000]
    later = product(mall, product_id, NOW + HOUR)["variants"]
    assert [(each["now_fen"], each["deal"]) for each in later] == [(12_800, None)] * 2
    with pytest.raises(BadRequest):
        put_variant(
            mall, product_id, options=GREEN, deal={"price_fen": 1_000, "until_at": (NOW - HOUR).isoformat()}
        )


# --- ranges


def test_a_range_is_looked_through_by_words_and_barcode(mall: Any) -> None:
    product_id, _ = put_product(mall)
    put_product(mall, sku="B_2", name=named("百%分", "Percent"))
    put_variant(mall, product_id, options=RED, barcode="4006381333931")

    def skus(**values: Any) -> list[str]:
        page = writing.list_range(mall, ask(products.ListRangeSchema(), shop_id=TEA, **values), NOW)
        products.RangePageSchema().load(page)
        return [each["sku"] for each in page["products"]]

    assert skus() == ["B_2", "TEA-001"]
    assert skus(q="JUNSHAN") == skus(q="4006381333931") == skus(q="银针") == ["TEA-001"]
    assert skus(q="%") == skus(q="_") == ["B_2"]
    assert skus(state="ended") == []


# --- photos


def test_photos_are_shown_in_the_order_that_the_shop_says(mall: Any) -> None:
    product_id, _ = put_product(mall)

    def attach(here: Any = PLACE, **values: Any) -> str:
        request = ask(products.AttachPhotoSchema(), jpeg=picture(300), thumbnail=picture(), **values)
        return str(writing.attach_photo(mall, here, request)["photo_id"])

    first, second = attach(product_id=product_id), attach(product_id=product_id)
    assert listed(mall)[0]["picture"] == first
    with pytest.raises(TooManyPhotos):
        attach(place(photos_most=2), product_id=product_id)
    change(mall, product_id, photos=[second])
    assert product(mall, product_id)["photos"] == [second]
    seen = browsing.get_photo(mall, products.GetPhotoSchema().load({"photo_id": second, "size": "small"}))
    assert seen["jpeg"] == picture()
    for photos in ([first], ["nobody"]):
        with pytest.raises(PhotoNotFound):
            change(mall, product_id, photos=photos)
    with pytest.raises(PhotoNotFound):
        browsing.get_photo(mall, products.GetPhotoSchema().load({"photo_id": first}))
    request = ask(products.AttachPhotoSchema(), product_id=product_id, jpeg="QUJD" * 30, thumbnail=picture())
    with pytest.raises(BadRequest):
        writing.attach_photo(mall, PLACE, request)
    shown = attach(shop_id=TEA)
    request = ask(shops.SetShopPictureSchema(), shop_id=TEA, photo_id=shown)
    assert running.set_shop_picture(mall, PLACE, request, NOW)["shop"]["picture"] == shown
    with pytest.raises(PhotoNotFound):
        running.set_shop_picture(
            mall, PLACE, ask(shops.SetShopPictureSchema(), shop_id=TEA, photo_id=second), NOW
        )
