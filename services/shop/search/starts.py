"""One or two letters, while somebody is typing: the trade's words that begin so.

Keys in the alphabet's order would end in the middle of `cha`, and most words that begin with `c` mean nothing in a shop.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import Final

from services.shop.search.lexicon import lexicon
from services.shop.search.slips import latin_forms

SHORT: Final = 2
"""Letters; what is longer is looked up among all words of the index."""


@lru_cache(maxsize=1_024)
def begun(text: str) -> tuple[str, ...]:
    """Words of the lexicon whose full pinyin, or English, begins so. text: a letter or two."""
    every = _typed()
    first = bisect_left(every, (text, ""))
    return tuple(dict.fromkeys(word for _, word in every[first : bisect_left(every, (f"{text}~", ""))]))


@lru_cache(maxsize=1)
def _typed() -> list[tuple[str, str]]:
    known = lexicon()
    told = {
        word for concept, words in known.spelled.items() if concept not in known.general for word in words
    }
    return sorted((form, word) for word in told for form in latin_forms(word))
