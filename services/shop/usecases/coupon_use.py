"""What sellers do with coupons, inside their own transactions: offers, lock, redeem, release, give back.

For sellers in this service. Each is about one order of one service, and may be repeated: what was done once is done.

    offers(tx.store, passenger_id, Wish("shop", items, coupon_ids), tx.now())   what fits, beside those that are chosen
    lock(tx, passenger_id, coupon_ids, Use("shop", order_id, items, None))      when the order is held; raises CouponNotUsable
    redeem(tx, "shop", order_id) -> bool                                        when it is delivered
    release(tx, "shop", order_id)                                               when it ends unpaid
    give_back(tx, place.vault, Returned("shop", order_id, {ref: pieces in all}))  when pieces come back
    coupons_of_orders(tx.store, "shop", order_ids)                              for views

Order of locks: coupons come after everything that an order holds (stock, the order), by their ids. A lock without an end
(expires_at None) ends when the order says so, and never by itself.

A line's share of all coupons is the sum of `Discount.shares[ref]`; `domain.coupons.share_of_pieces` says what of it belongs
to which of its pieces, to the fen, however they come back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from services.shop.domain import coupons as rules
from services.shop.domain.coupons import Coupon, Discount, Item, NotUsable, Use, discounts
from services.shop.errors import CouponNotUsable
from services.shop.events import COUPON_REDEEMED
from services.shop.schemas.coupon_words import CouponState, WhyNot
from services.shop.store import ShopStore
from services.shop.store.coupons import CouponUse
from services.shop.usecases.coupon_back import GivenBack, Returned, give_back
from services.shop.usecases.coupon_shared import tell_coupon
from services.shop.usecases.shared import Tx

__all__ = [
    "Discount",
    "GivenBack",
    "Item",
    "Offered",
    "Offers",
    "Refused",
    "Returned",
    "Use",
    "UsedCoupon",
    "Wish",
    "coupons_of_orders",
    "give_back",
    "lock",
    "lock_one",
    "offers",
    "redeem",
    "refusal",
    "release",
]

_MOST: Final = 100
_NOBODYS: Final = {"zh": "优惠券", "en": "Coupon"}


@dataclass(frozen=True)
class Wish:
    """What somebody is about to buy, and the coupons that they chose."""

    service: str
    items: tuple[Item, ...]
    coupon_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offered:
    """discount_fen: what it takes off, beside those that are chosen. shares: by line; of chosen ones only."""

    coupon_id: str
    title: Mapping[str, str]
    discount_fen: int
    valid_until: datetime
    shares: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """words: {"zh", "en"}."""

    coupon_id: str
    title: Mapping[str, str]
    why: WhyNot
    words: Mapping[str, str]
    missing_fen: int = 0


@dataclass(frozen=True)
class Offers:
    """used: the chosen ones that hold. usable: others that would, the best first. not_usable: also chosen ones."""

    used: tuple[Offered, ...]
    usable: tuple[Offered, ...]
    not_usable: tuple[Refused, ...]


@dataclass(frozen=True)
class UsedCoupon:
    """A coupon of an order. live: it is locked or redeemed for it; an order that ended unpaid has none."""

    coupon_id: str
    title: Mapping[str, str]
    discount_fen: int
    given_back_fen: int
    live: bool


def offers(store: ShopStore, passenger_id: str, wish: Wish, now: datetime) -> Offers:
    """What a traveller's coupons take off what they are about to buy. now: the database's time."""
    states = {CouponState.CLAIMED, CouponState.LOCKED}
    mine = {each.id: each for each in store.coupons.coupons_of(passenger_id, states, _MOST)}
    lost = [each for each in wish.coupon_ids if each not in mine]
    for coupon in (store.coupons.coupon(each) for each in lost):
        if coupon is not None and coupon.passenger_id == passenger_id:
            mine[coupon.id] = coupon
    chosen = [mine[each] for each in dict.fromkeys(wish.coupon_ids) if each in mine]
    able = [each for each in chosen if each.why_not(now) is None]
    done, refused = discounts(able, wish.service, wish.items)
    not_usable = [_refused(each, mine) for each in refused]
    not_usable += [Refused(each, _NOBODYS, *_why(WhyNot.NOT_FOUND)) for each in lost if each not in mine]
    used = [each for each in able if each.id in {discount.coupon_id for discount in done}]
    usable = []
    for coupon in mine.values():
        if coupon in able:
            continue
        why = coupon.why_not(now)
        found = NotUsable(coupon.id, why) if why else _beside(coupon, used, wish)
        if isinstance(found, NotUsable):
            not_usable.append(_refused(found, mine))
        else:
            usable.append(Offered(coupon.id, coupon.campaign.title, found, coupon.valid_until))
    usable.sort(key=lambda each: (-each.discount_fen, each.valid_until, each.coupon_id))
    return Offers(tuple(_offered(each, mine) for each in done), tuple(usable), tuple(not_usable))


def lock(tx: Tx, passenger_id: str, coupon_ids: Collection[str], use: Use) -> tuple[Discount, ...]:
    """Keep these coupons for an order, for what its goods cost there; what each takes off which line.

    Repeated for the same order it says what it said. Raises CouponNotUsable for the first that can't be used.
    """
    if not coupon_ids:
        return ()
    held = tx.store.coupons.lock_coupons(coupon_ids)
    live = [
        each for each in tx.store.coupons.uses_of_orders(use.service, [use.order_id]) if each.ended_at is None
    ]
    if {each.coupon_id for each in live} == set(coupon_ids):
        return tuple(_kept(tx, each) for each in live)
    now = tx.now()
    found = {each.id: each for each in held if each.passenger_id == passenger_id}
    for coupon_id in coupon_ids:
        why = WhyNot.NOT_FOUND if coupon_id not in found else found[coupon_id].why_not(now)
        if why is not None:
            _refuse(NotUsable(coupon_id, why))
    done, refused = discounts(found.values(), use.service, use.items)
    if refused:
        _refuse(refused[0])
    for discount in done:
        lock_one(tx, found[discount.coupon_id], discount, use)
    return done


def redeem(tx: Tx, service: str, order_id: str, actor: str = "") -> bool:
    """The order is paid: its coupons are spent. False, and nothing was done, when one of them isn't there any more: its
    lock ended before the money came, and meanwhile it went elsewhere or is over.

    An order without coupons is redeemed. actor: who did it, where it wasn't the service itself.
    """
    latest = _latest(tx, service, order_id)
    coupons = {each.id: each for each in tx.store.coupons.lock_coupons([use.coupon_id for use in latest])}
    latest = _latest(tx, service, order_id)
    open_ = [each for each in latest if each.redeemed_at is None]
    now = tx.now()
    ended = [each for each in open_ if each.ended_at is not None]
    if any(coupons[each.coupon_id].why_not(now) is not None for each in ended):
        return False
    for use in open_:
        coupon = coupons[use.coupon_id]
        if use.ended_at is not None:
            coupon, use = _lock_again(tx, coupon, use)
        tx.store.coupons.redeem_use(use, now)
        changes = {"lock_until": None}
        coupon = tx.store.coupons.step_coupon(
            coupon, CouponState.REDEEMED, now, actor or service, f"order {order_id}", **changes
        )
        coupon = replace(coupon, service=service, order_id=order_id, used_at=now)
        tell_coupon(
            tx, COUPON_REDEEMED, coupon, service=service, order_id=order_id, discount_fen=use.discount_fen
        )
    return True


def release(tx: Tx, service: str, order_id: str) -> int:
    """The order ends unpaid: its coupons are free again; returns how many were locked for it."""
    live = [each for each in _latest(tx, service, order_id) if each.ended_at is None]
    coupons = {each.id: each for each in tx.store.coupons.lock_coupons([use.coupon_id for use in live])}
    freed = 0
    for use in _latest(tx, service, order_id):
        coupon = coupons.get(use.coupon_id)
        if coupon is not None and use.ended_at is None and use.redeemed_at is None:
            free_one(tx, coupon, use, service, f"order {order_id} ended unpaid")
            freed += 1
    return freed


def free_one(tx: Tx, coupon: Coupon, use: CouponUse, actor: str, reason: str) -> None:
    """A locked coupon, held, is its owner's to use again."""
    tx.store.coupons.end_use(use, tx.now())
    tx.store.coupons.step_coupon(coupon, CouponState.CLAIMED, tx.now(), actor, reason, lock_until=None)


