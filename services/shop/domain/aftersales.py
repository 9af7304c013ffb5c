"""What may come back after it was handed over, until when, and why so.

Source: docs/sources/mall-after-sales.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.shop.domain.parcels import Line
from services.shop.schemas.order_words import CaseReason, CaseState

SHOPS_FAULT: Final = frozenset(
    {
        CaseReason.DAMAGED,
        CaseReason.WRONG_ITEM,
        CaseReason.NOT_AS_DESCRIBED,
        CaseReason.EXPIRED,
        CaseReason.MISSING_PART,
    }
)
MOVES: Final = frozenset(
    {
        (CaseState.OPEN, CaseState.ACCEPTED),
        (CaseState.OPEN, CaseState.REFUSED),
        (CaseState.OPEN, CaseState.WITHDRAWN),
        (CaseState.ACCEPTED, CaseState.REFUNDED),
    }
)
_OPENED_NEVER: Final = frozenset({"food", "cosmetics", "alcohol", "tobacco", "medicine"})


@dataclass(frozen=True)
class Rule:
    """within: from hand-over; None: it never comes back for this reason. words: the rule with its reason."""

    within: timedelta | None
    needs_photo: bool
    zh: str
    en: str


_FAULT = Rule(
    timedelta(days=30),
    needs_photo=True,
    zh="商品有问题，30 天内可退，请拍照说明",
    en="Something is wrong with it: within 30 days, with a photo",
)
_FAULT_FRESH = Rule(
    timedelta(hours=24),
    needs_photo=True,
    zh="生鲜短保食品有问题，请在 24 小时内拍照申请",
    en="Fresh food spoils: within 24 hours, with a photo",
)
_WISH = Rule(
    timedelta(days=7),
    needs_photo=False,
    zh="未拆封、不影响二次销售，7 天内可退，请带回店铺",
    en="Unopened and fit to be sold again: within 7 days, brought back to the shop",
)
_WISH_FRESH = Rule(
    None, needs_photo=False, zh="鲜活易腐商品不支持无理由退货", en="Perishable goods don't come back"
)
_WISH_HYGIENE = Rule(
    None,
    needs_photo=False,
    zh="食品、化妆品、烟酒等交付后不支持无理由退货，以保证他人安全",
    en="Food, cosmetics, drinks and tobacco aren't taken back once handed over, for the next buyer's safety",
)
_WISH_DUTY_FREE = Rule(
    None,
    needs_photo=False,
    zh="免税品随旅客出境，不支持无理由退货",
    en="Duty-free goods left the country with you and aren't taken back",
)


@dataclass(frozen=True)
class Judged:
    """Whether pieces of a line may come back now. until: the last instant to ask."""

    rule: Rule
    allowed: bool
    until: datetime | None

    @property
    def words(self) -> Mapping[str, str]:
        return {"zh": self.rule.zh, "en": self.rule.en}


def rule_for(line: Line, reason: CaseReason) -> Rule:
    """By what it is and why it should come back. What is the shop's fault comes back whatever it is."""
    if reason in SHOPS_FAULT:
        return _FAULT_FRESH if line.perishable else _FAULT
    if line.duty_free:
        return _WISH_DUTY_FREE
    if line.perishable:
        return _WISH_FRESH
    return _WISH_HYGIENE if line.kind in _OPENED_NEVER else _WISH


def judged(line: Line, reason: CaseReason, handed_over_at: datetime | None, now: datetime) -> Judged:
    """handed_over_at: None: it wasn't yet, and nothing can come back."""
    rule = rule_for(line, reason)
    until = None if handed_over_at is None or rule.within is None else handed_over_at + rule.within
    return Judged(rule, until is not None and now <= until, until)
