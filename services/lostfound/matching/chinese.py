"""Chinese: traditional characters made simple, words cut by jieba, how characters sound.

jieba's own start reads 349,046 words (about 100 MB) and keeps a cache in the machine's common temporary folder,
from where it would unmarshal whatever lies there. Neither is wanted: the tokenizer gets the trade's words and the
common ones of jieba's dictionary, in memory, when the first Chinese text comes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import jieba

FOLDER: Final = Path(__file__).parent / "lexicon"
COMMON: Final = 300
"""Words that jieba counted less often than this in its corpus are left to the bigrams."""
_TRADE: Final = 40_000
"""The trade's words count as often as the commonest words: `双肩包` is one, whatever its parts are."""


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    lines = (FOLDER / "simplified.txt").read_text().splitlines()
    pairs = (pair for line in lines if line[0] != "#" for pair in line.split())
    return {ord(pair[0]): pair[1] for pair in pairs}


def simplify(text: str) -> str:
    """Traditional characters as simplified ones, character by character."""
    return text.translate(_simplified())


@lru_cache(maxsize=1)
def _sounds() -> dict[str, str]:
    lines = (FOLDER / "pinyin.txt").read_text().splitlines()
    rows = (line.split() for line in lines if not line.startswith("#"))
    return {character: sound for sound, characters in rows for character in characters}


def sound(text: str) -> str:
    """Pinyin without tones, the commonest reading of each character: `李宁` → `lining`. Unknown ones: nothing."""
    sounds = _sounds()
    return "".join(sounds.get(character, "") for character in text)


def blurred(text: str) -> str:
    """Pinyin as many southern speakers hear and type it: zh like z, ng like n, l like n."""
    found = sound(text)
    for one, other in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("f", "h")):
        found = found.replace(one, other)
    return found


class Cutter:
    """Cuts runs of Chinese into words. words: of the trade; they are kept whole."""

    def __init__(self, words: Iterable[str]) -> None:
        self._tokenizer = _tokenizer({word: _TRADE * len(word) for word in words})

    def cut(self, text: str) -> list[str]:
        return list(self._tokenizer.cut(text, HMM=False))


def _tokenizer(trade: dict[str, int]) -> jieba.Tokenizer:
    module = load_jieba()
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


def load_jieba() -> jieba:
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


def is_chinese(text: str) -> bool:
    return bool(_CHINESE.search(text))


_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
