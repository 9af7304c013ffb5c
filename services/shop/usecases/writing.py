"""Products, their variants and photos, as a shop writes them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from kernel.ids import new_id
from services.shop.domain.barcodes import as_barcode
from services.shop.domain.catalogue import Product, Variant, option_key
from services.shop.domain.prices import Deal, summary
from services.shop.errors import (
    BadBarcode,
    BadRequest,
    BarcodeTaken,
    OptionsTaken,
    PhotoNotFound,
    ProductNotFound,
    SkuTaken,
    TooManyPhotos,
    TooManyVariants,
    VariantNotFound,
)
from services.shop.schemas.vocabulary import MAX_VARIANTS, Words
from services.shop.store.lists import RangeFilter
from services.shop.usecases import indexing
from services.shop.usecases.paging import cursor_of, mark_of
from services.shop.usecases.saving import add, lock_product, lock_shop, save, summed
from services.shop.usecases.shared import Place, Tx, Work, once, refuse_other
from services.shop.usecases.views import staff_views

_JPEG = b"\xff\xd8\xff"
_PLAIN = ("brand", "category", "kind", "origin", "duty_free", "perishable", "liquid_ml")


def save_product(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """StaffProductResultSchema. Raises NotYourShop, ShopNotFound, ProductNotFound, ChangedMeanwhile, SkuTaken,
    NothingToSell, PhotoNotFound."""

    def work(tx: Tx) -> dict[str, Any]:
        product = (_new if request["product_id"] is None else _changed)(tx, request, now)
        indexing.put_down(tx, place, [product])
        return {"product": staff_views(tx, [product], now)[0]}

    return once(uow, request, "save_product", work)


def save_variant(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """VariantSavedSchema. Raises NotYourShop, ProductNotFound, VariantNotFound, ChangedMeanwhile, BadBarcode, BarcodeTaken,
    OptionsTaken, TooManyVariants, NothingToSell."""

    def work(tx: Tx) -> dict[str, Any]:
        product = lock_product(tx, request["shops"], request["product_id"], request["seen_version"])
        variants = tx.store.variants_of([product.id])[product.id]
        variant = _variant(product, variants, request, now)
        others = [each for each in variants if each.id != variant.id]
        refuse_alike(tx, variant, others)
        if len(others) == len(variants):
            tx.store.add_variant(variant)
        else:
            tx.store.save_variant(variant)
        product = save(tx, summed(product, [*others, variant], now), request["actor"])
        indexing.put_down(tx, place, [product])
        return {"variant_id": variant.id, "product": staff_views(tx, [product], now)[0]}

    return once(uow, request, "save_variant", work)


def attach_photo(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """PhotoAddedSchema. Raises NotYourShop, ShopNotFound, ProductNotFound, TooManyPhotos, BadRequest."""
    images = {name: _jpeg(name, request[name]) for name in ("jpeg", "thumbnail")}

    def work(tx: Tx) -> dict[str, Any]:
        photo_id = new_id()
        row = {"id": photo_id, "added_at": tx.now(), "added_by": request["actor"], **images}
        if request["product_id"] is None:
            shop = lock_shop(tx, request["shops"], request["shop_id"])
            tx.store.add_photo({**row, "shop_id": shop.id, "product_id": None})
            return {"photo_id": photo_id}
        product = lock_product(tx, request["shops"], request["product_id"])
        if len(product.photos) >= place.settings.photos_most:
            raise TooManyPhotos(most=place.settings.photos_most)
        tx.store.add_photo({**row, "shop_id": product.shop_id, "product_id": product.id})
        save(tx, replace(product, photos=(*product.photos, photo_id)), request["actor"])
        return {"photo_id": photo_id}

    return once(uow, request, "attach_photo", work)


def get_staff_product(uow: Work, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """StaffProductResultSchema, whatever its state. Raises NotYourShop, ProductNotFound."""
    with uow.read() as tx:
        product = tx.store.product(request["product_id"])
        if product is None:
            raise ProductNotFound
        refuse_other(request["shops"], product.shop_id)
        return {"product": staff_views(tx, [product], now)[0]}


def list_range(uow: Work, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """RangePageSchema. Raises NotYourShop, BadCursor."""
    refuse_other(request["shops"], request["shop_id"])
    after = mark_of(request["cursor"], str)
    asked = RangeFilter(request["shop_id"], request["state"], request["category"], request["q"].strip())
    with uow.read() as tx:
        found = tx.store.range_of(asked, after, request["limit"] + 1)
        page = found[: request["limit"]]
        views = staff_views(tx, page, now)
    more = len(found) > len(page)
    return {"products": views, "next_cursor": cursor_of(page[-1].sku, page[-1].id) if more else None}


def refuse_alike(tx: Tx, variant: Variant, others: list[Variant]) -> None:
    """others: of the same product, which is locked. Raises OptionsTaken, BarcodeTaken, TooManyVariants."""
    if len(others) >= MAX_VARIANTS:
        raise TooManyVariants(most=MAX_VARIANTS)
    if any(option_key(each.options) == option_key(variant.options) for each in others):
        raise OptionsTaken
    known = (
        tx.store.by_barcode(variant.shop_id, [variant.barcode]).get(variant.barcode)
        if variant.barcode
        else None
    )
    if known is not None and known.id != variant.id:
        raise BarcodeTaken(barcode=variant.barcode, product_id=known.product_id)


def given_deal(given: Mapping[str, Any] | None, now: datetime) -> Deal | None:
    """Of GivenDealSchema: one that doesn't say when begins now. Raises BadRequest: a deal that is over before it begins."""
    if given is None:
        return None
    # Whole seconds, as a sheet writes them.
    from_at = given["from_at"] or now.replace(microsecond=0)
    if given["until_at"] is not None and given["until_at"] <= from_at:
        raise BadRequest(fields={"deal": ["A deal ends after it begins."]})
    return Deal(given["price_fen"], from_at, given["until_at"], given["per_person"])


