"""How messages about one order become one: who bought in three shops isn't told three times in a minute.

A message that gathers waits a moment. What comes meanwhile about the same order joins it, what it makes pointless leaves
the older one, and a promise that was changed and changed back is told to nobody.
Source: docs/decisions/0033-messages-about-orders.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.notify.domain.mall import REPAID, repromised, told_of, unmoved
from services.notify.domain.notices import NOTICES, Notice
from services.notify.schemas import NoticeKind

Pieces = Sequence[Mapping[str, Any]]


def concerned(notice: Notice) -> frozenset[NoticeKind]:
    """The kinds of unsent messages about the order that this one may change."""
    kinds = NOTICES[notice.kind].overtakes | {notice.kind}
    if notice.kind in REPAID:
        return kinds | {NoticeKind.COUPON_BACK}
    return kinds | REPAID if notice.kind is NoticeKind.COUPON_BACK else kinds


def joined(notice: Notice, older: Pieces) -> Notice | None:
    """The message with the pieces of an unsent older one of its kind; None: what both tell of is undone."""
    pieces = {each["id"]: dict(each) for each in older}
    for piece in notice.pieces:
        before = pieces.get(piece["id"])
        pieces[piece["id"]] = dict(piece) if before is None else _since(before, piece)
    left = [each for each in pieces.values() if not _undone(each)]
    return told_of(notice.kind, notice.order_id, left) if left else None


def without(kind: NoticeKind, order_id: str, older: Pieces, notice: Notice) -> Notice | None:
    """An unsent older message without the pieces that this one is about; None: nothing is left of it."""
    gone = {each["id"] for each in notice.pieces}
    left = [each for each in older if each["id"] not in gone]
    return told_of(kind, order_id, left) if left else None


def with_coupon(kind: NoticeKind, order_id: str, pieces: Pieces) -> Notice:
    """A message that money goes back, saying that a coupon does, too."""
    return told_of(kind, order_id, [dict(each) | {"coupon": True} for each in pieces])


def _since(before: Mapping[str, Any], piece: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a piece of which something waits: from what was told before that to how it is now."""
    now = dict(piece)
    if "old_at" in piece:
        now |= {"old_gate": before["old_gate"], "old_at": before["old_at"]}
        now["variant"] = repromised(now)
    elif piece.get("fen") and before.get("fen"):
        now["fen"] = before["fen"] + piece["fen"]
    return now | ({"coupon": True} if before.get("coupon") else {})


def _undone(piece: Mapping[str, Any]) -> bool:
    return "old_at" in piece and piece["old_gate"] == piece["gate"] and unmoved(piece)
