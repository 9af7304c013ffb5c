"""Who may sit where, and where a party sits that hasn't chosen: together, children beside an adult.

Source: docs/sources/checkin-rules.md, "Seats".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest
from itertools import islice
from typing import Final

from services.checkin.domain.agents import ASSISTANCE
from services.checkin.domain.reasons import Reason
from services.checkin.domain.seatmap import Row, Seat, SeatMap
from services.checkin.domain.travellers import Traveller
from services.checkin.schemas.vocabulary import SeatAttribute, TravellerKind

INFANTS_PER_BLOCK: Final = 1
"""Above each block of seats hangs one oxygen mask more than there are seats."""
_TRIES: Final = 60
_ROW_WEIGHT: Final = 5
_KEPT_FOR_OTHERS: Final = frozenset({SeatAttribute.EXTRA_LEGROOM, SeatAttribute.BASSINET})


@dataclass(frozen=True)
class Sitter:
    """What counts about a traveller for a seat. able: may help at an exit; declared: said so for this flight."""

    id: str
    cabin: str
    adult: bool
    infant: bool
    able: bool
    declared: bool = False
    party: str = ""


Taken = Mapping[str, Sitter]
"""Seats by name, and who has them."""


@dataclass(frozen=True)
class SeatRule:
    """One row: a seat that this breaks isn't for this sitter."""

    reason: Reason
    breaks: Callable[[Seat, Sitter], bool]


SEAT_RULES: Final = (
    SeatRule(
        Reason("blocked", "该座位不开放。", "This seat isn't in use."),
        lambda seat, sitter: not seat.usable,
    ),
    SeatRule(
        Reason("other_cabin", "该座位属于其他舱位。", "This seat is in another cabin."),
        lambda seat, sitter: seat.cabin != sitter.cabin,
    ),
    SeatRule(
        Reason(
            "exit_adults",
            "紧急出口座位仅限成人：紧急情况下须协助开启舱门。",
            "Seats at an exit are for adults, who may have to open it.",
        ),
        lambda seat, sitter: seat.is_(SeatAttribute.EXIT) and not sitter.adult,
    ),
    SeatRule(
        Reason(
            "exit_infant",
            "携带婴儿的旅客不能坐紧急出口座位：双手须能协助他人。",
            "Nobody with an infant sits at an exit: both hands must be free to help.",
        ),
        lambda seat, sitter: seat.is_(SeatAttribute.EXIT) and sitter.infant,
    ),
    SeatRule(
        Reason(
            "exit_able",
            "需要协助的旅客不能坐紧急出口座位。",
            "Nobody who needs help sits at an exit.",
        ),
        lambda seat, sitter: seat.is_(SeatAttribute.EXIT) and not sitter.able,
    ),
    SeatRule(
        Reason(
            "exit_declare",
            "选择紧急出口座位须先声明愿意并有能力提供协助。",
            "For a seat at an exit, first declare that you are able and willing to help.",
        ),
        lambda seat, sitter: seat.is_(SeatAttribute.EXIT) and not sitter.declared,
    ),
    SeatRule(
        Reason("no_infant", "该座位不能携带婴儿。", "No infants on this seat."),
        lambda seat, sitter: sitter.infant and seat.is_(SeatAttribute.NO_INFANT),
    ),
)
INFANTS: Final = Reason(
    "infants_in_block",
    "同侧一排座位只能有一名婴儿：氧气面罩只多一个。",
    "One infant among neighbouring seats: there is one oxygen mask to spare.",
)


def sitter_of(traveller: Traveller, *, declared: bool = False) -> Sitter:
    adult = traveller.kind is TravellerKind.ADULT
    return Sitter(
        id=traveller.id,
        cabin=traveller.cabin,
        adult=adult,
        infant=traveller.infant,
        able=adult and not traveller.infant and ASSISTANCE.isdisjoint(traveller.specials),
        declared=declared,
        party=traveller.booking_id,
    )


def refusal(seat: Seat, sitter: Sitter, seat_map: SeatMap, taken: Taken) -> Reason | None:
    """Why this seat isn't for this sitter, whether it is free or not; None: it is.

    Who has it already may keep it. A cabin that the aircraft lacks is no reason.
    """
    if sitter.cabin not in seat_map.codes:
        sitter = replace(sitter, cabin=seat.cabin)
    for rule in SEAT_RULES:
        if rule.breaks(seat, sitter):
            return rule.reason
    if sitter.infant and _infants(seat, sitter, seat_map, taken) >= INFANTS_PER_BLOCK:
        return INFANTS
    return None


