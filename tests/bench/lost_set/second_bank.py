"""What the second set is made of: second.txt and second_marks.txt."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
Words = tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """A kind of thing: what the desk calls it, what travellers call it, and how common it is."""

    code: str
    category: str
    mistaken: Words
    desk: dict[str, Words]
    told: dict[str, Words]
    makers: Words
    colours: Words
    marks: str
    common: int


@dataclass(frozen=True)
class Said:
    """Something that the desk and travellers put in different words: a colour, a mark, a maker."""

    code: str
    desk: dict[str, Words]
    told: dict[str, Words]
    near: Words = ()


@dataclass
class Bank:
    """marks: by their kind."""

    kinds: list[Kind] = field(default_factory=list)
    makers: dict[str, Said] = field(default_factory=dict)
    colours: dict[str, Said] = field(default_factory=dict)
    marks: dict[str, list[Said]] = field(default_factory=dict)


@lru_cache(maxsize=1)
def bank() -> Bank:
    """Both files."""
    found, section = Bank(), ""
    for line in (FOLDER / "second.txt").read_text().splitlines():
        if line.startswith("["):
            section = line.partition("]")[0][1:]
        elif not line.startswith("#"):
            _note(found, section, [part.strip() for part in line.split("|")])
    for number, line in enumerate((FOLDER / "second_marks.txt").read_text().splitlines()):
        if not line.startswith("#"):
            kind, zh, en, told_zh, told_en = (part.strip() for part in line.split("|"))
            said = Said(
                f"{kind}{number}", {"zh": (zh,), "en": (en,)}, {"zh": _words(told_zh), "en": _words(told_en)}
            )
            found.marks.setdefault(kind, []).append(said)
    return found


def _note(found: Bank, section: str, parts: list[str]) -> None:
    if section == "kinds":
        code, category, mistaken, zh, en, told_zh, told_en, makers, colours, marks, common = parts
        desk, told = (
            {"zh": _words(zh), "en": _words(en)},
            {"zh": _words(told_zh), "en": _words(told_en)},
        )
        given = () if makers == "-" else tuple(makers.split())
        found.kinds.append(
            Kind(
                code, category, tuple(mistaken.split(", ")), desk, told, given,
                tuple(colours.split()), marks, int(common),
            )
        )  # fmt: skip
    elif section == "makers":
        code, desk_words, told_words = parts
        both = _words(told_words)
        found.makers[code] = Said(code, {"zh": _words(desk_words)}, {"zh": both, "en": _latin(both) or both})
    else:
        code, desk_words, zh, en, near = parts
        found.colours[code] = Said(
            code, {"zh": _words(desk_words)}, {"zh": _words(zh), "en": _words(en)}, tuple(near.split())
        )


def _words(text: str) -> Words:
    return tuple(word.strip() for word in text.split(";"))


def _latin(words: Words) -> Words:
    return tuple(word for word in words if word.isascii())
