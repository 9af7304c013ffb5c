"""What the search knows of a product: written down in the transaction that changes the product."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from services.shop.domain.catalogue import Product, Shop, Variant, offered
from services.shop.schemas.categories import CATEGORIES
from services.shop.schemas.vocabulary import ProductState, ShopState
from services.shop.search import Item, State
from services.shop.usecases.shared import Place, Tx

_DEAL: Final = ("特价", "on sale")


def put_down(tx: Tx, place: Place, products: Collection[Product]) -> None:
    """At the end of a transaction that locked them: the search finds them as they are, or no longer."""
    shops = tx.store.bare_shops({each.shop_id for each in products})
    shown = [each for each in products if _found(each, shops[each.shop_id])]
    variants = tx.store.variants_of([each.id for each in shown])
    available = tx.store.available([each.id for each in shown])
    tx.store.index.put_many(
        [
            item_of(each, offered(variants[each.id]), shops[each.shop_id], place, each.id in available)
            for each in sorted(shown, key=lambda each: each.id)
        ]
    )
    for each in sorted(set(products) - set(shown), key=lambda each: each.id):
        tx.store.index.remove(each.id)


def note_stock(tx: Tx, product: Product) -> None:
    """Whether somebody can have a piece of a locked product."""
    tx.store.index.touch({product.id: State(in_stock=bool(tx.store.available([product.id])))})


def item_of(product: Product, variants: Iterable[Variant], shop: Shop, place: Place, in_stock: bool) -> Item:
    """variants: those that are offered."""
    some = list(variants)
    leaf = CATEGORIES[product.category]
    parent = CATEGORIES[leaf.parent or leaf.code]
    spot = place.places.get(shop.place)
    return Item(
        id=product.id,
        name_zh=product.name.zh,
        name_en=product.name.en,
        brand=product.brand,
        words=tuple(filter(None, product.words)),
        tags=(*product.tags, *(_DEAL if product.saved_fen else ())),
        options=tuple(
            dict.fromkeys(text for each in some for word in each.options.values() for text in word)
        ),
        kinds=(leaf.zh, leaf.en, parent.zh, parent.en),
        places=(*shop.name, *((spot.zh, spot.en) if spot else ())),
        origin=product.origin,
        skus=(product.sku,),
        barcodes=tuple(each.barcode for each in some if each.barcode),
        shop_id=shop.id,
        terminal=shop.terminal,
        side=shop.side.value,
        category=leaf.code,
        parent=parent.code,
        duty_free=product.duty_free,
        in_stock=in_stock,
        deal=product.saved_fen > 0,
        price_fen=product.now_fen or 0,
        popularity=product.popularity,
        listed_at=int(product.created_at.timestamp()),
    )


def _found(product: Product, shop: Shop) -> bool:
    return product.state is ProductState.ON_SALE and shop.state is not ShopState.CLOSED
