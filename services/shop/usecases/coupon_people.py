"""Accounts that become one, that are forgotten, that want a copy: their coupons.

Called by those who hear of it, in the transaction of everything else that happens to the account.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from kernel.ids import new_id
from kernel.instants import instant, instant_or_none
from services.shop.schemas.coupon_words import CouponState
from services.shop.usecases.coupon_keeping import end_one
from services.shop.usecases.coupon_shared import ERASED
from services.shop.usecases.shared import Tx

_MOST: Final = 1000


def merge_coupons(tx: Tx, from_id: str, into_id: str) -> int:
    """What one account claimed is another's, and counts as that one's; returns how many.

    Who had their share as two keeps both and claims no more: numbers go on where the other's end.
    """
    for each in sorted((from_id, into_id)):
        tx.store.owners.lock(each)
    into = tx.store.owners.present(into_id)
    if into is None or into == from_id:
        return 0
    if into != into_id:
        tx.store.owners.lock(into)
    given = 0
    for coupon in tx.store.coupons.lock_coupons(tx.store.owners.coupon_ids_of(from_id)):
        nth = None
        if coupon.nth is not None:
            nth = tx.store.owners.last_nth(coupon.campaign.id, into) + 1
        tx.store.owners.give(coupon.id, into, nth)
        given += 1
    tx.store.owners.note_gone(from_id, into, tx.now())
    return given


def erase_coupons(tx: Tx, passenger_ids: Collection[str]) -> int:
    """Cut these accounts, and those that became one with them, off from their coupons; returns how many there were.

    What they could still use is void. What they used stays with the order that it was used for, as nobody's.
    """
    found = {*passenger_ids}
    for each in passenger_ids:
        found |= {*tx.store.owners.merged_into(each)}
    cut = 0
    for passenger_id in sorted(found):
        tx.store.owners.lock(passenger_id)
        nobody = f"{ERASED}{new_id()}"
        for coupon in tx.store.coupons.lock_coupons(tx.store.owners.coupon_ids_of(passenger_id)):
            if coupon.state is CouponState.CLAIMED:
                end_one(tx, coupon, CouponState.VOID, "service", "its owner is forgotten")
            tx.store.owners.give(coupon.id, nobody, coupon.nth)
            cut += 1
        tx.store.owners.note_gone(passenger_id, None, tx.now())
    return cut


def export_coupons(tx: Tx, passenger_id: str) -> list[dict[str, Any]]:
    """A traveller's own copy: what they claimed, and where they used it. Codes aren't in it: whoever has one may use it."""
    return [
        {
            "title": coupon.campaign.title,
            "state": coupon.state.value,
            "source": coupon.source.value,
            "claimed_at": instant(coupon.claimed_at),
            "valid_until": instant(coupon.valid_until),
            "service": coupon.service,
            "order_id": coupon.order_id,
            "discount_fen": coupon.discount_fen,
            "used_at": instant_or_none(coupon.used_at),
        }
        for coupon in tx.store.coupons.coupons_of(passenger_id, frozenset(CouponState), _MOST)
    ]
