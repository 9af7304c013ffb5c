"""Travellers and seats as the check-in desk shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from gateway.staff.checkin_words import ATTRIBUTES, KINDS, STANDINGS, WINDOWS
from gateway.staff.console import Console
from gateway.staff.queue import Cell
from gateway.staff.texts import N_, Texts

COUNTED: Final = (
    ("booked", N_("Expected in all"), "calm"),
    ("checked_in", N_("Checked in"), "go"),
    ("boarded", N_("Through the gate"), "done"),
    ("infants", N_("Infants checked in"), "go"),
    ("specials", N_("Special services"), "late"),
    ("off_loaded", N_("Off-loaded"), "bad"),
)
"""The figures of a flight: the service's name, ours, and the bar's colour."""
_SEAT: Final = re.compile(r"([0-9]+)([A-Z])")
_LAST: Final = (9999, "")


def masked(name: str) -> str:
    """A name as it is shown to somebody who didn't ask for it: `Z***/S***`."""
    return "/".join(f"{part[:1]}***" for part in name.split("/"))


def matches(traveller: Mapping[str, Any], wishes: Mapping[str, str]) -> bool:
    """Whether the filters let a traveller through. A name fits from the beginning of one of its words, so that masked
    lists can't be read out letter by letter from the middle."""
    if wishes["standing"] and traveller["standing"] != wishes["standing"]:
        return False
    only = {
        "agent": bool(traveller["agent"]) and traveller["standing"] == "booked",
        "specials": bool(traveller["specials"]),
        "infant": traveller["infant"],
        "seatless": traveller["seat"] is None and traveller["standing"] in ("booked", "checked_in"),
    }
    if wishes["only"] and not only[wishes["only"]]:
        return False
    q = wishes["q"].upper()
    words = re.split(r"[/ ]", traveller["name"].upper())
    exact = (traveller["pnr"], traveller["seat"], str(traveller["sequence"]))
    named = len(q) > 1 and any(word.startswith(q) for word in [*words, traveller["name"].upper()])
    return not q or named or q in exact or q in traveller["specials"]


def ordered(travellers: Sequence[dict[str, Any]], order: str) -> list[dict[str, Any]]:
    """As asked for; by seat unless something else was, those without one last."""
    if order == "name":
        return sorted(travellers, key=lambda each: str(each["name"]))
    if order == "sequence":
        return sorted(travellers, key=lambda each: (each["sequence"] is None, each["sequence"] or 0))
    return sorted(travellers, key=lambda each: (_place(each["seat"]), each["pnr"]))


def _place(seat: str | None) -> tuple[int, str]:
    found = _SEAT.fullmatch(seat or "")
    return _LAST if found is None else (int(found[1]), found[2])


def row_of(t: Texts, traveller: Mapping[str, Any], *, whole: bool) -> list[Cell]:
    """A traveller as a row of the list."""
    standing, tone = STANDINGS[traveller["standing"]]
    services = [*traveller["specials"], *([t("with infant")] if traveller["infant"] else [])]
    word = KINDS[traveller["kind"]]
    kind = "" if traveller["kind"] == "adult" else t(word)
    why = "; ".join(t.name(each["reason"]) for each in traveller["agent"])
    must = bool(why) and traveller["standing"] == "booked"
    return [
        Cell(traveller["name"] if whole else masked(traveller["name"]), note=kind),
        Cell(traveller["seat"] or "–"),
        Cell("" if traveller["sequence"] is None else f"{traveller['sequence']:03d}"),
        Cell(traveller["pnr"]),
        Cell(traveller["cabin"]),
        Cell(t(standing), tone),
        Cell(" ".join(services)),
        Cell(t("Yes") if must else "", "late" if must else "", note=why if must else ""),
    ]


def window_words(t: Texts, console: Console, window: Mapping[str, Any]) -> dict[str, str]:
    """Check-in by oneself: whether it is open, and until or from when."""
    word, tone = WINDOWS[window["state"]]
    opens, closes, counter = (
        f"{datetime.fromisoformat(window[name]).astimezone(console.zone):%H:%M}"
        for name in ("opens_at", "closes_at", "counter_closes_at")
    )
    return {"word": t(word), "tone": tone, "opens": opens, "closes": closes, "counter": counter}


def seat_rows(t: Texts, found: Mapping[str, Any], home: str) -> list[dict[str, Any]]:
    """The aircraft by cabins and rows: each seat with who sits there; None is an aisle. [] without a seat map."""
    if found["seat_map"] is None:
        return []
    sitting = {each["seat"]: each for each in found["travellers"] if each["seat"] is not None}
    cabins = []
    for cabin in found["seat_map"]["cabins"]:
        rows = []
        for row in cabin["rows"]:
            seats = {seat["column"]: seat for seat in row["seats"]}
            drawn = [
                _aisle(row, letter) if letter == " " else _seat(t, seats.get(letter), sitting, home)
                for letter in cabin["columns"]
            ]
            rows.append({"number": row["row"], "exit": row["exit"], "seats": drawn})
        cabins.append({"cabin": cabin["cabin"], "columns": list(cabin["columns"]), "rows": rows})
    return cabins


def _aisle(row: Mapping[str, Any], letter: str) -> dict[str, Any]:
    return {"kind": "aisle", "text": str(row["row"])}


def _seat(
    t: Texts, seat: Mapping[str, Any] | None, sitting: Mapping[str, dict[str, Any]], home: str
) -> dict[str, Any]:
    if seat is None:
        return {"kind": "none"}
    name = seat["seat"]
    what = [t(ATTRIBUTES[each]) for each in seat["attributes"] if each in ATTRIBUTES]
    who = sitting.get(name)
    if who is None:
        free = seat["state"] != "blocked"
        said = ", ".join([name, t("free") if free else t("blocked"), *what])
        return {"kind": "free" if free else "blocked", "name": name, "said": said, "text": ""}
    standing, tone = STANDINGS[who["standing"]]
    extra = [*who["specials"], *([t("with infant")] if who["infant"] else [])]
    said = ", ".join([name, masked(who["name"]), t(standing), *extra, *what])
    mark = {"booked": "", "checked_in": "✓", "boarded": "●"}.get(who["standing"], "")
    return {
        "kind": "taken",
        "name": name,
        "who": who["id"],
        "href": f"{home}/{who['id']}",
        "tone": tone,
        "said": said,
        "text": f"{mark}{'*' if extra else ''}",
    }
