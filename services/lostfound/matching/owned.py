"""What is said of the thing itself, and what of its parts, of what it holds, or is denied.

A red cover on a black phone makes no red phone, a Lenovo in the backpack is no maker of backpacks, and `no sticker` is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from services.lostfound.matching.lexicon import lexicon, silent

BREAK: Final = frozenset(",.;:!?，。；：！？、\n()（）/")
_PARTS: Final = "parts and decoration"
_MADE_OF: Final = frozenset(["material", "pattern", "shape", "size and number"])
_FIGURES: Final = "figures"
_DENIALS: Final = frozenset(["没有", "没", "无", "不带", "不含", "没带", "without", "no", "not"])
_HUNG: Final = frozenset(["detail:sticker", "detail:charm", "detail:tag"])
_HAVING: Final = frozenset(
    [
        "喝",
        "吃",
        "买",
        "点",
        "had",
        "having",
        "drank",
        "drinking",
        "ate",
        "eating",
        "bought",
        "buying",
        "ordering",
        "getting",
    ]
)
_SERVED: Final = frozenset(
    ["店", "厅", "馆", "铺", "shop", "place", "bar", "counter", "stand", "stall", "house"]
)
_MEALS: Final = frozenset(["kind:food", "kind:drink", "kind:alcohol"])
_ANOTHER: Final = 0.4
"""Kinds that are less near than this are two things."""


@dataclass(frozen=True)
class Token:
    """text: folded; concepts: what it means. chinese: jieba's word."""

    text: str
    concepts: tuple[str, ...] = ()
    chinese: bool = False


def makers(every: Sequence[Token], kinds: Sequence[str]) -> list[str]:
    """Makers of a thing of these kinds."""
    found = [
        each.partition(":")[2]
        for at, token in enumerate(every)
        for each in token.concepts
        if each.startswith("brand:") and not is_figure(each) and not _made_another(every, at, kinds)
    ]
    return list(dict.fromkeys(found))


def is_figure(brand: str) -> bool:
    """A figure that makers of all things print on them: Snoopy, Hello Kitty."""
    return lexicon().groups.get(brand) == _FIGURES


def colours(every: Sequence[Token]) -> list[str]:
    """Colours that aren't those of a part."""
    return [
        each.partition(":")[2]
        for at, token in enumerate(every)
        for each in token.concepts
        if each.startswith("colour:") and not of_a_part(every, at)
    ]


def of_a_part(every: Sequence[Token], at: int) -> bool:
    """Whether a colour is that of a part: `red cover`, not `red backpack`."""
    for token in _after(every, at, 3):
        groups = {lexicon().groups.get(each) for each in token.concepts}
        if _PARTS in groups:
            return not any(each.startswith("kind:") for each in token.concepts)
        if not groups & _MADE_OF:
            return False
    return False


def is_denied(every: Sequence[Token], at: int) -> bool:
    """`without sticker`, 没有贴纸."""
    before = [token.text for token in every[max(at - 2, 0) : at]]
    if before and before[-1] in _DENIALS:
        return True
    return len(before) == 2 and before[0] in _DENIALS and before[1] in ("a", "any", "the", "任何")


def is_aside(every: Sequence[Token], at: int) -> bool:
    """Whether food or drink is what somebody was having, or what a shop sells: 喝咖啡的时候, `the coffee place`."""
    if not _MEALS & set(every[at].concepts):
        return False
    before, after = (every[at - 1].text if at else ""), (every[at + 1].text if at + 1 < len(every) else "")
    return before in _HAVING or after in _SERVED


def _made_another(every: Sequence[Token], at: int, kinds: Sequence[str]) -> bool:
    """Whether the name of a maker is that of a sticker, or of something of another kind."""
    for token in _after(every, at, 2):
        if _HUNG & set(token.concepts):
            return True
        named = [each.partition(":")[2] for each in token.concepts if each.startswith("kind:")]
        if named:
            near = max((lexicon().kinds_near(a, b) for a in named for b in kinds), default=1.0)
            return near < _ANOTHER
    return False


def _after(every: Sequence[Token], at: int, most: int) -> Iterator[Token]:
    """The next tokens of a phrase that say something."""
    for token in every[at + 1 :]:
        if token.text in BREAK or most == 0:
            return
        if token.concepts or token.text not in silent():
            most -= 1
            yield token
