"""Coupons at a shop's till: scanned, taken off, and for ten minutes taken back.

A receipt takes the coupons that an order would take together: one traveller's, by the domain's rule of what goes together,
all of them or none, once. What the goods cost that they are for, the cashier says: they have them before their eyes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.instants import instant
from services.shop.domain.coupon_codes import CARD_CODE, CODE, as_code
from services.shop.domain.coupons import UNDO_FOR, Coupon, Discount, Item, NotUsable, Use, discounts, words
from services.shop.errors import CouponNotFound, CouponNotUsable, TooLateToUndo
from services.shop.schemas.coupon_words import TILL, Service, WhyNot
from services.shop.store.coupons import CouponUse
from services.shop.usecases.coupon_back import whole
from services.shop.usecases.coupon_use import lock_one, redeem, refusal
from services.shop.usecases.shared import Place, Tx, Work, once, refuse_other

_REF = "receipt"


@dataclass(frozen=True)
class _Judged:
    """done: what those that hold take off. refused: the others. used: what is on the receipt already."""

    done: Mapping[str, Discount]
    refused: Mapping[str, NotUsable]
    used: Mapping[str, CouponUse]


def scan_coupons(uow: Work, place: Place, request: dict[str, Any]) -> dict[str, Any]:
    """TillSchema. Nothing changes. Raises NotYourShop, CouponNotFound."""
    refuse_other(request["shops"], request["shop_id"])
    with uow.read() as tx:
        return _quoted(tx, _by_codes(tx, place, request["codes"]), request)


def redeem_at_till(uow: Work, place: Place, request: dict[str, Any]) -> dict[str, Any]:
    """TillSchema of the redeemed coupons; on the same receipt again the same. Raises NotYourShop, CouponNotFound,
    CouponNotUsable for the first that can't be used: then none is."""
    refuse_other(request["shops"], request["shop_id"])

    def work(tx: Tx) -> dict[str, Any]:
        receipt = _receipt(request)
        tx.store.owners.lock(f"till {receipt}")
        ids = list(_by_codes(tx, place, request["codes"]))
        held = {each.id: each for each in tx.store.coupons.lock_coupons(ids)}
        coupons = [held[each] for each in ids]
        judged = _judged(tx, coupons, request)
        for found in judged.refused.values():
            raise CouponNotUsable(**refusal(found.coupon_id, found.why, found.missing_fen))
        if not judged.used:
            use = Use(TILL, receipt, (_item(coupons, request),), None)
            for discount in judged.done.values():
                lock_one(tx, held[discount.coupon_id], discount, use)
            redeem(tx, TILL, receipt, request["actor"])
        return _quoted(tx, {each: _again(tx, each) for each in ids}, request)

    return once(uow, _without_codes(place, request), "redeem_at_till", work)


