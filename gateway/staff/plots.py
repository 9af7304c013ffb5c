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
    value: float
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


@dataclass(frozen=True)
class Share:
    """A whole and the part of it that is meant: 12 of 40."""

    label: str
    whole: int
    part: int


def shares(title: str, items: Sequence[Share]) -> Markup:
    """Horizontal bars: each whole, and over it its part. Numbers stand behind, the part first."""
    most = max((item.whole for item in items), default=0) or 1
    height = _STEP * len(items) + 8
    left = _LEFT + 30
    room = _WIDTH - left - _RIGHT - 20
    said = "; ".join(f"{item.label}: {item.part} / {item.whole}" for item in items)
    parts = [_opened(title, said, (_WIDTH, height))]
    for at, item in enumerate(items):
        y = 4 + at * _STEP
        parts.append(
            f'<text class="plot__label" x="{left - 10}" y="{y + 17}" text-anchor="end">{escape(item.label)}</text>'
            f'<rect class="plot__back" x="{left}" y="{y}" width="{room}" height="{_BAR}" rx="4"/>'
            f"{_bar(left, y, room * item.whole / most, 'calm')}{_bar(left, y, room * item.part / most, 'go')}"
            f'<text class="plot__value" x="{left + room + 8}" y="{y + 17}">{item.part:,} / {item.whole:,}</text>'
        )
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704 - made here; every text is escaped


def columns(title: str, items: Sequence[Share], tones: tuple[str, str] = ("calm", "go")) -> Markup:
    """Upright columns side by side, each whole with its part in front; the highest number stands at the axis.

    tones: of the whole and of the part.

    Labels that would overlap are left out: every second, third … one stays.
    """
    width, height, left, foot = 1080, 260, 54, 30
    most = max((item.whole for item in items), default=0) or 1
    top, room = _round_up(most), height - foot - 14
    step = (width - left) / max(len(items), 1)
    bar = max(2.0, min(44.0, step * 0.7))
    said = "; ".join(f"{item.label}: {item.part} / {item.whole}" for item in items)
    parts = [_opened(title, said, (width, height), "plot plot--wide")]
    for share in (0, 0.5, 1):
        y = 10 + room * (1 - share)
        mark = f"{top * share:,.0f}" if top * share == int(top * share) else ""
        parts.append(
            f'<line class="plot__line" x1="{left}" y1="{y:.1f}" x2="{width}" y2="{y:.1f}"/>'
            f'<text class="plot__value" x="{left - 8}" y="{y + 5:.1f}" text-anchor="end">{mark}</text>'
        )
    every = max(1, -(-62 // max(1, int(step))))
    for at, item in enumerate(items):
        x = left + step * at + (step - bar) / 2
        parts += [
            _column(x, bar, room, item.whole / top, tones[0]),
            _column(x, bar, room, item.part / top, tones[1]),
        ]
        if at % every == 0:
            parts.append(
                f'<text class="plot__value" x="{x + bar / 2:.1f}" y="{height - 8}" text-anchor="middle">{escape(item.label)}</text>'
            )
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704 - made here; every text is escaped


def _opened(title: str, said: str, size: tuple[int, int], kind: str = "plot") -> str:
    return (
        f'<svg class="{kind}" viewBox="0 0 {size[0]} {size[1]}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title><desc>{escape(said)}</desc>"
    )


def _bar(x: int, y: int, width: float, tone: str) -> str:
    if width <= 0:
        return ""
    return f'<rect class="plot__bar plot__bar--{tone}" x="{x}" y="{y}" width="{max(2.0, width):.1f}" height="{_BAR}" rx="4"/>'


def _column(x: float, width: float, room: float, share: float, tone: str) -> str:
    if share <= 0:
        return ""
    height = max(2.0, room * share)
    return f'<rect class="plot__bar plot__bar--{tone}" x="{x:.1f}" y="{10 + room - height:.1f}" width="{width:.1f}" height="{height:.1f}" rx="3"/>'


def _round_up(number: int) -> int:
    """To a number that one reads off an axis: 2, 4, 10, 20, 40, 100 …"""
    scale = 1
    while number > 20 * scale:
        scale *= 10
    return next(first * scale for first in (2, 4, 10, 20) if number <= first * scale)


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
