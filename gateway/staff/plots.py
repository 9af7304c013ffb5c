"""Plots drawn on the server, as SVG that a screen reader can read: a title, a description, and the numbers in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from markupsafe import Markup

_WIDTH: Final = 640
_BAR: Final = 24
_STEP: Final = 38
_LEFT: Final = 210
_RIGHT: Final = 70


@dataclass(frozen=True)
class Bar:
    """tone: a class of console.css (calm, go, late, bad)."""

    label: str
    value: int
    tone: str = "calm"


def bars(title: str, items: Sequence[Bar]) -> Markup:
    """Horizontal bars with their labels and numbers, the longest as wide as there is room."""
    most = max((item.value for item in items), default=0) or 1
    height = _STEP * len(items) + 8
    room = _WIDTH - _LEFT - _RIGHT
    said = "; ".join(f"{item.label}: {item.value}" for item in items)
    parts = [
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title><desc>{escape(said)}</desc>"
    ]
    for at, item in enumerate(items):
        y = 4 + at * _STEP
        width = max(2, round(room * item.value / most)) if item.value else 0
        parts.append(
            f'<text class="plot__label" x="{_LEFT - 10}" y="{y + 17}" text-anchor="end">{escape(item.label)}</text>'
            f'<rect class="plot__back" x="{_LEFT}" y="{y}" width="{room}" height="{_BAR}" rx="4"/>'
            f'<rect class="plot__bar plot__bar--{item.tone}" x="{_LEFT}" y="{y}" width="{width}" height="{_BAR}" rx="4"/>'
            f'<text class="plot__value" x="{_LEFT + room + 8}" y="{y + 17}">{item.value:,}</text>'
        )
    parts.append("</svg>")
    return Markup("".join(parts))  # noqa: S704 - made here; every text is escaped


def layers(title: str, of: int, parts: Sequence[tuple[int, str]]) -> Markup:
    """One small bar of a whole in which each part lies over the one before: the last is the furthest on the way."""
    drawn = [
        f'<rect class="plot__bar plot__bar--{tone}" width="{400 * min(1.0, number / of):.1f}" height="14" rx="7"/>'
        for number, tone in parts
        if of > 0 and number > 0
    ]
    return Markup(  # noqa: S704 - made here; every text is escaped
        f'<svg class="meter" viewBox="0 0 400 14" preserveAspectRatio="none" role="img" aria-label="{escape(title)}">'
        f'<title>{escape(title)}</title><rect class="plot__back" width="400" height="14" rx="7"/>{"".join(drawn)}</svg>'
    )


def progress(title: str, done: int, of: int) -> Markup:
    """One bar that fills: how much of a whole is done."""
    share = 1.0 if of <= 0 else min(1.0, done / of)
    said = f"{done:,} / {of:,}"
    return Markup(  # noqa: S704 - made here; every text is escaped
        f'<svg class="meter" viewBox="0 0 400 14" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(title)}: {said}"><title>{escape(title)}: {said}</title>'
        f'<rect class="plot__back" width="400" height="14" rx="7"/>'
        f'<rect class="plot__bar plot__bar--go" width="{400 * share:.1f}" height="14" rx="7"/></svg>'
    )
