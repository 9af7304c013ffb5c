"""What time and sales do to the catalogue: deals begin and end, pieces run out and come back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from services.shop.search import State
from services.shop.usecases import indexing
from services.shop.usecases.saving import save, summed
from services.shop.usecases.shared import Place, Work

CLOCK: Final = "clock"
_CHUNK: Final = 100
_LATELY: Final = timedelta(days=30)
_MOST: Final = 2_000_000


def turn_deals(uow: Work, place: Place, now: datetime) -> int:
    """Sum up anew what a deal that began or ended changed the price of; how many products. Once in a transaction each,
    so that nobody who writes waits for all of them."""
    with uow.read() as tx:
        due = tx.store.turning(now, _CHUNK)
    return sum(_turned(uow, place, product_id, now) for product_id in due)


def catch_up(uow: Work, event: Mapping[str, Any]) -> None:
    """The search hears whether somebody can have a piece: of stock_out and stock_in, in whatever order they come."""
    with uow.write() as tx:
        product = tx.store.lock_product(event["data"]["product_id"])
        if product is None or not tx.inbox.first_time(event["id"]):
            return
        indexing.note_stock(tx, product)


def file_anew(uow: Work, place: Place) -> int:
    """Put down anew some of what was written down by older words of the search; how many products."""
    with uow.write() as tx:
        due = sorted(tx.store.index.outdated(_CHUNK))
        products = [each for id_ in due if (each := tx.store.lock_product(id_)) is not None]
        indexing.put_down(tx, place, products)
        for gone in set(due) - {each.id for each in products}:
            tx.store.index.remove(gone)
    return len(due)


def count_bought(uow: Work) -> int:
    """Let what was bought in the last thirty days stand higher in lists and searches; how many products moved."""
    with uow.read() as tx:
        sold, counted = tx.store.stock.sold_since(tx.now() - _LATELY), tx.store.bought()
    moved = [each for each in sorted({*sold, *counted}) if sold.get(each, 0) != counted.get(each, 0)]
    for product_id in moved:
        with uow.write() as tx:
            product = tx.store.lock_product(product_id)
            if product is not None:
                popularity = min(product.promoted + sold.get(product_id, 0), _MOST)
                tx.store.save_popularity(product_id, popularity)
                tx.store.index.touch({product_id: State(popularity=popularity)})
    return len(moved)


def _turned(uow: Work, place: Place, product_id: str, now: datetime) -> bool:
    with uow.write() as tx:
        product = tx.store.lock_product(product_id)
        if product is None or product.turns_at is None or product.turns_at > now:
            return False
        after = save(tx, summed(product, tx.store.variants_of([product_id])[product_id], now), CLOCK)
        indexing.put_down(tx, place, [after])
    return True
