"""How long orders are kept, and whose they are: the traveller's rights, and the law's.

Orders that were paid are kept for as long as the law asks; whoever asks to be erased is cut off from them at once, by
a pseudonym that nothing leads back from. Money that is still on its way needs the order, not the person: it arrives.
Source: docs/privacy.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from kernel.ids import new_id
from kernel.outbox import Event
from services.bus.events import ERASURE_DONE, PUBLISHER, SCHEMA_VERSION
from services.bus.usecases.orders import shown_all
from services.bus.usecases.shared import Tx, Work
from services.bus.usecases.views import order_view

PURGE_BATCH: Final = 200
PURGE_BATCHES: Final = 100
EXPORTED: Final = 1000
PSEUDONYM: Final = "erased-"


def export_passenger(uow: Work, passenger_id: str, now: datetime) -> dict[str, Any]:
    """ExportSchema: a traveller's own copy of their orders, the newest 1,000. now: the airport's time."""
    with uow.read() as tx:
        sales = tx.store.sales.of_buyer(passenger_id, EXPORTED, None)
        orders = tx.store.orders([sale.id for sale in sales])
        return {"orders": [order_view(each) for each in shown_all(tx, orders, now)]}


def note_merge(uow: Work, event: Mapping[str, Any]) -> None:
    """One traveller turned out to be another: their orders are the other's."""
    data = event["data"]
    with uow.write() as tx:
        if tx.inbox.first_time(event["id"]):
            # That others had become this one before may be heard only afterwards; then nothing of theirs is left.
            ids = sorted({data["from"], *data.get("earlier_ids", ())})
            _hold(tx, ids)
            for each in ids:
                tx.store.sales.give(each, data["into"])


def erase(uow: Work, event: Mapping[str, Any]) -> None:
    """Cut a traveller, and those who became one with them, off from their orders, and say so."""
    data = event["data"]
    with uow.write() as tx:
        if not tx.inbox.first_time(event["id"]):
            return
        ids = sorted({data["passenger_id"], *data["earlier_ids"]})
        _hold(tx, ids)
        kept = sum(tx.store.sales.give(each, f"{PSEUDONYM}{new_id()}") for each in ids)
        done = {"erasure_id": data["erasure_id"], "service": PUBLISHER, "counts": {"orders": kept}}
        tx.outbox.add(Event(ERASURE_DONE, data["erasure_id"], 1, done, SCHEMA_VERSION))


def _hold(tx: Tx, buyers: list[str]) -> None:
    """Who holds seats right now is done before, and their order is there. All are held before any order is."""
    for each in buyers:
        tx.store.sales.lock_buyer(each)


def purge(uow: Work, keep: timedelta) -> int:
    """Delete what was sold so long ago and owes nobody anything; how many orders. Many short transactions."""
    gone = 0
    for _ in range(PURGE_BATCHES):
        with uow.write() as tx:
            old = tx.store.sales.over(tx.now() - keep, PURGE_BATCH)
            if not old:
                break
            tx.store.forget_orders(old)
        gone += len(old)
    return gone
