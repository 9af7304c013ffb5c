"""How far places are from each other."""

from __future__ import annotations

import pytest

from services.lostfound.matching import Topology
from services.lostfound.matching.naming import places_in
from services.lostfound.matching.topology import Nearness
from services.lostfound.schemas.places import places

CHANGSHA = Topology.of(places("CSX", ("T1", "T2")))


@pytest.mark.parametrize(
    ("one", "other", "nearness"),
    [
        ("T2-GATE-34", "T2-GATE-34", "same"),
        ("T2-GATE-34", "T2-GATES", "within"),
        ("T2-GATE-34", "T2-GATE-36", "next"),
        ("T2-GATE-34", "T2-GATE-48", "siblings"),
        ("T2-SECURITY", "T2-GATES", "next"),
        ("T2-SECURITY", "T2-GATE-34", "next"),
        ("T2-SECURITY", "T2-BELT-6", "terminal"),
        ("T2-GATE-34", "T2", "inside"),
        ("T1-GATE-3", "T2-GATE-34", "twin"),
        ("T1-SECURITY", "T2-SECURITY", "twin"),
        ("T1-GATES", "T2-GATE-34", "twin"),
        ("T1-SECURITY", "T2-GATE-34", "far"),
        ("AIRCRAFT", "T1-BELT-2", "next"),
        ("BUS", "T2-BUS-STOP", "next"),
        ("METRO", "T1-SECURITY", "far"),
        ("NOWHERE", "ELSEWHERE", "far"),
    ],
)
def test_places_are_as_near_as_travellers_walk(one: str, other: str, nearness: str) -> None:
    assert CHANGSHA.nearness(one, other) == CHANGSHA.nearness(other, one) == Nearness(nearness)


def test_who_does_not_know_where_is_near_to_nothing_and_far_from_nothing() -> None:
    assert CHANGSHA.nearest(("UNKNOWN",), ("T2-GATE-34",)) is None
    assert CHANGSHA.nearest((), ("T2-GATE-34",)) is None


def test_the_nearest_of_several_places_counts() -> None:
    assert CHANGSHA.nearest(("T1-GATE-3", "T2-GATE-34"), ("T2-GATE-34", "METRO")) == Nearness.SAME


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("left it in the tray at the xray", {"T1-SECURITY", "T2-SECURITY"}),
        ("T2过安检的框里", {"T2-SECURITY"}),
        ("forgot it on the airplane, in the seat pocket", {"AIRCRAFT"}),
        ("飞机座位上", {"AIRCRAFT"}),
        ("T2拿行李那边", {"T2-BAGGAGE"}),
        ("waiting for my luggage in terminal 1", {"T1-BAGGAGE"}),
        ("T1打车的地方", {"T1-TAXI"}),
        ("at check in, T2", {"T2-CHECKIN"}),
        ("T1吃面的店", {"T1-SHOPS", "T1-LANDSIDE-SHOPS"}),
        ("T2 restroom", {"T2-TOILET", "T2-LANDSIDE-TOILET"}),
        ("my black barrel bag", set()),
    ],
)
def test_places_are_read_as_travellers_say_them(words: str, codes: set[str]) -> None:
    assert set(places_in(words, CHANGSHA)) == codes