def _infants(seat: Seat, sitter: Sitter, seat_map: SeatMap, taken: Taken) -> int:
    others = (seat_map.seats.get(name) for name, who in taken.items() if who.infant and who.id != sitter.id)
    return sum(other is not None and (other.row, other.block) == (seat.row, seat.block) for other in others)


def seats_for(party: Sequence[Sitter], seat_map: SeatMap, taken: Taken) -> dict[str, str] | None:
    """Seats for those of a party who have none yet, by their ids; None: not all of them can sit.

    party: at most nine, of one booking. taken: everybody's seats; those of the same booking draw the others near. An exit only when
    nothing else is left, for who declared. Seats with more room come last: airlines sell them.
    """
    seated = {who.id: name for name, who in taken.items()}
    missing = [sitter for sitter in party if sitter.id not in seated]
    parties = {each.party for each in party if each.party}
    near = [
        seat_map.seats[name] for name, who in taken.items() if who.party in parties and name in seat_map.seats
    ]
    found: dict[str, str] = {}
    for cabin in dict.fromkeys(sitter.cabin for sitter in missing):
        group = sorted((each for each in missing if each.cabin == cabin), key=_hardest_first)
        places = _together(group, near, seat_map, taken) or _scattered(group, near, seat_map, taken)
        if places is None:
            return None
        found |= places
    return found


def _hardest_first(sitter: Sitter) -> tuple[bool, bool, str]:
    return (not sitter.infant, not sitter.adult, sitter.id)


def _together(
    group: Sequence[Sitter], near: Sequence[Seat], seat_map: SeatMap, taken: Taken
) -> dict[str, str] | None:
    adults = [seat for seat in near if taken[seat.name].adult]
    infants = _infant_blocks(seat_map, taken)
    wanted = sum(each.infant for each in group)
    found: list[dict[str, str]] = []
    for kept in (_KEPT_FOR_OTHERS, frozenset[SeatAttribute]()):
        rows = _free_rows(group[0].cabin, seat_map, taken, kept)
        for seats in islice(_candidates(rows, len(group), near), _TRIES):
            if len({(seat.row, seat.block) for seat in seats} - infants) < wanted:
                continue
            for places in _arrangements(group, seats, seat_map, taken):
                if _children_cared_for(group, places, seat_map, adults):
                    return places
                found.append(places)
    return found[0] if found else None


def _infant_blocks(seat_map: SeatMap, taken: Taken) -> set[tuple[int, int]]:
    """Rows and blocks with an infant already."""
    seats = (seat_map.seats.get(name) for name, who in taken.items() if who.infant)
    return {(seat.row, seat.block) for seat in seats if seat is not None}


def _arrangements(
    group: Sequence[Sitter], seats: Sequence[Seat], seat_map: SeatMap, taken: Taken
) -> Iterator[dict[str, str]]:
    """The group on the seats by the rules: children between adults from left to right, then any way there is."""
    for order in _orders(group):
        held = dict(taken)
        for sitter, seat in zip(order, seats, strict=True):
            if refusal(seat, sitter, seat_map, held) is not None:
                break
            held[seat.name] = sitter
        else:
            yield {sitter.id: seat.name for sitter, seat in zip(order, seats, strict=True)}
    places = _placed(group, seats, seat_map, taken)
    if places is not None:
        yield places


