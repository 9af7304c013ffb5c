"""What is written, taken apart: Chinese words, Latin words, measures; and the concepts of the lexicon that they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from services.shop.search.chinese import is_chinese
from services.shop.search.lexicon import LONGEST, Stems, cutter, fold, lexicon, stem

_UNITS: Final = {
    "g": ("g", 1), "克": ("g", 1), "kg": ("g", 1000), "千克": ("g", 1000), "公斤": ("g", 1000), "斤": ("g", 500),
    "ml": ("ml", 1), "毫升": ("ml", 1), "l": ("ml", 1000), "升": ("ml", 1000), "cl": ("ml", 10),
    "w": ("w", 1), "瓦": ("w", 1), "mah": ("mah", 1), "毫安时": ("mah", 1), "毫安": ("mah", 1),
    "gb": ("gb", 1), "tb": ("gb", 1024), "cm": ("cm", 1), "厘米": ("cm", 1), "mm": ("mm", 1), "寸": ("in", 1), "吋": ("in", 1),
    "英寸": ("in", 1), "inch": ("in", 1), "in": ("in", 1), "m": ("cm", 100), "米": ("cm", 100), "度": ("vol", 1), "vol": ("vol", 1),
    "码": ("size", 1), "片": ("pc", 1), "支": ("pc", 1), "包": ("pc", 1), "袋": ("pc", 1), "盒": ("pc", 1), "瓶": ("pc", 1),
    "只": ("pc", 1), "枚": ("pc", 1), "粒": ("pc", 1), "个": ("pc", 1), "pcs": ("pc", 1), "pc": ("pc", 1), "pack": ("pc", 1),
}  # fmt: skip
_UNIT: Final = "|".join(sorted(_UNITS, key=len, reverse=True))
_TOKEN: Final = re.compile(
    rf"(?P<measure>\d+(?:\.\d+)?)(?P<many>万)? ?(?P<unit>{_UNIT})(?![a-z])"
    r"|(?P<latin>[a-z]+)|(?P<number>\d+)|(?P<chinese>[\u4e00-\u9fff]+)"
)
_BREAK: Final = re.compile(
    r"[()\[\]{}【】《》「」|/,，、;；:：+&·—–。.!！?？]+(?!\d)| - | (?:for|with|and) |适用于?|专用"
)
_TERMINAL: Final = re.compile(
    r"(?<![a-z0-9])(?:t ?|terminal ?)([1-9])(?![0-9])(?:号?航站楼)?|(?:([1-9])|([一二三四]))号?航站楼"
)
_COUNT: Final = re.compile("([两二三四五六七八九十])(?=[片支包袋盒瓶只枚粒])")
_SILENT_LETTERS: Final = re.compile(r"['’‘`´]s\b|['’‘`´]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A word or measure as it was written. concepts: what the lexicon says it means; `#500g` is a measure."""

    text: str
    stems: Stems = ()
    concepts: tuple[str, ...] = ()

    @property
    def chinese(self) -> bool:
        return not self.stems and is_chinese(self.text)

    @property
    def measure(self) -> bool:
        return self.text.startswith("#")


@lru_cache(maxsize=4_096)
def segments(text: str) -> list[list[Piece]]:
    """A text's pieces in order, cut where the sentence does: brackets, commas, `for` and `with`."""
    found = [pieces(part) for part in _BREAK.split(_letters(text)) if part.strip()]
    return [each for each in found if each]


def pieces(text: str) -> list[Piece]:
    """The pieces of one folded or unfolded text. Latin words that name a concept together are one piece."""
    text = _letters(text)
    found: list[Piece] = []
    at = 0
    for mixed in lexicon().mixed.finditer(text):
        found += [*_pieces(text[at : mixed.start()]), chinese(mixed[0])]
        at = mixed.end()
    return found + _pieces(text[at:])


def _pieces(text: str) -> list[Piece]:
    found: list[Piece] = []
    latin: list[str] = []
    for token in _TOKEN.finditer(text):
        if token["latin"] or token["number"]:
            latin.append(token[0])
            continue
        found += _phrases(latin)
        latin = []
        if token["chinese"]:
            found += [chinese(word) for word in cutter().cut(token[0])]
        else:
            found.append(Piece(_measure(token)))
    return found + list(_phrases(latin))


def _letters(text: str) -> str:
    """Folded, without apostrophes; a terminal is one word however it is written."""
    counted = _COUNT.sub(
        lambda found: str(2 + "二三四五六七八九十".index(found[1].replace("两", "二"))), fold(text)
    )
    return _TERMINAL.sub(_terminal, _SILENT_LETTERS.sub("", counted))


def _terminal(found: re.Match[str]) -> str:
    number = found[1] or found[2] or str("一二三四".index(found[3]) + 1)
    return f" terminal{'abcdefghi'[int(number) - 1]} "


def _measure(token: re.Match[str]) -> str:
    unit, factor = _UNITS[token["unit"]]
    amount = float(token["measure"]) * factor * (10_000 if token["many"] else 1)
    return f"#{amount:g}{unit}"


def chinese(word: str) -> Piece:
    """A Chinese word as a piece; one that the lexicon lacks may end in a character that says what it is."""
    known = lexicon().words
    return Piece(word, (), known.get(word) or (known.get(word[-1], ()) if len(word) > 1 else ()))


def _phrases(words: list[str]) -> Iterator[Piece]:
    known = lexicon().phrases
    at = 0
    while at < len(words):
        for size in range(min(LONGEST, len(words) - at), 0, -1):
            some = tuple(stem(word) for word in words[at : at + size])
            if size == 1 or some in known:
                yield Piece(" ".join(words[at : at + size]), some, known.get(some, ()))
                at += size
                break


def meaning(word: str) -> Piece:
    """A word of the index's keys as the piece it stands for."""
    if is_chinese(word):
        return chinese(word)
    some = tuple(stem(each) for each in word.split())
    return Piece(word, some, lexicon().phrases.get(some, ()))
