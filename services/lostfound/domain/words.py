"""Words by which staff find an item in the list. Matching of reports has its own, far finer ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_LONGEST: Final = 24
_RUN: Final = re.compile(r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff_]+")
_MOST: Final = 200


def words_of(texts: Iterable[str]) -> set[str]:
    """What an item is kept under: words in small letters, Chinese characters one by one and in pairs."""
    found: set[str] = set()
    for run in _runs(" ".join(texts)):
        if _is_chinese(run):
            found.update(run)
            found.update(_pairs(run))
        else:
            found.add(run[:_LONGEST])
    return set(sorted(found)[:_MOST])


def asked_words(text: str) -> tuple[list[str], list[str]]:
    """What to look for: words that must be there whole, and beginnings of words."""
    whole: list[str] = []
    beginnings: list[str] = []
    for run in _runs(text):
        if _is_chinese(run):
            whole += _pairs(run) or [run]
        else:
            beginnings.append(run[:_LONGEST])
    return list(dict.fromkeys(whole)), list(dict.fromkeys(beginnings))


def _runs(text: str) -> list[str]:
    return _RUN.findall(unicodedata.normalize("NFKC", text).casefold())


def _is_chinese(run: str) -> bool:
    return "\u3400" <= run[0] <= "\u9fff"


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]
