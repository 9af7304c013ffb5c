"""Places that people name in their words, as codes of the topology.

`T2安检口` is `T2-SECURITY`; `安检` alone is that of every terminal; `gate 34` is the gate of this number wherever it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from services.lostfound.matching.chinese import FOLDER, is_chinese
from services.lostfound.matching.lexicon import fold
from services.lostfound.matching.spelling import respelled
from services.lostfound.matching.topology import Topology

_TERMINAL: Final = re.compile(r"(?:\bt|terminal\s*|航站楼t?)([1-9])|([1-9一二三])号航站楼|(?<![a-z])t([1-9])")
_NUMBERS: Final = {"一": "1", "二": "2", "三": "3"}
MOST: Final = 6


def places_in(text: str, topology: Topology) -> tuple[str, ...]:
    """The codes that a text may mean; none when it names no place or the topology has none such."""
    if not topology.parents or not text:
        return ()
    folded = respelled(fold(text))
    terminals = [
        f"T{_NUMBERS.get(each, each)}" for found in _TERMINAL.findall(folded) for each in found if each
    ]
    codes: dict[str, None] = {}
    taken: list[tuple[int, int]] = []
    for pattern, part in _patterns():
        for match in pattern.finditer(folded):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            number = match.groupdict().get("number")
            codes |= dict.fromkeys(_codes(part, number, terminals, topology))
    return tuple(codes)[:MOST]


def _codes(part: str, number: str | None, terminals: list[str], topology: Topology) -> Iterator[str]:
    ending = f"{part}-{int(number)}" if number else part
    if ending in topology.parents:
        yield ending
        return
    for terminal in terminals or sorted(
        {code.partition("-")[0] for code in topology.parents if code.startswith("T")}
    ):
        for each in (f"{terminal}-{ending}", f"{terminal}-LANDSIDE-{ending}"):
            if each in topology.parents:
                yield each


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The longest names first."""
    names = []
    for line in (FOLDER / "places.txt").read_text().splitlines():
        if not line.startswith("#"):
            part, _, words = line.partition(": ")
            names += [(word.strip(), part) for word in words.split(",")]
    names.sort(key=lambda each: -len(each[0]))
    return [(_pattern(word), part) for word, part in names]


def _pattern(word: str) -> re.Pattern[str]:
    plain = re.escape(fold(word.replace("N", "\x00"))).replace("\x00", r"\s*(?P<number>[0-9]{1,2})\s*")
    plain = plain.replace("\\ ", r"\s*")
    return re.compile(plain if is_chinese(word) else rf"(?<![a-z]){plain}(?![a-z])")
