"""Lists in teletype, and what is read from them."""

from __future__ import annotations

from datetime import date

from services.checkin.teletype import PassengerList, Reading, Reason, read_list

NEAR = date(2026, 11, 22)
PNL = """CSXDCXH
.CSXRMCZ 221015
PNL
CZ3101/23NOV CSX PART1
ANA/4711
CFG/008F150Y
RBD F/FA Y/YKM
AVAIL
 CSX  PEK
F008
Y120
-PEK001F
1ZHANG/SANMR .L/ABC123/CZ .L/9XYZ88/1E
.R/TKNE HK1 7841234567890/2-1ZHANG/SANMR
.R/FQTV CZ 280012345678/G-1ZHANG/SANMR
.R/SEAT HK1 1A-1ZHANG/SANMR
.R/CTCM HK1 13800001111
-PEK005Y
2WANG/LIMR/MEIMRS-A4
.L/DEF456
.R/TKNE HK1 7841234567891/1-1WANG/LIMR
.R/TKNE HK1 7841234567892/1-1WANG/MEIMRS
.R/INFT HK1 05MAY26 WANG/BAO-1WANG/MEIMRS
.R/TKNE HK1 INF7841234567893/1-1WANG/MEIMRS
.R/DOCS HK1/P/CN/E12345678/CN/20JUN86/F/15DEC28/WANG/MEI
.RN/-1WANG/MEIMRS
.R/WCHR HK1-1WANG/LIMR
.W/K/2/23
1WANG/XIAOMINGMSTR-A4
.R/TKNE HK1 7841234567894/1
.R/CHLD HK1 01JAN18
1LI/HUAMS-A4
.R/TKNE HK1 7841234567895/1
.R/FOID HK1 NI430102199003070018
.O/CZ6789Y24PEKSHE0915HK
.C/HUNAN TOURS
1SUHARTO .L/GHI789 .R/TKNE HK1 7841234567896/1 .R/VGML HK1 NO GARLIC
-PEK000K
ENDPNL
"""
ADL = """CSXDCXH
.CSXRMCZ 221200
ADL
CZ3101/23NOV CSX PART1
RBD F/FA Y/YKM
-PEK005Y
DEL
1LI/HUAMS-A4
.L/DEF456
.R/TKNE HK1 7841234567895/1
ADD
1CHEN/WEIMR
.L/JKL012
.R/TKNE HK1 7841234567897/1
CHG
1SUHARTO
.L/GHI789
.R/WCHC HK1
ENDADL
"""


def read(*texts: str) -> Reading:
    return read_list(texts, NEAR)


def taken(*texts: str) -> PassengerList:
    found = read(*texts)
    assert found.problems == ()
    assert found.document is not None
    return found.document


def why(text: str) -> list[tuple[int, Reason]]:
    """Lines and reasons of a refusal."""
    found = read(text)
    assert found.document is None
    return [(problem.line, problem.reason) for problem in found.problems]


def left_out(text: str) -> list[tuple[int, Reason]]:
    found = read(text)
    assert found.document is not None
    return [(problem.line, problem.reason) for problem in found.left_out]


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), 1) if line.startswith(start))
