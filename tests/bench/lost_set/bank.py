"""bank.txt, read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

Part = Literal["train", "held_out"]
Words = dict[tuple[Part, str], tuple[str, ...]]
"""By part and language."""


@dataclass(frozen=True)
class Brand:
    """zh, en: "" where a maker is written in one of them only. product: what its things are called, AirPods."""

    zh: str = ""
    en: str = ""
    product: str = ""


@dataclass(frozen=True)
class Sort:
    """A kind of thing. Lists hold what is frequent more often."""

    code: str
    weight: int
    category: str
    names: Words
    brands: tuple[Brand | None, ...]
    materials: tuple[str, ...]
    colours: tuple[str, ...]
    where: str


@dataclass(frozen=True)
class Detail:
    """What is special about one thing. parts: in which part of the set it occurs."""

    number: int
    suits: frozenset[str]
    words: Words
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Bank:
    sorts: tuple[Sort, ...]
    details: tuple[Detail, ...]

    def details_of(self, code: str, part: Part) -> list[Detail]:
        return [
            each for each in self.details if (code in each.suits or "*" in each.suits) and part in each.parts
        ]


@lru_cache(maxsize=1)
def bank() -> Bank:
    sorts: list[Sort] = []
    details: list[Detail] = []
    section = ""
    for line in (Path(__file__).parent / "bank.txt").read_text().splitlines():
        if line.startswith("["):
            section = line
        elif line and not line.startswith("#"):
            code, _, rest = line.partition(": ")
            fields = [each.strip() for each in rest.split(" | ")]
            if section == "[things]":
                sorts.append(_sort(code, fields))
            else:
                parts: tuple[tuple[Part, ...], ...] = (("train",), ("held_out",), ("train", "held_out"))
                suits = frozenset(code.split(","))
                details.append(Detail(len(details), suits, _words(*fields), parts[len(details) % 3]))
    return Bank(tuple(sorts), tuple(details))


def _sort(code: str, fields: list[str]) -> Sort:
    weight, category, zh, en, brands, materials, colours, where = fields
    made = tuple(_brand(each) for each in _often(brands))
    return Sort(code, int(weight), category, _words(zh, en), made, _often(materials), _often(colours), where)


def _words(zh: str, en: str) -> Words:
    found: Words = {}
    for language, text in (("zh", zh), ("en", en)):
        halves = [tuple(each.strip() for each in half.split(";")) for half in text.split(" / ")]
        found["train", language], found["held_out", language] = halves[0], halves[-1]
    return found


def _often(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for each in text.split(";"):
        name, _, times = each.strip().partition("*")
        found += ["" if name.strip() == "-" else name.strip()] * int(times or 1)
    return tuple(found)


def _brand(text: str) -> Brand | None:
    zh, _, rest = text.partition("=")
    en, _, product = rest.partition("=")
    zh, en = zh.strip(" -"), en.strip(" -")
    return Brand(zh, en, product) if zh or en else None
