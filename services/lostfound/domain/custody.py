"""The chain of custody: who had an item when, each row sealed to the one before, so that none can be altered or left out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import orjson

from services.lostfound.domain.items import WAYS, Item
from services.lostfound.schemas.vocabulary import CustodyKind, ItemState

START: Final = ""
"""What the first row is sealed to."""


@dataclass(frozen=True)
class Row:
    """One thing that happened. from_holder is None in the first row only."""

    item_id: str
    seq: int
    kind: CustodyKind
    from_holder: str | None
    to_holder: str
    actor: str
    witness: str | None
    at: datetime
    note: str
    hash: str


@dataclass(frozen=True)
class Broken:
    """Where a chain doesn't add up. why: gap, holder, hash, state or empty."""

    seq: int
    why: str


def hash_of(row: Row, previous: str) -> str:
    """SHA-256 over the row and the hash of the one before, in hex. Times count to the microsecond, as both databases
    keep them."""
    at = row.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    said = [
        row.item_id,
        row.seq,
        row.kind.value,
        row.from_holder,
        row.to_holder,
        row.actor,
        row.witness,
        at,
        row.note,
        previous,
    ]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()


def verify(item: Item, rows: Sequence[Row]) -> Broken | None:
    """Where the chain breaks first; None when it adds up: numbered without a gap, each row from where the one before
    left it, each a step that may follow, hashes right, and the item where the last row says. rows: by seq."""
    if not rows:
        return Broken(0, "empty")
    hash_, holder, state = START, None, ItemState.STORED
    for seq, row in enumerate(rows, 1):
        if row.seq != seq or (row.kind is CustodyKind.REGISTERED) != (seq == 1):
            return Broken(row.seq, "gap")
        if row.from_holder != holder:
            return Broken(seq, "holder")
        if row.hash != hash_of(row, hash_):
            return Broken(seq, "hash")
        if seq > 1:
            way = WAYS[row.kind]
            if state not in way.starts:
                return Broken(seq, "state")
            state = way.ends or state
        hash_, holder = row.hash, row.to_holder
    last = rows[-1]
    if (item.custody_seq, item.custody_hash) != (last.seq, last.hash):
        return Broken(max(item.custody_seq, last.seq), "gap")
    if (item.holder, item.state) != (last.to_holder, state):
        return Broken(last.seq, "state")
    return None
