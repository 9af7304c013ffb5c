"""Products are written in one way: summed up, numbered, told of. Their shop is locked first, then they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from kernel.outbox import Event
from services.shop import events
from services.shop.domain.catalogue import Product, Shop, Variant, offered
from services.shop.domain.prices import summary
from services.shop.errors import ChangedMeanwhile, NothingToSell, ProductNotFound, ShopNotFound
from services.shop.schemas.vocabulary import ProductState
from services.shop.usecases.shared import Tx, refuse_other


def lock_shop(tx: Tx, shops: Collection[str], shop_id: str) -> Shop:
    """Held against others who write its catalogue. shops: of the account. Raises NotYourShop, ShopNotFound."""
    refuse_other(shops, shop_id)
    shop = tx.store.lock_shop(shop_id)
    if shop is None:
        raise ShopNotFound
    return shop


def lock_product(tx: Tx, shops: Collection[str], product_id: str, seen_version: int | None = None) -> Product:
    """Held against other writers, its shop too. Raises ProductNotFound, NotYourShop, ChangedMeanwhile."""
    known = tx.store.product(product_id)
    if known is None:
        raise ProductNotFound
    lock_shop(tx, shops, known.shop_id)
    product = tx.store.lock_product(product_id)
    if product is None:
        raise ProductNotFound
    if seen_version is not None and product.version != seen_version:
        raise ChangedMeanwhile
    return product


def summed(product: Product, variants: Collection[Variant], at: datetime) -> Product:
    """The product with what its variants cost at this instant. Raises NothingToSell: nothing on sale has no variant."""
    sums = summary([each.price for each in offered(variants)], at)
    if product.state is ProductState.ON_SALE and sums.variant_count == 0:
        raise NothingToSell
    return replace(product, **vars(sums))


def save(tx: Tx, product: Product, actor: str) -> Product:
    """Write a locked product that was summed up, and tell of it; the product as it is now."""
    [after] = save_all(tx, [product], actor)
    tell_product(tx, after)
    return after


def save_all(tx: Tx, products: Sequence[Product], actor: str) -> list[Product]:
    """Write locked products; whoever does so tells of all of them at once."""
    now = tx.now()
    after = [replace(each, version=each.version + 1, changed_at=now, changed_by=actor) for each in products]
    tx.store.save_products(after)
    return after


def add(tx: Tx, product: Product) -> Product:
    """Write a new product, and tell of it."""
    tx.store.add_product(product)
    tell_product(tx, product)
    return product


def tell_product(tx: Tx, product: Product) -> None:
    data = {"product_id": product.id, "shop_id": product.shop_id, "version": product.version}
    tx.outbox.add(Event(events.PRODUCT_CHANGED, product.id, product.version, data, events.SCHEMA_VERSION))


def tell_shop(tx: Tx, shop: Shop, name: str = events.SHOP_CHANGED) -> None:
    data = {"shop_id": shop.id, "version": shop.version}
    tx.outbox.add(Event(name, shop.id, shop.version, data, events.SCHEMA_VERSION))
