"""What happens to items is written in one way: the item, its custody, the event.

Order of locks: items by id, then whatever else: reports, claims, transfers, stock-takes, disposals
(docs/decisions/0070-one-item-one-chain.md).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final

from kernel.outbox import Event
from services.lostfound import events
from services.lostfound.domain.custody import START, Row, hash_of
from services.lostfound.domain.items import Item, Move, moved
from services.lostfound.errors import ItemNotFound
from services.lostfound.schemas.vocabulary import CustodyKind
from services.lostfound.usecases.claims_guard import refuse_if_claimed
from services.lostfound.usecases.shared import Tx

_GONE: Final = frozenset({CustodyKind.VOIDED, CustodyKind.TO_POLICE, CustodyKind.DISPOSED})


def lock_item(tx: Tx, item_id: str) -> Item:
    """The item, held against other writers. Raises ItemNotFound."""
    return lock_items(tx, [item_id])[0]


def lock_items(tx: Tx, item_ids: Collection[str]) -> list[Item]:
    """The items, held against other writers, in the order asked for, each once. Raises ItemNotFound."""
    found = tx.store.lock_items(item_ids)
    for item_id in item_ids:
        if item_id not in found:
            raise ItemNotFound(item_id=item_id)
    return [found[item_id] for item_id in dict.fromkeys(item_ids)]


def move(tx: Tx, item: Item, step: Move, changed: Item | None = None) -> Item:
    """Let something happen to a locked item; the item as it is now.

    changed: the item with other details, where they change with the move. Raises WrongState, ItemMissing, NotCounted,
    ItemClaimed for what would be gone while somebody says that it is theirs, and ChangedMeanwhile when somebody wrote
    since it was read.
    """
    if step.kind in _GONE:
        refuse_if_claimed(tx, item)
    now = tx.now()
    after = moved(changed or item, step, now)
    row = _row(after, item, step, now)
    after = replace(
        after, version=item.version + 1, changed_at=now, custody_seq=row.seq, custody_hash=row.hash
    )
    tx.store.save_item(item, after)
    tx.store.add_custody(row)
    tell(tx, after, events.ITEM_CHANGED, step.kind.value)
    return after


def save(tx: Tx, item: Item, changed: Item, what: str) -> Item:
    """Write other details of a locked item, of which its custody says nothing; the item as it is now."""
    after = replace(changed, version=item.version + 1, changed_at=tx.now())
    tx.store.save_item(item, after)
    tell(tx, after, events.ITEM_CHANGED, what)
    return after


def register(tx: Tx, item: Item, step: Move) -> Item:
    """Add a new item with the first row of its custody; the item as it is now. step.holder: who has it."""
    row = _row(item, None, step, item.registered_at)
    item = replace(item, custody_seq=row.seq, custody_hash=row.hash)
    tx.store.add_item(item)
    tx.store.add_custody(row)
    tell(tx, item, events.ITEM_REGISTERED, CustodyKind.REGISTERED.value)
    return item


def tell(tx: Tx, item: Item, event: str, what: str) -> None:
    data = {
        "item_id": item.id,
        "category": item.category,
        "state": item.state.value,
        "flight_id": item.flight_id,
        "airline": item.airline,
        "desk_id": item.desk_id,
        "what": what,
    }
    tx.outbox.add(Event(event, item.id, item.version, data, events.SCHEMA_VERSION))


def _row(after: Item, was: Item | None, step: Move, now: datetime) -> Row:
    row = Row(
        item_id=after.id,
        seq=1 if was is None else was.custody_seq + 1,
        kind=step.kind,
        from_holder=None if was is None else was.holder,
        to_holder=after.holder,
        actor=step.actor,
        witness=step.witness,
        at=now,
        note=step.note,
        hash="",
    )
    return replace(row, hash=hash_of(row, START if was is None else was.custody_hash))
