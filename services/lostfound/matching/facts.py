"""What is known of one thing, read out of its fields and its words, in the form in which pairs are judged."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from services.lostfound.matching.lexicon import lexicon
from services.lostfound.matching.naming import places_in
from services.lostfound.matching.owned import is_figure
from services.lostfound.matching.thing import Thing
from services.lostfound.matching.topology import Topology
from services.lostfound.matching.words import Reading, read

VAGUE_CATEGORIES: Final = frozenset({"other", "other_electronics", "other_document", "clothing"})
_FLIGHT: Final = re.compile(r"\s*([A-Za-z0-9]{2})\s*0*([0-9]{1,4})[A-Za-z]?(?:-([0-9]{8}))?")
_LOCAL_H: Final = 8.0
_DOUBTED_H: Final = 48.0
"""A loss that is told for another day than its flight's, so far from it, may have been on either."""
_SEAT: Final = re.compile(r"\s*0*([0-9]{1,3})\s*([A-Za-z]?)")


@dataclass(frozen=True)
class Facts:
    """words, marks: terms, see words.py. exact: kinds that the words themselves name.

    sorts: which of its kind, such as `trainers` of shoes.
    kinds: those, or all that the category stands for. models: maker and number, `apple 13`. from_h, to_h: hours since 1970. flight: number and date, such
    as `CZ3101` and `20261123`.
    """

    category: str | None = None
    kinds: tuple[str, ...] = ()
    exact: bool = False
    sorts: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    exclusive: dict[str, tuple[str, ...]] = field(default_factory=dict)
    inches: int | None = None
    places: tuple[str, ...] = ()
    from_h: float | None = None
    to_h: float | None = None
    flight: tuple[str, str] | None = None
    seat: tuple[str, str] | None = None
    bus: str | None = None
    serial: str | None = None
    documents: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What is known, without what isn't."""
        return {name: value for name, value in self.__dict__.items() if value}

    @staticmethod
    def from_json(data: dict[str, Any]) -> Facts:
        for name in (
            "kinds",
            "sorts",
            "colours",
            "brands",
            "models",
            "places",
            "flight",
            "seat",
            "documents",
            "names",
        ):
            if name in data:
                data[name] = tuple(data[name])
        return Facts(**data)


@dataclass(frozen=True)
class Known:
    """Facts and terms of a thing. words, marks: term → the words that it came from."""

    facts: Facts
    words: dict[str, str]
    marks: dict[str, str]


def known_of(thing: Thing, topology: Topology) -> Known:
    """Read a thing."""
    brand, words, marks = read(thing.brand), read(thing.words), read(thing.marks)
    kinds, exact = _kinds(thing.category, words)
    colours = _colours(thing, words)
    brands = _brands(brand, words, thing.brand)
    main = {f"kind:{kind}" for kind in kinds[:2]} | {f"colour:{colour}" for colour in colours}
    main |= {f"brand:{each}" for each in brands}
    terms = {term: word for term, word in (*brand.terms.items(), *words.terms.items()) if term not in main}
    private = {term: word for term, word in marks.terms.items() if term not in main}
    flight = _flight(thing.flight_id)
    from_h, to_h = _between(
        _hours(thing.from_at or thing.to_at), _hours(thing.to_at or thing.from_at), flight
    )
    facts = Facts(
        category=thing.category,
        kinds=kinds,
        exact=exact,
        sorts=tuple(words.sorts),
        colours=colours,
        brands=brands,
        models=_models((*brand.terms, *words.terms), brands),
        exclusive=_exclusive((*words.concepts, *marks.concepts)),
        inches=words.inches or marks.inches,
        places=tuple(dict.fromkeys((*thing.places, *places_in(thing.words, topology)))),
        from_h=from_h,
        to_h=to_h,
        flight=flight,
        seat=_seat(thing.seat),
        bus=thing.bus,
        serial=thing.serial_key,
        documents=thing.document_keys,
        names=thing.name_keys,
    )
    return Known(facts, terms, private)


def _kinds(category: str | None, words: Reading) -> tuple[tuple[str, ...], bool]:
    of_category = lexicon().categories.get(category or "", ())
    named = tuple(words.kinds)
    if not of_category or category == "other":
        return (named or of_category), bool(named)
    fitting = tuple(kind for kind in named if kind in of_category)
    if fitting:
        return fitting, True
    near = tuple(
        kind for kind in named if any(lexicon().kinds_near(kind, other) >= 0.4 for other in of_category[:4])
    )
    if near:
        return (*near, of_category[0]), True
    if named:
        # The form's list was long and the thumb quick: the words know what it is. Its kind stays a possibility.
        return (named[0], of_category[0]), True
    return of_category, len(of_category) == 1


def _colours(thing: Thing, words: Reading) -> tuple[str, ...]:
    given = tuple(dict.fromkeys(thing.colours))
    return tuple(dict.fromkeys((*given, *(words.colours if given else words.own_colours))))[:3]


def _brands(brand: Reading, words: Reading, written: str) -> tuple[str, ...]:
    named = tuple(code for code in _codes(brand, "brand:") if not is_figure(f"brand:{code}"))
    if not named and _codes(brand, "brand:"):
        return tuple(words.makers[:2])
    if written.strip() and not named:
        meant = lexicon().maker(written)
        if meant:
            return (meant.partition(":")[2],)
        return tuple(term for term in brand.terms if term.startswith(("w:", "y:")))[:4]
    return named or tuple(words.makers[:2])


def _codes(reading: Reading, prefix: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(each.removeprefix(prefix) for each in reading.concepts if each.startswith(prefix))
    )


def _models(terms: Iterable[str], brands: tuple[str, ...]) -> tuple[str, ...]:
    """`apple 13`: the numbers that stand beside a maker's name."""
    found = []
    for term in terms:
        for brand in brands:
            number = term.removeprefix(f"m:brand:{brand}")
            if number.isdigit() and f"{brand} {number}" not in found:
                found.append(f"{brand} {number}")
    return tuple(found)


def _exclusive(concepts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for concept in concepts:
        group = lexicon().groups.get(concept, "")
        if group in lexicon().exclusive and concept.startswith("detail:"):
            code = concept.partition(":")[2]
            if code not in found.setdefault(group, []):
                found[group].append(code)
    return {group: tuple(codes) for group, codes in found.items()}


def _hours(at: datetime | None) -> float | None:
    return None if at is None else round(at.astimezone(UTC).timestamp() / 3600, 2)


def _between(
    from_h: float | None, to_h: float | None, flight: tuple[str, str] | None
) -> tuple[float | None, float | None]:
    """The hours that are told, and the day of the flight when they are missing or far from it.

    A flight's date is read off a ticket, an hour is remembered.
    """
    if not flight or not flight[1]:
        return from_h, to_h
    try:
        day = datetime.strptime(flight[1], "%Y%m%d").replace(tzinfo=UTC).timestamp() / 3600
    except ValueError:
        return from_h, to_h
    first, last = day - _LOCAL_H, day + 24.0
    if from_h is None or to_h is None:
        return first, last
    apart = max(from_h - last, first - to_h)
    return (min(from_h, first), max(to_h, last)) if 0 < apart <= _DOUBTED_H else (from_h, to_h)


def _flight(flight_id: str | None) -> tuple[str, str] | None:
    found = _FLIGHT.match(flight_id or "")
    return (f"{found[1].upper()}{found[2]}", found[3] or "") if found else None


def _seat(seat: str | None) -> tuple[str, str] | None:
    found = _SEAT.match(seat or "")
    return (found[1], found[2].upper()) if found else None
