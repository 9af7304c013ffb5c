"""What time does to coupons by itself: locks end, coupons expire, owners are told that one ends soon."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from services.shop.domain.coupons import ENDS_SOON, Coupon
from services.shop.events import COUPON_ENDS_SOON, COUPON_VOIDED
from services.shop.schemas.coupon_words import CouponState
from services.shop.usecases.coupon_campaigns import end_over_campaigns
from services.shop.usecases.coupon_shared import ERASED, tell_coupon
from services.shop.usecases.coupon_use import free_one
from services.shop.usecases.shared import Tx, Work

_BATCH: Final = 100
_BATCHES: Final = 50
_KEEPER: Final = "keeper"


def end_locks(uow: Work) -> int:
    """Free coupons whose lock for another service's order is over; returns how many."""
    freed = 0
    for _ in range(_BATCHES):
        with uow.read() as tx:
            over = tx.store.owners.locks_over(tx.now(), _BATCH)
        for coupon_id, service, order_id in over:
            with uow.write() as tx:
                freed += _end_lock(tx, coupon_id, service, order_id)
        if len(over) < _BATCH:
            break
    return freed


def _end_lock(tx: Tx, coupon_id: str, service: str, order_id: str) -> int:
    coupon = tx.store.coupons.lock_coupons([coupon_id])[0]
    # It may have been redeemed, or locked anew, meanwhile.
    if coupon.lock_until is None or coupon.lock_until > tx.now():
        return 0
    uses = tx.store.coupons.uses_of_orders(service, [order_id])
    for use in uses:
        if use.coupon_id == coupon.id and use.ended_at is None:
            free_one(tx, coupon, use, _KEEPER, f"the lock for order {order_id} ended")
            return 1
    return 0


def expire(uow: Work) -> int:
    """End coupons and campaigns whose time is over; returns how many coupons."""
    gone = 0
    for _ in range(_BATCHES):
        with uow.read() as tx:
            over = tx.store.owners.expired(tx.now(), _BATCH)
        with uow.write() as tx:
            for coupon in tx.store.coupons.lock_coupons(over):
                if coupon.state is CouponState.CLAIMED and coupon.valid_until <= tx.now():
                    end_one(tx, coupon, CouponState.EXPIRED, _KEEPER, "its time is over")
                    gone += 1
        if len(over) < _BATCH:
            break
    end_over_campaigns(uow, _BATCH)
    return gone


def tell_endings(uow: Work) -> int:
    """Tell owners of coupons that end in three days; returns of how many.

    One that was good for no longer than that from its claim on ends as soon as its owner expects.
    """
    told = 0
    for _ in range(_BATCHES):
        with uow.read() as tx:
            ending = tx.store.owners.ending(tx.now(), ENDS_SOON, _BATCH)
        with uow.write() as tx:
            for coupon in tx.store.coupons.lock_coupons(ending):
                if coupon.state is not CouponState.CLAIMED or coupon.soon_told:
                    continue
                done = tx.store.coupons.change_coupon(coupon, soon_told=True)
                long = coupon.valid_until - coupon.claimed_at > ENDS_SOON
                if long and not coupon.passenger_id.startswith(ERASED):
                    tell_coupon(tx, COUPON_ENDS_SOON, done)
                    told += 1
        if len(ending) < _BATCH:
            break
    return told


def forget(uow: Work, keep: timedelta) -> int:
    """Delete coupons that have been over for so long; returns how many. Many short transactions."""
    gone = 0
    for _ in range(_BATCHES):
        with uow.write() as tx:
            old = tx.store.owners.forget_coupons(tx.now() - keep, _BATCH)
        gone += old
        if old < _BATCH:
            break
    return gone


def end_one(tx: Tx, coupon: Coupon, to: CouponState, actor: str, reason: str) -> None:
    """A coupon, held, can't be used any more."""
    ended = tx.store.coupons.step_coupon(coupon, to, tx.now(), actor, reason)
    if ended.card_code_sealed is not None:
        tell_coupon(tx, COUPON_VOIDED, ended)
