"""Who lost what, where and when, what was found of it, and what got into the two records."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from services.lostfound.matching import Thing
from services.lostfound.schemas.places import places
from tests.bench.lost_set import writing
from tests.bench.lost_set.bank import Brand, Detail, Part, Sort, bank

START: Final = datetime(2026, 9, 1, tzinfo=UTC)
DAYS: Final = 45
PLACES: Final = places("CSX", ("T1", "T2"))
CONFUSED: Final = {
    "backpack": ("travel_bag", "handbag"), "handbag": ("wallet", "travel_bag"), "travel_bag": ("suitcase", "backpack"),
    "suitcase": ("travel_bag",), "shopping_bag": ("handbag", "other"), "coat": ("clothing",), "clothing": ("coat",),
    "headphones": ("other_electronics",), "tablet": ("computer",), "power_bank": ("charger", "other_electronics"),
    "charger": ("other_electronics",), "cup": ("other",), "pillow": ("other",), "toy": ("baby_things", "other"),
    "cosmetics": ("handbag", "other"), "jewellery": ("other",), "papers": ("other", "book"), "wallet": ("handbag", "bank_card"),
    "travel_permit": ("id_card", "passport"), "bank_card": ("other_document",), "scarf": ("clothing",), "watch": ("other_electronics",),
    "food": ("shopping_bag",), "alcohol": ("shopping_bag",), "medicine": ("other",), "baby_things": ("other",),
}  # fmt: skip
NEAR_COLOUR: Final = {
    "black": ("navy", "grey"), "grey": ("silver", "black"), "navy": ("black", "blue"), "blue": ("navy", "green"),
    "brown": ("beige", "black"), "beige": ("white", "brown"), "silver": ("grey", "white"), "red": ("pink", "orange"),
    "pink": ("red", "purple"), "white": ("beige", "silver"), "gold": ("yellow", "brown"), "purple": ("pink", "blue"),
    "green": ("blue", "grey"), "yellow": ("gold", "orange"), "transparent": ("white",), "patterned": ("red", "blue"),
    "orange": ("red", "yellow"),
}  # fmt: skip
SURNAMES: Final = "王李张刘陈杨黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾"
GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉萍红建文辉力玲飞鹏婷浩宇欣怡子涵梓轩"


@dataclass(frozen=True)
class Own:
    """A thing as it really is, and its journey."""

    sort: Sort
    part: Part
    brand: Brand | None
    model: str
    colours: tuple[str, ...]
    material: str
    inches: int
    details: tuple[Detail, ...]
    owner: str
    number: str
    place: str
    lost_at: datetime
    flight: str
    seat: str


@dataclass(frozen=True)
class Case:
    """A report and the found item that is right for it; None: it was never found."""

    report: Thing
    item_id: str | None
    part: Part


@dataclass
class Set:
    found: list[Thing] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)


def make(items: int = 20_000, reports: int = 1_200, seed: int = 20261123) -> Set:
    """The set; half of the reports are for training. One of seven is of a thing that nobody found."""
    chance = random.Random(seed)
    made = Set()
    for number in range(reports):
        part: Part = "train" if number % 2 else "held_out"
        own = _own(chance, part)
        item_id = f"i{number:06}" if number % 7 else None
        if item_id:
            made.found.append(_found(chance, own, item_id))
        made.cases.append(Case(_report(chance, own, f"r{number:06}"), item_id, part))
    for number in range(len(made.found), items):
        own = _own(chance, "train" if number % 2 else "held_out")
        made.found.append(_found(chance, own, f"x{number:06}"))
    chance.shuffle(made.found)
    return made


def _own(chance: random.Random, part: Part) -> Own:
    known = bank()
    sort = chance.choices(known.sorts, weights=[each.weight for each in known.sorts])[0]
    maker = chance.choice(sort.brands)
    colours = tuple(dict.fromkeys(filter(None, chance.choices(sort.colours, k=1 + (chance.random() < 0.15)))))
    suited = known.details_of(sort.code, part)
    details = chance.sample(
        suited, k=min(len(suited), chance.choices((0, 1, 2, 3), weights=(6, 26, 40, 28))[0])
    )
    place = chance.choice(_scenes()[sort.where])
    lost_at = START + timedelta(days=chance.random() * DAYS)
    flight = f"{chance.choice(('CZ', 'MU', 'CA', 'HU', 'MF', '3U', '9C'))}{3000 + chance.randrange(150)}-{lost_at:%Y%m%d}-"
    flight += "CSX-PEK" if "BELT" not in place and "ARRIVALS" not in place else "PEK-CSX"
    model = chance.choice(("12", "13", "14", "15", "16", "13 Pro", "15 Pro")) if sort.code == "phone" else ""
    return Own(
        sort, part, maker, model, colours, chance.choice(sort.materials),
        chance.choice((20, 20, 22, 24, 24, 26, 28)) if sort.code == "suitcase" else 0,
        tuple(details), chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2)))),
        f"{chance.choice('EGPK')}{chance.randrange(10**8):08}", place, lost_at, flight,
        f"{chance.randrange(1, 40)}{chance.choice('ABCDEF')}",
    )  # fmt: skip


@lru_cache(maxsize=1)
def _scenes() -> dict[str, list[str]]:
    """Where things of a sort are lost; likelier places stand there more often."""
    gates = [code for code in PLACES if "-GATE-" in code]
    belts = [code for code in PLACES if "-BELT-" in code] * 2
    security, aircraft, bus = (
        ["T1-SECURITY", "T2-SECURITY"],
        ["AIRCRAFT"],
        ["BUS", "T2-BUS-STOP", "METRO", "MAGLEV", "T2-TAXI"],
    )
    rooms = [
        f"{terminal}-{part}"
        for terminal in ("T1", "T2")
        for part in ("TOILET", "SHOPS", "CHECKIN", "HALL", "LOUNGE", "ARRIVALS")
    ]
    anywhere = gates + belts[::2] + security * 8 + aircraft * 20 + bus * 2 + rooms * 2
    return {
        "any": anywhere,
        "bags": gates + belts * 3 + security * 4 + bus * 3 + rooms * 2,
        "security": gates + security * 25 + aircraft * 8 + rooms,
        "documents": gates + security * 15 + aircraft * 8 + rooms * 4 + bus,
        "aircraft": gates + aircraft * 40 + rooms,
    }


def _found(chance: random.Random, own: Own, item_id: str) -> Thing:
    language = chance.choices(("zh", "en", "mixed"), weights=(80, 12, 8))[0]
    later = chance.choices(
        (chance.uniform(0.1, 2), chance.uniform(2, 12), chance.uniform(12, 48), chance.uniform(48, 240)),
        weights=(66, 23, 8, 3),
    )[0]
    at = own.lost_at + timedelta(hours=later)
    aboard = own.place == "AIRCRAFT"
    place = (
        own.place if aboard or chance.random() < 0.76 else chance.choice((*PLACES[own.place].near, own.place))
    )
    public, private = _told(chance, own, language, 0.68, 0.25)
    brand, words = _texts(chance, own, language, public, 0.6, "staff")
    knows = own.number if chance.random() < 0.9 else ""
    return Thing(
        item_id, "found",
        category=_category(chance, own, 0.05), colours=_colours(chance, own, 0.08, 0.10, 0.03), brand=brand, words=words,
        marks="，".join(private), serial_key=own.number if own.sort.code in ("phone", "computer", "camera") and chance.random() < 0.12 else None,
        document_keys=_number_keys(own, knows), name_keys=_name_keys(own, 0.9, chance), places=(place,),
        from_at=at - timedelta(minutes=chance.choice((0, 0, 30, 120))), to_at=at,
        flight_id=own.flight if chance.random() < (0.75 if aboard else 0.08) else None,
        seat=own.seat if aboard and chance.random() < 0.5 else None,
    )  # fmt: skip


def _report(chance: random.Random, own: Own, report_id: str) -> Thing:
    language = chance.choices(("zh", "en", "mixed"), weights=(55, 35, 10))[0]
    public, private = _told(chance, own, language, 0.75, 0.35)
    brand, words = _texts(chance, own, language, public, 0.7, "owner")
    before, after = (
        (chance.uniform(0, 4), chance.uniform(0, 3))
        if chance.random() < 0.8
        else (chance.uniform(4, 40), chance.uniform(0, 30))
    )
    off = timedelta(days=chance.choice((-1, 1))) if chance.random() < 0.03 else timedelta()
    flight = own.flight if chance.random() < 0.55 else None
    knows = own.number if chance.random() < 0.7 else ""
    return Thing(
        report_id, "lost",
        category=_category(chance, own, 0.06), colours=_colours(chance, own, 0.12, 0.10, 0.04), brand=brand, words=words,
        marks="，".join(private), serial_key=own.number if own.sort.code in ("phone", "computer", "camera") and chance.random() < 0.2 else None,
        document_keys=_number_keys(own, knows), name_keys=_name_keys(own, 0.95, chance), places=_places(chance, own),
        from_at=own.lost_at - timedelta(hours=before) + off, to_at=own.lost_at + timedelta(hours=after) + off,
        flight_id=flight, seat=own.seat if flight and chance.random() < 0.4 else None,
    )  # fmt: skip


def _places(chance: random.Random, own: Own) -> tuple[str, ...]:
    draw = chance.random()
    if draw < 0.2:
        return ()
    place = PLACES[own.place]
    if draw < 0.3:
        other = (
            own.place.replace("T1", "T3")
            .replace("T2", "T1")
            .replace("T3", "T2")
            .split("-GATE-")[0]
            .split("-BELT-")[0]
        )
        return (other,) if other in PLACES else ("UNKNOWN",)
    vague = place.parent if place.parent and chance.random() < 0.5 else place.code
    more = (chance.choice(place.near),) if place.near and chance.random() < 0.25 else ()
    return tuple(dict.fromkeys((vague, *more)))


def _told(
    chance: random.Random, own: Own, language: str, share: float, hidden: float
) -> tuple[list[str], list[str]]:
    """Which details this side tells, in words and among the marks."""
    public: list[str] = []
    private: list[str] = []
    for detail in own.details:
        if chance.random() < share:
            spoken = chance.choice(("zh", "en")) if language == "mixed" else language
            (private if chance.random() < hidden else public).append(
                chance.choice(detail.words[own.part, spoken])
            )
    if own.material and chance.random() < 0.4:
        public.append(writing.material(chance, own.material, "en" if language == "en" else "zh"))
    if own.inches and chance.random() < 0.5:
        public.append(
            f"{own.inches + chance.choice((0, 0, 0, 0, -2, 2))}{' inch' if language == 'en' else '寸'}"
        )
    if own.sort.code in ("book", "toy", "wallet", "cup", "computer") and chance.random() < 0.08:
        private.append(f"写着{own.owner}" if language != "en" else f"the name {_latin(own.owner)}")
    return public, private


def _texts(
    chance: random.Random, own: Own, language: str, details: list[str], knows: float, who: str
) -> tuple[str, str]:
    spoken = chance.choice(("zh", "en")) if language == "mixed" else language
    maker = writing.brand(chance, own.brand, spoken) if own.brand and chance.random() < knows else ""
    if maker and own.model and chance.random() < 0.5:
        maker += f" {own.model}" if maker.isascii() else own.model
    field_brand = maker if chance.random() < 0.7 else ""
    templates = (
        writing.MIXED[own.part]
        if language == "mixed"
        else (writing.STAFF if who == "staff" else writing.OWNERS)[own.part, language]
    )
    place = PLACES[own.place]
    slots = {
        "colour": writing.colour(chance, own.colours[0], spoken)
        if own.colours and chance.random() < 0.6
        else "",
        "brand": maker if not field_brand or chance.random() < 0.3 else "",
        "thing": chance.choice(own.sort.names[own.part, spoken]),
        "details": ("，" if spoken == "zh" else ", ").join(details),
        "place": (place.zh if spoken == "zh" else place.en)
        if chance.random() < 0.7
        else ("机场" if spoken == "zh" else "the airport"),
        "when": writing.when(chance, spoken),
        "measure": writing.measure(own.sort.code),
    }
    text = writing.sentence(chance, chance.choice(templates), slots)
    return field_brand, writing.slip(chance, text, 0.06 if who == "owner" else 0.02)


def _category(chance: random.Random, own: Own, rate: float) -> str:
    others = CONFUSED.get(own.sort.category, ())
    return chance.choice(others) if others and chance.random() < rate else own.sort.category


def _colours(chance: random.Random, own: Own, missing: float, near: float, wrong: float) -> tuple[str, ...]:
    draw = chance.random()
    if draw < missing or not own.colours:
        return ()
    if draw < missing + near:
        return (chance.choice(NEAR_COLOUR[own.colours[0]]),)
    if draw < missing + near + wrong:
        return (chance.choice(tuple(NEAR_COLOUR)),)
    return own.colours if chance.random() < 0.7 else own.colours[:1]


def _number_keys(own: Own, number: str) -> tuple[str, ...]:
    if own.sort.where != "documents" or not number:
        return ()
    return (f"n:{number}", f"m:{number[0]}{number[-4:]}")


def _name_keys(own: Own, knows: float, chance: random.Random) -> tuple[str, ...]:
    if own.sort.where != "documents" or chance.random() > knows:
        return ()
    return (
        (f"zh:{own.owner}", f"la:{_latin(own.owner)}")
        if chance.random() < 0.8
        else (f"la:{_latin(own.owner)}",)
    )


def _latin(name: str) -> str:
    from services.lostfound.matching.chinese import sound

    return f"{sound(name[0])} {sound(name[1:])}"
