"""Products, their variants and photos."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from services.shop.domain.catalogue import Product, Variant, option_key
from services.shop.domain.prices import Deal
from services.shop.schemas.vocabulary import Kind, PhotoSize, ProductState, Words
from services.shop.store.catalogue_tables import PHOTOS, PRODUCTS, VARIANTS

_WORDED: Final = ("name", "words")
_LISTED: Final = ("tags", "photos")
_ENUMS: Final[dict[str, Any]] = {"kind": Kind, "state": ProductState}
_PLAIN: Final = tuple(each.name for each in fields(Product) if each.name not in {*_WORDED, *_LISTED, *_ENUMS})


_SAVE: Final = (
    update(PRODUCTS)
    .where(PRODUCTS.c.id == bindparam("saved"))
    .values({each.name: bindparam(each.name, type_=each.type) for each in PRODUCTS.c if each.name != "id"})
)


# Made once: making a statement costs as much as executing it.
_PRODUCTS: Final = select(PRODUCTS).where(PRODUCTS.c.id.in_(bindparam("products", expanding=True)))
_VARIANTS: Final = select(VARIANTS).where(VARIANTS.c.id.in_(bindparam("variants", expanding=True)))


class ProductRows:
    """What is sold."""

    _connection: Connection

    def product(self, product_id: str) -> Product | None:
        return self.products_of([product_id]).get(product_id)

    def products_of(self, product_ids: Collection[str]) -> dict[str, Product]:
        """Those that there are."""
        rows = self._connection.execute(_PRODUCTS, {"products": list(product_ids)})
        return {row.id: product_of(row) for row in rows}

    def lock_product(self, product_id: str) -> Product | None:
        """Held against other writers until the transaction ends."""
        query = select(PRODUCTS).where(PRODUCTS.c.id == product_id).with_for_update(key_share=True)
        row = self._connection.execute(query).first()
        return None if row is None else product_of(row)

    def lock_all(self, shop_id: str) -> list[Product]:
        """Everything that a shop ever had, locked in the order of ids."""
        query = select(PRODUCTS).where(PRODUCTS.c.shop_id == shop_id).order_by(PRODUCTS.c.id)
        return [product_of(row) for row in self._connection.execute(query.with_for_update(key_share=True))]

    def lock_by_sku(self, shop_id: str, skus: Collection[str]) -> dict[str, Product]:
        """Those of a shop that there are, by SKU; locked in the order of their ids."""
        query = (
            select(PRODUCTS)
            .where(PRODUCTS.c.shop_id == shop_id, PRODUCTS.c.sku.in_(list(skus)))
            .order_by(PRODUCTS.c.id)
            .with_for_update(key_share=True)
        )
        return {row.sku: product_of(row) for row in self._connection.execute(query)}

    def id_of_sku(self, shop_id: str, sku: str) -> str | None:
        query = select(PRODUCTS.c.id).where(PRODUCTS.c.shop_id == shop_id, PRODUCTS.c.sku == sku)
        return self._connection.execute(query).scalar()

    def add_product(self, product: Product) -> None:
        self._connection.execute(insert(PRODUCTS), product_row(product))

    def save_products(self, products: Collection[Product]) -> None:
        """They are locked."""
        rows = [{"saved": each.id, **product_row(each)} for each in products]
        if rows:
            self._connection.execute(_SAVE, rows)

    def turning(self, now: datetime, limit: int) -> list[str]:
        """Products of which a deal began or ended, the earliest first; nothing is locked."""
        query = select(PRODUCTS.c.id).where(PRODUCTS.c.turns_at.is_not(None), PRODUCTS.c.turns_at <= now)
        query = query.order_by(PRODUCTS.c.turns_at, PRODUCTS.c.id).limit(limit)
        return list(self._connection.execute(query).scalars())

    def bought(self) -> dict[str, int]:
        """What was counted as bought lately, where it is anything."""
        number = PRODUCTS.c.popularity - PRODUCTS.c.promoted
        rows = self._connection.execute(select(PRODUCTS.c.id, number).where(number > 0))
        return {row[0]: row[1] for row in rows}

    def save_popularity(self, product_id: str, popularity: int) -> None:
        """It is locked."""
        change = update(PRODUCTS).where(PRODUCTS.c.id == product_id).values(popularity=popularity)
        self._connection.execute(change)

    # --- variants

    def variants_of(self, product_ids: Collection[str]) -> dict[str, list[Variant]]:
        """By product, in the order in which they are shown, also those that are no longer offered."""
        found: dict[str, list[Variant]] = {product_id: [] for product_id in product_ids}
        query = select(VARIANTS).where(VARIANTS.c.product_id.in_(list(product_ids)))
        for row in self._connection.execute(query.order_by(VARIANTS.c.position, VARIANTS.c.id)):
            found[row.product_id].append(_variant(row))
        return found

    def variants(self, variant_ids: Collection[str]) -> dict[str, Variant]:
        """Those that there are."""
        rows = self._connection.execute(_VARIANTS, {"variants": list(variant_ids)})
        return {row.id: _variant(row) for row in rows}

    def product_of(self, variant_id: str) -> str:
        """Its product's id; there is such a variant."""
        query = select(VARIANTS.c.product_id).where(VARIANTS.c.id == variant_id)
        return str(self._connection.execute(query).scalar_one())

    def by_barcode(self, shop_id: str, barcodes: Collection[str]) -> dict[str, Variant]:
        """Those of a shop that there are."""
        query = select(VARIANTS).where(VARIANTS.c.shop_id == shop_id, VARIANTS.c.barcode.in_(list(barcodes)))
        return {row.barcode: _variant(row) for row in self._connection.execute(query)}

    def add_variant(self, variant: Variant) -> None:
        self._connection.execute(insert(VARIANTS), _variant_row(variant))

    def save_variant(self, variant: Variant) -> None:
        """Its product is locked."""
        row = _variant_row(variant)
        self._connection.execute(update(VARIANTS).where(VARIANTS.c.id == variant.id).values(row))

    # --- photos

    def add_photo(self, row: dict[str, Any]) -> None:
        self._connection.execute(insert(PHOTOS), row)

    def photo(self, photo_id: str, size: PhotoSize) -> bytes | None:
        column = PHOTOS.c.jpeg if size is PhotoSize.FULL else PHOTOS.c.thumbnail
        return self._connection.execute(select(column).where(PHOTOS.c.id == photo_id)).scalar()

    def photo_shop(self, photo_id: str) -> str | None:
        """The shop that a photo is the picture of; None for a product's."""
        query = select(PHOTOS.c.shop_id).where(PHOTOS.c.id == photo_id, PHOTOS.c.product_id.is_(None))
        return self._connection.execute(query).scalar()

    def remove_photos(self, photo_ids: Collection[str]) -> None:
        self._connection.execute(delete(PHOTOS).where(PHOTOS.c.id.in_(list(photo_ids))))