def coupons_of_orders(
    store: ShopStore, service: str, order_ids: Collection[str]
) -> dict[str, tuple[UsedCoupon, ...]]:
    """The coupons of each order, also of those that ended."""
    found: dict[str, dict[str, UsedCoupon]] = {each: {} for each in order_ids}
    for use in store.coupons.uses_of_orders(service, order_ids):
        found[use.order_id][use.coupon_id] = UsedCoupon(
            use.coupon_id,
            {"zh": use.title_zh, "en": use.title_en},
            use.discount_fen,
            use.given_back_fen,
            use.ended_at is None,
        )
    return {order_id: tuple(each.values()) for order_id, each in found.items()}


def lock_one(tx: Tx, coupon: Coupon, discount: Discount, use: Use) -> Coupon:
    """A coupon, held, that may be used, for an order."""
    now = tx.now()
    locked = tx.store.coupons.step_coupon(
        coupon,
        CouponState.LOCKED,
        now,
        use.service,
        f"order {use.order_id}",
        uses=coupon.uses + 1,
        lock_until=use.expires_at,
    )
    tx.store.coupons.add_use(locked.uses, use, discount, now)
    return locked


def _lock_again(tx: Tx, coupon: Coupon, use: CouponUse) -> tuple[Coupon, CouponUse]:
    """For the same order, for the same goods: its money came after its lock had ended."""
    shares = tx.store.coupons.shares(use.coupon_id, use.number)
    items = tuple(Item(share.ref, None, frozenset(), 0, share.quantity) for share in shares)
    discount = Discount(coupon.id, use.discount_fen, {share.ref: share.share_fen for share in shares})
    locked = lock_one(tx, coupon, discount, Use(use.service, use.order_id, items, None))
    return locked, replace(use, number=locked.uses, ended_at=None)


