"""What time does by itself: items become due, and what is long over is forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.lostfound.domain.retention import is_overdue
from services.lostfound.usecases.moving import lock_items, save
from services.lostfound.usecases.shared import Place, Work

BATCH = 100


def tell_due(uow: Work) -> int:
    """Say of every item whose time is over that it is, once; returns of how many."""
    told = 0
    while True:
        with uow.read() as tx:
            ids = tx.store.newly_due(tx.now(), BATCH)
        before = told
        with uow.write() as tx:
            for item in lock_items(tx, ids):
                # Somebody may have been quicker: corrected it, given it back.
                if is_overdue(item, tx.now()) and item.due_told_at is None:
                    save(tx, item, replace(item, due_told_at=tx.now()), "due")
                    told += 1
        if len(ids) < BATCH or told == before:
            return told


def purge(uow: Work, place: Place) -> int:
    """Forget what is personal of items that left long ago; that they were here, and who had them, stays."""
    gone = 0
    while True:
        with uow.write() as tx:
            before = tx.now() - timedelta(days=place.settings.keep_days)
            ids = set(tx.store.long_gone(before, BATCH)) | set(tx.store.photographed(before, BATCH))
            if ids:
                tx.store.forget_personal(ids)
        gone += len(ids)
        if not ids:
            return gone
