"""Who must see an agent, and why: a table. What is nobody's business is worded as nothing in particular.

Source: docs/sources/checkin-rules.md, "Who must see an agent".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from services.checkin.domain.reasons import Reason
from services.checkin.domain.travellers import Traveller
from services.checkin.schemas.vocabulary import Flag, Standing, TravellerKind

ASSISTANCE: Final = frozenset(
    {"WCHR", "WCHS", "WCHC", "WCBD", "WCBW", "WCMP", "WCOB", "MAAS", "BLND", "DEAF", "DPNA", "MEDA", "STCR"}
)
"""Special services of people whom somebody helps on the way, and who can't help others at an exit."""
_WHEELCHAIR: Final = frozenset({"WCHR", "WCHS", "WCHC", "WCBD", "WCBW", "WCMP", "WCOB"})


@dataclass(frozen=True)
class Rule:
    """One row: any of what it names, at one of these airlines; None: at all."""

    reason: Reason
    specials: frozenset[str] = frozenset()
    flags: frozenset[Flag] = frozenset()
    kinds: frozenset[TravellerKind] = frozenset()
    infant: bool = False
    airlines: frozenset[str] | None = None

    def fits(self, traveller: Traveller, airline: str) -> bool:
        if self.airlines is not None and airline not in self.airlines:
            return False
        return (
            traveller.kind in self.kinds
            or (self.infant and traveller.infant)
            or not self.specials.isdisjoint(traveller.specials)
            or not self.flags.isdisjoint(traveller.flags)
        )


NAME_MISMATCH: Final = Reason(
    "name_mismatch",
    "客票姓名与证件不一致，须在柜台更正。",
    "The name on the ticket isn't the one on the document; the counter can put it right.",
)
"""As the airline flags it, or as the passport shows it that somebody adds."""

_ASK = ("请到值机柜台办理，工作人员会协助您。", "Please see an agent at the counter, who will help you.")

AGENT: Final = (
    Rule(
        Reason(
            "unaccompanied",
            "无成人陪伴儿童须由家长在柜台与航空公司交接。",
            "A child who travels alone is handed over to the airline at the counter, by a parent.",
        ),
        specials=frozenset({"UMNR"}),
        kinds=frozenset({TravellerKind.UNACCOMPANIED}),
    ),
    Rule(
        Reason(
            "wheelchair",
            "轮椅服务须在柜台确认，并由专人陪同登机。",
            "Wheelchairs are arranged at the counter, and somebody will come with you to the aircraft.",
        ),
        specials=_WHEELCHAIR,
    ),
    Rule(
        Reason(
            "medical",
            "病患、担架或用氧旅客须由柜台核对乘机证明。",
            "A medical certificate, a stretcher or oxygen is checked at the counter.",
        ),
        specials=frozenset({"MEDA", "STCR", "OXYG"}),
    ),
    Rule(
        Reason(
            "assistance",
            "您申请的特殊服务须在柜台安排。",
            "The assistance that you asked for is arranged at the counter.",
        ),
        specials=ASSISTANCE - _WHEELCHAIR - {"MEDA", "STCR"},
    ),
    Rule(
        Reason(
            "animal",
            "携带动物须在柜台查验证明并办理运输。",
            "An animal's papers are checked, and it is accepted, at the counter.",
        ),
        specials=frozenset({"AVIH", "PETC", "SVAN"}),
    ),
    Rule(
        Reason(
            "extra_seat",
            "占用多个座位须由柜台安排相邻座位。",
            "Several seats for one person are put side by side at the counter.",
        ),
        specials=frozenset({"EXST", "CBBG"}),
    ),
    Rule(
        Reason(
            "standby",
            "您是候补旅客，有空余座位时由柜台办理。",
            "You are on standby: the counter checks you in when a seat is free.",
        ),
        flags=frozenset({Flag.STANDBY}),
    ),
    Rule(
        Reason(
            "document_check",
            "航空公司须当面查验您的旅行证件。",
            "The airline has to see your travel documents in person.",
        ),
        flags=frozenset({Flag.DOCUMENT_CHECK}),
    ),
    Rule(NAME_MISMATCH, flags=frozenset({Flag.NAME_MISMATCH})),
    # Whoever is on a list must not learn of it from a page.
    Rule(Reason("see_agent", *_ASK), flags=frozenset({Flag.WATCH_LISTED, Flag.SELECTEE})),
    Rule(
        Reason(
            "infant",
            "该航空公司携带婴儿的旅客须在柜台办理：要核对婴儿的出生证明。",
            "This airline checks in infants at the counter, as their birth certificate must be seen.",
        ),
        infant=True,
        airlines=frozenset({"9C", "AQ", "PN"}),
    ),
)

