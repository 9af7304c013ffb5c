"""Campaigns: what coupons are given out, how many, to whom, and what they are good for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.shop.schemas.coupon_words import CampaignKind, CampaignState, FundedBy, Service, WhyClosed

_MOVES: Final = {
    CampaignState.DRAFT: {CampaignState.ON, CampaignState.ENDED},
    CampaignState.ON: {CampaignState.PAUSED, CampaignState.ENDED},
    CampaignState.PAUSED: {CampaignState.ON, CampaignState.ENDED},
    CampaignState.ENDED: set[CampaignState](),
}


@dataclass(frozen=True)
class Scope:
    """services: where. shop_ids, categories: nothing said means all of them; categories name themselves and all below."""

    services: frozenset[Service]
    shop_ids: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()

    def covers(self, service: str, shop_id: str | None, categories: frozenset[str]) -> bool:
        """categories: of the thing, with those above them."""
        return (
            service in self.services
            and (not self.shop_ids or shop_id in self.shop_ids)
            and (not self.categories or bool(self.categories & categories))
        )


@dataclass(frozen=True)
class Value:
    """What a coupon takes off. amount: value_fen. percent: pct, at most cap_fen where that is said.

    threshold_fen: what its goods must cost together, before any coupon.
    """

    kind: CampaignKind
    value_fen: int = 0
    pct: int = 0
    cap_fen: int | None = None
    threshold_fen: int = 0

    def off_fen(self, price_fen: int) -> int:
        """What goes off goods of this price; never more than the price. Fractions of a fen are the shop's."""
        if self.kind is CampaignKind.AMOUNT:
            off = self.value_fen
        else:
            off = price_fen * self.pct // 100
            if self.cap_fen is not None:
                off = min(off, self.cap_fen)
        return min(off, price_fen)


@dataclass(frozen=True)
class Campaign:
    """starts_at, ends_at: of claiming. A coupon is good from valid_from until valid_until, or for valid_days from its claim.

    stack_group: coupons meet on the same goods only when both have a group and not the same; "" meets none.
    claimed: how many went out; change coupons aren't counted, they give nothing new.
    """

    id: str
    title_zh: str
    title_en: str
    terms_zh: str
    terms_en: str
    value: Value
    stock: int
    claimed: int
    per_person: int
    starts_at: datetime
    ends_at: datetime
    valid_from: datetime | None
    valid_until: datetime | None
    valid_days: int | None
    scope: Scope
    stack_group: str
    funded_by: FundedBy
    state: CampaignState
    card_id: str | None
    version: int
    created_at: datetime

    @property
    def title(self) -> dict[str, str]:
        return {"zh": self.title_zh, "en": self.title_en}

    @property
    def terms(self) -> dict[str, str]:
        return {"zh": self.terms_zh, "en": self.terms_en}

    @property
    def left(self) -> int:
        return self.stock - self.claimed

    def validity(self, claimed_at: datetime) -> tuple[datetime, datetime]:
        """From when until when a coupon claimed now is good."""
        if self.valid_days is not None:
            return claimed_at, claimed_at + timedelta(days=self.valid_days)
        assert self.valid_from is not None
        assert self.valid_until is not None
        return max(self.valid_from, claimed_at), self.valid_until

    def why_closed(self, had: int, now: datetime) -> WhyClosed | None:
        """Why somebody who had so many of it can't claim one more; None: they can."""
        if self.state is CampaignState.ENDED or now >= self.ends_at:
            return WhyClosed.OVER
        if self.valid_until is not None and now >= self.valid_until:
            return WhyClosed.OVER
        if self.state is not CampaignState.ON:
            return WhyClosed.PAUSED
        if now < self.starts_at:
            return WhyClosed.NOT_YET
        if had >= self.per_person:
            return WhyClosed.LIMIT
        return WhyClosed.GONE if self.left <= 0 else None


def may_become(before: CampaignState, after: CampaignState) -> bool:
    return before is after or after in _MOVES[before]


_TERMS: Final = ("value", "valid_from", "valid_until", "valid_days", "scope", "stack_group", "funded_by")


def changed_terms(before: Campaign, after: Campaign) -> list[str]:
    """Which of the terms differ that hold once somebody claimed one: people have what they read.

    Words, stock, the limit for each and the time of claiming may change.
    """
    return [name for name in _TERMS if getattr(before, name) != getattr(after, name)]
