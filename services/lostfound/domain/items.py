"""A found item as the rules know it, and what may happen to it.

    stored ──sent──▶ in_transfer ──accepted──▶ stored
    stored ──reserved──▶ reserved ──handed_over──▶ returned          one approved claim
                         reserved ──released──▶ stored               withdrawn, or not fetched
                         reserved ──courier_took──▶ sent ──handed_over──▶ returned
                                                    sent ──came_back──▶ stored
    stored ──to_police──▶ to_police    stored ──disposed──▶ disposed    stored ──voided──▶ voided

Source: docs/decisions/0070-one-item-one-chain.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.lostfound.errors import ItemMissing, NotCounted, WrongState
from services.lostfound.schemas.vocabulary import CustodyKind as Kind
from services.lostfound.schemas.vocabulary import FinderKind, ItemState

DESK: Final = "desk:"
AIRLINE: Final = "airline:"
TRANSFER: Final = "transfer:"
COURIER: Final = "courier:"
OWNER: Final = "owner"
POLICE: Final = "police"
DISPOSED: Final = "disposed"
VOID: Final = "void"

OPEN: Final = frozenset({ItemState.STORED, ItemState.IN_TRANSFER, ItemState.RESERVED, ItemState.SENT})
"""Somebody may still come for it."""


@dataclass(frozen=True)
class Money:
    currency: str
    amount_minor: int


@dataclass(frozen=True)
class Item:
    """personal_sealed: schemas.items.PersonalSchema; None: nothing is known, or it was forgotten since. serial_index and
    document_index: keyed hashes. desk_id: the desk that has it, or had it last. custody_seq, custody_hash: of its last
    row of custody. due_told_at: when it was
    told that its time is over. closed_at: when it left for good."""

    id: str
    number: str
    state: ItemState
    version: int
    category: str
    colours: tuple[str, ...]
    brand: str
    description: str
    valuable: bool
    cash: tuple[Money, ...]
    counted_at: datetime | None
    found_from: datetime
    found_to: datetime
    place: str
    place_note: str
    flight_id: str | None
    seat: str | None
    bus_departure_id: str | None
    finder_kind: FinderKind
    personal_sealed: str | None
    has_marks: bool
    has_serial: bool
    document_kind: str | None
    serial_index: str | None
    document_index: str | None
    holder: str
    desk_id: str | None
    airline: str | None
    shelf: str | None
    registered_at: datetime
    registered_by: str
    changed_at: datetime
    rule: str
    keep_until: datetime
    published_at: datetime | None
    notice_until: datetime | None
    due_told_at: datetime | None
    missing_at: datetime | None
    external_ref: str | None
    custody_seq: int
    custody_hash: str
    closed_at: datetime | None

    @property
    def precious(self) -> bool:
        """Two people look at it whenever it changes hands."""
        return self.valuable or bool(self.cash)


@dataclass(frozen=True)
class Move:
    """Something that happens to an item. holder: who has it then; None: who has it now. actor: `staff:<id>`,
    `partner:<id>`, `passenger:<id>` or `service`; witness: the second person. note: never a name or a number of somebody."""

    kind: Kind
    actor: str
    holder: str | None = None
    witness: str | None = None
    note: str = ""
    shelf: str | None = None


@dataclass(frozen=True)
class _Way:
    starts: frozenset[ItemState]
    ends: ItemState | None
    holders: tuple[str, ...]
    """How the new holder's name begins; none: nobody else takes it."""


def _way(*starts: ItemState, to: ItemState | None = None, holders: tuple[str, ...] = ()) -> _Way:
    return _Way(frozenset(starts), to, holders)


_S: Final = ItemState
WAYS: Final[Mapping[Kind, _Way]] = {
    Kind.MOVED_SHELF: _way(_S.STORED, _S.RESERVED),
    Kind.SENT: _way(_S.STORED, to=_S.IN_TRANSFER, holders=(TRANSFER,)),
    Kind.ACCEPTED: _way(_S.IN_TRANSFER, to=_S.STORED, holders=(DESK,)),
    Kind.MISSING: _way(_S.STORED, _S.RESERVED, _S.IN_TRANSFER),
    Kind.FOUND_AGAIN: _way(_S.STORED, _S.RESERVED, _S.IN_TRANSFER),
    Kind.RESERVED: _way(_S.STORED, to=_S.RESERVED),
    Kind.RELEASED: _way(_S.RESERVED, to=_S.STORED),
    Kind.COUNTED: _way(_S.STORED, _S.RESERVED),
    Kind.HANDED_OVER: _way(_S.RESERVED, _S.SENT, to=_S.RETURNED, holders=(OWNER,)),
    Kind.COURIER_TOOK: _way(_S.RESERVED, to=_S.SENT, holders=(COURIER,)),
    Kind.CAME_BACK: _way(_S.SENT, to=_S.STORED, holders=(DESK,)),
    Kind.TO_POLICE: _way(_S.STORED, to=_S.TO_POLICE, holders=(POLICE,)),
    Kind.DISPOSED: _way(_S.STORED, to=_S.DISPOSED, holders=(DISPOSED,)),
    Kind.VOIDED: _way(_S.STORED, to=_S.VOIDED, holders=(VOID,)),
    Kind.CORRECTED: _way(_S.STORED, _S.RESERVED),
}
_FINDS: Final = frozenset({Kind.FOUND_AGAIN, Kind.ACCEPTED})
_WITHOUT_IT: Final = frozenset({Kind.MISSING, Kind.RELEASED, Kind.CORRECTED})
"""May be said of an item that isn't there."""
_HANDS: Final = frozenset({Kind.SENT, Kind.HANDED_OVER, Kind.COURIER_TOOK, Kind.TO_POLICE, Kind.DISPOSED})


def moved(item: Item, move: Move, now: datetime) -> Item:
    """The item after a move; its custody is the caller's.

    Raises WrongState when that can't happen to it now, ItemMissing when nobody knows where it is, NotCounted for
    cash and valuables that leave before two people counted them.
    """
    way = WAYS[move.kind]
    if item.state not in way.starts:
        raise WrongState(number=item.number, state=item.state.value)
    gone = item.missing_at is not None
    if gone and move.kind not in _FINDS | _WITHOUT_IT:
        raise ItemMissing(number=item.number)
    if move.kind in _HANDS and item.precious and item.counted_at is None:
        raise NotCounted(number=item.number)
    holder = move.holder or item.holder
    if way.holders:
        assert holder.startswith(way.holders), f"{move.kind} to {holder}"
    else:
        assert holder == item.holder, f"{move.kind} moves nothing"
    state = way.ends or item.state
    changed = replace(
        item,
        state=state,
        holder=holder,
        desk_id=holder.removeprefix(DESK) if holder.startswith(DESK) else item.desk_id,
        shelf=_shelf(item, move, holder),
        missing_at=_missing_at(item, move, now),
        closed_at=item.closed_at if state in OPEN else now,
        counted_at=now if move.kind is Kind.COUNTED else item.counted_at,
    )
    return changed


def _shelf(item: Item, move: Move, holder: str) -> str | None:
    if not holder.startswith(DESK):
        return None
    return move.shelf or (item.shelf if holder == item.holder else None)


def _missing_at(item: Item, move: Move, now: datetime) -> datetime | None:
    if move.kind is Kind.MISSING:
        return item.missing_at or now
    return None if move.kind in _FINDS else item.missing_at
