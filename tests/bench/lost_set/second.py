"""A second labelled set, made by other templates than the first and noisier, written without reading them.

Travellers write it on a phone: short, sloppy, in either language or both, in traditional characters, with slips; half of
the form's fields stay empty, and what is filled in may be wrong. The desk writes codes and standard phrases. Hundreds of
found things are twins of a lost one in kind, colour, maker, place and day. How noisy it is stands in NOISE, decided
before anything was measured on it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from services.lostfound.matching import Thing
from tests.bench.lost_set.bank import Part
from tests.bench.lost_set.second_bank import Kind, Said, Words, bank
from tests.bench.lost_set.second_words import item_text, place_words, report_text
from tests.bench.lost_set.world import DAYS, PLACES, START, Case, Set

NOISE: Final = {
    # the traveller's form
    "category_none": 0.15, "category_wrong": 0.12, "colour_none": 0.40, "colour_near": 0.12, "colour_wrong": 0.03,
    "brand_none": 0.55, "place_none": 0.25, "place_vague": 0.30, "place_near": 0.15, "place_wrong": 0.05,
    "time_none": 0.06, "time_day_off": 0.08, "time_vague": 0.35, "flight_none": 0.60, "flight_wrong": 0.03, "seat_none": 0.6,
    "number_none": 0.45, "name_none": 0.5, "mark_forgotten": 0.40, "mark_imagined": 0.04, "brand_wrong": 0.02,
    # the desk's entry
    "desk_category_wrong": 0.04, "desk_colour_none": 0.15, "desk_colour_near": 0.08, "desk_brand_none": 0.35,
    "desk_late": 0.15, "desk_mark_missed": 0.35,
}  # fmt: skip
TWINS: Final = 2
"""So many twins has each report's item in the middle."""


@dataclass(frozen=True)
class Own:
    """A thing as it is, and where its owner left it."""

    kind: Kind
    maker: str
    colour: str
    marks: tuple[Said, ...]
    place: str
    left_at: datetime
    flight: str
    seat: str
    name: str
    number: str


@lru_cache(maxsize=2)
def make_second(items: int = 20_000, reports: int = 1_400, seed: int = 611_207) -> Set:
    """The set; half of the reports are for training, 15 % are of a thing that nobody found."""
    chance = random.Random(seed)
    made = Set()
    for number in range(reports):
        part: Part = "train" if number % 2 else "held_out"
        own = _own(chance, part)
        item_id = None if chance.random() < 0.15 else f"s{number:06}"
        if item_id:
            made.found.append(_found(chance, own, item_id))
        made.cases.append(Case(_report(chance, own, f"t{number:06}", part), item_id, part))
        for twin in range(chance.randrange(TWINS * 2 + 1)):
            made.found.append(_found(chance, _twin(chance, own), f"w{number:06}-{twin}"))
    while len(made.found) < items:
        made.found.append(_found(chance, _own(chance, None), f"x{len(made.found):06}"))
    chance.shuffle(made.found)
    return made


def _own(chance: random.Random, part: Part | None) -> Own:
    known = bank()
    kind = chance.choices(known.kinds, [each.common for each in known.kinds])[0]
    place = chance.choice(_spots())
    left_at = START + timedelta(minutes=chance.randrange(DAYS * 24 * 60))
    airline = chance.choice(["CZ", "CZ", "CZ", "HU", "MU", "CA", "3U", "MF", "ZH", "SQ", "OZ"])
    flight = f"{airline}{chance.randrange(300, 9400)}-{left_at:%Y%m%d}-CSX-{chance.choice(['PEK', 'CAN', 'SHA', 'CTU'])}"
    seat = f"{chance.randrange(1, 62)}{chance.choice('ABCDEFHJK')}"
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
    name = f"{chance.choice(letters)}{chance.choice(letters)}{chance.randrange(4_000)}"
    number = f"{chance.choice('EGP')}{chance.randrange(10**7, 10**8)}"
    maker = chance.choice(kind.makers) if kind.makers and chance.random() < 0.8 else ""
    # Colours aren't equally common: the first of a kind is the commonest.
    colour = chance.choices(kind.colours, [1 / (at + 1) for at in range(len(kind.colours))])[0]
    return Own(kind, maker, colour, _marks(chance, kind, part), place, left_at, flight, seat, name, number)


def _marks(chance: random.Random, kind: Kind, part: Part | None) -> tuple[Said, ...]:
    """Every third mark is told in the held-out part only."""
    every = bank().marks[kind.marks]
    if part == "train":
        every = [each for at, each in enumerate(every) if at % 3]
    count = chance.choices((0, 1, 2, 3), (10, 35, 35, 20))[0]
    return tuple(chance.sample(every, min(count, len(every))))


def _twin(chance: random.Random, own: Own) -> Own:
    """Another thing of the same kind, colour and maker, left about there and then; it has its own marks."""
    days = chance.choice((-2, -1, 0, 0, 1, 2))
    return replace(
        own, marks=_marks(chance, own.kind, None), place=_beside(chance, own.place),
        left_at=own.left_at + timedelta(days=days, minutes=chance.randrange(-300, 300)),
        flight=own.flight.replace(own.flight[2], str(chance.randrange(9)), 1), seat=f"{chance.randrange(1, 62)}C",
        name=f"Q{chance.randrange(10**6)}", number=f"E{chance.randrange(10**7, 10**8)}",
    )  # fmt: skip


