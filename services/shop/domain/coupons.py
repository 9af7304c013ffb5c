"""Coupons: what follows what, what they take off which pieces, and how they come back.

Source of the rules: docs/decisions/0083-coupons.md; travellers read them with their coupons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from services.shop.domain.campaigns import Campaign, Value
from services.shop.schemas.coupon_words import Back, CampaignKind, CouponState, Source, WhyNot

NEW: Final = "new"
MOVES: Final = frozenset(
    {
        (NEW, CouponState.CLAIMED),
        (CouponState.CLAIMED, CouponState.LOCKED),
        (CouponState.LOCKED, CouponState.CLAIMED),
        (CouponState.LOCKED, CouponState.REDEEMED),
        (CouponState.REDEEMED, CouponState.CLAIMED),
        (CouponState.CLAIMED, CouponState.EXPIRED),
        (CouponState.CLAIMED, CouponState.VOID),
        (CouponState.EXPIRED, CouponState.VOID),
    }
)
"""Redeemed → claimed: given back whole."""
BACK_FOR: Final = timedelta(days=7)
"""What comes back is good for at least so long, the first time that this is more than it had: a week is time for the next
trip's way home."""


@dataclass(frozen=True)
class Item:
    """Something that is bought. ref: the caller's name of the line. price_fen: of one piece, before coupons.

    categories: its own with all above it. shop_id: None outside the mall.
    """

    ref: str
    shop_id: str | None
    categories: frozenset[str]
    price_fen: int
    quantity: int


@dataclass(frozen=True)
class Use:
    """What a coupon is locked for. expires_at: None until the order itself says that it is over."""

    service: str
    order_id: str
    items: tuple[Item, ...]
    expires_at: datetime | None


@dataclass(frozen=True)
class Discount:
    """shares: what goes off each line, in fen; lines without a share aren't in it."""

    coupon_id: str
    discount_fen: int
    shares: Mapping[str, int]


@dataclass(frozen=True)
class Coupon:
    """nth: of this passenger's from the campaign; None for a change coupon, which counts to no limit.

    value: its campaign's, or a change coupon's own. uses: how often it was locked; service … lock_until: the last time.
    """

    id: str
    campaign: Campaign
    passenger_id: str
    nth: int | None
    state: CouponState
    source: Source
    value: Value
    claimed_at: datetime
    valid_from: datetime
    valid_until: datetime
    parent_id: str | None
    code_sealed: str
    card_code_sealed: str | None
    uses: int
    service: str | None
    order_id: str | None
    discount_fen: int | None
    lock_until: datetime | None
    used_at: datetime | None
    soon_told: bool
    steps: int
    version: int

    @property
    def first_end(self) -> datetime:
        """Until when it was good when it was claimed; a claimed campaign's validity stays."""
        return self.campaign.validity(self.claimed_at)[1]

    def why_not(self, now: datetime) -> WhyNot | None:
        """Why it can't be used now, whatever for; None: it can."""
        if self.state is CouponState.LOCKED:
            return WhyNot.LOCKED
        if self.state is CouponState.REDEEMED:
            return WhyNot.REDEEMED
        if self.state is CouponState.VOID:
            return WhyNot.VOID
        if self.state is CouponState.EXPIRED or now >= self.valid_until:
            return WhyNot.OVER
        return WhyNot.NOT_YET if now < self.valid_from else None


