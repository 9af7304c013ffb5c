"""Airports: the public list of airportsdata, with Chinese names and pinyin from `places.csv` laid over it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from services.flights.names.tokens import TokenIndex, chinese, distinct, latin, pinyin
from services.flights.query import MAX_WORDS, Word, normalise
from services.flights.query.reading import words_of

_CLOSED = frozenset({"NAY"})  # Nanyuan, closed in 2019; a search for Beijing must not offer it


@dataclass(frozen=True, slots=True)
class AirportName:
    """An airport's codes, names and IANA zone; `icao` may be empty; Chinese falls back to English."""

    iata: str
    icao: str
    name_zh: str
    name_en: str
    city_zh: str
    city_en: str
    zone: str


def airport(iata: str) -> AirportName | None:
    """The airport with this IATA code (upper case), or None if there is none."""
    return _airports().get(iata)


def resolve_place(text: str) -> set[str]:
    """IATA codes of the airports that `text` may mean: a code, a city or airport in Chinese, pinyin or English.

    A code that an airport has means that airport alone. Nothing found is an empty set.
    """
    words = words_of(normalise(text))[:MAX_WORDS]
    if not words:
        return set()
    found = frozenset.intersection(*(find_place(Word(word)) for word in words))
    return set(found or find_place(Word("".join(words))))


@lru_cache(maxsize=4096)
def find_place(word: Word) -> frozenset[str]:
    """The airports that one word of a search finds."""
    return _index().find(word)


@lru_cache(maxsize=4096)
def place_tokens(iata: str) -> tuple[str, ...]:
    """The normalised texts by which an airport is found; an unknown code is found by itself."""
    name = airport(iata)
    return (iata.lower(),) if name is None else distinct(_tokens(name))


def _tokens(name: AirportName) -> Iterator[str]:
    yield name.iata.lower()
    yield name.icao.lower()
    yield from _cities().get(name.iata, ())
    yield from latin(name.city_en)
    yield from latin(name.name_en)
    row = _table().get(name.iata)
    if row is None:
        return
    own = name.name_zh.removeprefix(name.city_zh)
    also = row["also"].split("|")
    yield from chinese(name.city_zh, name.name_zh, own, *(text for text in also if not text.isascii()))
    yield from pinyin(row["city_pinyin"])
    if row["name_pinyin"]:
        # No initials of the airport's own name: "cs" is Changsha, not Kunming Changshui.
        yield row["name_pinyin"].replace(" ", "")
        yield (row["city_pinyin"] + row["name_pinyin"]).replace(" ", "")
    yield from (normalise(text) for text in also if text.isascii())


@cache
def _index() -> TokenIndex:
    return TokenIndex({iata: _tokens(name) for iata, name in _airports().items()})


@cache
def _table() -> dict[str, dict[str, str]]:
    with resources.files(__package__).joinpath("places.csv").open(encoding="utf-8") as lines:
        return {row["iata"]: row for row in csv.DictReader(lines)}


@cache
def _airports() -> dict[str, AirportName]:
    names: dict[str, AirportName] = {}
    with resources.files("airportsdata").joinpath("airports.csv").open(encoding="utf-8") as lines:
        # Three of four lines have no IATA code; leaving them out unread halves the time.
        coded = (line for line in lines if line[6:11] != ',"","')
        columns = next(csv.reader([next(lines)]))
        at = {column: columns.index(column) for column in ("icao", "iata", "name", "city", "tz")}
        for row in csv.reader(coded):
            iata = row[at["iata"]]
            if iata and iata not in _CLOSED:
                city = row[at["city"]] or row[at["name"]].removesuffix(" Airport")
                icao = row[at["icao"]] if row[at["icao"]].isalnum() else ""
                name_en = row[at["name"]]
                names[iata] = AirportName(iata, icao, name_en, name_en, city, city, row[at["tz"]])
    for iata, over in _table().items():
        names[iata] = _laid_over(names.get(iata), over)
    return names


def _laid_over(base: AirportName | None, over: dict[str, str]) -> AirportName:
    blank = base or AirportName(over["iata"], "", "", "", "", "", "")
    return AirportName(
        iata=over["iata"],
        icao=over["icao"] or blank.icao,
        name_zh=over["name_zh"],
        name_en=over["name_en"] or blank.name_en,
        city_zh=over["city_zh"],
        city_en=over["city_en"] or blank.city_en,
        zone=over["zone"] or blank.zone,
    )


@cache
def _cities() -> dict[str, tuple[str, ...]]:
    """Metropolitan codes by airport: PEK → ("bjs",); left out where an airport has the code itself (SHA)."""
    codes: dict[str, tuple[str, ...]] = {}
    with resources.files("airportsdata").joinpath("iata_macs.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["City Code"] not in _airports():
                codes[row["Airport Code"]] = (row["City Code"].lower(),)
    return codes