def spec_values(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Of SpecSchema, as a Product has them."""
    return {
        **{name: spec[name] for name in _PLAIN},
        "name": Words(**spec["name"]),
        "words": Words(**spec["words"]),
        "tags": tuple(dict.fromkeys(spec["tags"])),
    }


def blank_product(shop_id: str, sku: str, actor: str, at: datetime) -> dict[str, Any]:
    """The rest of a new product, which has no variant yet. at: the database's time."""
    sums = vars(summary([], at))
    return {
        **sums,
        "id": new_id(),
        "shop_id": shop_id,
        "sku": sku,
        "photos": (),
        "promoted": 0,
        "popularity": 0,
        "version": 1,
        "created_at": at,
        "changed_at": at,
        "changed_by": actor,
    }


def _new(tx: Tx, request: Mapping[str, Any], now: datetime) -> Product:
    shop = lock_shop(tx, request["shops"], request["shop_id"])
    _refuse_taken(tx, shop.id, request["sku"], None)
    if request["photos"]:
        raise PhotoNotFound
    values = {**blank_product(shop.id, request["sku"], request["actor"], tx.now()), **spec_values(request)}
    values["promoted"] = values["popularity"] = request["popularity"] or 0
    return add(tx, summed(Product(**values, state=request["state"]), [], now))


def _changed(tx: Tx, request: Mapping[str, Any], now: datetime) -> Product:
    product = lock_product(tx, request["shops"], request["product_id"], request["seen_version"])
    if product.shop_id != request["shop_id"]:
        raise ProductNotFound
    _refuse_taken(tx, product.shop_id, request["sku"], product.id)
    photos = product.photos if request["photos"] is None else tuple(dict.fromkeys(request["photos"]))
    if not set(photos) <= set(product.photos):
        raise PhotoNotFound
    promoted = product.promoted if request["popularity"] is None else request["popularity"]
    after = replace(
        product,
        **spec_values(request),
        sku=request["sku"],
        state=request["state"],
        photos=photos,
        promoted=promoted,
        popularity=product.popularity - product.promoted + promoted,
    )
    after = save(tx, summed(after, tx.store.variants_of([product.id])[product.id], now), request["actor"])
    tx.store.remove_photos(set(product.photos) - set(photos))
    return after


def _refuse_taken(tx: Tx, shop_id: str, sku: str, product_id: str | None) -> None:
    known = tx.store.id_of_sku(shop_id, sku)
    if known not in (None, product_id):
        raise SkuTaken(sku=sku, product_id=known)


def _variant(product: Product, variants: list[Variant], request: Mapping[str, Any], now: datetime) -> Variant:
    known = next((each for each in variants if each.id == request["variant_id"]), None)
    if known is None and request["variant_id"] is not None:
        raise VariantNotFound
    barcode = as_barcode(request["barcode"]) if request["barcode"] else ""
    if barcode is None:
        raise BadBarcode(barcode=request["barcode"])
    return Variant(
        id=new_id() if known is None else known.id,
        product_id=product.id,
        shop_id=product.shop_id,
        position=max((each.position for each in variants), default=0) + 1
        if known is None
        else known.position,
        options={code: Words(**given) for code, given in request["options"].items()},
        barcode=barcode,
        price_fen=request["price_fen"],
        deal=given_deal(request["deal"], now),
        weight_g=request["weight_g"],
        offered=request["offered"],
    )


def _jpeg(name: str, text: str) -> bytes:
    try:
        image = base64.b64decode(text, validate=True)
    except binascii.Error:
        image = b""
    if not image.startswith(_JPEG):
        raise BadRequest(fields={name: ["Not valid."]})
    return image
