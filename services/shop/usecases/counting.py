"""What lies in a shop, as those who work there count and write it down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.instants import instant
from services.shop.errors import BadRequest, NotEnoughStock, ShopNotFound, VariantNotFound
from services.shop.schemas.vocabulary import MoveKind
from services.shop.store.stock import Reason
from services.shop.usecases import stocking
from services.shop.usecases.paging import cursor_of, mark_of
from services.shop.usecases.shared import Tx, Work, once, refuse_other
from services.shop.usecases.views import stock_views, words

_SIGNS = {MoveKind.DELIVERED: 1, MoveKind.RETURNED: 1, MoveKind.BROKEN: -1}


def count_stock(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """StockCountedSchema: every count is taken, or told why not. Raises NotYourShop, ShopNotFound."""
    shop_id = request["shop_id"]
    refuse_other(request["shops"], shop_id)

    def work(tx: Tx) -> dict[str, Any]:
        _refuse_unknown(tx, shop_id)
        counts = {each["variant_id"]: each for each in request["counts"]}
        ours = _ours(tx, shop_id, list(counts))
        tx.store.stock.open([(shop_id, each) for each in ours], tx.now())
        whys = {each: "unknown" for each in counts if each not in ours}
        for variant_id in sorted(ours):
            why = _counted(tx, shop_id, counts[variant_id], _reason(tx, request, MoveKind.COUNT))
            if why is not None:
                whys[variant_id] = why
        views = {each["variant_id"]: each for each in stock_views(tx, shop_id, list(counts))}
        return {
            "counted": [view for each, view in views.items() if each not in whys],
            "refused": [
                {"variant_id": each, "why": why, "stock": views.get(each)} for each, why in whys.items()
            ],
        }

    return once(uow, request, "count_stock", work)


def move_stock(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """StocksSchema: all or nothing. Raises NotYourShop, ShopNotFound, VariantNotFound, NotEnoughStock, BadRequest."""
    shop_id, kind = request["shop_id"], request["kind"]
    refuse_other(request["shops"], shop_id)
    sign = _SIGNS.get(kind)
    moves = {each["variant_id"]: each["quantity"] for each in request["moves"]}
    if len(moves) < len(request["moves"]) or not all(moves.values()) or (sign and min(moves.values()) < 0):
        raise BadRequest(fields={"moves": ["Not valid."]})

    def work(tx: Tx) -> dict[str, Any]:
        _refuse_unknown(tx, shop_id)
        if len(_ours(tx, shop_id, list(moves))) < len(moves):
            raise VariantNotFound
        tx.store.stock.open([(shop_id, each) for each in moves], tx.now())
        for variant_id in sorted(moves):
            key, quantity = (shop_id, variant_id), moves[variant_id] * (sign or 1)
            if stocking.add(tx, key, quantity, _reason(tx, request, kind)) is None:
                level = tx.store.stock.levels([key])[key]
                raise NotEnoughStock(variant_id=variant_id, on_hand=level.on_hand, held=level.held)
        return {"stocks": stock_views(tx, shop_id, list(moves))}

    return once(uow, request, "move_stock", work)


def list_stock(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """StockPageSchema. Raises NotYourShop, BadCursor."""
    shop_id, limit = request["shop_id"], request["limit"]
    refuse_other(request["shops"], shop_id)
    after = mark_of(request["cursor"], str)
    with uow.read() as tx:
        found = tx.store.stocked(shop_id, request["q"].strip(), request["low"], after, limit + 1)
        page = found[:limit]
        views = stock_views(tx, shop_id, [variant_id for _, variant_id in page])
    return {"stocks": views, "next_cursor": cursor_of(*page[-1]) if len(found) > limit else None}


def list_moves(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """MovePageSchema. Raises NotYourShop, BadCursor."""
    shop_id, limit = request["shop_id"], request["limit"]
    refuse_other(request["shops"], shop_id)
    mark = mark_of(request["cursor"], int)
    with uow.read() as tx:
        rows = tx.store.stock.moves(shop_id, request["variant_id"], mark and mark[0], limit + 1)
        page = rows[:limit]
        variants = tx.store.variants({row.variant_id for row in page})
        products = tx.store.products_of({each.product_id for each in variants.values()})
    return {
        "moves": [
            {
                **{
                    name: getattr(row, name)
                    for name in (
                        "id",
                        "variant_id",
                        "kind",
                        "quantity",
                        "on_hand",
                        "actor",
                        "order_id",
                        "note",
                    )
                },
                "sku": products[variants[row.variant_id].product_id].sku,
                "name": words(products[variants[row.variant_id].product_id].name),
                "at": instant(row.at),
            }
            for row in page
        ],
        "next_cursor": cursor_of(page[-1].id, "") if len(rows) > limit else None,
    }


def _counted(tx: Tx, shop_id: str, given: Mapping[str, Any], reason: Reason) -> str | None:
    """Why not, if it wasn't taken."""
    level = tx.store.stock.lock(shop_id, given["variant_id"])
    assert level is not None, "its row was opened"
    if given["seen_version"] is not None and given["seen_version"] != level.version:
        return "changed"
    if given["on_hand"] < level.held:
        return "held"
    stocking.count(tx, level, given["on_hand"], reason)
    return None


def _ours(tx: Tx, shop_id: str, variant_ids: list[str]) -> list[str]:
    """Those that this shop has."""
    return [each.id for each in tx.store.variants(variant_ids).values() if each.shop_id == shop_id]


def _reason(tx: Tx, request: Mapping[str, Any], kind: MoveKind) -> Reason:
    return Reason(kind, request["actor"], tx.now(), note=request["note"])


def _refuse_unknown(tx: Tx, shop_id: str) -> None:
    if tx.store.shop(shop_id) is None:
        raise ShopNotFound
