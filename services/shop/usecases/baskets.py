"""Baskets: what somebody thinks of buying. Nothing is held for it; prices and stock are those of now."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from services.shop.domain.orders import OnShelf
from services.shop.errors import BasketFull, VariantNotFound
from services.shop.schemas.order_words import MAX_LINES, MAX_QUANTITY, ChangeKind
from services.shop.schemas.vocabulary import ShopState
from services.shop.store.baskets import Owner
from services.shop.usecases.order_views import shop_view
from services.shop.usecases.quoting import on_shelf
from services.shop.usecases.shared import Place, Tx, Work, held, once

_BATCH: Final = 200


def owner_of(request: Mapping[str, Any]) -> Owner:
    """By what a basket is found. Of a guest's key only a hash is kept: who reads the database has no basket by it."""
    guest = request.get("guest")
    if guest is None:
        return "passenger_id", request["passenger_id"]
    return "guest_hash", hashlib.sha256(guest.encode()).hexdigest()


def _held(tx: Tx, request: Mapping[str, Any]) -> Owner | None:
    """As `owner_of`, and so until the transaction ends; None: who asks was erased. A guest is only whose key it is."""
    owner = owner_of(request)
    if owner[0] == "guest_hash":
        return owner
    passenger_id = held(tx, owner[1])
    return None if passenger_id is None else (owner[0], passenger_id)


def basket_id_of(tx: Tx, request: Mapping[str, Any]) -> str | None:
    """Of the traveller who asks."""
    return tx.store.basket_of(("passenger_id", request["passenger_id"]))


