"""A catalogue as a sheet: rows come in, each whole or refused, and go out as they could come in again.

The shop is locked first, then its products by id, then their stock by variant: see saving, stocking.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from marshmallow import ValidationError

from kernel.ids import new_id
from services.shop import events
from services.shop.domain.catalogue import Product, Variant, option_key
from services.shop.domain.rows import Refusal, read_row, write_row
from services.shop.errors import BadRequest, BarcodeTaken, NothingToSell, OptionsTaken, TooManyVariants
from services.shop.schemas.columns import COLUMNS
from services.shop.schemas.products import ImportRowSchema
from services.shop.schemas.vocabulary import MoveKind, Words
from services.shop.store.lists import RangeFilter
from services.shop.store.stock import Level, Reason
from services.shop.usecases import indexing, stocking
from services.shop.usecases.paging import cursor_of, mark_of
from services.shop.usecases.saving import lock_shop, save_all, summed, tell_shop
from services.shop.usecases.shared import Place, Tx, Work, once, refuse_other
from services.shop.usecases.writing import blank_product, given_deal, refuse_alike, spec_values

_OUTCOMES: Final = ("added", "changed", "same")
_ROW: Final = ImportRowSchema()
_COLUMN_OF: Final = {
    "name": "name_zh",
    "words": "words_zh",
    "price_fen": "price",
    "deal": "deal_price",
}


class Refused(Exception):
    """A row can't be taken."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.refusal = Refusal(field, reason)


@dataclass
class _Bench:
    """What an import has at hand: what was there by SKU, and what became of it. at: the airport's time; new: variants."""

    request: Mapping[str, Any]
    shop_id: str
    at: datetime
    products: dict[str, Product]
    variants: dict[str, list[Variant]]
    levels: dict[str, Level]
    specs: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)