@dataclass(frozen=True)
class NotUsable:
    """missing_fen: what its goods lack to its threshold, where that is why."""

    coupon_id: str
    why: WhyNot
    missing_fen: int = 0


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in proportion to the weights, to the last fen: the largest remainders get what rounding left over.

    0 ≤ total ≤ sum of the weights; no share is greater than its weight. Of equal remainders the first come first.
    """
    whole = sum(weights)
    if not 0 <= total <= whole:
        raise ValueError("no more than everything can be spread")
    if total == 0:
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda n: -(total * weights[n] % whole))
    for n in by_rest[: total - sum(shares)]:
        shares[n] += 1
    return shares


def share_of_pieces(share_fen: int, quantity: int, already: int, more: int) -> int:
    """What of a line's share belongs to its next `more` pieces when `already` were counted; all pieces make all of it.

    Pieces of a line are alike; the first ones carry the odd fen.
    """
    if min(already, more) < 0 or already + more > quantity:
        raise ValueError("there aren't so many pieces")
    each, odd = divmod(share_fen, quantity) if quantity else (0, 0)
    return each * more + min(odd, already + more) - min(odd, already)


def discounts(
    coupons: Iterable[Coupon], service: str, items: Sequence[Item]
) -> tuple[tuple[Discount, ...], tuple[NotUsable, ...]]:
    """What these coupons take off together, and those that can't be used so; nothing is said here of time and state.

    A threshold is judged by prices before coupons. Percents go first, by the price that is shown; then amounts, the
    greater first, so that nobody must know in which order to choose.
    """
    taken: dict[str, int] = {}
    groups: dict[str, set[str]] = {}
    done, refused = [], []
    for coupon in sorted(coupons, key=_order):
        eligible = _eligible(coupon, service, items)
        why = _why_not_on(coupon, eligible, groups)
        if why is not None:
            refused.append(why)
            continue
        discount = _discount(coupon, eligible, taken)
        if discount.discount_fen == 0:
            refused.append(NotUsable(coupon.id, WhyNot.NOTHING_LEFT))
            continue
        for item in eligible:
            groups.setdefault(item.ref, set()).add(coupon.campaign.stack_group)
        for ref, share in discount.shares.items():
            taken[ref] = taken.get(ref, 0) + share
        done.append(discount)
    return tuple(done), tuple(refused)


def _order(coupon: Coupon) -> tuple[bool, int, str]:
    return coupon.value.kind is CampaignKind.AMOUNT, -coupon.value.value_fen, coupon.id


def _eligible(coupon: Coupon, service: str, items: Sequence[Item]) -> list[Item]:
    scope = coupon.campaign.scope
    covered = (item for item in items if scope.covers(service, item.shop_id, item.categories))
    return [item for item in covered if item.price_fen * item.quantity > 0]


def _why_not_on(coupon: Coupon, eligible: Sequence[Item], groups: Mapping[str, set[str]]) -> NotUsable | None:
    if not eligible:
        return NotUsable(coupon.id, WhyNot.OTHER_GOODS)
    missing = coupon.value.threshold_fen - sum(item.price_fen * item.quantity for item in eligible)
    if missing > 0:
        return NotUsable(coupon.id, WhyNot.THRESHOLD, missing)
    group = coupon.campaign.stack_group
    for item in eligible:
        met = groups.get(item.ref, set())
        if met and (not group or group in met or "" in met):
            return NotUsable(coupon.id, WhyNot.NOT_TOGETHER)
    return None


def _discount(coupon: Coupon, eligible: Sequence[Item], taken: Mapping[str, int]) -> Discount:
    pieces: list[tuple[str, int]] = []
    for item in eligible:
        off = taken.get(item.ref, 0)
        for n in range(item.quantity):
            pieces.append((item.ref, item.price_fen - share_of_pieces(off, item.quantity, n, 1)))
    left = sum(price for _, price in pieces)
    full = sum(item.price_fen * item.quantity for item in eligible)
    discount = min(coupon.value.off_fen(full), left)
    shares: dict[str, int] = {}
    for (ref, _), share in zip(pieces, spread(discount, [price for _, price in pieces]), strict=True):
        if share:
            shares[ref] = shares.get(ref, 0) + share
    return Discount(coupon.id, discount, shares)


@dataclass(frozen=True)
class Share:
    """What a coupon took off one line, and how many of its pieces came back so far."""

    ref: str
    quantity: int
    share_fen: int
    returned: int = 0


@dataclass(frozen=True)
class GiveBack:
    """back: how. value_fen: what comes back in money's worth. shares: after it. value: a change coupon's."""

    back: Back
    value_fen: int
    shares: tuple[Share, ...]
    value: Value | None = None


def give_back(
    value: Value, discount_fen: int, shares: Sequence[Share], returned: Mapping[str, int]
) -> GiveBack | None:
    """How a coupon comes back. returned: pieces of each line that came back in all so far, not just now.

    None when no piece came back that wasn't counted before. All pieces at once: the coupon itself. Some of them: of an
    amount a change coupon worth their share, its threshold in the same proportion; of a percentage nothing, as it was
    worth only what those pieces cost, until the last comes back and the coupon with it. Fewer than before counts for
    nothing: what came back came back.
    """
    after, worth, before = [], 0, 0
    for share in shares:
        now = max(share.returned, min(share.quantity, returned.get(share.ref, 0)))
        worth += share_of_pieces(share.share_fen, share.quantity, share.returned, now - share.returned)
        before += share.returned
        after.append(replace(share, returned=now))
    if tuple(after) == tuple(shares):
        return None
    all_back = all(share.returned == share.quantity for share in after)
    if all_back and (before == 0 or value.kind is CampaignKind.PERCENT):
        return GiveBack(Back.WHOLE, discount_fen, tuple(after))
    if value.kind is CampaignKind.PERCENT or worth == 0:
        return GiveBack(Back.NOTHING, 0, tuple(after))
    return GiveBack(Back.CHANGE, worth, tuple(after), change_value(value, discount_fen, worth))


def change_value(value: Value, discount_fen: int, worth_fen: int) -> Value:
    """What a change coupon of this worth is: the threshold goes down in proportion."""
    threshold = value.threshold_fen * worth_fen // discount_fen
    return Value(CampaignKind.AMOUNT, value_fen=worth_fen, threshold_fen=threshold)


def grows(change: Coupon, now: datetime) -> bool:
    """Whether more of the same coupon's goods that come back are added to this change coupon: one is better to keep than
    three. What was ever locked doesn't grow: late money for that order takes what it was then, and the rest were lost."""
    unused = change.uses == 0 and change.card_code_sealed is None
    return unused and change.nth is None and change.why_not(now) is None