def undo_at_till(uow: Work, request: dict[str, Any]) -> dict[str, Any]:
    """UndoneSchema: all coupons of a receipt are as they were before, their ends too. Raises NotYourShop, CouponNotFound,
    TooLateToUndo."""
    refuse_other(request["shops"], request["shop_id"])

    def work(tx: Tx) -> dict[str, Any]:
        receipt, ids = _receipt(request), set(request["coupon_ids"])
        tx.store.owners.lock(f"till {receipt}")
        held = {each.id: each for each in tx.store.coupons.lock_coupons(ids)}
        used = _used(tx, receipt)
        known = {each.coupon_id for each in tx.store.coupons.uses_of_orders(TILL, [receipt])}
        if not ids <= known or (ids & set(used) and ids != set(used)):
            raise CouponNotFound
        for coupon_id in sorted(ids & set(used)):
            coupon, use = held[coupon_id], used[coupon_id]
            assert use.redeemed_at is not None
            if tx.now() >= use.redeemed_at + UNDO_FOR:
                raise TooLateToUndo(minutes=int(UNDO_FOR.total_seconds() // 60))
            whole(tx, coupon, use, coupon.valid_until, request["actor"])
        after = [_again(tx, each) for each in sorted(ids)]
        return {"coupons": [{"coupon_id": each.id, "state": each.state.value} for each in after]}

    return once(uow, request, "undo_at_till", work)


def _by_codes(tx: Tx, place: Place, codes: Sequence[str]) -> dict[str, Coupon]:
    """By id, in the order of the codes; who shows one twice has shown one. Raises CouponNotFound."""
    found = (_by_code(tx, place, each) for each in codes)
    return {each.id: each for each in found}


def _by_code(tx: Tx, place: Place, text: str) -> Coupon:
    """Raises CouponNotFound."""
    coupon, code = None, as_code(text)
    if code is not None:
        coupon = tx.store.coupons.coupon_by_code(place.vault.candidates(code, CODE))
    if coupon is None:
        plain = "".join(character for character in text if character.isalnum())
        coupon = tx.store.coupons.coupon_by_card(place.vault.candidates(plain, CARD_CODE))
    if coupon is None:
        raise CouponNotFound
    return coupon


def _quoted(tx: Tx, asked: Mapping[str, Coupon], request: dict[str, Any]) -> dict[str, Any]:
    judged = _judged(tx, list(asked.values()), request)
    coupons = dict(asked) | {each: _again(tx, each) for each in judged.used if each not in asked}
    off = sum(each.discount_fen for each in judged.done.values())
    undo_until = [
        each.redeemed_at + UNDO_FOR for each in judged.used.values() if each.redeemed_at is not None
    ]
    return {
        "coupons": [_view(each, judged) for each in coupons.values()],
        "usable": not judged.refused,
        "discount_fen": off,
        "pay_fen": max(0, request["amount_fen"] - off),
        "undo_until": instant(min(undo_until)) if undo_until else None,
    }


def _view(coupon: Coupon, judged: _Judged) -> dict[str, Any]:
    done, refused = judged.done.get(coupon.id), judged.refused.get(coupon.id)
    return {
        "coupon_id": coupon.id,
        "title": coupon.campaign.title,
        "terms": coupon.campaign.terms,
        "state": coupon.state.value,
        "usable": refused is None,
        "why": None if refused is None else refused.why.value,
        "words": None if refused is None else words(refused.why, refused.missing_fen),
        "discount_fen": 0 if done is None else done.discount_fen,
        "valid_until": instant(coupon.valid_until),
    }


def _judged(tx: Tx, coupons: Sequence[Coupon], request: dict[str, Any]) -> _Judged:
    """What goes off the receipt. One on which coupons were redeemed takes no more: its sum is paid."""
    used = _used(tx, _receipt(request))
    if used:
        done = {each: Discount(each, use.discount_fen, {}) for each, use in used.items()}
        late = (each for each in coupons if each.id not in used)
        refused = [NotUsable(each.id, each.why_not(tx.now()) or WhyNot.NOT_TOGETHER) for each in late]
        return _Judged(done, {each.coupon_id: each for each in refused}, used)
    able: list[Coupon] = []
    refused = []
    for coupon in coupons:
        why = coupon.why_not(tx.now())
        if why is None and able and coupon.passenger_id != able[0].passenger_id:
            # As in an order, they are one traveller's.
            why = WhyNot.NOT_TOGETHER
        if why is None:
            able.append(coupon)
        else:
            refused.append(NotUsable(coupon.id, why))
    taken, others = discounts(able, Service.SHOP.value, [_item(able, request)])
    by_id = {each.coupon_id: each for each in (*refused, *others)}
    return _Judged({each.coupon_id: each for each in taken}, by_id, used)


def _item(coupons: Sequence[Coupon], request: dict[str, Any]) -> Item:
    """The goods that all of these are for, as the cashier sees them."""
    categories = frozenset[str]().union(*(each.campaign.scope.categories for each in coupons))
    return Item(_REF, request["shop_id"], categories, request["amount_fen"], 1)


def _used(tx: Tx, receipt: str) -> dict[str, CouponUse]:
    """What is redeemed on this receipt, by coupon."""
    uses = tx.store.coupons.uses_of_orders(TILL, [receipt])
    return {each.coupon_id: each for each in uses if each.ended_at is None}


def _again(tx: Tx, coupon_id: str) -> Coupon:
    now = tx.store.coupons.coupon(coupon_id)
    assert now is not None
    return now


def _receipt(request: dict[str, Any]) -> str:
    return f"{request['shop_id']} {request['receipt']}"


def _without_codes(place: Place, request: dict[str, Any]) -> dict[str, Any]:
    """A code isn't kept, nor anything that it could be guessed from by trying."""
    return request | {"codes": place.vault.fingerprint({"codes": request["codes"]})}
