"""The machine-readable zone of a passport (TD3), typed or pasted.

Our own lines and not the package `mrz`: the rule is twenty lines of arithmetic, that package had its last
commit in 2021, and its answer is yes or no where a traveller must be told which character to look at.
Source: ICAO Doc 9303, part 3 (check digits) and part 4 (layout); the vector in docs/sources/identity-documents.md.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.passengers.errors import MrzCheckDigit, MrzDate, MrzForm

LINE: Final = 44
_WEIGHTS: Final = (7, 3, 1)
_LINES: Final = re.compile(r"(P[A-Z<][A-Z<]{42})([A-Z0-9<]{44})")
_DIGITS: Final = re.compile(r"[0-9]{6}")
# What keyboards and text recognition make of the filler.
_FILLERS: Final = str.maketrans({"«": "<<", "‹": "<", "〈": "<", "＜": "<"})


@dataclass(frozen=True)
class Passport:
    """holder: SURNAME/GIVEN NAMES as airlines write it; birth_date None where the passport leaves it open."""

    number: str
    holder: str
    nationality: str
    birth_date: date | None
    expires_on: date


@dataclass(frozen=True)
class _Checked:
    """A check digit of line 2 and what it covers; positions from 0. may_be_filler: when all it covers is."""

    at: int
    covers: tuple[slice, ...]
    may_be_filler: bool = False


_CHECKS: Final = (
    _Checked(9, (slice(0, 9),)),
    _Checked(19, (slice(13, 19),)),
    _Checked(27, (slice(21, 27),)),
    _Checked(42, (slice(28, 42),), may_be_filler=True),
    _Checked(43, (slice(0, 10), slice(13, 20), slice(21, 43))),
)


def looks_like_mrz(text: str) -> bool:
    """Whether somebody meant to give the zone and not a number alone."""
    return "<" in text.translate(_FILLERS) or len(_joined(text)) > LINE


def read(text: str, today: date) -> Passport:
    """The passport that the two lines describe, every check digit verified.

    Blanks, line ends, lower case and full-width characters are forgiven: they can't change the meaning.
    today: decides the century of two-digit years; nobody is born in the future.
    Raises MrzForm, MrzCheckDigit, MrzDate; none of them holds what was typed.
    """
    found = _LINES.fullmatch(_joined(text))
    if found is None:
        raise MrzForm
    names, data = found.groups()
    for check in _CHECKS:
        _verify(data, check)
    surname, _, given = names[5:].partition("<<")
    holder = "/".join(part for part in (_words(surname), _words(given)) if part)
    if not holder:
        raise MrzForm
    return Passport(
        number=data[:9].rstrip("<"),
        holder=holder,
        nationality=data[10:13].rstrip("<"),
        birth_date=_birth_date(data[13:19], today),
        expires_on=_date(data[21:27], 2000, 22),
    )


def check_digit(text: str) -> str:
    """0-9, A-Z = 10-35, `<` = 0; weights 7, 3, 1; the sum modulo 10."""
    return str(sum(_value(char) * _WEIGHTS[place % 3] for place, char in enumerate(text)) % 10)


def _verify(data: str, check: _Checked) -> None:
    covered = "".join(data[part] for part in check.covers)
    shown = data[check.at]
    if shown == check_digit(covered) or (check.may_be_filler and shown == "<" and not covered.strip("<")):
        return
    raise MrzCheckDigit(line=2, position=check.at + 1)


def _value(char: str) -> int:
    return 0 if char == "<" else int(char, 36)


def _joined(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text.translate(_FILLERS)).upper().split())


def _words(text: str) -> str:
    return " ".join(text.replace("<", " ").split())


def _birth_date(text: str, today: date) -> date | None:
    if "<" in text:
        return None  # the passport says that it isn't known
    born = _date(text, today.year // 100 * 100, 14)
    return born if born <= today else _date(text, today.year // 100 * 100 - 100, 14)


def _date(text: str, century: int, position: int) -> date:
    if not _DIGITS.fullmatch(text):
        raise MrzDate(line=2, position=position)
    try:
        return date(century + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError as exc:
        raise MrzDate(line=2, position=position) from exc
