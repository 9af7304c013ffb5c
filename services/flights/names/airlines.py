"""Airlines: codes and names from `airlines.csv`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from services.flights.names.tokens import TokenIndex, chinese, distinct, latin
from services.flights.query import MAX_WORDS, Word, normalise
from services.flights.query.reading import words_of


@dataclass(frozen=True, slots=True)
class AirlineName:
    """An airline's codes and names; `short_zh` is what people say (南航), or the full name."""

    iata: str
    icao: str
    name_zh: str
    name_en: str
    short_zh: str


def airline(code: str) -> AirlineName | None:
    """The airline with this IATA or ICAO code (upper case), or None if there is none."""
    return _airlines().get(code) or _airlines().get(_by_icao().get(code, ""))


def resolve_airline(text: str) -> set[str]:
    """IATA codes of the airlines that `text` may mean: a code, or a name in Chinese, pinyin or English."""
    words = words_of(normalise(text))[:MAX_WORDS]
    if not words:
        return set()
    found = frozenset.intersection(*(find_airline(Word(word)) for word in words))
    return set(found or find_airline(Word("".join(words))))


@lru_cache(maxsize=4096)
def find_airline(word: Word) -> frozenset[str]:
    """The airlines that one word of a search finds."""
    return _index().find(word)


@lru_cache(maxsize=1024)
def airline_tokens(code: str) -> tuple[str, ...]:
    """The normalised texts by which an airline is found; an unknown code is found by itself."""
    name = airline(code)
    return (code.lower(),) if name is None else distinct(_tokens(name))


def _tokens(name: AirlineName) -> Iterator[str]:
    yield name.iata.lower()
    yield name.icao.lower()
    yield from latin(name.name_en)
    row = _table()[name.iata]
    yield from chinese(name.name_zh, name.name_zh.removeprefix("中国"), row["short_zh"])
    # No initials: "nh" is All Nippon, not 南航.
    yield normalise(row["name_pinyin"]).replace(" ", "")
    yield normalise(row["short_pinyin"]).replace(" ", "")


@cache
def _index() -> TokenIndex:
    return TokenIndex({iata: airline_tokens(iata) for iata in _airlines()})


@cache
def _table() -> dict[str, dict[str, str]]:
    with resources.files(__package__).joinpath("airlines.csv").open(encoding="utf-8") as lines:
        return {row["iata"]: row for row in csv.DictReader(lines)}


@cache
def _airlines() -> dict[str, AirlineName]:
    return {
        iata: AirlineName(
            iata, row["icao"], row["name_zh"], row["name_en"], row["short_zh"] or row["name_zh"]
        )
        for iata, row in _table().items()
    }


@cache
def _by_icao() -> dict[str, str]:
    return {row["icao"]: iata for iata, row in _table().items()}
