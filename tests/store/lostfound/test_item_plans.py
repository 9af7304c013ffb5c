"""Every query about items has its index: asked of both databases' planners."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from kernel.db import UnitOfWork
from services.lostfound.schemas import ItemState, Step, TransferState
from services.lostfound.store import ItemQuery, LostFoundStore
from tests.store.plans import plans, prefer_indexes, scans
from tests.unit.lostfound.examples import propose, register, send

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DAY = timedelta(days=1)

QUERIES: dict[str, Callable[[LostFoundStore], Any]] = {
    "item": lambda store: (store.item("i1"), store.items(["i1"]), store.lock_items(["i1", "i2"])),
    "number": lambda store: (store.item_by_number("CSX-BBBBBB-B"), store.has_number("CSX-BBBBBB-B")),
    "ref": lambda store: store.item_with_ref("old-17"),
    "photos": lambda store: (store.photo_ids(["i1"]), store.photo("p1", "jpeg_sealed")),
    "newest": lambda store: store.find_items(ItemQuery(before="zz"), 50),
    "by_number": lambda store: store.find_items(ItemQuery(number="CSX-BBBBBB-B"), 50),
    "by_words": lambda store: store.find_items(ItemQuery(whole=("黑色",), beginnings=("sam",)), 50),
    "by_document": lambda store: store.find_items(ItemQuery(beginnings=("e12",), indexes=("k1.x",)), 50),
    "of_desk": lambda store: store.find_items(ItemQuery(desk_id="t2", states=(ItemState.STORED,)), 50),
    "of_airline": lambda store: store.find_items(
        ItemQuery(airline="CZ", flight_id="CZ1-20260101-CSX-PEK"), 50
    ),
    "overdue": lambda store: store.find_items(ItemQuery(overdue_at=NOW), 50),
    "missing": lambda store: store.find_items(ItemQuery(missing=True), 50),
    "due": lambda store: store.due_items(NOW, "t2", Step.POLICE, (NOW, "i1"), 50),
    "newly_due": lambda store: store.newly_due(NOW, 100),
    "public": lambda store: store.public_items("coat", (NOW, NOW + DAY), 0, 50),
    "facts": lambda store: store.facts(NOW, NOW + DAY),
    "counts": lambda store: store.open_counts(NOW),
    "custody": lambda store: (
        store.custody("i1"),
        store.custody_of(["i1", "i2"]),
        store.items_after("i1", 9),
    ),
    "words": lambda store: store.save_words("nothing", []),
    "transfer": lambda store: (store.transfer("t"), store.lock_transfer("t"), store.transfer_items(["t"])),
    "transfers": lambda store: store.find_transfers("t2", TransferState.UNDER_WAY, "zz", 50),
    "stocktake": lambda store: (store.open_stocktake("t2"), store.lock_stocktake("s"), store.counts(["s"])),
    "counted": lambda store: (store.expected("s"), store.scans("s"), store.kept_differences("s")),
    "stocktakes": lambda store: store.find_stocktakes("t2", "zz", 50),
    "disposal": lambda store: (
        store.lock_disposal("d"),
        store.disposal_items(["d"]),
        store.proposed_among(["i"]),
    ),
    "disposals": lambda store: store.find_disposals(None, None, "zz", 50),
    "forget": lambda store: (
        store.long_gone(NOW, 9),
        store.photographed(NOW, 9),
        store.forget_personal(["i"]),
    ),
}


def fill(uow: UnitOfWork[LostFoundStore]) -> None:
    items = [register(uow) for _ in range(12)]
    send(uow, *items[:3])
    propose(uow, *items[3:6])


def test_no_query_reads_a_whole_table(desks: UnitOfWork[LostFoundStore]) -> None:
    fill(desks)
    for name, query in QUERIES.items():
        with desks.write() as tx:
            prefer_indexes(tx)
            for plan in plans(tx, query):
                assert not scans(plan), (name, plan)


def test_a_scan_would_be_noticed(desks: UnitOfWork[LostFoundStore]) -> None:
    """Control: a question without an index is seen."""
    with desks.write() as tx:

        def unindexed(store: LostFoundStore) -> None:
            tx.connection.exec_driver_sql("SELECT id FROM items WHERE brand = 'x'")

        assert any(scans(plan) for plan in plans(tx, unindexed))
