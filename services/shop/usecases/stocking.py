"""What happens to stock, for everybody in this service who sells: in their transaction, in one order, told when it matters.

    sold_out = hold(tx, {(shop_id, variant_id): quantity})    then raise: a part of it may be held
    free(tx, {…}); sell(tx, {…}, reason); put_back(tx, {…}, reason)
    sold_out = sell_unheld(tx, {…}, reason)                   for who lost a hold and may still have it

Order of locks: what a caller locks of its own first (orders), then products, then stock by (shop, variant), as all of these
do. stock_out and stock_in are told only when nobody can have a piece any more, or somebody can again: the search hears
them (`catching_up`), so that a sale writes nothing but its row.
"""

from __future__ import annotations

from collections.abc import Mapping

from kernel.outbox import Event
from services.shop import events
from services.shop.store.stock import Level, Reason
from services.shop.usecases.shared import Tx

Pieces = Mapping[tuple[str, str], int]
"""By (shop_id, variant_id), each from 1."""


def hold(tx: Tx, pieces: Pieces) -> tuple[str, ...]:
    """Promise all of these; the variants of which too few are free. If there are any, the caller must raise."""
    now, missing = tx.now(), []
    for (shop_id, variant_id), quantity in sorted(pieces.items()):
        level = tx.store.stock.hold(shop_id, variant_id, quantity, now)
        if level is None:
            missing.append(variant_id)
        else:
            _told(tx, level, -quantity)
    return tuple(missing)


def free(tx: Tx, pieces: Pieces) -> None:
    """What was promised is anybody's again."""
    now = tx.now()
    for (shop_id, variant_id), quantity in sorted(pieces.items()):
        _told(tx, tx.store.stock.free(shop_id, variant_id, quantity, now), quantity)


def sell(tx: Tx, pieces: Pieces, reason: Reason) -> None:
    """What was promised is somebody's: it leaves the count."""
    for (shop_id, variant_id), quantity in sorted(pieces.items()):
        tx.store.stock.sell(shop_id, variant_id, quantity, reason)


def sell_unheld(tx: Tx, pieces: Pieces, reason: Reason) -> tuple[str, ...]:
    """Sell what nobody was promised; the variants of which too few are free. If there are any, the caller must raise."""
    missing = []
    for (shop_id, variant_id), quantity in sorted(pieces.items()):
        level = tx.store.stock.add(shop_id, variant_id, -quantity, reason)
        if level is None:
            missing.append(variant_id)
        else:
            _told(tx, level, -quantity)
    return tuple(missing)


def put_back(tx: Tx, pieces: Pieces, reason: Reason) -> None:
    """What was sold lies on the shelf again."""
    for (shop_id, variant_id), quantity in sorted(pieces.items()):
        level = tx.store.stock.add(shop_id, variant_id, quantity, reason)
        if level is None:
            raise LookupError(f"{variant_id} of {shop_id} has no shelf")
        _told(tx, level, quantity)


def add(tx: Tx, key: tuple[str, str], quantity: int, reason: Reason) -> Level | None:
    """Pieces come, or go that nobody was promised; None, and nothing changed, when fewer are free."""
    level = tx.store.stock.add(*key, quantity, reason)
    if level is not None:
        _told(tx, level, quantity)
    return level


def count(tx: Tx, level: Level, on_hand: int, reason: Reason) -> Level:
    """A locked shelf was counted. on_hand: not below what is held."""
    after = tx.store.stock.count(level, on_hand, reason)
    _told(tx, after, after.on_hand - level.on_hand)
    return after


def _told(tx: Tx, level: Level, more: int) -> None:
    """Tell of it when nobody can have a piece any more, or somebody can again. more: by how many the free ones grew."""
    before = level.free - more
    if (before > 0) == (level.free > 0):
        return
    name = events.STOCK_IN if level.free > 0 else events.STOCK_OUT
    data = {
        "variant_id": level.variant_id,
        "product_id": tx.store.product_of(level.variant_id),
        "shop_id": level.shop_id,
        "available": level.free > 0,
    }
    tx.outbox.add(Event(name, level.variant_id, level.version, data, events.SCHEMA_VERSION))
