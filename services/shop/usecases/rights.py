"""Whose orders they are: the traveller's rights, and the law's.

Orders that were paid are kept for as long as the law asks; who asks to be erased is cut off from them at once, by a pseudonym
that nothing leads back from. Money that is on its way needs the order, not the person: it arrives. Source: docs/privacy.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from kernel.ids import new_id
from kernel.outbox import Event
from services.shop.events import ERASURE_DONE, PUBLISHER, SCHEMA_VERSION
from services.shop.usecases.baskets import basket_copy, join
from services.shop.usecases.cases import views_of
from services.shop.usecases.coupon_people import erase_coupons, export_coupons, merge_coupons
from services.shop.usecases.invoices import invoice_copies
from services.shop.usecases.order_views import order_view, shown_all
from services.shop.usecases.shared import Place, Work

EXPORTED: Final = 500
PSEUDONYM: Final = "erased-"
_BATCH: Final = 100


def export_passenger(uow: Work, place: Place, passenger_id: str) -> dict[str, Any]:
    """ExportSchema: a traveller's own copy: of orders the newest 500, with what hangs on them; coupons; the basket."""
    with uow.read() as tx:
        sales = tx.store.sales.of_buyer(passenger_id, EXPORTED, None)
        orders = tx.store.orders([sale.id for sale in sales])
        return {
            "orders": [order_view(place, each) for each in shown_all(tx, orders)],
            "cases": views_of(tx, place, tx.store.cases_of([order.id for order in orders])),
            "coupons": export_coupons(tx, passenger_id),
            "invoices": invoice_copies(place, tx.store.invoices_of([order.id for order in orders])),
            "basket": basket_copy(tx, passenger_id),
        }


def note_merge(uow: Work, event: Mapping[str, Any]) -> None:
    """What one account has belongs to another, also when it was heard before that the other became a third."""
    from_id, into_id = event["data"]["from"], event["data"]["into"]
    with uow.write() as tx:
        if not tx.inbox.first_time(event["id"]):
            return
        tx.store.owners.lock_merges()
        for each in sorted((from_id, into_id)):
            tx.store.owners.lock(each)
        into = tx.store.owners.present(into_id)
        if into is not None and into != from_id:
            # Orders are held before coupons, here as everywhere.
            tx.store.sales.give(from_id, into)
            join(tx, ("passenger_id", from_id), ("passenger_id", into))
        merge_coupons(tx, from_id, into_id)


def erase(uow: Work, event: Mapping[str, Any]) -> None:
    """Cut a traveller, and those who became one with them, off from all they have here, and say so."""
    data = event["data"]
    with uow.write() as tx:
        if not tx.inbox.first_time(event["id"]):
            return
        tx.store.owners.lock_merges()
        passenger_id = data["passenger_id"]
        ids = sorted({passenger_id, *data["earlier_ids"], *tx.store.owners.merged_into(passenger_id)})
        nobody = {each: f"{PSEUDONYM}{new_id()}" for each in ids}
        orders = sum(tx.store.sales.give(each, nobody[each]) for each in ids)
        tx.store.forget_words(nobody.values())
        baskets = 0
        for each in ids:
            basket_id = tx.store.basket_of(("passenger_id", each), lock=True)
            if basket_id is not None:
                tx.store.drop_basket(basket_id)
                baskets += 1
        counts = {"orders": orders, "baskets": baskets, "coupons": erase_coupons(tx, ids)}
        done = {"erasure_id": data["erasure_id"], "service": PUBLISHER, "counts": counts}
        tx.outbox.add(Event(ERASURE_DONE, data["erasure_id"], 1, done, SCHEMA_VERSION))


def purge(uow: Work, place: Place) -> int:
    """Delete what was ordered so long ago and owes nobody anything; how many orders. Many short transactions."""
    keep, gone = timedelta(days=place.settings.keep_days), 0
    while True:
        with uow.write() as tx:
            old = tx.store.sales.over(tx.now() - keep, _BATCH)
            if old:
                tx.store.forget_orders(old)
            tx.store.forget_flights(tx.now() - timedelta(days=7))
        gone += len(old)
        if len(old) < _BATCH:
            return gone
