"""What speaks for and against two things being one: the features of a pair, before they are weighed.

Every feature is 0 when one side doesn't say anything. `same` features are never negative, `other` features count
against a match: the weights have their signs from here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from services.lostfound.matching.facts import Facts
from services.lostfound.matching.lexicon import lexicon
from services.lostfound.matching.topology import Nearness

FOR: Final = (
    "kind_same", "kind_alike", "category_same", "category_too", "colour_same", "colour_rare", "colour_close", "brand_same", "brand_rare",
    "words", "words_much", "words_share", "marks", "marks_much", "detail_same", "inches_same", "model_same",
    "place_same", "place_rare", "place_within", "place_next", "place_siblings", "place_inside", "place_terminal", "place_twin",
    "time_fit", "time_soon", "time_hours", "time_day", "time_days", "time_week", "time_eve",
    "flight_same", "flight_number", "seat_same", "seat_row", "bus_same", "serial_same", "document_same", "name_same",
)  # fmt: skip
AGAINST: Final = (
    "kind_other", "sort_other", "colour_other", "brand_other", "words_none", "words_alone", "material_other", "detail_other", "inches_other", "model_other",
    "place_far", "time_late", "time_before", "flight_other", "seat_other", "bus_other", "serial_other", "document_other",
    "name_other",
)  # fmt: skip
FEATURES: Final = FOR + AGAINST
KINDS_OF_TERM: Final = {
    "w": 0.8,
    "b": 0.35,
    "y": 0.2,
    "s": 0.25,
    "m": 1.0,
    "n": 1.0,
    "q": 0.8,
    "colour": 0.7,
    "kind": 0.9,
}
TOLERANCE_H: Final = 3.0
"""People are wrong about when they lost something by some hours."""
ROUGHLY_H: Final = 1.0
WATCH_H: Final = 4.0
MISTAKEN: Final = 0.2
"""So many tell hours that are wrong by up to that much."""
WAITS: Final = ((0.65, 2.0), (0.2, 10.0), (0.12, 40.0), (0.03, 150.0))
"""How long things lie before somebody finds them and the desk writes them down: shares, and hours on average. Most are
found by the next cleaner, some when a shift ends, few after weeks."""
SLIP: Final = 0.03
"""How often the day is told wrong, in one direction."""
HORIZON_H: Final = 720.0
"""Among what is found in so many hours a thing is looked for."""
DAY_H: Final = 24.0
LONG_H: Final = 120.0
"""After so long a wait the moment of a find says no more."""
EVE_H: Final = 27.0
"""And now and then by a day."""


@dataclass(frozen=True)
class Told:
    """One side's facts and its terms as hashes."""

    facts: Facts
    words: frozenset[int]
    marks: frozenset[int]


@dataclass(frozen=True)
class Rarity:
    """How much it says that two things share a term: in nats, by hash, weighed by the kind of term.

    colours, brands: the same, by code. places: how few things are found so near to where it was lost.
    """

    of: Mapping[int, float]
    colours: Mapping[str, float]
    brands: Mapping[str, float]
    places: Mapping[Nearness, float] = field(default_factory=dict)


@dataclass
class Compared:
    """The features of a pair that aren't 0; shared: terms that both sides hold outside the marks."""

    features: dict[str, float]
    shared: frozenset[int]


def compare(asked: Told, other: Told, rarity: Rarity, place: Nearness | None) -> Compared:
    """Compare two things of different sides. place: how near to each other their places are."""
    found: dict[str, float] = {}
    one, two = asked.facts, other.facts
    _kind(found, one, two)
    _colour(found, one, two, rarity)
    _brand(found, one, two, rarity)
    shared = _words(found, asked, other, rarity)
    _details(found, one, two)
    if place is not None:
        found[f"place_{place}"] = 1.0
        found["place_rare"] = rarity.places.get(place, 0.0)
    _journey(found, one, two)
    _keys(found, one, two)
    return Compared(found, shared)