def get_basket(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """BasketResultSchema: as it can be bought now. now: the airport's time."""
    with uow.read() as tx:
        return _view(tx, place, owner_of(request), now)


def put_line(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """BasketResultSchema. quantity 0 takes the line out; putting it agrees to its price of now.

    Doing it twice is doing it once. Raises VariantNotFound, also for who was erased, BasketFull.
    """
    variant_id, quantity = request["variant_id"], request["quantity"]
    with uow.write() as tx:
        owner = _held(tx, request)
        if owner is None:
            raise VariantNotFound
        thing = on_shelf(tx.store, [variant_id]).get(variant_id)
        if quantity and (thing is None or not thing.offered):
            raise VariantNotFound
        basket_id = tx.store.open_basket(owner, tx.now())
        if not quantity or thing is None:
            tx.store.drop_lines(basket_id, [variant_id])
        else:
            known = {line[0] for line in tx.store.basket_lines(basket_id)}
            if variant_id not in known and len(known) >= MAX_LINES:
                raise BasketFull(most=MAX_LINES)
            tx.store.put_line(basket_id, (variant_id, quantity, thing.unit_fen(now)), tx.now())
        return _view(tx, place, owner, now)


def merge_basket(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """BasketResultSchema of a guest who signed in: both baskets in one, the greater quantity of what both had.

    The guest's is gone after it, so that a repeat adds nothing.
    """
    traveller = {"passenger_id": request["passenger_id"]}

    def work(tx: Tx) -> dict[str, Any]:
        owner = _held(tx, traveller)
        if owner is not None:
            join(tx, owner_of(request), owner)
        return {}

    once(uow, request, "merge_basket", work)
    with uow.read() as tx:
        return _view(tx, place, owner_of(traveller), now)


def join(tx: Tx, from_: Owner, into: Owner) -> None:
    """Put all of one basket into another; what doesn't fit any more stays behind, and goes."""
    old = tx.store.basket_of(from_, lock=True)
    if old is None:
        return
    basket_id = tx.store.open_basket(into, tx.now())
    known = {line[0]: line for line in tx.store.basket_lines(basket_id)}
    for line in tx.store.basket_lines(old):
        before = known.get(line[0])
        if before is None and len(known) >= MAX_LINES:
            continue
        if before is None or line[1] > before[1]:
            known[line[0]] = line
            tx.store.put_line(basket_id, line, tx.now())
    tx.store.drop_basket(old)


def basket_copy(tx: Tx, passenger_id: str) -> list[dict[str, Any]]:
    """What lies in a traveller's basket, for their own copy."""
    basket_id = tx.store.basket_of(("passenger_id", passenger_id))
    lines = [] if basket_id is None else tx.store.basket_lines(basket_id)
    shelf = on_shelf(tx.store, [line[0] for line in lines])
    return [
        {"name": shelf[id_].name, "options": shelf[id_].options, "quantity": n, "seen_price_fen": seen_fen}
        for id_, n, seen_fen in lines
    ]


def forget_baskets(uow: Work, place: Place) -> int:
    """Those that nobody touched for long; how many."""
    gone = 0
    while True:
        with uow.write() as tx:
            old = tx.store.old_baskets(tx.now() - timedelta(days=place.settings.basket_days), _BATCH)
            for each in old:
                tx.store.drop_basket(each)
        gone += len(old)
        if len(old) < _BATCH:
            return gone


def _view(tx: Tx, place: Place, owner: Owner, now: datetime) -> dict[str, Any]:
    basket_id = tx.store.basket_of(owner)
    lines = [] if basket_id is None else tx.store.basket_lines(basket_id)
    shelf = on_shelf(tx.store, [line[0] for line in lines])
    changes, shops, goods_fen = [], dict[str, dict[str, Any]](), 0
    for variant_id, quantity, seen_fen in lines:
        thing = shelf[variant_id]
        view = _line(thing, quantity, seen_fen, now)
        shop = shops.setdefault(thing.shop.id, {"shop": shop_view(thing.shop), "lines": []})
        shop["lines"].append(view)
        changes += _changes(thing, view, now)
        goods_fen += view["line_fen"] if view["buyable"] else 0
    basket = {
        "shops": list(shops.values()),
        "pieces": sum(line[1] for line in lines),
        "goods_fen": goods_fen,
        "currency": place.airport.currency,
        "changes": changes,
    }
    return {"basket": basket}


def _line(thing: OnShelf, quantity: int, seen_fen: int, now: datetime) -> dict[str, Any]:
    unit_fen = thing.unit_fen(now)
    resting = not thing.offered or thing.shop.state is not ShopState.OPEN
    left = 0 if resting else min(thing.free, MAX_QUANTITY)
    return {
        "variant_id": thing.variant_id,
        "product_id": thing.product.id,
        "shop_id": thing.shop.id,
        "name": thing.name,
        "options": thing.options,
        "picture": thing.picture,
        "quantity": quantity,
        "unit_fen": unit_fen,
        "list_fen": thing.variant.price_fen,
        "seen_price_fen": seen_fen,
        "line_fen": quantity * unit_fen,
        "left": left,
        "buyable": left >= quantity,
        "duty_free": thing.product.duty_free,
    }


def _changes(thing: OnShelf, line: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    found = []
    was, now_fen, quantity, left = line["seen_price_fen"], line["unit_fen"], line["quantity"], line["left"]
    if not thing.offered:
        said = {"zh": "商品已下架", "en": "No longer sold"}
        return [_change(line, ChangeKind.GONE, (None, None), said)]
    if was != now_fen:
        said = {
            "zh": f"价格由 {_yuan(was)} 变为 {_yuan(now_fen)}",
            "en": f"Now {_yuan(now_fen)}, was {_yuan(was)}",
        }
        found.append(_change(line, ChangeKind.PRICE, (was, now_fen), said))
    if left < quantity:
        said = (
            {"zh": f"仅剩 {left} 件", "en": f"Only {left} left"}
            if left
            else {"zh": "暂时缺货", "en": "Sold out for now"}
        )
        found.append(_change(line, ChangeKind.STOCK, (quantity, left), said))
    deal = thing.deal(now)
    if deal is not None and deal.per_person is not None and quantity > deal.per_person:
        most = deal.per_person
        said = {"zh": f"每人限购 {most} 件", "en": f"{most} to a person"}
        found.append(_change(line, ChangeKind.LIMIT, (quantity, most), said))
    return found


def _change(
    line: Mapping[str, Any], kind: ChangeKind, values: tuple[int | None, int | None], said: dict[str, str]
) -> dict[str, Any]:
    return {
        "line": line["variant_id"],
        "kind": kind.value,
        "was": values[0],
        "now": values[1],
        "words": said,
    }


def _yuan(fen: int) -> str:
    return f"¥{fen / 100:.2f}".removesuffix(".00")
