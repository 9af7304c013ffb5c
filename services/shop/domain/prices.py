"""What a piece costs at an instant, and what a product's variants cost together. Whole fen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Deal:
    """A lower price from an instant on; until_at None: until it is taken back. per_person: pieces, None is no limit."""

    price_fen: int
    from_at: datetime
    until_at: datetime | None = None
    per_person: int | None = None

    def holds(self, at: datetime) -> bool:
        """From its first instant on; at its last it is over."""
        return self.from_at <= at and (self.until_at is None or at < self.until_at)

    def over(self, at: datetime) -> bool:
        return self.until_at is not None and self.until_at <= at


@dataclass(frozen=True)
class Price:
    """The usual price, and a deal, if there is or will be one."""

    price_fen: int
    deal: Deal | None = None

    def deal_at(self, at: datetime) -> Deal | None:
        """The deal, if it holds and costs less than usual."""
        deal = self.deal
        return deal if deal is not None and deal.holds(at) and deal.price_fen < self.price_fen else None

    def now_fen(self, at: datetime) -> int:
        """What a piece costs at this instant."""
        deal = self.deal_at(at)
        return self.price_fen if deal is None else deal.price_fen


@dataclass(frozen=True)
class Summary:
    """What a list shows of a product. now_fen: the lowest; was_fen: that variant's usual price, where a deal holds;
    saved_fen: the most that a deal takes off; deal_until: when the first of the deals that hold is over; turns_at: when
    the next deal begins or is over, and this must be made anew."""

    now_fen: int | None
    was_fen: int | None
    saved_fen: int
    many_prices: bool
    deal_until: datetime | None
    variant_count: int
    turns_at: datetime | None


def summary(prices: Iterable[Price], at: datetime) -> Summary:
    """Of the variants that are offered; of none: no price."""
    known = list(prices)
    deals = [deal for each in known if (deal := each.deal_at(at)) is not None]
    ends = [each.until_at for each in deals if each.until_at is not None]
    begins = [each.deal.from_at for each in known if each.deal is not None and each.deal.from_at > at]
    if not known:
        return Summary(None, None, 0, False, None, 0, None)
    # Of two that cost the same now, the one that cost more before is told.
    best = min(known, key=lambda each: (each.now_fen(at), -each.price_fen))
    now_fen = best.now_fen(at)
    return Summary(
        now_fen=now_fen,
        was_fen=best.price_fen if best.price_fen > now_fen else None,
        saved_fen=max(each.price_fen - each.now_fen(at) for each in known),
        many_prices=any(each.now_fen(at) != now_fen for each in known),
        deal_until=min(ends, default=None),
        variant_count=len(known),
        turns_at=min([*ends, *begins], default=None),
    )
