"""What somebody who lost something may see of what was found: enough to come, too little to lie with.

Source: docs/decisions/0071-claims-and-hints.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.lostfound.domain.claims import Match
from services.lostfound.schemas.claim_words import Band

MOST_HINTS: Final = 5
"""Of one report: whoever is shown more learns what others lost."""

_HARMLESS: Final = frozenset(
    {"same_flight", "same_bus", "same_kind", "near_kind", "same_colour", "near_colour"}
)
"""Codes of reasons. Neither the hour nor the terminal: whoever files often would find both by halving."""


@dataclass(frozen=True)
class Bars:
    """From which probability on a match is kept for staff, may be shown to the owner, and is told to them."""

    kept: float
    possible: float
    likely: float


def band_of(match: Match, bars: Bars) -> Band | None:
    """None: not to be shown to the owner. What a desk offered by hand is likely, whatever the matching thinks."""
    if match.offered or match.probability >= bars.likely:
        return Band.LIKELY
    return Band.POSSIBLE if match.probability >= bars.possible else None


def may_show(band: Band | None, listed: bool) -> bool:
    """listed: whether things of this kind are in the public list.

    Whoever asks without end whether there is a watch must hear nothing unless what they say is about right.
    """
    return band is Band.LIKELY or (band is Band.POSSIBLE and listed)


def public_reasons(reasons: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Those that say no more than the hint does anyway; in words."""
    return [
        {name: each[name] for name in ("code", "zh", "en")}
        for each in reasons
        if each["public"] is True and each["code"] in _HARMLESS
    ]


def month_of(at: datetime, zone: ZoneInfo) -> str:
    """2026-11: the day would be half of what a thief needs."""
    return at.astimezone(zone).strftime("%Y-%m")
