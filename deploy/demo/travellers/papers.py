"""Documents and numbers of people who don't exist, with right check digits.

Nobody has such a resident number: its area, 439900, was never given. Source: docs/sources/demo-travellers.md.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from deploy.demo.chance import Luck
from services.checkin.schemas.vocabulary import PaperKind
from services.checkin.teletype import Paper

_AREA: Final = "439900"
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_PERMIT_FOR: Final = frozenset({"HKG", "MFM", "TPE", "KHH", "TSA", "RMQ"})
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_MIXERS: Final = (0x2F0B4C47, 0x1B873593)
TICKET_PREFIXES: Final = {
    "CA": "999", "CZ": "784", "MU": "781", "FM": "774", "HU": "880", "ZH": "479", "MF": "731", "3U": "876", "SC": "324",
    "HO": "018", "9C": "089", "8L": "859", "GS": "826", "G5": "987", "JD": "898", "KN": "822", "TV": "088", "PN": "847",
    "EU": "811", "GJ": "891", "NS": "836", "QW": "912", "GX": "872", "KY": "833", "DZ": "893", "FU": "666", "UQ": "886",
    "A6": "929", "AQ": "902", "9H": "856", "CX": "160", "HX": "851", "NX": "675", "CI": "297", "KE": "180", "OZ": "988",
    "FD": "900", "SL": "310", "VZ": "975", "TR": "668", "AK": "807", "VJ": "978", "VN": "738", "K6": "188", "PR": "079",
    "UA": "016", "AA": "001", "DL": "006", "B6": "279", "WN": "526", "AS": "027", "US": "037", "VX": "984", "EV": "862", "MQ": "093", "9E": "430",
}  # fmt: skip


def born(luck: Luck, flies: date, youngest: int, oldest: int) -> date:
    """A day of birth of somebody who is `youngest` to `oldest` years old on the day of the flight."""
    return flies - timedelta(days=luck.whole(max(14, youngest * 366), oldest * 365 + 364))


def resident_id(luck: Luck, birth: date, male: bool) -> str:
    """GB 11643: area, day of birth, serial (odd for men), check."""
    serial = luck.below(499) * 2 + (1 if male else 2)
    body = f"{_AREA}{birth:%Y%m%d}{serial:03}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + _CHECKS[total % 11]


def paper(luck: Luck, birth: date, male: bool, country: str, flies: date, destination: str) -> Paper:
    """What this person travels with. destination: where to; "" within the country."""
    if country == "CHN" and not destination:
        return Paper(PaperKind.RESIDENT_ID, resident_id(luck, birth, male))
    kind, number = PaperKind.PASSPORT, f"E{luck.below(10**8):08}"
    if country == "CHN" and destination in _PERMIT_FOR:
        kind, number = PaperKind.OTHER, f"C{luck.below(10**8):08}"
    elif country != "CHN":
        number = f"{luck.one('ABCDKLMP')}{luck.below(10**8):08}"
    return Paper(
        kind=kind,
        number=number,
        country=country,
        nationality=country,
        birth_date=birth,
        sex="M" if male else "F",
        expires_on=flies + timedelta(days=luck.whole(200, 3200)),
    )


def ticket(airline: str, serial: int, count: int) -> str:
    """Thirteen digits: the airline's three, a form that no airline has had, and a serial without repeats within
    100 days. Source: standards for e-tickets; the digit that some write as the fourteenth is `ticket_check`."""
    return f"{TICKET_PREFIXES.get(airline, '999')}24{serial % 100_000:05}{count:03}"


def ticket_check(number: str) -> int:
    """The fourteenth digit: the thirteen before it, modulo seven."""
    return int(number) % 7


def pnr(serial: int, count: int) -> str:
    """Six letters and digits; two bookings of 100 days never share them. They don't look counted."""
    value = (serial % 100_000) * 512 + count
    for factor in _MIXERS:
        # Both steps can be undone, so that what differs stays different.
        value = value * factor % 2**30
        value ^= value >> 15
    return "".join(_LETTERS[(value >> shift) & 31] for shift in range(25, -1, -5))


def phone(luck: Luck) -> str:
    return f"+861380000{luck.below(10_000):04}"
