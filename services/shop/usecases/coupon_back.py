"""Coupons come back with the goods that they were used on. The rule: domain.coupons.give_back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.shop.domain.coupons import Coupon, GiveBack, change_value, good_until, grows
from services.shop.domain.coupons import give_back as rule
from services.shop.events import COUPON_CLAIMED, COUPON_GIVEN_BACK
from services.shop.schemas.coupon_words import Back, CouponState
from services.shop.store.coupons import CouponUse
from services.shop.usecases.coupon_shared import ERASED, make_change, tell_coupon
from services.shop.usecases.shared import Tx
from services.shop.vault import Vault

_FREED: Final = {"lock_until": None, "soon_told": False, "card_code_sealed": None, "card_code_digest": None}
"""A card of WeChat that was consumed stays so: what came back is put into the wallet anew."""


@dataclass(frozen=True)
class Returned:
    """quantities: of each line, how many pieces came back in all so far, not just now."""

    service: str
    order_id: str
    quantities: Mapping[str, int]


@dataclass(frozen=True)
class GivenBack:
    """coupon_id: the coupon itself (whole), its change coupon, or None."""

    used_coupon_id: str
    back: Back
    coupon_id: str | None
    value_fen: int


def give_back(tx: Tx, vault: Vault, returned: Returned) -> tuple[GivenBack, ...]:
    """What comes back of an order's coupons for the pieces that came back since it was last asked; repeated, nothing."""
    known = _redeemed(tx, returned)
    used = [use.coupon_id for use in known]
    # With their change, as all coupons are held by their ids.
    held = [*used, *(tx.store.coupons.changes_of(used) if used else ())]
    coupons = {each.id: each for each in tx.store.coupons.lock_coupons(held)}
    done = []
    for use in _redeemed(tx, returned):
        coupon = coupons[use.coupon_id]
        shares = tx.store.coupons.shares(use.coupon_id, use.number)
        found = rule(coupon.value, use.discount_fen, shares, returned.quantities)
        if found is None:
            continue
        tx.store.coupons.save_returned(use.coupon_id, use.number, found.shares)
        until = good_until(coupon, tx.now())
        if found.back is Back.NOTHING or coupon.passenger_id.startswith(ERASED) or until <= tx.now():
            done.append(GivenBack(coupon.id, Back.NOTHING, None, 0))
        elif found.back is Back.WHOLE:
            done.append(whole(tx, coupon, use, until, use.service))
        else:
            own = [each for each in coupons.values() if each.parent_id == coupon.id and grows(each, tx.now())]
            change = _grown(tx, own[0], coupon, use, found) if own else _new(tx, vault, coupon, use, found)
            done.append(_change(tx, coupon, use, found, change))
    return tuple(done)


def whole(tx: Tx, coupon: Coupon, use: CouponUse, until: datetime, actor: str) -> GivenBack:
    """The coupon itself, held, is its owner's to use again. until: its new end."""
    now = tx.now()
    tx.store.coupons.end_use(use, now, use.discount_fen)
    reason = f"order {use.order_id} came back"
    freed = tx.store.coupons.step_coupon(
        coupon, CouponState.CLAIMED, now, actor, reason, valid_until=until, **_FREED
    )
    _tell(tx, freed, use, GivenBack(coupon.id, Back.WHOLE, coupon.id, use.discount_fen))
    return GivenBack(coupon.id, Back.WHOLE, coupon.id, use.discount_fen)


def _new(tx: Tx, vault: Vault, coupon: Coupon, use: CouponUse, found: GiveBack) -> Coupon:
    assert found.value is not None
    now = tx.now()
    change, digest = make_change(vault, coupon, found.value, good_until(coupon, now), now)
    tx.store.coupons.begin_coupon(change, (digest, None), use.service, f"change of order {use.order_id}")
    tell_coupon(tx, COUPON_CLAIMED, change)
    return change


def _grown(tx: Tx, change: Coupon, coupon: Coupon, use: CouponUse, found: GiveBack) -> Coupon:
    """Of the same order, as a coupon whose change there is was used for one only. Its end stays."""
    worth = change.value.value_fen + found.value_fen
    return tx.store.coupons.grow_change(change, change_value(coupon.value, use.discount_fen, worth))


def _change(tx: Tx, coupon: Coupon, use: CouponUse, found: GiveBack, change: Coupon) -> GivenBack:
    tx.store.coupons.give_back_use(use, use.given_back_fen + found.value_fen)
    given = GivenBack(coupon.id, Back.CHANGE, change.id, found.value_fen)
    _tell(tx, tx.store.coupons.change_coupon(coupon), use, given)
    return given


def _tell(tx: Tx, coupon: Coupon, use: CouponUse, given: GivenBack) -> None:
    tell_coupon(
        tx,
        COUPON_GIVEN_BACK,
        coupon,
        service=use.service,
        order_id=use.order_id,
        back=given.back.value,
        value_fen=given.value_fen,
        change_coupon_id=given.coupon_id if given.back is Back.CHANGE else None,
    )


def _redeemed(tx: Tx, returned: Returned) -> list[CouponUse]:
    uses = tx.store.coupons.uses_of_orders(returned.service, [returned.order_id])
    return [each for each in uses if each.redeemed_at is not None and each.ended_at is None]
