"""Counting a desk: what the books say against what was scanned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.lostfound.domain.items import DESK, Item
from services.lostfound.schemas.vocabulary import Difference, ItemState

HERE = frozenset({ItemState.STORED, ItemState.RESERVED})


@dataclass(frozen=True)
class Scan:
    """number: as printed, or as it was read when nothing has it. shelf None: nobody looked."""

    number: str
    item_id: str | None
    shelf: str | None


@dataclass(frozen=True)
class Found:
    """One difference."""

    kind: Difference
    number: str
    item_id: str | None
    shelf_expected: str | None
    shelf_found: str | None


def is_here(item: Item, desk_id: str) -> bool:
    return item.holder == f"{DESK}{desk_id}" and item.state in HERE


def scanned(scan: Scan, item: Item | None, desk_id: str) -> Difference | None:
    """What one scan shows; None when all is as it should be."""
    if item is None:
        return Difference.UNKNOWN
    if not is_here(item, desk_id):
        return Difference.UNEXPECTED
    if scan.shelf is not None and scan.shelf != item.shelf:
        return Difference.MISPLACED
    return None


def differences(
    desk_id: str, expected: set[str], scans: Mapping[str, Scan], items: Mapping[str, Item]
) -> list[Found]:
    """All of them, by number. expected: ids of what was here when the count began; scans: by number; items: as they are
    now, by id. What left or came since, in the open, is no difference."""
    found: list[Found] = []
    for scan in scans.values():
        item = items.get(scan.item_id or "")
        kind = scanned(scan, item, desk_id)
        if kind is not None:
            shelf = item.shelf if item is not None and kind is Difference.MISPLACED else None
            found.append(Found(kind, scan.number, scan.item_id, shelf, scan.shelf))
    seen = {scan.item_id for scan in scans.values()}
    for item_id in expected - seen:
        item = items[item_id]
        if is_here(item, desk_id):
            found.append(Found(Difference.MISSING, item.number, item.id, item.shelf, None))
    return sorted(found, key=lambda each: (each.kind.value, each.number))
