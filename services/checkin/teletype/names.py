"""Name elements: 1ZHANG/SANMR, 2WANG/LIMR/MEIMS-A3, and how remarks point to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# Longest first: MRS ends with no MR.
TITLES: Final = ("MSTR", "MISS", "MRS", "CHD", "INF", "MR", "MS")
# Only after a blank: too many names end like them.
_RARE_TITLES: Final = ("DR", "PROF", "REV", "SIR")
# Seats that are somebody's, and nobody's own.
SEATS_BESIDE: Final = frozenset({"EXST", "CBBG", "STCR"})
_NAME: Final = re.compile(r"([0-9]{1,2})([A-Z][A-Z ]*)((?:/[A-Z ]+)*)(?:-([A-Z]{1,2})([0-9]{1,3}))?")
_POINTER: Final = re.compile(r"-([0-9]{1,2})([A-Z][A-Z ]*)((?:/[A-Z ]*)*)")


@dataclass(frozen=True)
class Named:
    """count: as it was written. givens: each with its title, "" where only a surname stands."""

    count: int
    surname: str
    givens: tuple[str, ...]
    party: str = ""
    party_size: int = 0


def name_element(text: str) -> Named | None:
    """What a name element says; None when it isn't one or counts wrong."""
    found = _NAME.fullmatch(text)
    if found is None:
        return None
    givens = _givens(found[3])
    named = Named(int(found[1]), found[2].strip(), givens, found[4] or "", int(found[5] or 0))
    if named.count < 1 or named.count != max(1, len(givens)) or any(not given for given in givens):
        return None
    return named if givens else Named(1, named.surname, ("",), named.party, named.party_size)


def pointer(text: str) -> tuple[str, Named | None]:
    """A remark's text without the name element behind it, and that name element."""
    for found in reversed(list(re.finditer(r"-(?=[0-9]{1,2}[A-Z])", text))):
        match = _POINTER.fullmatch(text, found.start())
        if match:
            named = Named(int(match[1]), match[2].strip(), _givens(match[3]))
            return text[: found.start()], named
    return text, None


def titled(given: str) -> tuple[str, str]:
    """A given name and its title: SANMR is SAN, MR; nothing else tells where a name ends."""
    words = given.rsplit(" ", 1)
    if len(words) == 2 and words[1] in (*TITLES, *_RARE_TITLES):
        return words[0], words[1]
    title = next((title for title in TITLES if given.endswith(title)), "")
    return given[: len(given) - len(title)].rstrip(), title


def _givens(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("/")[1:])
