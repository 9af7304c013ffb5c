"""travellers.txt, read: a second set, written by hand, to see that the first one's sentences aren't what was learnt."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from services.lostfound.matching import Side, Thing
from tests.bench.lost_set.world import START


def pairs() -> list[tuple[Thing, Thing]]:
    """Reports and the found items that are theirs."""
    lines = [
        line
        for line in (Path(__file__).parent / "travellers.txt").read_text().splitlines()
        if line and line[0] != "#"
    ]
    return [
        (
            _thing(f"report-{number}", "lost", lines[number]),
            _thing(f"item-{number}", "found", lines[number + 1]),
        )
        for number in range(0, len(lines), 2)
    ]


def _thing(thing_id: str, side: Side, line: str) -> Thing:
    category, colours, brand, places, hours, flight, seat, words, marks = (
        each.strip() for each in line.split("|")
    )
    first, last = hours.split("..")
    return Thing(
        thing_id,
        side,
        category=category,
        colours=tuple(colours.split()),
        brand=brand,
        words=words,
        marks=marks,
        places=tuple(places.split()),
        from_at=START + timedelta(hours=float(first)),
        to_at=START + timedelta(hours=float(last)),
        flight_id=flight or None,
        seat=seat or None,
    )