def add_time(found: dict[str, float], lost: Facts, item: Facts) -> None:
    """How long after the loss it was found; before it is impossible, but for people's watches and, where a number says
    that it is the same thing, their calendars."""
    if lost.from_h is None or lost.to_h is None or item.from_h is None or item.to_h is None:
        return
    fit = _time_fit(lost.from_h, lost.to_h, (item.from_h + item.to_h) / 2.0)
    if fit > 0:
        found["time_fit"] = fit
    before = lost.from_h - item.to_h
    if before > TOLERANCE_H:
        if before <= EVE_H:
            found["time_eve"] = 1.0
        elif "document_same" not in found and "serial_same" not in found:
            found["time_before"] = 1.0 + min(before - EVE_H, 120.0) / 24.0
        return
    late = max(item.from_h - lost.to_h, 0.0)
    for name, most in (
        ("time_soon", 2.5),
        ("time_hours", 8.0),
        ("time_day", 30.0),
        ("time_days", 78.0),
        ("time_week", 192.0),
    ):
        if late <= most:
            found[name] = 1.0
            return
    found["time_late"] = min(late / 720.0, 3.0)


def _time_fit(from_h: float, to_h: float, found_h: float) -> float:
    """How much likelier the moment of a find is when the thing was lost then than when any other was found: in nats.

    Lost at some moment of a window whose ends are told roughly, found after a wait. A narrow window that fits says much,
    one of two days little; some are wrong by hours, and a day too early or too late may be a slip of the calendar.
    """
    first, last = from_h - ROUGHLY_H, to_h + ROUGHLY_H
    if not first - DAY_H < found_h < last + LONG_H:
        return 0.0
    width = last - first
    chance = SLIP * (_waited(found_h - first - DAY_H, width) + _waited(found_h - first + DAY_H, width))
    chance += MISTAKEN * _waited(found_h - from_h + WATCH_H, to_h - from_h + 2.0 * WATCH_H)
    chance += (1.0 - MISTAKEN - 2.0 * SLIP) * _waited(found_h - first, width)
    return max(math.log(max(chance, 1e-9) * HORIZON_H), 0.0)


def _waited(since: float, width: float) -> float:
    """The density of a find at `since` after a window of this width began."""
    if since <= 0:
        return 0.0
    after = since - width
    total = 0.0
    for share, mean in WAITS:
        total += share * ((math.exp(-after / mean) if after > 0 else 1.0) - math.exp(-since / mean))
    return total / width


def _kind(found: dict[str, float], one: Facts, two: Facts) -> None:
    if not one.kinds or not two.kinds:
        if one.category and one.category == two.category:
            found["category_same"] = 1.0
        return
    strength = max(lexicon().kinds_near(a, b) for a in one.kinds[:6] for b in two.kinds[:6])
    if not (one.exact and two.exact):
        strength = min(strength, 0.85)
    if strength >= 1.0:
        found["kind_same"] = 1.0
    elif strength >= 0.3:
        found["kind_alike"] = strength
    if one.category and one.category == two.category:
        found["category_too" if one.exact and two.exact else "category_same"] = 1.0
    elif strength < 0.3:
        found["kind_other"] = 1.0
    _sort(found, one, two)


def _sort(found: dict[str, float], one: Facts, two: Facts) -> None:
    """Trainers are no boots, though both are shoes."""
    if not one.sorts or not two.sorts or set(one.sorts) & set(two.sorts):
        return
    kinds = [{lexicon().groups.get(f"sort:{each}") for each in facts.sorts} for facts in (one, two)]
    if kinds[0] & kinds[1]:
        found["sort_other"] = 1.0


def _colour(found: dict[str, float], one: Facts, two: Facts, rarity: Rarity) -> None:
    if not one.colours or not two.colours:
        return
    same = [code for code in one.colours if code in two.colours]
    if same:
        all_same = len(same) == len(one.colours) == len(two.colours)
        found["colour_same"] = 1.0 if all_same else 0.8
        found["colour_rare"] = max(rarity.colours.get(code, 0.0) for code in same)
        return
    close = max(lexicon().colours_near(a, b) for a in one.colours for b in two.colours)
    found["colour_close"], found["colour_other"] = close, 1.0 - close