@lru_cache(maxsize=1)
def _spots() -> Words:
    vague = {"T1", "T2", "UNKNOWN", "OUTSIDE", "OFFICE", "HOTEL"}
    every = tuple(code for code in PLACES if code not in vague)
    busy = tuple(code for code in every if "SECURITY" in code or code == "AIRCRAFT")
    return every + busy * 12


def _beside(chance: random.Random, place: str) -> str:
    """Next to it, or another part of what it is a part of."""
    parent = PLACES[place].parent
    some = [
        code
        for code, each in PLACES.items()
        if code in PLACES[place].near or (parent and each.parent == parent)
    ]
    return chance.choice(some or [place])


def _found(chance: random.Random, own: Own, item_id: str) -> Thing:
    def happens(what: str) -> bool:
        return chance.random() < NOISE[f"desk_{what}"]

    kind = own.kind
    colour = own.colour
    if happens("colour_near"):
        colour = chance.choice(bank().colours[colour].near)
    marks = [each for each in own.marks if not happens("mark_missed")]
    wait_h = chance.uniform(14, 70) if happens("late") else chance.expovariate(1 / 2.0)
    found_at = own.left_at + timedelta(hours=wait_h)
    words, private = item_text(chance, own, colour, marks)
    aboard = own.place == "AIRCRAFT"
    papers = kind.marks == "paper"
    return Thing(
        id=item_id, side="found",
        category=chance.choice(kind.mistaken) if happens("category_wrong") else kind.category,
        colours=() if happens("colour_none") else (colour,),
        brand="" if not own.maker or happens("brand_none") else chance.choice(bank().makers[own.maker].desk["zh"]),
        words=words, marks=private,
        document_keys=(own.number, own.number[-4:]) if papers and chance.random() < 0.85 else (),
        name_keys=(own.name,) if papers or (kind.code == "wallet" and chance.random() < 0.4) else (),
        places=(own.place if chance.random() > 0.08 else _beside(chance, own.place),),
        from_at=found_at - timedelta(hours=chance.choice((0, 0, 0, 1, 3))), to_at=found_at,
        flight_id=own.flight if aboard and chance.random() < 0.85 else None,
        seat=own.seat if aboard and chance.random() < 0.6 else None,
    )  # fmt: skip


def _report(chance: random.Random, own: Own, report_id: str, part: Part) -> Thing:
    def happens(what: str) -> bool:
        return chance.random() < NOISE[what]

    kind, colour = own.kind, own.colour
    if happens("colour_near"):
        colour = chance.choice(bank().colours[colour].near)
    elif happens("colour_wrong"):
        colour = chance.choice(list(bank().colours))
    marks = [each for each in own.marks if not happens("mark_forgotten")]
    if happens("mark_imagined"):
        marks.append(chance.choice(bank().marks[kind.marks]))
    maker = chance.choice(kind.makers) if kind.makers and happens("brand_wrong") else own.maker
    place = _reported_place(chance, own.place)
    language = chance.choices(("zh", "en"), (65, 35))[0]
    brand, words, private = report_text(chance, own, part, language, colour, maker, marks)
    if not brand or happens("brand_none"):
        brand = ""
    if not place or chance.random() < 0.3:
        words += place_words(chance, own.place, language)
    early, late = _when(chance, own)
    category: str | None = kind.category
    if happens("category_none"):
        category = chance.choice((None, "other"))
    elif happens("category_wrong"):
        category = chance.choice(kind.mistaken)
    aboard = own.place == "AIRCRAFT" or not happens("flight_none")
    flight = own.flight if not happens("flight_wrong") else own.flight.replace(own.flight[3], "7", 1)
    papers = kind.marks == "paper"
    return Thing(
        id=report_id, side="lost", category=category, colours=() if happens("colour_none") else (colour,),
        brand=brand, words=words, marks=private,
        document_keys=(own.number, own.number[-4:]) if papers and not happens("number_none") else (),
        name_keys=(own.name,) if (papers or kind.code == "wallet") and not happens("name_none") else (),
        places=place, from_at=early, to_at=late,
        flight_id=flight if aboard else None,
        seat=own.seat if aboard and not happens("seat_none") else None,
    )  # fmt: skip


def _reported_place(chance: random.Random, place: str) -> Words:
    drawn = chance.random() - NOISE["place_none"]
    if drawn < 0:
        return ()
    for what, other in (
        ("vague", PLACES[place].parent or place),
        ("near", _beside(chance, place)),
        ("wrong", chance.choice(_spots())),
    ):
        drawn -= NOISE[f"place_{what}"]
        if drawn < 0:
            return (other,)
    return (place,) if chance.random() < 0.8 else (_beside(chance, place), place)


def _when(chance: random.Random, own: Own) -> tuple[datetime | None, datetime | None]:
    drawn = chance.random()
    if drawn < NOISE["time_none"]:
        return None, None
    at = own.left_at
    if drawn < NOISE["time_none"] + NOISE["time_day_off"]:
        at += timedelta(days=chance.choice((-1, 1)))
    if chance.random() < NOISE["time_vague"]:
        day = at.replace(hour=0, minute=0)
        return day, day + timedelta(days=1)
    early = at - timedelta(minutes=chance.randrange(0, 240))
    return early, at + timedelta(minutes=chance.randrange(0, 180))
