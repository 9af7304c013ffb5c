"""Another aircraft, other seats: who keeps theirs, who moves, and who stays behind when there are too few.

Source: docs/sources/checkin-rules.md, "Another aircraft".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from services.checkin.domain.reasons import Reason
from services.checkin.domain.seating import Sitter, refusal, seats_for
from services.checkin.domain.seatmap import Seat, SeatMap


class How(StrEnum):
    SAME = "same"
    KEPT_KIND = "kept_kind"
    NEAREST = "nearest"
    NO_SEAT = "no_seat"


@dataclass(frozen=True)
class Seated:
    """Somebody with a seat in the old aircraft. assisted: needs help on the way; tier: of the airline's club;
    sequence: of the check-in, None: a seat without one."""

    sitter: Sitter
    seat: str
    assisted: bool
    tier: bool
    sequence: int | None


@dataclass(frozen=True)
class Move:
    id: str
    seat: str | None
    how: How


KEEPING: Final = (
    Reason("assisted", "需要特殊协助的旅客", "Who needs assistance: another flight is hardest for them."),
    Reason("children", "带婴儿或儿童的同行旅客", "Parties with infants or children: they can't be parted."),
    Reason("tier", "常旅客会员", "The airline's club members, as airlines promise them."),
    Reason("checked_in", "已值机旅客，先值机者优先", "Who is checked in, the earliest first."),
    Reason("booked", "尚未值机旅客", "Who has a seat but isn't checked in: they can still choose."),
)
"""The written order in which a party keeps its place when the new aircraft has too few seats."""


def reseat(seated: Sequence[Seated], old: SeatMap, new: SeatMap) -> list[Move]:
    """One move for each. The seat stays where it exists and is allowed; else the same kind, the party together;
    else the nearest; parties in the order of KEEPING."""
    parties = _in_order(seated)
    taken: dict[str, Sitter] = {}
    moves: dict[str, Move] = {}
    staying = _who_fits(parties, new)
    for each in staying:
        seat = new.seats.get(each.seat)
        if seat is not None and refusal(seat, each.sitter, new, taken) is None:
            taken[seat.name] = each.sitter
            moves[each.sitter.id] = Move(each.sitter.id, seat.name, How.SAME)
    for party in parties:
        waiting = [each for each in party if each in staying and each.sitter.id not in moves]
        for move in [*_kept_kind(waiting, old, new, taken), *_nearest(party, waiting, old, new, taken)]:
            moves[move.id] = move
    for each in seated:
        moves.setdefault(each.sitter.id, Move(each.sitter.id, None, How.NO_SEAT))
    return [moves[each.sitter.id] for each in seated]


def _in_order(seated: Sequence[Seated]) -> list[list[Seated]]:
    parties: dict[str, list[Seated]] = {}
    for each in seated:
        parties.setdefault(each.sitter.party or each.sitter.id, []).append(each)
    return sorted(parties.values(), key=_rank)


def _rank(party: Sequence[Seated]) -> tuple[int, int]:
    first = min((each.sequence for each in party if each.sequence is not None), default=10_000)
    if any(each.assisted for each in party):
        return 0, first
    if any(each.sitter.infant or not each.sitter.adult for each in party):
        return 1, first
    if any(each.tier for each in party):
        return 2, first
    return (3, first) if first < 10_000 else (4, first)


def _who_fits(parties: Sequence[Sequence[Seated]], new: SeatMap) -> list[Seated]:
    """Those for whom there are seats: whole parties, in their order; a smaller one may fill what is left."""
    free: dict[str, int] = {code: sum(seat.usable for seat in new.seats_for(code)) for code in new.codes}
    staying: list[Seated] = []
    for party in parties:
        needs: dict[str, int] = {}
        for each in party:
            code = each.sitter.cabin if each.sitter.cabin in free else max(free, key=lambda one: free[one])
            needs[code] = needs.get(code, 0) + 1
        if all(free[code] >= count for code, count in needs.items()):
            for code, count in needs.items():
                free[code] -= count
            staying.extend(party)
    return staying


def _kept_kind(waiting: Sequence[Seated], old: SeatMap, new: SeatMap, taken: dict[str, Sitter]) -> list[Move]:
    """Somebody who is alone gets the same kind of seat, as near as can be to the old one."""
    if len(waiting) != 1:
        return []
    (one,) = waiting
    was = old.seats.get(one.seat)
    if was is None:
        return []
    fits = [
        seat
        for seat in new.seats_for(one.sitter.cabin)
        if seat.kind == was.kind and seat.name not in taken and refusal(seat, one.sitter, new, taken) is None
    ]
    if not fits:
        return []
    best = min(fits, key=lambda seat: _far(was, seat))
    taken[best.name] = one.sitter
    return [Move(one.sitter.id, best.name, How.KEPT_KIND)]


def _nearest(
    party: Sequence[Seated],
    waiting: Sequence[Seated],
    old: SeatMap,
    new: SeatMap,
    taken: dict[str, Sitter],
) -> list[Move]:
    """A party together; what that doesn't find, one by one."""
    left = [each for each in waiting if each.sitter.id not in {who.id for who in taken.values()}]
    if not left:
        return []
    places = seats_for([each.sitter for each in party[:9]], new, taken) if len(party) <= 9 else None
    moves = []
    for each in left:
        name = (places or {}).get(each.sitter.id) or _any(each, new, taken)
        if name is None:
            continue
        taken[name] = each.sitter
        was = old.seats.get(each.seat)
        same = was is not None and new.seats[name].kind == was.kind
        moves.append(Move(each.sitter.id, name, How.KEPT_KIND if same else How.NEAREST))
    return moves


def _any(each: Seated, new: SeatMap, taken: Mapping[str, Sitter]) -> str | None:
    """Any seat; at an exit only when there is no other: the crew asks an adult who can help before it closes."""
    plain = _first(each, each.sitter, new, taken)
    return plain or _first(each, replace(each.sitter, declared=True), new, taken)


def _first(each: Seated, sitter: Sitter, new: SeatMap, taken: Mapping[str, Sitter]) -> str | None:
    fits = (
        seat.name
        for seat in new.seats_for(each.sitter.cabin)
        if seat.name not in taken and refusal(seat, sitter, new, taken) is None
    )
    return next(fits, None)


def _far(was: Seat, seat: Seat) -> tuple[int, int, int]:
    return abs(seat.row - was.row), abs(seat.place - was.place), seat.row