def import_products(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """ImportReportSchema. Raises NotYourShop, ShopNotFound."""
    rows = [_read(place, cells) for cells in request["rows"]]

    def work(tx: Tx) -> dict[str, Any]:
        shop = lock_shop(tx, request["shops"], request["shop_id"])
        bench = _bench(tx, request, {row["sku"] for row in rows if isinstance(row, dict)}, now)
        outcomes: Counter[str] = Counter()
        refused: list[dict[str, Any]] = []
        for at, row in enumerate(rows, 1):
            try:
                if isinstance(row, list):
                    raise Refused(row[0].field, row[0].reason)
                outcomes[_taken(tx, bench, at, row)] += 1
            except Refused as exc:
                told = row if isinstance(row, list) else [exc.refusal]
                sku = request["rows"][at - 1].get("sku", "").strip()[:64]
                refused += [{"row": at, "sku": sku, **vars(each)} for each in told]
        _settle(tx, place, bench)
        if bench.touched or bench.counts:
            after = replace(shop, version=shop.version + 1)
            tx.store.save_shop(after)
            tell_shop(tx, after, events.CATALOGUE_CHANGED)
        return {
            "accepted": sum(outcomes.values()),
            **{name: outcomes[name] for name in _OUTCOMES},
            "refused": refused,
        }

    return once(uow, request, "import_products", work)


def export_catalogue(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """ExportPageSchema. Raises NotYourShop, BadCursor."""
    refuse_other(request["shops"], request["shop_id"])
    after, limit = mark_of(request["cursor"], str), request["limit"]
    with uow.read() as tx:
        found = tx.store.range_of(RangeFilter(request["shop_id"]), after, limit + 1)
        page = found[:limit]
        variants = tx.store.variants_of([each.id for each in page])
        levels = tx.store.stock.levels_of([each.id for some in variants.values() for each in some])
    rows = [
        write_row(product, each, levels[each.id].on_hand if each.id in levels else 0, place.zone)
        for product in page
        for each in variants[product.id]
    ]
    more = len(found) > limit
    return {
        "columns": list(COLUMNS),
        "rows": rows,
        "next_cursor": cursor_of(page[-1].sku, page[-1].id) if more else None,
    }


def _read(place: Place, cells: Mapping[str, str]) -> dict[str, Any] | list[Refusal]:
    """ImportRowSchema as loaded, or why not."""
    row = read_row(cells, place.zone)
    if isinstance(row, list):
        return row
    try:
        loaded: dict[str, Any] = _ROW.load(row)
    except ValidationError as exc:
        return [
            Refusal(_COLUMN_OF.get(str(name), str(name)), _first(each))
            for name, each in exc.messages_dict.items()
        ]
    return loaded


def _bench(tx: Tx, request: Mapping[str, Any], skus: set[str], now: datetime) -> _Bench:
    products = tx.store.lock_by_sku(request["shop_id"], skus)
    by_id = tx.store.variants_of([each.id for each in products.values()])
    variants = {sku: by_id[each.id] for sku, each in products.items()}
    levels = tx.store.stock.levels_of([each.id for some in by_id.values() for each in some])
    return _Bench(request, request["shop_id"], now, products, variants, levels)


def _taken(tx: Tx, bench: _Bench, at: int, row: dict[str, Any]) -> str:
    """added, changed or same. Raises Refused: before anything of the row was written."""
    sku = row["sku"]
    spec = {**spec_values(row), "state": row["state"]}
    first, said = bench.specs.get(sku, (at, spec))
    if said != spec:
        raise Refused(_different(spec, said), f"Not as in row {first} of this SKU.")
    product = bench.products.get(sku)
    if product is None:
        stamp = blank_product(bench.shop_id, sku, bench.request["actor"], tx.now())
        product = Product(**{**stamp, **spec})
    known, variant = _variant(product, bench.variants.get(sku, []), row, bench.at)
    others = [each for each in bench.variants.get(sku, []) if each.id != variant.id]
    product = _judged(tx, bench, replace(product, **spec), variant, others)
    level = bench.levels.get(variant.id)
    _refuse_held(level, row["on_hand"])
    bench.specs[sku] = (first, spec)
    counted = row["on_hand"] is not None and row["on_hand"] != (0 if level is None else level.on_hand)
    if known == variant and bench.products.get(sku) == product and not counted:
        return "same"
    if counted or (known is None and row["on_hand"] is not None):
        bench.counts[variant.id] = row["on_hand"]
    if sku not in bench.products:
        tx.store.add_product(product)
    if known is None:
        bench.new.add(variant.id)
        tx.store.add_variant(variant)
    elif known != variant:
        tx.store.save_variant(variant)
    if known != variant or bench.products.get(sku) != product:
        bench.touched.add(sku)
    bench.products[sku] = product
    bench.variants[sku] = [*others, variant]
    return "added" if known is None else "changed"


def _different(spec: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    """The first column in which two rows of a product aren't alike."""
    name = next(name for name in spec if spec[name] != said[name])
    one, other = spec[name], said[name]
    return f"{name}_{'zh' if one.zh != other.zh else 'en'}" if isinstance(one, Words) else name


def _judged(tx: Tx, bench: _Bench, product: Product, variant: Variant, others: list[Variant]) -> Product:
    """The product as it would be. Raises Refused."""
    try:
        refuse_alike(tx, variant, others)
        return summed(product, [*others, variant], bench.at)
    except OptionsTaken:
        raise Refused("options", "Taken.") from None
    except BarcodeTaken:
        raise Refused("barcode", "Taken.") from None
    except TooManyVariants:
        raise Refused("options", "Too many of them.") from None
    except NothingToSell:
        raise Refused("offered", "On sale needs a variant that is offered.") from None


def _variant(
    product: Product, variants: list[Variant], row: Mapping[str, Any], now: datetime
) -> tuple[Variant | None, Variant]:
    """The one that is there, by its options, and as the row has it."""
    options = {code: Words(**given) for code, given in row["options"].items()}
    key = option_key(options)
    known = next((each for each in variants if option_key(each.options) == key), None)
    # A deal goes on since it began: a sheet that doesn't say when needn't begin it anew each time.
    since = now if known is None or known.deal is None else known.deal.from_at
    try:
        deal = given_deal(row["deal"], since)
    except BadRequest:
        raise Refused("deal_until", "A deal ends after it begins.") from None
    return known, Variant(
        id=new_id() if known is None else known.id,
        product_id=product.id,
        shop_id=product.shop_id,
        position=max((each.position for each in variants), default=0) + 1
        if known is None
        else known.position,
        options=options,
        barcode=row["barcode"],
        price_fen=row["price_fen"],
        deal=deal,
        weight_g=row["weight_g"],
        offered=row["offered"],
    )


def _refuse_held(level: Level | None, on_hand: int | None) -> None:
    if level is not None and on_hand is not None and on_hand < level.held:
        raise Refused("on_hand", "More of it are promised to orders.")


def _settle(tx: Tx, place: Place, bench: _Bench) -> None:
    """Products by id, then stock by variant, then the index."""
    touched = sorted((bench.products[sku] for sku in bench.touched), key=lambda each: each.id)
    saved = save_all(tx, touched, bench.request["actor"])
    reason = Reason(MoveKind.COUNT, bench.request["actor"], tx.now())
    first = {each: number for each, number in bench.counts.items() if each in bench.new}
    tx.store.stock.lay_out(bench.shop_id, first, reason)
    counted = {each: number for each, number in bench.counts.items() if each not in bench.new}
    tx.store.stock.open([(bench.shop_id, each) for each in counted], tx.now())
    for variant_id in sorted(counted):
        level = tx.store.stock.lock(bench.shop_id, variant_id)
        assert level is not None, "its row was opened"
        # Pieces that were promised since the row was judged stay promised.
        stocking.count(tx, level, max(counted[variant_id], level.held), reason)
    indexing.put_down(tx, place, saved)


def _first(messages: Any) -> str:
    """The first of a field's messages, however deep it stands."""
    while not isinstance(messages, str):
        messages = next(iter(messages.values() if isinstance(messages, dict) else messages))
    return messages
