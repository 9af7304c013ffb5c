"""Money that goes back, to the fen: for pieces that are missing, parcels that don't come, and what is returned.

A piece is worth its price less its share of the coupons. The order is locked by whoever calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from kernel.saga import steps
from kernel.saga.states import Sale, State
from services.shop import events
from services.shop.domain.coupons import spread
from services.shop.domain.orders import MallOrder
from services.shop.domain.parcels import Line, Parcel
from services.shop.schemas.order_words import ParcelState
from services.shop.schemas.vocabulary import MoveKind
from services.shop.store.parcels import Who
from services.shop.store.stock import Reason
from services.shop.usecases import coupon_use, stocking
from services.shop.usecases.goods import SHOP, order_of, pieces_of
from services.shop.usecases.shared import Place, Tx
from services.shop.usecases.telling import tell

MISSING: Final = "missing"
CANCELLED: Final = "cancelled"
MISSED: Final = "missed"
CASE: Final = "case"
_REASONS: Final = {
    MISSING: "商品缺货，退还差价",
    CANCELLED: "包裹取消，全额退还",
    MISSED: "航班已起飞未能送达，全额退还",
    CASE: "售后退款",
}
"""What the payer reads, at most 80 characters."""


@dataclass(frozen=True)
class Back:
    """Pieces of one parcel that go back. pieces: by line. fen: what is paid back in all, None: what they are worth.

    kept: worth of these pieces that stays paid, as others come in their place.
    """

    pieces: Mapping[str, int]
    why: str
    fen: int | None = None
    kept_fen: int = 0


def pay_back(tx: Tx, place: Place, parcel: Parcel, back: Back, at: datetime) -> int:
    """Promise the money, and let coupons come back; returns what is promised. at: the airport's time."""
    lines = {line.id: line for line in parcel.lines}
    worths = [(lines[id_], n, lines[id_].worth_fen(n)) for id_, n in back.pieces.items()]
    whole = sum(worth for *_, worth in worths)
    total = whole - back.kept_fen if back.fen is None else back.fen
    shares = spread(total, [worth for *_, worth in worths])
    for (line, n, _), share in zip(worths, shares, strict=True):
        tx.store.save_line(line, _less(line, n, back.why, share))
        if share:
            tx.store.note_refund(line, parcel, (n, share, back.why), at)
    sale = tx.store.sales.find(parcel.order_id)
    assert sale is not None, "it is locked"
    steps.promise(tx, sale, total, _REASONS[back.why])
    order = order_of(tx, sale)
    coupon_use.give_back(tx, place.vault, coupon_use.Returned(SHOP, order.id, _back_in_all(order)))
    return total


def end_when_nothing_is_left(tx: Tx, order_id: str, actor: str, why: str) -> Sale:
    """An order of which nothing is the buyer's any more is taken back; it ends when the money is there."""
    sale = tx.store.sales.find(order_id)
    assert sale is not None, "it is locked"
    order = order_of(tx, sale)
    if sale.state is not State.ISSUED or any(line.left for each in order.parcels for line in each.lines):
        return sale
    sale = steps.take_back(tx, sale, actor, "nothing of it is left")
    fen = sale.refunding_fen + sale.refunded_fen
    tell(tx, events.ORDER_REFUNDED, order_of(tx, sale), refund_fen=fen, why=why)
    return sale


def give_up(tx: Tx, place: Place, parcel: Parcel, to: ParcelState, who: Who) -> tuple[Parcel, int]:
    """A paid parcel that won't reach its buyer: its pieces lie on the shelf again, all of its money goes back."""
    _back_to_the_shelf(tx, parcel, who)
    why = MISSED if to is ParcelState.MISSED else CANCELLED
    pieces = {line.id: line.left for line in parcel.lines if line.left}
    fen = pay_back(tx, place, parcel, Back(pieces, why), who.at)
    return parcel, fen


def _less(line: Line, pieces: int, why: str, fen: int) -> Line:
    if why == MISSING:
        return replace(line, missing=line.missing + pieces, refund_fen=line.refund_fen + fen)
    return replace(line, returned=line.returned + pieces, refund_fen=line.refund_fen + fen)


def _back_to_the_shelf(tx: Tx, parcel: Parcel, who: Who) -> None:
    pieces = pieces_of([parcel])
    if not parcel.packed:
        stocking.free(tx, pieces)
        return
    # What spoils isn't sold again: whoever counts the shelf next sees it.
    spoils = {line.variant_id for line in parcel.lines if line.perishable}
    lasting = {key: n for key, n in pieces.items() if key[1] not in spoils}
    reason = Reason(MoveKind.RETURNED, who.actor, tx.now(), parcel.order_id, parcel.number)
    stocking.put_back(tx, lasting, reason)


def _back_in_all(order: MallOrder) -> dict[str, int]:
    """Pieces by variant that came back of what coupons were used on: what came in place of missing pieces counts as
    they do, and so does what came in place of that."""
    lines = [line for parcel in order.parcels for line in parcel.lines]
    return {line.variant_id: _back(line, lines) for line in lines if line.replaces is None}


def _back(line: Line, lines: Sequence[Line]) -> int:
    instead = [each for each in lines if each.replaces == line.id]
    return line.missing + line.returned - sum(each.quantity - _back(each, lines) for each in instead)
