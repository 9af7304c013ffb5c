"""SSIM records for tests, by columns counted from 1 as the manual counts them."""

from __future__ import annotations


def record(**columns: str) -> str:
    """A record of 200 characters: `c37="CSX"` writes from column 37 on."""
    chars = [" "] * 200
    for column, text in columns.items():
        start = int(column.removeprefix("c")) - 1
        chars[start : start + len(text)] = text
    return "".join(chars)


HEADER = record(c1="1AIRLINE STANDARD SCHEDULE DATA SET", c195="000001")
FILLER = "0" * 200


def carrier(mode: str = "L") -> str:
    return record(c1="2", c2=mode, c3="CZ ", c195="000002")


def leg(**changes: str) -> str:
    """CZ3101 CSX 08:30 – PEK 10:55 daily in winter 2026, but for what is changed by column."""
    usual = {
        "c1": "3",
        "c3": "CZ ",
        "c6": "3101",
        "c10": "01",
        "c12": "01",
        "c14": "J",
        "c15": "25OCT26",
        "c22": "27MAR27",
        "c29": "1234567",
        "c37": "CSX",
        "c40": "0830",
        "c44": "0830",
        "c48": "+0800",
        "c53": "T2",
        "c55": "PEK",
        "c58": "1055",
        "c62": "1055",
        "c66": "+0800",
        "c71": "T3",
        "c73": "333",
        "c195": "000003",
    }
    return record(**{**usual, **changes})


def segment(number: str, element: str, text: str, **changes: str) -> str:
    usual = {"c1": "4", "c3": "CZ ", "c6": number, "c10": "01", "c12": "01", "c14": "J", "c29": "AB"}
    return record(**{**usual, "c31": element, "c34": "CSXPEK", "c40": text, "c195": "000004", **changes})


def trailer(last_serial: str = "") -> str:
    return record(c1="5", c3="CZ ", c188=last_serial, c194="E", c195="000009")


def data_set(*records: str, mode: str = "L") -> list[str]:
    return [HEADER, FILLER, carrier(mode), *records, trailer()]
