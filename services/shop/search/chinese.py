"""Chinese: traditional characters made simple, words cut by jieba, how characters sound and may be typed.

jieba's own start reads 349,046 words (about 100 MB) and trusts a cache in the machine's common temporary folder. The
tokenizer gets the trade's words and the common ones of its dictionary instead, in memory, with the first Chinese text.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import jieba

FOLDER: Final = Path(__file__).parent / "lexicon"
COMMON: Final = 300
"""Words that jieba counted less often than this in its corpus are left to the bigrams."""
_TRADE: Final = 40_000
"""The trade's words count as often as the commonest words: `数据线` is one, whatever its parts are."""
READINGS_MOST: Final = 6
"""Ways to read a word that are kept: 重庆 is zhongqing and chongqing."""
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")


def is_chinese(text: str) -> bool:
    return bool(_CHINESE.search(text))


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    lines = (FOLDER / "simplified.txt").read_text().splitlines()
    pairs = (pair for line in lines if line[0] != "#" for pair in line.split())
    return {ord(pair[0]): pair[1] for pair in pairs}


def simplify(text: str) -> str:
    """Traditional characters as simplified ones, character by character."""
    return text.translate(_simplified())


@lru_cache(maxsize=1)
def _readings() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in (FOLDER / "readings.txt").read_text().splitlines():
        if not line.startswith("#"):
            sound, characters = line.lstrip("~").split()
            for character in characters:
                found[character] = (*found.get(character, ()), sound)
    return found


@lru_cache(maxsize=1)
def syllables() -> frozenset[str]:
    """All syllables of pinyin, without tones."""
    return frozenset(sound for sounds in _readings().values() for sound in sounds)


@lru_cache(maxsize=8_192)
def sounds(word: str) -> tuple[tuple[str, ...], ...]:
    """Ways to read a word, the commonest first, each as its syllables; none if a character is unknown."""
    each = [_readings().get(character, (character,) if character.isascii() else ()) for character in word]
    if not all(each):
        return ()
    ways = []
    for way in product(*each):
        ways.append(way)
        if len(ways) == READINGS_MOST:
            break
    return tuple(ways)


def typed(word: str) -> tuple[set[str], set[str]]:
    """How a Chinese word is typed in Latin letters: full, and by its initials. ü is typed v, u or yu."""
    full, initials = set(), set()
    for way in sounds(word):
        text = "".join(way)
        full.add(text)
        if "v" in text:
            full.update((text.replace("v", "u"), text.replace("v", "yu")))
        initials.add("".join(syllable[0] for syllable in way))
    return full, initials


@lru_cache(maxsize=2_048)
def syllabled(text: str) -> tuple[int, ...]:
    """Where Latin letters may be cut into syllables of pinyin all the way: positions, ends included; empty if nowhere."""
    good = {len(text)}
    for at in range(len(text) - 1, -1, -1):
        if any(at + size in good and text[at : at + size] in syllables() for size in range(1, 7)):
            good.add(at)
    reached = {0} & good
    for at in range(len(text)):
        if at in reached:
            reached |= {
                at + size for size in range(1, 7) if at + size in good and text[at : at + size] in syllables()
            }
    return tuple(sorted(reached)) if len(text) in reached else ()


class Cutter:
    """Cuts runs of Chinese into words. words: of the trade; they are kept whole."""

    def __init__(self, words: Iterable[str]) -> None:
        self._tokenizer = _tokenizer({word: _TRADE * len(word) for word in words})

    def cut(self, text: str) -> list[str]:
        return list(self._tokenizer.cut(text, HMM=False))


def _tokenizer(trade: dict[str, int]) -> jieba.Tokenizer:
    module = _jieba()
    tokenizer = module.Tokenizer()
    counts = {**_common(Path(str(module.__file__)).parent / "dict.txt"), **trade}
    prefixes = {word[:end]: 0 for word in counts for end in range(1, len(word))}
    tokenizer.FREQ = {**prefixes, **counts}
    tokenizer.total = sum(counts.values())
    tokenizer.initialized = True
    return tokenizer


def _common(dictionary: Path) -> dict[str, int]:
    found = {}
    with dictionary.open(encoding="utf-8") as lines:
        for line in lines:
            word, count, _ = line.split(" ")
            if len(count) > 2 and len(word) <= 4 and int(count) >= COMMON:
                found[word] = int(count)
    return found


def _jieba() -> jieba:
    """The module, without pkg_resources, which it would load only to open a file, and which warns about itself."""
    hidden = sys.modules.get("pkg_resources")
    sys.modules["pkg_resources"] = None  # type: ignore[assignment]
    try:
        import jieba
    finally:
        if hidden is None:
            del sys.modules["pkg_resources"]
        else:
            sys.modules["pkg_resources"] = hidden
    return jieba