OFF_LOADED: Final = Reason(
    "off_loaded",
    "您已被取消乘机，请到柜台咨询。",
    "You were taken off this flight. Please see an agent.",
)
DELETED: Final = Reason(
    "deleted",
    "航空公司已将您从本航班名单中移除，请联系航空公司。",
    "The airline took you off this flight's list. Please ask the airline.",
)
CHILD_ALONE: Final = Reason(
    "child_alone",
    "儿童须与同一订单的成人一起值机，以便座位相邻。",
    "A child checks in together with an adult of the booking, so that they sit side by side.",
)
CHILD_STAYS: Final = Reason(
    "child_alone",
    "儿童不能单独保留值机，请与成人一起取消。",
    "A child doesn't stay checked in without an adult of the booking: cancel both.",
)
DOUBLE: Final = Reason(
    "double_booking",
    "同一证件在本航班的另一订单下已值机，请到柜台核实。",
    "The same document is checked in on this flight under another booking. Please see an agent.",
)
TOO_OFTEN: Final = Reason(
    "too_often",
    "值机与取消次数过多，请到柜台办理。",
    "Checked in and cancelled too many times. Please see an agent.",
)
MOST_PASSES: Final = 10
"""Of one traveller, on a flight whose sequence numbers somebody uses up: there are 9,999."""
ALREADY: Final = Reason(
    "boarded",
    "已登机。",
    "Has boarded already.",
)


def agent_reasons(traveller: Traveller, airline: str) -> list[Reason]:
    """Why this traveller must see an agent; empty: they may check in by themselves.

    What an agent has dealt with is no reason any more, until the airline says something new of them.
    """
    if traveller.standing is Standing.OFF_LOADED:
        return [OFF_LOADED]
    if traveller.standing is Standing.DELETED:
        return [DELETED]
    return [reason for reason in _reasons(traveller, airline) if reason.code not in traveller.settled]


def settled_reasons(traveller: Traveller, airline: str) -> list[Reason]:
    """Why this traveller would have to see an agent, if one hadn't dealt with it."""
    return [reason for reason in _reasons(traveller, airline) if reason.code in traveller.settled]


def still_settled(was: Traveller, now: Traveller) -> tuple[str, ...]:
    """What an agent settled, after the airline sent another entry: nothing, if there is something new to look at."""
    new = (
        not set(now.flags) <= set(was.flags)
        or not set(now.specials) <= set(was.specials)
        or (now.kind, now.infant) != (was.kind, was.infant)
    )
    return () if new else was.settled


def _reasons(traveller: Traveller, airline: str) -> list[Reason]:
    return list(dict.fromkeys(rule.reason for rule in AGENT if rule.fits(traveller, airline)))


def seat_reasons(chosen: Sequence[Traveller], airline: str) -> dict[str, list[Reason]]:
    """Who of `chosen` can't choose a seat by themselves, by id, and why. A child may: who flies with it may not
    have checked in yet."""
    found = {
        each.id: [*agent_reasons(each, airline), *([ALREADY] if each.standing is Standing.BOARDED else ())]
        for each in chosen
    }
    return {id_: why for id_, why in found.items() if why}


def left_alone(leaving: Sequence[Traveller], booking: Collection[Traveller]) -> dict[str, list[Reason]]:
    """Children of the booking who would stay checked in while the last adult's check-in is cancelled."""
    ids = {each.id for each in leaving}
    adults = [each for each in booking if each.kind is TravellerKind.ADULT and each.inside]
    if any(each.id not in ids for each in adults) or not adults:
        return {}
    children = (each for each in booking if each.kind is TravellerKind.CHILD and each.inside)
    return {each.id: [CHILD_STAYS] for each in children if each.id not in ids}


def party_reasons(
    chosen: Sequence[Traveller], booking: Collection[Traveller], airline: str
) -> dict[str, list[Reason]]:
    """Who of `chosen` can't be checked in, by id, and why; empty: all of them can.

    booking: everybody in it, so that a child may follow an adult who is checked in already.
    """
    ids = {traveller.id for traveller in chosen}
    adult = any(
        each.kind is TravellerKind.ADULT and (each.id in ids or each.inside)
        for each in booking
        if each.on_list
    )
    reasons = seat_reasons(chosen, airline)
    for traveller in chosen:
        if traveller.kind is TravellerKind.CHILD and not adult:
            reasons[traveller.id] = [*reasons.get(traveller.id, ()), CHILD_ALONE]
    return reasons
