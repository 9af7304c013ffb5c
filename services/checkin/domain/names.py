"""Whether a typed surname is a person's: in Chinese or Latin letters, in any transliteration that is in use.

Two names are the same when one of the ways to write each is. Sources: ICAO Doc 9303, part 3, section 6
(transliteration), GB/T 28039 (names in pinyin), docs/sources/checkin-rules.md, "Names".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, Final

from services.checkin.bcbp import BcbpError, latin, passenger_name, split_chinese

_CHINESE: Final = re.compile(r"[㐀-鿿]+")
_TITLES: Final = re.compile(r"(?<=[A-Z])\s*(?:MR|MRS|MS|MISS|MSTR|CHD|INF|DR)$")
# Letters that passports write in more than one way; the first is what accents lose by being dropped.
_LETTERS: Final = {
    "Ä": ("A", "AE"),
    "Å": ("A", "AA"),
    "Æ": ("AE",),
    "Ö": ("O", "OE"),
    "Ø": ("O", "OE"),
    "Œ": ("OE",),
    "Ü": ("U", "UE", "UXX", "YU", "V"),
    "Ñ": ("N", "NXX"),
    "ß": ("SS",),
    "Þ": ("TH",),
    "Ð": ("D",),
    "Đ": ("D",),
    "Ł": ("L",),
    "İ": ("I",),
    "ı": ("I",),
}
# Chinese surnames that are read otherwise than the character alone would be.
_SURNAMES: Final = {
    "仇": ("QIU",),
    "解": ("XIE",),
    "单": ("SHAN",),
    "曾": ("ZENG",),
    "区": ("OU",),
    "查": ("ZHA",),
    "任": ("REN",),
    "尉": ("WEI", "YU"),
    "盖": ("GE", "GAI"),
    "朴": ("PIAO", "PARK"),
    "乐": ("YUE", "LE"),
    "翟": ("ZHAI", "DI"),
    "吕": ("LYU", "LV", "LU", "LUE"),
    "闾": ("LYU", "LV", "LU"),
}
_MOST: Final = 64


@dataclass(frozen=True)
class Person:
    """surname and given as the ticket has them."""

    surname: str
    given: str = ""
    title: str = ""
    chinese: str = ""

    @property
    def printed(self) -> str:
        """SURNAME/GIVEN in letters of A to Z; Chinese in pinyin. Raises BcbpError for other scripts."""
        surname, given = self.surname, self.given
        if _CHINESE.search(surname):
            surname, given = split_chinese(surname + given)
        return "/".join(part for part in (latin(surname, is_surname=True), latin(given)) if part)

    @property
    def shown(self) -> str:
        """For the traveller's own eyes."""
        return self.chinese or (self.surname + self.given if _CHINESE.search(self.surname) else self.printed)

    @property
    def masked(self) -> str:
        """Enough to know one's own party by: a first letter of each part, and no length."""
        if _CHINESE.search(self.shown):
            return f"{self.shown[0]}**"
        return "/".join(f"{part[0]}***" for part in self.printed.split("/") if part)

    def document(self) -> dict[str, Any]:
        return {
            "surname": self.surname,
            "given": self.given,
            "title": self.title,
            "chinese": self.chinese,
        }

    @property
    def writable(self) -> bool:
        """Whether a pass can show it."""
        try:
            return bool(self.printed and passenger_name(self.surname, self.given))
        except BcbpError:
            return False


def is_surname_of(typed: str, person: Person) -> bool:
    """Whether somebody who knows this person would have typed this as their surname.

    The whole name, in either order, is as good as the surname.
    """
    keys = _keys(typed)
    return bool(keys) and not keys.isdisjoint(_accepted(person))


def same_name(one: Person, other: Person) -> bool:
    """Whether two entries of lists name the same person; used within one booking only."""
    return _joined(one) == _joined(other)


def _joined(person: Person) -> str:
    return "/".join(re.sub(r"[^A-Z㐀-鿿]", "", _plain(part)) for part in (person.surname, person.given))


@lru_cache(maxsize=4096)
def _accepted(person: Person) -> frozenset[str]:
    names: set[str] = set()
    pairs = [(person.surname, person.given)]
    chinese = person.chinese or (person.surname + person.given if _CHINESE.search(person.surname) else "")
    if chinese:
        pairs = (
            [*pairs, split_chinese(chinese)]
            if not _CHINESE.search(person.surname)
            else [split_chinese(chinese)]
        )
    for surname, given in pairs:
        ways = _ways(surname)
        names |= ways
        if given:
            for one, other in list(product(sorted(ways), sorted(_ways(given))))[:_MOST]:
                names |= {one + other, other + one}
    return frozenset(names - {""})


def _keys(typed: str) -> frozenset[str]:
    return frozenset(_ways(_TITLES.sub("", _plain(typed.strip()[:64])))) - {""}


def _ways(name: str) -> set[str]:
    """Every way in which it may be written: letters only, in capitals; a Chinese name as it is and in pinyin."""
    plain = _plain(name)
    if _CHINESE.search(plain):
        characters = re.sub(r"[^㐀-鿿]", "", plain)
        return {characters, *_pinyin(characters)}
    letters = [
        _LETTERS.get(char, (_bare(char),)) for char in plain if char.isalpha() or unicodedata.combining(char)
    ]
    made = {"".join(parts) for parts in _combined(letters)}
    # MUELLER is how lists write Müller, whose bearer types MULLER.
    made |= {re.sub("(?<=[AOU])E", "", one) for one in made}
    # As lists write it, LYU or LV, somebody types LU, and the other way round.
    return made | {re.sub(r"(?<=[LN])(?:YU|V|UE|UXX)(?![A-Z])", "U", one) for one in made}


def _combined(letters: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for parts in product(*letters):
        found.append(parts)
        if len(found) == _MOST:
            break
    return found


@lru_cache(maxsize=4096)
def _pinyin(characters: str) -> frozenset[str]:
    """All readings; a surname's own reading first. Joined without blanks, in capitals."""
    # Its tables take a moment and memory: only who meets a Chinese name pays for them.
    from pypinyin import Style, pinyin

    read = pinyin(characters, style=Style.NORMAL, heteronym=True, errors="ignore", v_to_u=False)
    ways = [tuple(dict.fromkeys(each.upper() for each in one)) for one in read]
    if ways and characters[0] in _SURNAMES:
        ways[0] = (*_SURNAMES[characters[0]], *ways[0])
    return frozenset("".join(parts) for parts in _combined(ways))


def _plain(text: str) -> str:
    """Full-width forms folded, in capitals; accents kept in one character with their letter."""
    return unicodedata.normalize("NFKC", text).replace("ß", "SS").upper()


def _bare(char: str) -> str:
    stripped = "".join(each for each in unicodedata.normalize("NFD", char) if not unicodedata.combining(each))
    return stripped if stripped.isascii() and stripped.isalpha() else ""


def normal(number: str) -> str:
    """A number as it is compared: capitals, no blanks or hyphens, no full-width characters."""
    return "".join(unicodedata.normalize("NFKC", number).split()).replace("-", "").upper()