UNDO_FOR: Final = timedelta(minutes=10)
"""In which a till may take back what it redeemed."""
ENDS_SOON: Final = timedelta(days=3)

RULE: Final = {
    "zh": (
        "优惠按金额分摊到每件适用商品。全部退回时，整张券退还；满减券部分退回时，退还一张等值的找零券，"
        "使用门槛按同样比例降低，同一订单再退回的部分并入这张找零券（尚未使用时）；折扣券部分退回时不退券。"
        "退还的券至少 7 天内有效，为此每张券的有效期至多延长一次：延长过的券及其找零券再次退还时，"
        "以及找零券并入或再次退还时，有效期不变，已过期的不再退还。"
    ),
    "en": (
        "The discount is shared out over the goods it applies to, by price. If all of them come back, so does the coupon. "
        "If some of them do, an amount-off coupon leaves a change coupon worth their share, with its threshold lowered in "
        "proportion, and what comes back of the order later is added to it while it is unused; a percentage-off coupon "
        "leaves nothing. What comes back is valid for at least 7 days, and for that an end is put off once at most: a "
        "coupon whose end was put off keeps it from then on, and so does its change; a change coupon keeps its end when it "
        "grows or comes back again. What is past its end doesn't come back."
    ),
}
"""How coupons come back, to travellers."""


def good_until(coupon: Coupon, now: datetime) -> datetime:
    """Until when a coupon, or its change, that comes back now is good.

    Its end is put off once, as whoever bought and returned again and again would keep it for ever. A change coupon had its
    week when it was made; what is left of either keeps the end.
    """
    had_its_week = coupon.nth is None or coupon.valid_until > coupon.first_end
    return coupon.valid_until if had_its_week else max(coupon.valid_until, now + BACK_FOR)


_WORDS: Final = {
    WhyNot.NOT_FOUND: ("没有这张券", "There is no such coupon"),
    WhyNot.NOT_YET: ("还没到使用时间", "It isn't valid yet"),
    WhyNot.OVER: ("已过期", "It has expired"),
    WhyNot.LOCKED: ("正用于另一笔订单", "It is in use for another order"),
    WhyNot.REDEEMED: ("已使用", "It has been used"),
    WhyNot.VOID: ("已作废", "It is void"),
    WhyNot.OTHER_GOODS: ("不适用于这些商品", "It isn't for these goods"),
    WhyNot.NOT_TOGETHER: ("不能与已选的券同时使用", "It can't be combined with the coupon you chose"),
    WhyNot.NOTHING_LEFT: ("已没有可抵扣的金额", "There is nothing left to take it off"),
}


def words(why: WhyNot, missing_fen: int = 0) -> dict[str, str]:
    """Why, to people."""
    if why is WhyNot.THRESHOLD:
        yuan = f"{missing_fen / 100:.2f}".removesuffix(".00")
        return {"zh": f"还差 {yuan} 元可用", "en": f"Spend ¥{yuan} more to use it"}
    zh, en = _WORDS[why]
    return {"zh": zh, "en": en}