def _brand(found: dict[str, float], one: Facts, two: Facts, rarity: Rarity) -> None:
    if not one.brands or not two.brands:
        return
    same = [code for code in one.brands if code in two.brands]
    if same:
        found["brand_same"] = 1.0
        found["brand_rare"] = max(rarity.brands.get(code, 0.0) for code in same)
    else:
        # A maker that the lexicon doesn't know may be another spelling of one that it does.
        unread = any(":" in code for code in (*one.brands, *two.brands))
        found["brand_other"] = 0.4 if unread else 1.0


def _words(found: dict[str, float], asked: Told, other: Told, rarity: Rarity) -> frozenset[int]:
    shared = asked.words & other.words
    weight = sum(rarity.of.get(term, 0.0) for term in shared)
    private = ((asked.marks | asked.words) & (other.marks | other.words)) - shared
    marks = sum(rarity.of.get(term, 0.0) for term in private)
    if weight:
        found["words"] = min(weight, 12.0) / 4.0
        found["words_much"] = max(min(weight, 40.0) - 12.0, 0.0) / 8.0
    if marks:
        found["marks"] = min(marks, 12.0) / 4.0
        found["marks_much"] = max(min(marks, 40.0) - 12.0, 0.0) / 8.0
    mine, theirs = asked.words | asked.marks, other.words | other.marks
    if mine and theirs:
        share = (len(shared) + len(private)) / math.sqrt(len(mine) * len(theirs))
        found["words_share"] = min(share * 2.0, 1.0)
        alone = len(theirs) - len(shared) - len(private)
        found["words_alone"] = math.sqrt(min(alone, 25)) / 5.0
        if not shared and not private and len(mine) > 4 and len(theirs) > 4:
            found["words_none"] = 1.0
    return frozenset(shared)


def _details(found: dict[str, float], one: Facts, two: Facts) -> None:
    for group, codes in one.exclusive.items():
        others = two.exclusive.get(group)
        if not others:
            continue
        if any(code in others for code in codes):
            found["detail_same"] = found.get("detail_same", 0.0) + 1.0
        else:
            name = "material_other" if group == "material" else "detail_other"
            found[name] = found.get(name, 0.0) + 1.0
    _models(found, one, two)
    if one.inches and two.inches:
        apart = abs(one.inches - two.inches)
        found["inches_other" if apart > 2 else "inches_same"] = 1.0 if apart in (0, 3) or apart > 3 else 0.5


def _models(found: dict[str, float], one: Facts, two: Facts) -> None:
    """Makers' numbers: a 13 is no 15 of the same maker."""
    if set(one.models) & set(two.models):
        found["model_same"] = 1.0
    elif {model.partition(" ")[0] for model in one.models} & {
        model.partition(" ")[0] for model in two.models
    }:
        found["model_other"] = 1.0


def _journey(found: dict[str, float], one: Facts, two: Facts) -> None:
    if one.flight and two.flight:
        if one.flight[0] != two.flight[0]:
            found["flight_other"] = 1.0
        elif one.flight[1] and two.flight[1] and one.flight[1] != two.flight[1]:
            found["flight_number"] = 1.0
        else:
            found["flight_same"] = 1.0
    if one.seat and two.seat and "flight_other" not in found:
        if one.seat == two.seat:
            found["seat_same"] = 1.0
        elif one.seat[0] == two.seat[0]:
            found["seat_row"] = 1.0
        else:
            found["seat_other"] = 1.0
    if one.bus and two.bus:
        found["bus_same" if one.bus == two.bus else "bus_other"] = 1.0


def _keys(found: dict[str, float], one: Facts, two: Facts) -> None:
    if one.serial and two.serial:
        found["serial_same" if one.serial == two.serial else "serial_other"] = 1.0
    for name, mine, theirs in (("document", one.documents, two.documents), ("name", one.names, two.names)):
        if mine and theirs:
            found[f"{name}_same" if set(mine) & set(theirs) else f"{name}_other"] = 1.0
    if "document_same" in found or "serial_same" in found:
        # A passport is filed as another document now and then: the number knows better.
        found.pop("kind_other", None)