def product_of(row: Any) -> Product:
    """Of a row of PRODUCTS."""
    read = row._mapping
    values = {name: read[name] for name in _PLAIN}
    values |= {each: Words(read[f"{each}_zh"], read[f"{each}_en"]) for each in _WORDED}
    values |= {each: tuple(orjson.loads(read[each])) for each in _LISTED}
    values |= {each: enum(row._mapping[each]) for each, enum in _ENUMS.items()}
    return Product(**values)


def product_row(product: Product) -> dict[str, Any]:
    """A row of PRODUCTS."""
    row = {name: getattr(product, name) for name in _PLAIN}
    for each in _WORDED:
        row[f"{each}_zh"], row[f"{each}_en"] = getattr(product, each)
    row |= {each: orjson.dumps(getattr(product, each)).decode() for each in _LISTED}
    return row | {each: getattr(product, each).value for each in _ENUMS}


def _variant(row: Any) -> Variant:
    options = {code: Words(**words) for code, words in orjson.loads(row.options).items()}
    deal = None
    if row.deal_fen is not None:
        deal = Deal(row.deal_fen, row.deal_from, row.deal_until, row.deal_limit)
    own = ("id", "product_id", "shop_id", "position", "barcode", "price_fen", "weight_g", "offered")
    return Variant(**{name: row._mapping[name] for name in own}, options=options, deal=deal)


def _variant_row(variant: Variant) -> dict[str, Any]:
    deal = variant.deal
    row = {name: value for name, value in vars(variant).items() if name not in {"options", "deal"}}
    options = {code: words._asdict() for code, words in variant.options.items()}
    return row | {
        "options": orjson.dumps(options).decode(),
        "option_key": option_key(variant.options),
        "deal_fen": None if deal is None else deal.price_fen,
        "deal_from": None if deal is None else deal.from_at,
        "deal_until": None if deal is None else deal.until_at,
        "deal_limit": None if deal is None else deal.per_person,
    }
