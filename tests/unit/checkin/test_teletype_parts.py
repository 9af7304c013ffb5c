"""Passenger lists in teletype: in parts, in bounds, and what is none."""

from __future__ import annotations

import pytest

from services.checkin.teletype import Reason
from tests.unit.checkin.teletypes import PNL, left_out, line_of, read, taken, why

PARTS = [
    PNL.split("-PEK005Y")[0] + "ENDPART1\n",
    "CSXDCXH\n.CSXRMCZ 221016\nPNL\nCZ3101/23NOV CSX PART2\n-PEK005Y"
    + PNL.split("-PEK005Y")[1].split("1SUHARTO")[0]
    + "ENDPART2\n",
    "CSXDCXH\n.CSXRMCZ 221016\nPNL\nCZ3101/23NOV CSX PART3\n-PEK005Y\n1SUHARTO" + PNL.split("1SUHARTO")[1],
]


def test_parts_in_any_order_and_twice_are_one_list() -> None:
    one, two, three = PARTS
    whole = taken(PNL)
    assert taken(three, one, two).entries == whole.entries
    assert taken(one, two, three, two, one) == whole
    assert taken("\n".join(PARTS)) == whole


def test_a_list_with_a_part_missing_waits() -> None:
    one, two, three = PARTS
    for texts, missing in (([one], (2,)), ([three], (1, 2)), ([one, three], (2,)), ([one, two], (3,))):
        found = read(*texts)
        assert (found.document, found.problems, found.missing) == (None, (), missing)


def test_parts_that_contradict_each_other_are_refused() -> None:
    one, two, three = PARTS
    cases = [
        ([one, two, three, two.replace("WCHR", "WCHC")], Reason.PART_CONFLICT),
        ([one, two.replace("CZ3101", "CZ3102"), three], Reason.OTHER_LIST),
        ([one, two.replace("\nPNL\n", "\nADL\n"), three], Reason.OTHER_LIST),
        ([PNL, two], Reason.BEYOND_END),
        ([one, two.replace("-PEK005Y", "-PEK006Y"), three], Reason.TOTALS),
    ]
    for texts, reason in cases:
        found = read(*texts)
        assert found.document is None
        assert reason in [problem.reason for problem in found.problems]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "HELLO", "PNL", "PNL\nCZ3101/23NOV CSX PART0\nENDPNL", "ENDPNL"]
)
def test_what_is_no_list_is_refused(text: str) -> None:
    found = read(text)
    assert found.document is None
    assert found.problems


def test_more_than_any_list_has_is_refused_and_told_in_bounds() -> None:
    assert (line_of(PNL, "1SUHARTO"), Reason.TOO_LONG) in why(PNL.replace("NO GARLIC", "NO GARLIC " * 30))
    assert Reason.TOO_LONG in [
        reason for _, reason in why(PNL.replace("NO GARLIC", "NO" + "\n.RN/GARLIC" * 200))
    ]
    assert why("A" * 1_000_001) == [(0, Reason.TOO_LONG)]
    assert len(left_out(PNL.replace(".W/K/2/23", "\n".join([".X/1"] * 5000)))) == 1000
    assert len(why(PNL.replace(".W/K/2/23", "\n".join(["1/1"] * 5000)))) == 1000
    crowd = PNL.replace(".W/K/2/23\n", ".W/K/2/23\n" + "1A/B\n.L/ABC123\n" * 1001)
    assert Reason.TOO_LONG in [reason for _, reason in why(crowd)]


def test_a_refusal_repeats_nothing_of_the_list() -> None:
    found = read(PNL.replace("7841234567890/2", "1").replace("ENDPNL", "GARBAGE\nENDPNL"))
    assert "ZHANG" not in str(found)
    assert [str(problem) for problem in found.problems] == ["part 1, line 14: bad_ticket"]