def _orders(group: Sequence[Sitter]) -> Iterator[Sequence[Sitter]]:
    """From left to right: each child beside an adult, those with infants apart from each other."""
    children = [each for each in group if not each.adult]
    grown = [each for each in group if each.adult]
    # With one in the middle between them, two infants come to sit in two blocks.
    parted = [*grown[::2], *grown[1::2]]
    for adults in (grown, parted) if grown and children else ():
        for first in (0, 1):
            order: list[Sitter] = []
            waiting = list(children)
            for number, adult in enumerate(adults):
                many = -(-len(waiting) // (len(adults) - number))
                before = min(first, many)
                order += [*waiting[:before], adult, *waiting[before:many]]
                waiting = waiting[many:]
            yield order


def _free_rows(
    cabin: str, seat_map: SeatMap, taken: Taken, kept: frozenset[SeatAttribute]
) -> list[tuple[Row, list[Seat]]]:
    rows = []
    for row in seat_map.rows_for(cabin):
        free = [
            seat
            for seat in row.seats
            if seat.usable
            and seat.name not in taken
            and not seat.is_(SeatAttribute.EXIT)
            and kept.isdisjoint(seat.attributes)
        ]
        if free:
            rows.append((row, free))
    return rows


def _candidates(
    rows: Sequence[tuple[Row, list[Seat]]], size: int, near: Sequence[Seat]
) -> Iterator[tuple[Seat, ...]]:
    """Groups of so many free seats, the best first: neighbours in one row, then the closest over rows."""
    runs = []
    for row, free in rows:
        for start in range(len(free) - size + 1):
            group = tuple(free[start : start + size])
            inside = [seat for seat in row.seats if group[0].place <= seat.place <= group[-1].place]
            if len(inside) == size:
                left_over = _run_length(row, free, group) - size
                aisles = group[-1].block - group[0].block
                cost = 4 * aisles + left_over + _distance_to(near, group)
                runs.append((cost, row.number, start, group))
    yield from (group for *_, group in sorted(runs))
    if size > 1:
        yield from _clusters(rows, size, near)


def _run_length(row: Row, free: Sequence[Seat], group: Sequence[Seat]) -> int:
    """Free seats side by side around the group: a family's place shouldn't go to one person."""
    names = {seat.name for seat in free}
    block = [seat for seat in row.seats if seat.block == group[0].block]
    length, longest = 0, 0
    for seat in block:
        length = length + 1 if seat.name in names else 0
        longest = max(longest, length)
    return max(longest, len(group))


def _distance_to(near: Sequence[Seat], group: Sequence[Seat]) -> int:
    if not near:
        return 0
    return sum(min(_distance(seat, other) for other in near) for seat in group) * 10


def _distance(one: Seat, other: Seat) -> int:
    return _ROW_WEIGHT * abs(one.row - other.row) + abs(one.place - other.place)


def _clusters(
    rows: Sequence[tuple[Row, list[Seat]]], size: int, near: Sequence[Seat]
) -> Iterator[tuple[Seat, ...]]:
    everything = [seat for _, free in rows for seat in free]
    found: dict[tuple[str, ...], tuple[int, tuple[Seat, ...]]] = {}
    starts = near or [seat for _, free in rows for seat in (free[0], free[-1])]
    for start in starts:
        group = nsmallest(size, everything, key=lambda seat, start=start: (_distance(start, seat), seat.name))  # type: ignore[misc]
        if len(group) == size:
            names = tuple(sorted(seat.name for seat in group))
            ordered = sorted(group, key=lambda seat: (seat.row, seat.place))
            found[names] = (sum(_distance(start, seat) for seat in group), tuple(ordered))
    yield from (group for _, group in sorted(found.values(), key=lambda each: each[0]))


def _placed(
    group: Sequence[Sitter], seats: Sequence[Seat], seat_map: SeatMap, taken: Taken
) -> dict[str, str] | None:
    """Each of the group on one of the seats, by the rules; the first arrangement that fits."""
    if not group:
        return {}
    sitter, others = group[0], group[1:]
    for seat in seats:
        if refusal(seat, sitter, seat_map, taken) is None:
            rest = [each for each in seats if each is not seat]
            placed = _placed(others, rest, seat_map, {**taken, seat.name: sitter} if sitter.infant else taken)
            if placed is not None:
                return {sitter.id: seat.name, **placed}
    return None


def _children_cared_for(
    group: Sequence[Sitter], places: Mapping[str, str], seat_map: SeatMap, adults: Sequence[Seat]
) -> bool:
    """Whether every child has an adult of the party right beside it, at most an aisle between."""
    seats = seat_map.seats
    near = [*adults, *(seats[places[each.id]] for each in group if each.adult)]
    children = [seats[places[each.id]] for each in group if not each.adult]
    return not near or all(any(_beside(child, one) for one in near) for child in children)


def _beside(one: Seat, other: Seat) -> bool:
    apart = abs(one.place - other.place)
    return one.row == other.row and apart == (1 if one.block == other.block else 2)


def _scattered(
    group: Sequence[Sitter], near: Sequence[Seat], seat_map: SeatMap, taken: Taken
) -> dict[str, str] | None:
    """When the party can't be together: one after the other, each as near to the others as can be."""
    places: dict[str, str] = {}
    held = dict(taken)
    drawn = list(near)
    for sitter in group:
        free = [
            seat
            for seat in seat_map.seats_for(sitter.cabin)
            if seat.name not in held and refusal(seat, sitter, seat_map, held) is None
        ]
        if not free:
            return None
        seat = min(
            free,
            key=lambda each: (
                each.is_(SeatAttribute.EXIT),
                sum(_distance(each, one) for one in drawn),
                each.row,
                each.place,
            ),
        )
        places[sitter.id] = seat.name
        held[seat.name] = sitter
        drawn.append(seat)
    return places
