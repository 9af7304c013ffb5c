"""Passenger lists in teletype: what is wrong with a line, and whether the list can do without it."""

from __future__ import annotations

import pytest

from services.checkin.teletype import Reason
from tests.unit.checkin.teletypes import ADL, PNL, left_out, line_of, taken, why


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("SAN", "三", "1ZHANG", Reason.BAD_CHARACTER),
        ("NO GARLIC", "NO^GARLIC", "1SUHARTO", Reason.BAD_CHARACTER),
        ("CZ3101/23NOV", "CZ3101/31NOV", "CZ3101/31", Reason.BAD_FLIGHT),
        ("CZ3101/23NOV", "3101/23NOV", "3101/23", Reason.BAD_FLIGHT),
        ("ENDPNL", "ENDADL", "ENDADL", Reason.OTHER_END),
        ("ENDPNL", "ENDPART2", "ENDPART2", Reason.OTHER_END),
        ("ENDPNL\n", "", "-PEK000K", Reason.NO_END),
        ("-PEK005Y", "-PEK5YY", "-PEK5YY", Reason.BAD_TOTAL),
        ("-PEK005Y", "-PEK005B", "2WANG", Reason.NO_CABIN),
        ("-PEK005Y\n", "-PEK005Y\nADD\n", "ADD", Reason.SECTION),
        ("2WANG/LIMR/MEIMRS-A4", "3WANG/LIMR/MEIMRS-A4", "3WANG", Reason.BAD_NAME),
        ("1ZHANG/SANMR .L/ABC123/CZ .L/9XYZ88/1E", "1ZHANG/SANMR", "1ZHANG", Reason.NO_LOCATOR),
        (".L/DEF456", ".L/D-456", ".L/D-456", Reason.BAD_LOCATOR),
        ("7841234567890/2", "784123456789/2", ".R/TKNE", Reason.BAD_TICKET),
        ("05MAY26 WANG/BAO", "35MAY26 WANG/BAO", ".R/INFT", Reason.BAD_INFANT),
        ("7841234567891/1-1WANG/LIMR", "7841234567891/1", ".R/TKNE HK1 7841234567891", Reason.WHOSE),
        (
            "7841234567891/1-1WANG/LIMR",
            "7841234567891/1-1WANG/TAOMR",
            ".R/TKNE HK1 7841234567891",
            Reason.WHOSE,
        ),
    ],
)
def test_a_line_without_which_the_list_is_wrong_refuses_it(
    old: str, new: str, line: str, reason: Reason
) -> None:
    broken = PNL.replace(old, new, 1)
    assert broken != PNL
    found = why(broken)
    assert (line_of(broken, line), reason) in found


def test_a_list_that_lacks_names_is_refused_for_it_would_take_them_off() -> None:
    assert why(PNL.replace("-PEK005Y", "-PEK006Y")) == [(0, Reason.TOTALS)]
    assert why(PNL.replace("-PEK001F", "-PEK000F")) == [(0, Reason.TOTALS)]
    taken(ADL.replace("-PEK005Y", "-PEK099Y"))


def test_a_party_has_as_many_names_as_it_says() -> None:
    lines = [line_of(PNL, name) for name in ("2WANG", "1WANG", "1LI")]
    assert why(PNL.replace("-A4", "-A5")) == [(line, Reason.PARTY) for line in lines]
    assert why(PNL.replace("-A4", "-A3")) == [(line, Reason.PARTY) for line in lines]
    taken(ADL.replace("1CHEN/WEIMR", "1CHEN/WEIMR-B20"))


def test_every_refused_line_is_told_at_once() -> None:
    broken = PNL.replace("7841234567890/2", "1").replace("05MAY26", "35MAY26").replace("-PEK000K", "-PEKXK")
    assert [reason for _, reason in why(broken)] == [Reason.BAD_TICKET, Reason.BAD_INFANT, Reason.BAD_TOTAL]


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        (".W/K/2/23", ".W/TWO", ".W/TWO", Reason.BAD_VALUE),
        (".W/K/2/23", ".N/0784123456001/PEK", ".N/", Reason.NOT_USED),
        (".W/K/2/23", ".X/WHATEVER", ".X/", Reason.UNKNOWN),
        (".W/K/2/23", "WHATEVER", "WHATEVER", Reason.UNKNOWN),
        (".R/WCHR HK1", ".R/WCHR UN1", ".R/WCHR", Reason.NOT_CONFIRMED),
        (".R/WCHR HK1-1WANG/LIMR", ".R/WCHR HK1-1WANG/TAOMR", ".R/WCHR", Reason.WHOSE),
        ("SEAT HK1 1A", "SEAT HK1 A1", ".R/SEAT", Reason.BAD_VALUE),
        ("280012345678/G", "*", ".R/FQTV", Reason.BAD_VALUE),
        ("20JUN86", "20XXX86", ".R/DOCS", Reason.BAD_VALUE),
        ("NO GARLIC", "NO GARLIC " * 8, "1SUHARTO", Reason.CUT),
        (".L/DEF456\n", ".L/DEF456\n.RN/MORE\n", ".RN/MORE", Reason.NOTHING_TO_CONTINUE),
        ("ANA/4711", "WHATEVER", "WHATEVER", Reason.UNKNOWN),
        (".O/CZ6789Y24PEKSHE0915HK", ".O/CZ", ".O/CZ", Reason.BAD_VALUE),
        ("VGML HK1 NO GARLIC", "DOCO HK1 //V/17317323/CHN/14NOV24/US", "1SUHARTO", Reason.NOT_USED),
        ("VGML HK1 NO GARLIC", "PCTC HK1 MOTHER/CN13800001111", "1SUHARTO", Reason.NOT_USED),
    ],
)
def test_a_line_that_can_be_missed_is_left_out_and_told(
    old: str, new: str, line: str, reason: Reason
) -> None:
    other = PNL.replace(old, new, 1)
    assert left_out(other) == [(line_of(other, line), reason)]