def _latest(tx: Tx, service: str, order_id: str) -> list[CouponUse]:
    """The last use of each coupon for the order; one that came back is done with."""
    last = {each.coupon_id: each for each in tx.store.coupons.uses_of_orders(service, [order_id])}
    return [each for each in last.values() if each.redeemed_at is None or each.ended_at is None]


def _kept(tx: Tx, use: CouponUse) -> Discount:
    shares = {share.ref: share.share_fen for share in tx.store.coupons.shares(use.coupon_id, use.number)}
    return Discount(use.coupon_id, use.discount_fen, shares)


def _beside(coupon: Coupon, used: Sequence[Coupon], wish: Wish) -> int | NotUsable:
    """What one more would take off, or why it can't: those that are chosen stay."""
    done, refused = discounts([*used, coupon], wish.service, wish.items)
    if refused:
        own = [each for each in refused if each.coupon_id == coupon.id]
        return own[0] if own else NotUsable(coupon.id, WhyNot.NOT_TOGETHER)
    before, _ = discounts(used, wish.service, wish.items)
    return sum(each.discount_fen for each in done) - sum(each.discount_fen for each in before)


def _offered(discount: Discount, mine: Mapping[str, Coupon]) -> Offered:
    coupon = mine[discount.coupon_id]
    title, until = coupon.campaign.title, coupon.valid_until
    return Offered(coupon.id, title, discount.discount_fen, until, discount.shares)


def _refused(found: NotUsable, mine: Mapping[str, Coupon]) -> Refused:
    title = mine[found.coupon_id].campaign.title
    return Refused(found.coupon_id, title, *_why(found.why, found.missing_fen), found.missing_fen)


def _why(why: WhyNot, missing_fen: int = 0) -> tuple[WhyNot, dict[str, str]]:
    return why, rules.words(why, missing_fen)


def refusal(coupon_id: str, why: WhyNot, missing_fen: int = 0) -> dict[str, object]:
    """What CouponNotUsable says."""
    return {
        "coupon_id": coupon_id,
        "why": why.value,
        "words": rules.words(why, missing_fen),
        "missing_fen": missing_fen,
    }


def _refuse(found: NotUsable) -> None:
    raise CouponNotUsable(**refusal(found.coupon_id, found.why, found.missing_fen))
